package screen

import "testing"

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"Zoë 東京 \u00a0\\'":         "Zoë 東京 \u00a0\\'",
		"\x1b[2J\a\t\r\n\x00\x7f":  `\x1b[2J\a\t\r\n\x00\x7f`,
		"a\u202eb\u2028\u0085":     `a\u202eb\u2028\u0085`,
		"\xff\xc3":                 `\xff\xc3`,
		"\ufffd said the renderer": "\ufffd said the renderer",
	} {
		if got := Printable([]byte(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
