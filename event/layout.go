package event

import "slices"

// Layout is what becomes of an event when several fields are set one behind the other, none of which it has and which
// are in nothing that it has: the maps that they are in, and their places there.
type Layout struct {
	roots   [rootIngest + 1][]slot // entries of the document and of the tree of _ingest: a value's number, or a map
	objects []object               // the other maps, counted from 0
	inner   []filledEntry          // entries of those that are maps, by their numbers
	leaves  []filledEntry          // entries of those that are values
	room    int                    // slots that they take
	paths   int                    // how many it is of, zero ones too
}

// layoutRoom is how many entries more than those of the layout its maps have room for.
const layoutRoom = 3

// NewLayout makes a layout of paths; zero ones stand for values that it leaves out. It is nil when one path is, or is in
// the way of, another one.
func NewLayout(paths []Path) *Layout {
	ev, l := New(), &Layout{paths: len(paths)}
	ev.Ingest()
	for i, p := range paths {
		if !p.IsZero() && (ev.Has(p) || ev.Set(p, LongValue(int64(i))) != nil) {
			return nil
		}
	}
	const roots = len(l.roots) // the first containers
	for i := range ev.objects {
		o := ev.objects[i]
		entries := slices.Clone(ev.slots[o.start:][:o.len])
		for j := range entries {
			if v := &entries[j].val; v.kind == Map {
				v.bits -= uint64(roots)
			}
		}
		if i < roots {
			if l.roots[i] = entries; o.is(crowded | byText) {
				return nil
			}
			continue
		}
		for j, e := range entries {
			f := filledEntry{l.room + j, int(e.val.bits), e.key}
			if e.val.kind == Map {
				l.inner = append(l.inner, f)
			} else {
				l.leaves = append(l.leaves, f)
			}
		}
		o.move(l.room, layoutRoom)
		l.room += int(o.cap)
		l.objects = append(l.objects, o)
	}
	return l
}

// Maps is how many maps the fields of the layout are in.
func (l *Layout) Maps() int { return len(l.objects) }

// SetNew sets the fields of a layout; NoteNull is to be told of nulls among the values. It does nothing, and tells so, when
// the event has something where they are to go. Values behind those of the paths, as many as there are, are set to the maps
// that it has made.
func (ev *Event) SetNew(l *Layout, values []Value) bool {
	if !ev.lacks(ev.doc, l.roots[rootDoc]) || len(l.roots[rootIngest]) > 0 && !ev.lacks(ev.Ingest(), l.roots[rootIngest]) {
		return false
	}
	start, first := len(ev.slots), len(ev.objects)
	ev.slots = extend(ev.slots, l.room)
	ev.objects = append(ev.objects, l.objects...)
	slots, objects := ev.slots[start:], ev.objects[first:]
	for i := range objects {
		objects[i].start += uint32(start)
	}
	for i := range l.inner {
		e := &l.inner[i]
		s := &slots[e.at]
		s.key, s.val = e.key, Value{Map, uint64(first + e.number)}
	}
	for i := range l.leaves {
		e := &l.leaves[i]
		s := &slots[e.at]
		s.key, s.val = e.key, values[e.number]
	}
	for i := l.paths; i < len(values); i++ {
		values[i] = Value{Map, uint64(first + i - l.paths)}
	}
	ev.addEntries(ev.doc, l.roots[rootDoc], first, values)
	if len(l.roots[rootIngest]) > 0 {
		ev.addEntries(ev.ingest, l.roots[rootIngest], first, values)
	}
	return true
}

// lacks tells whether m has none of the entries, and takes them all without further ado.
func (ev *Event) lacks(m Value, entries []slot) bool {
	o := &ev.objects[m.bits]
	for i := range entries {
		if k := entries[i].key; *o.place(k) != 0 && ev.find(o, k) >= 0 {
			return false
		}
	}
	return int(o.len)+len(entries) <= int(min(o.cap, maxPlace)) && !o.is(byText|hashed)
}

// addEntries adds them to a map that lacks them; the maps among them are counted from first.
func (ev *Event) addEntries(m Value, entries []slot, first int, values []Value) {
	o := &ev.objects[m.bits]
	to := ev.slots[o.start+o.len:][:len(entries)]
	for i := range to {
		e := &entries[i]
		v := Value{Map, e.val.bits + uint64(first)}
		if e.val.kind != Map {
			v = values[e.val.bits]
		}
		to[i] = slot{e.key, v}
		o.enter(e.key, o.len)
		o.len++
	}
}

// addAll adds entries to a map that lacks them.
func (ev *Event) addAll(m Value, entries []slot) {
	o := &ev.objects[m.bits]
	to := ev.slots[o.start+o.len:][:len(entries)]
	for i := range to {
		to[i].key, to[i].val = entries[i].key, entries[i].val
		o.enter(entries[i].key, o.len)
		o.len++
	}
}
