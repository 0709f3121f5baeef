package pipelinecli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/parser/pipeline"
)

// Options are what the commands share.
type Options struct {
	Deps     pipeline.Deps
	Fixtures string // folder of fixtures MODULE/FILESET in place of those beside the pipelines
	Verbose  bool
	JSON     bool      // Test's answer is one object
	Now      time.Time // when events are received; zero for a time of the past
	Out      io.Writer

	Elasticsearch string // URL of one that is asked what it makes of the same events; "" for none
}

// ErrFailed says that not everything loaded, or came out equal; what, has been printed.
var ErrFailed = errors.New("not all is as it should be")

// Check loads all pipelines below dir and prints what is not supported, by processor, construct and count, and the
// calls of pipelines that are not there.
func Check(dir string, o Options) error {
	groups, err := discover(dir)
	if err != nil {
		return err
	}
	total, loaded, lost := 0, 0, 0
	kinds := map[string]int{}
	for _, g := range groups {
		for _, problem := range g.problems {
			fmt.Fprintln(o.Out, problem)
			kinds["cannot be read"]++
		}
		broken := map[string]bool{}
		problems, missing := pipeline.Check(g.sources, o.Deps)
		for _, call := range missing {
			fmt.Fprintln(o.Out, call)
		}
		lost += len(missing)
		for _, problem := range problems {
			fmt.Fprintln(o.Out, problem)
			var e *pipeline.Error
			if errors.As(problem, &e) {
				broken[e.File] = true
				kinds[kindOf(e)]++
			}
		}
		total += len(g.sources) + len(g.problems)
		loaded += len(g.sources) - len(broken)
	}
	if len(kinds) > 0 {
		fmt.Fprintln(o.Out, "\nnot supported, by count:")
		for _, kind := range byCount(kinds) {
			fmt.Fprintf(o.Out, "%6d  %s\n", kinds[kind], kind)
		}
	}
	fmt.Fprintf(o.Out, "%d of %d pipelines load (%s)\n", loaded, total, percent(loaded, total))
	switch {
	case loaded < total:
		return fmt.Errorf("pipeline check: %d pipelines do not load: %w", total-loaded, ErrFailed)
	case lost > 0:
		return fmt.Errorf("pipeline check: %d calls of pipelines that are not there, at which events will fail: %w", lost, ErrFailed)
	}
	return nil
}

var (
	bracketed = regexp.MustCompile(`\[[^\]]*\]|"[^"]*"|/.*/|\d+`)
	typeName  = regexp.MustCompile(`\((\w+)\)[^(]*$`)
)

// kindOf is an error without what is particular to one place.
func kindOf(e *pipeline.Error) string {
	kind := "pipeline"
	if m := typeName.FindStringSubmatch(e.Processor); m != nil {
		kind = m[1]
	}
	text, _, _ := strings.Cut(e.Err.Error(), "\n")                                       // of YAML's errors, without the excerpt
	if first, rest, ok := strings.Cut(text, "] "); ok && strings.HasPrefix(first, "[") { // names the option
		return kind + " " + first + "] " + bracketed.ReplaceAllString(rest, "…")
	}
	return kind + " " + bracketed.ReplaceAllString(text, "…")
}

func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

func percent(part, whole int) string {
	if whole == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(whole))
}
