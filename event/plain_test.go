package event

import (
	"bytes"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// An event knows of all of its text which bytes have to be escaped, however the text came and went.
func TestRoughBytesAreKnown(t *testing.T) {
	maker, texts := New(), rapid.OneOf(
		rapid.StringMatching(`[ -!#-\[\]-~]{0,100}`),
		rapid.StringMatching(`[ -~]{0,100}`),
		rapid.StringMatching(`(\d+"){0,50}`),
		rapid.SampledFrom([]string{"", "\"", "\\", "\x00", "\x1f", " ", "\x7f", "é", "a\xff"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		ev := New()
		frozen := make([]bool, len(ev.buf), 4096) // what is part of a frozen value is never looked at but for its strings
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			switch text := texts.Draw(t, "text"); rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				ev.scan()
			case 1:
				ev.Undo(rapid.IntRange(ev.ready, len(ev.buf)).Draw(t, "mark"))
				frozen = frozen[:len(ev.buf)]
			case 2:
				list := maker.NewList()
				maker.Append(list, maker.Text(text))
				j, err := maker.Freeze(list)
				if err != nil {
					t.Fatal(err)
				}
				ev.JSON(j)
				for len(frozen) < len(ev.buf) {
					frozen = append(frozen, true)
				}
				maker.Reset()
			default:
				ev.Text(text)
				frozen = append(frozen, make([]bool, len(ev.buf)-len(frozen))...)
			}
		}
		ev.scan()
		for i, c := range ev.buf {
			if rough := ev.nextRough(i, i+1) == i; !frozen[i] && i >= ev.ready && rough == plainByte(c) {
				t.Fatalf("byte %d of %q: rough is %v", i, ev.buf, rough)
			}
			if c >= 0x80 && !ev.wide {
				t.Fatalf("%q is taken for ASCII", ev.buf)
			}
			end := rapid.IntRange(i, len(ev.buf)).Draw(t, "end")
			want := i
			for want < end && (want < ev.plain || ev.rough[want/64]>>(want%64)&1 == 0) {
				want++
			}
			if got := ev.nextRough(i, end); got != want {
				t.Fatalf("from %d to %d the next is %d, want %d", i, end, got, want)
			}
		}
	})
}

func TestPlainLen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.OneOf(rapid.ByteRange(' ', '~'), rapid.ByteRange('a', 'z'), rapid.Byte()), 0, 100).Draw(t, "text")
		want := 0
		for want < len(text) && plainByte(text[want]) {
			want++
		}
		if got := plainLen(text); got != want {
			t.Fatalf("%q: %d, want %d", text, got, want)
		}
	})
	for c := range 256 { // in each place, beside bytes that might carry into it
		for _, beside := range []byte{0, ' ', 'x', '~', 0x7f, 0x80, 0xff} {
			w := bytes.Repeat([]byte{beside}, 8)
			w[3] = byte(c)
			if rough := roughIn(word(w))>>31&1 != 0; rough == plainByte(byte(c)) {
				t.Errorf("%#x beside %#x: %v", c, beside, rough)
			}
		}
	}
}

func TestDigits(t *testing.T) {
	check := func(n int64) {
		if got, want := string(AppendInt(nil, n)), strconv.FormatInt(n, 10); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	for n := int64(-2); n < 20_000; n++ {
		check(n)
		check(n * 10_000)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 1<<27)).Draw(t, "number"))
	})
}
