package pipeline

import "github.com/millrace/millrace/event"

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
