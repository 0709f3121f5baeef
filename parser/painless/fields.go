package painless

import (
	"math"
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
	to   stepTo
}

// stepTo is what a step leads to.
type stepTo uint8

const (
	toEntry  stepTo = iota
	toLength        // of a list, or an entry of a map: x.length
	toSize          // of a list or map: x.size()
	toChars         // of a text: x.length()
)

// hasAll tells whether none of the fields is null, so that it is no error to ask for what is in them.
func (c *Context) hasAll(fields []int32) bool {
	for _, at := range fields {
		if !c.knows(at) && !c.read(at) || c.readings[at].IsNull() {
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

// Add adds the field of a path of the document, such as a.b, for [Context.Field]; "" is the document.
func (f *Fields) Add(path string) int32 {
	at := int32(wholeDoc)
	if path == "" {
		return at
	}
	for name := range strings.SplitSeq(path, ".") {
		at = f.add(fieldStep{from: at, name: event.Intern(name)})
	}
	return at
}

// readings tell of 64 fields, a bit each, which of them were read since the document changed there, and which of those
// are maps.
type readings struct{ known, maps uint64 }

// Touch are fields that may be others when something is written to a path, of the 64 that begin with word*64.
type Touch struct {
	word  int32
	below uint64 // the path itself and what is in it
	above uint64 // what the path is in: a map stays the same one
}

// Touched are the fields that may be others when something is written to one of the paths. It fails for a path that
// may lead into a list, whose items other fields may share.
func (f *Fields) Touched(paths []string) (touched []Touch, ok bool) {
	words := make([]Touch, (len(f.steps)+63)/64)
	for _, path := range paths {
		names := strings.Split(strings.TrimPrefix(path, "_source."), ".")
		for _, name := range names {
			if _, err := strconv.Atoi(name); err == nil {
				return nil, false
			}
		}
		for at := range f.steps {
			if at == wholeDoc {
				continue
			}
			switch w, bit := &words[at/64], uint64(1)<<(at%64); f.related(int32(at), names) {
			case isBelow:
				w.below |= bit
			case isAbove:
				w.above |= bit
			}
		}
	}
	for i, w := range words {
		if w.below|w.above != 0 {
			w.word = int32(i)
			touched = append(touched, w)
		}
	}
	return touched, true
}

// All are all fields, for who does not know what is written.
func (f *Fields) All() []Touch {
	all := make([]Touch, (len(f.steps)+63)/64)
	for i := range all {
		all[i] = Touch{word: int32(i), below: math.MaxUint64}
	}
	return all
}

type relation uint8

const (
	isElsewhere relation = iota
	isBelow
	isAbove
)

// related tells where a field is to be found from a path.
func (f *Fields) related(at int32, names []string) relation {
	if s := f.steps[at]; s.to == toSize { // which all entries have a part in
		if f.related(s.from, names) == isElsewhere {
			return isElsewhere
		}
		return isBelow
	}
	var of []string
	for ; at != wholeDoc; at = f.steps[at].from {
		of = append(of, f.steps[at].name.String())
	}
	for i := range min(len(of), len(names)) {
		if of[len(of)-1-i] != names[i] {
			return isElsewhere
		}
	}
	if len(of) < len(names) {
		return isAbove
	}
	return isBelow
}

// Changed tells that the document may have changed since the last condition.
func (c *Context) Changed() {
	for i := range c.read64 {
		c.read64[i].known = 0
	}
}

// Begin tells that the document is another one.
func (c *Context) Begin() {
	c.Changed()
	c.shared = false
}

// Share tells that from now on a container of the document may be in several places, as after a script's
// `ctx.a = ctx.b`.
func (c *Context) Share() { c.shared = true }

// Shared tells whether a container of the document may be in several places.
func (c *Context) Shared() bool { return c.shared }

// Wrote tells that the document may have changed in some fields since the last condition. They are of the Fields that
// all conditions have.
func (c *Context) Wrote(touched []Touch) {
	if c.shared {
		c.Changed()
		return
	}
	for i := range touched {
		t := &touched[i]
		if int(t.word) < len(c.read64) {
			r := &c.read64[t.word]
			r.known &^= t.below | t.above&^r.maps
		}
	}
}

// Use makes room for readings of f, which it is about from now on.
func (c *Context) Use(f *Fields) {
	c.fields = f
	if missing := len(f.steps) - len(c.readings); missing > 0 {
		c.readings = append(c.readings, make([]event.Value, missing)...)
		c.read64 = make([]readings, (len(c.readings)+63)/64)
	}
	c.Changed()
}

// Missing tells whether there is no such field, of those in use, so that a step which is about it has nothing to do. It
// may say no where that is not plain, such as of a field in a list.
func (c *Context) Missing(at int32) bool {
	if c.knows(at) {
		return c.readings[at].Kind() == event.Missing
	}
	return c.read(at) && c.readings[at].Kind() == event.Missing
}

// Field is the value of a field of those in use; Missing also where that is not plain.
func (c *Context) Field(at int32) event.Value {
	if c.knows(at) {
		return c.readings[at]
	}
	return c.readField(at)
}

func (c *Context) readField(at int32) event.Value {
	if c.read(at) {
		return c.readings[at]
	}
	return event.Value{}
}

// knows tells whether the field was read since it may have changed.
func (c *Context) knows(at int32) bool { return c.read64[uint32(at)/64].known>>(uint32(at)%64)&1 != 0 }

// read reads a field, which is missing in null; it fails where Painless has another way than a look into maps.
func (c *Context) read(at int32) bool {
	v := c.Event.Doc()
	if at != wholeDoc {
		s := &c.fields.steps[at]
		if s.from != wholeDoc {
			if !c.knows(s.from) && !c.read(s.from) {
				return false
			}
			v = c.readings[s.from]
		}
		switch {
		case v.Kind() == event.Map && s.to <= toLength:
			v = c.Event.Lookup(v, s.name)
		case v.IsNull():
			v = event.Value{}
		case v.Kind() == event.List && (s.to == toLength || s.to == toSize), v.Kind() == event.Map && s.to == toSize:
			v = event.IntValue(int32(c.Event.Len(v)))
		case v.Kind() == event.String && s.to == toChars:
			v = event.IntValue(int32(utf16Len(c.Event.Bytes(v))))
		default:
			return false
		}
	}
	c.readings[at] = v
	r, bit := &c.read64[uint32(at)/64], uint64(1)<<(uint32(at)%64)
	r.known |= bit
	r.maps &^= bit
	if v.Kind() == event.Map {
		r.maps |= bit
	}
	return true
}
