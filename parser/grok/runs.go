package grok

import (
	"bytes"
	"math"
)

// span takes as many characters as there are.
func (m *Matcher) span(in *inst, line []byte, pos int) int {
	if in.set.kind == notNewline {
		return m.dotEnd(line, pos)
	}
	return in.set.run(line, pos)
}

// dotEnd returns where the dot stops from pos on. It is asked often.
func (m *Matcher) dotEnd(line []byte, pos int) int {
	if pos < m.lineFrom || pos > m.lineEnd {
		m.findLineEnd(line, pos)
	}
	return m.lineEnd
}

// findLineEnd looks for the newline from a place on.
func (m *Matcher) findLineEnd(line []byte, from int) {
	m.lineFrom, m.lineEnd = from, len(line)
	if i := bytes.IndexByte(line[from:], '\n'); i >= 0 {
		m.lineEnd = from + i
	}
}

// counted takes as many characters as there are, up to max; -1 if they are less than min.
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
		if end = in.scanner.ends(line, start, end); end < 0 || in.canFollow(line, end) {
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
