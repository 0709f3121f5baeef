package event

// Outline is the structure that many events begin with: the containers of one that was built, by which
// they are known in each event that begins with it, and the names in them.
type Outline struct {
	slots   []slot
	objects []object
	room    int // slots of an event that begins with it
	doc     Value
}

// Outline takes the structure of ev, of which all names are symbols. Values that are text must be set in each event.
func (ev *Event) Outline() Outline {
	o := Outline{objects: append([]object(nil), ev.objects...), doc: ev.doc}
	place := func(at, room int) {
		object := &o.objects[at]
		old := ev.slots[object.start:][:object.len]
		object.move(o.room, room)
		for len(o.slots) < o.room {
			o.slots = append(o.slots, slot{})
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

// ResetTo empties the event, as Reset does, and begins it anew with o.
func (ev *Event) ResetTo(o *Outline) {
	ev.shrink()
	ev.resetText()
	ev.tables, ev.ingest, ev.doc = ev.tables[:0], Value{}, o.doc
	ev.objects = append(ev.objects[:0], o.objects...)
	ev.slots = extend(ev.slots[:0], o.room)
	copy(ev.slots, o.slots)
}
