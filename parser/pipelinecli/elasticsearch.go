package pipelinecli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/millrace/millrace/parser/pipeline"
)

// oracle is an Elasticsearch that is asked what it makes of the same events.
type oracle struct {
	url    string
	client http.Client
	types  []string // of the processors that it has
	left   map[string]int
}

func newOracle(url string) (*oracle, error) {
	o := &oracle{url: strings.TrimSuffix(url, "/"), client: http.Client{Timeout: time.Minute}, left: map[string]int{}}
	var about struct {
		Nodes map[string]struct {
			Ingest struct{ Processors []struct{ Type string } }
		}
	}
	if err := o.call(http.MethodGet, "/_nodes/ingest", nil, &about); err != nil {
		return nil, err
	}
	for _, node := range about.Nodes {
		for _, p := range node.Ingest.Processors {
			o.types = append(o.types, p.Type)
		}
	}
	return o, nil
}

// refusal is Elasticsearch's answer to what it does not take.
type refusal struct {
	Error struct {
		Type, Reason string
		RootCause    []struct{ Type, Reason string } `json:"root_cause"`
	}
}

func (o *oracle) call(method, path string, body, into any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequest(method, o.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := o.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask elasticsearch: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 256<<20))
	if err != nil {
		return fmt.Errorf("ask elasticsearch: %w", err)
	}
	if resp.StatusCode >= 300 {
		var r refusal
		if json.Unmarshal(answer, &r) == nil && r.Error.Reason != "" {
			return fmt.Errorf("elasticsearch: %s", r.Error.Reason)
		}
		return fmt.Errorf("elasticsearch: %s: %s", resp.Status, cut(string(answer)))
	}
	if into == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	return d.Decode(into)
}

// pipelineName is how Filebeat's modules and Elastic's integrations name another pipeline of theirs.
var pipelineName = regexp.MustCompile(`(?:\{\{|\{<)\s*IngestPipeline\s+"([^"]+)"\s*(?:\}\}|>\})`)

// adapt returns the definitions with names that are theirs alone on the server, and without the processors that
// it does not have: both sides then run the same.
func (o *oracle) adapt(g *group) (entry string, sources []pipeline.Source, err error) {
	prefix := fmt.Sprintf("millrace-test-%d-%s-", os.Getpid(), strings.ToLower(strings.ReplaceAll(g.name, "/", "-")))
	a := adapter{oracle: o, prefix: prefix}
	for _, s := range g.sources {
		a.names = append(a.names, s.Name)
	}
	for _, s := range g.sources {
		var def map[string]any
		if err := yaml.Unmarshal(pipelineName.ReplaceAll(s.Text, []byte("$1")), &def); err != nil {
			return "", nil, fmt.Errorf("%s: %w", s.File, err)
		}
		a.steps(def["processors"])
		a.steps(def["on_failure"])
		text, err := json.Marshal(def)
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", s.File, err)
		}
		sources = append(sources, pipeline.Source{Name: prefix + s.Name, File: s.File, Text: text})
	}
	return prefix + g.entry, sources, nil
}

type adapter struct {
	*oracle
	prefix string
	names  []string
}

func (a *adapter) steps(v any) {
	list, _ := v.([]any)
	for _, item := range list {
		a.step(item)
	}
}

func (a *adapter) step(v any) {
	step, _ := v.(map[string]any)
	for typ, v := range step {
		options, _ := v.(map[string]any)
		a.steps(options["on_failure"])
		a.step(options["processor"])
		if name, ok := options["name"].(string); ok && typ == "pipeline" && slices.Contains(a.names, name) {
			options["name"] = a.prefix + name
		}
		if !slices.Contains(a.types, typ) {
			a.left[typ]++
			delete(step, typ)
			step["set"] = map[string]any{"field": "_left_out", "value": typ, "if": "false"}
		}
	}
}

// install puts pipelines on the server; the function takes them away again.
func (o *oracle) install(sources []pipeline.Source) (remove func(), err error) {
	var names []string
	remove = func() {
		for _, name := range names {
			_ = o.call(http.MethodDelete, "/_ingest/pipeline/"+url.PathEscape(name), nil, nil)
		}
	}
	for _, s := range sources {
		if err := o.call(http.MethodPut, "/_ingest/pipeline/"+url.PathEscape(s.Name), json.RawMessage(s.Text), nil); err != nil {
			remove()
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		names = append(names, s.Name)
	}
	return remove, nil
}

// simulate runs events through a pipeline.
func (o *oracle) simulate(name string, events []map[string]any) ([]result, error) {
	type source struct {
		Index  string         `json:"_index"`
		Source map[string]any `json:"_source"`
	}
	var all []result
	for some := range slices.Chunk(events, 100) {
		var request struct {
			Docs []source `json:"docs"`
		}
		for _, e := range some {
			if _, ok := e["_index"]; ok { // a fixture that was taken from a search
				e = maps.Clone(e)
				removeMetadata(e)
			}
			request.Docs = append(request.Docs, source{"millrace-test", e})
		}
		var answer struct {
			Docs []*struct {
				Doc struct {
					Source map[string]any `json:"_source"`
				}
				Error struct{ Type, Reason string }
			}
		}
		if err := o.call(http.MethodPost, "/_ingest/pipeline/"+url.PathEscape(name)+"/_simulate", request, &answer); err != nil {
			return nil, err
		}
		for _, d := range answer.Docs {
			if d == nil {
				all = append(all, result{})
				continue
			}
			all = append(all, result{d.Doc.Source, d.Error.Reason})
		}
	}
	return all, nil
}

// otherSide is Elasticsearch beside a group's pipelines; both run the same definitions.
type otherSide struct {
	oracle   *oracle
	entry    string
	pipeline *pipeline.Pipeline
	runner   *pipeline.Runner
	remove   func()
}

// otherSide is never nil; without an oracle it answers nothing.
func (t *tester) otherSide(g *group) (*otherSide, error) {
	side := &otherSide{oracle: t.oracle, remove: func() {}}
	if t.oracle == nil {
		return side, nil
	}
	entry, sources, err := t.oracle.adapt(g)
	if err != nil {
		return side, err
	}
	remove, err := t.oracle.install(sources)
	if err != nil {
		return side, err
	}
	side.remove = remove
	set, err := pipeline.Compile(sources, t.Deps)
	if err == nil {
		side.entry, side.pipeline, side.runner = entry, set.Pipeline(entry), set.NewRunner()
	}
	return side, nil //nolint:nilerr // the definitions as they stand do not load either, which is told already
}

// answers are Elasticsearch's for the events of a fixture, nil when it was not asked.
func (s *otherSide) answers(x *fixture) ([]result, error) {
	if s.entry == "" {
		return nil, nil
	}
	return s.oracle.simulate(s.entry, x.events)
}

// diffSides is what differs between Elasticsearch's result and ours.
func diffSides(theirs, ours result) []difference {
	switch {
	case theirs.err != ours.err:
		return []difference{{Kind: kindFailed, Want: theirs.err, Got: ours.err}}
	case (theirs.doc == nil) != (ours.doc == nil):
		return droppedBy(ours)
	}
	return diffFields(flatten(theirs.doc), flatten(ours.doc), sameNow(time.Now()))
}
