package painless

import "github.com/millrace/millrace/event"

// ways is an `if (x instanceof T) … else if (x == null) …` on a local, of whose conditions shapes tell.
type ways struct {
	slot int
	step [event.NumShapes]step // nil: nothing is to be done
	busy event.Shapes          // those for which something is
}

// waysOf makes the ways of an if that is compiled. no is nil when there is no else; then is what the else has for ways,
// if it has.
func (cp *compiler) waysOf(s *ifStmt, test, yes, no step, then *ways) *ways {
	slot, ok := cp.subject(s.cond)
	if !ok {
		return nil
	}
	t := cp.toldOf(s.cond, slot)
	if t == nil {
		return nil
	}
	w := &ways{slot: slot}
	for shape := range event.NumShapes {
		switch {
		case t[shape] == perhaps:
			w.step[shape] = test
		case t[shape] == always:
			w.step[shape] = yes
		case then != nil && then.slot == slot:
			w.step[shape] = then.step[shape]
		default:
			w.step[shape] = no
		}
		if w.step[shape] != nil {
			w.busy |= shape.Set()
		}
	}
	return w
}

// subject is the first local in a condition.
func (cp *compiler) subject(x expr) (slot int, ok bool) {
	switch x := x.(type) {
	case *unaryExpr:
		return cp.subject(x.x)
	case *instanceExpr:
		return cp.subject(x.x)
	case *callExpr:
		return cp.subject(x.x)
	case *fieldExpr:
		return cp.subject(x.x)
	case *binaryExpr:
		if slot, ok = cp.subject(x.x); !ok {
			slot, ok = cp.subject(x.y)
		}
		return slot, ok
	}
	slot, _, ok = cp.localOf(x)
	return slot, ok
}

// way is the step for the value in the local; known is false when its shape alone does not say.
func (w *ways) way(c *Context, v *value) (way step, known bool) {
	if v.ref != nil || c.readonly || c.odd != nil || c.isRoot(*v) {
		return nil, false
	}
	return w.step[c.Event.Shape(v.v)], true
}

// waysIn are those of a body that is nothing but such an if.
func (cp *compiler) waysIn(body stmt) *ways {
	if b, ok := body.(*block); ok && len(b.list) == 1 {
		body = b.list[0]
	}
	if s, ok := body.(*ifStmt); ok {
		return cp.ways[s]
	}
	return nil
}

// isPure tells whether the values in the document's containers are of the classes that their kinds have, and have no
// entries beside those of the event. In conditions, the document's containers are of other classes.
func (c *Context) isPure() bool {
	return c.tags == nil && c.boxed == nil && c.odd == nil && !c.readonly
}
