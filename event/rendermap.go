package event

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Nearly all of most documents is maps and lists, and plain text under names that are symbols: what this file is about.

const (
	// A block is what is copied at once of text whose length the compiler does not know. What is copied too much is
	// written over, or lies beyond the result; so there is room for two behind all text that is rendered.
	block = 32
	// entryRoom is more than an entry takes whose text is not longer than a block.
	entryRoom = 2*block + 4
	// maxInner is how many containers in one another are rendered without recursion.
	maxInner = 8
)

// cursor is how far the rendering of a container has come.
type cursor struct {
	level
	depth int    // of the container in hand; -1 when all is done
	lists uint64 // a bit for each depth at which there is a list, not a map
	outer [maxInner]level
}

// level is one of the containers in one another: where its entries go on and where they end, in bytes of the slots.
type level struct{ at, end uintptr }

func (o *object) level() level {
	const size = unsafe.Sizeof(slot{})
	start := uintptr(o.start) * size
	return level{start, start + uintptr(o.len)*size}
}

// appendContainer appends a container and what is in it. In one that contains itself null stands for it, and the event is
// cyclic: the first of every nine containers in one another is marked, and sooner or later comes by again.
func (ev *Event) appendContainer(dst []byte, v Value) []byte {
	o := &ev.objects[v.bits] // nothing is added while rendering
	if o.is(busy) {
		ev.cyclic = true
		return append(dst, "null"...)
	}
	o.state |= busy
	c := cursor{level: o.level()}
	if v.kind == List {
		c.lists = 1
		dst = append(dst, '[')
	} else {
		dst = append(dst, '{')
	}
	for c.depth >= 0 && !ev.cyclic {
		if cap(dst)-len(dst) < entryRoom {
			dst = slices.Grow(dst, 16*block)
		}
		stop, easy := ev.appendEasy(dst, &c)
		if dst = dst[:uintptr(stop)-uintptr(unsafe.Pointer(unsafe.SliceData(dst)))]; !easy {
			e := &ev.slots[c.at/unsafe.Sizeof(slot{})-1]
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
// more than copies, and returns where that ends. When it takes more, for the entry before the cursor, that is not easy: its
// value is left to be appended, and its name, too, when that has no front. Nothing is called here, so that what is at hand
// stays in registers, and nothing is checked but the room, before each entry and for each text: what is read is where the
// event itself has put it.
func (ev *Event) appendEasy(dst []byte, c *cursor) (stop unsafe.Pointer, easy bool) {
	names, slots, buf := unsafe.Pointer(unsafe.SliceData(symbolTable())), unsafe.Pointer(unsafe.SliceData(ev.slots)), unsafe.Pointer(unsafe.SliceData(ev.buf))
	at, end, plain := c.at, c.end, uint64(ev.plain)
	w := unsafe.Add(unsafe.Pointer(unsafe.SliceData(dst)), len(dst))
	limit := unsafe.Add(w, cap(dst)-len(dst)-entryRoom)
	for {
		if uintptr(w) > uintptr(limit) {
			easy = true
			break
		}
		if at == end {
			if *(*byte)(unsafe.Add(w, -1)) == ',' {
				w = unsafe.Add(w, -1)
			}
			*(*[2]byte)(w) = [2]byte{'}', ','}
			depth := c.depth
			if c.lists>>(uint(depth)%64)&1 != 0 {
				*(*byte)(w) = ']'
				c.lists &^= 1 << (uint(depth) % 64)
			}
			w = unsafe.Add(w, 2)
			depth--
			c.depth = depth
			if depth < 0 {
				easy = true
				break
			}
			outer := &c.outer[depth&(maxInner-1)]
			at, end = outer.at, outer.end
			continue
		}
		e := (*slot)(unsafe.Add(slots, at))
		k, kind, bits := e.key, e.val.kind, e.val.bits
		at += unsafe.Sizeof(slot{})
		if k&frontKey == 0 {
			break
		}
		copyBlock(w, unsafe.Add(names, uintptr(uint32(k))*unsafe.Sizeof(symbol{})))
		w = unsafe.Add(w, k.front())
		off, size := bits>>32, uint32(bits)
		if kind == String {
			if to := off + uint64(size); to > plain {
				if to > uint64(len(ev.buf)) {
					break
				}
				if size > maxAtOnce {
					break
				}
				if ev.roughAtOnce(off, size) {
					break
				}
			}
			if uintptr(w)+uintptr(size) > uintptr(limit) {
				break
			}
			w = unsafe.Add(w, 1)
			copyBlocks(w, unsafe.Add(buf, off), size)
			w = unsafe.Add(w, size)
			*(*[2]byte)(w) = [2]byte{'"', ','}
			w = unsafe.Add(w, 2)
			continue
		}
		if kind >= List && c.depth < maxInner {
			depth := c.depth
			c.outer[depth&(maxInner-1)] = level{at, end}
			depth++
			c.depth = depth
			*(*byte)(w) = '{'
			if kind == List {
				*(*byte)(w) = '['
				c.lists |= 1 << (uint(depth) % 64)
			}
			w = unsafe.Add(w, 1)
			inner := ev.objects[bits].level()
			at, end = inner.at, inner.end
			continue
		}
		if kind == frozen && uintptr(w)+uintptr(size) <= uintptr(limit) {
			text := buf
			if off >= lentFrom {
				text, off = unsafe.Pointer(unsafe.SliceData(ev.lender(off).text)), off%lentRoom
			}
			copyBlocks(w, unsafe.Add(text, off), size)
			w = unsafe.Add(w, size)
		} else if (kind == Int || kind == Long) && bits <= maxDigits {
			w = unsafe.Add(w, putDigits((*[8]byte)(w), bits))
		} else {
			break
		}
		*(*byte)(w) = ','
		w = unsafe.Add(w, 1)
	}
	c.at, c.end = at, end
	return w, easy
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
	if off < ev.plain {
		next := min(ev.plain, end)
		dst, off = append(dst, ev.buf[off:next]...), next
	}
	for off < end {
		if cap(dst)-len(dst) < entryRoom {
			dst = slices.Grow(dst, 16*block)
		}
		n := min(ev.plainAtOnce(off), end-off)
		w, text := unsafe.Add(unsafe.Pointer(unsafe.SliceData(dst)), len(dst)), unsafe.Add(unsafe.Pointer(unsafe.SliceData(ev.buf)), off)
		copyBlock(w, text)
		copyBlock(unsafe.Add(w, block), unsafe.Add(text, block))
		dst = dst[:len(dst)+n]
		if off += n; off == end {
			break
		}
		switch c := ev.buf[off]; {
		case plainByte(c):
			continue
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < utf8.RuneSelf:
			dst = appendEscaped(dst, c)
		default:
			dst, _ = appendText(dst, ev.buf[off:end])
			return dst, false
		}
		off++
	}
	return dst, true
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

// copyBlocks copies as many blocks as there are in a text, one for what is left, at least one.
func copyBlocks(dst, src unsafe.Pointer, size uint32) {
	copyBlock(dst, src)
	for i := uint32(block); i < size; i += block {
		copyBlock(unsafe.Add(dst, i), unsafe.Add(src, i))
	}
}
