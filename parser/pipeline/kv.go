package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javaregex"
)

// kvProcessor is `kv`.
type kvProcessor struct {
	field, target          field
	fieldSplit, valueSplit *javaregex.Regexp
	splitText              string
	include, exclude       []string
	prefix                 string
	trimKey, trimValue     trimmer
	stripBrackets          bool
	ignoreMissing          bool
}

func newKV(o *options) processor {
	p := &kvProcessor{
		field: o.field("field"), target: o.optionalField("target_field", field{}),
		splitText: o.text("value_split"), include: o.texts("include_keys", false), exclude: o.texts("exclude_keys", false),
		prefix: o.optionalText("prefix", ""), trimKey: o.trimmer("trim_key"), trimValue: o.trimmer("trim_value"),
		stripBrackets: o.flag("strip_brackets", false), ignoreMissing: o.flag("ignore_missing", false),
	}
	p.fieldSplit, p.valueSplit = o.regex("field_split", o.text("field_split")), o.regex("value_split", p.splitText)
	return p
}

// maxKeys bounds how many fields one line can make.
const maxKeys = 10_000

func (p *kvProcessor) run(r *Runner) error {
	path, err := p.field.of(r)
	if err != nil && !errors.Is(err, errEmptyField) {
		return err
	}
	if err != nil || r.ev.Get(path).Kind() == event.Missing {
		if err == nil {
			err = r.outOfRange(path)
		} else {
			err = nil
		}
		if err != nil || p.ignoreMissing {
			return err
		}
		return fmt.Errorf("field [%s] doesn't exist", path)
	}
	_, v, err := r.textField(&field{path: path}, p.ignoreMissing, "cannot extract key-value pairs.")
	if err != nil || v.IsNull() {
		return err
	}
	prefix := ""
	if !p.target.isZero() {
		to, err := p.target.of(r)
		if err != nil {
			return err
		}
		prefix = to.String() + "."
	}
	prefix += p.prefix
	parts := javaSplit(nil, p.fieldSplit, r.ev.Bytes(v), 0)
	if len(parts) > maxKeys {
		return fmt.Errorf("field [%s] has more than %d key-value pairs", path, maxKeys)
	}
	for _, part := range parts {
		if err := p.pair(r, path, r.ev.Sub(v, part[0], part[1]), prefix); err != nil {
			return err
		}
	}
	return nil
}

func (p *kvProcessor) pair(r *Runner, path event.Path, part event.Value, prefix string) error {
	s := r.ev.Bytes(part)
	halves := javaSplit(nil, p.valueSplit, s, 2)
	if len(halves) != 2 {
		return fmt.Errorf("field [%s] does not contain value_split [%s]", path, p.splitText)
	}
	from, to := p.trimKey.span(s, halves[0][0], halves[0][1])
	key := string(s[from:to])
	if p.include != nil && !slices.Contains(p.include, key) || slices.Contains(p.exclude, key) {
		return nil
	}
	from, to = halves[1][0], halves[1][1]
	if p.stripBrackets {
		from, to = stripSpan(s, from, to)
	}
	v := p.trimValue.value(r, part, from, to)
	name, err := r.ev.DynamicPath([]byte(prefix + key))
	if err != nil {
		return err
	}
	if r.ev.Get(name).Kind() != event.Missing {
		return r.appendTo(name, v, true)
	}
	return r.ev.Set(name, v)
}

// trimmer takes characters off both ends. What they are is the inside of a class of a regular expression.
type trimmer struct {
	plain string // when they stand for themselves
	re    *javaregex.Regexp
}

func (o *options) trimmer(name string) trimmer {
	n := o.find(name)
	if n == nil {
		return trimmer{}
	}
	class := o.textOf(n, name)
	if class != "" && !strings.ContainsAny(class, `^\\-[]&`) {
		return trimmer{plain: class}
	}
	return trimmer{re: o.regex(name, "(^(["+class+"]+))|(["+class+"]+$)")}
}

// span is what is left of s[from:to].
func (t *trimmer) span(s []byte, from, to int) (int, int) {
	switch {
	case t.re != nil:
		start := from
		for _, loc := range t.re.All(s[start:to]) {
			if loc[0] == 0 {
				from = start + loc[1]
			} else {
				to = start + loc[0]
			}
		}
		from = min(from, to)
	case t.plain != "":
		left := bytes.TrimLeft(s[from:to], t.plain)
		from = to - len(left)
		to = from + len(bytes.TrimRight(left, t.plain))
	}
	return from, to
}

// value is what is left of a part of a text. The end of a line at its end stays, and what stands before it goes: that
// is an end, too, to Java's expressions.
func (t *trimmer) value(r *Runner, part event.Value, from, to int) event.Value {
	s := r.ev.Bytes(part)
	line := len(s[from:to]) - len(bytes.TrimSuffix(bytes.TrimSuffix(s[from:to], []byte("\n")), []byte("\r")))
	if t.plain == "" || line == 0 || strings.IndexByte(t.plain, s[to-1]) >= 0 {
		from, to = t.span(s, from, to)
		return r.ev.Sub(part, from, to)
	}
	end := to
	if from, to = t.span(s, from, to-line); to == end-line {
		return r.ev.Sub(part, from, end)
	}
	return r.ev.String(slices.Concat(s[from:to], s[end-line:end]))
}

// stripSpan takes one quote or bracket off each end.
func stripSpan(s []byte, from, to int) (int, int) {
	if from < to && strings.IndexByte(`([<"'`, s[from]) >= 0 {
		from++
	}
	if from < to && strings.IndexByte(`)]>"'`, s[to-1]) >= 0 {
		to--
	}
	return from, to
}
