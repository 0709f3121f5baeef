package grok

import (
	"strings"
	"testing"

	"github.com/vjeantet/grok"
)

// declined is what Compile refuses, a case for each of its messages that is
// about a construct. vjeantet/grok is no way out for any of it: that it refuses
// it too, or that what it takes is not what Logstash's grok means by it. The
// day a case fails, patterns that need it can be run by that package.
var declined = []struct {
	expr   string
	line   string // on which vjeantet/grok answers other than Logstash; "": it refuses
	theirs bool   // that answer
	ruby   string // what Logstash hands to Oniguruma, where it is not expr; "-": nothing
}{
	{expr: `\Ga`}, {expr: `a\Kb`}, {expr: `\X`}, {expr: `(?<n>a)\g<n>`}, {expr: `\Na`}, {expr: `\Oa`}, {expr: `\ya`}, {expr: `\Ya`},
	{expr: `\cA`}, {expr: `\C-a`}, {expr: `\M-a`}, {expr: `[\cA]`}, {expr: `[\X]`}, {expr: `[\R]`},
	{expr: `(?~ab)`}, {expr: `(a)?(?(1)b|c)`}, {expr: `(?<n>a)\k<-1>`}, {expr: `(?<n>a)\k<n+0>`}, {expr: `(?<=a+)b`}, {expr: `(?<!a|b*)b`},
	{expr: `(?<n>a)\1`}, {expr: `(a)\2`}, {expr: `\k<nobody>`}, {expr: strings.Repeat("(a)", 14) + `\14`, line: strings.Repeat("a", 14) + "\f", theirs: true}, {expr: `\303`, line: "\u00c3", theirs: true},
	{expr: `\p{Nonsense}`}, {expr: `[[:nonsense:]]`}, {expr: `\x{110000}`}, {expr: `\xg`}, {expr: `\u12`},
	{expr: `a{200000}`}, {expr: `a{3,1}`}, {expr: `[b-a]`}, {expr: `(?:(?:(?:ab){999}){999}){999}`},
	{expr: `*a`}, {expr: `a)`}, {expr: `(a`}, {expr: `[a`}, {expr: `[]`}, {expr: `a\`}, {expr: "a\xff"},
	// Not of the dialect: Oniguruma refuses it, with Ruby's syntax.
	{expr: `\pL`, line: "a", theirs: true}, {expr: `(?s)a.b`, line: "a\nb", theirs: true}, {expr: `(?U)a+`, line: "a", theirs: true},
	// References, which vjeantet/grok takes as text or encloses otherwise.
	{expr: `%{NOBODY}`}, {expr: `\%{ABC}`}, {expr: `%{SELF}`}, {expr: `%{ABC`, line: "%{ABC", theirs: true, ruby: "-"}, {expr: `%{ABC:a[b]}`, line: "abc", ruby: "-"},
	{expr: `^[%{ABC}]$`, line: ":", ruby: `^[(?:abc)]$`}, {expr: `%{ABC:n:integer}`},
}

func TestNothingToFallBackTo(t *testing.T) {
	defs := map[string]string{"ABC": "abc", "SELF": "a%{SELF}?"}
	lib, err := NewLibrary().With(defs)
	if err != nil {
		t.Fatal(err)
	}
	v, err := grok.NewWithConfig(&grok.Config{NamedCapturesOnly: true, SkipDefaultPatterns: true, Patterns: map[string]string{"ABC": "abc"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range declined {
		if _, err := Compile(lib, []string{c.expr}, Options{}); err == nil {
			t.Errorf("%.60s: it compiles", c.expr)
		}
		match, err := v.Match(c.expr, c.line)
		switch {
		case c.line == "" && err == nil:
			t.Errorf("%.60s: vjeantet/grok takes it", c.expr)
		case c.line != "" && (err != nil || match != c.theirs):
			t.Errorf("%.60s on %q: vjeantet/grok says %v, %v", c.expr, c.line, match, err)
		}
	}
}

// TestDeclinedMeansOtherwise shows of what vjeantet/grok takes that Logstash's
// engine refuses it, or answers the other way.
func TestDeclinedMeansOtherwise(t *testing.T) {
	o := newOracle(t)
	for _, c := range declined {
		if c.line == "" || c.ruby == "-" {
			continue
		}
		re := c.expr
		if c.ruby != "" {
			re = c.ruby
		}
		if a := o.ask(t, re, []string{c.line}); a.Error == "" && (a.Lines[0] != nil) == c.theirs {
			t.Errorf("%s on %q: Oniguruma answers as vjeantet/grok does", c.expr, c.line)
		}
	}
}
