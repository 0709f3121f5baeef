package pipeline

import (
	"slices"
	"strings"
	"testing"
)

func TestEscapeAt(t *testing.T) {
	for before := range 20 {
		for c := range 256 {
			s := strings.Repeat("\x7fé", 10)[:before] + string([]byte{byte(c)}) + "\x00 0123456789"[:before%12]
			want := slices.IndexFunc([]byte(s), func(c byte) bool { return escaped[c] })
			if want < 0 {
				want = len(s)
			}
			if got := escapeAt(s); got != want {
				t.Fatalf("%q: %d, want %d", s, got, want)
			}
		}
	}
}
