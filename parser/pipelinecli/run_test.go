package pipelinecli

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/pipeline"
)

// runText runs a pipeline named test over in.
func runText(t *testing.T, text, in string, change func(*RunOptions), more ...pipeline.Source) (string, error) {
	t.Helper()
	set, err := pipeline.Compile(append(more, pipeline.Source{Name: "test", Text: []byte(text)}), pipeline.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	ev := event.New()
	var out strings.Builder
	o := RunOptions{
		Set: set, Pipeline: set.Pipeline("test"), Event: ev, Received: received, In: strings.NewReader(in), Out: &out,
		Open: func(line []byte) {
			ev.Reset()
			ev.Put(ev.Doc(), event.Intern("message"), ev.String(line))
		},
	}
	if change != nil {
		change(&o)
	}
	err = Run(o)
	return out.String(), err
}

const shown = `processors:
- grok: {field: message, patterns: ['^%{WORD:verb} took %{NUMBER:took:int} ms']}
- set: {tag: slow, field: slow, value: true, if: ctx.took > 100}
- remove: {field: nothing, ignore_failure: true}
- rename: {field: verb, target_field: http.method}
- set: {field: took, value: 0}
- drop: {if: ctx.http.method == 'DROP'}
- convert: {field: http.method, type: integer, on_failure: [{set: {field: error.message, value: '{{{_ingest.on_failure_message}}}'}}]}
`

func TestRunText(t *testing.T) {
	took, spaces := regexp.MustCompile(` [0-9.]+(ns|µs|ms|s)\b`), regexp.MustCompile(` +`)
	normal := func(s string) string { return took.ReplaceAllString(spaces.ReplaceAllString(s, " "), " TIME") }
	for _, c := range []struct {
		in, want string
		fails    bool
		change   func(*RunOptions)
	}{
		{"GET took 12 ms\n", `GET took 12 ms
   1  grok                     ok       TIME
      + took = 12
      + verb = "GET"
   2  set [slow]               skipped  TIME  if ctx.took > 100
   3  remove                   ignored  TIME  field [nothing] not present as part of path [nothing]
   4  rename                   ok       TIME
      + http.method = "GET"
      - verb
   5  set                      ok       TIME
      ~ took = 0 was 12
   6  drop                     skipped  TIME  if ctx.http.method == 'DROP'
   7  convert                  failed   TIME  unable to convert [GET] to integer
   8  on_failure: set          ok       TIME
      + error.message = "For input string: \"GET\""
  = {"message":"GET took 12 ms","took":0,"http":{"method":"GET"},"error":{"message":"For input string: \"GET\""}}
`, false, nil},
		{"x\x1b[2J\n", "failed: Provided Grok expressions do not match field value: [x\\x1b[2J]\n", true, nil},
		{"DROP took 1 ms", "  dropped\n", false, nil},
		{"GET took 12 ms\r\n\r\nDROP took 1 ms\nno\n", "3 events, 1 dropped, 1 failed\n     run  skipped   failed  mean time\n       3        0        1", true, nil},
		{`{"message":"GET took 200 ms"}`, `+ slow = true`, false, nil},
		{` [{"message":"GET took 200 ms"}]`, `1  grok                     failed`, true, func(o *RunOptions) {
			o.Open = func([]byte) { o.Event.Reset() }
		}},
		{`{"message":"GET took 7 ms"}` + "\n" + `{"message":"GET took 8 ms"}`, `2 events, 0 dropped, 0 failed`, false, nil},
		{`{"message":"GET took 7 ms"}`, `failed: Provided Grok`, true, func(o *RunOptions) { o.Form = FormLine }},
		{`{"_source":{"message":"GET took 200 ms"}}`, `"_index":"_index","_id":"_id"`, false, nil},
		{"GET took 12 ms\n", "test line 3, processors[1] (set) if ctx.took > 100", false, func(o *RunOptions) { o.Verbose = true }},
		{"GET took 12 ms\n", "      {\n        \"message\": \"GET took 12 ms\",\n        \"took\": 12,", false, func(o *RunOptions) { o.Verbose = true }},
		{"GET took 12 ms\n", "\x1b[32m+ took\x1b[0m = 12", false, func(o *RunOptions) { o.Color = true }},
	} {
		got, err := runText(t, shown, c.in, c.change)
		if !strings.Contains(normal(got), normal(c.want)) || errors.Is(err, ErrFailed) != c.fails {
			t.Errorf("%q: %v\n%s\nwant %s", c.in, err, got, c.want)
		}
		if strings.Contains(got, "\x1b[2J") {
			t.Error("a control sequence reaches the terminal")
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "input is empty",
		"{":                    "JSON value 1",
		`{"a":1} 7`:            "JSON value 2: 7 is not an object",
		`{"a":` + `"x"` + `}]`: "JSON value 2",
		`{"pipeline":{},"docs":[{"_source":{}}]}`: "has a [pipeline] of its own",
	} {
		if _, err := runText(t, shown, in, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	if _, err := runText(t, shown, "x", func(o *RunOptions) { o.Form = "xml" }); err == nil || !strings.Contains(err.Error(), "write auto, line or json") {
		t.Errorf("unknown form: %v", err)
	}
	deep := `{"message":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}"
	if out, err := runText(t, shown, deep, nil); !errors.Is(err, ErrFailed) || !strings.Contains(out, "failed: document: JSON is nested too deep") {
		t.Errorf("%v\n%s", err, out)
	}
}

// questions are put to Elasticsearch's _simulate too.
var questions = []struct{ processors, onFailure, docs string }{
	{`[{"set":{"tag":"a","description":"sets it","if":"ctx.x == 1","field":"y","value":2}},{"set":{"field":"z.w","value":"q"}},
	   {"rename":{"field":"nope","target_field":"n","ignore_failure":true}},
	   {"rename":{"tag":"r","field":"nope","target_field":"n","on_failure":[{"set":{"field":"err","value":"x"}}]}},{"fail":{"message":"boom"}}]`,
		`[{"set":{"field":"error.message","value":"x"}}]`, `[{"_source":{"x":0}},{"_id":"7","_index":"q","_source":{"x":1}}]`},
	{`[{"set":{"field":"a","value":1}},{"fail":{"message":"boom"}}]`, ``, `[{"_source":{}}]`},
	{`[{"set":{"field":"a","value":"1"}},{"drop":{"if":"ctx.a == '1'"}},{"set":{"field":"a","value":"2"}}]`, ``, `[{"_source":{}},{"_source":{"a":"2"}}]`},
	{`[{"foreach":{"field":"l","processor":{"uppercase":{"field":"_ingest._value"}}}},{"terminate":{}},{"set":{"field":"a","value":1}}]`, ``,
		`[{"_source":{"l":["a","b"]}},{"_source":{"l":["a",{}]}}]`},
	{`[{"pipeline":{"name":"PREFIXinner"}},{"set":{"field":"z","value":"q"}}]`, ``, `[{"_source":{"x":0}},{"_source":{"f":1}}]`},
	{`[{"pipeline":{"name":"PREFIXinner","tag":"p","on_failure":[{"set":{"field":"o","value":1}}]}},{"set":{"field":"z","value":"q"}}]`, ``, `[{"_source":{"f":1}}]`},
	{`[{"pipeline":{"name":"PREFIXhandles"}},{"set":{"field":"z","value":"q"}}]`, ``, `[{"_source":{}}]`},
	{`[{"pipeline":{"if":"ctx.f == 1","name":"PREFIXinner","ignore_failure":true}},{"set":{"field":"a","value":1}}]`, ``, `[{"_source":{"f":1}},{"_source":{}}]`},
	{`[{"pipeline":{"name":"PREFIXloop"}}]`, `[{"set":{"field":"h","value":1}}]`, `[{"_source":{}}]`},
	{`[{"set":{"field":"a","value":1}},{"script":{"source":"ctx.b = ctx.q.length()"}}]`, ``, `[{"_source":{}},{"_source":{"q":"abc"}}]`},
	{`[{"script":{"source":"int x = 1;\nctx.b = x / (x - 1)"}}]`, ``, `[{"_source":{}}]`},
	{`[{"fail":{"message":"a","on_failure":[{"fail":{"message":"b"}}]}}]`, ``, `[{"_source":{}}]`},
	{`[{"set":{"field":"_index","value":"new"}},{"set":{"field":"_ingest.q","value":"new"}},{"set":{"field":"_routing","value":"r"}}]`, ``, `[{"_source":{}}]`},
	{`[{"grok":{"field":"d","patterns":["^%{INT:x}$"]}}]`, ``, `[{"_source":{"d":"2020-99-88"}},{"_source":{"d":"7"}}]`},
	{`[{"set":{"field":"a.b","value":1}}]`, ``, `[{"_source":{"a":"text"}}]`},
}

// TestSimulateInElasticsearch asks the real thing for the answers of --json.
func TestSimulateInElasticsearch(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	inner := map[string]string{
		"inner":   `{"processors":[{"set":{"field":"in","value":"a"}},{"fail":{"if":"ctx.f==1","message":"inner"}}]}`,
		"handles": `{"processors":[{"fail":{"message":"inner"}}],"on_failure":[{"set":{"field":"h","value":1}}]}`,
		"loop":    `{"processors":[{"set":{"field":"c","value":1}},{"pipeline":{"name":"` + es.Prefix + `loop"}}]}`,
	}
	var beside []pipeline.Source
	for name, text := range inner {
		beside = append(beside, pipeline.Source{Name: es.Prefix + name, Text: []byte(text)})
		if status, answer := es.Do("PUT", "/_ingest/pipeline/"+es.Prefix+name, text); status != 200 {
			t.Fatalf("%d: %s", status, answer)
		}
	}
	for _, q := range questions {
		definition := `{"processors":` + q.processors
		if q.onFailure != "" {
			definition += `,"on_failure":` + q.onFailure
		}
		definition = strings.ReplaceAll(definition+"}", "PREFIX", es.Prefix)
		for _, verbose := range []bool{false, true} {
			ours, err := runText(t, definition, `{"docs":`+q.docs+`}`, func(o *RunOptions) { o.JSON, o.Verbose = true, verbose }, beside...)
			if err != nil && !errors.Is(err, ErrFailed) {
				t.Errorf("%s: %v", definition, err)
				continue
			}
			path := "/_ingest/pipeline/_simulate"
			if verbose {
				path += "?verbose"
				if strings.Contains(definition, "loop") {
					continue // where Elasticsearch looks for circles before it runs anything
				}
			}
			_, theirs := es.Do("POST", path, `{"pipeline":`+definition+`,"docs":`+q.docs+`}`)
			got, want := comparable(t, ours), comparable(t, strings.ReplaceAll(string(theirs), "_simulate_pipeline", "test"))
			if !reflect.DeepEqual(got, want) {
				g, _ := json.Marshal(got)
				w, _ := json.Marshal(want)
				t.Errorf("%s verbose=%t\nwe            %s\nElasticsearch %s", definition, verbose, g, w)
			}
		}
	}
}

// comparable is an answer without what every run has anew, or says of Elasticsearch's insides.
func comparable(t *testing.T, answer string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			// With ?verbose, Elasticsearch runs conditions in another way than in an index, and so says of a processor with
			// one that failed that it is of its own type; in an index it is a conditional, as here.
			for _, name := range []string{"timestamp", "position", "_value", "on_failure_processor_type"} {
				delete(v, name)
			}
			if v["type"] != "script_exception" {
				delete(v, "caused_by")
			}
			if stack, ok := v["script_stack"].([]any); ok {
				v["script_stack"] = stack[0]
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(v)
	return v
}

func TestSimulateTimestamp(t *testing.T) {
	got, err := runText(t, "processors: []", "x", func(o *RunOptions) { o.JSON = true })
	want := fmt.Sprintf(`{"docs":[
{"doc":{"_index":"_index","_id":"_id","_version":"-3","_source":{"message":"x"},"_ingest":{"timestamp":%q}}}
]}
`, received.Format(time.RFC3339Nano))
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant %s", err, got, want)
	}
}
