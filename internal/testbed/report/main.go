// Command report reads the output of `go test -json` and prints what a person wants of it: a line for each
// package, everything about a failure, and at the end how many tests passed and which were left out, and why.
// It does not judge: the exit status of go test does.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// event is one line of `go doc test2json`.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if err := report(os.Stdin, out); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

type reporter struct {
	out     *bufio.Writer
	outputs map[string][]string // of tests and packages that are not decided yet
	count   map[string]int      // tests by action
	why     map[string]int      // tests left out, by reason
}

func report(in io.Reader, out *bufio.Writer) error {
	r := reporter{out: out, outputs: map[string][]string{}, count: map[string]int{}, why: map[string]int{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text()) // go's own words
			continue
		}
		r.add(e)
	}
	fmt.Fprintf(out, "\n%d tests passed, %d failed, %d left out\n", r.count["pass"], r.count["fail"], r.count["skip"])
	for _, why := range slices.Sorted(maps.Keys(r.why)) {
		fmt.Fprintf(out, "%6d  %s\n", r.why[why], why)
	}
	return lines.Err()
}

func (r *reporter) add(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "output":
		r.outputs[key] = append(r.outputs[key], e.Output)
	case "pass", "fail", "skip":
		output := r.outputs[key]
		delete(r.outputs, key)
		if e.Test == "" {
			r.endPackage(e, output)
			return
		}
		r.count[e.Action]++
		if e.Action == "fail" {
			fmt.Fprintf(r.out, "%s: %s", e.Package, strings.Join(output, ""))
		}
		if e.Action == "skip" {
			r.why[reason(output)]++
		}
	}
}

// endPackage prints the package's verdict. Output outside of any test (a panic, a leak) matters if it failed;
// a test that was running then gets no verdict of its own.
func (r *reporter) endPackage(e event, output []string) {
	if e.Action == "skip" {
		return // it has no tests
	}
	if e.Action == "fail" {
		for key, unfinished := range r.outputs {
			if strings.HasPrefix(key, e.Package+" ") {
				fmt.Fprintf(r.out, "%s did not end: %s", key, strings.Join(unfinished, ""))
				delete(r.outputs, key)
			}
		}
		fmt.Fprint(r.out, strings.Join(output, ""))
	}
	fmt.Fprintf(r.out, "%-4s  %s  %.1fs\n", map[string]string{"pass": "ok", "fail": "FAIL"}[e.Action], e.Package, e.Elapsed)
	r.out.Flush()
}

// reason takes what a test gave t.Skip out of its output: "    file.go:7: reason\n".
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "===") {
			continue
		}
		if _, after, ok := strings.Cut(line, ".go:"); ok {
			if _, after, ok = strings.Cut(after, ": "); ok {
				return after
			}
		}
		return line
	}
	return "no reason given"
}
