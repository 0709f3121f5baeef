package grok

import (
	"math/bits"
	"unicode/utf8"
)

// byteSet is the bytes with which something can begin; end says that it can
// succeed at the end of the line too.
type byteSet struct {
	bits [4]uint64
	end  bool
}

var anything = byteSet{bits: [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}, end: true}

func (s *byteSet) add(b byte)      { s.bits[b>>6] |= 1 << (b & 63) }
func (s *byteSet) has(b byte) bool { return s.bits[b>>6]>>(b&63)&1 != 0 }

func (s *byteSet) size() (n int) {
	for _, word := range s.bits {
		n += bits.OnesCount64(word)
	}
	return n
}

func (s byteSet) union(t byteSet) byteSet {
	for i := range s.bits {
		s.bits[i] |= t.bits[i]
	}
	s.end = s.end || t.end
	return s
}

func (s byteSet) overlaps(c *class) bool {
	for i, word := range s.bits {
		if word&c.first.bits[i] != 0 {
			return true
		}
	}
	return false
}

func bytesOf(set charset) byteSet {
	var s byteSet
	for i := 0; i < len(set); i += 2 {
		for r := set[i]; r <= set[i+1] && r < 0x80; r++ {
			s.add(byte(r))
		}
		if set[i+1] >= 0x80 {
			s.bits[2], s.bits[3] = ^uint64(0), ^uint64(0)
		}
	}
	return s
}

// holds reports whether the byte of a line at i is in the set, or the line has none there and that will do.
func (s *byteSet) holds(line []byte, i int) bool {
	if uint(i) >= uint(len(line)) {
		return s.end
	}
	return s.has(line[i])
}

// firstOf returns the bytes with which n can begin, and whether it can match
// without taking a byte. What an assertion asks for is not looked at: the
// answer may be too wide, never too narrow.
func firstOf(n *node) (s byteSet, nullable bool) { return edgeOf(n, false) }

// edgeOf is firstOf, or the same of the bytes with which n can end.
func edgeOf(n *node, last bool) (s byteSet, nullable bool) {
	switch n.kind {
	case kLit:
		at := 0
		if last {
			at = len(n.lit) - 1
		}
		s.add(n.lit[at])
		return s, false
	case kSet:
		return bytesOf(n.set), false
	case kCat:
		return edgeOfAll(n.subs, last)
	case kAlt:
		for _, sub := range n.subs {
			f, null := edgeOf(sub, last)
			s = s.union(f)
			nullable = nullable || null
		}
		return s, nullable
	case kRepeat:
		s, nullable = edgeOf(n.subs[0], last)
		return s, nullable || n.min == 0
	case kCapture, kAtomic, kScan:
		return edgeOf(n.subs[0], last)
	case kBackref:
		return anything, true
	}
	return byteSet{}, true
}

// edgeOfAll is edgeOf for pieces one behind the other.
func edgeOfAll(subs []*node, last bool) (s byteSet, nullable bool) {
	for i := range subs {
		if last {
			i = len(subs) - 1 - i
		}
		f, null := edgeOf(subs[i], last)
		if s = s.union(f); !null {
			return s, false
		}
	}
	return s, true
}

// maxWidth keeps products of nested intervals from overflowing.
const maxWidth = 1 << 40

// width returns the least and the greatest number of characters that n takes
// (max < 0: no bound).
func width(n *node) (least, most int) {
	switch n.kind {
	case kLit:
		k := utf8.RuneCountInString(n.lit)
		return k, k
	case kSet:
		return 1, 1
	case kCat:
		for _, sub := range n.subs {
			a, b := width(sub)
			least += a
			if most >= 0 {
				most += b
			}
			if b < 0 {
				most = -1
			}
		}
		return least, most
	case kAlt:
		for i, sub := range n.subs {
			a, b := width(sub)
			if i == 0 {
				least, most = a, b
				continue
			}
			least = min(least, a)
			if b < 0 || most < 0 {
				most = -1
			} else {
				most = max(most, b)
			}
		}
		return least, most
	case kRepeat:
		a, b := width(n.subs[0])
		least = min(a*n.min, maxWidth)
		if n.max < 0 && b != 0 || b < 0 {
			return least, -1
		}
		return least, min(b*max(n.max, 0), maxWidth)
	case kCapture, kAtomic, kScan:
		return width(n.subs[0])
	case kBackref:
		return 0, -1
	}
	return 0, 0
}

// takesNothing reports whether n never takes a character.
func takesNothing(n *node) bool {
	switch n.kind {
	case kLit, kSet, kBackref:
		return false
	case kRepeat:
		return n.max == 0 || takesNothing(n.subs[0])
	case kCat, kAlt, kCapture, kAtomic, kScan:
		for _, sub := range n.subs {
			if !takesNothing(sub) {
				return false
			}
		}
	}
	return true
}

// leadLit returns the text that a match begins with right after its anchor.
func leadLit(n *node) string {
	switch n.kind {
	case kLit:
		return n.lit
	case kCat:
		for _, sub := range n.subs {
			switch sub.kind {
			case kBeginLine, kBeginText, kWordEdge:
				continue
			}
			return leadLit(sub)
		}
	case kCapture, kAtomic, kScan:
		return leadLit(n.subs[0])
	}
	return ""
}

// begin finds out where matches of n can begin, and the text they begin with.
func begin(n *node) (anchor, string) {
	switch n.kind {
	case kBeginText:
		return textStart, ""
	case kBeginLine:
		return lineStart, ""
	case kLit:
		return anyStart, n.lit
	case kCat:
		for i, sub := range n.subs {
			a, lit := begin(sub)
			if a != anyStart || lit != "" {
				return a, lit
			}
			if sub.kind != kWordEdge || i == len(n.subs)-1 {
				return anyStart, ""
			}
		}
	case kCapture, kAtomic, kScan:
		return begin(n.subs[0])
	case kRepeat:
		// .* at the start: what fails from here fails from further on in the
		// line too, for the dot has been there.
		if sub := n.subs[0]; n.min <= 1 && n.max < 0 && sub.kind == kSet {
			switch {
			case len(sub.set) == len(setAny) && sub.set[1] == setAny[1]:
				return textStart, ""
			case len(sub.set) == len(setDot) && sub.set[1] == setDot[1] && sub.set[2] == setDot[2]:
				return lineStart, ""
			}
		}
	case kAlt:
		a, _ := begin(n.subs[0])
		for _, sub := range n.subs[1:] {
			if b, _ := begin(sub); b != a {
				return anyStart, ""
			}
		}
		return a, ""
	}
	return anyStart, ""
}

// leadRun returns the set of the run that n begins with, nil if it begins
// otherwise. What fails after such a run fails after any part of it: matches
// need not be looked for within.
func leadRun(n *node) charset {
	switch n.kind {
	case kCat, kCapture:
		return leadRun(n.subs[0])
	case kAtomic:
		if n.subs[0].kind == kRepeat && n.subs[0].greed == greedy {
			return leadRun(n.subs[0])
		}
	case kRepeat:
		if n.min <= 1 && n.max < 0 && isChar(n.subs[0]) {
			return charsetOf(n.subs[0])
		}
	}
	return nil
}
