package javaregex

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// byteSet is a set of bytes.
type byteSet [256]bool

// manyBytes is from how many bytes on a set spares too few searches to be asked.
const manyBytes = 160

// needOf is a set of bytes of which every match of an expression in Go's syntax has one, nil when none is known. A
// text without any of them needs no search.
func needOf(expr string) *byteSet {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	set, n := need(parsed)
	if n == 0 || n >= manyBytes {
		return nil
	}
	return set
}

// need returns the set and how many bytes it has, 0 for no set.
func need(re *syntax.Regexp) (set *byteSet, n int) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			var one byteSet
			one.add(r)
			for f := unicode.SimpleFold(r); re.Flags&syntax.FoldCase != 0 && f != r; f = unicode.SimpleFold(f) {
				one.add(f)
			}
			if m := one.size(); n == 0 || m < n {
				set, n = &one, m
			}
		}
		return set, n
	case syntax.OpCharClass:
		set = &byteSet{}
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= min(re.Rune[i+1], utf8.RuneSelf-1); r++ {
				set.add(r)
			}
			if re.Rune[i+1] >= utf8.RuneSelf {
				set.add(utf8.RuneSelf)
			}
		}
		return set, set.size()
	case syntax.OpCapture, syntax.OpPlus:
		return need(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return need(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if s, m := need(sub); m > 0 && (n == 0 || m < n) {
				set, n = s, m
			}
		}
		return set, n
	case syntax.OpAlternate:
		set = &byteSet{}
		for _, sub := range re.Sub {
			s, m := need(sub)
			if m == 0 {
				return nil, 0
			}
			for c := range s {
				set[c] = set[c] || s[c]
			}
		}
		return set, set.size()
	}
	return nil, 0
}

// add adds what a rune is written with; all beyond ASCII, and bytes that are no UTF-8, are one to it.
func (s *byteSet) add(r rune) {
	if r < utf8.RuneSelf {
		s[r] = true
		return
	}
	for c := utf8.RuneSelf; c < len(s); c++ {
		s[c] = true
	}
}

func (s *byteSet) size() (n int) {
	for _, in := range s {
		if in {
			n++
		}
	}
	return n
}

// lacks tells whether text has none of what every match needs.
func (re *Regexp) lacks(text []byte) bool {
	if re.need == nil {
		return false
	}
	for _, c := range text {
		if re.need[c] {
			return false
		}
	}
	return true
}
