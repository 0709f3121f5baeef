package pipeline

import (
	"strings"

	"github.com/millrace/millrace/event"
)

// leaf is a field of the document as an entry of the map that it is in; the zero leaf is none.
type leaf struct {
	parent event.Path // zero: the document
	name   event.Symbol
	known  bool
}

func leafOf(f *field) leaf {
	text := f.path.String()
	if f.template != nil || f.path.IsZero() || strings.HasPrefix(text, "_ingest.") {
		return leaf{}
	}
	return leaf{f.path.Parent(), event.Intern(text[strings.LastIndexByte(text, '.')+1:]), true}
}

// find is the map and the field's place there, -1 when it is missing; it is no map when there is none.
func (l *leaf) find(ev *event.Event) (m event.Value, at int) {
	if !l.known {
		return event.Value{}, -1
	}
	if m = ev.Doc(); !l.parent.IsZero() {
		m = ev.Get(l.parent)
	}
	if m.Kind() != event.Map {
		return m, -1
	}
	return m, ev.Index(m, l.name)
}

// remove tells whether the field was there, in a map.
func (l *leaf) remove(ev *event.Event) bool {
	m, at := l.find(ev)
	if at >= 0 {
		ev.RemoveAt(m, at)
	}
	return at >= 0
}

// constant is what a `set` has that writes one value into one field, whatever the event is.
type constant struct {
	known  bool
	parent event.Path   // of the field; zero: the document
	name   event.Symbol // of the field in parent
	ready  event.JSON   // of a value that is a list, a map or constant text
	group  []*setProcessor
}

// prepare finds out whether the processor is constant.
func (p *setProcessor) prepare() {
	if !p.copyFrom.isZero() || p.field.template != nil || p.field.path.IsZero() || !p.override || p.value.varies() {
		return
	}
	text := p.field.path.String()
	p.known, p.parent, p.name = true, p.field.path.Parent(), event.Intern(text[strings.LastIndexByte(text, '.')+1:])
	if p.parent.IsZero() && p.name.String() != text { // such as _source.x
		p.known = false
	}
	scratch := &Runner{ev: event.New()}
	v, _ := p.value.of(scratch)
	ready, _ := scratch.ev.Freeze(v)
	if ready = ready.Intern(); p.value.isList || p.value.isMap || ready.Interned() {
		p.ready = ready
	}
}

// varies tells whether the value has a template in it.
func (v *value) varies() bool {
	if v.template != nil {
		return true
	}
	for i := range v.list {
		if v.list[i].varies() {
			return true
		}
	}
	for i := range v.fields {
		if v.fields[i].varies() {
			return true
		}
	}
	return false
}

// make is the value, to be put into the event at once.
func (p *setProcessor) make(r *Runner) event.Value {
	if !p.ready.IsZero() {
		return r.ev.JSON(p.ready)
	}
	v, _ := p.value.of(r) // without a template in it, it cannot fail
	return v
}

func (p *setProcessor) runConstant(r *Runner) error {
	if len(p.group) == 0 || r.trace != nil {
		return r.ev.Set(p.field.path, p.make(r))
	}
	m := r.ev.Doc()
	if !p.parent.IsZero() {
		m = r.ev.Get(p.parent)
	}
	if m.Kind() != event.Map {
		return r.ev.Set(p.field.path, p.make(r))
	}
	r.ev.Put(m, p.name, p.make(r))
	for _, next := range p.group {
		r.ev.Put(m, next.name, next.make(r))
	}
	r.skip = len(p.group)
	return nil
}

// joinSets tells each constant `set` of those that follow it at once and write into the same map, so that
// this is looked for once. They stay steps of their own, for events in which there is no such map.
func joinSets(steps []step) {
	for i := range steps {
		p, ok := steps[i].proc.(*setProcessor)
		if !ok || p == nil || !p.known {
			continue
		}
		for _, s := range steps[i+1:] {
			next, ok := s.proc.(*setProcessor)
			if !ok || s.cond != nil || !next.known || next.parent.String() != p.parent.String() {
				break
			}
			p.group = append(p.group, next)
		}
	}
}
