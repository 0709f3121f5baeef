package painless

import "github.com/millrace/millrace/event"

// idle tells when a statement, or a function, does nothing but count: when the local in slot is a plain map of the
// document, or a list, whose values have none of the busy shapes.
type idle struct {
	slot  int
	kind  event.Kind
	busy  event.Shapes
	loops int // over all values
}

// noteIdle notes a statement that goes over x and does nothing for values that are not busy.
func (cp *compiler) noteIdle(s stmt, x code, busy event.Shapes) {
	switch {
	case x.view != nil && x.view.what == viewValues && x.view.m.local:
		cp.idles[s] = idle{x.view.m.slot, event.Map, busy, 1}
	case x.view == nil && x.local:
		cp.idles[s] = idle{x.slot, event.List, busy, 1}
	}
}

// idleFunction is when a function without a result has nothing to do for its only argument.
func (cp *compiler) idleFunction(d *funcDecl) *idle {
	if len(d.params) != 1 || cp.fn.ret != cp.lib.void {
		return nil
	}
	var all idle
	for _, s := range d.body.list {
		one, ok := cp.idles[s]
		if !ok || one.slot != 0 || all.loops > 0 && all.kind != one.kind {
			return nil
		}
		all = idle{0, one.kind, all.busy | one.busy, all.loops + 1}
	}
	return &all
}

// skips tells whether a call with that argument would do nothing, and counts it.
func (f *idle) skips(c *Context, x value) bool {
	if x.v.Kind() != f.kind || x.ref != nil || !c.isPure() || f.kind == event.Map && !c.isPlain(x) {
		return false
	}
	if c.depth >= c.Limits.Depth || c.Event.Shapes(x.v)&f.busy != 0 {
		return false
	}
	c.loop()
	c.loopN(f.loops * c.Event.Len(x.v))
	return true
}

// idle counts the rounds of a loop over the values of x, when there is nothing to be done in any of them, whatever
// their order; it tells whether that is so. x is a list of the document or a plain map.
func (c *Context) idle(x value, busy event.Shapes) bool {
	if c.Event.Shapes(x.v)&busy != 0 {
		return false
	}
	n := c.Event.Len(x.v)
	if x.isMap() {
		c.work(4 * n)
	}
	c.loopN(n)
	return true
}
