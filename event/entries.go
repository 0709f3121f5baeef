package event

// Entry is an entry of a container as it stands.
type Entry = slot

// Shape is the kind of a value, and of strings, lists and maps whether they are empty.
type Shape uint8

// Shapes beside the kinds, which are those of what is not empty.
const (
	EmptyString = Shape(Map) + 1 + iota
	EmptyList
	EmptyMap
	NumShapes = iota + Shape(Map) + 1
)

// Kind is the kind of values of that shape.
func (s Shape) Kind() Kind {
	switch s {
	case EmptyString:
		return String
	case EmptyList:
		return List
	case EmptyMap:
		return Map
	}
	return Kind(s)
}

// Shapes is a set of shapes.
type Shapes uint32

// Set is the set of s alone.
func (s Shape) Set() Shapes { return 1 << (s & 31) }

// Has tells whether s is one of them.
func (all Shapes) Has(s Shape) bool { return all&s.Set() != 0 }

// Shape is that of a value. What is frozen is not thawed for that.
func (ev *Event) Shape(v Value) Shape {
	switch v.kind {
	case String:
		if uint32(v.bits) == 0 {
			return EmptyString
		}
	case List, Map:
		if ev.objects[v.bits].len == 0 {
			return EmptyList + Shape(v.kind-List)
		}
	case frozen:
		return ev.formOf(uint32(v.bits >> 32)).shape
	}
	return Shape(v.kind)
}

// Shapes are those of the values in a container.
func (ev *Event) Shapes(v Value) (set Shapes) {
	o := &ev.objects[v.bits]
	s := ev.slots[o.start:][:o.len]
	for i := range s {
		v := &s[i].val
		shape := Shape(v.kind)
		if v.kind >= String && (v.kind > Date || uint32(v.bits) == 0) {
			shape = ev.Shape(*v)
		}
		set |= shape.Set()
	}
	return set
}

// Within are the shapes of the values in a container and, at any depth, in those that it holds, and how many values
// these are. ok is false when they are deeper than depth or more than most, as in a container that holds itself. It is
// noted for [Entry.Holds] which containers hold a value of the shapes to note.
func (ev *Event) Within(v Value, note Shapes, depth, most int) (set Shapes, n int, ok bool) {
	o := &ev.objects[v.bits]
	if n = int(o.len); depth == 0 || n > most {
		return set, n, false
	}
	s := ev.slots[o.start:][:o.len]
	for i := range s {
		v := &s[i].val
		switch {
		case v.kind < String || v.kind < frozen && uint32(v.bits) != 0:
			set |= Shape(v.kind).Set()
		case v.kind < frozen:
			set |= ev.Shape(*v).Set()
		case v.kind == frozen:
			f := ev.formOf(uint32(v.bits >> 32))
			set |= f.shape.Set() | f.within
			n += len(f.slots)
		default:
			set |= ev.Shape(*v).Set()
			inner, m, ok := ev.Within(*v, note, depth-1, most-n)
			set |= inner
			if n += m; !ok {
				return set, n, false
			}
		}
	}
	o.state &^= noted
	if set&note != 0 {
		o.state |= noted
	}
	return set, n, true
}

// Holds tells whether an entry's value is a container in which [Event.Within] has noted a value of the shapes; there
// may be more in what was thawed since.
func (e *Entry) Holds(ev *Event, note Shapes) bool {
	if e.val.kind < List {
		return e.val.kind == frozen && ev.formOf(uint32(e.val.bits>>32)).within&note != 0
	}
	return ev.objects[e.val.bits].is(noted)
}

// Entries are those of a container, in place. The slice is valid until the event is changed, or a frozen value of it read.
func (ev *Event) Entries(v Value) []Entry {
	o := &ev.objects[v.bits]
	return ev.slots[o.start:][:o.len]
}

// Shape is that of an entry's value.
func (e *Entry) Shape(ev *Event) Shape {
	if e.val.kind < String {
		return Shape(e.val.kind)
	}
	return ev.Shape(e.val)
}

// Symbol is the name of a map's entry, when it is a symbol.
func (e *Entry) Symbol() (Symbol, bool) { return Symbol(e.key), e.key.isSymbol() }

// Number counts symbols from 0, as they were interned.
func (s Symbol) Number() int { return int(uint32(s)) }

// Name is the name of a map's entry that is no symbol, as a string.
func (e *Entry) Name() Value { return Value{String, uint64(e.key)} }

// RemoveWhere removes the entries of a container for which gone is true; it is asked from the first to the last.
func (ev *Event) RemoveWhere(v Value, gone func(i int, e *Entry) bool) {
	o := &ev.objects[v.bits]
	s := ev.slots[o.start:][:o.len]
	o.len = 0
	o.forgetNames()
	for i := range s {
		if !gone(i, &s[i]) {
			s[o.len] = s[i]
			o.enter(s[i].key, o.len)
			o.len++
		}
	}
}
