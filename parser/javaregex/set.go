package javaregex

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// set is a set of code points as sorted ranges that neither touch nor overlap.
type set [][2]rune

func setOf(ranges ...rune) set {
	var s set
	for i := 0; i < len(ranges); i += 2 {
		s = append(s, [2]rune{ranges[i], ranges[i+1]})
	}
	return s.clean()
}

func (s set) clean() set {
	slices.SortFunc(s, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	var out set
	for _, r := range s {
		if n := len(out); n > 0 && r[0] <= out[n-1][1]+1 {
			out[n-1][1] = max(out[n-1][1], r[1])
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s set) union(t set) set { return append(slices.Clone(s), t...).clean() }

func (s set) negate() set {
	var out set
	at := rune(0)
	for _, r := range s {
		if r[0] > at {
			out = append(out, [2]rune{at, r[0] - 1})
		}
		at = r[1] + 1
	}
	if at <= unicode.MaxRune {
		out = append(out, [2]rune{at, unicode.MaxRune})
	}
	return out
}

func (s set) intersect(t set) set { return s.negate().union(t.negate()).negate() }

// fold adds the other case of letters: of ASCII's, or of all that Unicode has.
func (s set) fold(all bool) set {
	out := slices.Clone(s)
	for _, r := range s {
		for c := max(r[0], 'A'); c <= min(r[1], 'z'); c++ {
			if l := c | 0x20; l >= 'a' && l <= 'z' {
				out = append(out, [2]rune{c ^ 0x20, c ^ 0x20})
			}
		}
		if !all || r[1]-r[0] > 0x3000 {
			continue
		}
		for c := r[0]; c <= r[1]; c++ {
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				out = append(out, [2]rune{f, f})
			}
		}
	}
	return out.clean()
}

func tableSet(tables ...*unicode.RangeTable) set {
	var s set
	for _, t := range tables {
		for _, r := range t.R16 {
			s = addStride(s, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			s = addStride(s, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return s.clean()
}

func addStride(s set, lo, hi, stride rune) set {
	if stride == 1 {
		return append(s, [2]rune{lo, hi})
	}
	for c := lo; c <= hi; c += stride {
		s = append(s, [2]rune{c, c})
	}
	return s
}

var (
	setDigit = setOf('0', '9')
	setWord  = setOf('0', '9', 'A', 'Z', '_', '_', 'a', 'z')
	setSpace = setOf('\t', '\r', ' ', ' ')
	setHoriz = setOf(' ', ' ', 0xa0, 0xa0, '\t', '\t', 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200a, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000)
	setVert  = setOf('\n', '\r', 0x85, 0x85, 0x2028, 0x2029)
	setLine  = setOf('\n', '\n', '\r', '\r', 0x85, 0x85, 0x2028, 0x2029)
)

// escapeSet is the set of \d and its like, nil when the letter is no set.
func escapeSet(c byte) set {
	switch c {
	case 'd':
		return setDigit
	case 'D':
		return setDigit.negate()
	case 'w':
		return setWord
	case 'W':
		return setWord.negate()
	case 's':
		return setSpace
	case 'S':
		return setSpace.negate()
	case 'h':
		return setHoriz
	case 'H':
		return setHoriz.negate()
	case 'v':
		return setVert
	case 'V':
		return setVert.negate()
	}
	return nil
}

// property is the set of \p{name}.
func property(name string) (set, error) {
	switch name {
	case "Lower":
		return setOf('a', 'z'), nil
	case "Upper":
		return setOf('A', 'Z'), nil
	case "ASCII":
		return setOf(0, 0x7f), nil
	case "Alpha":
		return setOf('A', 'Z', 'a', 'z'), nil
	case "Digit":
		return setDigit, nil
	case "Alnum":
		return setOf('0', '9', 'A', 'Z', 'a', 'z'), nil
	case "Punct":
		return setOf('!', '/', ':', '@', '[', '`', '{', '~'), nil
	case "Graph":
		return setOf('!', '~'), nil
	case "Print":
		return setOf(' ', '~'), nil
	case "Blank":
		return setOf('\t', '\t', ' ', ' '), nil
	case "Cntrl":
		return setOf(0, 0x1f, 0x7f, 0x7f), nil
	case "XDigit":
		return setOf('0', '9', 'A', 'F', 'a', 'f'), nil
	case "Space":
		return setSpace, nil
	case "L1":
		return setOf(0, 0xff), nil
	case "IsAlphabetic", "javaAlphabetic":
		return tableSet(unicode.L, unicode.Nl, unicode.Other_Alphabetic), nil
	case "IsLetter", "javaLetter":
		return tableSet(unicode.L), nil
	case "IsDigit", "javaDigit":
		return tableSet(unicode.Nd), nil
	case "IsUppercase", "javaUpperCase":
		return tableSet(unicode.Lu, unicode.Other_Uppercase), nil
	case "IsLowercase", "javaLowerCase":
		return tableSet(unicode.Ll, unicode.Other_Lowercase), nil
	case "IsWhite_Space":
		return tableSet(unicode.White_Space), nil
	case "IsPunctuation":
		return tableSet(unicode.P), nil
	}
	short := strings.TrimPrefix(strings.TrimPrefix(name, "Is"), "gc=")
	if t := unicode.Categories[short]; t != nil {
		return tableSet(t), nil
	}
	if t := unicode.Scripts[strings.TrimPrefix(strings.TrimPrefix(name, "script="), "Is")]; t != nil {
		return tableSet(t), nil
	}
	return nil, fmt.Errorf("character property {%s} is not supported", name)
}
