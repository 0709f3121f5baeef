package pipelinecli

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

const stream = "app/data_stream/log/"

// uneven is an integration whose fixtures differ from what its pipeline makes, in every way that there is.
var uneven = map[string]string{
	stream + "elasticsearch/ingest_pipeline/default.yml": "processors: [{fail: {if: ctx.n == 7, message: no}}, {drop: {if: ctx.n == 8}}]\n",
	stream + "_dev/test/pipeline/test-a.json": `{"events":[
		{"n":1,"l":["a","b","b"]},{"n":2,"l":["a","b"]},{"n":3,"l":["a","b"]},{"n":7},{"n":8},{"n":9},{"x":"<1>"},{"error":{"message":"no"}},{"x":1},{"x":2}]}`,
	stream + "_dev/test/pipeline/test-a.json" + suffix: `{"expected":[
		{"n":1,"l":["b","a","b"]},{"n":0,"l":["a","c"]},{"n":4,"l":["b","a"]},{"n":7},{"n":8},null,{"y":null},{"x":1},{"x":1}]}`,
}

const unevenTable = `
what is not as the fixtures have it:
events  alone  kind     field                                    for example
     2      1  order    l                                        ["b","a","b"] → ["a","b","b"]
     2      0  differs  n                                        0 → 2
     1      1  event dropped
     1      1  event failed                                      "no"
     1      1  event not dropped
     1      1  one event more than expected
     1      1  extra    error.message                            "no"
     1      0  differs  l                                        ["a","c"] → ["a","b"]
     1      0  extra    x                                        "<1>"
     1      0  missing  y                                        null
app                      1 of 9 events equal (11.1%)
`

func TestCauses(t *testing.T) {
	dir := write(t, t.TempDir(), uneven)
	var out strings.Builder
	if err := Test(dir, Options{Out: &out}); !errors.Is(err, ErrFailed) || !strings.Contains(out.String(), unevenTable) {
		t.Errorf("%v\n%s\nwant%s", err, out.String(), unevenTable)
	}
	out.Reset()
	if err := Test(dir, Options{Out: &out, Verbose: true}); !errors.Is(err, ErrFailed) {
		t.Errorf("error is %v", err)
	}
	for _, want := range []string{
		"event 1\n  -l: [\"b\",\"a\",\"b\"]\n  +l: [\"a\",\"b\",\"b\"]\n", "event 4\n  +event failed: \"no\"\n", "event 5\n  event dropped\n",
		"event 7\n  +x: \"<1>\"\n  -y: null\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestReportAsJSON(t *testing.T) {
	dir := write(t, t.TempDir(), uneven)
	var out strings.Builder
	if err := Test(dir, Options{Out: &out, JSON: true, Verbose: true}); !errors.Is(err, ErrFailed) {
		t.Errorf("error is %v", err)
	}
	var got testReport
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if got.All.Total != 9 || got.All.Equal != 1 || len(got.Modules) != 1 || got.Modules[0].Module != "app" {
		t.Errorf("tallies are %+v, %+v", got.All, got.Modules)
	}
	first := got.Causes[0]
	if first.Kind != kindOrder || first.Field != "l" || first.Events != 2 || first.Alone != 1 || !strings.HasSuffix(first.Where, "test-a.json: event 1") {
		t.Errorf("first difference is %+v", first)
	}
	if len(got.Events) != 8 || len(got.Problems) != 2 || !slices.ContainsFunc(got.Problems, func(s string) bool { return strings.HasSuffix(s, "event 10 is one more than expected") }) {
		t.Errorf("events are %+v, problems %q", got.Events, got.Problems)
	}
}

func TestNow(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{
		stream + "elasticsearch/ingest_pipeline/default.yml": "processors: [{date: {field: t, formats: ['MMM d HH:mm:ss']}}]\n",
		stream + "_dev/test/pipeline/test-a.json":            `{"events":[{"t":"Mar 7 01:02:03"}]}`,
		stream + "_dev/test/pipeline/test-a.json" + suffix:   `{"expected":[{"t":"Mar 7 01:02:03","@timestamp":"2022-03-07T01:02:03.000Z"}]}`,
	})
	var out strings.Builder
	if err := Test(dir, Options{Out: &out}); !errors.Is(err, ErrFailed) {
		t.Errorf("with a clock of another year: %v", err)
	}
	if err := Test(dir, Options{Out: &out, Now: time.Date(2022, 12, 31, 0, 0, 0, 0, time.UTC)}); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestManyCauses(t *testing.T) {
	all := causes{}
	for i := range mostCauses + 2 {
		all.add("a", []difference{{kindExtra, strings.Repeat("f", i+1), nil, strings.Repeat("é", 100)}})
	}
	var out strings.Builder
	all.print(&out, "title", false)
	if got := out.String(); !strings.Contains(got, "… and 2 more") || !strings.Contains(got, `"`+strings.Repeat("é", 38)+"…\n") {
		t.Error(got)
	}
	out.Reset()
	if all.print(&out, "title", true); strings.Contains(out.String(), "more") || strings.Count(out.String(), "\n") != mostCauses+2+3 {
		t.Error(out.String())
	}
}
