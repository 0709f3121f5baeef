package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/grok"
)

// grokProcessor is `grok`.
type grokProcessor struct {
	field         event.Path
	parents       []event.Path // of targets
	set           *grok.Set
	targets       []grokTarget // by capture slot
	converts      bool         // some capture to a number or boolean
	ignoreMissing bool
	trace         bool
	slot          int
	where         string // file and line of the patterns
}

type grokTarget struct {
	path event.Path
	typ  grok.Type
	same int // the first slot of the same name
	capturePlace
}

// grokScratch is a runner's share of a grok processor.
type grokScratch struct {
	parents []event.Value // maps that this match has met
	matcher *grok.Matcher
	taken   []event.Value // by slot: what this match has for its name
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
	lib := o.c.set.deps.LegacyGrok
	if o.oneOf("ecs_compatibility", "disabled", "v1") == "v1" {
		lib = o.c.set.deps.ECSGrok
	}
	if n := o.find("pattern_definitions"); n != nil {
		defs := map[string]string{}
		for _, f := range n.fields {
			defs[f.name] = o.textOf(f.node, "pattern_definitions")
		}
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
	first := map[string]int{}
	for i, f := range p.set.Fields() {
		name := strings.Join(f.Path, ".")
		if _, seen := first[name]; !seen {
			first[name] = i
		}
		p.targets = append(p.targets, grokTarget{path: o.parsePath("patterns", name), typ: f.Type, same: first[name]})
		p.converts = p.converts || f.Type != grok.String
	}
	p.parents = findParents(p.targets)
	return p
}

func (p *grokProcessor) run(r *Runner) error {
	v := r.ev.Get(p.field)
	if v.Kind() != event.String {
		return p.notText(r, v)
	}
	s, ok := r.scratch[p.slot].(*grokScratch)
	if !ok {
		s = &grokScratch{matcher: p.set.NewMatcher(), taken: make([]event.Value, len(p.targets)), parents: make([]event.Value, len(p.parents))}
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
	if err := p.write(r, s, v); err != nil {
		return err
	}
	if p.trace {
		return r.ev.Set(traceIndex, r.ev.Text(strconv.Itoa(pattern)))
	}
	return nil
}

// join is what becomes of the name of slot same: w, or a list with what the name had before. It is
// Missing when w went into a list that is there already.
func (s *grokScratch) join(ev *event.Event, same int, w event.Value) event.Value {
	switch before := s.taken[same]; before.Kind() {
	case event.Missing:
	case event.List:
		ev.Append(before, w)
		return event.Value{}
	default:
		list := ev.NewList()
		ev.Append(list, before)
		ev.Append(list, w)
		w = list
	}
	s.taken[same] = w
	return w
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
func convertCapture(r *Runner, v event.Value, typ grok.Type) (event.Value, error) {
	text := r.ev.Bytes(v)
	switch typ {
	case grok.Int:
		if n, err := strconv.ParseInt(view(text), 10, 32); err == nil {
			return event.IntValue(int32(n)), nil
		}
	case grok.Long:
		if n, err := strconv.ParseInt(view(text), 10, 64); err == nil {
			return event.LongValue(n), nil
		}
	case grok.Float:
		if f, ok := parseDecimal(text, 32); ok {
			return event.FloatValue(float32(f)), nil
		}
	case grok.Double:
		if f, ok := parseDecimal(text, 64); ok {
			return event.DoubleValue(f), nil
		}
	case grok.Boolean:
		return event.BoolValue(strings.EqualFold(view(text), "true")), nil
	default:
		return v, nil
	}
	return v, fmt.Errorf("For input string: %q", text) //nolint:staticcheck // Java's text
}
