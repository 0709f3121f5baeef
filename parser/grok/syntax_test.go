package grok

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// TestRefused: what is not supported or wrong is an error that says what and
// where, never another meaning.
func TestRefused(t *testing.T) {
	lib, err := ECSLibrary().With(map[string]string{
		"SELF": `a%{SELF}?`, "PING": `%{PONG}`, "PONG": `x|%{PING}`, "BROKEN": `a(b`, "USES": `%{BROKEN}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	for expr, want := range map[string]string{
		`%{WROD:w}`:                      "at offset 0: no definition of %{WROD}; did you mean WORD",
		`x %{IP:[a}`:                     "at offset 2",
		`%{IP:a[b]}`:                     "mixes brackets and plain text",
		`%{IP:[a][]}`:                    "empty or unbalanced bracket",
		`%{IP:a:integer}`:                `no type "integer"; use string, int`,
		`%{IP`:                           "not closed",
		`%{SELF}`:                        "contains itself: SELF → SELF",
		`%{PING}`:                        "contains itself: PING → PONG → PING",
		`%{USES}`:                        "pattern BROKEN: at offset 1: group is not closed",
		`a)`:                             "at offset 1: unmatched )",
		`(?<a`:                           "not closed",
		`[a`:                             "class is not closed",
		`[b-a]`:                          "ends before it begins",
		`[]`:                             "class is",
		`*a`:                             "nothing to repeat",
		`{2}`:                            "nothing to repeat",
		`a{3,1}`:                         "ends before it begins",
		`a{200000}`:                      "more than 100000 times",
		`(?:(?:(?:ab){999}){999}){999}`:  "lower its intervals",
		`a\`:                             "backslash at the end",
		`\X`:                             `\X is not supported`,
		`\Gx`:                            `\G is not supported`,
		`a\Kb`:                           `\K is not supported`,
		`(?~ab)`:                         "absence operator (?~ is not supported",
		`(?(1)a|b)`:                      "conditional group (?( is not supported",
		`\g<x>`:                          `\g is not supported`,
		`(?z)a`:                          "group option",
		`(?<=a+)b`:                       "look-behind of variable length is not supported",
		`\p{Nonsense}`:                   `no character property "Nonsense"`,
		`[[:nonsense:]]`:                 "no POSIX class",
		`(?<a>x)\1`:                      `write \k<name>`,
		`(x)\2`:                          "back-reference to group 2, and there are 1",
		`\k<nobody>`:                     "not there",
		`[%{IP}]`:                        "inside a class",
		`\%{IP}`:                         "before a reference",
		"a\xff":                          "not valid UTF-8",
		strings.Repeat("(", 3000):        "nest deeper",
		strings.Repeat("[", 3000) + "x]": "nest deeper",
	} {
		_, err := Compile(lib, []string{expr}, Options{})
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", expr, err, want)
		}
	}
}

func TestErrorsNameFileAndLine(t *testing.T) {
	fsys := fstest.MapFS{
		"p/a": {Data: []byte("# mine\n\nGOOD \\d+\r\nBAD (x\n")},
		"q/b": {Data: []byte("LONELY\n")},
		"r/c": {Data: []byte("NO/NAME x\n")},
	}
	lib := NewLibrary()
	if err := lib.AddDir(fsys, "p"); err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		"p/a:4: pattern BAD: at offset 0": lib.Check(),
		"q/b:1: pattern LONELY":           lib.AddDir(fsys, "q"),
		"r/c:1: pattern NO/NAME":          lib.AddFile(fsys, "r/c"),
		"open pattern file":               lib.AddFile(fsys, "none"),
		"read pattern folder":             lib.AddDir(fsys, "none"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if got := match(t, mustCompile(t, lib, `^%{GOOD:n}$`), "12"); got["n"] != "12" {
		t.Errorf("CRLF file: %v", got)
	}
}

func TestFields(t *testing.T) {
	s := mustCompile(t, ECSLibrary(), `%{IP:[source][ip]}|^%{HOSTNAME:source.domain}$`, `(?<n:long>\d+) %{NUMBER:f:float} %{WORD:b:boolean} %{INT:d:double} %{WORD=x+} %{Q:q=a{2}}`)
	want := []struct {
		name, path, typ string
	}{{"[source][ip]", "source|ip", "string"}, {"source.domain", "source.domain", "string"}, {"n", "n", "long"},
		{"f", "f", "float"}, {"b", "b", "boolean"}, {"d", "d", "double"}, {"q", "q", "string"}}
	for i, f := range s.Fields() {
		if w := want[i]; f.Name != w.name || strings.Join(f.Path, "|") != w.path || f.Type.String() != w.typ {
			t.Errorf("field %d is %v, want %v", i, f, w)
		}
	}
	if got := match(t, s, "- 1 2 y 3 xx aa"); got["q"] != "aa" {
		t.Errorf("definitions in place: %v", got)
	}
}

// TestRepeatedNames: every group that took part is there, once, in order.
func TestRepeatedNames(t *testing.T) {
	s := mustCompile(t, ECSLibrary(), `^(?:%{INT:x}|%{WORD:x})(?: %{WORD:x})?(?:,%{INT:y})*$`)
	m := s.NewMatcher()
	line := []byte("a b,1,2,3")
	if _, ok := m.Match(line); !ok {
		t.Fatal("no match")
	}
	var got []string
	for _, c := range m.Captures() {
		got = append(got, s.Fields()[c.Field].Name+"="+string(line[c.Start:c.End]))
	}
	if strings.Join(got, " ") != "x=a x=b y=3" {
		t.Error(got)
	}
}

// TestBytesThatAreNotUTF8 count as U+FFFD, one each.
func TestBytesThatAreNotUTF8(t *testing.T) {
	for _, c := range []struct {
		expr, line string
		want       map[string]string
	}{
		{`^%{NOTSPACE:a} %{GREEDYDATA:b}$`, "x\xffy \xc3\xe9z", map[string]string{"a": "x\xffy", "b": "\xc3\xe9z"}},
		{`^(?<a>.{3})(?<b>.*)$`, "\xe6\x97\xffx", map[string]string{"a": "\xe6\x97\xff", "b": "x"}},
		{`(?<a>\w+)`, "\xffabc\xff", map[string]string{"a": "abc"}},
		{`\b(?<a>b)`, "\xffb", map[string]string{"a": "b"}},
		{`(?<a>\x{fffd}+)`, "a\xff\xfeb", map[string]string{"a": "\xff\xfe"}},
		{`(?<a>[^a]{2})b`, "é\x80b", map[string]string{"a": "é\x80"}},
		{`(?<=.)(?<a>b)`, "\xc3b", map[string]string{"a": "b"}},
		{`(?<a>日.)`, "\xe6日本", map[string]string{"a": "日本"}},
	} {
		if got := match(t, mustCompile(t, ECSLibrary(), c.expr), c.line); !maps.Equal(got, c.want) {
			t.Errorf("%s on %q: %q, want %q", c.expr, c.line, got, c.want)
		}
	}
}

// TestHuge: patterns of a size that nobody writes compile, and match.
func TestHuge(t *testing.T) {
	var words []string
	for i := range 10_000 {
		words = append(words, strings.Repeat(string(rune('a'+i%26)), 1+i%5)+strings.Repeat("x", i%7)+string(rune('0'+i%10))+strings.Repeat("y", i/1000))
	}
	deep := strings.Repeat("(?:a|", 1000) + "b" + strings.Repeat(")", 1000)
	for name, c := range map[string]struct{ expr, line string }{
		"10,000 alternatives": {`^(?<w>` + strings.Join(words, "|") + `)$`, words[9_999]},
		"1,000 deep":          {`^(?<w>` + deep + `)+$`, "abba"},
		"1 MB of text":        {strings.Repeat("x", 1<<20) + `(?<w>y)`, strings.Repeat("x", 1<<20) + "y"},
		"1 MB of line":        {`(a+)+(?<w>b)`, strings.Repeat("a", 1<<20) + "b"},
	} {
		if got := match(t, mustCompile(t, NewLibrary(), c.expr), c.line); got["w"] == "" {
			t.Errorf("%s: no match", name)
		}
	}
}

// TestNoAllocations holds for every line once the scratch space has grown.
func TestNoAllocations(t *testing.T) {
	m := mustCompile(t, ECSLibrary(), `%{SYSLOGBASE} %{GREEDYDATA:m}`, `%{COMBINEDAPACHELOG}`, `%{URI:u}`).NewMatcher()
	var lines [][]byte
	for _, l := range seeds {
		lines = append(lines, []byte(l))
	}
	all := func() {
		for _, l := range lines {
			m.Match(l)
		}
	}
	all()
	if n := testing.AllocsPerRun(20, all); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzCompile(f *testing.F) {
	lib := ECSLibrary()
	for _, name := range lib.Names() {
		expr, _ := lib.Lookup(name)
		f.Add(expr, seeds[0])
	}
	f.Fuzz(func(t *testing.T, expr, line string) {
		if len(expr) > 200 {
			return
		}
		s, err := Compile(lib, []string{expr}, Options{})
		if err != nil {
			return
		}
		s.NewMatcher().Match([]byte(line))
	})
}
