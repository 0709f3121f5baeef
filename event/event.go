package event

import "errors"

// ErrTooLarge is what a method panics with when an event outgrows maxArena. Lines are bounded, so only
// a pipeline that doubles its own fields comes here; the runner of pipelines recovers it.
var ErrTooLarge = errors.New("event is larger than 256 MiB")

// errRange is what methods panic with that are given an index or offset beyond the value: a defect of the caller, as for a slice.
const errRange = "event: out of range"

const (
	maxArena  = 1 << 28 // bytes of text of one event, fewer than that
	keepArena = 1 << 20 // what is kept for the next line
)

// Event is a document in the making: an arena of slots over one byte buffer, which is reset and used
// again for each line. It holds any JSON. It is not safe for concurrent use.
//
// Names from the wire are bytes of the arena, names in compiled paths are symbols; the two compare by text.
// A name with a dot in it and a path of two steps are different things.
type Event struct {
	buf     []byte   // constant text, and behind it that of strings and names from the wire
	slots   []slot   // entries of all containers; those of one are contiguous
	objects []object // containers
	tables  []uint32 // hash tables of large maps
	doc     Value
	ingest  Value
	fault   PathError
	ready   int         // length of the constant text
	plain   int         // so many bytes of buf are plain
	scanned int         // so many have been looked through
	rough   []byte      // of those behind plain, the bits of bytes that are not
	wide    bool        // there may be some that are not ASCII
	cyclic  bool        // of what was rendered last, something contains itself
	escaped escaped     // in it
	lent    []*rendered // what its frozen values are
	nulls   []Value     // containers that were given nulls; more than maxNulls: others, too
}

type slot struct {
	key key // listKey in lists
	val Value
}

// New makes an empty event.
func New() *Event {
	ev := &Event{}
	ev.Reset()
	return ev
}

// Reset empties the event. All its values, paths from DynamicPath and byte slices become invalid.
func (ev *Event) Reset() {
	ev.shrink()
	ev.resetText()
	ev.slots, ev.objects, ev.tables = ev.slots[:0], ev.objects[:0], ev.tables[:0]
	ev.doc, ev.ingest = ev.newObject(Map, 24), Value{}
}

// shrink lets go of what an uncommonly large event has taken.
func (ev *Event) shrink() {
	if cap(ev.buf) > keepArena || cap(ev.slots)*24 > keepArena {
		*ev = Event{}
	}
}

// Doc is the document itself, a map.
func (ev *Event) Doc() Value { return ev.doc }

// Ingest is the tree of `_ingest`, a map, which is not part of the document.
func (ev *Event) Ingest() Value {
	if ev.ingest.kind == Missing {
		ev.ingest = ev.newObject(Map, 4)
	}
	return ev.ingest
}

// SetDoc makes another map the document.
func (ev *Event) SetDoc(m Value) { ev.doc = m }

// String copies b into the event.
func (ev *Event) String(b []byte) Value {
	start := ev.Mark()
	ev.buf = append(ev.buf, b...)
	return ev.Since(start)
}

// Text copies s into the event.
func (ev *Event) Text(s string) Value { return ev.String(stringBytes(s)) }

// Mark begins a string that is built with Write and ended with Since.
func (ev *Event) Mark() int { return len(ev.buf) }

// Write appends to the string that is being built. Between Mark and Since nothing else may be added.
// p may be a slice of this event's own text.
func (ev *Event) Write(p []byte) { ev.buf = append(ev.buf, p...) }

// WriteByte appends to the string that is being built; the error is always nil.
func (ev *Event) WriteByte(c byte) error {
	ev.buf = append(ev.buf, c)
	return nil
}

// Buffer lends the buffer to functions of the form dst = appendX(dst, x); give the result to SetBuffer.
func (ev *Event) Buffer() []byte { return ev.buf }

// SetBuffer takes back what Buffer lent, with text appended.
func (ev *Event) SetBuffer(b []byte) {
	ev.buf, ev.plain, ev.scanned = b, min(ev.plain, len(b)), min(ev.scanned, len(b))
}

// Since ends the string that Mark began.
func (ev *Event) Since(mark int) Value {
	if len(ev.buf) >= maxArena {
		panic(ErrTooLarge)
	}
	return Value{String, uint64(mark)<<32 | uint64(len(ev.buf)-mark)}
}

// Undo forgets the text that was written since mark.
func (ev *Event) Undo(mark int) { ev.SetBuffer(ev.buf[:mark]) }

// Sub is bytes i to j of the text v, without a copy.
func (ev *Event) Sub(v Value, i, j int) Value {
	if uint64(i) > uint64(j) || uint64(j) > v.bits%(1<<32) {
		panic(errRange)
	}
	return Value{v.kind, (v.bits>>32+uint64(i))<<32 | uint64(j-i)}
}

// As is the text v as another of the kinds that are text: String, Bytes or BigInt.
func (ev *Event) As(k Kind, v Value) Value { return Value{k, v.bits} }

// Bytes is the text of a String, Bytes or BigInt, and nil for other kinds.
// The slice is valid until something is added to the event, and must not be written to.
func (ev *Event) Bytes(v Value) []byte {
	if v.kind < BigInt || v.kind > Bytes {
		return nil
	}
	return ev.text(v)
}

func (ev *Event) text(v Value) []byte {
	off, n := v.bits>>32, v.bits%(1<<32)
	if off >= lentFrom {
		return ev.lender(off).text[off%lentRoom:][:n:n]
	}
	return ev.buf[off : off+n : off+n]
}

// Get reads a field; its kind is Missing when there is none, or when the path leads nowhere.
func (ev *Event) Get(p Path) Value {
	v := ev.rootOf(p)
	for i := range p.steps {
		switch v.kind {
		case Map:
			v = ev.lookup(v, p.steps[i].key)
		case List:
			v = ev.At(v, int(p.steps[i].index))
		default:
			return Value{}
		}
	}
	return v
}

// Resolve reads a field and says what is wrong where Get only says Missing.
func (ev *Event) Resolve(p Path) (Value, error) {
	v := ev.rootOf(p)
	for i := range p.steps {
		next, err := ev.enter(p, i, v, "resolve")
		if err != nil {
			return Value{}, err
		}
		if next.kind == Missing {
			return Value{}, ev.fail(p, i, NotPresent, "resolve", v)
		}
		v = next
	}
	return v, nil
}

// Set writes a field; maps that are missing on the way are made.
func (ev *Event) Set(p Path, v Value) error {
	last := len(p.steps) - 1
	parent := ev.rootOf(p)
	for i := range last {
		if parent.kind != Map {
			next, err := ev.enter(p, i, parent, "resolve")
			if err != nil {
				return ev.whileWriting(err)
			}
			parent = next
			continue
		}
		next := ev.lookup(parent, p.steps[i].key)
		if next.kind == Missing {
			next = ev.NewMap()
			ev.put(parent, p.steps[i].key, next)
		}
		parent = next
	}
	switch parent.kind {
	case Map:
		ev.put(parent, p.steps[last].key, v)
	case List:
		if err := ev.checkIndex(p, last, parent); err != nil {
			return ev.whileWriting(err)
		}
		ev.SetAt(parent, int(p.steps[last].index), v)
	default:
		return ev.failInto(p, last, "set", parent)
	}
	return nil
}

// Remove removes a field; the error says why there was nothing to remove.
func (ev *Event) Remove(p Path) error {
	last := len(p.steps) - 1
	parent := ev.rootOf(p)
	for i := range last {
		next, err := ev.enter(p, i, parent, "resolve")
		if err != nil {
			return err
		}
		if next.kind == Missing {
			return ev.fail(p, i, NotPresent, "resolve", parent)
		}
		parent = next
	}
	switch parent.kind {
	case Map:
		if !ev.remove(parent, p.steps[last].key) {
			return ev.fail(p, last, NotPresent, "remove", parent)
		}
	case List:
		if err := ev.checkIndex(p, last, parent); err != nil {
			return ev.whileWriting(err)
		}
		ev.RemoveAt(parent, int(p.steps[last].index))
	default:
		return ev.failInto(p, last, "remove", parent)
	}
	return nil
}

// enter follows step i into v; the value is Missing when a map has no such field.
func (ev *Event) enter(p Path, i int, v Value, op string) (Value, error) {
	switch v.kind {
	case Map:
		return ev.lookup(v, p.steps[i].key), nil
	case List:
		if err := ev.checkIndex(p, i, v); err != nil {
			return Value{}, err
		}
		return ev.At(v, int(p.steps[i].index)), nil
	}
	return Value{}, ev.failInto(p, i, op, v)
}

// whileWriting notes that an index which is none was to be written to, as Elasticsearch tells that apart.
func (ev *Event) whileWriting(err error) error {
	if ev.fault.Fault == NotAnIndex {
		ev.fault.Op = "set"
	}
	return err
}

func (ev *Event) checkIndex(p Path, i int, list Value) error {
	switch n := p.steps[i].index; {
	case n < 0:
		return ev.fail(p, i, NotAnIndex, "resolve", list)
	case int(n) >= ev.Len(list):
		return ev.fail(p, i, OutOfBounds, "resolve", list)
	}
	return nil
}

func (ev *Event) failInto(p Path, i int, op string, v Value) error {
	if v.IsNull() {
		return ev.fail(p, i, FromNull, op, v)
	}
	return ev.fail(p, i, FromScalar, op, v)
}

func (ev *Event) fail(p Path, i int, f PathFault, op string, v Value) error {
	k := p.steps[i].key
	name := ""
	if k.isSymbol() {
		name = Symbol(k).String()
	} else {
		name = string(ev.keyBytes(k))
	}
	ev.fault = PathError{Fault: f, Op: op, Path: p.text, Step: name, Kind: v.kind}
	if v.kind == List {
		ev.fault.Len = ev.Len(v)
	}
	return &ev.fault
}

func (ev *Event) rootOf(p Path) Value {
	if p.root == rootIngest {
		return ev.Ingest()
	}
	return ev.doc
}
