package painless

import (
	"bytes"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// regexTimeout bounds a match of the backtracking engine, which only expressions with look-around, back
// references or possessive quantifiers come to. Go's engine needs no bound: it is linear.
const regexTimeout = 500 * time.Millisecond

// regex is a compiled expression of java.util.regex, safe for concurrent use.
type regex struct {
	source  string
	flags   string
	linear  *regexp.Regexp // Go's engine; nil when the expression needs the other
	whole   *regexp.Regexp // the same, anchored at both ends
	back    *regexp2.Regexp
	backAll *regexp2.Regexp
	endLine bool // linear is right only where the text does not end with a line end
	context bool // has \A or \b, which look at what stands before: Go's engine cannot begin in the middle
	literal []byte
	groups  int
	names   map[string]int
}

// compileRegex compiles a Java expression with Painless's flags.
func compileRegex(src, flags string) (re *regex, err error) {
	p := &reParser{src: src, names: map[string]int{}}
	defer func() {
		if e, ok := recover().(reError); ok {
			re, err = nil, fmt.Errorf("regular expression /%s/: %s near index %d", src, e.msg, p.at)
		}
	}()
	for i := range len(flags) {
		switch c := flags[i]; c {
		case 'U':
			p.flags.unicode = true
			return nil, fmt.Errorf("regular expression /%s/: flag U is not supported", src)
		case 'l', 'c':
			return nil, fmt.Errorf("regular expression /%s/: flag %c is not supported", src, c)
		default:
			p.flags.set(c, true)
		}
	}
	whole := p.alternatives()
	if p.more() {
		return nil, fmt.Errorf("regular expression /%s/: Unmatched closing ')'", src)
	}
	re = &regex{source: src, flags: flags, endLine: p.endLine, context: p.context, groups: p.groups, names: p.names}
	if !p.back {
		if re.linear, err = regexp.Compile(whole.re2); err != nil {
			p.back = true // too large, for one
		} else {
			re.whole = regexp.MustCompile(`\A(?:` + whole.re2 + `)\z`)
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
			return nil, fmt.Errorf("regular expression /%s/: %w", src, err)
		}
	}
	return re, nil
}

func compileBack(s string) (*regexp2.Regexp, error) {
	re, err := regexp2.Compile(s, regexp2.None)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = regexTimeout
	return re, nil
}

// useLinear tells whether Go's engine gives Java's answer for this text.
func (re *regex) useLinear(s []byte) bool {
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

// find tells whether the expression matches anywhere.
func (c *Context) regexFind(re *regex, s []byte) bool {
	switch {
	case re.literal != nil:
		return bytes.Contains(s, re.literal)
	case re.useLinear(s):
		return re.linear.Match(s)
	}
	ok, err := re.back.MatchString(string(s))
	c.regexError(err)
	return ok
}

// regexMatches tells whether the expression matches all.
func (c *Context) regexMatches(re *regex, s []byte) bool {
	switch {
	case re.literal != nil:
		return bytes.Equal(s, re.literal)
	case re.useLinear(s):
		return re.whole.Match(s)
	}
	ok, err := re.backAll.MatchString(string(s))
	c.regexError(err)
	return ok
}

func (c *Context) regexError(err error) {
	if err != nil {
		c.throw("org.elasticsearch.painless.PainlessError", "a regular expression took longer than %v", regexTimeout)
	}
}

// regexSearch finds the first match that begins at byte from or later. The pairs are byte offsets of the match
// and its groups, -1 for groups that took no part.
func (c *Context) regexSearch(re *regex, s []byte, from int) []int {
	c.work(len(s) - from)
	switch {
	case !re.useLinear(s) || from > 0 && re.context:
		return c.backMatch(re.back, re.groups, s, from)
	case from == 0:
		return re.linear.FindSubmatchIndex(s)
	}
	m := re.linear.FindSubmatchIndex(s[from:])
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m
}

// regexWhole is regexSearch for a match of all of s.
func (c *Context) regexWhole(re *regex, s []byte) []int {
	c.work(len(s))
	if re.useLinear(s) {
		return re.whole.FindSubmatchIndex(s)
	}
	return c.backMatch(re.backAll, re.groups, s, 0)
}

func (c *Context) backMatch(re *regexp2.Regexp, groups int, s []byte, from int) []int {
	runes := []rune(string(s))
	offsets := make([]int, 0, len(runes)+1)
	at := 0
	start := len(runes)
	for i := 0; at < len(s); i++ {
		if at >= from && start == len(runes) {
			start = i
		}
		offsets = append(offsets, at)
		_, size := utf8.DecodeRune(s[at:])
		at += size
	}
	offsets = append(offsets, len(s))
	m, err := re.FindRunesMatchStartingAt(runes, start)
	c.regexError(err)
	if m == nil {
		return nil
	}
	out := make([]int, 2*groups+2)
	for i, g := range m.Groups() {
		out[2*i], out[2*i+1] = -1, -1
		if len(g.Captures) > 0 {
			out[2*i], out[2*i+1] = offsets[g.Index], offsets[g.Index+g.Length]
		}
	}
	return out
}
