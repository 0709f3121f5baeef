package event

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Nearly all of most documents is maps, and plain text under names that are symbols: what this file is about.

const (
	// A block is what is copied at once of text whose length the compiler does not know. What is copied too much is
	// written over, or lies beyond the result; so there is room for a block behind the text of an event that is rendered.
	block = 32
	// entryRoom is what an entry takes at most whose name and text are shorter than a block.
	entryRoom = 2*block + 2
)

// appendMap appends a map and what is in it. In a map that contains itself null stands for it, and the event is cyclic.
func (ev *Event) appendMap(dst []byte, v Value) []byte {
	o := &ev.objects[v.bits] // nothing is added while rendering
	if o.is(busy) {
		ev.cyclic = true
		return append(dst, "null"...)
	}
	o.state |= busy
	names := symbolTable()
	entries := ev.slots[o.start:][:o.len]
	dst = append(dst, '{')
	for i := range entries {
		e := &entries[i]
		if cap(dst)-len(dst) < entryRoom {
			dst = slices.Grow(dst, 16*block)
		}
		if e.key&frontKey == 0 {
			dst = ev.appendOther(append(AppendQuoted(dst, ev.keyBytes(e.key)), ':'), e.val)
			continue
		}
		w := (*[entryRoom]byte)(dst[len(dst) : len(dst)+entryRoom])
		n := e.key.front()
		*(*[block]byte)(w[:]) = names[uint32(e.key)].front
		off, size := e.val.bits>>32, e.val.bits%(1<<32)
		quote := uint32(1)
		switch e.val.kind {
		case String:
			if off+size > uint64(ev.plain) && (off >= lentFrom || ev.nextRough(int(off), int(off+size)) < int(off+size)) {
				dst = append(ev.appendString(dst[:len(dst)+int(n)], off, size), ',')
				continue
			}
		case frozen: // it has its own quotes
			quote = 0
			if off >= lentFrom || size >= block {
				dst = append(append(dst[:len(dst)+int(n)], ev.text(e.val)...), ',')
				continue
			}
		case Map:
			dst = append(ev.appendMap(dst[:len(dst)+int(n)], e.val), ',')
			continue
		default:
			dst = ev.appendOther(dst[:len(dst)+int(n)], e.val)
			continue
		}
		n += quote
		if size >= block {
			dst = append(append(dst[:len(dst)+int(n)], ev.buf[off:off+size]...), '"', ',')
			continue
		}
		copyBlock((*[block]byte)(w[n:]), (*[block]byte)(ev.buf[off:off+block]))
		n += uint32(size % block)
		w[n] = '"'
		w[n+quote] = ','
		dst = dst[:len(dst)+int(n+quote)+1]
	}
	o.state &^= busy
	if last := len(dst) - 1; dst[last] == ',' {
		dst[last] = '}'
		return dst
	}
	return append(dst, '}')
}

// appendOther appends any value, and a comma.
func (ev *Event) appendOther(dst []byte, v Value) []byte {
	return append(ev.appendValue(dst, v), ',')
}

// appendString appends any string, with its quotes.
func (ev *Event) appendString(dst []byte, off, size uint64) []byte {
	if off >= lentFrom {
		return ev.appendLent(dst, Value{String, off<<32 | size})
	}
	return ev.appendRough(dst, int(off), int(off+size))
}

// appendRough appends text of which some bytes have to be escaped, with its quotes.
func (ev *Event) appendRough(dst []byte, off, end int) []byte {
	dst = append(dst, '"')
	if e := &ev.escaped; off <= e.off && e.end <= end { // as in a line with its message
		dst, _ = ev.appendEscapes(dst, off, e.off)
		dst = append(dst, dst[e.at:][:e.size]...)
		dst, _ = ev.appendEscapes(dst, e.end, end)
		return append(dst, '"')
	}
	at := len(dst)
	dst, ascii := ev.appendEscapes(dst, off, end)
	if ascii {
		ev.escaped = escaped{off, end, at, len(dst) - at}
	}
	return append(dst, '"')
}

// escaped is the last ASCII text that was rendered with escapes. In a text that contains it they are the same: ASCII is
// no part of any other character.
type escaped struct {
	off, end int
	at, size int // in what is being rendered
}

// appendEscapes appends text with escapes, and tells whether all of it is ASCII.
func (ev *Event) appendEscapes(dst []byte, off, end int) (out []byte, ascii bool) {
	for {
		next := ev.nextRough(off, end)
		dst = append(dst, ev.buf[off:next]...)
		if next == end {
			return dst, true
		}
		c := ev.buf[next]
		if c >= utf8.RuneSelf {
			dst, _ = appendText(dst, ev.buf[next:end])
			return dst, false
		}
		dst = appendEscaped(dst, c)
		off = next + 1
	}
}

// AppendInt is strconv.AppendInt in base 10, faster for numbers of a few digits.
func AppendInt(dst []byte, n int64) []byte {
	if uint64(n) > maxDigits {
		return strconv.AppendInt(dst, n, 10)
	}
	var w [8]byte
	return append(dst, w[:putDigits(&w, uint64(n))]...)
}

// maxDigits is the largest number of 8 digits.
const maxDigits = 99_999_999

// putDigits writes a number of up to 8 digits and returns their length. It takes numbers apart side by side: two of
// four digits, four of two, and eight of one. A product with 10486/1<<20 or 103/1<<10 is, of those, a hundredth or a tenth.
func putDigits(w *[8]byte, n uint64) uint32 {
	n = n/10_000 | n%10_000<<32
	high := n * 10486 >> 20 & (0x7f<<32 | 0x7f)
	n = high | (n-100*high)<<16
	high = n * 103 >> 10 & (0xf<<48 | 0xf<<32 | 0xf<<16 | 0xf)
	n = high | (n-10*high)<<8
	zeros := uint32(bits.TrailingZeros64(n|1<<56)) / 8 // those in front
	binary.LittleEndian.PutUint64(w[:], (n+'0'*ones)>>(8*zeros))
	return 8 - zeros
}

// copyBlock moves halves: of those, the compiler need not know that they do not overlap.
func copyBlock(dst, src *[block]byte) {
	*(*[block / 2]byte)(dst[:]) = *(*[block / 2]byte)(src[:])
	*(*[block / 2]byte)(dst[block/2:]) = *(*[block / 2]byte)(src[block/2:])
}
