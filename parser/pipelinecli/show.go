package pipelinecli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/screen"
	"github.com/millrace/millrace/parser/pipeline"
)

// ANSI colours.
const (
	bold, dim, red, green, yellow, cyan = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"
	plain                               = "\x1b[0m"
)

// textPrinter shows events to a reader: a line a processor, and below it what it changed.
type textPrinter struct {
	out     *bufio.Writer
	color   bool
	verbose bool

	total, dropped, failed int
	figures                map[string]*figure // by pipeline and place
	order                  []string
}

// figure adds up one processor over all events.
type figure struct {
	name                  string
	runs, skipped, failed int
	spent                 time.Duration
}

func newTextPrinter(o *RunOptions, out *bufio.Writer) *textPrinter {
	return &textPrinter{out: out, color: o.Color, verbose: o.Verbose, figures: map[string]*figure{}}
}

func (p *textPrinter) paint(color, text string) string {
	if !p.color || text == "" {
		return text
	}
	return color + text + plain
}

func (p *textPrinter) event(x *outcome) error {
	if p.total++; p.total > 1 {
		fmt.Fprintln(p.out)
	}
	title := x.in.line
	if x.in.doc != nil {
		title = compact(x.in.doc)
	}
	fmt.Fprintln(p.out, p.paint(bold, screen.Printable(title)))
	width := 0
	for _, s := range x.steps {
		width = max(width, len(stepName(s)))
	}
	before := fieldsOf(x.start)
	if p.verbose && x.start != nil {
		p.document(x.start)
	}
	for i, s := range x.steps {
		p.count(s)
		p.step(i+1, width, s)
		if s.Doc == nil {
			continue
		}
		after := fieldsOf(s.Doc)
		p.changes(before, after)
		before = after
		if p.verbose {
			p.document(s.Doc)
		}
	}
	switch {
	case errors.Is(x.err, pipeline.ErrDropped):
		p.dropped++
		fmt.Fprintln(p.out, p.paint(yellow, "  dropped"))
	case x.err != nil:
		p.failed++
		fmt.Fprintln(p.out, p.paint(red, "  failed: "+screen.Printable([]byte(x.err.Error()))))
	case !p.verbose:
		fmt.Fprintf(p.out, "  %s %s\n", p.paint(bold, "="), screen.Printable(x.end))
	}
	return nil
}

// stepName is the type and tag, further in for what is called or handles a failure.
func stepName(s *pipeline.TraceStep) string {
	name := strings.Repeat("  ", s.Depth) + s.Type
	if s.Tag != "" {
		name += " [" + screen.Printable([]byte(s.Tag)) + "]"
	}
	if s.Handler {
		name = "on_failure: " + name
	}
	return name
}

func (p *textPrinter) step(n, width int, s *pipeline.TraceStep) {
	took := s.Took.Round(10 * time.Nanosecond).String()
	word, color, more := "ok", green, ""
	switch s.Status {
	case pipeline.Skipped:
		word, color, more = "skipped", dim, "if "+oneLine(s.Condition)
	case pipeline.Failed, pipeline.ErrorIgnored:
		word, color, more = "failed", red, s.Err.Error()
		if s.Status == pipeline.ErrorIgnored {
			word, color = "ignored", yellow
		}
		if s.ConditionErr {
			more = "if " + oneLine(s.Condition) + ": " + more
		}
	case pipeline.Dropped:
		word, color = "dropped", yellow
	case pipeline.Called:
		word, color = "called", cyan
	}
	if p.verbose {
		more = strings.TrimSpace(fmt.Sprintf("%s line %d, %s %s", s.Pipeline, s.Line, s.Where, more))
		if s.Condition != "" && s.Status != pipeline.Skipped && !s.ConditionErr {
			more += ", if " + oneLine(s.Condition)
		}
	}
	name := fmt.Sprintf("%-*s", width, stepName(s))
	fmt.Fprintln(p.out, strings.TrimRight(fmt.Sprintf("%4d  %s  %s  %9s  %s", n, name, p.paint(color, fmt.Sprintf("%-7s", word)), took,
		p.paint(color, screen.Printable([]byte(more)))), " "))
}

// changes prints the fields that a processor added, changed and removed.
func (p *textPrinter) changes(before, after map[string]any) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		was, there := before[name]
		is, stays := after[name]
		shown := screen.Printable([]byte(name))
		switch {
		case !there:
			fmt.Fprintf(p.out, "      %s = %s\n", p.paint(green, "+ "+shown), p.value(is))
		case !stays:
			fmt.Fprintf(p.out, "      %s\n", p.paint(red, "- "+shown))
		case !identical(was, is):
			fmt.Fprintf(p.out, "      %s = %s %s\n", p.paint(yellow, "~ "+shown), p.value(is), p.paint(dim, "was "+p.value(was)))
		}
	}
}

// identical tells 1 from 1.0, which same does not.
func identical(a, b any) bool {
	x, ok := a.(json.Number)
	y, ok2 := b.(json.Number)
	return ok == ok2 && x == y && same(a, b)
}

func (p *textPrinter) value(v any) string {
	return screen.Printable([]byte(short(v)))
}

func (p *textPrinter) document(doc []byte) {
	var b bytes.Buffer
	b.WriteString("      ")
	if json.Indent(&b, doc, "      ", "  ") == nil {
		for line := range strings.Lines(b.String()) {
			fmt.Fprintln(p.out, screen.Printable([]byte(strings.TrimSuffix(line, "\n"))))
		}
	}
}

func (p *textPrinter) count(s *pipeline.TraceStep) {
	key := s.Pipeline + "\x00" + s.Where
	f := p.figures[key]
	if f == nil {
		f = &figure{name: fmt.Sprintf("%s  %s", s.Pipeline, s.Where)}
		p.figures[key] = f
		p.order = append(p.order, key)
	}
	switch s.Status {
	case pipeline.Skipped:
		f.skipped++
		return
	case pipeline.Failed, pipeline.ErrorIgnored:
		f.failed++
	}
	f.runs++
	f.spent += s.Took
}

// end sums up, when there was more than one event.
func (p *textPrinter) end() error {
	if p.total < 2 {
		return nil
	}
	fmt.Fprintf(p.out, "\n%d events, %d dropped, %d failed\n", p.total, p.dropped, p.failed)
	fmt.Fprintf(p.out, "%8s %8s %8s %10s\n", "run", "skipped", "failed", "mean time")
	for _, key := range p.order {
		f := p.figures[key]
		mean := time.Duration(0)
		if f.runs > 0 {
			mean = (f.spent / time.Duration(f.runs)).Round(10 * time.Nanosecond)
		}
		fmt.Fprintf(p.out, "%8d %8d %8d %10s  %s\n", f.runs, f.skipped, f.failed, mean, f.name)
	}
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func compact(doc []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, doc) != nil {
		return doc
	}
	return b.Bytes()
}
