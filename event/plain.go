package event

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// Text is plain when it stands in JSON as it is: ASCII without control characters, quotes and backslashes. An event
// looks at its text for that once, as values are parts of one another: fields are those of the line. So far as all of
// it is plain that is one number, ev.plain; behind it, rough has a bit for each byte.

// scan looks through the text that was added since the last scan.
func (ev *Event) scan() {
	if ev.scanned < len(ev.buf) {
		ev.scanText()
	}
}

func (ev *Event) scanText() {
	if ev.plain == ev.scanned {
		ev.plain += plainLen(ev.buf[ev.plain:])
		if ev.scanned = ev.plain; ev.scanned == len(ev.buf) {
			return
		}
	}
	ev.buf = slices.Grow(ev.buf, 64) // it is read in groups of 64 bytes
	for at := ev.scanned &^ 63; at < len(ev.buf); at += 64 {
		if at/64 >= len(ev.rough) {
			ev.rough = append(ev.rough, make([]uint64, at/64+1-len(ev.rough))...)
		}
		ev.rough[at/64] = ev.roughBytes((*[64]byte)(ev.buf[at : at+64]))
	}
	ev.scanned = len(ev.buf)
}

// roughBytes has a bit for each byte that is not plain.
func (ev *Event) roughBytes(group *[64]byte) uint64 {
	w := [8]uint64{word(group[0:]), word(group[8:]), word(group[16:]), word(group[24:]), word(group[32:]), word(group[40:]), word(group[48:]), word(group[56:])}
	if (w[0]|w[1]|w[2]|w[3]|w[4]|w[5]|w[6]|w[7])&high != 0 {
		ev.wide = true
	}
	// Bit i of byte b is that of byte b of word i: it belongs to bit b of byte i.
	found := roughIn(w[0])>>7 | roughIn(w[1])>>6 | roughIn(w[2])>>5 | roughIn(w[3])>>4 | roughIn(w[4])>>3 | roughIn(w[5])>>2 | roughIn(w[6])>>1 | roughIn(w[7])
	if found == 0 {
		return 0
	}
	t := (found ^ found>>7) & 0x00aa00aa00aa00aa
	found ^= t ^ t<<7
	t = (found ^ found>>14) & 0x0000cccc0000cccc
	found ^= t ^ t<<14
	t = (found ^ found>>28) & 0x00000000f0f0f0f0
	return found ^ t ^ t<<28
}

// skip notes that the text which was added since the last scan is plain, as far as it will ever be a value.
func (ev *Event) skip() {
	if ev.plain == ev.scanned {
		ev.plain, ev.scanned = len(ev.buf), len(ev.buf)
		return
	}
	ev.skipBits()
}

func (ev *Event) skipBits() {
	first, last := ev.scanned/64, (len(ev.buf)-1)/64
	if last >= len(ev.rough) {
		ev.rough = append(ev.rough, make([]uint64, last+1-len(ev.rough))...)
	}
	ev.rough[first] &= 1<<(ev.scanned%64) - 1
	for i := first + 1; i <= last; i++ { // one or two
		ev.rough[i] = 0
	}
	ev.scanned = len(ev.buf)
}

// nextRough is where the first byte between off and end stands that is not plain, and end when there is none.
func (ev *Event) nextRough(off, end int) int {
	off = max(off, ev.plain)
	if off >= end {
		return end
	}
	group := off / 64
	for found := ev.rough[group] >> (off % 64) << (off % 64); ; found = ev.rough[group] {
		if found != 0 {
			return min(end, 64*group+bits.TrailingZeros64(found))
		}
		if group++; 64*group >= end {
			return end
		}
	}
}

// ASCII tells whether the text v is ASCII. It may say no when only other text of the event is not.
func (ev *Event) ASCII(v Value) bool {
	ev.scan()
	return !ev.wide || v.bits>>32+v.bits%(1<<32) <= uint64(ev.plain)
}

// plainLen is the length of the plain text at the beginning of s.
func plainLen(s []byte) int {
	rest := s
	for len(rest) >= 32 {
		c := (*[32]byte)(rest)
		w0, w1, w2, w3 := word(c[0:]), word(c[8:]), word(c[16:]), word(c[24:])
		if (w0|w1|w2|w3|^(plainIn(w0)&plainIn(w1)&plainIn(w2)&plainIn(w3)))&high != 0 {
			break
		}
		rest = rest[32:]
	}
	for len(rest) >= 8 {
		if found := roughIn(word(rest)); found != 0 {
			return len(s) - len(rest) + bits.TrailingZeros64(found)/8
		}
		rest = rest[8:]
	}
	if len(s) >= 8 && roughIn(word(s[len(s)-8:])) == 0 {
		return len(s)
	}
	for len(rest) > 0 && plainByte(rest[0]) {
		rest = rest[1:]
	}
	return len(s) - len(rest)
}

func plainByte(c byte) bool { return c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' }

const ones, high = 0x0101010101010101, 0x8080808080808080

func word(s []byte) uint64 { return binary.LittleEndian.Uint64(s) }

// roughIn has the high bits of those of 8 bytes that are not plain. A sum of two bytes below 128 never carries into the
// next one, and has its high bit where they come to 128 or more; of bytes below 128, the blank and those before it are,
// but for the quote, those that are no more than the blank when their second bit is turned over, as is the quote.
func roughIn(w uint64) uint64 { return (w | ^plainIn(w)) & high }

// plainIn has the high bits of those that are plain, if they are ASCII.
func plainIn(w uint64) uint64 {
	low := w &^ high
	text := (low ^ 2*ones) + (0x7f-' ')*ones // control characters and the quote: not
	slash := (low ^ '\\'*ones) + 0x7f*ones
	return text & slash
}
