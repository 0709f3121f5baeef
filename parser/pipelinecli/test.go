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
type tally struct{ equal, total, reordered int }

// Test runs the fixtures of all pipelines below dir, and prints the fields in which events differ and how many
// are equal.
func Test(dir string, o Options) error {
	groups, err := discover(dir)
	if err != nil {
		return err
	}
	tallies, reasons := map[string]*tally{}, map[string]int{}
	for i := range groups {
		g := &groups[i]
		fixtures, err := g.readFixtures(o.Fixtures)
		if err != nil {
			fmt.Fprintln(o.Out, "fixture left out:", err)
		}
		if len(fixtures) == 0 {
			continue
		}
		t := tallies[g.module()]
		if t == nil {
			t = &tally{}
			tallies[g.module()] = t
		}
		set, err := pipeline.Compile(g.sources, o.Deps)
		if err == nil && set.Pipeline(g.entry) == nil {
			err = fmt.Errorf("%s: there is no pipeline %q", g.name, g.entry)
		}
		if err != nil {
			fmt.Fprintln(o.Out, err)
			for i := range fixtures {
				t.total += len(fixtures[i].expected)
				reasons["the pipeline does not load"] += len(fixtures[i].expected)
			}
			continue
		}
		for i := range fixtures {
			o.testFixture(g, set, &fixtures[i], t, reasons)
		}
	}
	return o.summary(tallies, reasons)
}

func (o *Options) testFixture(g *group, set *pipeline.Set, x *fixture, t *tally, reasons map[string]int) {
	t.total += len(x.expected)
	if len(x.events) != len(x.expected) && !x.flat {
		fmt.Fprintf(o.Out, "%s: %d events, %d are expected\n", x.file, len(x.events), len(x.expected))
	}
	r := set.NewRunner()
	expected := x.expected
	for n, in := range x.events {
		got, err := runOne(r, set.Pipeline(g.entry), in)
		if got == nil && err == nil && x.flat {
			continue // dropped: Filebeat's fixtures do not have it
		}
		if len(expected) == 0 && x.flat {
			break // Filebeat's fixtures have the first hundred events of a long log
		}
		if len(expected) == 0 {
			fmt.Fprintf(o.Out, "%s: event %d is one more than expected\n", x.file, n+1)
			reasons["one event more than expected"]++
			continue
		}
		want := expected[0]
		expected = expected[1:]
		var lines []string
		var reordered bool
		switch {
		case err != nil:
			lines = []string{"+failed: " + err.Error()}
		case (want == nil) != (got == nil):
			lines = []string{fmt.Sprintf("-dropped: %t", want == nil), fmt.Sprintf("+dropped: %t", got == nil)}
		default:
			lines, reordered = x.diff(want, got)
		}
		if len(lines) == 0 {
			t.equal++
			if reordered {
				t.reordered++
			}
			continue
		}
		for _, line := range lines {
			name, _, _ := strings.Cut(line, ":")
			reasons[name]++
		}
		if o.Verbose {
			fmt.Fprintf(o.Out, "%s: event %d\n  %s\n", x.file, n+1, strings.Join(lines, "\n  "))
		}
	}
	if len(expected) > 0 {
		reasons["an event is missing"] += len(expected)
	}
}

// runOne runs a document through a pipeline; nil when it was dropped.
func runOne(r *pipeline.Runner, p *pipeline.Pipeline, doc map[string]any) (map[string]any, error) {
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
	for _, name := range []string{"_index", "_id", "_routing", "_version", "_version_type"} {
		delete(out, name) // what Elasticsearch keeps beside the document
	}
	return out, err
}

func (o *Options) summary(tallies map[string]*tally, reasons map[string]int) error {
	if len(reasons) > 0 {
		fmt.Fprintln(o.Out, "\nfields that differ, by count of events:")
		for i, name := range byCount(reasons) {
			if i == 40 && !o.Verbose {
				fmt.Fprintln(o.Out, "        … (--verbose prints all, and each event)")
				break
			}
			fmt.Fprintf(o.Out, "%6d  %s\n", reasons[name], name)
		}
	}
	var all tally
	for _, module := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[module]
		fmt.Fprintf(o.Out, "%-24s %d of %d events equal (%s)\n", module, t.equal, t.total, percent(t.equal, t.total))
		all.equal += t.equal
		all.reordered += t.reordered
		all.total += t.total
	}
	fmt.Fprintf(o.Out, "%-24s %d of %d events equal (%s)\n", "all", all.equal, all.total, percent(all.equal, all.total))
	if all.reordered > 0 {
		fmt.Fprintf(o.Out, "%d of the equal ones have the items of a list in another order\n", all.reordered)
	}
	if all.equal < all.total {
		return fmt.Errorf("pipeline test: %d events differ: %w", all.total-all.equal, ErrFailed)
	}
	return nil
}
