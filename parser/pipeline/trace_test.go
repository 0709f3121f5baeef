package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// traces has a pipeline, a document, and the steps that a trace of it has.
var traces = []struct{ text, doc, want string }{
	{`processors: [{set: {field: a, value: 1, tag: t, if: ctx.x == 1}}, {set: {field: b, value: 2}}]`, `{"x":0}`,
		`test 0 set[t] skipped; test 0 set ok {"x":0,"b":2}`},
	{`processors: [{rename: {field: n, target_field: m, ignore_failure: true}}, {rename: {field: n, target_field: m, on_failure: [{set: {field: e, value: '{{{_ingest.on_failure_message}}}'}}]}}]`, `{}`,
		`test 0 rename ignored {} (field [n] doesn't exist); test 0 rename failed {} (field [n] doesn't exist); test 0 set handler ok {"e":"field [n] doesn't exist"}`},
	{"processors: [{pipeline: {name: inner, on_failure: [{set: {field: h, value: 1}}]}}, {set: {field: z, value: 1}}]", `{"fail":true}`,
		`test 0 pipeline called; inner 1 set ok {"fail":true,"in":1}; inner 1 fail failed {"fail":true,"in":1} (boom); test 0 set handler ok {"fail":true,"in":1,"h":1}; test 0 set ok {"fail":true,"in":1,"h":1,"z":1}`},
	{"processors: [{pipeline: {name: inner, ignore_failure: true}}, {terminate: {}}, {fail: {message: no}}]", `{"fail":true}`,
		`test 0 pipeline called; inner 1 set ok {"fail":true,"in":1}; inner 1 fail failed {"fail":true,"in":1} (boom); test 0 terminate ok {"fail":true,"in":1}`},
	{"processors: [{pipeline: {name: inner}}, {drop: {}}, {fail: {message: no}}]", `{}`,
		`test 0 pipeline called; inner 1 set ok {"in":1}; inner 1 fail skipped; test 0 drop dropped`},
	{"processors: [{pipeline: {name: test}}]\non_failure: [{set: {field: e, value: '{{{_ingest.on_failure_processor_type}}}'}}]", `{}`,
		`test 0 pipeline failed (Cycle detected for pipeline: test); test 0 set handler ok {"e":"pipeline"}`},
	{"processors: [{set: {if: ctx.a.b == 1, field: a, value: 1, ignore_failure: true, on_failure: [{set: {field: no, value: 1}}]}}]\non_failure: [{fail: {message: again}}]", `{}`,
		`test 0 set condition failed {} (cannot access method/field [b] from a null def reference); test 0 fail handler failed {} (again)`},
	{"processors: [{pipeline: {name: cond, on_failure: [{set: {field: h, value: 1}}]}}]", `{}`,
		`test 0 pipeline called; cond 1 set condition failed {} (cannot access method/field [b] from a null def reference); test 0 set handler ok {"h":1}`},
	{`processors: [{foreach: {field: l, processor: {pipeline: {name: inner}}, on_failure: [{set: {field: h, value: 1}}]}}]`, `{"l":["1"],"fail":true}`,
		`test 0 foreach failed {"l":["1"],"fail":true,"in":1} (boom); test 0 set handler ok {"l":["1"],"fail":true,"in":1,"h":1}`},
	{`processors: [{set: {field: t, value: '{{{_ingest.timestamp}}}'}}]`, `{}`, `test 0 set ok {"t":"2026-01-02T03:04:05.000Z"}`},
}

func steps(trace []*TraceStep) string {
	names := map[Status]string{Failed: "failed", Succeeded: "ok", Skipped: "skipped", ErrorIgnored: "ignored", Dropped: "dropped", Called: "called"}
	var lines []string
	for _, s := range trace {
		line := fmt.Sprintf("%s %d %s", s.Pipeline, s.Depth, s.Type)
		if s.Tag != "" {
			line += "[" + s.Tag + "]"
		}
		if s.Handler {
			line += " handler"
		}
		if s.ConditionErr {
			line += " condition"
		}
		line += " " + names[s.Status]
		if s.Doc != nil {
			line += " " + string(s.Doc)
		}
		if s.Err != nil {
			line += " (" + s.Err.Error() + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestTrace(t *testing.T) {
	for _, c := range traces {
		set := compileTraced(t, c.text)
		ev := event.New()
		load(t, ev, c.doc)
		got, _ := set.NewRunner().Trace(set.Pipeline("test"), ev, received)
		if s := steps(got); s != c.want {
			t.Errorf("%s\n     %s\nwant %s", c.text, s, c.want)
		}
		if first := got[0]; first.Line != 1 || !strings.HasPrefix(first.Where, "processors[0] (") {
			t.Errorf("the first step is at line %d, %s", first.Line, first.Where)
		}
	}
}

func compileTraced(t *testing.T, text string) *Set {
	return compileOne(t, text,
		Source{Name: "inner", Text: []byte(`{"processors": [{"set": {"field": "in", "value": 1}}, {"fail": {"message": "boom", "if": "ctx.fail == true"}}]}`)},
		Source{Name: "cond", Text: []byte(`{"processors": [{"set": {"field": "x", "value": 1, "if": "ctx.a.b == 1"}}]}`)})
}

// TestTraceIsRun holds the two ways to run a pipeline together.
func TestTraceIsRun(t *testing.T) {
	type question struct{ text, doc string }
	var all []question
	for _, c := range cases {
		all = append(all, question{"processors: " + c.processors, c.doc})
	}
	for _, c := range traces {
		all = append(all, question{c.text, c.doc})
	}
	for _, c := range all {
		set := compileTraced(t, c.text)
		r := set.NewRunner()
		outcome := func(run func(*event.Event) error) string {
			ev := event.New()
			load(t, ev, c.doc)
			err := fmt.Sprint(run(ev))
			doc, _ := ev.AppendJSON(nil)
			ingest, _ := ev.AppendValue(nil, ev.Ingest())
			return fmt.Sprintf("%s %s %s", doc, ingest, err)
		}
		want := outcome(func(ev *event.Event) error { return r.Run(set.Pipeline("test"), ev, received) })
		got := outcome(func(ev *event.Event) error {
			_, err := r.Trace(set.Pipeline("test"), ev, received)
			return err
		})
		if got != want {
			t.Errorf("%s of %s\ntraced: %s\nrun:    %s", c.text, c.doc, got, want)
		}
	}
}
