package event

// Outline is the structure that many events begin with: the containers of one that was built, by which
// they are known in each event that begins with it, and the names in them.
type Outline struct {
	fixed   []fixedEntry
	filled  []filledEntry
	objects []object
	room    int // slots of an event that begins with it
	doc     Value
}

// fixedEntry is one that is the same in all events, by its slot.
type fixedEntry struct {
	at  int
	key key
	val Value
}

// filledEntry is one whose value is that with the number among those that an event is filled with.
type filledEntry struct {
	at, number int
	key        key
}

// Outline takes the structure of ev, of which all names are symbols. Where ev has a Long, each event has a value of its
// own, of which the Long is the number; other values that are not the same in each must be set there, too.
func (ev *Event) Outline() Outline {
	o := Outline{objects: append([]object(nil), ev.objects...), doc: ev.doc}
	place := func(at, room int) {
		object := &o.objects[at]
		for i, e := range ev.slots[object.start:][:object.len] {
			if e.val.kind == Long {
				o.filled = append(o.filled, filledEntry{o.room + i, int(e.val.bits), e.key})
			} else {
				o.fixed = append(o.fixed, fixedEntry{o.room + i, e.key, e.val})
			}
		}
		object.move(o.room, room)
		o.room += int(object.cap)
	}
	for i := range o.objects {
		if i != int(ev.doc.bits) {
			place(i, 6)
		}
	}
	place(int(ev.doc.bits), 20) // last, where it has room
	return o
}

// IsZero tells whether o has no containers, not even a document.
func (o *Outline) IsZero() bool { return len(o.objects) == 0 }

// ResetTo empties the event, as Reset does, and begins it anew with o. Fill has to follow: until then the containers
// have no entries.
func (ev *Event) ResetTo(o *Outline) {
	ev.shrink()
	ev.resetText()
	ev.tables, ev.ingest, ev.doc = ev.tables[:0], Value{}, o.doc
	ev.objects = append(ev.objects[:0], o.objects...)
	ev.slots = extend(ev.slots[:0], o.room)
}

// Fill sets the entries of an event that was reset to o; values are its own ones, by their numbers.
func (ev *Event) Fill(o *Outline, values []Value) {
	slots, fixed, filled := ev.slots, o.fixed, o.filled
	for i := range fixed {
		e := &fixed[i]
		s := &slots[e.at]
		s.key, s.val = e.key, e.val
	}
	for i := range filled {
		e := &filled[i]
		s := &slots[e.at]
		s.key, s.val = e.key, values[e.number]
	}
}
