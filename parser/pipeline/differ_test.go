package pipeline

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

// make test compares a few documents of each processor, make differ 10,000.
var (
	documents = flag.Int("documents", 60, "random documents per processor that are compared with Elasticsearch")
	seed      = flag.Uint64("seed", 1, "seed of the random pipelines and documents")
	report    = flag.Int("differences", 5, "differences of one processor that are made small and printed")
	only      = flag.String("only", "", "rule of those that explain differences whose documents are printed")
)

// perTrial is how many documents go through one random pipeline, in one call.
const perTrial = 20

// trial is a random pipeline, and what makes random documents for it.
type trial struct {
	processors []any
	onFailure  []any
	document   func() object
}

// TestRandomDocuments sends random documents through random processors here and in a real Elasticsearch. A
// difference is printed with the smallest pipeline and document found that show it.
func TestRandomDocuments(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	putCalled(t, es)
	total := tally{}
	for _, typ := range slices.Sorted(maps.Keys(generators)) {
		t.Run(typ, func(t *testing.T) {
			h := fnv.New64a()
			h.Write([]byte(typ))
			d := &differ{t: t, es: es, typ: typ, random: random{rand.New(rand.NewPCG(*seed, h.Sum64()))}, seen: map[string]int{}, rules: map[string]int{}}
			for d.documents < *documents {
				d.trial(d.random.trial(typ, generators[typ]))
			}
			t.Logf("seed %d: %v", *seed, d.tally)
			for _, why := range slices.Sorted(maps.Keys(d.rules)) {
				t.Logf("%d explained: %s", d.rules[why], why)
			}
			d.unprinted()
			total.add(d.tally)
		})
	}
	t.Logf("in all: %v", total)
}

type tally struct{ documents, equal, alike, refused, explained, different int }

func (n *tally) add(m tally) {
	n.documents += m.documents
	n.equal += m.equal
	n.alike += m.alike
	n.refused += m.refused
	n.explained += m.explained
	n.different += m.different
}

func (n tally) String() string {
	return fmt.Sprintf("%d documents: %d of one result, %d that fail alike, %d refused by both, %d explained, %d different",
		n.documents, n.equal, n.alike, n.refused, n.explained, n.different)
}

// outcome is what becomes of a document.
type outcome struct {
	Refused string // why the pipeline is none
	Dropped bool
	Failed  string // why it failed
	Doc     any    // what became of it, numbers as json.Number
	Ingest  any    // its tree of _ingest
}

type differ struct {
	t      *testing.T
	es     *testbed.Elasticsearch
	typ    string
	random random
	deps   Deps
	seen   map[string]int // differences by what is alike in them
	rules  map[string]int // those explained, by the rule
	tally
}

func (d *differ) trial(tr trial) {
	docs := make([]object, perTrial)
	for i := range docs {
		docs[i] = tr.document()
	}
	d.documents += len(docs)
	theirs, ours := d.theirs(tr, docs), d.ours(tr, docs)
	for i, doc := range docs {
		a, b := ours[i], theirs[i]
		diff := difference(a, b)
		switch {
		case diff == "" && a.Refused != "":
			d.refused++
		case diff == "" && a.Failed != "":
			d.alike++
		case diff == "":
			d.equal++
		case explain(d.typ, tr, doc, a, b) != "":
			why := explain(d.typ, tr, doc, a, b)
			d.explained++
			d.rules[why]++
			if *only != "" && strings.Contains(why, *only) {
				d.t.Logf("%s\n%s\n%s", text(tr.body()), text(doc), diff)
			}
		default:
			d.different++
			d.found(tr, doc, diff)
		}
		if a.Refused != "" && b.Refused != "" { // all of them
			d.refused += len(docs) - i - 1
			return
		}
		if a.Refused != "" || b.Refused != "" {
			return
		}
	}
}

func (d *differ) found(tr trial, doc object, diff string) {
	kind := kindOf(diff)
	if d.seen[kind]++; d.seen[kind] > 1 || len(d.seen) > *report {
		d.t.Fail()
		return
	}
	d.t.Logf("at first: %s", diff)
	tr, doc, diff = d.shrink(tr, doc, diff)
	d.t.Errorf("-seed %d\n%s\n%s\n%s", *seed, text(tr.body()), text(doc), diff)
}

func (d *differ) unprinted() {
	if len(d.seen) <= *report {
		return
	}
	for _, kind := range slices.Sorted(maps.Keys(d.seen)) {
		d.t.Logf("%d times: %s", d.seen[kind], kind)
	}
}

var inBrackets = regexp.MustCompile(`(?s)\[[^\]]*\]|\\"[^"]*"|'[^']*'|[0-9]+|\{.*?\}|Text .*could|[^\x00-\x7f]+`)

// kindOf is what differences of one kind have in common.
func kindOf(diff string) string {
	var kind []string
	for line := range strings.Lines(diff) {
		line = inBrackets.ReplaceAllString(strings.TrimSpace(line), "#")
		kind = append(kind, line[:min(len(line), 80)])
	}
	return strings.Join(kind[:min(len(kind), 3)], " | ")
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (tr trial) body() object {
	p := object{"processors": tr.processors}
	if tr.onFailure != nil {
		p["on_failure"] = tr.onFailure
	}
	return p
}

// simulated is the name of a pipeline that Elasticsearch runs without storing it.
const simulated = "_simulate_pipeline"

func (d *differ) ours(tr trial, docs []object) []outcome {
	out := make([]outcome, len(docs))
	sources := append([]Source{{Name: simulated, Text: []byte(text(tr.body()))}}, called(d.es.Prefix)...)
	set, err := Compile(sources, d.deps)
	if err != nil {
		for i := range out {
			out[i].Refused = err.Error()
		}
		return out
	}
	ev := event.New()
	for i, doc := range docs {
		load(d.t, ev, text(doc))
		switch err := set.NewRunner().Run(set.Pipeline(simulated), ev, received); {
		case errors.Is(err, ErrDropped):
			out[i].Dropped = true
			continue
		case err != nil:
			if out[i].Failed = err.Error(); out[i].Failed == "" {
				out[i].Failed = "null"
			}
			continue
		}
		rendered, err := ev.AppendJSON(nil)
		if err == nil {
			out[i].Doc = d.decode(rendered)
			rendered, err = ev.AppendValue(nil, ev.Ingest())
		}
		if err != nil {
			out[i].Failed = err.Error()
			continue
		}
		out[i].Ingest = d.decode(rendered)
	}
	return out
}

func (d *differ) decode(b []byte) any {
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		d.t.Fatalf("%s: %v", b, err)
	}
	return v
}

func (d *differ) theirs(tr trial, docs []object) []outcome {
	var list []any
	for _, doc := range docs {
		list = append(list, object{"_index": "logs-generic-default", "_source": doc})
	}
	_, answer := d.es.Do("POST", "/_ingest/pipeline/_simulate", text(object{"pipeline": tr.body(), "docs": list}))
	var result struct {
		Docs []*struct {
			Doc struct {
				Source json.RawMessage `json:"_source"`
				Ingest json.RawMessage `json:"_ingest"`
			}
			Error *failureOf
		}
		Error *struct{ Reason string }
	}
	if err := json.Unmarshal(answer, &result); err != nil {
		d.t.Fatalf("%s: %v", answer, err)
	}
	out := make([]outcome, len(docs))
	if result.Error != nil && unanswerable.MatchString(result.Error.Reason) {
		if len(docs) == 1 {
			out[0].Failed = result.Error.Reason
			return out
		}
		for i := range docs {
			out[i] = d.theirs(tr, docs[i:i+1])[0]
		}
		return out
	}
	for i := range out {
		switch {
		case result.Error != nil:
			out[i].Refused = result.Error.Reason
		case result.Docs[i] == nil:
			out[i].Dropped = true
		case result.Docs[i].Error != nil:
			out[i].Failed = result.Docs[i].Error.reason()
		default:
			out[i].Doc = d.decode(result.Docs[i].Doc.Source)
			ingest := d.decode(result.Docs[i].Doc.Ingest).(object)
			delete(ingest, "timestamp")
			delete(ingest, "pipeline")
			out[i].Ingest = ingest
		}
	}
	return out
}

// unanswerable are the reasons why Elasticsearch cannot write its answer down: one of the documents is at fault.
var unanswerable = regexp.MustCompile(`self-referencing|^class .* cannot be cast to class java\.lang\.String`)

// failureOf is how Elasticsearch tells of an error.
type failureOf struct {
	Root   []struct{ Reason string } `json:"root_cause"`
	Reason string
	Cause  *failureOf `json:"caused_by"`
}

// reason is that of the processor; of a script, what it threw.
func (f *failureOf) reason() string {
	if root := f.Root[0].Reason; root != "" && root != "runtime error" && f.Reason != "runtime error" {
		return f.Root[0].Reason
	}
	for f.Cause != nil {
		f = f.Cause
	}
	if f.Reason == "" {
		return "null"
	}
	return f.Reason
}
