package event

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
	"unsafe"
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
	ev.makeRough()
	ev.markRough(ev.scanned &^ 63)
	ev.scanned = len(ev.buf)
}

// makeRough makes room for the bits of all text, and for those of a group behind it, which roughAtOnce may read.
func (ev *Event) makeRough() {
	if n := len(ev.buf)/64*8 + 16; n > len(ev.rough) {
		ev.rough = append(ev.rough, make([]byte, n-len(ev.rough))...)
	}
}

// markRough sets the bits of the bytes that are not plain, of groups of 64 bytes from at on.
func (ev *Event) markRough(at int) {
	buf, rough := unsafe.Pointer(unsafe.SliceData(ev.buf)), ev.rough
	for ; at < len(ev.buf); at += 64 {
		g := (*[64]byte)(unsafe.Add(buf, at))
		w0, w1, w2, w3, w4, w5, w6, w7 := word(g[0:]), word(g[8:]), word(g[16:]), word(g[24:]), word(g[32:]), word(g[40:]), word(g[48:]), word(g[56:])
		found := roughIn(w0)>>7 | roughIn(w1)>>6 | roughIn(w2)>>5 | roughIn(w3)>>4 | roughIn(w4)>>3 | roughIn(w5)>>2 | roughIn(w6)>>1 | roughIn(w7)
		if found != 0 {
			ev.wide = ev.wide || (w0|w1|w2|w3|w4|w5|w6|w7)&high != 0
			// Bit i of byte b is that of byte b of word i: it belongs to bit b of byte i.
			t := (found ^ found>>7) & 0x00aa00aa00aa00aa
			found ^= t ^ t<<7
			t = (found ^ found>>14) & 0x0000cccc0000cccc
			found ^= t ^ t<<14
			t = (found ^ found>>28) & 0x00000000f0f0f0f0
			found ^= t ^ t<<28
		}
		binary.LittleEndian.PutUint64(rough[at>>3:], found)
	}
}

// skip notes that the text which was added since the last scan is plain, as far as it will ever be a value.
func (ev *Event) skip() {
	if ev.plain == ev.scanned {
		ev.plain, ev.scanned = len(ev.buf), len(ev.buf)
	} else {
		ev.skipBits()
	}
}

func (ev *Event) skipBits() {
	ev.makeRough()
	group, last := ev.scanned/64*8, len(ev.buf)/64*8
	found := word(ev.rough[group:]) & (1<<(ev.scanned%64) - 1)
	for ; group <= last; group += 8 { // one or two
		binary.LittleEndian.PutUint64(ev.rough[group:], found)
		found = 0
	}
	ev.scanned = len(ev.buf)
}

// maxAtOnce is of how many bytes, from any one on, the bits are in 8 bytes.
const maxAtOnce = 57

// roughFrom has the bits of maxAtOnce bytes from off on, which is not before ev.plain, the first one lowest.
func (ev *Event) roughFrom(off uint64) uint64 {
	at := unsafe.Add(unsafe.Pointer(unsafe.SliceData(ev.rough)), off/8) // for that makeRough makes room
	return word((*[8]byte)(at)[:]) >> (off % 8)
}

// roughAtOnce tells whether one of n bytes is not plain, 1 to maxAtOnce.
func (ev *Event) roughAtOnce(off uint64, n uint32) bool { return ev.roughFrom(off)<<((64-n)%64) != 0 }

// plainAtOnce is how many bytes are plain, of less than maxAtOnce.
func (ev *Event) plainAtOnce(off int) int {
	return bits.TrailingZeros64(ev.roughFrom(uint64(off)) | 1<<(maxAtOnce-1))
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
