package event

// form is what a frozen value is once it is thawed: its containers, which only have to be moved to where they stand
// in an event. Offsets are from the beginning of the frozen text, slots and containers are counted from the first.
type form struct {
	value   Value
	slots   []slot
	objects []span
	shape   Shape
	within  Shapes // those of all values in it
}

// span is a container's entries.
type span struct{ start, len uint32 }

// formOf is the form of what is frozen at an offset.
func (ev *Event) formOf(off uint32) *form {
	if off >= lentFrom {
		return ev.lender(uint64(off)).form
	}
	forms := constantsNow().forms
	low, high := 0, len(forms)-1
	for low < high {
		if mid := (low + high) / 2; forms[mid].at < off {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return forms[low].form
}

// lendNames gives the copy of v in another event, which was read as JSON, those names of v that are symbols.
func (ev *Event) lendNames(v Value, to *Event, copied Value) {
	for i := range ev.Len(v) {
		if k := ev.slots[ev.objects[v.bits].start+uint32(i)].key; v.kind == Map && k.isSymbol() {
			to.slots[to.objects[copied.bits].start+uint32(i)].key = k
		}
		ev.lendNames(ev.At(v, i), to, to.At(copied, i))
	}
}

// takeForm takes the form of v, the only value of an event beside its empty document, all text of which begins at start.
func (ev *Event) takeForm(v Value, start int) *form {
	moved := func(v Value) Value {
		switch v.kind {
		case String:
			v.bits -= uint64(start) << 32
		case List, Map:
			v.bits--
		}
		return v
	}
	f := &form{value: moved(v), shape: ev.Shape(v)}
	for i, o := range ev.objects[1:] {
		f.objects = append(f.objects, span{uint32(len(f.slots)), o.len})
		f.within |= ev.Shapes(Value{List, uint64(i + 1)})
		for _, s := range ev.slots[o.start:][:o.len] {
			if !s.key.isSymbol() {
				s.key -= key(start) << 32
			}
			s.val = moved(s.val)
			f.slots = append(f.slots, s)
		}
	}
	return f
}

// build makes of the frozen text at off what f says.
func (ev *Event) build(f *form, off uint32) Value {
	before := len(ev.slots)
	first := uint64(len(ev.objects))
	move := func(v *Value) {
		switch v.kind {
		case String:
			v.bits += uint64(off) << 32
		case List, Map:
			v.bits += first
		}
	}
	ev.slots = append(ev.slots, f.slots...)
	slots := ev.slots[before:]
	for i := range slots {
		if s := &slots[i]; !s.key.isSymbol() {
			s.key += key(off) << 32
		}
		move(&slots[i].val)
	}
	for _, of := range f.objects {
		ev.objects = append(ev.objects, object{start: uint32(before) + of.start, len: of.len, cap: of.len})
		o := &ev.objects[len(ev.objects)-1]
		for i, s := range slots[of.start:][:of.len] {
			o.enter(s.key, uint32(i))
		}
	}
	v := f.value
	move(&v)
	return v
}
