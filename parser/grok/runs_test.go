package grok

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// What looks at several bytes at a time finds what looking at each does.
func TestSearches(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	bytesOf := []byte("ab\"\\\x00\x7f\x80\xff")
	two := newClass(charset{'"', '"', '\\', '\\'}.negate())
	if two.kind != notTwo {
		t.Fatal(two.kind)
	}
	for range 20000 {
		line := make([]byte, rng.IntN(40)*(1+rng.IntN(12)))
		for i := range line {
			line[i] = bytesOf[rng.IntN(1+rng.IntN(len(bytesOf)))]
		}
		n := len(line)
		lo, hi := rng.IntN(n+1), rng.IntN(n+1)
		a, b := bytesOf[rng.IntN(len(bytesOf))], bytesOf[rng.IntN(len(bytesOf))]
		first, last := -1, -1
		for q := lo; q <= hi && q+1 < n; q++ {
			if line[q] == a && line[q+1] == b {
				if last = q; first < 0 {
					first = q
				}
			}
		}
		if got := lastPair(line, lo, hi, a, b); got != last {
			t.Fatalf("lastPair(%q, %d, %d, %q, %q) = %d, want %d", line, lo, hi, a, b, got, last)
		}
		if got := firstPair(line, lo, hi, a, b); got != first {
			t.Fatalf("firstPair(%q, %d, %d, %q, %q) = %d, want %d", line, lo, hi, a, b, got, first)
		}
		end := lo
		for end < n && bytes.IndexByte([]byte(`"\`), line[end]) < 0 {
			end++
		}
		if got := two.run(line, lo); got != end {
			t.Fatalf("run(%q, %d) = %d, want %d", line, lo, got, end)
		}
	}
}
