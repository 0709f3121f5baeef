package painless

import "github.com/millrace/millrace/event"

// Fields are the fields that the conditions of some pipelines ask for. Conditions that are compiled with the same
// Fields read each of them once, until [Context.Changed] says that the document may be another.
type Fields struct {
	steps []fieldStep
	index map[fieldStep]int32
}

// fieldStep is one step of ctx.a?.b behind another.
type fieldStep struct {
	from     int32 // wholeDoc for the first
	name     event.Symbol
	nullSafe bool
}

// wholeDoc is the step that ctx itself is.
const wholeDoc = -1

// NewFields returns fields for pipelines that run in one context.
func NewFields() *Fields { return &Fields{index: map[fieldStep]int32{}} }

func (f *Fields) add(s fieldStep) int32 {
	at, ok := f.index[s]
	if !ok {
		at = int32(len(f.steps))
		f.steps = append(f.steps, s)
		f.index[s] = at
	}
	return at
}

// reading is what was read of a field, and when.
type reading struct {
	at uint64 // Context.version
	v  event.Value
	ok bool // not an error
}

// Changed tells that the document may have changed since the last condition.
func (c *Context) Changed() { c.version++ }

// know makes room for readings of f.
func (c *Context) know(f *Fields) {
	c.known = f
	c.version++
	if missing := len(f.steps) - len(c.readings); missing > 0 {
		c.readings = append(c.readings, make([]reading, missing)...)
	}
}

// read reads a field; it is not ok where Painless has another way than a look into maps.
func (c *Context) read(at int32) (v event.Value, ok bool) {
	if int(at) < len(c.readings) && at >= 0 {
		if r := &c.readings[at]; r.at == c.version {
			return r.v, r.ok
		}
	}
	return c.readAnew(at)
}

func (c *Context) readAnew(at int32) (v event.Value, ok bool) {
	if at == wholeDoc {
		return c.Event.Doc(), true
	}
	if int(at) >= len(c.readings) {
		c.know(c.known)
	}
	s := &c.known.steps[at]
	from, ok := c.Event.Doc(), true
	if s.from != wholeDoc {
		from, ok = c.read(s.from)
	}
	switch {
	case !ok:
	case from.Kind() == event.Map:
		v = c.Event.Lookup(from, s.name)
	default:
		ok = from.IsNull() && s.nullSafe
	}
	c.readings[at] = reading{c.version, v, ok}
	return v, ok
}
