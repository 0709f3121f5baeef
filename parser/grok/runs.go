package grok

import (
	"bytes"
	"math"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest takes as many characters as there are, up to max; -1 if they are
// less than min.
func (m *Matcher) longest(in *inst, line []byte, pos int) int {
	if in.max >= 0 || in.min > 1 {
		return in.counted(line, pos)
	}
	end := m.span(in, line, pos)
	if end-pos < int(in.min) {
		return -1
	}
	return end
}

// span takes as many characters as there are.
func (m *Matcher) span(in *inst, line []byte, pos int) int {
	if in.set.kind != notNewline {
		return in.set.run(line, pos)
	}
	if pos < m.lineFrom || pos > m.lineEnd {
		m.lineFrom, m.lineEnd = pos, in.set.run(line, pos)
	}
	return m.lineEnd
}

func (in *inst) counted(line []byte, pos int) int {
	most := in.max
	if most < 0 {
		most = math.MaxInt32
	}
	end, took := in.set.take(line, pos, most)
	if took < in.min {
		return -1
	}
	return end
}

func (in *inst) canFollow(line []byte, q int) bool {
	if q < len(line) {
		return in.follow[line[q]]
	}
	return in.followEnd
}

// shorter returns the next shorter end of what a scanner found where the continuation may succeed, -1 if there is none.
func (in *inst) shorter(line []byte, start, end int) int {
	for {
		if end = in.ends(line, start, end); end < 0 || in.canFollow(line, end) {
			return end
		}
	}
}

// goesOn looks at the byte after the next.
func (in *inst) goesOn(line []byte, q int) bool {
	return in.second == 0 || q+1 < len(line) && int32(line[q+1]) == in.second-1
}

// giveBack returns the last end in [lo, q] where the continuation may
// succeed, -1 if there is none.
func (in *inst) giveBack(line []byte, q, lo int) int {
	if in.b != 0 { // the continuation begins with this byte and the second
		return lastPair(line, lo, q, in.b, byte(in.second-1))
	}
	for ; q >= lo; q-- {
		if in.follow[line[q]] && (line[q] < 0x80 || boundary(line, q)) && in.goesOn(line, q) {
			return q
		}
	}
	return -1
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

// seldomByte is punctuation, but what names, numbers, times and paths are full of.
var seldomByte = func() (t [256]bool) {
	for b := range t {
		t[b] = b >= '!' && b <= '~' && kindOf[b]&isWordChar == 0 && b != '.' && b != '-' && b != '/' && b != ':'
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

// takeMore returns the first end from q on, at most hi, where the
// continuation may succeed, -1 if there is none; and what it cost, in bytes
// looked at.
func (in *inst) takeMore(line []byte, q, hi int) (end, seen int) {
	if in.b != 0 {
		return in.takeTo(line, q, hi)
	}
	from := q
	for q < len(line) {
		if in.follow[line[q]] && in.goesOn(line, q) {
			return q, q - from
		}
		if q >= hi {
			return -1, q - from
		}
		w := 1
		if in.set.tab[line[q]] != inASCII {
			if w = in.set.width(line, q); w == 0 {
				return -1, q - from
			}
		}
		q += w
	}
	if in.followEnd {
		return q, q - from
	}
	return -1, q - from
}

// takeTo is takeMore where the continuation begins with b, and the second byte if there is one.
func (in *inst) takeTo(line []byte, q, hi int) (end, seen int) {
	stop := hi
	if in.second != 0 {
		end = firstPair(line, q, hi, in.b, byte(in.second-1))
	} else if end = bytes.IndexByte(line[q:min(hi+1, len(line))], in.b); end >= 0 {
		end += q
	}
	if end >= 0 {
		stop = end
		if in.set.kind == notByte && bytes.IndexByte(line[q:end], in.set.b) >= 0 {
			end = -1
		}
	}
	return end, 8 + (stop-q)>>2
}

func (in *inst) behind(line []byte, pos int) bool {
	found := false
	if pos > 0 {
		if c := line[pos-1]; c < 0x80 {
			found = in.set.tab[c] != 0
		} else {
			r, _ := utf8.DecodeLastRune(line[:pos])
			found = in.set.set.has(r)
		}
	}
	return found != in.neg
}

func (in *inst) edge(line []byte, pos int) bool {
	n := len(line)
	switch in.op {
	case opBeginLine:
		return pos == 0 || line[pos-1] == '\n' && pos < n
	case opEndLine:
		return pos == n || line[pos] == '\n'
	case opBeginText:
		return pos == 0
	case opEndText:
		return pos == n
	case opEndTextNL:
		return pos == n || pos == n-1 && line[pos] == '\n'
	}
	ascii := in.min == 1
	return (wordBefore(line, pos, ascii) != wordAt(line, pos, ascii)) != in.neg
}

// backref returns the end of the text that one of the slots captured last, -1
// if it is not at pos; and what it cost, in steps.
func (in *inst) backref(line []byte, pos int, trail []mark, slots []int32) (end, cost int) {
	for i := len(slots) - 1; i >= 0; i-- {
		s, e := int32(-1), int32(-1)
		for j := len(trail) - 1; j >= 0 && s < 0; j-- {
			cost++
			t := trail[j]
			if t.Field != int(slots[i]) {
				continue
			}
			if e < 0 {
				e = t.End
			}
			if e >= 0 {
				s = t.Start
			}
		}
		if s < 0 {
			continue
		}
		want := line[s:e]
		cost += len(want)
		if !in.neg {
			if bytes.HasPrefix(line[pos:], want) {
				return pos + len(want), cost
			}
			continue
		}
		if end := foldPrefix(line, pos, want); end >= 0 {
			return end, cost
		}
	}
	return -1, cost
}

func foldPrefix(line []byte, pos int, want []byte) int {
	for len(want) > 0 {
		a, wa := utf8.DecodeRune(want)
		b, wb := utf8.DecodeRune(line[pos:])
		if wb == 0 || a != b && !strings.EqualFold(string(unicode.ToLower(a)), string(unicode.ToLower(b))) {
			return -1
		}
		want, pos = want[wa:], pos+wb
	}
	return pos
}
