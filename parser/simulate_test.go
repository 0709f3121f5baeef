package parser

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/pipeline"
	"github.com/millrace/millrace/patterns/pipelines"
)

// portable is a shipped definition without the processors that the testbed's Elasticsearch does not have, and
// with prefix before the names of pipelines.
func portable(t *testing.T, source pipeline.Source, prefix string) string {
	t.Helper()
	var def map[string]any
	if err := yaml.Unmarshal(source.Text, &def); err != nil {
		t.Fatal(err)
	}
	var kept []any
	for _, p := range def["processors"].([]any) {
		p := p.(map[string]any)
		if p["geoip"] != nil || p["user_agent"] != nil {
			continue
		}
		if call, ok := p["pipeline"].(map[string]any); ok {
			call["name"] = prefix + call["name"].(string)
		}
		kept = append(kept, p)
	}
	def["processors"] = kept
	delete(def, "on_failure") // has a template, which the testbed's Elasticsearch takes literally
	text, err := json.Marshal(def)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestShippedPipelinesInElasticsearch runs the examples through the real thing: users can move the pipelines there.
func TestShippedPipelinesInElasticsearch(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	sources, err := ShippedPipelines()
	if err != nil {
		t.Fatal(err)
	}
	var ours []pipeline.Source
	for _, s := range sources {
		text := portable(t, s, es.Prefix)
		if status, answer := es.Do("PUT", "/_ingest/pipeline/"+es.Prefix+s.Name, text); status != 200 {
			t.Fatalf("%s: Elasticsearch answers %d: %s", s.Name, status, answer)
		}
		ours = append(ours, pipeline.Source{Name: es.Prefix + s.Name, File: s.File, Text: []byte(text)})
	}
	set, err := pipeline.Compile(ours, pipeline.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	examples, err := ReadExamples(pipelines.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	p := newTestLiner(t, DefaultConfig(), set)
	for _, e := range examples {
		name := es.Prefix + strings.TrimSuffix(e.File, examplesSuffix)
		b := batchOf([][]byte{[]byte(e.Line)})
		p.header.Parse(b.Message(0))
		p.begin(b.Message(0), b.OriginOf(0), b.Lines[0].Received, false)
		before, err := p.ev.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.runner.Run(set.Pipeline(name), p.ev, b.Lines[0].Received); err != nil {
			t.Errorf("%s: %v", e.Line, err)
			continue
		}
		got, err := p.ev.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		want := simulated(t, es, name, before)
		if diff := diffDocuments(t, got, want); diff != "" {
			t.Errorf("%s\n%s", e.Line, diff)
		}
	}
}

func simulated(t *testing.T, es *testbed.Elasticsearch, name string, doc []byte) []byte {
	t.Helper()
	status, answer := es.Do("POST", "/_ingest/pipeline/"+name+"/_simulate", `{"docs":[{"_source":`+string(doc)+`}]}`)
	var result struct {
		Docs []struct {
			Doc struct {
				Source json.RawMessage `json:"_source"`
			}
		}
	}
	if err := json.Unmarshal(answer, &result); err != nil || len(result.Docs) != 1 || result.Docs[0].Doc.Source == nil {
		t.Errorf("Elasticsearch answers %d: %s", status, answer)
		return []byte("{}")
	}
	return result.Docs[0].Doc.Source
}

// diffDocuments lists the fields in which two documents differ.
func diffDocuments(t *testing.T, got, want []byte) string {
	t.Helper()
	a, err := flatten(got)
	if err != nil {
		t.Fatal(err)
	}
	b, err := flatten(want)
	if err != nil {
		t.Fatal(err)
	}
	var diff []string
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if !sameJSON([]byte(a[name]), []byte(b[name])) {
			diff = append(diff, name+": we "+a[name]+", Elasticsearch "+b[name])
		}
		delete(a, name)
	}
	for name, value := range a {
		diff = append(diff, name+": only we: "+value)
	}
	return strings.Join(diff, "\n")
}
