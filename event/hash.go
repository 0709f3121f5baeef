package event

// From hashFrom keys on, a map is searched by hash where places don't tell.
const hashFrom = 16

// Hash tables are open-addressed, hold entry index + 1, and stand in ev.tables.

func (ev *Event) findHashed(o *object, hash uint32, equal func(key) bool) int {
	if !o.is(hashed) {
		ev.buildTable(o)
	}
	mask := o.size - 1
	for at := hash & mask; ; at = (at + 1) & mask {
		i := ev.tables[o.table+at]
		if i == 0 {
			return -1
		}
		if equal(ev.slots[o.start+i-1].key) {
			return int(i - 1)
		}
	}
}

func (ev *Event) buildTable(o *object) {
	if o.size < 2*o.cap {
		o.table, o.size = uint32(len(ev.tables)), hashFrom
		for o.size < 2*o.cap {
			o.size *= 2
		}
		ev.tables = append(ev.tables, make([]uint32, o.size)...) // no allocation once tables has grown
	}
	clear(ev.tables[o.table:][:o.size])
	o.state |= hashed
	for i := range o.len {
		ev.enterTable(o, i)
	}
}

func (ev *Event) enterTable(o *object, i uint32) {
	mask := o.size - 1
	at := ev.keyHash(ev.slots[o.start+i].key) & mask
	for ev.tables[o.table+at] != 0 {
		at = (at + 1) & mask
	}
	ev.tables[o.table+at] = i + 1
}
