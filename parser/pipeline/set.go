package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
)

// setProcessor is `set`.
type setProcessor struct {
	field       field
	value       value
	copyFrom    field
	override    bool
	ignoreEmpty bool
	leaf        leaf
	constant
}

func newSet(o *options) processor {
	p := &setProcessor{field: o.field("field"), override: o.flag("override", true), ignoreEmpty: o.flag("ignore_empty_value", false)}
	escape := escapings[o.oneOf("media_type", "application/json", "text/plain", "application/x-www-form-urlencoded")]
	p.copyFrom = o.optionalField("copy_from", field{})
	switch n := o.find("value"); {
	case n != nil && !p.copyFrom.isZero():
		o.fail(n, "[copy_from] cannot set both `copy_from` and `value` in the same processor")
	case n != nil && (n.value != nil || n.isMap || n.isList):
		p.value = o.parseValue("value", n, escape)
	case p.copyFrom.isZero():
		o.fail(nil, "[value] required property is missing")
	}
	p.leaf = leafOf(o, &p.field)
	p.prepare()
	return p
}

func (p *setProcessor) run(r *Runner) error {
	if p.fixed {
		return p.runConstant(r)
	}
	path, err := p.field.of(r)
	if err != nil {
		return err
	}
	if !p.override && r.ev.Has(path) {
		return nil
	}
	var v event.Value
	if p.copyFrom.isZero() {
		if v, err = p.value.of(r); err != nil {
			return err
		}
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
	return p.leaf.put(r, path, v)
}

// appendProcessor is `append`.
type appendProcessor struct {
	field           field
	value           value
	allowDuplicates bool
}

func newAppend(o *options) processor {
	p := &appendProcessor{field: o.field("field"), allowDuplicates: o.flag("allow_duplicates", true)}
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
	return r.appendTo(path, v, p.allowDuplicates)
}

// appendTo adds v, or the items of v when it is a list, to a field, which becomes a list if it is none.
func (r *Runner) appendTo(path event.Path, v event.Value, allowDuplicates bool) error {
	ev := r.ev
	old := ev.Get(path)
	list := old
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
	if old.Kind() == event.List || !grown && !allowDuplicates { // stays what it is
		return nil
	}
	return ev.Set(path, list)
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

// removeProcessor is `remove`.
type removeProcessor struct {
	fields        []field
	keep          []event.Path
	ignoreMissing bool
	leaf          leaf // of the only one of fields
}

func newRemove(o *options) processor {
	p := &removeProcessor{ignoreMissing: o.flag("ignore_missing", false)}
	for _, name := range o.texts("field", true) {
		p.fields = append(p.fields, o.parseField("field", name))
	}
	if len(p.fields) == 1 {
		p.leaf = leafOf(o, &p.fields[0])
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
	if m, at := p.leaf.find(r); at >= 0 {
		r.ev.RemoveAt(m, at)
		return nil
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

// keepOnly removes all fields but those to keep, what they are in and what is in them.
func (p *removeProcessor) keepOnly(r *Runner) error {
	var all []string
	all = appendFields(all, r.ev, r.ev.Doc(), "", 0)
	// A foreach that goes through one of the maps sees whether it is removed before its fields are.
	n := len(all) + 3 // _index, _id and _version
	slices.SortStableFunc(all, func(a, b string) int { return hashBucket([]byte(a), n) - hashBucket([]byte(b), n) })
	for _, name := range all {
		if slices.ContainsFunc(p.keep, func(keep event.Path) bool {
			k := keep.String()
			return name == k || strings.HasPrefix(k, name+".") || strings.HasPrefix(name, k+".")
		}) {
			continue
		}
		if path, err := r.ev.DynamicPath([]byte(name)); err == nil {
			_ = r.ev.Remove(path) // what is no path, such as a name with a dot, stays, as in Elasticsearch
		}
	}
	return nil
}

// appendFields appends the names of all fields, those in lists aside.
func appendFields(dst []string, ev *event.Event, m event.Value, prefix string, depth int) []string {
	for i := range ev.Len(m) {
		name := prefix + string(ev.Key(m, i))
		dst = append(dst, name)
		if v := ev.At(m, i); v.Kind() == event.Map && depth < maxNesting {
			dst = appendFields(dst, ev, v, name+".", depth+1)
		}
	}
	return dst
}

// renameProcessor is `rename`.
type renameProcessor struct {
	field, target           field
	ignoreMissing, override bool
	optional                bool // of a field that is missing nothing more is to be known
	from, to                leaf
}

func newRename(o *options) processor {
	p := &renameProcessor{
		field: o.field("field"), target: o.field("target_field"), ignoreMissing: o.flag("ignore_missing", false), override: o.flag("override", false),
	}
	if !p.target.path.Within(p.field.path) { // a rename of a into a.b goes around
		p.from, p.to = leafOf(o, &p.field), leafOf(o, &p.target)
	}
	p.optional = p.ignoreMissing && p.field.template == nil && p.target.template == nil && !hasDigit(p.field.path.String())
	return p
}

// move does it where field and target are entries of maps that are there.
func (p *renameProcessor) move(r *Runner) bool {
	m, at := p.from.find(r)
	if at < 0 || r.ctx.Shared() {
		return false
	}
	to, old := p.to.find(r)
	if to.Kind() != event.Map || old >= 0 && !p.override {
		return false
	}
	v := r.ev.At(m, at)
	r.ev.RemoveAt(m, at)
	r.ev.Put(to, p.to.name, v)
	return true
}

func (p *renameProcessor) run(r *Runner) error {
	if p.move(r) {
		return nil
	}
	return p.follow(r)
}

// follow does it along the paths.
func (p *renameProcessor) follow(r *Runner) error {
	if p.optional && r.ev.Get(p.field.path).Kind() == event.Missing {
		return nil
	}
	from, err := p.field.of(r)
	if err != nil {
		if p.ignoreMissing && errors.Is(err, errEmptyField) {
			return nil
		}
		return err
	}
	v := r.ev.Get(from)
	if v.Kind() == event.Missing && p.ignoreMissing && p.target.template == nil {
		return r.outOfRange(from)
	}
	to, err := p.target.of(r)
	if err != nil {
		return err
	}
	if v.Kind() == event.Missing {
		if err := r.outOfRange(from); err != nil {
			return err
		}
		if p.ignoreMissing {
			return nil
		}
		return fmt.Errorf("field [%s] doesn't exist", from)
	}
	if r.ev.Get(to).Kind() == event.Missing {
		if err := r.outOfRange(to); err != nil {
			return err
		}
	} else if !p.override {
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

func hasDigit(s string) bool {
	for i := range len(s) {
		if s[i]-'0' <= 9 {
			return true
		}
	}
	return false
}

// outOfRange is the error of a path that is missing because a list on its way is too short, nil for others.
func (r *Runner) outOfRange(path event.Path) error {
	if !hasDigit(path.String()) {
		return nil
	}
	_, err := r.ev.Resolve(path)
	if fault, ok := err.(*event.PathError); ok && fault.Fault == event.OutOfBounds {
		return err
	}
	return nil
}
