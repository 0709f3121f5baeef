package event

import "slices"

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
	switch {
	case v.kind >= List:
		if ev.objects[v.bits].len == 0 {
			return EmptyList + Shape(v.kind-List)
		}
	case v.kind == frozen:
		return ev.formOf(uint32(v.bits >> 32)).shape
	case v.kind == String && uint32(v.bits) == 0:
		return EmptyString
	}
	return Shape(v.kind)
}

// Shapes are those of the values in a container.
func (ev *Event) Shapes(v Value) (set Shapes) {
	o := &ev.objects[v.bits]
	s := ev.slots[o.start:][:o.len]
	for i := range s {
		set |= s[i].Shape(ev).Set()
	}
	return set
}

// Search looks through a container and, level by level, all that it holds.
type Search struct {
	Depth int     // so many levels at most
	Left  int     // how many more values may be looked at
	Texts bool    // it matters whether a string is empty: else all are told as if they were not
	Found []Value // containers
	all   []Value
}

// For looks for values of some shapes, and tells the shapes of all values. It fails when there are more, or they are
// deeper, than they may be, as in a container that holds itself. Found are then the containers that hold such values,
// those of one level behind those that they are in; all, when those that are emptied would be such values, too. What is
// frozen is thawed only when it holds such values.
func (s *Search) For(ev *Event, v Value, shapes Shapes) (set Shapes, ok bool) {
	s.all, s.Found = append(s.all[:0], v), s.Found[:0]
	all, left, end := s.all, s.Left, 1
	for at := 0; at < len(all); at++ {
		if at == end {
			end = len(all)
			s.Depth--
		}
		o := &ev.objects[all[at].bits]
		if left -= int(o.len); left < 0 || s.Depth <= 0 {
			s.Left = left
			return set, false
		}
		var here Shapes
		entries := ev.slots[o.start:][:o.len]
		for i := range entries {
			e := &entries[i].val
			shape := Shape(e.kind)
			if e.kind > frozen {
				if ev.objects[e.bits].len > 0 {
					all = append(all, *e)
				} else {
					shape += EmptyList - Shape(List)
				}
			}
			here |= shape.Set()
		}
		if here.Has(Shape(String)) && s.Texts {
			here = here&^Shape(String).Set() | textShapes(entries)
		}
		if here.Has(Shape(frozen)) {
			s.all = all
			own, deeper := s.frozen(ev, all[at], shapes)
			here, set, all = here&^Shape(frozen).Set()|own, set|deeper, s.all
		}
		if set |= here; here&shapes != 0 {
			s.Found = append(s.Found, all[at])
		}
	}
	s.all, s.Left = all, left
	if shapes&(EmptyList.Set()|EmptyMap.Set()) != 0 && set&shapes != 0 {
		s.Found = append(s.Found[:0], all...)
	}
	return set, true
}

// frozen looks at the frozen values in a container: own are their shapes, deeper those of what stays frozen in them.
func (s *Search) frozen(ev *Event, v Value, shapes Shapes) (own, deeper Shapes) {
	start, n := ev.objects[v.bits].start, ev.objects[v.bits].len
	for at := start; at < start+n; at++ {
		e := ev.slots[at].val
		if e.kind != frozen {
			continue
		}
		f := ev.formOf(uint32(e.bits >> 32))
		own |= f.shape.Set()
		if f.within&shapes == 0 {
			deeper |= f.within
		} else {
			s.all = append(s.all, ev.thaw(int(at)))
		}
	}
	return own, deeper
}

// textShapes are the shapes of the strings among entries.
func textShapes(entries []Entry) (set Shapes) {
	for i := range entries {
		if v := &entries[i].val; v.kind == String {
			shape := Shape(String)
			if uint32(v.bits) == 0 {
				shape = EmptyString
			}
			set |= shape.Set()
		}
	}
	return set
}

// maxNulls bounds the containers of which an event knows that they were given nulls.
const maxNulls = 8

// NoteNull notes that a container was given a null.
//
//go:noinline
func (ev *Event) NoteNull(in Value) {
	if len(ev.nulls) <= maxNulls && !slices.Contains(ev.nulls, in) {
		ev.nulls = append(ev.nulls, in)
	}
}

// Nulls are the containers that were given nulls since the event was reset; false: so were others. The slice is valid until
// the event is changed.
func (ev *Event) Nulls() (in []Value, ok bool) { return ev.nulls, len(ev.nulls) <= maxNulls }

// HoldsNull tells whether an entry of a container is null.
func (ev *Event) HoldsNull(v Value) bool {
	s := ev.Entries(v)
	for i := range s {
		if s[i].val.kind <= Null {
			return true
		}
	}
	return false
}

// HoldsObject tells whether an entry of a container is that list or map.
func (ev *Event) HoldsObject(v, object Value) bool {
	s := ev.Entries(v)
	for i := range s {
		if s[i].val == object {
			return true
		}
	}
	return false
}

// Entries are those of a container, in place. The slice is valid until the event is changed, or a frozen value of it read.
func (ev *Event) Entries(v Value) []Entry {
	o := &ev.objects[v.bits]
	return ev.slots[o.start:][:o.len]
}

// Shape is that of an entry's value.
func (e *Entry) Shape(ev *Event) Shape {
	if e.val.kind < String || e.val.kind <= Date && uint32(e.val.bits) != 0 {
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

// RemoveShapes removes the entries of a container that are of the shapes, and tells whether there were any.
func (ev *Event) RemoveShapes(v Value, shapes Shapes) bool {
	onlyKinds := shapes>>String == 0 // they are told by them
	o := &ev.objects[v.bits]
	s := ev.slots[o.start:][:o.len]
	kept := 0
	for i := range s {
		shape := Shape(s[i].val.kind)
		if shape >= Shape(String) && !onlyKinds {
			shape = s[i].Shape(ev)
		}
		if !shapes.Has(shape) {
			s[kept] = s[i]
			kept++
		}
	}
	ev.keep(o, kept)
	return kept < len(s)
}

// RemoveWhere removes the entries of a container for which gone is true; it is asked from the first to the last.
func (ev *Event) RemoveWhere(v Value, gone func(i int, e *Entry) bool) {
	o := &ev.objects[v.bits]
	s := ev.slots[o.start:][:o.len]
	kept := 0
	for i := range s {
		if !gone(i, &s[i]) {
			s[kept] = s[i]
			kept++
		}
	}
	ev.keep(o, kept)
}

// keep is behind the removal of entries: n are left, at the beginning.
func (ev *Event) keep(o *object, n int) {
	if int(o.len) == n {
		return
	}
	o.len = uint32(n)
	o.forgetNames()
	for i, e := range ev.slots[o.start:][:n] {
		o.enter(e.key, uint32(i))
	}
}
