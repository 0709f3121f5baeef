package grok

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Lines are looked at eight bytes at a time, as words in which a byte is a lane.
const (
	ones = 0x0101010101010101 // times a byte: it, eight times
	high = 0x8080808080808080
	low  = high - ones // 0x7f, eight times
)

// eight returns the eight bytes at p, of which there must be as many. The third index saves a check.
func eight(line []byte, p int) uint64 {
	return binary.LittleEndian.Uint64(line[p : p+8 : len(line)])
}

// firstEight is the first eight bytes of a text, with zeros behind a shorter one.
func firstEight(text []byte) uint64 {
	if len(text) >= 8 {
		return eight(text, 0)
	}
	var word [8]byte
	copy(word[:], text)
	return eight(word[:], 0)
}

// head is what a text begins with: its first eight bytes as a word, and which of them there are.
type head struct{ word, mask uint64 }

func headOf(text string) head {
	return head{firstEight([]byte(text)), firstEight(bytes.Repeat([]byte{0xff}, len(text)))}
}

// begins reports whether a text of which these are the first eight bytes can begin so.
func (h *head) begins(word uint64) bool { return (word^h.word)&h.mask == 0 }

// skipAbove skips bytes above the blank, eight at a time.
func skipAbove(line []byte, p int) int {
	for p <= len(line)-8 {
		x := eight(line, p)
		if low := (x - '!'*ones) &^ x & high; low != 0 {
			return p + bits.TrailingZeros64(low)>>3
		}
		p += 8
	}
	return p
}

// lastPair returns the last place in [lo, q] where a and b stand, -1 if there is none. It looks at eight at a time.
func lastPair(line []byte, lo, q int, a, b byte) int {
	first, second := ones*uint64(a), ones*uint64(b)
	q = min(q, len(line)-2)
	for least := max(lo, 7); q >= least; q -= 8 {
		part := line[q-7 : q+2]
		x := (eight(part, 0) ^ first) | (eight(part, 1) ^ second)
		if (x-ones)&^x&high != 0 {
			zero := ^(x&low + low | x | low) // of which the highest is right
			if q -= bits.LeadingZeros64(zero) >> 3; q >= lo {
				return q
			}
			return -1
		}
	}
	for ; q >= lo; q-- {
		if line[q] == a && line[q+1] == b {
			return q
		}
	}
	return -1
}

// firstPair returns the first place in [q, hi] where a and b stand, -1 if there is none. If one of them is a byte
// that lines have seldom, the places where it stands are the ones to look at.
func firstPair(line []byte, q, hi int, a, b byte) int {
	seldom, off := a, 0
	if !seldomByte[a] {
		seldom, off = b, 1
	}
	if !seldomByte[seldom] {
		return firstPairOf(line, q, hi, a, b)
	}
	hi = min(hi, len(line)-2)
	for range 4 {
		if q > hi {
			return -1
		}
		i := bytes.IndexByte(line[q+off:hi+1+off], seldom)
		if i < 0 {
			return -1
		}
		if q += i; line[q] == a && line[q+1] == b {
			return q
		}
		q++
	}
	return firstPairOf(line, q, hi, a, b)
}

// seldomByte is punctuation, but what names, numbers, times and paths are full of, and capital letters.
var seldomByte = func() (t [256]bool) {
	for b := range t {
		punct := b >= '!' && b <= '~' && kindOf[b]&isWordChar == 0
		t[b] = punct && b != '.' && b != '-' && b != '/' && b != ':' || b >= 'A' && b <= 'Z'
	}
	return t
}()

// firstPairOf is firstPair for bytes of any kind.
func firstPairOf(line []byte, q, hi int, a, b byte) int {
	for ; q+9 <= len(line) && q <= hi; q += 8 {
		x := (eight(line, q) ^ ones*uint64(a)) | (eight(line, q+1) ^ ones*uint64(b))
		if zero := (x - ones) &^ x & high; zero != 0 { // of which the lowest is right
			if q += bits.TrailingZeros64(zero) >> 3; q <= hi {
				return q
			}
			return -1
		}
	}
	for ; q+1 < len(line) && q <= hi; q++ {
		if line[q] == a && line[q+1] == b {
			return q
		}
	}
	return -1
}
