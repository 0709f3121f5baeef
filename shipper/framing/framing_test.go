package framing

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// cut feeds stream in pieces of the given size, as reads bring it, and returns the messages; "…" marks
// those cut short.
func cut(t testing.TB, limit, piece int, stream string) (messages []string) {
	t.Helper()
	add := func(msg []byte, truncated bool) {
		if len(msg) > limit && limit > 0 {
			t.Fatalf("message of %d bytes where %d are allowed", len(msg), limit)
		}
		if truncated {
			msg = append(slices.Clone(msg), "…"...)
		}
		messages = append(messages, string(msg))
	}
	c := New(limit)
	var held []byte
	for len(stream) > 0 {
		n := min(piece, len(stream))
		held, stream = append(held, stream[:n]...), stream[n:]
		for {
			msg, truncated, n, ok := c.Next(held)
			if n > len(held) || n < len(msg) {
				t.Fatalf("%d bytes consumed of %d, for a message of %d", n, len(held), len(msg))
			}
			if ok {
				add(msg, truncated)
			}
			held = held[n:]
			if !ok {
				break
			}
		}
		if len(held) > limit+Overhead {
			t.Fatalf("%d bytes stay unread: a buffer of the documented size would be stuck", len(held))
		}
	}
	if msg, truncated, ok := c.Rest(held); ok {
		add(msg, truncated)
	}
	return messages
}

func TestMessages(t *testing.T) {
	long := strings.Repeat("x", 40)
	for _, test := range []struct {
		name, stream string
		want         []string
	}{
		{"lines", "<13>one\n<13>two\n", []string{"<13>one", "<13>two"}},
		{"octets", "7 <13>one7 <13>two", []string{"<13>one", "<13>two"}},
		{"mixed", "7 <13>one<13>two\n9 <13>\nfour<13>five\n", []string{"<13>one", "<13>two", "<13>\nfour", "<13>five"}},
		{"LF behind octets", "7 <13>one\n7 <13>two\n", []string{"<13>one", "", "<13>two", ""}},
		{"octets without PRI", "7 <13>one3 two5 three", []string{"<13>one", "two", "three"}},
		{"binary", "10 <13>\x00\n\x1b[m\xff", []string{"<13>\x00\n\x1b[m\xff"}},
		{"text with a number", "12 bottles\n2026-11-21 x\n7\n7 \n", []string{"12 bottles", "2026-11-21 x", "7", "7 "}},
		{"bad counts", "0 <13>x\n-5 <13>x\n99999999999 <13>x\n+3 <1>\n007 <13>one\n", []string{"0 <13>x", "-5 <13>x", "99999999999 <13>x", "+3 <1>", "007 <13>one"}},
		{"empty lines", "\n\n<1>\r\n\n", []string{"", "", "<1>\r", ""}},
		{"long line", long + "\nnext\n", []string{long[:20] + "…", "next"}},
		{"longest line", long[:20] + "\n" + long[:21] + "\n", []string{long[:20], long[:20] + "…"}},
		{"long octets", "40 <" + long[:39] + "7 <13>two", []string{"<" + long[:19] + "…", "<13>two"}},
		{"longest octets", "20 <" + long[:19] + "21 <" + long[:20] + "3 <1>", []string{"<" + long[:19], "<" + long[:19] + "…", "<1>"}},
		{"ends in a line", "<13>one\n<13>tw", []string{"<13>one", "<13>tw"}},
		{"ends in octets", "7 <13>one9 <13>tw", []string{"<13>one", "<13>tw…"}},
		{"ends in a count", "7 <13>one12", []string{"<13>one", "12"}},
		{"huge frame", "88888888 <13>abcdefghijklmnopqrstuvwxyz\n<13>lost", []string{"<13>abcdefghijklmnop…"}},
		{"nothing", "", nil},
	} {
		for _, piece := range []int{1, 2, 3, 7, 1000} {
			if got := cut(t, 20, piece, test.stream); !slices.Equal(got, test.want) {
				t.Errorf("%s, %d bytes at a time:\n got %q\nwant %q", test.name, piece, got, test.want)
			}
		}
	}
}

func TestMegabyteWithoutNewline(t *testing.T) {
	got := cut(t, 64<<10, 4096, strings.Repeat("a", 1<<20)+"\n<13>next\n")
	if len(got) != 2 || len(got[0]) != 64<<10+len("…") || got[1] != "<13>next" {
		t.Errorf("%d messages, the last is %q", len(got), got[len(got)-1])
	}
}

// FuzzCutter checks that messages do not depend on how the stream was cut into reads.
func FuzzCutter(f *testing.F) {
	for _, s := range []string{"<13>one\n7 <13>two", "99999999999 x\n0 \n-1 x", "30 <13>short", "12345678 <", "3 abc5 <1>ab\n\n", "\x00\n\xff1 \n"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, stream string, piece int) {
		whole := cut(t, 24, len(stream)+1, stream)
		pieces := cut(t, 24, min(max(piece, 1), 100), stream)
		if !slices.Equal(whole, pieces) {
			t.Fatalf("%q\nat once    %q\nin pieces %q", stream, whole, pieces)
		}
	})
}

func BenchmarkCutter(b *testing.B) {
	line := "<38>Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2"
	for name, message := range map[string]string{"lines": line + "\n", "octets": fmt.Sprintf("%d %s", len(line), line)} {
		b.Run(name, func(b *testing.B) {
			data := bytes.Repeat([]byte(message), 500)
			c := New(64 << 10)
			b.ReportAllocs()
			for i, rest := 0, data; i < b.N; i++ {
				_, _, n, ok := c.Next(rest)
				if rest = rest[n:]; !ok {
					rest = data
				}
			}
		})
	}
}
