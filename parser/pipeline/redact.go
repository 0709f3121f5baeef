package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/grok"
)

// redactProcessor is `redact`.
type redactProcessor struct {
	field          event.Path
	patterns       []redactPattern
	prefix, suffix string
	ignoreMissing  bool
	trace          bool
	slot           int
}

type redactPattern struct {
	set  *grok.Set
	name string // of its first group
}

// redacted is a part of the text that patterns match.
type redacted struct {
	start, end int
	longest    int // of the patterns that match there
	name       string
}

var redactTrace = event.MustPath("_ingest._redact._is_redacted")

func newRedact(o *options) processor {
	p := &redactProcessor{field: o.path("field"), prefix: o.optionalText("prefix", "<"), suffix: o.optionalText("suffix", ">"),
		ignoreMissing: o.flag("ignore_missing", true), trace: o.flag("trace_redact", false), slot: o.slot()}
	o.flag("skip_if_unlicensed", false)
	lib := o.c.set.deps.ECSGrok
	if n, defs := o.definitions(); n != nil {
		var err error
		if lib, err = lib.With(defs); err != nil {
			o.fail(n, "[pattern_definitions] %w", err)
			return p
		}
	}
	patterns := o.texts("patterns", false)
	if len(patterns) == 0 {
		o.fail(o.node.get("patterns"), "[patterns] List of patterns must not be empty")
	}
	for _, text := range patterns {
		set, err := grok.Compile(lib, []string{text}, grok.Options{})
		if err != nil {
			o.fail(o.node.get("patterns"), "[patterns] Invalid regex pattern found in: [%s]. %w", strings.Join(patterns, ", "), err)
			return p
		}
		if len(set.Fields()) == 0 {
			o.fail(o.node.get("patterns"), "[patterns] pattern [%s] names nothing: write %%{PATTERN:name}", text)
			return p
		}
		p.patterns = append(p.patterns, redactPattern{set, strings.Join(set.Fields()[0].Path, ".")})
	}
	return p
}

func (p *redactProcessor) run(r *Runner) error {
	v := r.ev.Get(p.field)
	switch {
	case v.IsNull() && p.ignoreMissing:
		return nil
	case v.IsNull():
		return fmt.Errorf("field [%s] is null or missing", p.field)
	case v.Kind() != event.String:
		return fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.lang.String]", p.field, v.Kind().JavaClass())
	}
	matchers, ok := r.scratch[p.slot].([]*grok.Matcher)
	if !ok {
		for i := range p.patterns {
			matchers = append(matchers, p.patterns[i].set.NewMatcher())
		}
		r.scratch[p.slot] = matchers
	}
	s := r.ev.Bytes(v)
	parts, err := p.find(matchers, s)
	if err != nil || len(parts) == 0 {
		return err
	}
	out, last := r.buf[:0], 0
	for _, part := range parts {
		out = append(append(append(append(out, s[last:part.start]...), p.prefix...), part.name...), p.suffix...)
		last = part.end
	}
	out = append(out, s[last:]...)
	r.buf = out
	if p.trace && string(out) != string(s) {
		if err := r.ev.Set(redactTrace, event.BoolValue(true)); err != nil {
			return err
		}
	}
	return r.ev.Set(p.field, r.ev.String(r.buf))
}

// find is what to redact, in order; matches that touch or overlap are one, named after the longest.
func (p *redactProcessor) find(matchers []*grok.Matcher, s []byte) ([]redacted, error) {
	var all []redacted
	for i, m := range matchers {
		for from := 0; ; {
			start, end, ok := m.MatchFrom(s, from)
			if !ok {
				if m.Err() != nil {
					return nil, fmt.Errorf("Grok pattern matching timed out: %w", m.Err()) //nolint:staticcheck // Elasticsearch's text
				}
				break
			}
			all = append(all, redacted{start, end, end - start, p.patterns[i].name})
			if from = max(end, from+1); from >= len(s) {
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b redacted) int { return compare(a.start, b.start) })
	merged := all[:0]
	for _, part := range all {
		if n := len(merged); n > 0 && part.start <= merged[n-1].end {
			before := &merged[n-1]
			before.end = max(before.end, part.end)
			if part.longest > before.longest {
				before.longest, before.name = part.longest, part.name
			}
			continue
		}
		merged = append(merged, part)
	}
	return merged, nil
}
