package grok

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	elastic "github.com/elastic/go-grok/patterns"
	"github.com/vjeantet/grok"
)

// TestVjeantetAgrees compares with vjeantet/grok and with Go's regexp under
// it, where the dialects agree: on definitions without what Go's regexp lacks,
// and lines of one line of ASCII, for its \b and its anchors are others.
func TestVjeantetAgrees(t *testing.T) {
	defs := map[string]string{}
	for _, m := range []map[string]string{elastic.Default} {
		for name, expr := range m {
			defs[name] = expr
		}
	}
	lib, err := NewLibrary().With(defs)
	if err != nil {
		t.Fatal(err)
	}
	v, err := grok.NewWithConfig(&grok.Config{NamedCapturesOnly: true, SkipDefaultPatterns: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.AddPatternsFromMap(defs); err != nil {
		t.Fatal(err)
	}
	mut := newMutator(t, 7)
	exprs := []string{
		`%{SYSLOGTIMESTAMP:t} %{SYSLOGHOST:h} %{GREEDYDATA:m}`, `%{IP:i}`, `%{IPORHOST:h} `, `%{HOSTNAME:h}\.`, `%{NUMBER:n}`, `%{WORD:w}`, `%{QUOTEDSTRING:q}`,
		`%{HTTPDATE:d}`, `%{TIMESTAMP_ISO8601:t}`, `%{URI:u}`, `%{UNIXPATH:p}`, `%{EMAILADDRESS:e}`, `%{MAC:m}`, `%{UUID:u}`, `%{LOGLEVEL:l}`, `%{DATA:a} %{DATA:b} %{GREEDYDATA:c}`,
	}
	total := 0
	for _, expr := range exprs {
		set := mustCompile(t, lib, expr)
		m := set.NewMatcher()
		n := 0
		text, err := lib.Expand(expr, func(string, Type) string { n++; return fmt.Sprint("s", n) })
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile(text)
		for range comparisons(t) / 200 {
			line := mut.next()
			if strings.ContainsFunc(line, func(r rune) bool { return r >= 0x80 || r == '\n' }) {
				continue
			}
			total++
			got, want := show(line, ours(set, m, line)), show(line, goMatch(re, n, line))
			if got != want {
				t.Errorf("%s on %q:\n     ours %s\nGo regexp %s", expr, line, got, want)
			}
			values, err := v.Parse(expr, line)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range match(t, set, line) {
				if values[name] != value {
					t.Errorf("%s on %q: %s is %q, vjeantet's %q", expr, line, name, value, values[name])
				}
			}
		}
	}
	t.Logf("%d comparisons", total)
}

// goMatch answers in the oracle's form.
func goMatch(re *regexp.Regexp, groups int, line string) []*[2]int {
	loc := re.FindStringSubmatchIndex(line)
	if loc == nil {
		return nil
	}
	out := make([]*[2]int, groups+1)
	out[0] = &[2]int{loc[0], loc[1]}
	for i, name := range re.SubexpNames() {
		var n int
		if _, err := fmt.Sscanf(name, "s%d", &n); err == nil && loc[2*i] >= 0 {
			out[n] = &[2]int{loc[2*i], loc[2*i+1]}
		}
	}
	return out
}
