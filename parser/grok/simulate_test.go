package grok

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// TestElasticsearchAgrees compares captures with those of Elasticsearch's own
// grok processor, its own definitions included.
func TestElasticsearchAgrees(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	mut := newMutator(t, 6)
	each := comparisons(t) / 400
	total := 0
	for _, expr := range differPatterns {
		set := mustCompile(t, ECSLibrary(), expr)
		m := set.NewMatcher()
		for n := 0; n < each; n += 500 {
			lines := make([]string, min(500, each-n))
			for i := range lines {
				lines[i] = mut.next()
			}
			for i, want := range simulate(t, es, expr, lines) {
				got := map[string]string{}
				_, ok := m.Match([]byte(lines[i]))
				for _, c := range m.Captures() {
					name := set.Fields()[c.Field].Name
					if _, taken := got[name]; !taken { // of one name, the first counts
						got[name] = lines[i][c.Start:c.End]
					}
				}
				total++
				compareDoc(t, expr, lines[i], got, ok, want)
			}
		}
	}
	t.Logf("%d comparisons", total)
}

func compareDoc(t *testing.T, expr, line string, got map[string]string, ok bool, want map[string]any) {
	t.Helper()
	if ok != (want != nil) {
		t.Errorf("%s on %q: match is %v, Elasticsearch's %v", expr, line, ok, want)
		return
	}
	for name, text := range got {
		v := lookup(want, name)
		if s := fmt.Sprint(v); s != text && strings.TrimLeft(s, "0") != strings.TrimLeft(text, "+0") {
			t.Errorf("%s on %q: %s is %q, Elasticsearch's %v", expr, line, name, text, v)
		}
	}
}

// simulate returns the documents that a grok processor makes of lines, nil
// for those that do not match.
func simulate(t *testing.T, es *testbed.Elasticsearch, expr string, lines []string) []map[string]any {
	t.Helper()
	type doc struct {
		Source map[string]string `json:"_source"`
	}
	req := map[string]any{"pipeline": map[string]any{"processors": []any{
		map[string]any{"grok": map[string]any{"field": "the_line", "patterns": []string{expr}, "ecs_compatibility": "v1", "ignore_failure": false}},
	}}}
	var docs []doc
	for _, l := range lines {
		docs = append(docs, doc{map[string]string{"the_line": l}})
	}
	req["docs"] = docs
	body, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	status, answer := es.Do("POST", "/_ingest/pipeline/_simulate", string(body))
	if status != 200 {
		t.Fatalf("%s: %d %s", expr, status, answer)
	}
	var res struct {
		Docs []struct {
			Doc *struct {
				Source map[string]any `json:"_source"`
			} `json:"doc"`
			Error *struct {
				Reason string `json:"reason"`
			} `json:"error"`
		} `json:"docs"`
	}
	if err := json.Unmarshal(answer, &res); err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]any, len(lines))
	for i, d := range res.Docs {
		switch {
		case d.Doc != nil:
			out[i] = d.Doc.Source
		case d.Error != nil && !strings.Contains(d.Error.Reason, "do not match"):
			t.Errorf("%s on %q: %s", expr, lines[i], d.Error.Reason)
		}
	}
	return out
}
