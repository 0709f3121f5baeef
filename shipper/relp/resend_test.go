package relp

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// replay begins a session after earlier ones and sends it lines, as words; it lists what was stored before
// (=) and what is new (+), then what is still held (?).
func replay(before []string, lines string) string {
	m := NewMemory(4, 10)
	for _, session := range before {
		h, _ := m.Begin("192.0.2.1")
		for w := range strings.FieldsSeq(session) {
			h.Add([]byte(w))
		}
	}
	_, r := m.Begin("192.0.2.1")
	var out, held []string
	settle := func(stored, fresh int) {
		for i := range stored + fresh {
			sign := "="
			if i >= stored {
				sign = "+"
			}
			out = append(out, sign+held[i])
		}
		held = held[stored+fresh:]
	}
	for w := range strings.FieldsSeq(lines) {
		if r.Done() {
			out = append(out, "+"+w)
			continue
		}
		held = append(held, w)
		settle(r.Next([]byte(w)))
	}
	if len(held) > 0 {
		out = append(out, fmt.Sprintf("?%d", len(held)))
		settle(r.Decide())
	}
	return strings.Join(out, " ")
}

func TestResentLines(t *testing.T) {
	for name, c := range map[string]struct {
		before []string
		lines  string
		want   string
	}{
		"first session":            {nil, "a b", "+a +b"},
		"all of it again":          {[]string{"a b c"}, "a b c d", "=a =b =c +d"},
		"the end of it again":      {[]string{"a b c d"}, "c d e", "=c =d +e"},
		"nothing again":            {[]string{"a b c"}, "x y", "+x +y"},
		"beyond the window":        {[]string{"a b c d e f"}, "b c d e f", "+b +c +d +e +f"},
		"a run that breaks off":    {[]string{"a b c"}, "a x b", "+a +x +b"},
		"a run that stands still":  {[]string{"a b c"}, "a b", "?2 +a +b"},
		"same lines, the longest":  {[]string{"a a a"}, "a a a a", "=a =a =a +a"},
		"same lines, fewer":        {[]string{"a a a"}, "a b", "=a +b"},
		"same lines, and waits":    {[]string{"a a a"}, "a a", "?2 =a =a"},
		"an earlier session":       {[]string{"a b", "c d"}, "b e", "=b +e"},
		"of two the one that fits": {[]string{"a b", "a c"}, "a c d", "=a =c +d"},
	} {
		if got := replay(c.before, c.lines); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	m := NewMemory(4, 3)
	for i := range 100 {
		h, _ := m.Begin(fmt.Sprint("peer", i%10))
		for range 100 {
			h.Add([]byte("line"))
		}
		if len(h.lines) > 8 {
			t.Fatalf("a session remembers %d lines", len(h.lines))
		}
	}
	if len(m.byPeer) != 3 || m.order.Len() != 3 {
		t.Errorf("%d peers are remembered, want 3", len(m.byPeer))
	}
	for range 20 {
		h, _ := m.Begin("one")
		h.Add([]byte("line"))
		m.Begin("one")
	}
	if n := len(m.byPeer["one"].Value.(*peer).sessions); n != sessionsOfPeer {
		t.Errorf("%d sessions of one peer are remembered, want %d", n, sessionsOfPeer)
	}
}

// Whatever is cut where, a sender that resends what was not answered has each line stored once, as long as
// its lines differ.
func TestResendsOfDifferentLinesAreStoredOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		m := NewMemory(32, 10)
		stored := map[int]int{}
		next := 0 // first line that the sender has no answer for
		for next < 200 {
			h, resent := m.Begin("peer")
			var held []int
			arrived := next + r.IntN(32) // the connection breaks after this line
			for line := next; line <= arrived; line++ {
				msg := []byte(fmt.Sprint(line))
				held = append(held, line)
				old, fresh := 0, len(held)
				if !resent.Done() {
					old, fresh = resent.Next(msg)
				}
				for i, l := range held[:old+fresh] {
					if i >= old {
						stored[l]++
					}
					h.Add([]byte(fmt.Sprint(l)))
				}
				held = held[old+fresh:]
			}
			next += r.IntN(arrived - next + 2 - len(held)) // answers that reached the sender
		}
		for line := range next {
			if stored[line] != 1 {
				t.Fatalf("line %d is stored %d times", line, stored[line])
			}
		}
	}
}
