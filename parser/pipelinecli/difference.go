package pipelinecli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kinds of differences: of a field first, then of an event as a whole.
const (
	kindMissing = "missing" // expected, and not there
	kindExtra   = "extra"   // there, and not expected
	kindDiffers = "differs"
	kindOrder   = "order" // a list of the same items, in another order

	kindFailed       = "event failed"
	kindDropped      = "event dropped"
	kindNotDropped   = "event not dropped"
	kindEventExtra   = "one event more than expected"
	kindEventMissing = "an event is missing"
	kindNotLoaded    = "the pipeline does not load"
)

// difference is one way in which an event is not what it should be.
type difference struct {
	Kind  string `json:"kind"`
	Field string `json:"field,omitempty"` // "" for the event as a whole
	Want  any    `json:"want,omitempty"`
	Got   any    `json:"got,omitempty"`
}

// sides are both values as JSON, "" for one that there is not.
func (d *difference) sides() (want, got string) {
	if d.Want != nil || d.Field != "" && d.Kind != kindExtra {
		want = short(d.Want)
	}
	if d.Got != nil || d.Field != "" && d.Kind != kindMissing {
		got = short(d.Got)
	}
	return want, got
}

// lines shows both sides, one a line.
func (d *difference) lines() (all []string) {
	name := cmp.Or(d.Field, d.Kind)
	want, got := d.sides()
	if want != "" {
		all = append(all, "-"+name+": "+want)
	}
	if got != "" {
		all = append(all, "+"+name+": "+got)
	}
	if len(all) == 0 {
		all = append(all, name)
	}
	return all
}

// brief is the beginning of both sides on one line.
func (d *difference) brief() string {
	want, got := d.sides()
	if want == "" || got == "" {
		return head(want + got)
	}
	return head(want) + " → " + head(got)
}

// head is the beginning of a text.
func head(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// cause is all events that differ in one field in one way.
type cause struct {
	Events     int    `json:"events"`
	Alone      int    `json:"alone"` // events in which nothing else differs
	difference        // of the first of them
	Where      string `json:"where"` // that one is
}

// causes are counted by kind and field.
type causes map[[2]string]*cause

// add counts what differs in one event. That it has an error.message which nobody expects is why all else differs.
func (c causes) add(where string, all []difference) {
	if i := slices.IndexFunc(all, func(d difference) bool { return d.Kind == kindExtra && d.Field == "error.message" }); i >= 0 {
		all = all[i : i+1]
	}
	c.addEvents(where, all, 1)
}

// addEvents is add for n events alike.
func (c causes) addEvents(where string, all []difference, n int) {
	for _, d := range all {
		by := c[[2]string{d.Kind, d.Field}]
		if by == nil {
			by = &cause{difference: d, Where: where}
			c[[2]string{d.Kind, d.Field}] = by
		}
		by.Events += n
		if len(all) == 1 {
			by.Alone += n
		}
	}
}

// sorted has those of the most events first.
func (c causes) sorted() []*cause {
	all := make([]*cause, 0, len(c))
	for _, by := range c {
		all = append(all, by)
	}
	slices.SortFunc(all, func(a, b *cause) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(b.Alone, a.Alone),
			strings.Compare(a.Field, b.Field), strings.Compare(a.Kind, b.Kind))
	})
	return all
}

// mostCauses are printed when not all are asked for.
const mostCauses = 30

// print writes a table.
func (c causes) print(out io.Writer, title string, verbose bool) {
	if len(c) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s:\nevents  alone  %-8s %-40s for example\n", title, "kind", "field")
	for i, by := range c.sorted() {
		if i == mostCauses && !verbose {
			fmt.Fprintf(out, "… and %d more (--verbose prints all, and each event)\n", len(c)-i)
			return
		}
		what := by.Kind
		if by.Field != "" {
			what = fmt.Sprintf("%-8s %-40s", by.Kind, by.Field)
		}
		row := fmt.Sprintf("%6d %6d  %-49s %s", by.Events, by.Alone, what, by.brief())
		fmt.Fprintln(out, strings.TrimRight(row, " "))
	}
}
