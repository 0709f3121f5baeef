package grok

import (
	"slices"
	"sync"
	"unicode"
)

// charset is a set of code points: sorted, disjoint, not adjacent [lo, hi] pairs.
type charset []rune

var (
	setAny     = charset{0, unicode.MaxRune}
	setDot     = charset{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	setDigit   = charset{'0', '9'}
	setWord    = charset{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}
	setSpace   = charset{'\t', '\r', ' ', ' '}
	setHex     = charset{'0', '9', 'A', 'F', 'a', 'f'}
	setNewline = charset{'\n', '\r', 0x85, 0x85, 0x2028, 0x2029}
)

// union returns the normal form of any list of pairs.
func union(sets ...charset) charset {
	type pair struct{ lo, hi rune }
	var pairs []pair
	for _, s := range sets {
		for i := 0; i < len(s); i += 2 {
			pairs = append(pairs, pair{s[i], s[i+1]})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return int(a.lo - b.lo) })
	var out charset
	for _, p := range pairs {
		if n := len(out); n > 0 && p.lo <= out[n-1]+1 {
			out[n-1] = max(out[n-1], p.hi)
			continue
		}
		out = append(out, p.lo, p.hi)
	}
	return out
}

func (s charset) negate() charset {
	var out charset
	next := rune(0)
	for i := 0; i < len(s); i += 2 {
		if s[i] > next {
			out = append(out, next, s[i]-1)
		}
		next = s[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

func intersect(a, b charset) charset { return union(a.negate(), b.negate()).negate() }

func (s charset) has(r rune) bool {
	lo, hi := 0, len(s)/2
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case r < s[2*mid]:
			hi = mid
		case r > s[2*mid+1]:
			lo = mid + 1
		default:
			return true
		}
	}
	return false
}

// single returns the only member of a set of one.
func (s charset) single() (rune, bool) {
	if len(s) == 2 && s[0] == s[1] {
		return s[0], true
	}
	return 0, false
}

// foldCase adds every code point that differs from a member only in case.
func (s charset) foldCase() charset {
	var others charset
	for _, r := range cased() {
		if s.has(r) {
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				others = append(others, f, f)
			}
		}
	}
	if others == nil {
		return s
	}
	return union(s, others)
}

// cased lists the code points that differ from others only in case.
var cased = sync.OnceValue(func() []rune {
	var out []rune
	for r := rune(0); r <= 0x1E943; r++ { // the last letter that has a case
		if unicode.SimpleFold(r) != r {
			out = append(out, r)
		}
	}
	return out
})

func fromTables(tables ...*unicode.RangeTable) charset {
	var out charset
	for _, t := range tables {
		for _, r := range t.R16 {
			out = appendStride(out, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			out = appendStride(out, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return union(out)
}

func appendStride(out charset, lo, hi, stride rune) charset {
	if stride == 1 {
		return append(out, lo, hi)
	}
	for r := lo; r <= hi; r += stride {
		out = append(out, r, r)
	}
	return out
}

// isWord is the Unicode word character of \b.
func isWord(r rune) bool {
	if r < 0x80 {
		return setWord.has(r)
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic)
}
