package javaregex

import (
	"bytes"
	"testing"
)

func TestNeed(t *testing.T) {
	for expr, want := range map[string]string{
		`"?,?\s+`: "\t\n\v\f\r ", `a|b`: "ab", `(?i)k`: "Kk", `x{2,}y*`: "x", `a*`: "", `.`: "", `[^a]`: "", `(a?)+`: "",
		`\bfoo-bar`: "f", `a?b`: "b", `ä`: "\x80", `[ä-ö ]x|y`: "xy", `a{0,3}`: "", `^$`: "", `a|b*`: "",
	} {
		re, err := Compile(expr, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		for c := 0; re.need != nil && c <= 0x80; c++ {
			if re.need[c] {
				got = append(got, byte(c))
			}
		}
		if !bytes.Equal(got, []byte(want)) {
			t.Errorf("%s needs one of %q, want %q", expr, got, want)
		}
	}
}

func FuzzNeed(f *testing.F) {
	f.Add(`"?,?\s+`, "a, b")
	f.Add(`(?i)sK|\x{fffd}`, "\xff K")
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := Compile(expr, "")
		if err == nil && re.useLinear([]byte(text)) && re.lacks([]byte(text)) && re.linear.MatchString(text) {
			t.Errorf("/%s/ matches %q, which lacks what it needs", expr, text)
		}
	})
}
