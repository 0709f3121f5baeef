package pipelinecli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// eventReport is one event that is not as it should be.
type eventReport struct {
	Where string       `json:"where"`
	All   []difference `json:"differences,omitempty"`
	Apart []difference `json:"differences_from_elasticsearch,omitempty"`
}

// event tells of one event.
func (t *tester) event(e eventReport) {
	if t.JSON {
		t.events = append(t.events, e)
		return
	}
	fmt.Fprintln(t.Out, e.Where)
	for _, side := range []struct {
		prefix string
		all    []difference
	}{{"  ", e.All}, {"  elasticsearch ", e.Apart}} {
		for i := range side.all {
			for _, line := range side.all[i].lines() {
				fmt.Fprintln(t.Out, side.prefix+cut(line))
			}
		}
	}
}

// testReport is the answer as JSON.
type testReport struct {
	All      tally         `json:"all"`
	Modules  []*tally      `json:"modules"`
	Causes   []*cause      `json:"differences"`
	Outdated []*cause      `json:"differences_in_elasticsearch_too,omitempty"`
	Apart    []*cause      `json:"differences_from_elasticsearch,omitempty"`
	LeftOut  []string      `json:"left_out_for_elasticsearch,omitempty"` // processors that it does not have
	Problems []string      `json:"problems,omitempty"`
	Events   []eventReport `json:"events,omitempty"` // with --verbose
}

func (t *tester) summary() error {
	r := testReport{
		Causes: t.causes.sorted(), Outdated: t.outdated.sorted(), Apart: t.apart.sorted(),
		Problems: t.problems, Events: t.events, Modules: []*tally{},
	}
	for _, module := range slices.Sorted(maps.Keys(t.tallies)) {
		sum := t.tallies[module]
		r.Modules = append(r.Modules, sum)
		r.All.Equal += sum.Equal
		r.All.Total += sum.Total
		r.All.Skipped += sum.Skipped
		r.All.Agreed += sum.Agreed
		r.All.Outdated += sum.Outdated
	}
	if t.oracle != nil {
		r.LeftOut = slices.Sorted(maps.Keys(t.oracle.left))
	}
	if err := t.write(&r); err != nil {
		return err
	}
	if r.All.Equal < r.All.Total {
		return fmt.Errorf("pipeline test: %d events differ: %w", r.All.Total-r.All.Equal, ErrFailed)
	}
	return nil
}

func (t *tester) write(r *testReport) error {
	if t.JSON {
		e := json.NewEncoder(t.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	t.causes.print(t.Out, "what is not as the fixtures have it", t.Verbose)
	t.outdated.print(t.Out, "what is not as the fixtures have it, in Elasticsearch too", t.Verbose)
	t.apart.print(t.Out, "what is not as Elasticsearch has it", t.Verbose)
	for _, sum := range r.Modules {
		t.line(sum.Module, sum)
	}
	t.line("all", &r.All)
	if r.All.Skipped > 0 {
		fmt.Fprintf(t.Out, "%d events more are in fixtures whose configuration skips them\n", r.All.Skipped)
	}
	if len(r.LeftOut) > 0 {
		fmt.Fprintf(t.Out, "Elasticsearch there is without %s: both sides were compared without them\n", strings.Join(r.LeftOut, ", "))
	}
	return nil
}

func (t *tester) line(name string, sum *tally) {
	fmt.Fprintf(t.Out, "%-24s %d of %d events equal (%s)", name, sum.Equal, sum.Total, percent(sum.Equal, sum.Total))
	if t.oracle != nil {
		fmt.Fprintf(t.Out, ", %d differ in Elasticsearch too (together %s); %d as in Elasticsearch", sum.Outdated,
			percent(sum.Equal+sum.Outdated, sum.Total), sum.Agreed)
	}
	fmt.Fprintln(t.Out)
}
