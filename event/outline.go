package event

// Outline is the structure that many events begin with: the containers of one that was built, by which
// they are known in each event that begins with it, and the names in them.
type Outline struct {
	slots   []slot
	objects []object
	leaves  []leaf // of the values that each event has its own of
	room    int    // slots of an event that begins with it
	doc     Value
}

// Outline takes the structure of ev, of which all names are symbols. Where ev has a Long, each event has a value of its
// own, of which the Long is the number; other values that are not the same in each must be set there, too.
func (ev *Event) Outline() Outline {
	o := Outline{objects: append([]object(nil), ev.objects...), doc: ev.doc}
	place := func(at, room int) {
		object := &o.objects[at]
		old := ev.slots[object.start:][:object.len]
		object.move(o.room, room)
		for len(o.slots) < o.room {
			o.slots = append(o.slots, slot{})
		}
		for i := range old {
			if v := old[i].val; v.kind == Long {
				o.leaves = append(o.leaves, leaf{o.room + i, int(v.bits)})
			}
		}
		o.slots = append(o.slots, old...)
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

// ResetTo empties the event, as Reset does, and begins it anew with o. Fill has to follow.
func (ev *Event) ResetTo(o *Outline) {
	ev.shrink()
	ev.resetText()
	ev.tables, ev.ingest, ev.doc = ev.tables[:0], Value{}, o.doc
	ev.objects = append(ev.objects[:0], o.objects...)
	ev.slots = extend(ev.slots[:0], o.room)
	copy(ev.slots, o.slots)
}

// Fill sets the event's own values where o has room for them, by their numbers.
func (ev *Event) Fill(o *Outline, values []Value) {
	slots := ev.slots
	for _, l := range o.leaves {
		slots[l.slot].val = values[l.value]
	}
}
