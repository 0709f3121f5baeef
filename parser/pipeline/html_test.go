package pipeline

import (
	"strings"
	"testing"
)

// TestHTMLBound: tags whose quotes end in others are not looked through again and again.
func TestHTMLBound(t *testing.T) {
	text := strings.Repeat(`<a b="`, 100_000)
	if got := stripHTML(nil, []byte(text+">")); len(got) == 0 {
		t.Error("nothing is left")
	}
}

func FuzzStripHTML(f *testing.F) {
	f.Add(`<p a="y>" b='\'>'>1</p ><!-- x --><script>"</p>"</script>&amp;&#x41;<![CDATA[<]]>`)
	f.Fuzz(func(t *testing.T, text string) {
		if got := stripHTML(nil, []byte(text)); len(got) > 3*len(text) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
