package painless

import "github.com/millrace/millrace/event"

// walked does what a call of a walk with that argument does, and counts it. It fails, and has done nothing, when the
// argument holds what is for the script itself to look at.
func (c *Context) walked(w *walk, x value) (result, ok bool) {
	p := w.plans[c.shape(x.v)]
	if p == nil || x.ref != nil || !c.isPure() {
		return false, false
	}
	if x.v.Kind() < event.List {
		c.loop()
		return p.isTrue.Has(c.shape(x.v)), true
	}
	set, n, ok := c.Event.Within(x.v, w.prunes, (c.Limits.Depth-c.depth)/2, c.left)
	acts := set&w.prunes != 0
	if acts {
		set = emptied(set)
	}
	if !ok || set&w.busy != 0 || c.isRoot(x) && c.metaLen() > 0 && (w.busy|w.prunes)&shapesOfMeta != 0 {
		c.work(n)
		return false, false
	}
	c.loopN(n + 1)
	if !acts {
		return p.isTrue.Has(c.shape(x.v)), true
	}
	return c.walk(w, x.v), true
}

// shape is that of a value, of which ctx has the metadata beside what is in the event.
func (c *Context) shape(v event.Value) event.Shape {
	s := c.Event.Shape(v)
	if s == event.EmptyMap && v == c.Event.Doc() && c.metaLen() > 0 {
		return event.Shape(event.Map)
	}
	return s
}

// shapesOfMeta are those of metadata.
const shapesOfMeta = event.Shapes(1<<event.String | 1<<event.Long)

// walk does what a walk does for v. What Within has found nothing in that goes is not looked at.
func (c *Context) walk(w *walk, v event.Value) bool {
	p := w.plans[c.shape(v)]
	for i := range p.passes {
		c.pass(&p.passes[i], v, w.prunes)
	}
	return p.isTrue.Has(c.shape(v))
}

// pass makes one pass over a container.
func (c *Context) pass(p *pass, v event.Value, prunes event.Shapes) {
	gone := p.gone | event.Shape(event.Missing).Set()
	if entries := c.Event.Entries(v); p.called != 0 {
		for i := range entries {
			e := &entries[i]
			holds := e.Holds(c.Event, prunes)
			if !holds && !p.removes {
				continue
			}
			shape := e.Shape(c.Event)
			if !p.called.Has(shape) {
				continue
			}
			w := p.calls[shape]
			yes := w.plans[shape].isTrue.Has(shape)
			if holds {
				yes = c.walk(w, c.Event.At(v, i))
				entries = c.Event.Entries(v)
			}
			if yes && p.removes {
				c.Event.SetAt(v, i, event.Value{}) // which nothing else in a container is
			}
		}
	}
	if p.removes && c.Event.Shapes(v)&gone != 0 {
		c.changes++
		c.Event.RemoveWhere(v, func(_ int, e *event.Entry) bool { return gone.Has(e.Shape(c.Event)) })
	}
}
