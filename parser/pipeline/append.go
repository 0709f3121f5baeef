package pipeline

import "github.com/millrace/millrace/event"

// appendProcessor is `append`.
type appendProcessor struct {
	field           field
	value           value
	allowDuplicates bool
	leaf            leaf
}

func newAppend(o *options) processor {
	p := &appendProcessor{field: o.field("field"), allowDuplicates: o.flag("allow_duplicates", true)}
	p.leaf = leafOf(o, &p.field)
	escape := escapings[o.oneOf("media_type", "application/json", "text/plain", "application/x-www-form-urlencoded")]
	if n := o.required("value"); n != nil {
		p.value = o.parseValue("value", n, escape)
	}
	return p
}

func (p *appendProcessor) run(r *Runner) error {
	path, err := p.field.of(r)
	if err != nil {
		return err
	}
	v, err := p.value.of(r)
	if err != nil {
		return err
	}
	if m, at := p.leaf.find(r); m.Kind() == event.Map {
		if list, isNew := r.appended(r.ev.At(m, at), v, p.allowDuplicates); isNew {
			r.ev.Put(m, p.leaf.name, list)
			p.leaf.wrote(r, list)
		}
		return nil
	}
	return r.appendTo(path, v, p.allowDuplicates)
}

// appendTo adds v, or the items of v when it is a list, to a field, which becomes a list if it is none.
func (r *Runner) appendTo(path event.Path, v event.Value, allowDuplicates bool) error {
	if list, isNew := r.appended(r.ev.Get(path), v, allowDuplicates); isNew {
		return r.ev.Set(path, list)
	}
	return nil
}

// appended is what a field becomes to which v is added, unless it stays what it is.
func (r *Runner) appended(old, v event.Value, allowDuplicates bool) (list event.Value, isNew bool) {
	ev := r.ev
	list = old
	if list.Kind() != event.List {
		if list = ev.NewList(); old.Kind() != event.Missing {
			ev.Append(list, old)
		}
	}
	grown := old.Kind() == event.Missing
	add := func(item event.Value) {
		if allowDuplicates || !contains(ev, list, item) {
			ev.Append(list, item)
			grown = true
		}
	}
	if v.Kind() != event.List {
		add(v)
	} else {
		for i := range ev.Len(v) {
			add(ev.At(v, i))
		}
	}
	return list, old.Kind() != event.List && (grown || allowDuplicates)
}

func contains(ev *event.Event, list, v event.Value) bool {
	for i := range ev.Len(list) {
		if equalValues(ev, ev.At(list, i), v, 0) {
			return true
		}
	}
	return false
}

// equalValues is Java's equals: numbers of unlike classes are not.
func equalValues(ev *event.Event, a, b event.Value, depth int) bool {
	switch {
	case a == b || a.IsNull() && b.IsNull():
		return true
	case a.Kind() != b.Kind() || depth > maxNesting:
		return false
	}
	switch a.Kind() {
	case event.BigInt, event.String, event.Bytes:
		return string(ev.Bytes(a)) == string(ev.Bytes(b))
	case event.List, event.Map:
	default:
		return false
	}
	if ev.Len(a) != ev.Len(b) {
		return false
	}
	for i := range ev.Len(a) {
		other := ev.At(b, i)
		if a.Kind() == event.Map {
			if other = ev.LookupBytes(b, ev.Key(a, i)); other.Kind() == event.Missing {
				return false
			}
		}
		if !equalValues(ev, ev.At(a, i), other, depth+1) {
			return false
		}
	}
	return true
}
