package painless

import (
	"fmt"
	"strings"
)

// maxSource is Elasticsearch's default for the length of a script.
const maxSource = 65535

type lexer struct {
	src string
	at  int
	out []token
}

// lex cuts a script into tokens; the last one is tokEOF.
func lex(src string) ([]token, error) {
	if len(src) > maxSource {
		return nil, &CompileError{src: src, Message: fmt.Sprintf("scripts may be no longer than %d characters, this one has %d", maxSource, len(src))}
	}
	l := &lexer{src: src}
	for {
		if err := l.space(); err != nil {
			return nil, err
		}
		if l.at >= len(src) {
			l.emit(tokEOF, "", l.at)
			return l.out, nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) emit(k tokenKind, text string, pos int) {
	l.out = append(l.out, token{kind: k, text: text, pos: pos})
}

func (l *lexer) fail(pos int, format string, args ...any) error {
	return &CompileError{src: l.src, pos: pos, Message: fmt.Sprintf(format, args...)}
}

// space skips white space and comments.
func (l *lexer) space() error {
	for l.at < len(l.src) {
		switch rest := l.src[l.at:]; {
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r':
			l.at++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return l.fail(l.at, "comment does not end")
			}
			l.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) next() error {
	c := l.src[l.at]
	switch {
	case isLetter(c):
		l.word()
		return nil
	case isDigit(c):
		return l.number()
	case c == '"' || c == '\'':
		return l.text(c)
	case c == '/' && l.slashIsRegex():
		return l.regex()
	}
	for _, op := range operators {
		if strings.HasPrefix(l.src[l.at:], op) {
			l.emit(tokOp, op, l.at)
			l.at += len(op)
			return nil
		}
	}
	return l.fail(l.at, "unexpected character [%s]", firstRune(l.src[l.at:]))
}

func (l *lexer) last() token {
	if len(l.out) == 0 {
		return token{}
	}
	return l.out[len(l.out)-1]
}

func (l *lexer) afterDot() bool { return l.last().is(".") || l.last().is("?.") }

func (l *lexer) word() {
	start := l.at
	for l.at < len(l.src) && (isLetter(l.src[l.at]) || isDigit(l.src[l.at])) {
		l.at++
	}
	text := l.src[start:l.at]
	if keywords[text] && !l.afterDot() {
		l.emit(tokKeyword, text, start)
		return
	}
	l.emit(tokIdent, text, start)
}

// slashIsRegex tells whether a slash begins a regular expression; otherwise it divides.
func (l *lexer) slashIsRegex() bool {
	switch t := l.last(); t.kind {
	case tokIdent, tokInt, tokDecimal:
		return false
	case tokOp:
		return t.text != ")" && t.text != "]"
	}
	return true
}

func (l *lexer) regex() error {
	start := l.at
	for i := start + 1; i < len(l.src) && l.src[i] != '\n'; i++ {
		switch l.src[i] {
		case '\\':
			i++
		case '/':
			if i == start+1 {
				return l.fail(start, "empty regular expression")
			}
			end := i + 1
			for end < len(l.src) && strings.IndexByte("cilmsUux", l.src[end]) >= 0 {
				end++
			}
			l.out = append(l.out, token{tokRegex, l.src[start+1 : i], l.src[i+1 : end], start})
			l.at = end
			return nil
		}
	}
	return l.fail(start, "regular expression does not end on its line")
}

// text reads a string. Only the quote and the backslash may be escaped.
func (l *lexer) text(quote byte) error {
	start := l.at
	var b strings.Builder
	for i := start + 1; i < len(l.src); i++ {
		switch c := l.src[i]; c {
		case quote:
			l.emit(tokString, b.String(), start)
			l.at = i + 1
			return nil
		case '\\':
			i++
			if i >= len(l.src) || l.src[i] != '\\' && l.src[i] != quote {
				return l.fail(start, "the only valid escape sequences in strings starting with [%c] are [\\\\] and [\\%c]", quote, quote)
			}
			b.WriteByte(l.src[i])
		default:
			b.WriteByte(c)
		}
	}
	return l.fail(start, "string does not end")
}

func (l *lexer) number() error {
	start, s := l.at, l.src
	i := start
	digits := func(ok func(byte) bool) {
		for i < len(s) && ok(s[i]) {
			i++
		}
	}
	kind := tokInt
	switch {
	case l.afterDot():
		digits(isDigit)
		l.emit(tokInt, s[start:i], start)
		l.at = i
		return nil
	case s[i] == '0' && i+1 < len(s) && (s[i+1] == 'x' || s[i+1] == 'X'):
		i += 2
		digits(isHex)
		if i == start+2 {
			return l.fail(start, "malformed number [%s]", s[start:i])
		}
	default:
		digits(isDigit)
		if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
			kind = tokDecimal
			i++
			digits(isDigit)
		}
		if n := exponent(s[i:]); n > 0 {
			kind = tokDecimal
			i += n
		}
	}
	if i < len(s) && strings.IndexByte("lLfFdD", s[i]) >= 0 && !(strings.IndexByte("lL", s[i]) >= 0 && kind == tokDecimal) {
		i++
	}
	if i < len(s) && isLetter(s[i]) {
		return l.fail(start, "malformed number [%s]", s[start:i+1])
	}
	l.emit(kind, s[start:i], start)
	l.at = i
	return nil
}

// exponent is the length of the exponent at the start of s, 0 when there is none.
func exponent(s string) int {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	first := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == first {
		return 0
	}
	return i
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c-'0' <= 9 }
func isHex(c byte) bool    { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
