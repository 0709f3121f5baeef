package event

import "math"

// object is a list or a map. Its entries are slots[start:start+len]; growing may move them.
type object struct {
	start, len, cap uint32
	table, size     uint32 // hash table of a large map: tables[table:table+size]
	state           state
	seen            key // what all its symbols' keys have between them
	places          [64]uint8
}

// state is what is to be known of a list or map beside its entries.
type state uint8

const (
	busy    state = 1 << iota // being rendered or copied: meeting it again is a cycle
	hashed                    // the table is up to date
	byText                    // has names that places does not know: from the wire, or too many
	crowded                   // has symbols whose place another one has
)

func (o *object) is(s state) bool { return o.state&s != 0 }

// place is where a map notes at which entry a name that is a symbol stands: index + 1, and 0 for a place whose symbols
// it does not have. Symbols have their places by their numbers.
func (o *object) place(k key) *uint8 { return &o.places[k%key(len(o.places))] }

// move is for the copy of a container in another event: where its entries begin there, and for how many more there is room.
func (o *object) move(start, room int) {
	o.start, o.cap = uint32(start), o.len+uint32(room)
	o.state, o.table, o.size = o.state&^hashed, 0, 0
}

// NewMap makes an empty map.
func (ev *Event) NewMap() Value { return ev.newObject(Map, 8) }

// NewList makes an empty list.
func (ev *Event) NewList() Value { return ev.newObject(List, 4) }

func (ev *Event) newObject(k Kind, room int) Value {
	start := len(ev.slots)
	ev.slots = extend(ev.slots, room)
	ev.objects = append(ev.objects, object{start: uint32(start), cap: uint32(room)})
	return Value{k, uint64(len(ev.objects) - 1)}
}

// extend lengthens s by n slots, whose content is whatever was there.
func extend(s []slot, n int) []slot {
	if len(s)+n <= cap(s) {
		return s[:len(s)+n]
	}
	return append(s, make([]slot, n)...)
}

// Len is the number of entries of a container, and 0 for other kinds.
func (ev *Event) Len(v Value) int {
	if v.kind < List {
		return 0
	}
	return int(ev.objects[v.bits].len)
}

// At is entry i of a container, Missing when there is none.
func (ev *Event) At(v Value, i int) Value {
	if v.kind < List || uint(i) >= uint(ev.objects[v.bits].len) {
		return Value{}
	}
	return ev.read(ev.objects[v.bits].start + uint32(i))
}

// read is the value in a slot.
func (ev *Event) read(at uint32) Value {
	if v := ev.slots[at].val; v.kind != frozen {
		return v
	}
	return ev.thaw(int(at))
}

// Key is the name of entry i of a map. The slice is valid until something is added to the event.
func (ev *Event) Key(m Value, i int) []byte {
	return ev.keyBytes(ev.slots[int(ev.objects[m.bits].start)+i].key)
}

// SetAt replaces entry i of a container.
func (ev *Event) SetAt(v Value, i int, to Value) {
	o := &ev.objects[v.bits]
	if uint(i) >= uint(o.len) {
		panic(errRange)
	}
	ev.slots[o.start+uint32(i)].val = to
	if to.kind <= Null {
		ev.NoteNull(v)
	}
}

// Append adds to a list.
func (ev *Event) Append(list, v Value) {
	o := &ev.objects[list.bits]
	if o.len == o.cap {
		ev.grow(o)
	}
	ev.slots[o.start+o.len] = slot{listKey, v}
	o.len++
	if v.kind <= Null {
		ev.NoteNull(list)
	}
}

// RemoveAt removes entry i of a container; those behind it move up.
func (ev *Event) RemoveAt(v Value, i int) {
	o := &ev.objects[v.bits]
	s := ev.slots[o.start:][:o.len]
	o.len--
	o.state &^= hashed
	if v.kind == Map && !o.is(byText|crowded) {
		*o.place(s[i].key) = 0
		for ; i < len(s)-1; i++ {
			s[i] = s[i+1]
			*o.place(s[i].key)--
		}
		return
	}
	copy(s[i:], s[i+1:])
	if v.kind == Map {
		o.forgetNames()
		for i := range s[:o.len] {
			o.enter(s[i].key, uint32(i))
		}
	}
}

// Holds tells whether entry i of a map has that name and is v as it was put there: a frozen value is another one once it
// was read.
func (ev *Event) Holds(m Value, i int, name Symbol, v Value) bool {
	o := &ev.objects[m.bits]
	return uint(i) < uint(o.len) && ev.slots[int(o.start)+i] == slot{key(name), v}
}

// Clear empties a container.
func (ev *Event) Clear(v Value) {
	o := &ev.objects[v.bits]
	o.len = 0
	o.forgetNames()
}

// Lookup is the entry of that name, Missing when there is none.
func (ev *Event) Lookup(m Value, name Symbol) Value { return ev.lookup(m, key(name)) }

// LookupBytes is Lookup for a name from the wire.
func (ev *Event) LookupBytes(m Value, name []byte) Value {
	if m.kind != Map {
		return Value{}
	}
	if i := ev.findBytes(m, name); i >= 0 {
		return ev.At(m, i)
	}
	return Value{}
}

// Put sets the entry of that name.
func (ev *Event) Put(m Value, name Symbol, v Value) { ev.put(m, key(name), v) }

// PutBytes is Put for a name from the wire, which is copied into the event when it is new.
func (ev *Event) PutBytes(m Value, name []byte, v Value) {
	if i := ev.findBytes(m, name); i >= 0 {
		ev.SetAt(m, i, v)
		return
	}
	s := ev.String(name)
	ev.add(m, key(s.bits), v)
}

// RemoveBytes removes the entry of that name and tells whether there was one.
func (ev *Event) RemoveBytes(m Value, name []byte) bool {
	i := ev.findBytes(m, name)
	if i >= 0 {
		ev.RemoveAt(m, i)
	}
	return i >= 0
}

func (ev *Event) lookup(m Value, k key) Value {
	if m.kind != Map {
		return Value{}
	}
	o := &ev.objects[m.bits]
	if at := *o.place(k); at != 0 { // as in find, of which this is the hottest use
		if s := &ev.slots[o.start+uint32(at)-1]; s.key == k && s.val.kind != frozen {
			return s.val
		}
	} else if k.isSymbol() && !o.is(byText) {
		return Value{}
	}
	return ev.lookupFound(m, k)
}

// lookupFound is lookup of what is not told at once. It is apart, as put's is, so that those keep nothing for after a call.
func (ev *Event) lookupFound(m Value, k key) Value {
	o := &ev.objects[m.bits]
	if i := ev.find(o, k); i >= 0 {
		return ev.read(o.start + uint32(i))
	}
	return Value{}
}

// put sets the entry named k. Of symbols that the map has, or that come to a map with room, it sees to that at once, when
// the value is not null.
func (ev *Event) put(m Value, k key, v Value) {
	o := &ev.objects[m.bits]
	if at := *o.place(k); at != 0 {
		if s := &ev.slots[o.start+uint32(at)-1]; s.key == k && v.kind > Null {
			s.val = v
			return
		}
	} else if o.takes(k) && v.kind > Null {
		ev.slots[o.start+o.len] = slot{k, v}
		o.note(k)
		return
	}
	ev.putFound(m, k, v)
}

func (ev *Event) putFound(m Value, k key, v Value) {
	if i := ev.find(&ev.objects[m.bits], k); i >= 0 {
		ev.SetAt(m, i, v)
	} else {
		ev.add(m, k, v)
	}
}

// Add is Put for a name that the map is known not to have.
func (ev *Event) Add(m Value, name Symbol, v Value) {
	o, k := &ev.objects[m.bits], key(name)
	if *o.place(k) == 0 && o.takes(k) && v.kind > Null {
		ev.slots[o.start+o.len] = slot{k, v}
		o.note(k)
		return
	}
	ev.add(m, k, v)
}

// takes tells whether the entry of a symbol whose place is free can be added without further ado.
func (o *object) takes(k key) bool {
	return k.isSymbol() && o.len < o.cap && o.len < maxPlace && !o.is(byText|hashed)
}

// note notes that k, which o takes, stands at the end.
func (o *object) note(k key) {
	o.len++
	o.seen |= k
	*o.place(k) = uint8(o.len)
}

func (ev *Event) remove(m Value, k key) bool {
	i := ev.find(&ev.objects[m.bits], k)
	if i >= 0 {
		ev.RemoveAt(m, i)
	}
	return i >= 0
}

// add appends an entry whose name the map does not have.
func (ev *Event) add(m Value, k key, v Value) {
	o := &ev.objects[m.bits]
	if o.len == o.cap {
		ev.grow(o)
	}
	ev.slots[o.start+o.len] = slot{k, v}
	o.enter(k, o.len)
	o.len++
	if o.is(hashed) {
		ev.enterTable(o, o.len-1)
	}
	if v.kind <= Null {
		ev.NoteNull(m)
	}
}

// grow doubles the room of a container, in place when it is the last one.
func (ev *Event) grow(o *object) {
	add := max(o.cap, 4)
	o.state &^= hashed // its size follows cap
	if int(o.start+o.cap) == len(ev.slots) {
		ev.slots = extend(ev.slots, int(add))
		o.cap += add
		return
	}
	start := len(ev.slots)
	ev.slots = extend(ev.slots, int(o.cap+add))
	copy(ev.slots[start:], ev.slots[o.start:o.start+o.len])
	o.start, o.cap = uint32(start), o.cap+add
}

// maxPlace is the last entry that places can tell, counted from 1.
const maxPlace = math.MaxUint8

// enter notes that k stands at i.
func (o *object) enter(k key, i uint32) {
	place := o.place(k)
	switch {
	case !k.isSymbol() || i >= maxPlace:
		o.state |= byText
	case *place != 0:
		o.state |= crowded
	default:
		*place = uint8(i + 1)
	}
	o.seen |= k
}

// forgetNames undoes enter, for all names.
func (o *object) forgetNames() {
	o.state &^= hashed | byText | crowded
	o.seen, o.places = 0, [len(o.places)]uint8{}
}

// find is the index of the entry named k, -1 when there is none.
func (ev *Event) find(o *object, k key) int {
	at := int(*o.place(k))
	if at != 0 && ev.slots[int(o.start)+at-1].key == k {
		return at - 1
	}
	if k.isSymbol() && !o.is(byText) && (at == 0 || !o.is(crowded)) {
		return -1
	}
	return ev.findText(o, k)
}

func (ev *Event) findText(o *object, k key) int {
	if o.len >= hashFrom {
		return ev.findHashed(o, ev.keyHash(k), func(e key) bool { return ev.equalKeys(e, k) })
	}
	s := ev.slots[o.start:][:o.len]
	for i := range s {
		if ev.equalKeys(s[i].key, k) {
			return i
		}
	}
	return -1
}

func (ev *Event) findBytes(m Value, name []byte) int {
	o := &ev.objects[m.bits]
	if o.len >= hashFrom {
		return ev.findHashed(o, hashKey(name), func(e key) bool { return string(ev.keyBytes(e)) == string(name) })
	}
	for i, s := range ev.slots[o.start:][:o.len] {
		if string(ev.keyBytes(s.key)) == string(name) {
			return i
		}
	}
	return -1
}

// Copy copies a value deep; a container that contains itself is copied as null where it recurs.
func (ev *Event) Copy(v Value) Value {
	if v.kind < List {
		return v
	}
	if ev.objects[v.bits].is(busy) {
		return NullValue()
	}
	ev.objects[v.bits].state |= busy
	to := ev.newObject(v.kind, max(ev.Len(v), 4))
	for i := range ev.Len(v) {
		s := ev.slots[int(ev.objects[v.bits].start)+i]
		s.val = ev.Copy(s.val)
		if v.kind == List {
			ev.Append(to, s.val)
		} else {
			ev.add(to, s.key, s.val)
		}
	}
	ev.objects[v.bits].state &^= busy
	return to
}

// Index is where the entry of that name stands in a map, -1 when there is none.
func (ev *Event) Index(m Value, name Symbol) int {
	return ev.find(&ev.objects[m.bits], key(name))
}

// Has tells whether a field is there and not null. A frozen value stays as it is.
func (ev *Event) Has(p Path) bool {
	last := len(p.steps) - 1
	if last < 0 {
		return true
	}
	parent := ev.Get(Path{root: p.root, steps: p.steps[:last]})
	if parent.kind != Map {
		return !ev.Get(p).IsNull()
	}
	o := &ev.objects[parent.bits]
	i := ev.find(o, p.steps[last].key)
	return i >= 0 && !ev.slots[o.start+uint32(i)].val.IsNull()
}
