package syslog

import (
	"math/rand/v2"
	"testing"
)

// general is Parse without the short way for common headers.
func (h *Header) general(line []byte) {
	*h = Header{Facility: DefaultFacility, Severity: DefaultSeverity}
	line = TrimEnd(line)
	pos := h.parsePRI(line)
	if !h.HasPRI || !h.parse5424(line, pos) {
		h.parse3164(line, pos)
	}
}

func sameEitherWay(t *testing.T, line []byte) {
	t.Helper()
	var h, want Header
	h.Parse(line)
	want.general(line)
	if h != want {
		t.Fatalf("%q\ngot  %+v\nwant %+v", line, h, want)
	}
}

func TestCommonHeadersAreLikeOthers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const odd = " :[]0Z9aM\t-./<>é\x00\n"
	for range 100_000 {
		line := []byte([]string{sshd, "<13>Feb 30 23:59:60 a b: x", "Oct 11 22:14:15 LAST message[1]: x", "<5>Oct  1 22:14:15 Message forwarded[2]: x",
			"Dec 10 06:55:46 UTC: abc: d", "<1>Dec 10 06:55:46 2024 web1 su[77]: x"}[rng.IntN(6)])
		for range rng.IntN(4) {
			i := rng.IntN(min(len(line), 50))
			switch c := odd[rng.IntN(len(odd))]; rng.IntN(4) {
			case 0:
				line = append(line[:i], line[i+1:]...)
			case 1:
				line = append(line[:i], append([]byte{c}, line[i:]...)...)
			case 2:
				line[i] = c
			case 3:
				line[i]++
			}
		}
		sameEitherWay(t, line)
		sameEitherWay(t, line[:rng.IntN(len(line)+1)])
	}
}
