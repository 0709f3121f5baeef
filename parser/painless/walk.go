package painless

import (
	"slices"

	"github.com/millrace/millrace/event"
)

// walked does what a call of a walk with that argument does, and counts it. It fails, and has done nothing, when the
// argument holds what is for the script itself to look at.
func (c *Context) walked(w *walk, x value) (result, ok bool) {
	shape := c.shape(x.v)
	p := w.plans[shape]
	if p == nil || x.ref != nil || !c.isPure() {
		return false, false
	}
	c.loop()
	if shape == event.Shape(event.List) || shape == event.Shape(event.Map) {
		if !c.removeNulls(w, x.v) && !c.removeIn(w, x) {
			return false, false
		}
		shape = c.shape(x.v)
	}
	return p.isTrue.Has(shape), true
}

// removeNulls is removeIn for a walk that only nulls matter to, where those that the event was given are not deep in v.
func (c *Context) removeNulls(w *walk, v event.Value) bool {
	in, ok := c.Event.Nulls()
	if !ok || w.busy != 0 || w.prunes&^shapesOfNull != 0 || c.shared {
		return false
	}
	for _, m := range in {
		c.loopN(c.Event.Len(m))
		if m != v && c.Event.HoldsNull(m) && !c.Event.HoldsObject(v, m) {
			return false
		}
	}
	for _, m := range in {
		if c.Event.RemoveShapes(m, w.gone[m.Kind()]) {
			c.changed()
		}
	}
	return true
}

// removeIn removes what goes, at any depth in x.
func (c *Context) removeIn(w *walk, x value) bool {
	s := &c.search
	s.Depth, s.Left, s.Texts = (c.Limits.Depth-c.depth)/2, c.left, (w.busy|w.prunes)&shapesOfText != 0
	set, ok := s.For(c.Event, x.v, w.prunes)
	if set&w.prunes != 0 {
		set = emptied(set)
	}
	if !ok || set&w.busy != 0 || c.isRoot(x) && c.metaLen() > 0 && (w.busy|w.prunes)&shapesOfMeta != 0 {
		c.work(c.left - s.Left)
		return false
	}
	c.left = s.Left
	for _, v := range slices.Backward(s.Found) {
		if c.Event.RemoveShapes(v, w.gone[v.Kind()]) {
			c.changed()
		}
	}
	return true
}

// shape is that of a value, of which ctx has the metadata beside what is in the event.
func (c *Context) shape(v event.Value) event.Shape {
	s := c.Event.Shape(v)
	if s == event.EmptyMap && v == c.Event.Doc() && c.metaLen() > 0 {
		return event.Shape(event.Map)
	}
	return s
}

// shapesOfNull are those of nulls.
const shapesOfNull = event.Shapes(1<<event.Missing | 1<<event.Null)

// shapesOfText are those of strings.
const shapesOfText = event.Shapes(1<<event.String | 1<<event.EmptyString)

// shapesOfMeta are those of metadata.
const shapesOfMeta = event.Shapes(1<<event.String | 1<<event.Long)
