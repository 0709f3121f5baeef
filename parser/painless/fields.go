package painless

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// Fields are the fields that the conditions of some pipelines ask for. Conditions that are compiled with the same
// Fields read each of them once, until [Context.Changed] says that the document may be another, or
// [Context.Wrote], that the field may be.
type Fields struct {
	steps []fieldStep
	index map[fieldStep]int32
}

// fieldStep is one step of ctx.a?.b behind another.
type fieldStep struct {
	from int32 // wholeDoc for the first
	name event.Symbol
}

// hasAll tells whether none of the fields is null, so that it is no error to ask for what is in them.
func (c *Context) hasAll(fields []int32) bool {
	for _, at := range fields {
		if c.readings[at].v.IsNull() {
			return false
		}
	}
	return true
}

// wholeDoc is the step that ctx itself is.
const wholeDoc = 0

// NewFields returns fields for pipelines that run in one context. All their conditions are compiled before one is evaluated.
func NewFields() *Fields { return &Fields{steps: make([]fieldStep, 1), index: map[fieldStep]int32{}} }

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
}

// Touched are the fields that may be others when something is written to path: those below it, and those that it
// is in. It fails for a path that may lead into a list, whose items other fields may share.
func (f *Fields) Touched(path string) (touched []int32, ok bool) {
	names := strings.Split(strings.TrimPrefix(path, "_source."), ".")
	for _, name := range names {
		if _, err := strconv.Atoi(name); err == nil {
			return nil, false
		}
	}
	for at := range f.steps {
		if at != wholeDoc && f.touches(int32(at), names) {
			touched = append(touched, int32(at))
		}
	}
	return touched, true
}

func (f *Fields) touches(at int32, names []string) bool {
	var of []string
	for ; at != wholeDoc; at = f.steps[at].from {
		of = append(of, f.steps[at].name.String())
	}
	for i := range min(len(of), len(names)) {
		if of[len(of)-1-i] != names[i] {
			return false
		}
	}
	return true
}

// Changed tells that the document may have changed since the last condition.
func (c *Context) Changed() { c.version++ }

// Begin tells that the document is another one.
func (c *Context) Begin() {
	c.version++
	c.shared = false
}

// Share tells that from now on a container of the document may be in several places, as after a script's
// `ctx.a = ctx.b`.
func (c *Context) Share() { c.shared = true }

// Wrote tells that the document may have changed in some fields since the last condition. They are of the Fields that
// all conditions have.
func (c *Context) Wrote(fields []int32) {
	if c.shared {
		c.version++
		return
	}
	readings := c.readings
	for _, at := range fields {
		if int(at) < len(readings) {
			readings[at].at = 0
		}
	}
}

// know makes room for readings of f.
func (c *Context) know(f *Fields) {
	c.known = f
	c.version++
	if missing := len(f.steps) - len(c.readings); missing > 0 {
		c.readings = append(c.readings, make([]reading, missing)...)
	}
}

// read reads a field, which is missing in null; it fails where Painless has another way than a look into maps.
func (c *Context) read(at int32) bool {
	r := &c.readings[at]
	if at == wholeDoc {
		r.at, r.v = c.version, c.Event.Doc()
		return true
	}
	s := &c.known.steps[at]
	from := &c.readings[s.from]
	if from.at != c.version && !c.read(s.from) {
		return false
	}
	switch {
	case from.v.Kind() == event.Map:
		r.v = c.Event.Lookup(from.v, s.name)
	case from.v.IsNull():
		r.v = event.Value{}
	default:
		return false
	}
	r.at = c.version
	return true
}
