package pipelinecli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// received is the time of receipt of fixtures and of lines that are tried.
var received = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// tally counts events.
type tally struct {
	equal, total int
	skipped      int // by the fixture's own configuration; not in total
	agreed       int // that Elasticsearch renders as millrace does
	outdated     int // of these, that are not as expected
}

// tester is one run over many fixtures.
type tester struct {
	*Options
	oracle   *oracle
	received time.Time
	tallies  map[string]*tally
	reasons  map[string]int // events by what differs from the fixture
	apart    map[string]int // events by what differs from Elasticsearch
	outdated map[string]int // events by what differs from the fixture in Elasticsearch too
}

// Test runs the fixtures of all pipelines below dir, and prints the fields in which events differ and how many
// are equal.
func Test(dir string, o Options) error {
	groups, err := discover(dir)
	if err != nil {
		return err
	}
	t := &tester{Options: &o, received: received, tallies: map[string]*tally{}, reasons: map[string]int{}, apart: map[string]int{}, outdated: map[string]int{}}
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

func (t *tester) group(g *group) {
	fixtures, problems := g.readFixtures(t.Fixtures)
	for _, err := range problems {
		fmt.Fprintln(t.Out, "fixture left out:", err)
	}
	if len(fixtures) == 0 {
		return
	}
	sum := t.tallies[g.module()]
	if sum == nil {
		sum = &tally{}
		t.tallies[g.module()] = sum
	}
	set, err := pipeline.Compile(g.sources, t.Deps)
	if err == nil && set.Pipeline(g.entry) == nil {
		err = fmt.Errorf("%s: there is no pipeline %q", g.name, g.entry)
	}
	if err != nil {
		fmt.Fprintln(t.Out, cut(err.Error()))
	}
	other, err2 := t.otherSide(g)
	if err2 != nil {
		fmt.Fprintln(t.Out, cut(err2.Error()))
	}
	defer other.remove()
	for i := range fixtures {
		x := &fixtures[i]
		switch {
		case x.skip != "":
			sum.skipped += len(x.expected)
		case err != nil && err2 != nil && t.oracle != nil:
			sum.total += len(x.expected)
			sum.outdated += len(x.expected)
			t.outdated["the pipeline does not load"] += len(x.expected)
		case err != nil:
			sum.total += len(x.expected)
			t.reasons["the pipeline does not load"] += len(x.expected)
		default:
			t.fixture(g, set, other, x, sum)
		}
	}
}

func (t *tester) fixture(g *group, set *pipeline.Set, other *otherSide, x *fixture, sum *tally) {
	sum.total += len(x.expected)
	if len(x.events) != len(x.expected) && !x.filebeat {
		fmt.Fprintf(t.Out, "%s: %d events, %d are expected\n", x.file, len(x.events), len(x.expected))
	}
	answers, err := other.answers(x)
	if err != nil {
		fmt.Fprintf(t.Out, "%s: %s\n", x.file, cut(err.Error()))
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
		if len(expected) == 0 {
			fmt.Fprintf(t.Out, "%s: event %d is one more than expected\n", x.file, n+1)
			t.reasons["one event more than expected"]++
			continue
		}
		var apart []string
		if answers != nil {
			apart = diffSides(answers[n], t.runOne(other.runner, other.pipeline, in))
		}
		t.judge(fmt.Sprintf("%s: event %d", x.file, n+1), x.compare(expected[0], got), apart, answers != nil, sum)
		expected = expected[1:]
	}
	if len(expected) > 0 {
		t.reasons["an event is missing"] += len(expected)
	}
}

// compare is what differs between what is expected and what became of an event.
func (x *fixture) compare(want map[string]any, got result) []string {
	switch {
	case got.err != "" && want == nil && !x.filebeat:
		return nil // elastic-package writes null for an event that fails
	case got.err != "":
		return []string{"+failed: " + got.err}
	case (want == nil) != (got.doc == nil):
		return []string{fmt.Sprintf("-dropped: %t", want == nil), fmt.Sprintf("+dropped: %t", got.doc == nil)}
	case want == nil:
		return nil
	}
	return x.diff(want, got.doc)
}

// judge counts one event. lines are what differs from the fixture, apart what differs from Elasticsearch.
func (t *tester) judge(where string, lines, apart []string, asked bool, sum *tally) {
	count(t.apart, apart)
	if asked && len(apart) == 0 {
		sum.agreed++
	}
	switch {
	case len(lines) == 0:
		sum.equal++
	case asked && len(apart) == 0:
		sum.outdated++
		count(t.outdated, lines)
	default:
		count(t.reasons, lines)
	}
	if !t.Verbose || len(lines) == 0 && len(apart) == 0 {
		return
	}
	fmt.Fprintln(t.Out, where)
	for _, line := range lines {
		fmt.Fprintln(t.Out, "  "+cut(line))
	}
	for _, line := range apart {
		fmt.Fprintln(t.Out, "  elasticsearch "+cut(line))
	}
}

func count(by map[string]int, lines []string) {
	for _, line := range lines {
		name, _, _ := strings.Cut(line, ": ")
		by[name]++
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

func (t *tester) summary() error {
	t.list("fields that differ, by count of events:", t.reasons)
	t.list("fields that differ in Elasticsearch too, by count of events:", t.outdated)
	t.list("fields that differ from Elasticsearch's, by count of events:", t.apart)
	var all tally
	for _, module := range slices.Sorted(maps.Keys(t.tallies)) {
		sum := t.tallies[module]
		t.line(module, sum)
		all.equal += sum.equal
		all.total += sum.total
		all.skipped += sum.skipped
		all.agreed += sum.agreed
		all.outdated += sum.outdated
	}
	t.line("all", &all)
	if all.skipped > 0 {
		fmt.Fprintf(t.Out, "%d events more are in fixtures whose configuration skips them\n", all.skipped)
	}
	if t.oracle != nil && len(t.oracle.left) > 0 {
		fmt.Fprintf(t.Out, "Elasticsearch there is without %s: both sides were compared without them\n",
			strings.Join(slices.Sorted(maps.Keys(t.oracle.left)), ", "))
	}
	if all.equal < all.total {
		return fmt.Errorf("pipeline test: %d events differ: %w", all.total-all.equal, ErrFailed)
	}
	return nil
}

func (t *tester) line(name string, sum *tally) {
	fmt.Fprintf(t.Out, "%-24s %d of %d events equal (%s)", name, sum.equal, sum.total, percent(sum.equal, sum.total))
	if t.oracle != nil {
		fmt.Fprintf(t.Out, ", %d differ in Elasticsearch too (together %s); %d as in Elasticsearch", sum.outdated,
			percent(sum.equal+sum.outdated, sum.total), sum.agreed)
	}
	fmt.Fprintln(t.Out)
}

func (t *tester) list(title string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	fmt.Fprintln(t.Out, "\n"+title)
	for i, name := range byCount(counts) {
		if i == 40 && !t.Verbose {
			fmt.Fprintln(t.Out, "        … (--verbose prints all, and each event)")
			break
		}
		fmt.Fprintf(t.Out, "%6d  %s\n", counts[name], name)
	}
}
