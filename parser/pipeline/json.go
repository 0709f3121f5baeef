package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

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
	parsed, err := valueOfJSON(r.ev, v, p.allowDuplicates, p.strict)
	if err != nil {
		return err
	}
	if !p.addToRoot {
		return r.ev.Set(p.target, parsed)
	}
	if parsed.Kind() != event.Map {
		return fmt.Errorf("cannot add non-map fields to root of document")
	}
	if r.ev.LookupBytes(parsed, nil).Kind() != event.Missing {
		return errors.New("String index out of range: 0")
	}
	mergeMaps(r.ev, r.ev.Doc(), parsed, p.merge)
	return nil
}

// valueOfJSON reads the text of a value; that of scalars other than text is what they are. What follows the first
// value of the text is an error where strict is set.
func valueOfJSON(ev *event.Event, v event.Value, allowDuplicates, strict bool) (event.Value, error) {
	switch {
	case v.IsNull():
		return event.NullValue(), nil
	case v.Kind() >= event.List:
		v = ev.String(appendText(nil, ev, v))
	case v.Kind() != event.String:
		return v, nil
	}
	s := ev.Bytes(v)
	if len(bytes.TrimLeft(s, " \t\r\n")) == 0 {
		return event.NullValue(), nil
	}
	parsed, rest, err := ev.ParseJSON(s, event.DefaultJSONLimits(), allowDuplicates)
	if at := len(s) - len(rest); err == nil && len(rest) > 0 && s[at-1] > ' ' && runsOn(parsed.Kind(), rest) {
		err = fmt.Errorf("%w at byte %d: no space behind a value", event.ErrJSONSyntax, at)
	}
	switch {
	case err == nil && (len(rest) == 0 || !strict):
		return parsed, nil
	case err != nil && !errors.Is(err, event.ErrJSONSyntax) && !errors.Is(err, event.ErrJSONDuplicate): // beyond our limits
		return v, err
	}
	j := newJackson(s, allowDuplicates)
	if why := j.whole(strict); why != nil {
		return v, why
	}
	if j.comments {
		return valueOfJSON(ev, ev.String(j.plain()), allowDuplicates, strict)
	}
	return parsed, err
}

// runsOn tells whether what stands right behind a scalar makes it none: of numbers everything does, of null, true
// and false what could be part of a name.
func runsOn(kind event.Kind, rest []byte) bool {
	switch {
	case kind >= event.String:
		return false
	case kind != event.Null && kind != event.Bool:
		return true
	}
	r, _ := utf8.DecodeRune(rest)
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
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
