package pipeline

import (
	"bytes"
	"fmt"

	"github.com/millrace/millrace/event"
)

// jsonProcessor is `json`.
type jsonProcessor struct {
	field, target   event.Path
	addToRoot       bool
	merge           bool
	allowDuplicates bool
	strict          bool
}

func newJSON(o *options) processor {
	p := &jsonProcessor{
		field: o.path("field"), addToRoot: o.flag("add_to_root", false),
		merge:           o.oneOf("add_to_root_conflict_strategy", "replace", "merge") == "merge",
		allowDuplicates: o.flag("allow_duplicate_keys", false), strict: o.flag("strict_json_parsing", true),
	}
	p.target = o.optionalPath("target_field", event.Path{})
	if p.addToRoot && !p.target.IsZero() {
		o.fail(o.node.get("target_field"), "[target_field] Cannot set a target field while also setting `add_to_root` to true")
	}
	if n := o.node.get("add_to_root_conflict_strategy"); n != nil && !p.addToRoot {
		o.fail(n, "[add_to_root_conflict_strategy] Cannot set `add_to_root_conflict_strategy` if `add_to_root` is false")
	}
	if p.target.IsZero() {
		p.target = p.field
	}
	return p
}

func (p *jsonProcessor) run(r *Runner) error {
	v, err := r.ev.Resolve(p.field)
	if err != nil {
		return err
	}
	parsed, err := p.parse(r, v)
	if err != nil {
		return err
	}
	if !p.addToRoot {
		return r.ev.Set(p.target, parsed)
	}
	if parsed.Kind() != event.Map {
		return fmt.Errorf("cannot add non-map fields to root of document")
	}
	mergeMaps(r.ev, r.ev.Doc(), parsed, p.merge)
	return nil
}

// parse reads the text of a value; that of scalars other than text is what they are.
func (p *jsonProcessor) parse(r *Runner, v event.Value) (event.Value, error) {
	switch {
	case v.Kind() >= event.List:
		v = r.ev.String(r.text(v))
	case v.Kind() != event.String:
		return v, nil
	}
	if len(bytes.TrimLeft(r.ev.Bytes(v), " \t\r\n")) == 0 {
		return event.NullValue(), nil
	}
	parsed, rest, err := r.ev.ParseJSON(r.ev.Bytes(v), event.DefaultJSONLimits(), p.allowDuplicates)
	if err != nil {
		return v, err
	}
	if at := len(r.ev.Bytes(v)) - len(rest); len(rest) > 0 && parsed.Kind() < event.String && r.ev.Bytes(v)[at-1] > ' ' {
		return v, fmt.Errorf("not valid JSON at byte %d: no space behind a value", at)
	}
	if p.strict && len(rest) > 0 {
		return v, fmt.Errorf("The input %s is not valid JSON and the strict_json_parsing parameter is true", r.ev.Bytes(v)) //nolint:staticcheck // Elasticsearch's text
	}
	return parsed, nil
}

func mergeMaps(ev *event.Event, to, from event.Value, deep bool) {
	for i := range ev.Len(from) {
		v := ev.At(from, i)
		if old := ev.LookupBytes(to, ev.Key(from, i)); deep && old.Kind() == event.Map && v.Kind() == event.Map {
			mergeMaps(ev, old, v, deep)
			continue
		}
		ev.PutBytes(to, ev.Key(from, i), v)
	}
}
