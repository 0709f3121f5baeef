// Package grokcli is `millrace grok`: it tries patterns on lines, and shows
// what they capture, how long they take, and why they do not match.
//
// It reads lines and pattern files, and writes text; it never sends anything
// anywhere.
package grokcli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/millrace/millrace/parser/grok"
)

// Options are the arguments of the command.
type Options struct {
	Patterns []string // tried in order; the first that matches wins
	SetFile  string   // a file with a pattern a line, tried after Patterns
	Dirs     []string // files or folders with definitions, which win over the shipped ones
	Legacy   bool     // Logstash's old field names instead of ECS
	JSON     bool     // an object a line instead of text
	Color    bool
}

// maxLine bounds a line of input.
const maxLine = 16 << 20

// Run tries the patterns on each line of stdin. It returns the exit status:
// 0 if every line matched, 1 if one did not, 2 if the arguments are wrong.
func Run(o Options, stdin io.Reader, stdout, stderr io.Writer) int {
	set, err := compile(o)
	if err != nil {
		fmt.Fprintf(stderr, "millrace grok: %v\n", err)
		return 2
	}
	out := bufio.NewWriter(stdout)
	t := &trial{o: o, set: set, m: set.NewMatcher(), out: out}
	sc := bufio.NewScanner(stdin)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	for sc.Scan() {
		t.line(sc.Bytes())
		if out.Flush() != nil { // at once: lines may be typed, or come from tail -f
			break
		}
	}
	if err := sc.Err(); err != nil {
		fmt.Fprintf(stderr, "millrace grok: read lines: %v\n", err)
		return 2
	}
	if !o.JSON && t.lines > 1 {
		fmt.Fprintf(out, "%d of %d lines match, %v a line\n", t.matched, t.lines, t.spent/time.Duration(t.lines))
	}
	if err := out.Flush(); err != nil { // what was written before would have failed too
		fmt.Fprintf(stderr, "millrace grok: write: %v\n", err)
		return 2
	}
	if t.matched < t.lines {
		return 1
	}
	return 0
}

func compile(o Options) (*grok.Set, error) {
	lib := grok.ECSLibrary()
	if o.Legacy {
		lib = grok.LegacyLibrary()
	}
	for _, dir := range o.Dirs {
		if err := addDefinitions(lib, dir); err != nil {
			return nil, err
		}
	}
	patterns := o.Patterns
	if o.SetFile != "" {
		data, err := os.ReadFile(o.SetFile)
		if err != nil {
			return nil, fmt.Errorf("read --set: %w", err)
		}
		for _, l := range strings.Split(string(data), "\n") {
			if l = strings.TrimSuffix(l, "\r"); l != "" && l[0] != '#' {
				patterns = append(patterns, l)
			}
		}
	}
	if len(patterns) == 0 {
		return nil, errors.New("no pattern: give one as the argument, or a file of them with --set")
	}
	return grok.Compile(lib, patterns, grok.Options{})
}

func addDefinitions(lib *grok.Library, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read --patterns: %w", err)
	}
	if info.IsDir() {
		return lib.AddDir(os.DirFS(path), ".")
	}
	return lib.AddFile(os.DirFS(filepath.Dir(path)), filepath.Base(path))
}

// trial tries one line after the other.
type trial struct {
	o       Options
	set     *grok.Set
	m       *grok.Matcher
	out     *bufio.Writer
	lines   int
	matched int
	spent   time.Duration
}

func (t *trial) line(line []byte) {
	line = bytes.TrimSuffix(line, []byte("\r"))
	begun := time.Now()
	pattern, ok := t.m.Match(line)
	took := time.Since(begun)
	t.lines++
	t.spent += took
	if ok {
		t.matched++
	}
	if t.o.JSON {
		t.writeJSON(line, pattern, ok, took)
		return
	}
	if !ok {
		t.explain(line)
		return
	}
	t.show(line, pattern, took)
}
