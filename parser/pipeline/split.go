package pipeline

import (
	"fmt"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javaregex"
	"github.com/millrace/millrace/parser/painless"
)

// splitProcessor is `split`.
type splitProcessor struct {
	field, target field
	separator     *javaregex.Regexp
	ignoreMissing bool
	keepTrailing  bool
	at            int32 // the reading of field
	leaf          leaf  // of target
}

func newSplit(o *options) processor {
	p := &splitProcessor{field: o.field("field"), ignoreMissing: o.flag("ignore_missing", false), keepTrailing: o.flag("preserve_trailing", false)}
	p.target = o.optionalField("target_field", p.field)
	p.at, p.leaf = o.reading(p.field.path), leafOf(o, &p.target)
	p.separator = o.regex("separator", o.text("separator"))
	return p
}

func (o *options) regex(name, expr string) *javaregex.Regexp {
	re, err := javaregex.Compile(expr, "")
	if err != nil {
		o.fail(o.node.get(name), "[%s] %w", name, err)
	}
	return re
}

func (p *splitProcessor) run(r *Runner) error {
	v := r.textAt(p.at, p.field.path)
	if v.Kind() != event.String {
		var err error
		if _, v, err = r.textField(&p.field, p.ignoreMissing, "cannot split."); err != nil || v.IsNull() {
			return err
		}
	}
	to, err := p.target.of(r)
	if err != nil {
		return err
	}
	list := r.ev.NewList()
	limit := 0
	if p.keepTrailing {
		limit = -1
	}
	var room [8][2]int
	for _, part := range javaSplit(room[:0], p.separator, r.ev.Bytes(v), limit) {
		r.ev.Append(list, r.ev.Sub(v, part[0], part[1]))
	}
	return p.leaf.put(r, to, list)
}

// javaSplit appends the parts of Java's Pattern.split: at most limit; 0 is for all without empty ones at the end, -1
// for all.
func javaSplit(parts [][2]int, re *javaregex.Regexp, s []byte, limit int) [][2]int {
	last := 0
	for _, loc := range re.All(s) {
		if limit > 0 && len(parts) == limit-1 {
			break
		}
		if loc[1] == 0 { // no empty text before a match of nothing at the start
			continue
		}
		parts = append(parts, [2]int{last, loc[0]})
		last = loc[1]
	}
	if last == 0 {
		return append(parts, [2]int{0, len(s)})
	}
	parts = append(parts, [2]int{last, len(s)})
	for n := len(parts); limit == 0 && n > 0 && parts[n-1][0] == parts[n-1][1]; n-- {
		parts = parts[:n-1]
	}
	return parts
}

// textField reads a field that must be text. The value is Missing, without an error, when the field is
// absent or null and may be. what ends the error text for null.
func (r *Runner) textField(f *field, ignoreMissing bool, what string) (event.Path, event.Value, error) {
	path, err := f.of(r)
	if err != nil {
		return path, event.Value{}, err
	}
	v, err := r.ev.Resolve(path)
	switch {
	case (err != nil || v.IsNull()) && ignoreMissing:
		return path, event.Value{}, nil
	case err != nil:
		return path, v, err
	case v.IsNull():
		return path, v, fmt.Errorf("field [%s] is null, %s", path, what)
	case v.Kind() != event.String:
		return path, v, fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.lang.String]", path, v.Kind().JavaClass())
	}
	return path, v, nil
}

// joinProcessor is `join`.
type joinProcessor struct {
	field, target field
	separator     string
}

func newJoin(o *options) processor {
	p := &joinProcessor{field: o.field("field"), separator: o.text("separator")}
	p.target = o.optionalField("target_field", p.field)
	return p
}

func (p *joinProcessor) run(r *Runner) error {
	path, err := p.field.of(r)
	if err != nil {
		return err
	}
	v, err := r.ev.Resolve(path)
	switch {
	case err != nil:
		return err
	case v.IsNull():
		return fmt.Errorf("field [%s] is null, cannot join.", path) //nolint:staticcheck // Elasticsearch's text
	case v.Kind() != event.List:
		return fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.util.List]", path, v.Kind().JavaClass())
	}
	to, err := p.target.of(r)
	if err != nil {
		return err
	}
	out := r.buf[:0]
	for i := range r.ev.Len(v) {
		if i > 0 {
			out = append(out, p.separator...)
		}
		item := r.ev.At(v, i)
		if item.IsNull() {
			return &painless.Error{Class: "java.lang.NullPointerException"}
		}
		out = appendText(out, r.ev, item)
	}
	r.buf = out
	return r.ev.Set(to, r.ev.String(out))
}
