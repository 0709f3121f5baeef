// Package javaregex runs the regular expressions of java.util.regex: those of Painless and of the processors that
// have some. An expression is parsed, and written again for the engine that runs it, with every class, case and line
// end spelled out. Most come to Go's, which is linear in time; those with look-around, back references, atomic groups
// or possessive quantifiers to a backtracking one, whose matches end after a bounded time. What neither can do is an
// error when the expression is compiled, never another match.
package javaregex

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Timeout bounds a match of the backtracking engine.
const Timeout = 500 * time.Millisecond

// ErrTimeout says that a match took longer than [Timeout].
var ErrTimeout = errors.New("a regular expression took longer than " + Timeout.String())

// Regexp is a compiled expression, safe for concurrent use.
type Regexp struct {
	source  string
	linear  *regexp.Regexp // Go's engine; nil when the expression needs the other
	whole   *regexp.Regexp // the same, anchored at both ends
	back    *regexp2.Regexp
	backAll *regexp2.Regexp
	endLine bool // linear is right only where the text does not end with a line end
	context bool // has \A or \b, which look at what stands before: Go's engine cannot begin in the middle
	empty   bool // linear can match nothing at all
	literal []byte
	need    *byteSet // linear's
	groups  int
	names   map[string]int
}

// Compile compiles an expression with Painless's flags, of "imsux".
func Compile(expr, flags string) (re *Regexp, err error) {
	p := &parser{src: expr, names: map[string]int{}}
	defer func() {
		if e, ok := recover().(parseError); ok {
			re, err = nil, fmt.Errorf("regular expression /%s/: %s near index %d", expr, e.msg, p.at)
		}
	}()
	for i := range len(flags) {
		switch c := flags[i]; c {
		case 'U', 'l', 'c':
			return nil, fmt.Errorf("regular expression /%s/: flag %c is not supported", expr, c)
		default:
			p.flags.set(c, true)
		}
	}
	whole := p.alternatives()
	if p.more() {
		return nil, fmt.Errorf("regular expression /%s/: Unmatched closing ')'", expr)
	}
	re = &Regexp{source: expr, endLine: p.endLine, context: p.context, groups: p.groups, names: p.names}
	if !p.back {
		if re.linear, err = regexp.Compile(whole.re2); err != nil {
			p.back = true // too large, for one
		} else {
			re.whole = regexp.MustCompile(`\A(?:` + whole.re2 + `)\z`)
			re.empty = canBeEmpty(whole.re2)
			re.need = needOf(whole.re2)
			if text, all := re.linear.LiteralPrefix(); all && text != "" && p.groups == 0 {
				re.literal = []byte(text)
			}
		}
	}
	if p.back || p.endLine || p.context {
		if re.back, err = compileBack(whole.dotnet); err == nil {
			re.backAll, err = compileBack(`\A(?:` + whole.dotnet + `)\z`)
		}
		if err != nil {
			return nil, fmt.Errorf("regular expression /%s/: %w", expr, err)
		}
	}
	return re, nil
}

func compileBack(s string) (*regexp2.Regexp, error) {
	re, err := regexp2.Compile(s, regexp2.None)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = Timeout
	return re, nil
}

// canBeEmpty tells whether an expression in Go's syntax may match nothing.
func canBeEmpty(expr string) bool {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	return err != nil || leastWidth(parsed) == 0
}

// leastWidth is 0 for an expression that may match nothing.
func leastWidth(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyCharNotNL, syntax.OpAnyChar, syntax.OpNoMatch:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return leastWidth(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * leastWidth(re.Sub[0])
	case syntax.OpConcat:
		sum := 0
		for _, sub := range re.Sub {
			sum += leastWidth(sub)
		}
		return sum
	case syntax.OpAlternate:
		least := leastWidth(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			least = min(least, leastWidth(sub))
		}
		return least
	}
	return 0
}

// String is the expression as it was written.
func (re *Regexp) String() string { return re.source }

// Groups is the number of groups.
func (re *Regexp) Groups() int { return re.groups }

// Group is the number of a named group, -1 if there is none.
func (re *Regexp) Group(name string) int {
	if n, ok := re.names[name]; ok {
		return n
	}
	return -1
}

// useLinear tells whether Go's engine gives Java's answer for this text.
func (re *Regexp) useLinear(s []byte) bool {
	return re.linear != nil && !(re.endLine && endsLine(s))
}

func endsLine(s []byte) bool {
	if len(s) == 0 {
		return false
	}
	switch c := s[len(s)-1]; {
	case c == '\n' || c == '\r':
		return true
	case c >= utf8.RuneSelf:
		r, _ := utf8.DecodeLastRune(s)
		return r == 0x85 || r == 0x2028 || r == 0x2029
	}
	return false
}

// Contains tells whether the expression matches anywhere in s. The error is ErrTimeout, here and below.
func (re *Regexp) Contains(s []byte) (bool, error) {
	switch {
	case re.literal != nil:
		return bytes.Contains(s, re.literal), nil
	case re.useLinear(s):
		return !re.lacks(s) && re.linear.Match(s), nil
	}
	ok, err := re.back.MatchString(string(s))
	return ok, timeout(err)
}

// Find is Contains, where a match that takes too long counts as none.
func (re *Regexp) Find(s []byte) bool {
	ok, err := re.Contains(s)
	return ok && err == nil
}

// Matches tells whether the expression matches all of s.
func (re *Regexp) Matches(s []byte) (bool, error) {
	switch {
	case re.literal != nil:
		return bytes.Equal(s, re.literal), nil
	case re.useLinear(s):
		return re.whole.Match(s), nil
	}
	ok, err := re.backAll.MatchString(string(s))
	return ok, timeout(err)
}

func timeout(err error) error {
	if err != nil {
		return ErrTimeout
	}
	return nil
}

// Search finds the first match that begins at byte from or later, nil if there is none. The pairs are byte offsets
// of the match and its groups, -1 for groups that took no part.
func (re *Regexp) Search(s []byte, from int) ([]int, error) {
	switch {
	case !re.useLinear(s) || from > 0 && re.context:
		return re.first(re.back, s, from)
	case re.lacks(s[from:]):
		return nil, nil
	case from == 0:
		return re.linear.FindSubmatchIndex(s), nil
	}
	m := re.linear.FindSubmatchIndex(s[from:])
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m, nil
}

// SearchWhole is Search for a match of all of s.
func (re *Regexp) SearchWhole(s []byte) ([]int, error) {
	if re.useLinear(s) {
		return re.whole.FindSubmatchIndex(s), nil
	}
	return re.first(re.backAll, s, 0)
}

// All are all matches in s that do not overlap, each with its groups, up to one that takes too long. One of nothing
// may stand right behind another, which Go's FindAll leaves out.
func (re *Regexp) All(s []byte) (all [][]int) {
	switch {
	case re.useLinear(s) && re.lacks(s):
		return nil
	case re.useLinear(s) && !re.empty:
		return re.linear.FindAllSubmatchIndex(s, -1)
	case re.useLinear(s) && !re.context:
		for at := 0; at <= len(s); {
			m, _ := re.Search(s, at) // Go's engine has no time to run out of
			if m == nil {
				break
			}
			all = append(all, m)
			if at = m[1]; m[0] == m[1] {
				_, size := utf8.DecodeRune(s[at:])
				at += max(size, 1)
			}
		}
		return all
	}
	runes, offsets, _ := decode(s, 0)
	m, err := re.back.FindRunesMatch(runes)
	for ; m != nil && err == nil; m, err = re.back.FindNextMatch(m) {
		all = append(all, re.pairs(m, offsets))
	}
	return all
}

func (re *Regexp) first(engine *regexp2.Regexp, s []byte, from int) ([]int, error) {
	runes, offsets, start := decode(s, from)
	m, err := engine.FindRunesMatchStartingAt(runes, start)
	if m == nil || err != nil {
		return nil, timeout(err)
	}
	return re.pairs(m, offsets), nil
}

// decode returns the runes of s with the byte that each begins at, and the first rune at byte from or later.
func decode(s []byte, from int) (runes []rune, offsets []int, start int) {
	runes = []rune(string(s))
	offsets = make([]int, 0, len(runes)+1)
	start = len(runes)
	for i, at := 0, 0; at < len(s); i++ {
		if at >= from && start == len(runes) {
			start = i
		}
		offsets = append(offsets, at)
		_, size := utf8.DecodeRune(s[at:])
		at += size
	}
	return runes, append(offsets, len(s)), start
}

func (re *Regexp) pairs(m *regexp2.Match, offsets []int) []int {
	out := make([]int, 2*re.groups+2)
	for i, g := range m.Groups() {
		out[2*i], out[2*i+1] = -1, -1
		if len(g.Captures) > 0 {
			out[2*i], out[2*i+1] = offsets[g.Index], offsets[g.Index+g.Length]
		}
	}
	return out
}
