package grokcli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/screen"
	"github.com/millrace/millrace/parser/grok"
)

// ANSI colours of the captures, one after the other.
var colors = []string{"\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m"}

const (
	red   = "\x1b[31m"
	plain = "\x1b[0m"
)

// show writes a line that matches, its captures in colour, and their names.
func (t *trial) show(line []byte, pattern int, took time.Duration) {
	caps := t.m.Captures()
	at := 0
	for i, c := range caps {
		if int(c.Start) < at { // inside another one
			continue
		}
		fmt.Fprint(t.out, screen.Printable(line[at:c.Start]))
		t.paint(colors[i%len(colors)], screen.Printable(line[c.Start:c.End]))
		at = int(c.End)
	}
	fmt.Fprint(t.out, screen.Printable(line[at:])+"\n")
	for i, c := range caps {
		f := t.set.Fields()[c.Field]
		fmt.Fprint(t.out, "  ")
		t.paint(colors[i%len(colors)], f.Name)
		fmt.Fprintf(t.out, " = %s", screen.Printable(line[c.Start:c.End]))
		if f.Type != grok.String {
			fmt.Fprintf(t.out, " (%s)", f.Type)
		}
		fmt.Fprint(t.out, "\n")
	}
	fmt.Fprintf(t.out, "  pattern %d, %v\n", pattern+1, took)
}

// explain writes a line that does not match, and where the pattern that got
// furthest stopped.
func (t *trial) explain(line []byte) {
	e := t.m.Explain(line)
	if e.Offset < 0 {
		fmt.Fprint(t.out, screen.Printable(line)+"\n")
		t.paint(red, "  no match: there is no place where one could begin")
		fmt.Fprint(t.out, "\n")
		return
	}
	fmt.Fprint(t.out, screen.Printable(line[:e.Offset]))
	t.paint(red, screen.Printable(line[e.Offset:]))
	fmt.Fprint(t.out, "\n"+strings.Repeat(" ", utf8.RuneCountInString(screen.Printable(line[:e.Offset])))+"^\n")
	why := "no match"
	if e.Limited {
		why = "given up at the step limit"
	}
	t.paint(red, fmt.Sprintf("  %s: pattern %d got to byte %d and wants %s", why, e.Pattern+1, e.Offset, e.Want))
	fmt.Fprint(t.out, "\n")
}

func (t *trial) paint(color, text string) {
	if t.o.Color {
		text = color + text + plain
	}
	fmt.Fprint(t.out, text)
}

// result is a line of --json. Captures come in the order of the pattern; a
// name that was captured twice is there twice.
type result struct {
	Match    bool      `json:"match"`
	Pattern  int       `json:"pattern,omitempty"` // from 1
	Captures []capture `json:"captures,omitempty"`
	Nanos    int64     `json:"ns"`
	Offset   *int      `json:"offset,omitempty"`
	Want     string    `json:"want,omitempty"`
	Limited  bool      `json:"limited,omitempty"`
}

type capture struct {
	Field string `json:"field"`
	Type  string `json:"type"`
	Value string `json:"value"`
	Start int32  `json:"start"`
	End   int32  `json:"end"`
}

func (t *trial) writeJSON(line []byte, pattern int, ok bool, took time.Duration) {
	r := result{Match: ok, Nanos: took.Nanoseconds()}
	if ok {
		r.Pattern = pattern + 1
		for _, c := range t.m.Captures() {
			f := t.set.Fields()[c.Field]
			r.Captures = append(r.Captures, capture{f.Name, f.Type.String(), string(line[c.Start:c.End]), c.Start, c.End})
		}
	} else {
		e := t.m.Explain(line)
		r.Pattern, r.Offset, r.Want, r.Limited = e.Pattern+1, &e.Offset, e.Want, e.Limited
	}
	out, err := json.Marshal(r)
	if err != nil { // nothing in it can fail
		out = []byte("{}")
	}
	fmt.Fprintln(t.out, string(out))
}
