package javaregex

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// matchTimeout bounds one match of the backtracking engine. A match that takes longer counts as none.
const matchTimeout = 200 * time.Millisecond

// backtracking is an expression for the engine that can look around and back.
type backtracking struct {
	re, whole *regexp2.Regexp
}

var errOnlyJava = errors.New("only Java reads this expression so")

func compileBacktracking(expr, flags string) (*backtracking, error) {
	// Possessive quantifiers, and sets within classes, are read otherwise there, without an error.
	for _, s := range []string{"++", "*+", "?+", "}+", "&&", "[[", `\h`, `\H`, `\R`, `\X`, `\Q`, `\v`, `\V`} {
		if strings.Contains(expr, s) {
			return nil, errOnlyJava
		}
	}
	options := regexp2.RegexOptions(regexp2.RE2) // \w and its like are ASCII's, as Java's are
	for _, f := range flags {
		switch f {
		case 'i':
			options |= regexp2.IgnoreCase
		case 'm':
			options |= regexp2.Multiline
		case 's':
			options |= regexp2.Singleline
		case 'x':
			options |= regexp2.IgnorePatternWhitespace
		default:
			return nil, errOnlyJava
		}
	}
	re, err := regexp2.Compile(expr, options)
	if err != nil {
		return nil, err
	}
	whole, err := regexp2.Compile(`\A(?:`+expr+`)\z`, options)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout, whole.MatchTimeout = matchTimeout, matchTimeout
	return &backtracking{re, whole}, nil
}

func (x *backtracking) find(b []byte) bool {
	ok, err := x.re.MatchString(string(b))
	return ok && err == nil
}

func (x *backtracking) matches(b []byte) bool {
	ok, err := x.whole.MatchString(string(b))
	return ok && err == nil
}

// all are the first n matches, all for -1, with their groups as offsets of bytes.
func (x *backtracking) all(b []byte, n int) [][]int {
	runes, offsets := make([]rune, 0, len(b)), make([]int, 0, len(b)+1)
	for i := 0; i < len(b); {
		c, size := utf8.DecodeRune(b[i:])
		runes, offsets = append(runes, c), append(offsets, i)
		i += size
	}
	offsets = append(offsets, len(b))
	var all [][]int
	m, err := x.re.FindRunesMatch(runes)
	for ; m != nil && err == nil && n != len(all); m, err = x.re.FindNextMatch(m) {
		groups := m.Groups()
		loc := make([]int, 0, 2*len(groups))
		for i := range groups {
			g := &groups[i]
			if len(g.Captures) == 0 {
				loc = append(loc, -1, -1)
				continue
			}
			loc = append(loc, offsets[g.Index], offsets[g.Index+g.Length])
		}
		all = append(all, loc)
	}
	return all
}
