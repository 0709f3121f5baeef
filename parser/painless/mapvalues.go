package painless

import "slices"

// Scripts that clean up go over the values of every map of the document: what follows spares them the keys.

// isPlain tells whether all entries of m are those of the document itself.
func (c *Context) isPlain(m value) bool {
	return m.ref == nil && c.odd == nil && m.isMap() && (!c.isRoot(m) || c.metaLen() == 0)
}

// hashOrder is the order in which java.util.HashMap has the entries of a plain map: bucket above index. It stands in
// c.orders, and is let go of when the loop ends.
func (c *Context) hashOrder(m value) []uint64 {
	n := c.Event.Len(m.v)
	c.work(4 * n)
	size := m.room()
	for n > size*3/4 {
		size *= 2
	}
	start := len(c.orders)
	if n > cap(c.orders)-start {
		c.charge(32 * n)
	}
	for i := range n {
		h := uint32(HashText(c.Event.Key(m.v, i)))
		c.orders = append(c.orders, uint64((h^h>>16)&uint32(size-1))<<32|uint64(i))
	}
	order := c.orders[start:]
	slices.Sort(order)
	return order
}

// nextPlain is next for the values of a plain map.
func (it *iterator) nextPlain(c *Context) (value, bool) {
	if it.i == it.n {
		c.orders = c.orders[:it.base]
		return value{}, false
	}
	n := c.Event.Len(it.src.v)
	if c.odd != nil || it.root {
		n = c.size(it.src)
	}
	if n != it.n {
		c.throwBare("java.util.ConcurrentModificationException")
	}
	v := c.Event.At(it.src.v, int(uint32(it.order[it.i])))
	it.i++
	return c.loaded(it.src, v), true
}

// loopOver is iterate for a loop of the script, which has no hold of the iterator.
func (c *Context) loopOver(x value, at int) iterator {
	if view, ok := x.ref.(*mapView); ok && view.what == viewValues && c.isPlain(view.m) {
		base := len(c.orders)
		order := c.hashOrder(view.m)
		return iterator{src: view.m, order: order, base: base, n: len(order), root: c.isRoot(view.m)}
	}
	return c.iterate(x, at)
}

// dropNulls is removeIf(v -> v == null) of the values of a plain map. The order in which it asks cannot be seen.
func (c *Context) dropNulls(m value) bool {
	c.mutable(m)
	ev, n := c.Event, c.Event.Len(m.v)
	c.loopN(n)
	dropped := false
	for i := n - 1; i >= 0; i-- {
		if ev.At(m.v, i).IsNull() {
			ev.RemoveAt(m.v, i)
			dropped = true
		}
	}
	return dropped
}

// isNullTest tells whether a lambda is v -> v == null.
func isNullTest(x *lambdaExpr) bool {
	test, ok := x.x.(*binaryExpr)
	if !ok || test.op != "==" || len(x.params) != 1 || x.params[0].t.name != "" && x.params[0].t.name != "def" {
		return false
	}
	name, isName := test.x.(*nameExpr)
	lit, isLiteral := test.y.(*literal)
	return isName && isLiteral && name.name == x.params[0].name && lit.tok.keyword("null")
}
