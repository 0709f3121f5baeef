package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/grok"
	"github.com/millrace/millrace/parser/painless"
)

// grokProcessor is `grok`.
type grokProcessor struct {
	field         event.Path
	at            int32 // the reading of field
	set           *grok.Set
	patterns      int // how many the set has
	slots         []captureSlot
	targets       []captureTarget // by capture slot
	ignoreMissing bool
	trace         bool
	slot          int
	where         string           // file and line of the patterns
	touches       []painless.Touch // by all targets
}

// grokScratch is a runner's share of a grok processor.
type grokScratch struct {
	matcher *grok.Matcher
	values  []event.Value     // of the captures, with room for the maps that they are in
	taken   []event.Value     // by slot: what this match has for its name
	order   []int             // of the captures
	layouts [][]captureLayout // by pattern
	noMatch noMatchError
}

// noMatchError makes its text only when it is asked for, as most pipelines expect some lines not to match.
type noMatchError struct {
	ev      *event.Event
	v       event.Value
	limited int // the pattern that took more steps than a line of that length may, from 1; 0 for none
}

func (e *noMatchError) Error() string {
	if e.limited > 0 {
		return fmt.Sprintf("Grok pattern %d takes too many steps on field value: [%s]", e.limited, e.ev.Bytes(e.v))
	}
	return "Provided Grok expressions do not match field value: [" + string(e.ev.Bytes(e.v)) + "]"
}

var traceIndex = event.MustPath("_ingest._grok_match_index")

func newGrok(o *options) processor {
	p := &grokProcessor{field: o.path("field"), ignoreMissing: o.flag("ignore_missing", false), trace: o.flag("trace_match", false), slot: o.slot()}
	p.at = o.reading(p.field)
	lib := o.c.set.deps.LegacyGrok
	if o.oneOf("ecs_compatibility", "disabled", "v1") == "v1" {
		lib = o.c.set.deps.ECSGrok
	}
	if n, defs := o.definitions(); n != nil {
		known := slices.Collect(maps.Values(defs))
		for name, expr := range defs {
			defs[name] = plainAbsent(elasticGrok(lib, expr), known)
		}
		var err error
		if lib, err = lib.With(defs); err != nil {
			o.fail(n, "[pattern_definitions] %w", err)
			return p
		}
	}
	patterns := o.texts("patterns", false)
	if len(patterns) == 0 {
		o.fail(o.node.get("patterns"), "[patterns] List of patterns must not be empty")
		return p
	}
	taken := make([]string, len(patterns))
	for i, expr := range patterns {
		taken[i] = fillIn(lib, plainAbsent(elasticGrok(lib, expr), patterns))
	}
	var err error
	if p.set, err = grok.Compile(lib, taken, grok.Options{}); err != nil {
		o.fail(o.node.get("patterns"), "[patterns] Invalid regex pattern found in: [%s]. %w", strings.Join(patterns, ", "), err)
		return p
	}
	p.where = fmt.Sprintf("%s:%d", o.c.file, o.node.get("patterns").line)
	p.slots, p.targets, p.patterns = captureSlots(p.set.Fields()), captureTargets(o, p.set.Fields()), len(patterns)
	return p
}

// definitions are the grok patterns that a processor defines, and where it does; nil when it does not.
func (o *options) definitions() (*node, map[string]string) {
	n := o.find("pattern_definitions")
	if n == nil {
		return nil, nil
	}
	defs := map[string]string{}
	for _, f := range n.fields {
		defs[f.name] = o.textOf(f.node, "pattern_definitions")
	}
	return n, defs
}

func (p *grokProcessor) newScratch() *grokScratch {
	n := len(p.targets)
	maps := 0
	for i := range p.targets {
		maps += strings.Count(p.targets[i].path.String(), ".")
	}
	return &grokScratch{matcher: p.set.NewMatcher(), values: make([]event.Value, n+maps), taken: make([]event.Value, n), layouts: make([][]captureLayout, p.patterns)}
}

func (p *grokProcessor) run(r *Runner) error {
	v := r.textAt(p.at, p.field)
	if v.Kind() != event.String {
		return p.notText(r, v)
	}
	s, ok := r.scratch[p.slot].(*grokScratch)
	if !ok {
		s = p.newScratch()
		r.scratch[p.slot] = s
	}
	pattern, matched := s.matcher.Match(r.ev.Bytes(v))
	limited := s.matcher.Limited() + 1
	if limited > 0 {
		r.set.limits.WithLabelValues(p.where, strconv.Itoa(limited)).Inc()
	}
	if !matched || limited > 0 { // whether an earlier pattern matches is not known then
		s.noMatch = noMatchError{r.ev, v, limited}
		return &s.noMatch
	}
	if err := p.write(r, s, pattern, v); err != nil {
		return err
	}
	if p.trace {
		return r.ev.Set(traceIndex, r.ev.Text(strconv.Itoa(pattern)))
	}
	return nil
}

func (p *grokProcessor) notText(r *Runner, v event.Value) error {
	switch {
	case v.IsNull() && p.ignoreMissing:
		return nil
	case v.Kind() == event.Missing:
		_, err := r.ev.Resolve(p.field)
		return err
	case v.IsNull():
		return fmt.Errorf("field [%s] is null, cannot process it.", p.field) //nolint:staticcheck // Elasticsearch's text
	}
	return fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.lang.String]", p.field, v.Kind().JavaClass())
}

// convertCapture is %{…:name:int} and its like.
func convertCapture(text []byte, typ grok.Type) (event.Value, error) {
	switch typ {
	case grok.Int:
		if n, ok := smallNumber(text); ok {
			return event.IntValue(n), nil
		}
		if n, err := strconv.ParseInt(view(text), 10, 32); err == nil {
			return event.IntValue(int32(n)), nil
		}
	case grok.Long:
		if n, ok := smallNumber(text); ok {
			return event.LongValue(int64(n)), nil
		}
		if n, err := strconv.ParseInt(view(text), 10, 64); err == nil {
			return event.LongValue(n), nil
		}
	case grok.Float:
		if f, ok := parseDecimal(text, 32); ok {
			return event.FloatValue(float32(f)), nil
		}
		return event.Value{}, errors.New(painless.NotFraction(view(text)))
	case grok.Double:
		if f, ok := parseDecimal(text, 64); ok {
			return event.DoubleValue(f), nil
		}
		return event.Value{}, errors.New(painless.NotFraction(view(text)))
	case grok.Boolean:
		return event.BoolValue(strings.EqualFold(view(text), "true")), nil
	}
	return event.Value{}, errors.New(notANumber(view(text)))
}

// smallNumber reads up to nine digits; ok is false for all else.
func smallNumber(text []byte) (n int32, ok bool) {
	if len(text) == 0 || len(text) > 9 {
		return 0, false
	}
	for _, c := range text {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + int32(c)
	}
	return n, true
}
