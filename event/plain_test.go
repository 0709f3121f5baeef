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
			if rough := i >= ev.plain && ev.roughFrom(uint64(i))&1 != 0; !frozen[i] && i >= ev.ready && rough == plainByte(c) {
				t.Fatalf("byte %d of %q: rough is %v", i, ev.buf, rough)
			}
			if c >= 0x80 && !ev.wide {
				t.Fatalf("%q is taken for ASCII", ev.buf)
			}
			if i < ev.plain {
				continue
			}
			end := rapid.IntRange(i+1, min(len(ev.buf), i+maxAtOnce)).Draw(t, "end")
			next := i
			for next < end && ev.rough[next/8]>>(next%8)&1 == 0 {
				next++
			}
			if ev.roughAtOnce(uint64(i), uint32(end-i)) != (next < end) {
				t.Fatalf("from %d to %d the next is %d, which is not told at once", i, end, next)
			}
			if got := min(ev.plainAtOnce(i), end-i); got != min(next-i, maxAtOnce-1) {
				t.Fatalf("from %d to %d the next is %d, not %d on", i, end, next, got)
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
