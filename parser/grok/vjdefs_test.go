package grok

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vjeantet/grok"
)

// lacking is what stands in shipped definitions and Go's regexp, on which
// vjeantet/grok is built, does not have, or has in another meaning. Each
// definition that it refuses has one of these, itself or in what it refers to.
var lacking = []string{
	`(?>`,                        // atomic groups: quotations, years, paths of Windows
	`(?<!`, `(?<=`, `(?!`, `(?=`, // look-around: numbers, times, addresses
	`\h`,        // a hexadecimal digit
	`{1,64}`,    // more than 1,000 repetitions, nested: the parts of a mail address
	`[[[:`,      // a class in a class: paths of Unix
	`(?<rails.`, // a dot in the name of a group
}

// TestVjeantetChecksDefinitions has vjeantet/grok compile every shipped
// definition, and compares what it takes with ours.
func TestVjeantetChecksDefinitions(t *testing.T) {
	mut := newMutator(t, 8)
	for mode, lib := range map[string]*Library{"ecs": ECSLibrary(), "legacy": LegacyLibrary()} {
		defs := map[string]string{}
		for _, name := range lib.Names() {
			expr, _ := lib.Lookup(name)
			defs[name] = strings.ReplaceAll(expr, ":long}", ":int}") // it knows int and float
		}
		v, err := grok.NewWithConfig(&grok.Config{NamedCapturesOnly: true, SkipDefaultPatterns: true, Patterns: defs})
		if err != nil {
			t.Fatal(err)
		}
		refused, compared := map[string]int{}, 0
		for _, name := range lib.Names() {
			_, err := v.Match("%{"+name+"}", "")
			text, expandErr := lib.Expand("%{"+name+"}", func(string, Type) string { return "" })
			if expandErr != nil {
				t.Fatal(expandErr)
			}
			why := slices.IndexFunc(lacking, func(c string) bool { return strings.Contains(text, c) })
			switch {
			case err == nil && why < 0:
				compared += compareDefinition(t, lib, name, mut)
			case err != nil && why < 0:
				t.Errorf("%s: %s: vjeantet/grok refuses it: %v", mode, name, err)
			case err != nil:
				refused[lacking[why]]++
			}
		}
		t.Logf("%s: of %d definitions vjeantet/grok refuses, for %v; %d comparisons with the others", mode, len(defs), refused, compared)
	}
}

// compareDefinition compares our answers with Go's regexp on lines of ASCII.
func compareDefinition(t *testing.T, lib *Library, name string, mut *mutator) (compared int) {
	t.Helper()
	set := mustCompile(t, lib, "%{"+name+"}")
	m := set.NewMatcher()
	n := 0
	text, err := lib.Expand("%{"+name+"}", func(string, Type) string { n++; return fmt.Sprint("s", n) })
	if err != nil {
		t.Fatal(err)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return 0
	}
	for range 10 {
		line := mut.next()
		if strings.ContainsFunc(line, func(r rune) bool { return r >= 0x80 || r == '\n' || r == '\v' }) {
			continue
		}
		compared++
		got, want := show(line, ours(set, m, line)), show(line, goMatch(re, n, line))
		if got != want && m.Err() == nil {
			t.Errorf("%s on %q:\n     ours %s\nGo regexp %s", name, line, got, want)
		}
	}
	return compared
}
