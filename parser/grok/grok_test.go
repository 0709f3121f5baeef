package grok

import (
	"maps"
	"testing"
)

// match returns the captures of a match by name, nil for none.
func match(t testing.TB, s *Set, line string) map[string]string {
	t.Helper()
	m := s.NewMatcher()
	if _, ok := m.Match([]byte(line)); !ok {
		return nil
	}
	got := map[string]string{}
	for _, c := range m.Captures() {
		got[s.Fields()[c.Field].Name] = line[c.Start:c.End]
	}
	return got
}

func mustCompile(t testing.TB, lib *Library, patterns ...string) *Set {
	t.Helper()
	s, err := Compile(lib, patterns, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMatch(t *testing.T) {
	s := mustCompile(t, ECSLibrary(), `^%{WORD:[a][b]} (?:%{INT:n:int}|%{WORD:w})$`)
	for line, want := range map[string]map[string]string{
		"x 12": {"[a][b]": "x", "n": "12"},
		"x yz": {"[a][b]": "x", "w": "yz"},
		"x -":  nil,
	} {
		if got := match(t, s, line); !maps.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}
