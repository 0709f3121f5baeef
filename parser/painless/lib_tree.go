package painless

import "slices"

// declareTrees declares what TreeMap and TreeSet have beyond maps and sets. Parts of them (headMap, tailSet,
// descendingMap) are copies that cannot be changed, where Java gives views.
func declareTrees(l *lib) {
	declareSortedMap(l, l.types["SortedMap"])
	declareNavigableMap(l, l.types["NavigableMap"])
	declareSortedSet(l, l.types["SortedSet"])
	declareNavigableSet(l, l.types["NavigableSet"])
	l.tags.treeMap.cls.method(l, "def clone()", func(c *Context, x value, _ []value) value {
		return c.treeMap(x, c.sortedKeys(x), false)
	})
	l.tags.treeSet.cls.method(l, "def clone()", func(c *Context, x value, _ []value) value { return c.treeSet(x, c.all(x), false) })
}

// treeMap makes a TreeMap of some keys of another one.
func (c *Context) treeMap(of value, keys []value, immutable bool) value {
	t := *of.ref.(*tag)
	t.immutable = false
	out := c.newTagged(&t)
	for _, k := range keys {
		c.loop()
		c.mapPut(out, k, c.mapGet(of, k))
	}
	t.immutable = immutable
	return out
}

func (c *Context) treeSet(of value, items []value, immutable bool) value {
	t := *of.ref.(*tag)
	t.immutable = false
	out := c.newTagged(&t)
	for _, v := range items {
		c.push(out, v)
	}
	t.immutable = immutable
	return out
}

// bound is where a part of an ordered container begins or ends.
type bound struct {
	v         value
	inclusive bool
	open      bool // there is none
}

// within gives the sorted keys from one bound to another.
func (c *Context) within(x value, keys []value, from, to bound) []value {
	less := c.orderOf(x)
	for _, b := range []bound{from, to} {
		if !b.open {
			less(b.v, b.v)
		}
	}
	if !from.open && !to.open && less(from.v, to.v) > 0 {
		c.throw("java.lang.IllegalArgumentException", "fromKey > toKey")
	}
	at := func(b bound, up bool) int {
		i, found := slices.BinarySearchFunc(keys, b.v, less)
		if found && up {
			i++
		}
		return i
	}
	i, j := 0, len(keys)
	if !from.open {
		i = at(from, !from.inclusive)
	}
	if !to.open {
		j = at(to, to.inclusive)
	}
	return keys[min(i, j):j]
}

func (c *Context) orderOf(x value) func(a, b value) int {
	if f := c.comparatorOf(x); f != nil {
		return f
	}
	return func(a, b value) int {
		if b.isNull() { // which is the one that is looked for
			a, b = b, a
		}
		return c.compareAs("k1", a, b)
	}
}

// admit is what a TreeMap or TreeSet says of a key before it takes it: one that cannot be compared is none.
func (c *Context) admit(x, k value) {
	switch {
	case !isTree(x):
	case c.size(x) == 0:
		c.orderOf(x)(k, k)
	default:
		c.sought(x, k)
	}
}

// sought is what a TreeMap or TreeSet says of a key before it looks for it.
func (c *Context) sought(x, k value) {
	if !isTree(x) || k.isText() && c.extras(x) == nil && x.isMap() {
		return
	}
	less := c.comparatorOf(x)
	if less == nil {
		less = c.compare
		if k.isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
	}
	if c.size(x) > 0 {
		less(k, c.someKey(x))
	}
}

func isTree(x value) bool {
	_, ok := x.ref.(*tag)
	return ok && classes().tags.order(x) == sorted
}

// someKey is a key of a TreeMap or TreeSet that holds any.
func (c *Context) someKey(x value) value {
	switch o := c.extras(x); {
	case !x.isMap():
		return c.loaded(x, c.Event.At(x.v, 0))
	case o != nil && len(o.keys) > 0:
		return o.keys[0]
	}
	return c.keyAt(x, 0)
}

func comparatorMethod(_ *Context, x value, _ []value) value { return x.ref.(*tag).less }

func declareSortedMap(l *lib, k *class) {
	part := func(sig string, bounds func(a []value) (from, to bound)) {
		k.method(l, sig, func(c *Context, x value, a []value) value {
			from, to := bounds(a)
			return c.treeMap(x, c.within(x, c.sortedKeys(x), from, to), true)
		})
	}
	none := bound{open: true}
	part("SortedMap headMap(def)", func(a []value) (bound, bound) { return none, bound{v: a[0]} })
	part("SortedMap tailMap(def)", func(a []value) (bound, bound) { return bound{v: a[0], inclusive: true}, none })
	part("SortedMap subMap(def,def)", func(a []value) (bound, bound) { return bound{v: a[0], inclusive: true}, bound{v: a[1]} })
	k.method(l, "Comparator comparator()", comparatorMethod)
}

func declareNavigableMap(l *lib, k *class) {
	none := bound{open: true}
	part := func(sig string, bounds func(a []value) (from, to bound)) {
		k.method(l, sig, func(c *Context, x value, a []value) value {
			from, to := bounds(a)
			return c.treeMap(x, c.within(x, c.sortedKeys(x), from, to), true)
		})
	}
	part("NavigableMap headMap(def,boolean)", func(a []value) (bound, bound) { return none, bound{v: a[0], inclusive: a[1].bool()} })
	part("NavigableMap tailMap(def,boolean)", func(a []value) (bound, bound) { return bound{v: a[0], inclusive: a[1].bool()}, none })
	part("NavigableMap subMap(def,boolean,def,boolean)", func(a []value) (bound, bound) {
		return bound{v: a[0], inclusive: a[1].bool()}, bound{v: a[2], inclusive: a[3].bool()}
	})
	near := func(name string, below, same bool) {
		find := func(c *Context, x, k value) (value, bool) {
			return c.near(x, c.sortedKeys(x), k, below, same)
		}
		k.method(l, "def "+name+"Key(def)", func(c *Context, x value, a []value) value {
			v, _ := find(c, x, a[0])
			return v
		})
		k.method(l, "Map.Entry "+name+"Entry(def)", func(c *Context, x value, a []value) value {
			if v, ok := find(c, x, a[0]); ok {
				return object(&mapEntry{m: x, k: v, val: c.mapGet(x, v)})
			}
			return null()
		})
	}
	near("floor", true, true)
	near("lower", true, false)
	near("ceiling", false, true)
	near("higher", false, false)
	delete(k.methods, "lowerKey/1") // which Elasticsearch does not have
	for _, last := range []bool{false, true} {
		name := map[bool]string{false: "First", true: "Last"}[last]
		k.method(l, "Map.Entry poll"+name+"Entry()", func(c *Context, x value, _ []value) value {
			keys := c.sortedKeys(x)
			if len(keys) == 0 {
				return null()
			}
			key := keys[0]
			if last {
				key = keys[len(keys)-1]
			}
			return object(&mapEntry{m: x, k: key, val: c.mapRemove(x, key)})
		})
	}
	k.method(l, "NavigableMap descendingMap()", func(c *Context, x value, _ []value) value {
		return c.treeMap(c.reversed(x), c.sortedKeys(x), true)
	})
	k.method(l, "NavigableSet navigableKeySet()", func(c *Context, x value, _ []value) value { return c.keySet(x, x.ref.(*tag).less) })
	k.method(l, "NavigableSet descendingKeySet()", func(c *Context, x value, _ []value) value {
		return c.keySet(x, c.reversed(x).ref.(*tag).less)
	})
}

// near is the key that is nearest to k on one side of it.
func (c *Context) near(x value, keys []value, k value, below, same bool) (value, bool) {
	i, found := slices.BinarySearchFunc(keys, k, c.orderOf(x))
	switch {
	case found && same:
	case below:
		i--
	case found:
		i++
	}
	if i < 0 || i >= len(keys) {
		return null(), false
	}
	return keys[i], true
}

// reversed is x with its order turned round.
func (c *Context) reversed(x value) value {
	t := *x.ref.(*tag)
	less := c.orderOf(x)
	t.less = object(&lambda{native: func(_ *Context, in []value) value { return count(less(in[1], in[0])) }})
	return value{x.v, &t}
}

// keySet are the keys of a TreeMap as a TreeSet of that order.
func (c *Context) keySet(x, less value) value {
	t := &tag{cls: classes().tags.treeSet.cls, less: less}
	out := c.treeSet(value{x.v, t}, c.sortedKeys(x), true)
	c.arrange(out)
	return out
}

func declareSortedSet(l *lib, k *class) {
	none := bound{open: true}
	part := func(k *class, sig string, bounds func(a []value) (from, to bound)) {
		k.method(l, sig, func(c *Context, x value, a []value) value {
			from, to := bounds(a)
			return c.treeSet(x, c.within(x, c.all(x), from, to), true)
		})
	}
	part(k, "SortedSet headSet(def)", func(a []value) (bound, bound) { return none, bound{v: a[0]} })
	part(k, "SortedSet tailSet(def)", func(a []value) (bound, bound) { return bound{v: a[0], inclusive: true}, none })
	part(k, "SortedSet subSet(def,def)", func(a []value) (bound, bound) { return bound{v: a[0], inclusive: true}, bound{v: a[1]} })
	n := l.types["NavigableSet"]
	part(n, "NavigableSet headSet(def,boolean)", func(a []value) (bound, bound) { return none, bound{v: a[0], inclusive: a[1].bool()} })
	part(n, "NavigableSet tailSet(def,boolean)", func(a []value) (bound, bound) { return bound{v: a[0], inclusive: a[1].bool()}, none })
	part(n, "NavigableSet subSet(def,boolean,def,boolean)", func(a []value) (bound, bound) {
		return bound{v: a[0], inclusive: a[1].bool()}, bound{v: a[2], inclusive: a[3].bool()}
	})
	for _, last := range []bool{false, true} {
		k.method(l, "def "+map[bool]string{false: "first", true: "last"}[last]+"()", func(c *Context, x value, _ []value) value {
			c.arrange(x)
			return c.peek(x, last, true)
		})
	}
	k.method(l, "Comparator comparator()", comparatorMethod)
}

func declareNavigableSet(l *lib, k *class) {
	near := func(name string, below, same bool) {
		k.method(l, "def "+name+"(def)", func(c *Context, x value, a []value) value {
			v, _ := c.near(x, c.all(x), a[0], below, same)
			return v
		})
	}
	near("floor", true, true)
	near("lower", true, false)
	near("ceiling", false, true)
	near("higher", false, false)
	for _, last := range []bool{false, true} {
		k.method(l, "def poll"+map[bool]string{false: "First", true: "Last"}[last]+"()", func(c *Context, x value, _ []value) value {
			c.arrange(x)
			return c.take(x, last, false)
		})
	}
	k.method(l, "Iterator descendingIterator()", func(c *Context, x value, _ []value) value { return c.backwards(c.all(x)) })
	k.method(l, "NavigableSet descendingSet()", func(c *Context, x value, _ []value) value {
		return c.treeSet(c.reversed(x), c.all(x), true)
	})
}
