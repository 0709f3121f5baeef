package painless

import "github.com/millrace/millrace/event"

// kinds is `if (x instanceof T) … else if (x instanceof U) …` on a local that is not assigned in it. Of a value that
// documents hold, its kind decides which way to go.
type kinds struct {
	slot int
	ways [event.Map + 1]step // nil: nothing is to be done
}

// byKind makes the kinds of an if whose branches are compiled. no is nil when there is no else; then is what the else
// has for kinds, if it has.
func (cp *compiler) byKind(s *ifStmt, yes, no step, then *kinds) *kinds {
	test, ok := s.cond.(*instanceExpr)
	if !ok {
		return nil
	}
	name, ok := test.x.(*nameExpr)
	if !ok {
		return nil
	}
	v, ok := cp.fn.find(name.name)
	t := cp.typeOf(test.t)
	if !ok || !v.kept || v.t != cp.lib.def || t.prim || t == cp.lib.def {
		return nil
	}
	k := &kinds{slot: v.slot}
	for kind := range k.ways {
		k.ways[kind] = no
		if then != nil && then.slot == k.slot {
			k.ways[kind] = then.ways[kind]
		}
		if own := cp.lib.kinds[kind]; own != nil && own.is(t) {
			k.ways[kind] = yes
		}
	}
	return k
}

// way is the step for the value in the local; known is false when its kind alone does not say.
func (k *kinds) way(c *Context, v *value) (way step, known bool) {
	if v.ref != nil || c.readonly { // in conditions, the document's containers are of other classes
		return nil, false
	}
	return k.ways[v.v.Kind()], true
}

// idle goes over the values of a plain map when there is nothing to be done for any of them, whatever their order; it
// tells whether that is so.
func (k *kinds) idle(c *Context, x value) bool {
	view, ok := x.ref.(*mapView)
	if !ok || c.readonly || c.tags != nil || c.boxed != nil || view.what != viewValues || !c.isPlain(view.m) {
		return false
	}
	n := c.Event.Len(view.m.v)
	for i := range n {
		if k.ways[c.Event.At(view.m.v, i).Kind()] != nil {
			return false
		}
	}
	c.work(4 * n)
	c.loopN(n)
	return true
}

// kindsOf are those of a body that is nothing but such an if.
func (cp *compiler) kindsOf(body stmt) *kinds {
	if b, ok := body.(*block); ok && len(b.list) == 1 {
		body = b.list[0]
	}
	if s, ok := body.(*ifStmt); ok {
		return cp.kinds[s]
	}
	return nil
}
