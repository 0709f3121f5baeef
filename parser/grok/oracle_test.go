package grok

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// oracle asks Ruby's regular expressions, which are Oniguruma's, for theirs.
type oracle struct{ *testbed.Dialog }

func newOracle(t testing.TB) *oracle {
	t.Helper()
	path, err := exec.LookPath("ruby")
	if err != nil {
		t.Skip("no ruby on this machine to compare with")
	}
	return &oracle{testbed.StartDialog(t, exec.Command(path, "testdata/oracle.rb"))}
}

type oracleAnswer struct {
	Error string
	Lines [][]*[2]int
}

func (o *oracle) ask(t testing.TB, re string, lines []string) (a oracleAnswer) {
	t.Helper()
	req, err := json.Marshal(map[string]any{"re": re, "lines": lines})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(o.Ask(t, req), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// ours answers in the oracle's form.
func ours(s *Set, m *Matcher, line string) []*[2]int {
	if _, ok := m.Match([]byte(line)); !ok {
		return nil
	}
	out := make([]*[2]int, 1+len(s.Fields()))
	out[0] = &[2]int{m.start, m.end}
	for _, c := range m.Captures() {
		out[1+c.Field] = &[2]int{int(c.Start), int(c.End)}
	}
	return out
}

func show(line string, caps []*[2]int) string {
	if caps == nil {
		return "no match"
	}
	var b strings.Builder
	for i, c := range caps {
		if c != nil {
			fmt.Fprintf(&b, "%d:[%d,%d]%q ", i, c[0], c[1], line[c[0]:c[1]])
		}
	}
	return b.String()
}

// compare reports how many lines were compared; differences fail the test.
func (o *oracle) compare(t testing.TB, lib *Library, expr string, lines []string, opts Options) int {
	t.Helper()
	s, err := Compile(lib, []string{expr}, opts)
	if err != nil {
		t.Errorf("%s: %v", expr, err)
		return 0
	}
	n := 0
	re, err := lib.Expand(expr, func(string, Type) string {
		n++
		return fmt.Sprintf("s%d", n)
	})
	if err != nil {
		t.Fatal(err)
	}
	a := o.ask(t, re, lines)
	if a.Error != "" {
		t.Errorf("%s: ruby refuses it: %s", expr, a.Error)
		return 0
	}
	m := s.NewMatcher()
	for i, line := range lines {
		if len(s.Fields()) == 0 && a.Lines[i] != nil {
			a.Lines[i] = a.Lines[i][:1] // groups without a name
		}
		got, want := show(line, ours(s, m, line)), show(line, a.Lines[i])
		if m.Err() != nil {
			continue
		}
		if got != want {
			t.Errorf("%s on %q:\n got %s\nwant %s", expr, line, got, want)
		}
	}
	return len(lines)
}

// TestDialect compares constructs one by one.
func TestDialect(t *testing.T) {
	o := newOracle(t)
	lines := []string{
		"", "a", "b", "ab", "abc", "aab", "aaa", "abab", "a\n", "a\nb", "\n", "\nab", "a b", "foo bar", "foobar", "FOO", "Foo bar",
		"12", "1.2.3.4", "a1", "x-y", "äb", "ä", "日本語", "a日b", "é é", "_", "a_b", "\tz", " ", "a\r\nb", "aaaaab", "abcabc",
		"\"q\"", "a.b.c", "key=value", "a\u0085b", "\u2028", "ß", "ſ", "K", "١٢", "x]y", "a-b", "{1}", "a{2}", "aa,bb,cc", "(x)", "x\\y",
	}
	for _, expr := range []string{
		`a`, `a*`, `a+?`, `a??b`, `(?:ab)*`, `(?:ab)*?b`, `^a`, `a$`, `^`, `$`, `\Aa`, `^*a`, `$+`, `\b{2}a`, `a\b?b`, `\A?b`, `^+?a`, `(?:^*+a|b)+`, `b\z`, `a\Z`, `^b`, `^$`, `\bb`, `\Bb`, `\b`, `a\b`,
		`.`, `.+`, `.*b`, `.*?b`, `(?m).+`, `(?m:a.b)`, `[a-c]+`, `[^a]`, `[^a-z]+`, `[a\]x]+`, `[]x]+`, `[a-]+`, `[-b]+`, `\d+`, `\D+`, `\w+`, `\W+`, `\s`, `\S+`, `\h+`, `\H+`,
		`[[:alpha:]]+`, `[[:alnum:]]+`, `[[:^alpha:]]+`, `[[:digit:]]+`, `[[:space:]]+`, `[[:punct:]]+`, `[[:upper:]]+`, `[[:lower:]]`, `[[:word:]]+`, `[[:print:]]+`, `[[:graph:]]+`, `[[:blank:]]`, `[[:cntrl:]]`, `[[:xdigit:]]+`,
		`\p{Alpha}+`, `\p{L}+`, `\P{L}+`, `\p{^L}+`, `\p{Han}+`, `\p{Lu}`, `\p{Greek}|b`, `[\p{L}\d]+`, `\p{Word}+`, `\p{Nd}+`,
		`(?i)foo`, `(?i:F)oo`, `a(?i)b|c`, `(?i)[a-c]+`, `(?i)k`, `(?i)s`, `(?i)Ä`, `f(?-i)oo`, `(?x) a b # c`, `(?x: a\ b )`,
		`a|ab`, `(?:a|ab)c`, `(?:ab|a)bc`, `(?>a|ab)c`, `(?>a*)b`, `(?>a+)a`, `a++b`, `a*+a`, `a?+a`, `(?>a|b)*c`,
		`(?=a)..`, `(?!a).`, `a(?=b)`, `a(?!b)`, `(?<=a)b`, `(?<!a)b`, `(?<=ab|c).`, `(?<!ab|c)b`, `(?<=^|,)b+`, `(?=(?:a)b)a`, `(?!ab)a.*`, `(?=a*b)a`, `(?!a*b)a`,
		`(a)\1`, `(a|b)\1`, `(?<x>a+)b\k<x>`, `(?<x>a)|(?<x>b)\k<x>`, `(.)\1`, `(?i)(a)\1`, `(ab?)(b?)\2`,
		`a{2}`, `a{2,}`, `a{,2}`, `a{1,2}?`, `a{2}?`, `a{2}+`, `a{1,2}+b`, `a{,}`, `a{`, `a{x}`, `x{1`, `a{0}b`, `(?:ab){2}`, `(?:ab){1,2}?c`, `[a-c]{2,3}`, `.{2}`, `.{1,3}b`, `\S{2,}b`,
		`(?:a*)*`, `(?:a*)+b`, `(?:a|b*)*c`, `(?:|a)+`, `(?:a?)*?b`, `(?:a*?)*b`, `(?:(?:a)|b)*`, `(?:a?b?)*c`, `(?:^a)*b`, `(?:\b)*a`, `(?:a|\b)+`, `(?:a??)*b`, `(?:a*)*?b`, `(?:(?=a)a?)*b`, `(?:a|(?!b))*c`,
		`(?<x>a|b)+`, `(?:(?<x>a)|(?<y>b))+`, `(?:(?<x>a)|b)*`, `(?<x>a*)*`, `(?<x>(?<y>a)|b)*c`, `(?<x>a)?b`, `(?<x>)`, `(?:(?<x>a?))*`,
		`\R`, `a\Rb`, `\x61`, `\u00e4`, `\xC3\xA4b`, `[\xC3\xA4]`, `\t`, `\141`, `\141{2}`, `(a)\142`, `[\141-\143]+`, `[\7a]`, `\11z`, `\0`, `[\x61-\x63]+`, `[a-c&&b]`, `[a-z&&[^b]]+`, `[^a-z&&[^b]]+`, `[a[bc]]+`, `[[a-c][x-z]]+`, `[\w.-]+`, `[+--a]`, `[\d\-x]+`,
		`a(?#comment)b`, `(?:)`, `()`, `(?:a|)b`, `(?:|a)b`, `a**`, `a+*`, `a?*b`, `a*?*b`, `foo|foobar`, `foobar|foo`, `(?:foo|foobar|fob)$`, `(?:ab|ac|b|abc)$`, `(?:é|日|a)+`, `(?:aa|ab|äb|ä)`,
		`\S+b`, `[^x]*c`, `.*.`, `.*?.`, `.+?c`, `[^ ]+ `, `(?:.*,)?bb`, `.*(?=b)`, `(?<!\w)b`, `(?<!^)b`, `(?<=\A|b)c`, `\/`, `\-`, `\"`, `\:`, `\ `, `\_`, `[\w]+`, `[\S]+`, `[^\s]+`, `[^\S ]`, `[^\W_]+`,
	} {
		o.compare(t, NewLibrary(), expr, lines, Options{})
	}
}
