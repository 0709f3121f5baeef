package event

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Nearly all of most documents is maps, and plain text under names that are symbols. These are rendered by one loop
// without calls, appendEasy; it leaves to appendMap what else there is.

const (
	// A block is what is copied at once of text whose length the compiler does not know. What is copied too much is
	// written over, or lies beyond the result; so there is room for a block behind the text of an event that is rendered.
	block = 32
	// entryRoom is what an entry takes at most whose name and text are shorter than a block.
	entryRoom = 2*block + 2
	// maxOpen is how many maps are rendered in one another without calls.
	maxOpen = 16
)

// openMaps are the maps that are being rendered, each in the one before it.
type openMaps struct {
	n    int
	maps [maxOpen]openMap
}

// openMap is a map, and the slots that are left of it.
type openMap struct{ object, next, end uint32 }

// openMap makes v the innermost map that is being rendered, unless it is one already or there are too many.
func (ev *Event) openMap(v Value) *openMap {
	o := &ev.objects[v.bits] // nothing is added while rendering
	n := ev.open.n
	if o.busy || uint(n) >= maxOpen {
		return nil
	}
	o.busy = true
	m := &ev.open.maps[n]
	m.object, m.next, m.end = uint32(v.bits), o.start, o.start+o.len
	ev.open.n = n + 1
	return m
}

// appendMap appends a map and what is in it.
func (ev *Event) appendMap(dst []byte, v Value) ([]byte, error) {
	bottom := ev.open.n
	if bottom == maxOpen {
		return ev.appendDeepMap(dst, v)
	}
	if ev.openMap(v) == nil {
		return dst, ErrSelfReference
	}
	out := slices.Grow(dst, 16*block)
	out = append(out, '{')
	for {
		out = slices.Grow(out, entryRoom)
		out = ev.appendEasy(out, bottom)
		if ev.open.n == bottom {
			return out[:len(out)-1], nil // without the comma
		}
		top := &ev.open.maps[ev.open.n-1]
		if top.next == top.end {
			continue // there was no room for its end
		}
		e := &ev.slots[top.next]
		top.next++
		var err error
		if out, err = ev.appendEntry(out, e); err != nil {
			for ; ev.open.n > bottom; ev.open.n-- {
				ev.objects[ev.open.maps[ev.open.n-1].object].busy = false
			}
			return dst, err
		}
	}
}

// appendDeepMap is appendMap where there are too many.
func (ev *Event) appendDeepMap(dst []byte, v Value) ([]byte, error) {
	around := ev.open
	ev.open.n = 0
	dst, err := ev.appendMap(dst, v)
	ev.open = around
	return dst, err
}

// appendEasy appends entries of the maps that are open, each with a comma, and the ends of maps, until only bottom of
// them are open, or dst has no room, or an entry is met that is not easy.
func (ev *Event) appendEasy(dst []byte, bottom int) []byte {
	names := symbols.list.Load()
	all := dst[:cap(dst)]
	out := all[len(dst):]
	top := &ev.open.maps[ev.open.n-1]
	for len(out) >= entryRoom {
		if top.next == top.end {
			n := len(all) - len(out)
			if all[n-1] == ',' {
				n--
			}
			all[n], all[n+1] = '}', ','
			out = all[n+2:]
			ev.objects[top.object].busy = false
			ev.open.n--
			if ev.open.n == bottom {
				break
			}
			top = &ev.open.maps[ev.open.n-1]
			continue
		}
		e := &ev.slots[top.next]
		if e.key.n != isSymbol {
			break
		}
		name := &(*names)[e.key.off]
		n := name.short % block
		if n == 0 {
			break
		}
		w := (*[entryRoom]byte)(out)
		*(*[block]byte)(w[:]) = name.front
		kind, off, size := e.val.kind, e.val.bits>>32, e.val.bits&(1<<32-1)
		if kind == Map {
			inner := ev.openMap(e.val)
			if inner == nil {
				break
			}
			top.next++
			top = inner
			w[n] = '{'
			out = out[n+1:]
			continue
		}
		var quote uint32
		switch {
		case kind == String && off+size <= uint64(ev.plain):
			quote = 1
		case kind == frozen: // it has its own quotes
		case (kind == Int || kind == Long) && e.val.bits < 100_000:
			n += putDigits((*[8]byte)(w[n:]), uint32(e.val.bits))
			out = out[n:]
			top.next++
			continue
		default:
			return all[:len(all)-len(out)]
		}
		n += quote
		if size < block {
			copyBlock((*[block]byte)(w[n:]), (*[block]byte)(ev.buf[off:off+block]))
			n += uint32(size % block)
			w[n] = '"'
			n += quote
			w[n] = ','
			out = out[n+1:]
			top.next++
			continue
		}
		if uint64(len(out)) < size+entryRoom {
			break
		}
		out = out[n:]
		for ; size > 0 && len(out) > block; size -= min(size, block) {
			copyBlock((*[block]byte)(out), (*[block]byte)(ev.buf[off:off+block]))
			out, off = out[min(size, block):], off+block
		}
		out[0] = '"'
		out[quote] = ','
		out = out[quote+1:]
		top.next++
	}
	return all[:len(all)-len(out)]
}

// putDigits writes a number of up to five digits and a comma, and returns their length.
func putDigits(w *[8]byte, n uint32) uint32 {
	digits := uint64(n/10_000) | uint64(n/1000%10)<<8 | uint64(n/100%10)<<16 | uint64(n/10%10)<<24 | uint64(n%10)<<32
	zeros := uint32(bits.TrailingZeros64(digits|1<<32)) / 8 // those in front
	binary.LittleEndian.PutUint64(w[:], (digits+'0'*0x01_01_01_01_01+','<<40)>>(8*zeros))
	return 6 - zeros
}

// copyBlock moves halves: of those, the compiler need not know that they do not overlap.
func copyBlock(dst, src *[block]byte) {
	*(*[block / 2]byte)(dst[:]) = *(*[block / 2]byte)(src[:])
	*(*[block / 2]byte)(dst[block/2:]) = *(*[block / 2]byte)(src[block/2:])
}

// appendEntry appends an entry of a map and a comma, whatever it is.
func (ev *Event) appendEntry(dst []byte, e *slot) ([]byte, error) {
	if e.key.n == isSymbol {
		dst = append(dst, Symbol(e.key.off).entry().json...)
		dst = dst[:len(dst)-1]
	} else {
		dst = append(AppendQuoted(dst, ev.keyBytes(e.key)), ':')
	}
	dst, err := ev.appendValue(dst, e.val)
	return append(dst, ','), err
}
