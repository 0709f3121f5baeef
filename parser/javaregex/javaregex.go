// Package javaregex gives pipelines the regular expressions of java.util.regex on Go's linear-time
// engine. What the two read differently is translated. Expressions that Go's engine cannot do (look-around,
// back-references, atomic groups) go to a backtracking one, whose matches end after a bounded time; what that
// one cannot do either is an error when the pipeline is loaded, never a wrong match.
package javaregex

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// Regexp is a compiled expression, safe for concurrent use.
type Regexp struct {
	re      *regexp.Regexp
	whole   *regexp.Regexp // anchored at both ends
	literal []byte         // when the expression is plain text
	back    *backtracking  // in place of the others, for what Go's engine cannot do
}

// Compile compiles a Java expression. flags are Painless's, of "imsuUxl".
func Compile(expr, flags string) (*Regexp, error) {
	translated, err := translate(expr)
	if err != nil {
		if back, backErr := compileBacktracking(expr, flags); backErr == nil {
			return &Regexp{back: back}, nil
		}
		return nil, err
	}
	goFlags := ""
	for _, f := range flags {
		switch f {
		case 'i', 'm', 's':
			goFlags += string(f)
		case 'u', 'U':
		default:
			return nil, fmt.Errorf("regular expression flag [%c] is not supported", f)
		}
	}
	if goFlags != "" {
		translated = "(?" + goFlags + ")" + translated
	}
	re, err := regexp.Compile(translated)
	if err != nil {
		if back, backErr := compileBacktracking(expr, flags); backErr == nil {
			return &Regexp{back: back}, nil
		}
		return nil, fmt.Errorf("regular expression [%s] is not supported: %w", expr, err)
	}
	r := &Regexp{re: re, whole: regexp.MustCompile(`\A(?:` + translated + `)\z`)}
	if prefix, complete := re.LiteralPrefix(); complete && prefix != "" {
		r.literal = []byte(prefix)
	}
	return r, nil
}

// translate rewrites the escapes that Go lacks, outside and inside of classes.
func translate(expr string) (string, error) {
	var b strings.Builder
	class := false
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case c == '\\' && i+1 < len(expr):
			i++
			escape, err := translateEscape(expr[i], class)
			if err != nil {
				return "", fmt.Errorf("regular expression [%s]: %w", expr, err)
			}
			b.WriteString(escape)
		case class && c == '[':
			return "", fmt.Errorf("regular expression [%s]: unions of character classes are not supported, use one class", expr)
		case class && strings.HasPrefix(expr[i:], "&&"):
			return "", fmt.Errorf("regular expression [%s]: intersections of character classes are not supported", expr)
		case c == '[':
			class = true
			b.WriteByte(c)
			if i+1 < len(expr) && expr[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
		case c == ']':
			class = false
			b.WriteByte(c)
		case !class && (c == '*' || c == '+' || c == '?' || c == '}') && i+1 < len(expr) && expr[i+1] == '+':
			return "", fmt.Errorf("regular expression [%s]: possessive quantifiers are not supported", expr)
		case c == '(' && strings.HasPrefix(expr[i:], "(?<") && len(expr) > i+3 && expr[i+3] != '=' && expr[i+3] != '!':
			b.WriteString("(?P<")
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

func translateEscape(c byte, class bool) (string, error) {
	switch c {
	case 'h':
		if class {
			return ` \t\x{A0}`, nil
		}
		return `[ \t\x{A0}]`, nil
	case 's': // Java's \s has the vertical tab
		if class {
			return `\s\x0B`, nil
		}
		return `[\s\x0B]`, nil
	case 'S':
		if class {
			return "", fmt.Errorf(`\S in a class is not supported`)
		}
		return `[^\s\x0B]`, nil
	case 'Z':
		return `\n?\z`, nil
	case 'e':
		return `\x1B`, nil
	case 'R':
		return `(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])`, nil
	case 'G', 'X', 'k', 'u', '0', 'c', 'H', 'V', 'v', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return "", fmt.Errorf(`\%c is not supported`, c)
	}
	if c >= 0x80 || c == '/' || c == '"' || c == '\'' || c == ' ' || c == '#' || c == '<' || c == '>' || c == '=' || c == ',' || c == ';' ||
		c == ':' || c == '@' || c == '%' || c == '&' || c == '~' || c == '!' || c == '`' || c == '_' {
		return regexp.QuoteMeta(string(rune(c))), nil
	}
	return `\` + string(rune(c)), nil
}

// Literal is the text that the expression stands for, nil when it is more than text.
func (r *Regexp) Literal() []byte { return r.literal }

// Find tells whether the expression matches anywhere in b.
func (r *Regexp) Find(b []byte) bool {
	switch {
	case r.back != nil:
		return r.back.find(b)
	case r.literal != nil:
		return bytes.Contains(b, r.literal)
	}
	return r.re.Match(b)
}

// Matches tells whether the expression matches all of b.
func (r *Regexp) Matches(b []byte) bool {
	switch {
	case r.back != nil:
		return r.back.matches(b)
	case r.literal != nil:
		return bytes.Equal(b, r.literal)
	}
	return r.whole.Match(b)
}

// All are all matches in b that do not overlap, each with its groups.
func (r *Regexp) All(b []byte) [][]int {
	if r.back != nil {
		return r.back.all(b, -1)
	}
	return r.re.FindAllSubmatchIndex(b, -1)
}

// Group is the number of a named group, -1 if there is none.
func (r *Regexp) Group(name string) int {
	if r.back != nil {
		return r.back.re.GroupNumberFromName(name)
	}
	return r.re.SubexpIndex(name)
}

// Groups is the number of groups.
func (r *Regexp) Groups() int {
	if r.back != nil {
		return len(r.back.re.GetGroupNumbers()) - 1
	}
	return r.re.NumSubexp()
}

// Index is the first match in b: its start and end; nil if there is none.
func (r *Regexp) Index(b []byte) []int {
	if r.back == nil {
		return r.re.FindIndex(b)
	}
	if first := r.back.all(b, 1); len(first) > 0 {
		return first[0][:2]
	}
	return nil
}
