package event

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Nearly all of most documents is maps, and plain text under names that are symbols: what this file is about.

const (
	// A block is what is copied at once of text whose length the compiler does not know. What is copied too much is
	// written over, or lies beyond the result; so there is room for a block behind all text that is rendered.
	block = 32
	// entryRoom is what an entry takes at most whose text is not longer than a block.
	entryRoom = 2*block + 3
	// maxInner is how many maps in one another are rendered without recursion.
	maxInner = 8
)

// cursor is how far the rendering of a map has come.
type cursor struct {
	level
	depth int // of the map in hand; -1 when all is done
	outer [maxInner]level
}

// level is one of the maps in one another: where its entries go on, and where they end.
type level struct{ at, end uint32 }

// appendMap appends a map and what is in it. In a map that contains itself null stands for it, and the event is cyclic:
// the first of every nine maps in one another is marked, and sooner or later comes by again.
func (ev *Event) appendMap(dst []byte, v Value) []byte {
	o := &ev.objects[v.bits] // nothing is added while rendering
	if o.is(busy) {
		ev.cyclic = true
		return append(dst, "null"...)
	}
	o.state |= busy
	c := cursor{level: level{o.start, o.start + o.len}}
	dst = append(dst, '{')
	for c.depth >= 0 && !ev.cyclic {
		if cap(dst)-len(dst) < entryRoom {
			dst = slices.Grow(dst, 16*block)
		}
		var easy bool
		if dst, easy = ev.appendEasy(dst, &c); !easy {
			e := &ev.slots[c.at-1]
			if e.key&frontKey == 0 {
				dst = append(AppendQuoted(dst, ev.keyBytes(e.key)), ':')
			}
			dst = append(ev.appendValue(dst, e.val), ',')
		}
	}
	o.state &^= busy
	return dst[:len(dst)-1]
}

// appendEasy appends entries from the cursor on, each with a comma behind it, as long as there is room and that takes no
// more than copies. When it does, for the entry before the cursor, that is not easy: its value is left to be appended, and
// its name, too, when that has no front. Nothing is called here, so that what is at hand stays in registers, and what is
// written needs no checks but those of the room before each entry and for each text.
func (ev *Event) appendEasy(dst []byte, c *cursor) (out []byte, easy bool) {
	names, plain := symbolTable(), uint64(ev.plain)
	at, end := c.at, c.end
	w, n, limit := unsafe.Pointer(unsafe.SliceData(dst)), len(dst), cap(dst)-entryRoom
	for {
		if n > limit {
			easy = true
			break
		}
		if at == end {
			if *(*byte)(unsafe.Add(w, n-1)) == ',' {
				n--
			}
			*(*[2]byte)(unsafe.Add(w, n)) = [2]byte{'}', ','}
			n += 2
			if c.depth--; c.depth < 0 {
				easy = true
				break
			}
			outer := &c.outer[c.depth&(maxInner-1)]
			at, end = outer.at, outer.end
			continue
		}
		e := &ev.slots[at]
		k, v := e.key, e.val
		at++
		if k&frontKey == 0 {
			break
		}
		copyBlock(unsafe.Add(w, n), unsafe.Pointer(&names[uint32(k)].front))
		n += int(k.front())
		off, size := v.bits>>32, uint32(v.bits)
		if v.kind == String {
			to := off + uint64(size)
			if to > plain && (to > uint64(len(ev.buf)) || ev.nextRough(int(off), int(to)) < int(to)) {
				break
			}
			if n+int(size) > limit {
				break
			}
			n++
			copyBlocks(unsafe.Add(w, n), unsafe.Add(unsafe.Pointer(unsafe.SliceData(ev.buf)), off), size)
			n += int(size)
			*(*[2]byte)(unsafe.Add(w, n)) = [2]byte{'"', ','}
			n += 2
			continue
		}
		if v.kind == Map && c.depth < maxInner {
			*(*byte)(unsafe.Add(w, n)) = '{'
			n++
			c.outer[c.depth&(maxInner-1)] = level{at, end}
			c.depth++
			o := &ev.objects[v.bits]
			at, end = o.start, o.start+o.len
			continue
		}
		if v.kind == frozen && n+int(size) <= limit {
			copyBlocks(unsafe.Add(w, n), unsafe.Pointer(unsafe.SliceData(ev.text(v))), size)
			n += int(size)
		} else if (v.kind == Int || v.kind == Long) && v.bits <= maxDigits {
			n += int(putDigits((*[8]byte)(unsafe.Add(w, n)), v.bits))
		} else {
			break
		}
		*(*byte)(unsafe.Add(w, n)) = ','
		n++
	}
	c.at, c.end = at, end
	return dst[:n], easy
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
	dst = slices.Grow(dst, 8)
	return dst[:len(dst)+int(putDigits((*[8]byte)(dst[len(dst):len(dst)+8]), uint64(n)))]
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

// textBlock is a struct as of fields, unlike of arrays, the compiler takes it that they do not overlap.
type textBlock struct{ bytes [block]byte }

func copyBlock(dst, src unsafe.Pointer) { (*textBlock)(dst).bytes = (*textBlock)(src).bytes }

// copyBlocks copies as many blocks as there are in a text, one for what is left.
func copyBlocks(dst, src unsafe.Pointer, size uint32) {
	for i := uint32(0); i < size; i += block {
		copyBlock(unsafe.Add(dst, i), unsafe.Add(src, i))
	}
}
