package pipeline

import (
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// leaf is a field of the document as an entry of the map that it is in; the zero leaf is none.
type leaf struct {
	parent int32 // the map
	name   event.Symbol
	known  bool
	outer  int32        // the map that parent is in,
	inner  event.Symbol // under this name; 0: nothing is known of that
	at     int32        // the field's own reading, 0 when nothing asks for it
}

func leafOf(o *options, f *field) leaf {
	text := strings.TrimPrefix(f.path.String(), "_source.")
	if f.template != nil || f.path.IsZero() || strings.HasPrefix(text, "_ingest.") {
		return leaf{}
	}
	parent, name := cutLast(text)
	l := leaf{parent: o.c.set.fields.Add(parent), name: event.Intern(name), known: true}
	if parent != "" {
		outer, inner := cutLast(parent)
		l.outer, l.inner = o.c.set.fields.Add(outer), event.Intern(inner)
	}
	return l
}

// cutLast cuts off the last step of a path.
func cutLast(path string) (parent, name string) {
	dot := strings.LastIndexByte(path, '.')
	return path[:max(dot, 0)], path[dot+1:]
}

// reading is a field as [painless.Context.Field] knows it; that of the document itself for one that it does not know.
func (o *options) reading(path event.Path) int32 {
	if !leafOf(o, &field{path: path}).known {
		return 0
	}
	return o.c.set.fields.Add(strings.TrimPrefix(path.String(), "_source."))
}

// textAt is the value of a field of whose reading it is known that it is mostly a text.
func (r *Runner) textAt(reading int32, path event.Path) event.Value {
	if v := r.ctx.Field(reading); v.Kind() == event.String {
		return v
	}
	return r.ev.Get(path)
}

// find is the map and the field's place there, -1 when it is missing; it is no map when that is not plain. A processor
// may find fields before it writes.
func (l *leaf) find(r *Runner) (m event.Value, at int) {
	if !l.known {
		return event.Value{}, -1
	}
	if m = r.ctx.Field(l.parent); m.Kind() != event.Map {
		return m, -1
	}
	return m, r.ev.Index(m, l.name)
}

// put sets the field, whose path it is.
func (l *leaf) put(r *Runner, path event.Path, v event.Value) error {
	if l.putKnown(r, v) {
		return nil
	}
	return r.ev.Set(path, v)
}

// putKnown sets the field, and tells whether it is known to be in a map that is there: else nothing is done.
func (l *leaf) putKnown(r *Runner, v event.Value) bool {
	if !l.known {
		return false
	}
	m := r.ctx.Field(l.parent)
	if m.Kind() != event.Map {
		if m = l.makeParent(r); m.Kind() != event.Map {
			return false
		}
	}
	r.ev.Put(m, l.name, v)
	l.wrote(r, v)
	return true
}

// makeParent makes the map that the field is in, when nothing but that is missing.
func (l *leaf) makeParent(r *Runner) (m event.Value) {
	if l.inner != 0 && r.trace == nil && r.ctx.Missing(l.parent) {
		if outer := r.ctx.Field(l.outer); outer.Kind() == event.Map {
			m = r.ev.NewMap()
			r.ev.Put(outer, l.inner, m)
			r.ctx.Note(l.parent, m)
		}
	}
	return m
}

// wrote tells what the field is once the step has ended.
func (l *leaf) wrote(r *Runner, v event.Value) {
	if l.at != 0 && (v.Kind() <= event.Date || v.Kind() >= event.List) { // a frozen one is another once it was read
		r.wrote = wrote{l.at, v}
	}
}

// wrote is a field that a processor has written, and what it is now.
type wrote struct {
	at int32
	v  event.Value
}

// constant is what a `set` has that writes one value into one field, whatever the event is.
type constant struct {
	fixed   bool       // it is one
	ready   event.JSON // of a value that is a list, a map or constant text
	writing writing

	group   []*setProcessor // that are done together, the first one is this
	entries *event.Entries  // of the group, when all of its values are constant text
	known   *painless.Known // behind it
}

// prepare finds out whether the processor is constant.
func (p *setProcessor) prepare() {
	if !p.copyFrom.isZero() || p.field.template != nil || p.field.path.IsZero() || !p.override || p.value.varies() {
		return
	}
	p.fixed = true
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

// runConstant tells what it has written itself.
func (p *setProcessor) runConstant(r *Runner) error {
	m := r.ctx.Field(p.leaf.parent)
	if !p.leaf.known || m.Kind() != event.Map || r.trace != nil {
		if m = p.leaf.makeParent(r); m.Kind() != event.Map {
			v := p.make(r)
			err := r.ev.Set(p.field.path, v)
			if err == nil {
				p.writing.wrote(r, v)
			}
			return err
		}
	}
	if p.entries != nil && r.ev.PutAll(m, p.entries) {
		r.ctx.Learn(p.known, nil)
	} else {
		for _, each := range p.group {
			v := each.make(r)
			r.ev.Put(m, each.leaf.name, v)
			each.writing.wrote(r, v)
		}
	}
	r.skip = len(p.group) - 1
	return nil
}

// joinSets tells each constant `set` of those that follow it at once under the same condition, which they do not
// change, and write into the same map, so that this is looked for once. They stay steps of their own, for events in
// which there is no such map.
func (s *Set) joinSets(steps []step) {
	for i := len(steps) - 1; i >= 0; i-- {
		p := asSet(steps[i].proc)
		if p == nil || !p.fixed {
			continue
		}
		p.writing = s.writingOf(p.field.path)
		if !p.leaf.known {
			continue
		}
		p.group = []*setProcessor{p}
		if i+1 < len(steps) && s.joins(&steps[i], &steps[i+1]) {
			p.group = append(p.group, asSet(steps[i+1].proc).group...)
		}
		p.join(s.fields)
	}
}

// joins tells whether next may be done together with st, a constant `set`.
func (s *Set) joins(st, next *step) bool {
	p, q := asSet(st.proc), asSet(next.proc)
	return q != nil && q.fixed && q.leaf.known && q.leaf.parent == p.leaf.parent && sameCondition(st, next, p.writing.touches)
}

// sameCondition tells whether next is run if and only if st is, when st changes no more than it touches.
func sameCondition(st, next *step, touches []painless.Touch) bool {
	if st.cond == nil || next.cond == nil {
		return st.cond == next.cond
	}
	return st.cond.Same(next.cond) && !st.cond.Asks(touches)
}

func asSet(p processor) *setProcessor {
	set, _ := p.(*setProcessor)
	return set
}

// join prepares what is written by the group.
func (p *setProcessor) join(f *painless.Fields) {
	entries, paths, ev := &event.Entries{}, []string(nil), event.New()
	var values []event.Value
	for _, each := range p.group {
		if !entries.Add(each.leaf.name, each.ready) {
			return
		}
		v := ev.JSON(each.ready)
		if v.Kind() != event.String { // it is another one once it was read
			v = event.Value{}
		}
		paths, values = append(paths, each.field.path.String()), append(values, v)
	}
	if p.known = f.Constants(paths, values); p.known != nil {
		p.entries = entries
	}
}
