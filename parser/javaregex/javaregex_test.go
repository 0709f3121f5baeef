package javaregex

import (
	"fmt"
	"testing"
)

// TestJava: what java.util.regex answers. The pairs of the first match, or "none".
func TestJava(t *testing.T) {
	for _, c := range []struct{ expr, flags, text, want string }{
		{`a+b`, "", "xaab", "[1 4]"},
		{`(a)(b)?`, "", "xa", "[1 2 1 2 -1 -1]"},
		{`a++a`, "", "aaa", "none"},
		{`a*+b`, "", "aab", "[0 3]"},
		{`x?+x`, "", "x", "none"},
		{`(?>a|ab)c`, "", "abc", "none"},
		{`a{2}+a`, "", "aaa", "[0 3]"},
		{`[a-c[x-z]]+`, "", "--bxy-", "[2 5]"},
		{`[a-z&&[^m-p]]+`, "", "mnabo", "[2 4]"},
		{`[a-z&&[def]]`, "", "abce", "[3 4]"},
		{`[^a-c&&[b]]`, "", "b", "none"},
		{`[\d&&[^5]]+`, "", "5123", "[1 4]"},
		{`\h+`, "", "a\u00a0b", "[1 3]"},
		{`a\Rb`, "", "a\r\nb", "[0 4]"},
		{`\Qa.b\E.`, "", "xa.bc", "[1 5]"},
		{`(?<name>a)\k<name>`, "", "baa", "[1 3 1 2]"},
		{`(?<=a)b(?!c)`, "", "abcab", "[4 5]"},
		{`a$`, "", "a\n", "[0 1]"},
		{`ABC`, "i", "xabc", "[1 4]"},
		{`(?i)ÄB`, "", "äB", "none"},
		{`^b`, "m", "a\nb", "[2 3]"},
		{`a.b`, "", "a\nb", "none"},
		{`a.b`, "s", "a\nb", "[0 3]"},
		{`\p{Upper}\p{L}`, "", "aBé", "[1 4]"},
		{`é.`, "", "xéy€z", "[1 4]"},
	} {
		re, err := Compile(c.expr, c.flags)
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		got := "none"
		m, err := re.Search([]byte(c.text), 0)
		if m != nil {
			got = fmt.Sprint(m)
		}
		if got != c.want || err != nil {
			t.Errorf("%s of %q: %s, %v, want %s", c.expr, c.text, got, err, c.want)
		}
		if found := re.Find([]byte(c.text)); found != (c.want != "none") || found != (len(re.All([]byte(c.text))) > 0) {
			t.Errorf("%s of %q: Find and All say something else than Search", c.expr, c.text)
		}
	}
	for _, bad := range []string{`(`, `)`, `[a`, `*a`, `a{3,1}`, `\`, `[b-a]`, `(?<1a>x)`, `\k<no>`, `\p{Nonsense}`} {
		if _, err := Compile(bad, ""); err == nil {
			t.Errorf("Compile(%q) must fail", bad)
		}
	}
}

func TestAllOffsets(t *testing.T) {
	re, err := Compile(`(?<=,|^)(\w*+)(?=,|$)`, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(re.All([]byte("é,b,,c"))); got != "[[3 4 3 4] [5 5 5 5] [6 7 6 7]]" {
		t.Error(got)
	}
	if re.Groups() != 1 || re.Group("x") != -1 {
		t.Error(re.Groups(), re.Group("x"))
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`(?<a>[a-c&&[^b]]++|\d{2,3}?)\k<a>(?i:x)$`, "acab12x")
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := Compile(expr, "")
		if err != nil {
			return
		}
		for _, m := range re.All([]byte(text)) {
			if len(m) != 2*re.Groups()+2 || m[0] < 0 || m[1] > len(text) || m[0] > m[1] {
				t.Errorf("%q of %q: %v", expr, text, m)
			}
		}
	})
}

// TestAll: what Matcher.find answers one time after another. A match of nothing may follow another at once.
func TestAll(t *testing.T) {
	for _, c := range []struct{ expr, text, want string }{
		{`.?`, "é", "[[0 2] [2 2]]"},
		{`x*`, "axxb", "[[0 0] [1 3] [3 3] [4 4]]"},
		{`(x)*`, "xa", "[[0 1 0 1] [1 1 -1 -1] [2 2 -1 -1]]"},
		{`x*?`, "xx", "[[0 0] [1 1] [2 2]]"},
		{`^|a`, "aa", "[[0 0] [1 2]]"},
		{`$`, "a\n", "[[1 1] [2 2]]"},
		{`a|$`, "aa", "[[0 1] [1 2] [2 2]]"},
		{`a{0,2}`, "aaa", "[[0 2] [2 3] [3 3]]"},
		{`(?=b)|b`, "abb", "[[1 1] [2 2]]"},
	} {
		re, err := Compile(c.expr, "")
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		if got := fmt.Sprint(re.All([]byte(c.text))); got != c.want {
			t.Errorf("%s of %q: %s, want %s", c.expr, c.text, got, c.want)
		}
	}
}
