package grok

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// class is a charset made ready for matching. A byte that is not part of
// valid UTF-8 counts as U+FFFD.
type class struct {
	tab   [256]uint8
	set   charset
	first byteSet // the bytes that members begin with
	wrong bool    // what is not UTF-8 is a member
	kind  classKind
	b     byte      // notByte: the one
	low   uint64    // mostBytes: in each byte what is not a member is below, or
	few   [2]uint64 // in each byte the one that is not, or one of the two
	cost  uint8     // a step is good for this many bytes of a run, as a power of two
}

const (
	inASCII = 1 // a member of one byte
	inHigh  = 3 // the start of a member, as all characters beyond ASCII are
	mayHigh = 2 // to be decoded
)

type classKind uint8

const (
	someBytes  classKind = iota
	anyByte              // every character
	notByte              // every character but one of ASCII
	notNewline           // the same, of the newline: the dot
	notBelow             // every character from "!" on, and some before: \S and its like
	mostBytes            // the same, but one or two
	notTwo               // every character but two of ASCII
)

func (k classKind) excludesOne() bool { return k == notByte || k == notNewline }

// mostKind sorts what is not a member into low and few, where there is room.
func (c *class) mostKind() classKind {
	n := 0
	for b := range 0x80 {
		switch {
		case c.tab[b] != 0:
		case b <= ' ':
			c.low = ones * '!'
		case n == len(c.few):
			return someBytes
		default:
			c.few[n] = ones * uint64(b)
			n++
		}
	}
	switch n {
	case 0:
		return notBelow
	case 1:
		c.few[1] = c.few[0]
	}
	if c.low == 0 {
		return notTwo
	}
	return mostBytes
}

func newClass(set charset) *class {
	c := &class{set: set, first: bytesOf(set), wrong: set.has(utf8.RuneError)}
	out := 0
	for b := range 0x80 {
		if set.has(rune(b)) {
			c.tab[b] = inASCII
		} else {
			c.b = byte(b)
			out++
		}
	}
	high := intersect(set, charset{0x80, utf8.MaxRune})
	var v uint8
	switch {
	case len(high) == 2 && high[0] == 0x80 && high[1] == utf8.MaxRune:
		v = inHigh
		c.kind = [3]classKind{anyByte, notByte, someBytes}[min(out, 2)]
		if c.kind == notByte && c.b == '\n' {
			c.kind = notNewline
		}
		if out > 1 {
			c.kind = c.mostKind()
		}
	case len(high) > 0:
		v = mayHigh
	}
	for b := 0x80; b < 0x100; b++ {
		c.tab[b] = v
	}
	switch {
	case c.kind == notBelow, c.kind == mostBytes, c.kind == notTwo:
		c.cost = 4
	case c.kind != someBytes: // memchr
		c.cost = 5
	case v != mayHigh: // a table
		c.cost = 3
	}
	return c
}

// steps is what n bytes count for where members are taken one behind the other.
func (c *class) steps(n int) int { return n >> (c.cost & 63) }

// width returns the length of the character at p if it is a member, else 0.
func (c *class) width(line []byte, p int) int {
	t := c.tab[line[p]]
	if t <= inASCII {
		return int(t)
	}
	r, w := utf8.DecodeRune(line[p:])
	if t == inHigh || c.wrong && r == utf8.RuneError || c.set.has(r) {
		return w
	}
	return 0
}

// run returns where the members from p on end.
func (c *class) run(line []byte, p int) int {
	switch c.kind {
	case anyByte:
		return len(line)
	case notByte, notNewline:
		if i := bytes.IndexByte(line[p:], c.b); i >= 0 {
			return p + i
		}
		return len(line)
	case notBelow:
		p = skipAbove(line, p)
	case mostBytes:
		p = c.skipMost(line, p)
	case notTwo:
		return skipTwo(line, p, byte(c.few[0]), byte(c.few[1]))
	}
	for ; p < len(line); p++ {
		if t := c.tab[line[p]]; t&1 == 0 {
			if t == 0 {
				return p
			}
			return c.decoded(line, p)
		}
	}
	return p
}

// skipMost skips bytes that are members by low and few, eight at a time.
func (c *class) skipMost(line []byte, p int) int {
	for p <= len(line)-8 {
		x := eight(line, p)
		y, z := x^c.few[0], x^c.few[1]
		if stop := ((x-c.low)&^x | (y-ones)&^y | (z-ones)&^z) & high; stop != 0 { // the lowest is right
			return p + bits.TrailingZeros64(stop)>>3
		}
		p += 8
	}
	return p
}

// skipTwo returns where a or b is, or the line ends. Neither is looked for far behind the other.
func skipTwo(line []byte, p int, a, b byte) int {
	for p < len(line) {
		part := line[p:min(p+256, len(line))]
		i := bytes.IndexByte(part, a)
		if i >= 0 {
			part = part[:i]
		}
		if j := bytes.IndexByte(part, b); j >= 0 {
			return p + j
		}
		if p += len(part); i >= 0 {
			break
		}
	}
	return p
}

// decoded is run where characters beyond ASCII have to be looked at.
func (c *class) decoded(line []byte, p int) int {
	for p < len(line) {
		w := c.width(line, p)
		if w == 0 {
			break
		}
		p += w
	}
	return p
}

// take skips up to n members from p on, and says how many there were.
func (c *class) take(line []byte, p int, n int32) (end int, took int32) {
	for took < n && p < len(line) {
		if c.tab[line[p]] == inASCII {
			p++
			took++
			continue
		}
		w := c.width(line, p)
		if w == 0 {
			break
		}
		p += w
		took++
	}
	return p, took
}
