package painless

// iterator goes over a list, set, map view or stream.
type iterator struct {
	src   value
	items []value // of a stream or snapshot
	keys  []value // of a map, in its order
	i, n  int
	what  viewKind
	list  bool // it goes over a list of the document
}

// iterate begins. Changing a list while it is gone over ends in a ConcurrentModificationException.
func (c *Context) iterate(x value, at int) iterator {
	if x.ref == nil && x.isList() {
		return iterator{src: x, n: c.Event.Len(x.v), list: true}
	}
	switch r := x.ref.(type) {
	case *mapView:
		return c.iterateMap(r.m, r.what)
	case *stream:
		return iterator{items: r.items, n: len(r.items)}
	case *iteratorObject:
		return r.rest()
	case *tag:
		if r.cls.is(classes().set) {
			c.arrange(x)
		}
	}
	if x.isNull() {
		c.nullPointer(at, "cannot access method/field [iterator] from a null def reference")
	}
	if !x.isList() {
		c.throwAt(at, "java.lang.IllegalArgumentException", "Cannot iterate over [%s]", c.className(x))
	}
	return iterator{src: x, n: c.size(x)}
}

// iterateMap is iterate for a view of m.
func (c *Context) iterateMap(m value, what viewKind) iterator {
	return iterator{src: m, keys: c.sortedKeys(m), n: c.size(m), what: what}
}

// nextOfList is next for a list of the document. Java's lists look at their size, not at whether it has changed.
func (it *iterator) nextOfList(c *Context) (value, bool) {
	n := c.Event.Len(it.src.v)
	if it.i == n {
		return value{}, false
	}
	if n != it.n {
		c.throwBare("java.util.ConcurrentModificationException")
	}
	v := c.Event.At(it.src.v, it.i)
	it.i++
	return c.loaded(it.src, v), true
}

func (it *iterator) next(c *Context) (value, bool) {
	if it.list {
		return it.nextOfList(c)
	}
	if it.items == nil && it.keys == nil {
		if it.i == c.size(it.src) { // Java's lists look at their size, not at whether it has changed
			return value{}, false
		}
	} else if it.i >= it.n {
		return value{}, false
	}
	i := it.i
	it.i++
	if it.items != nil {
		return it.items[i], true
	}
	if !isArena(it.src.ref) && c.size(it.src) != it.n {
		c.throwBare("java.util.ConcurrentModificationException")
	}
	if it.keys == nil {
		return c.loaded(it.src, c.arenaOf(it.src).At(it.src.v, i)), true
	}
	k := it.keys[i]
	switch it.what {
	case viewKeys:
		return k, true
	case viewValues:
		return c.mapGet(it.src, k), true
	}
	return c.entry(it.src, k, c.mapGet(it.src, k)), true
}
