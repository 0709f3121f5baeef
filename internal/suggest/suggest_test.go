package suggest

import (
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"max_size", "sync", "linger", "WORD", "WORDS", "HOST"}
	for name, want := range map[string]string{
		"max_sise":        "max_size",
		"lnger":           "linger",
		"wrod":            "WORD WORDS", // a swap is one mistake
		"Word":            "WORD WORDS",
		"WORDSS":          "WORDS WORD",
		"something other": "",
		"":                "",
	} {
		if got := strings.Join(Nearest(name, slices.Values(known), 2), " "); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
