package grok

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// FuzzMatch compares four engines with ours on lines that are near to real
// ones, guided by coverage: our own without scanners, Oniguruma's (Ruby's),
// and where their dialects agree regexp2 and Go's regexp, which is what
// vjeantet/grok runs.
//
//	go test -run '^$' -fuzz FuzzMatch -fuzztime 10m -parallel 1 ./parser/grok
func FuzzMatch(f *testing.F) {
	var all []*engines
	for _, expr := range differPatterns {
		all = append(all, newEngines(f, expr))
	}
	var ruby *oracle
	if _, err := exec.LookPath("ruby"); err == nil {
		ruby = newOracle(f)
	}
	for i, l := range fuzzSeeds(f) {
		f.Add(l, i*7)
	}
	f.Fuzz(func(t *testing.T, line string, n int) {
		if len(line) > 2000 {
			return
		}
		e := all[int(uint(n)%uint(len(all)))]
		got := show(line, ours(e.fast.set, e.fast, line))
		if e.fast.Err() != nil {
			return
		}
		check := func(engine string, caps []*[2]int) {
			if want := show(line, caps); got != want {
				t.Errorf("%s on %q:\n ours %s\n%s %s", e.expr, line, got, engine, want)
			}
		}
		if plain := ours(e.plain.set, e.plain, line); e.plain.Err() == nil {
			check("generic", plain)
		}
		if simple(line) {
			if e.re2 != nil {
				check("Go regexp", goMatch(e.re2, e.groups, line))
			}
			if e.net != nil {
				if caps, ok := netMatch(e.net, e.groups, line); ok {
					check("regexp2", caps)
				}
			}
		}
		if ruby != nil && utf8.ValidString(line) {
			a := ruby.ask(t, e.text, []string{line})
			if a.Error != "" {
				t.Fatalf("%s: %s", e.expr, a.Error)
			}
			if e.groups == 0 && a.Lines[0] != nil {
				a.Lines[0] = a.Lines[0][:1] // groups without a name
			}
			check("Oniguruma", a.Lines[0])
		}
	})
}

// fuzzSeeds are lines made up, and of the logs that are at hand.
func fuzzSeeds(f *testing.F) []string {
	out := seeds
	for _, log := range []string{"openssh-2k.log", "linux-2k.log", "auth-ec2-10k.log", "apache-combined-10k.log"} {
		for i, l := range corpusIfThere(f, log) {
			if i%200 == 0 {
				out = append(out, string(l))
			}
		}
	}
	return out
}

// simple lines are those on which the dialects do not differ: of ASCII, and of
// one line.
func simple(line string) bool {
	return !strings.ContainsFunc(line, func(r rune) bool { return r >= 0x80 || r == '\n' || r == '\r' || r == '\v' || r == '\f' })
}

// engines are one pattern in all of them; those that do not take it are nil.
type engines struct {
	expr, text  string
	groups      int
	fast, plain *Matcher
	re2         *regexp.Regexp
	net         *regexp2.Regexp
}

// asASCII spells what Oniguruma has and others do not.
var asASCII = strings.NewReplacer(`\h`, `[0-9A-Fa-f]`, `[[[:alnum:]]`, `[A-Za-z0-9`)

func newEngines(f *testing.F, expr string) *engines {
	lib := ECSLibrary()
	e := &engines{expr: expr, fast: mustCompile(f, lib, expr).NewMatcher(), plain: mustPlain(f, lib, expr).NewMatcher()}
	var err error
	e.text, err = lib.Expand(expr, func(string, Type) string { e.groups++; return fmt.Sprint("s", e.groups) })
	if err != nil {
		f.Fatal(err)
	}
	if len(e.fast.set.Fields()) != e.groups || strings.Contains(expr, "(?<") {
		e.groups = len(e.fast.set.Fields())
		return e // it names groups itself: Oniguruma has to do
	}
	text := asASCII.Replace(e.text)
	if e.re2, err = regexp.Compile(text); err != nil {
		e.re2 = nil
	}
	if e.net, err = regexp2.Compile(text, regexp2.None); err != nil {
		e.net = nil
	} else {
		e.net.MatchTimeout = 100 * time.Millisecond
	}
	return e
}

// netMatch answers in the oracle's form; ok is false if regexp2 gave up.
func netMatch(re *regexp2.Regexp, groups int, line string) (caps []*[2]int, ok bool) {
	m, err := re.FindStringMatch(line)
	if err != nil || m == nil {
		return nil, err == nil
	}
	caps = make([]*[2]int, groups+1)
	caps[0] = &[2]int{m.Index, m.Index + m.Length}
	for n := 1; n <= groups; n++ {
		if g := m.GroupByName(fmt.Sprint("s", n)); g != nil && len(g.Captures) > 0 {
			caps[n] = &[2]int{g.Index, g.Index + g.Length}
		}
	}
	return caps, true
}
