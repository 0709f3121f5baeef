package pipeline

import (
	"strings"

	"github.com/millrace/millrace/event"
)

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
	ready, _ := scratch.ev.Freeze(p.value.of(scratch))
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
	return p.value.of(r)
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
