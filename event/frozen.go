package event

import (
	"math"
	"slices"
)

// JSON is a value that was rendered once, to stand in many events. The zero JSON is null.
type JSON struct{ *rendered }

// rendered never changes once it was made.
type rendered struct {
	text  []byte
	lazy  bool  // no null is in it, and no escapes in its strings: containers can be made of it without other text
	plain bool  // its strings are plain
	longs bool  // its whole numbers are Longs, small ones too
	ready Value // what it is in events whose constant text goes as far as end; see Intern
	end   int   // beyond all text for one that is not part of it
	form  *form // of one that is lazy
}

// IsZero tells whether j was not made by Freeze.
func (j JSON) IsZero() bool { return j.rendered == nil }

// AppendTo appends the JSON.
func (j JSON) AppendTo(dst []byte) []byte {
	if j.IsZero() {
		return append(dst, "null"...)
	}
	return append(dst, j.text...)
}

// Freeze renders v for use in other events. What is read there is what the JSON says: dates are text, and where v
// has Ints and Longs, Longs that are small are Ints.
func (ev *Event) Freeze(v Value) (JSON, error) {
	text, err := ev.AppendValue(nil, v)
	if err != nil {
		return JSON{}, err
	}
	text = slices.Grow(text, block) // see block
	trial := New()
	start := len(trial.buf)
	trial.buf = append(trial.buf, text...)
	ints, longs := ev.wholes(v)
	longs = longs && !ints
	p := jsonParser{ev: trial, src: trial.buf, at: start, own: true, limits: DefaultJSONLimits(), longs: longs}
	read, err := p.value(p.limits.Depth)
	if err != nil {
		return JSON{}, err
	}
	j := JSON{&rendered{text: text, lazy: len(trial.buf) == start+len(text) && len(trial.nulls) == 0 && !read.IsNull(), plain: true, longs: longs, end: math.MaxInt}}
	if j.lazy {
		ev.lendNames(v, trial, read)
		j.form = trial.takeForm(read, start)
	}
	for _, c := range text {
		j.plain = j.plain && (plainByte(c) || c == '"')
	}
	return j, nil
}

// wholes tells whether there are Ints and Longs in v, which does not contain itself.
func (ev *Event) wholes(v Value) (ints, longs bool) {
	switch v.kind {
	case Int:
		return true, false
	case Long:
		return false, true
	case List, Map:
		for i := range ev.Len(v) {
			a, b := ev.wholes(ev.At(v, i))
			ints, longs = ints || a, longs || b
		}
	}
	return ints, longs
}

// JSON adds a frozen value. It is to be put into a map or list at once: rendering copies its text, and only
// what reads it, or writes into it, by way of that map or list makes containers of it, which then are like any other.
func (ev *Event) JSON(j JSON) Value {
	if j.rendered != nil && j.end <= ev.ready {
		return j.ready
	}
	return ev.addJSON(j.rendered)
}

func (ev *Event) addJSON(j *rendered) Value {
	if j == nil {
		return NullValue()
	}
	n := len(ev.lent)
	if !j.lazy || len(j.text) >= lentRoom || n == maxLent {
		p := jsonParser{ev: ev, src: j.text, limits: DefaultJSONLimits(), duplicates: true, longs: j.longs}
		v, _ := p.value(p.limits.Depth) // Freeze has tried it
		return v
	}
	ev.lent = append(ev.lent, j)
	ev.wide = ev.wide || !j.plain
	return Value{frozen, uint64(lentFrom+n*lentRoom)<<32 | uint64(len(j.text))}
}

// Text that is lent is not copied into the event: its offsets are beyond those of the event's own, each time lentRoom
// from the last one's.
const (
	lentFrom = maxArena
	lentRoom = 1 << 16
	maxLent  = 1 << 12
)

// lender is whose text has been lent at an offset.
func (ev *Event) lender(off uint64) *rendered { return ev.lent[off/lentRoom%maxLent] }

// appendLent appends a string that is part of lent text, with its quotes.
func (ev *Event) appendLent(dst []byte, v Value) []byte {
	text := ev.text(v)
	if ev.lender(v.bits >> 32).plain {
		return append(append(append(dst, '"'), text...), '"')
	}
	return AppendQuoted(dst, text)
}

// thaw makes containers of the frozen value in a slot. It adds no text, as a string may be in the making
// when a field is read: all names and strings are parts of the frozen text.
func (ev *Event) thaw(at int) Value {
	v := ev.slots[at].val
	off := uint32(v.bits >> 32)
	v = ev.build(ev.formOf(off), off)
	ev.slots[at].val = v
	return v
}
