package pipeline

import (
	"bytes"
	"fmt"
	"slices"

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
	trimKey, trimValue     string
	stripBrackets          bool
	ignoreMissing          bool
}

func newKV(o *options) processor {
	p := &kvProcessor{
		field: o.field("field"), target: o.optionalField("target_field", field{}),
		splitText: o.text("value_split"), include: o.texts("include_keys", false), exclude: o.texts("exclude_keys", false),
		prefix: o.optionalText("prefix", ""), trimKey: o.optionalText("trim_key", ""), trimValue: o.optionalText("trim_value", ""),
		stripBrackets: o.flag("strip_brackets", false), ignoreMissing: o.flag("ignore_missing", false),
	}
	p.fieldSplit, p.valueSplit = o.regex("field_split", o.text("field_split")), o.regex("value_split", p.splitText)
	return p
}

// maxKeys bounds how many fields one line can make.
const maxKeys = 10_000

func (p *kvProcessor) run(r *Runner) error {
	path, v, err := r.textField(&p.field, p.ignoreMissing, "cannot extract key-value pairs.")
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
	s, last := r.ev.Bytes(v), 0
	seps := p.fieldSplit.All(s)
	if len(seps) > maxKeys {
		return fmt.Errorf("field [%s] has more than %d key-value pairs", path, maxKeys)
	}
	end := len(s) // empty parts at the end do not count
	for n := len(seps); n > 0 && seps[n-1][1] == end; n-- {
		end, seps = seps[n-1][0], seps[:n-1]
	}
	for i := 0; i <= len(seps); i++ {
		stop := end
		if i < len(seps) {
			stop = seps[i][0]
		}
		if err := p.pair(r, path, r.ev.Sub(v, last, stop), prefix); err != nil {
			return err
		}
		if i < len(seps) {
			last = seps[i][1]
		}
	}
	return nil
}

func (p *kvProcessor) pair(r *Runner, path event.Path, part event.Value, prefix string) error {
	s := r.ev.Bytes(part)
	loc := p.valueSplit.Index(s)
	if loc == nil {
		return fmt.Errorf("field [%s] does not contain value_split [%s]", path, p.splitText)
	}
	key := string(bytes.Trim(s[:loc[0]], p.trimKey))
	if p.trimKey == "" {
		key = string(s[:loc[0]])
	}
	if p.include != nil && !slices.Contains(p.include, key) || slices.Contains(p.exclude, key) {
		return nil
	}
	from, to := loc[1], len(s)
	if p.trimValue != "" {
		from, to = trimSpan(s, from, to, p.trimValue)
	}
	if p.stripBrackets {
		from, to = stripSpan(s, from, to)
	}
	name, err := r.ev.DynamicPath([]byte(prefix + key))
	if err != nil {
		return err
	}
	v := r.ev.Sub(part, from, to)
	if r.ev.Get(name).Kind() != event.Missing {
		return r.appendTo(name, v, true)
	}
	return r.ev.Set(name, v)
}

func trimSpan(s []byte, from, to int, cutset string) (int, int) {
	left := bytes.TrimLeft(s[from:to], cutset)
	from = to - len(left)
	return from, from + len(bytes.TrimRight(left, cutset))
}

// stripSpan takes quotes and brackets off both ends.
func stripSpan(s []byte, from, to int) (int, int) {
	for _, pair := range []string{`""`, `''`, "()", "[]", "<>"} {
		if to-from >= 2 && s[from] == pair[0] && s[to-1] == pair[1] {
			return from + 1, to - 1
		}
	}
	return from, to
}
