package grok

import (
	"fmt"
	"testing"
)

// TestSetsAgree compares sets with their patterns tried one by one.
func TestSetsAgree(t *testing.T) {
	var many []string
	for i := range 150 {
		many = append(many, fmt.Sprintf(`%c%d: %%{WORD:w%d} (?:x|%%{INT:i%d})`, 'a'+i%26, i, i, i))
	}
	sets := [][]string{
		{`^Failed %{WORD:m} for %{USER:u}`, `^Accepted %{WORD:m}`, `port %{INT:p}`, `^%{WORD:x}`, ``},
		{`Failed`, `invalid user`, `Connection closed by %{IP:i}`, `session opened for user %{USER:u}`, `HTTP/%{NUMBER:v}`, `^$`},
		{`^Dec`, `(?m)\Ax.*y`, `^%{IP:i}`, `from %{IP:i}`, `GET %{NOTSPACE:u}`, `error`, `%{QS:q}`, `%{GREEDYDATA:g}`},
		append(many, `%{SYSLOGBASE}`, `%{COMBINEDAPACHELOG}`, `a\nb`),
	}
	mut := newMutator(t, 3)
	for n, patterns := range sets {
		set := mustCompile(t, ECSLibrary(), patterns...)
		m := set.NewMatcher()
		var singles []*Matcher
		for _, p := range patterns {
			singles = append(singles, mustCompile(t, ECSLibrary(), p).NewMatcher())
		}
		for range 4000 {
			line := mut.next()
			if mut.rng.IntN(3) == 0 {
				line = fmt.Sprintf("%c%d: foo %d\n%s", 'a'+mut.rng.IntN(26), mut.rng.IntN(150), mut.rng.IntN(9), line)
			}
			want, start := -1, 0
			for i, s := range singles {
				if _, ok := s.Match([]byte(line)); ok && (want < 0 || s.start < start) {
					want, start = i, s.start
				}
			}
			got, ok := m.Match([]byte(line))
			if !ok {
				got = -1
			}
			if got != want {
				t.Fatalf("set %d on %q: pattern %d, want %d", n, line, got, want)
			}
		}
	}
}

// TestLatest: no match begins behind the last place where one may.
func TestLatest(t *testing.T) {
	mut := newMutator(t, 4)
	for _, expr := range differPatterns {
		m := mustPlain(t, ECSLibrary(), expr).NewMatcher()
		for range 400 {
			line := []byte(mut.next())
			_, ok := m.Match(line)
			if last := m.set.progs[0].latest(line, len(m.set.progs[0].chain)); ok && last < m.start {
				t.Errorf("%s on %q: begins at %d, at %d at the latest", expr, line, m.start, last)
			}
		}
	}
}
