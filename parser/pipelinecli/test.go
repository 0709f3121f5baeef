package pipelinecli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// received is the time of receipt of fixtures and of lines that are tried.
var received = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// tally counts events.
type tally struct {
	Module   string `json:"module,omitempty"`
	Total    int    `json:"events"`
	Equal    int    `json:"equal"`
	Skipped  int    `json:"skipped,omitempty"`                     // by the fixture's own configuration; not in Total
	Agreed   int    `json:"as_in_elasticsearch,omitempty"`         // that Elasticsearch renders as millrace does
	Outdated int    `json:"differ_in_elasticsearch_too,omitempty"` // of these, that are not as expected
}

// tester is one run over many fixtures.
type tester struct {
	*Options
	oracle   *oracle
	received time.Time
	tallies  map[string]*tally
	causes   causes // what differs from the fixtures
	outdated causes // what differs from the fixtures in Elasticsearch too
	apart    causes // what differs from Elasticsearch
	problems []string
	absent   map[string]bool // GeoIP databases, of which it was told
	events   []eventReport   // for JSON
}

// Test runs the fixtures of all pipelines below dir, and prints in which fields and ways events differ and how many
// are equal.
func Test(dir string, o Options) error {
	groups, err := discover(dir)
	if err != nil {
		return err
	}
	t := &tester{Options: &o, received: received, tallies: map[string]*tally{}, absent: map[string]bool{}, causes: causes{}, apart: causes{}, outdated: causes{}}
	if !o.Now.IsZero() {
		t.received = o.Now
	}
	if o.Elasticsearch != "" {
		if t.oracle, err = newOracle(o.Elasticsearch); err != nil {
			return err
		}
		t.received = time.Now()
	}
	for i := range groups {
		t.group(&groups[i])
	}
	return t.summary()
}

// problem tells of what is not one event's.
func (t *tester) problem(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if t.JSON {
		t.problems = append(t.problems, text)
		return
	}
	fmt.Fprintln(t.Out, text)
}

// tellAbsent tells once of each GeoIP database that is not there, which explains most of what is missing then.
func (t *tester) tellAbsent(databases []string) {
	for _, file := range databases {
		if !t.absent[file] && (t.Deps.GeoIP == nil || t.Deps.GeoIP.Get(file) == nil) {
			t.absent[file] = true
			t.problem("note: events get no place from %s: name it with --geoip", file)
		}
	}
}

func (t *tester) group(g *group) {
	for _, err := range g.problems {
		t.problem("%v", err)
	}
	fixtures, problems := g.readFixtures(t.Fixtures)
	for _, err := range problems {
		t.problem("fixture left out: %v", err)
	}
	if len(fixtures) == 0 {
		return
	}
	t.throughAgent(g, fixtures)
	sum := t.tallies[g.module()]
	if sum == nil {
		sum = &tally{Module: g.module()}
		t.tallies[g.module()] = sum
	}
	set, err := pipeline.Compile(g.sources, t.Deps)
	if err == nil && set.Pipeline(g.entry) == nil {
		err = fmt.Errorf("%s: there is no pipeline %q", g.name, g.entry)
	}
	if err != nil {
		t.problem("%s", cut(err.Error()))
	} else {
		t.tellAbsent(set.Databases())
	}
	other, err2 := t.otherSide(g)
	if err2 != nil {
		t.problem("%s", cut(err2.Error()))
	}
	defer other.remove()
	for i := range fixtures {
		x := &fixtures[i]
		switch {
		case x.skip != "":
			sum.Skipped += len(x.expected)
		case err != nil && err2 != nil && t.oracle != nil:
			sum.Total += len(x.expected)
			sum.Outdated += len(x.expected)
			t.outdated.addEvents(x.file, []difference{{Kind: kindNotLoaded}}, len(x.expected))
		case err != nil:
			sum.Total += len(x.expected)
			t.causes.addEvents(x.file, []difference{{Kind: kindNotLoaded}}, len(x.expected))
		default:
			t.fixture(g, set, other, x, sum)
		}
	}
}

// throughAgent does Filebeat's part of a fileset to the events of its fixtures.
func (t *tester) throughAgent(g *group, fixtures []fixture) {
	if g.fileset == nil {
		return
	}
	if left := g.fileset.agent.left; len(left) > 0 {
		t.problem("%s: its fixtures went through processors of Filebeat that are not run here: %s", g.name, strings.Join(left, ", "))
	}
	if len(g.fileset.agent.sources) == 0 {
		return
	}
	set, err := pipeline.Compile(g.fileset.agent.sources, t.Deps)
	if err != nil {
		t.problem("%s: Filebeat's processors: %s", g.name, cut(err.Error()))
		return
	}
	r, p := set.NewRunner(), set.Pipeline(agentPipeline)
	for i := range fixtures {
		x := &fixtures[i]
		events := x.events
		x.events = nil
		for _, in := range events {
			if out := t.runOne(r, p, in); out.doc != nil {
				x.events = append(x.events, out.doc)
			}
		}
	}
}

func (t *tester) fixture(g *group, set *pipeline.Set, other *otherSide, x *fixture, sum *tally) {
	sum.Total += len(x.expected)
	if len(x.events) != len(x.expected) && !x.filebeat {
		t.problem("%s: %d events, %d are expected", x.file, len(x.events), len(x.expected))
	}
	answers, err := other.answers(x)
	if err != nil {
		t.problem("%s: %s", x.file, cut(err.Error()))
	}
	r, p := set.NewRunner(), set.Pipeline(g.entry)
	expected := x.expected
	for n, in := range x.events {
		got := t.runOne(r, p, in)
		if got.doc == nil && got.err == "" && x.filebeat {
			continue // dropped: Filebeat's fixtures do not have it
		}
		if len(expected) == 0 && x.filebeat {
			break // Filebeat's fixtures have the first hundred events of a long log
		}
		if x.filebeat && before(in, expected[0]) {
			t.problem("%s: the fixture does not have it", eventName(x, n))
			continue
		}
		if len(expected) == 0 {
			t.problem("%s: event %d is one more than expected", x.file, n+1)
			t.causes.add(eventName(x, n), []difference{{Kind: kindEventExtra}})
			continue
		}
		var apart []difference
		if answers != nil {
			apart = diffSides(answers[n], t.runOne(other.runner, other.pipeline, in))
		}
		t.judge(eventName(x, n), x.compare(expected[0], got), apart, answers != nil, sum)
		expected = expected[1:]
	}
	if len(expected) > 0 {
		t.causes.addEvents(x.file, []difference{{Kind: kindEventMissing}}, len(expected))
	}
}

// before tells whether an event of Filebeat stands in its log before what is expected next.
func before(in, expected map[string]any) bool {
	log, _ := in["log"].(map[string]any)
	offset, err := strconv.Atoi(fmt.Sprint(log["offset"]))
	next, err2 := strconv.Atoi(fmt.Sprint(expected["log.offset"]))
	return err == nil && err2 == nil && offset < next
}

func eventName(x *fixture, n int) string { return fmt.Sprintf("%s: event %d", x.file, n+1) }

// compare is what differs between what is expected and what became of an event.
func (x *fixture) compare(want map[string]any, got result) []difference {
	switch {
	case got.err != "" && want == nil && !x.filebeat:
		return nil // elastic-package writes null for an event that fails
	case got.err != "":
		return []difference{{Kind: kindFailed, Got: got.err}}
	case (want == nil) != (got.doc == nil):
		return droppedBy(got)
	case want == nil:
		return nil
	}
	return x.diff(want, got.doc)
}

// droppedBy is the difference when one side alone drops an event.
func droppedBy(ours result) []difference {
	if ours.doc == nil {
		return []difference{{Kind: kindDropped}}
	}
	return []difference{{Kind: kindNotDropped}}
}

// judge counts one event. all is what differs from the fixture, apart what differs from Elasticsearch.
func (t *tester) judge(where string, all, apart []difference, asked bool, sum *tally) {
	t.apart.add(where, apart)
	if asked && len(apart) == 0 {
		sum.Agreed++
	}
	switch {
	case len(all) == 0:
		sum.Equal++
	case asked && len(apart) == 0:
		sum.Outdated++
		t.outdated.add(where, all)
	default:
		t.causes.add(where, all)
	}
	if t.Verbose && len(all)+len(apart) > 0 {
		t.event(eventReport{where, all, apart})
	}
}

// result is what became of an event: a document, nil when it was dropped, or an error.
type result struct {
	doc map[string]any
	err string
}

// runOne runs a document through a pipeline.
func (t *tester) runOne(r *pipeline.Runner, p *pipeline.Pipeline, doc map[string]any) result {
	out, err := runDocument(r, p, doc, t.received)
	if err != nil {
		return result{err: err.Error()}
	}
	return result{doc: out}
}

// runDocument runs a document through a pipeline; nil when it was dropped.
func runDocument(r *pipeline.Runner, p *pipeline.Pipeline, doc map[string]any, received time.Time) (map[string]any, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	ev := event.New()
	root, _, err := ev.ParseJSON(text, event.DefaultJSONLimits(), true)
	if err != nil {
		return nil, err
	}
	ev.SetDoc(root)
	err = r.Run(p, ev, received.UnixNano())
	if errors.Is(err, pipeline.ErrDropped) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return document(ev)
}

// document is the event as JSON-like values.
func document(ev *event.Event) (map[string]any, error) {
	text, err := ev.AppendJSON(nil)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	out := map[string]any{}
	err = d.Decode(&out)
	removeMetadata(out)
	return out, err
}

// removeMetadata removes what Elasticsearch keeps beside the document.
func removeMetadata(doc map[string]any) {
	for _, name := range []string{"_index", "_id", "_routing", "_version", "_version_type"} {
		delete(doc, name)
	}
}
