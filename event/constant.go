package event

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Constant text stands at the beginning of the text of every event, so that a value which is known when a pipeline is
// compiled needs no copy. Like the table of symbols it is process-wide and only grows: an event takes what was added
// when it is reset.
var constants struct {
	table atomic.Pointer[constantTable]
	mu    sync.Mutex
	index map[string]int // where a text stands
}

// constantTable is the constant text, and the forms of what stands in it.
type constantTable struct {
	text  []byte
	forms []formAt
}

// formAt is the form of the frozen text that begins at an offset.
type formAt struct {
	at   uint32
	form *form
}

// maxConstants bounds the constant text: it is copied into every event.
const maxConstants = 64 << 10

// Intern makes a string, list or map part of the constant text, where [Event.JSON] finds it. It is meant for compile
// time, not for what lines say. What has to be escaped, and what is too large, stays as it was.
func (j JSON) Intern() JSON {
	if j.IsZero() || !j.lazy || !j.plain || j.longs || len(j.text) < 2 || j.text[0] != '"' && j.text[0] != '[' && j.text[0] != '{' {
		return j
	}
	constants.mu.Lock()
	defer constants.mu.Unlock()
	at, ok := constants.index[string(j.text)]
	if !ok {
		all := constantsNow()
		if len(all.text)+len(j.text) > maxConstants {
			return j
		}
		if constants.index == nil {
			constants.index = map[string]int{}
		}
		at = len(all.text)
		all.text = append(all.text, j.text...) // behind what others read
		all.forms = append(all.forms, formAt{uint32(at), j.form})
		constants.table.Store(&all)
		constants.index[string(j.text)] = at
	}
	ready := *j.rendered
	ready.ready, ready.end = Value{frozen, uint64(at)<<32 | uint64(len(j.text))}, at+len(j.text)
	if j.text[0] == '"' {
		ready.ready = Value{String, uint64(at+1)<<32 | uint64(len(j.text)-2)}
	}
	return JSON{&ready}
}

// Interned tells whether j is part of the constant text.
func (j JSON) Interned() bool { return !j.IsZero() && j.ready.kind != Missing }

func constantsNow() constantTable {
	if p := constants.table.Load(); p != nil {
		return *p
	}
	return constantTable{}
}

// resetText leaves the constant text.
func (ev *Event) resetText() {
	if text := constantsNow().text; len(text) != ev.ready {
		ev.buf, ev.ready = append(ev.buf[:0], text...), len(text)
	}
	ev.buf, ev.plain, ev.scanned, ev.lent = ev.buf[:ev.ready], ev.ready, ev.ready, ev.lent[:0]
	ev.wide, ev.nulls = false, ev.nulls[:0]
}

// Entries are entries of a map that are part of the constant text.
type Entries struct {
	slots []slot
	end   int // of their text
}

// Add adds an entry. It does nothing, and says so, when the value is not part of the constant text, or the name is there
// already.
func (e *Entries) Add(name Symbol, j JSON) bool {
	if !j.Interned() || slices.ContainsFunc(e.slots, func(s slot) bool { return s.key == key(name) }) {
		return false
	}
	e.slots = append(e.slots, slot{key(name), j.ready})
	e.end = max(e.end, j.end)
	return true
}

// PutAll sets entries of a map. It does nothing, and says so, when the event was reset before they were made.
func (ev *Event) PutAll(m Value, all *Entries) bool {
	if all.end > ev.ready {
		return false
	}
	if ev.lacks(m, all.slots) {
		ev.addAll(m, all.slots)
		return true
	}
	for i := range all.slots {
		ev.put(m, all.slots[i].key, all.slots[i].val)
	}
	return true
}
