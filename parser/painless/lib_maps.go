package painless

import (
	"bytes"
	"strconv"

	"github.com/millrace/millrace/event"
)

// declareMaps declares Map and Map.Entry.
func declareMaps(l *lib) {
	k := l.mapT
	m := func(sig string, f native) { k.method(l, sig, f) }
	m("def get(def)", func(c *Context, x value, a []value) value { return c.mapGet(x, a[0]) })
	m("def getOrDefault(def,def)", func(c *Context, x value, a []value) value {
		if c.hasKey(x, a[0]) {
			return c.mapGet(x, a[0])
		}
		return a[1]
	})
	m("def put(def,def)", func(c *Context, x value, a []value) value { return c.mapPut(x, a[0], a[1]) })
	m("def putIfAbsent(def,def)", func(c *Context, x value, a []value) value {
		c.admit(x, a[0])
		old := c.mapGet(x, a[0])
		if old.isNull() {
			c.mapPut(x, a[0], a[1])
		}
		return old
	})
	m("void putAll(Map)", func(c *Context, x value, a []value) value {
		for _, key := range c.sortedKeys(a[0]) {
			c.loop()
			c.mapPut(x, key, c.mapGet(a[0], key))
		}
		return null()
	})
	m("boolean containsKey(def)", func(c *Context, x value, a []value) value { return boolean(c.hasKey(x, a[0])) })
	m("boolean containsValue(def)", func(c *Context, x value, a []value) value {
		return boolean(c.contains(object(&mapView{x, viewValues}), a[0]))
	})
	m("boolean isEmpty()", func(c *Context, x value, _ []value) value { return boolean(c.size(x) == 0) })
	m("int size()", func(c *Context, x value, _ []value) value { return count(c.size(x)) })
	m("void clear()", func(c *Context, x value, _ []value) value { c.mapClear(x); return null() })
	m("def remove(def)", func(c *Context, x value, a []value) value { return c.mapRemove(x, a[0]) })
	m("boolean remove(def,def)", func(c *Context, x value, a []value) value {
		hit := c.hasKey(x, a[0]) && c.javaEquals(c.mapGet(x, a[0]), a[1])
		if hit {
			c.mapRemove(x, a[0])
		}
		return boolean(hit)
	})
	m("def replace(def,def)", func(c *Context, x value, a []value) value {
		if !c.hasKey(x, a[0]) {
			return null()
		}
		return c.mapPut(x, a[0], a[1])
	})
	for what, name := range []string{"Set entrySet()", "Set keySet()", "Collection values()"} {
		kind := viewKind(what)
		m(name, func(c *Context, x value, _ []value) value { return c.view(x, kind) })
	}
	m("Object getByPath(String)", getByPath)
	m("Object getByPath(String,Object)", getByPath)
	declareMapFunctions(l, m)
	declareMapGroovy(l, m)
	declareMapConstructors(l)
	declareEntry(l, l.entry)
}

// pair calls f with each key and value; it ends early when f returns false.
func (c *Context) pairs(m value, f func(k, v value) bool) {
	it := c.iterate(object(&mapView{m, viewEntries}), -1)
	for {
		e, ok := it.next(c)
		if !ok {
			return
		}
		c.loop()
		en := e.ref.(*mapEntry)
		if !f(en.k, en.val) {
			return
		}
	}
}

func declareMapFunctions(_ *lib, m func(string, native)) {
	set := func(c *Context, x, k, v value) value {
		if v.isNull() {
			c.mapRemove(x, k)
		} else {
			c.mapPut(x, k, v)
		}
		return v
	}
	m("void forEach(BiConsumer)", func(c *Context, x value, a []value) value {
		f := a[0]
		c.pairs(x, func(k, v value) bool { c.apply(f, k, v); return true })
		return null()
	})
	m("void replaceAll(BiFunction)", func(c *Context, x value, a []value) value {
		f := a[0]
		for _, k := range c.sortedKeys(x) {
			c.mapPut(x, k, c.apply(f, k, c.mapGet(x, k)))
		}
		return null()
	})
	m("def computeIfAbsent(def,Function)", func(c *Context, x value, a []value) value {
		k, f := a[0], a[1]
		c.admit(x, k)
		if old := c.mapGet(x, k); !old.isNull() {
			return old
		}
		v := c.apply(f, k)
		if !v.isNull() {
			c.mapPut(x, k, v)
		}
		return v
	})
	m("def computeIfPresent(def,BiFunction)", func(c *Context, x value, a []value) value {
		k, f := a[0], a[1]
		old := c.mapGet(x, k)
		if old.isNull() {
			return null()
		}
		return set(c, x, k, c.apply(f, k, old))
	})
	m("def compute(def,BiFunction)", func(c *Context, x value, a []value) value {
		k, f := a[0], a[1]
		c.admit(x, k)
		return set(c, x, k, c.apply(f, k, c.mapGet(x, k)))
	})
	m("def merge(def,def,BiFunction)", func(c *Context, x value, a []value) value {
		k, v, f := a[0], a[1], a[2]
		c.admit(x, k)
		if old := c.mapGet(x, k); !old.isNull() {
			v = c.apply(f, old, v)
		}
		return set(c, x, k, v)
	})
}

func declareMapGroovy(l *lib, m func(string, native)) {
	m("List collect(BiFunction)", func(c *Context, x value, a []value) value {
		out, f := c.newList(4), a[0]
		c.pairs(x, func(k, v value) bool { c.push(out, c.apply(f, k, v)); return true })
		return out
	})
	m("int count(BiPredicate)", func(c *Context, x value, a []value) value {
		n, f := 0, a[0]
		c.pairs(x, func(k, v value) bool { n += b2i(c.test(f, k, v)); return true })
		return count(n)
	})
	m("def each(BiConsumer)", func(c *Context, x value, a []value) value {
		f := a[0]
		c.pairs(x, func(k, v value) bool { c.apply(f, k, v); return true })
		return x
	})
	m("boolean every(BiPredicate)", func(c *Context, x value, a []value) value {
		all, f := true, a[0]
		c.pairs(x, func(k, v value) bool { all = c.test(f, k, v); return all })
		return boolean(all)
	})
	m("Map.Entry find(BiPredicate)", func(c *Context, x value, a []value) value {
		found, f := null(), a[0]
		c.pairs(x, func(k, v value) bool {
			if c.test(f, k, v) {
				found = object(&mapEntry{m: x, k: k, val: v, inMap: true})
				return false
			}
			return true
		})
		return found
	})
	m("Map findAll(BiPredicate)", func(c *Context, x value, a []value) value {
		out, f := c.newTagged(l.tags.linkedMap), a[0]
		c.pairs(x, func(k, v value) bool {
			if c.test(f, k, v) {
				c.mapPut(out, k, v)
			}
			return true
		})
		return out
	})
	m("List findResults(BiFunction)", func(c *Context, x value, a []value) value {
		out, f := c.newList(4), a[0]
		c.pairs(x, func(k, v value) bool {
			if r := c.apply(f, k, v); !r.isNull() {
				c.push(out, r)
			}
			return true
		})
		return out
	})
}

func declareMapConstructors(l *lib) {
	fill := func(c *Context, out value, a []value) value {
		if len(a) > 0 {
			for _, k := range c.sortedKeys(a[0]) {
				c.loop()
				c.mapPut(out, k, c.mapGet(a[0], k))
			}
		}
		return out
	}
	plain := func(c *Context, _ value, a []value) value {
		m := c.newMap()
		if len(a) > 0 && !a[0].isNull() {
			switch n := c.size(a[0]); {
			case n == 0:
			case n < 3:
				m.ref = l.tags.copied4
			case n < 6:
				m.ref = l.tags.copied8
			}
		}
		return fill(c, m, a)
	}
	l.hashMap.method(l, "new()", plain)
	l.hashMap.method(l, "new(Map)", plain)
	l.hashMap.method(l, "def clone()", func(c *Context, x value, _ []value) value { return fill(c, c.newMap(), []value{x}) })
	l.tags.treeMap.cls.method(l, "new()", func(c *Context, _ value, _ []value) value { return c.newTagged(l.tags.treeMap) })
	l.tags.treeMap.cls.method(l, "new(Comparator)", func(c *Context, _ value, a []value) value {
		return c.newTagged(&tag{cls: l.tags.treeMap.cls, less: a[0]})
	})
	for _, t := range []*tag{l.tags.linkedMap} {
		made := func(c *Context, _ value, a []value) value { return fill(c, c.newTagged(t), a) }
		t.cls.method(l, "new()", made)
		t.cls.method(l, "new(Map)", made)
	}
	edge := func(last, entry bool) native {
		return func(c *Context, x value, _ []value) value {
			keys := c.sortedKeys(x)
			if len(keys) == 0 {
				if entry {
					return null()
				}
				c.throwBare("java.util.NoSuchElementException")
			}
			k := keys[0]
			if last {
				k = keys[len(keys)-1]
			}
			if entry {
				return object(&mapEntry{m: x, k: k, val: c.mapGet(x, k)})
			}
			return k
		}
	}
	s := l.types["SortedMap"]
	s.method(l, "def firstKey()", edge(false, false))
	s.method(l, "def lastKey()", edge(true, false))
	n := l.types["NavigableMap"]
	n.method(l, "Map.Entry firstEntry()", edge(false, true))
	n.method(l, "Map.Entry lastEntry()", edge(true, true))
}

func declareEntry(l *lib, k *class) {
	k.method(l, "def getKey()", func(_ *Context, x value, _ []value) value { return x.ref.(*mapEntry).k })
	k.method(l, "def getValue()", func(_ *Context, x value, _ []value) value { return x.ref.(*mapEntry).val })
	k.method(l, "def setValue(def)", func(c *Context, x value, a []value) value {
		e := x.ref.(*mapEntry)
		if e.own {
			old := e.val
			e.val = a[0]
			return old
		}
		if !e.inMap {
			c.throwBare("java.lang.UnsupportedOperationException")
		}
		old := e.val
		c.mapPut(e.m, e.k, a[0])
		e.val = a[0]
		return old
	})
	by := func(part func(*mapEntry) value) native {
		return func(c *Context, _ value, a []value) value {
			less := c.compare
			if len(a) > 0 {
				less = c.comparator(a[0])
			}
			return object(&lambda{native: func(c *Context, in []value) value {
				return count(less(part(c.entryOf(in[0])), part(c.entryOf(in[1]))))
			}})
		}
	}
	key := func(e *mapEntry) value { return e.k }
	val := func(e *mapEntry) value { return e.val }
	k.method(l, "static Comparator comparingByKey()", by(key))
	k.method(l, "static Comparator comparingByKey(Comparator)", by(key))
	k.method(l, "static Comparator comparingByValue()", by(val))
	k.method(l, "static Comparator comparingByValue(Comparator)", by(val))
}

func (c *Context) entryOf(x value) *mapEntry {
	e, ok := x.ref.(*mapEntry)
	if !ok {
		c.throw("java.lang.ClassCastException", "not a Map.Entry")
	}
	return e
}

// getByPath is Painless's own: a path of names and indices with dots.
func getByPath(c *Context, x value, a []value) value {
	path := c.arg(a[0])
	whole := string(path)
	if len(path) == 0 {
		c.throw("java.lang.IllegalArgumentException", "Missing path")
	}
	for len(path) > 0 {
		step, rest, more := bytes.Cut(path, []byte("."))
		if len(step) == 0 || more && len(rest) == 0 {
			c.throw("java.lang.IllegalArgumentException", "Extra '.' in path [%s]", whole)
		}
		found := false
		switch {
		case x.isMap():
			k := c.textValue(step)
			found = c.hasKey(x, k)
			x = c.mapGet(x, k)
		case x.isList():
			i, err := strconv.Atoi(string(step))
			if err != nil {
				c.throw("java.lang.NumberFormatException", "%s", `For input string: "`+string(step)+`"`)
			}
			if found = i >= 0 && i < c.size(x); found {
				x = c.at(x, i)
			}
		default:
			if x.isNull() || x.v.Kind() != event.Missing {
				c.throw("java.lang.IllegalArgumentException", "Non-container [%s] at [%s] in path [%s]", classOrNull(x), string(step), whole)
			}
		}
		if !found {
			if len(a) > 1 {
				return a[1]
			}
			c.throw("java.lang.IllegalArgumentException", "Could not find value at path [%s]", whole)
		}
		path = rest
	}
	return x
}

func classOrNull(x value) string {
	if k := x.class(); k != nil {
		return k.name
	}
	return "null"
}
