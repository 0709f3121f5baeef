package painless

import "github.com/millrace/millrace/event"

// declareCollectionsMore declares what of Collections works on lists in place, and its empty and wrapped ones.
func declareCollectionsMore(l *lib, k *class) {
	m := func(sig string, f func(c *Context, a []value) value) {
		k.method(l, "static "+sig, func(c *Context, _ value, a []value) value { return f(c, a) })
	}
	for name, t := range map[string]*tag{"List": l.tags.fixedList, "Map": l.tags.fixedMap, "Set": l.tags.fixedSet} {
		v := l.emptyConstant(t)
		k.constant(map[string]string{"List": "EMPTY_LIST", "Map": "EMPTY_MAP", "Set": "EMPTY_SET"}[name], l.types[name], func() value { return v })
	}
	search := func(c *Context, a []value) value {
		less := c.compare
		if len(a) > 2 && !a[2].isNull() {
			less = c.comparator(a[2])
		}
		low, high := 0, c.size(a[0])-1
		for low <= high {
			mid := (low + high) / 2
			switch n := less(c.at(a[0], mid), a[1]); {
			case n < 0:
				low = mid + 1
			case n > 0:
				high = mid - 1
			default:
				return count(mid)
			}
		}
		return count(-(low + 1))
	}
	m("int binarySearch(List,def)", search)
	m("int binarySearch(List,def,Comparator)", search)
	m("void fill(List,def)", func(c *Context, a []value) value {
		for i := range c.size(a[0]) {
			c.loop()
			c.setAt(a[0], i, a[1])
		}
		return null()
	})
	m("void copy(List,List)", func(c *Context, a []value) value {
		items := c.all(a[1])
		if len(items) > c.size(a[0]) {
			c.throw("java.lang.IndexOutOfBoundsException", "Source does not fit in dest")
		}
		for i, v := range items {
			c.setAt(a[0], i, v)
		}
		return null()
	})
	m("void rotate(List,int)", func(c *Context, a []value) value {
		items := c.all(a[0])
		n := len(items)
		if n == 0 {
			return null()
		}
		by := (int(a[1].int())%n + n) % n
		for i, v := range items {
			c.setAt(a[0], (i+by)%n, v)
		}
		return null()
	})
	m("boolean replaceAll(List,def,def)", func(c *Context, a []value) value {
		some := false
		for i, v := range c.all(a[0]) {
			if c.javaEquals(v, a[1]) {
				c.setAt(a[0], i, a[2])
				some = true
			}
		}
		return boolean(some)
	})
	m("int indexOfSubList(List,List)", func(c *Context, a []value) value { return count(c.subList(a, false)) })
	m("int lastIndexOfSubList(List,List)", func(c *Context, a []value) value { return count(c.subList(a, true)) })
	m("Enumeration enumeration(Collection)", func(c *Context, a []value) value { return c.enumeration(a[0]) })
	m("ArrayList list(Enumeration)", func(c *Context, a []value) value {
		out, e := c.newList(4), l.types["Enumeration"].methods
		for e["hasMoreElements/0"].run(c, a[0], nil).bool() {
			c.loop()
			c.push(out, e["nextElement/0"].run(c, a[0], nil))
		}
		return out
	})
	none := func(c *Context, _ []value) value { return c.enumeration(c.newTagged(l.tags.fixedList)) }
	m("Enumeration emptyEnumeration()", none)
	m("Iterator emptyIterator()", none)
	m("ListIterator emptyListIterator()", none)
	declareUnmodifiable(l, m)
}

// emptyConstant is an empty container that is always there.
func (l *lib) emptyConstant(t *tag) value {
	a := &arena{ev: event.New(), empty: true}
	if t.cls.is(l.mapT) {
		return value{a.ev.NewMap(), a}
	}
	return value{a.ev.NewList(), a}
}

func declareUnmodifiable(l *lib, m func(string, func(c *Context, a []value) value)) {
	for _, kind := range []string{"Sorted", "Navigable"} {
		m(kind+"Map empty"+kind+"Map()", func(c *Context, _ []value) value { return c.newTagged(&tag{cls: l.tags.treeMap.cls, immutable: true}) })
		m(kind+"Set empty"+kind+"Set()", func(c *Context, _ []value) value { return c.newTagged(&tag{cls: l.tags.treeSet.cls, immutable: true}) })
		fixed := func(_ *Context, a []value) value {
			t := *a[0].ref.(*tag)
			t.immutable = true
			return value{a[0].v, &t}
		}
		m(kind+"Map unmodifiable"+kind+"Map("+kind+"Map)", fixed)
		m(kind+"Set unmodifiable"+kind+"Set("+kind+"Set)", fixed)
	}
}

// subList is where one list stands in another, -1 when it does not.
func (c *Context) subList(a []value, last bool) int {
	in, of := c.all(a[0]), c.all(a[1])
	found := -1
	for i := 0; i+len(of) <= len(in); i++ {
		c.work(len(of) + 1)
		same := true
		for j := range of {
			if same = c.javaEquals(in[i+j], of[j]); !same {
				break
			}
		}
		if same {
			if found = i; !last {
				break
			}
		}
	}
	return found
}

// declareGroovyMore declares the rest of what Painless adds to collections and maps.
func declareGroovyMore(l *lib) {
	l.collection.method(l, "def collect(Collection,Function)", func(c *Context, x value, a []value) value {
		for _, v := range c.all(x) {
			c.add(a[0], c.apply(a[1], v))
		}
		return a[0]
	})
	l.collection.method(l, "def findResult(def,Function)", func(c *Context, x value, a []value) value {
		for _, v := range c.all(x) {
			if r := c.apply(a[1], v); !r.isNull() {
				return r
			}
		}
		return a[0]
	})
	m := func(sig string, f native) { l.mapT.method(l, sig, f) }
	m("def collect(Collection,BiFunction)", func(c *Context, x value, a []value) value {
		c.pairs(x, func(k, v value) bool { c.add(a[0], c.apply(a[1], k, v)); return true })
		return a[0]
	})
	find := func(c *Context, x, f, without value) value {
		out := without
		c.pairs(x, func(k, v value) bool {
			r := c.apply(f, k, v)
			if !r.isNull() {
				out = r
			}
			return r.isNull()
		})
		return out
	}
	m("def findResult(BiFunction)", func(c *Context, x value, a []value) value { return find(c, x, a[0], null()) })
	m("def findResult(def,BiFunction)", func(c *Context, x value, a []value) value { return find(c, x, a[1], a[0]) })
	m("Map groupBy(BiFunction)", func(c *Context, x value, a []value) value {
		f, out := a[0], c.newTagged(l.tags.linkedMap)
		c.pairs(x, func(k, v value) bool {
			key := c.apply(f, k, v)
			group := c.mapGet(out, key)
			if group.isNull() {
				group = c.newTagged(l.tags.linkedMap)
				c.mapPut(out, key, group)
			}
			c.mapPut(group, k, v)
			return true
		})
		return out
	})
	m("boolean replace(def,def,def)", func(c *Context, x value, a []value) value {
		hit := c.hasKey(x, a[0]) && c.javaEquals(c.mapGet(x, a[0]), a[1])
		if hit {
			c.mapPut(x, a[0], a[2])
		}
		return boolean(hit)
	})
}

// declareListIterator declares what ListIterator has beyond Iterator.
func declareListIterator(l *lib, k *class) {
	of := func(x value) *iteratorObject { return x.ref.(*iteratorObject) }
	k.method(l, "boolean hasPrevious()", func(_ *Context, x value, _ []value) value { return boolean(of(x).it.i > 0) })
	k.method(l, "int nextIndex()", func(_ *Context, x value, _ []value) value { return count(of(x).it.i) })
	k.method(l, "int previousIndex()", func(_ *Context, x value, _ []value) value { return count(of(x).it.i - 1) })
	k.method(l, "void set(def)", func(c *Context, x value, a []value) value {
		o := of(x)
		if o.last < 0 {
			c.throwBare("java.lang.IllegalStateException")
		}
		c.setAt(o.of, o.last, a[0])
		return null()
	})
	k.method(l, "void add(def)", func(c *Context, x value, a []value) value {
		o := of(x)
		c.insert(o.of, o.it.i, a[0])
		o.it.i, o.it.n, o.last = o.it.i+1, o.it.n+1, -1
		return null()
	})
	l.list.method(l, "ListIterator listIterator(int)", func(c *Context, x value, a []value) value {
		o := &iteratorObject{it: c.iterate(x, -1), of: x, last: -1}
		if n := c.size(x); a[0].int() < 0 || a[0].int() > int64(n) {
			c.throw("java.lang.IndexOutOfBoundsException", "Index: %d, Size: %d", a[0].int(), n)
		}
		o.it.i = int(a[0].int())
		return object(o)
	})
}
