package pipeline

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/event"
)

// setProcessor is `set`.
type setProcessor struct {
	field       field
	value       value
	copyFrom    field
	override    bool
	ignoreEmpty bool
}

func newSet(o *options) processor {
	p := &setProcessor{field: o.field("field"), override: o.flag("override", true), ignoreEmpty: o.flag("ignore_empty_value", false)}
	escape := o.oneOf("media_type", "application/json", "text/plain", "application/x-www-form-urlencoded") == "application/json"
	p.copyFrom = o.optionalField("copy_from", field{})
	switch n := o.find("value"); {
	case n != nil && !p.copyFrom.isZero():
		o.fail(n, "[copy_from] cannot set both `copy_from` and `value` in the same processor")
	case n != nil && (n.value != nil || n.isMap || n.isList):
		p.value = o.parseValue("value", n, escape)
	case p.copyFrom.isZero():
		o.fail(nil, "[value] required property is missing")
	}
	return p
}

func (p *setProcessor) run(r *Runner) error {
	path, err := p.field.of(r)
	if err != nil {
		return err
	}
	if !p.override && !r.ev.Get(path).IsNull() {
		return nil
	}
	var v event.Value
	if p.copyFrom.isZero() {
		v = p.value.of(r)
	} else {
		from, err := p.copyFrom.of(r)
		if err != nil {
			return err
		}
		if v, err = r.ev.Resolve(from); err != nil && !p.ignoreEmpty {
			return err
		}
		v = r.ev.Copy(v)
	}
	if p.ignoreEmpty && (p.value.template != nil || !p.copyFrom.isZero()) && (v.IsNull() || v.Kind() == event.String && len(r.ev.Bytes(v)) == 0) {
		return nil
	}
	return r.ev.Set(path, v)
}

// appendProcessor is `append`.
type appendProcessor struct {
	field           field
	value           value
	allowDuplicates bool
}

func newAppend(o *options) processor {
	p := &appendProcessor{field: o.field("field"), allowDuplicates: o.flag("allow_duplicates", true)}
	escape := o.oneOf("media_type", "application/json", "text/plain", "application/x-www-form-urlencoded") == "application/json"
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
	return r.appendTo(path, p.value.of(r), p.allowDuplicates)
}

// appendTo adds v, or the items of v when it is a list, to a field, which becomes a list if it is none.
func (r *Runner) appendTo(path event.Path, v event.Value, allowDuplicates bool) error {
	ev := r.ev
	list := ev.Get(path)
	if list.Kind() != event.List {
		old := list
		list = ev.NewList()
		if old.Kind() != event.Missing {
			ev.Append(list, old)
		}
		if v.Kind() != event.List && !allowDuplicates && contains(ev, list, v) {
			return nil // stays as it is
		}
		if err := ev.Set(path, list); err != nil {
			return err
		}
	}
	add := func(item event.Value) {
		if allowDuplicates || !contains(ev, list, item) {
			ev.Append(list, item)
		}
	}
	if v.Kind() != event.List {
		add(v)
		return nil
	}
	for i := range ev.Len(v) {
		add(ev.At(v, i))
	}
	return nil
}

func contains(ev *event.Event, list, v event.Value) bool {
	for i := range ev.Len(list) {
		item := ev.At(list, i)
		if item == v || item.Kind() == v.Kind() && v.Kind() >= event.BigInt && v.Kind() <= event.Bytes &&
			string(ev.Bytes(item)) == string(ev.Bytes(v)) {
			return true
		}
	}
	return false
}

// removeProcessor is `remove`.
type removeProcessor struct {
	fields        []field
	keep          []event.Path
	ignoreMissing bool
}

func newRemove(o *options) processor {
	p := &removeProcessor{ignoreMissing: o.flag("ignore_missing", false)}
	for _, name := range o.texts("field", true) {
		p.fields = append(p.fields, o.parseField("field", name))
	}
	for _, name := range o.texts("keep", true) {
		p.keep = append(p.keep, o.parsePath("keep", name))
	}
	if (len(p.fields) == 0) == (len(p.keep) == 0) {
		o.fail(nil, "[keep] or [field] must be specified, and not both")
	}
	return p
}

func (p *removeProcessor) run(r *Runner) error {
	if len(p.keep) > 0 {
		return p.keepOnly(r)
	}
	for i := range p.fields {
		path, err := p.fields[i].of(r)
		if err != nil {
			return err
		}
		if p.ignoreMissing && r.ev.Get(path).Kind() == event.Missing {
			continue
		}
		if err := r.ev.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// keepOnly makes a new document of the fields to keep.
func (p *removeProcessor) keepOnly(r *Runner) error {
	old, doc := r.ev.Doc(), r.ev.NewMap()
	for _, path := range p.keep {
		r.ev.SetDoc(old)
		v := r.ev.Get(path)
		r.ev.SetDoc(doc)
		if v.Kind() == event.Missing {
			continue
		}
		if err := r.ev.Set(path, v); err != nil {
			return err
		}
	}
	r.ev.SetDoc(doc)
	return nil
}

// renameProcessor is `rename`.
type renameProcessor struct {
	field, target           field
	ignoreMissing, override bool
}

func newRename(o *options) processor {
	return &renameProcessor{o.field("field"), o.field("target_field"), o.flag("ignore_missing", false), o.flag("override", false)}
}

func (p *renameProcessor) run(r *Runner) error {
	from, err := p.field.of(r)
	if err != nil {
		if p.ignoreMissing && errors.Is(err, errEmptyField) {
			return nil
		}
		return err
	}
	to, err := p.target.of(r)
	if err != nil {
		return err
	}
	v := r.ev.Get(from)
	if v.Kind() == event.Missing {
		if p.ignoreMissing {
			return nil
		}
		return fmt.Errorf("field [%s] doesn't exist", from)
	}
	if !p.override && r.ev.Get(to).Kind() != event.Missing {
		return fmt.Errorf("field [%s] already exists", to)
	}
	if err := r.ev.Remove(from); err != nil {
		return err
	}
	if err := r.ev.Set(to, v); err != nil {
		_ = r.ev.Set(from, v) // as it was
		return err
	}
	return nil
}
