package condition

import (
	"fmt"
	"strings"
)

type tokenKind uint8

const (
	endOfSource tokenKind = iota
	identifier
	number
	quoted
	operator
	pattern // /regex/flags: text is the expression, flags follow
)

type token struct {
	kind  tokenKind
	text  string
	flags string
	position
}

// Error says what is wrong with a script, and where.
type Error struct {
	Line, Column int
	Msg          string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Msg) }

func errorAt(p position, format string, args ...any) error {
	return &Error{p.line, p.column, fmt.Sprintf(format, args...)}
}

// operators, longer ones first.
var operators = []string{
	"===", "!==", "==~", "==", "!=", "=~", "<=", ">=", "&&", "||", "?.", "?:", "<", ">", "!", "+", "-", "*", "/", "%",
	"?", ":", ".", ",", ";", "(", ")", "[", "]", "=", "{", "}",
}

type lexer struct {
	src  string
	at   int
	line int
	bol  int // where the line begins
	last token
}

func (l *lexer) pos() position { return position{l.line, l.at - l.bol + 1} }

func (l *lexer) next() (token, error) {
	if err := l.skipSpace(); err != nil {
		return token{}, err
	}
	t, err := l.scan()
	l.last = t
	return t, err
}

func (l *lexer) skipSpace() error {
	for l.at < len(l.src) {
		switch c := l.src[l.at]; {
		case c == '\n':
			l.at++
			l.line, l.bol = l.line+1, l.at
		case c == ' ' || c == '\t' || c == '\r':
			l.at++
		case strings.HasPrefix(l.src[l.at:], "//"):
			for l.at < len(l.src) && l.src[l.at] != '\n' {
				l.at++
			}
		case strings.HasPrefix(l.src[l.at:], "/*"):
			end := strings.Index(l.src[l.at+2:], "*/")
			if end < 0 {
				return errorAt(l.pos(), "comment is not closed")
			}
			comment := l.src[l.at : l.at+end+4]
			l.line += strings.Count(comment, "\n")
			if i := strings.LastIndexByte(comment, '\n'); i >= 0 {
				l.bol = l.at + i + 1
			}
			l.at += len(comment)
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) scan() (token, error) {
	p := l.pos()
	if l.at == len(l.src) {
		return token{kind: endOfSource, position: p}, nil
	}
	start := l.at
	switch c := l.src[l.at]; {
	case isIdent(c) && !isDigit(c):
		for l.at < len(l.src) && isIdent(l.src[l.at]) {
			l.at++
		}
		return token{kind: identifier, text: l.src[start:l.at], position: p}, nil
	case isDigit(c):
		for l.at < len(l.src) && (isIdent(l.src[l.at]) || l.src[l.at] == '.' && l.at+1 < len(l.src) && isDigit(l.src[l.at+1])) {
			l.at++
		}
		return token{kind: number, text: l.src[start:l.at], position: p}, nil
	case c == '\'' || c == '"':
		return l.scanQuoted(c, p)
	case c == '/' && l.patternMayFollow():
		return l.scanPattern(p)
	}
	for _, op := range operators {
		if strings.HasPrefix(l.src[l.at:], op) {
			l.at += len(op)
			return token{kind: operator, text: op, position: p}, nil
		}
	}
	return token{}, errorAt(p, "unexpected character [%c]", l.src[l.at])
}

// patternMayFollow tells a regular expression from a division.
func (l *lexer) patternMayFollow() bool {
	switch l.last.kind {
	case identifier, number, quoted, pattern:
		return false
	case operator:
		return l.last.text != ")" && l.last.text != "]"
	}
	return true
}

func (l *lexer) scanQuoted(quote byte, p position) (token, error) {
	var b strings.Builder
	for l.at++; l.at < len(l.src); l.at++ {
		switch c := l.src[l.at]; {
		case c == quote:
			l.at++
			return token{kind: quoted, text: b.String(), position: p}, nil
		case c == '\n':
			return token{}, errorAt(p, "string is not closed")
		case c == '\\' && l.at+1 < len(l.src):
			l.at++
			switch e := l.src[l.at]; {
			case e == 'n':
				b.WriteByte('\n')
			case e == 'r':
				b.WriteByte('\r')
			case e == 't':
				b.WriteByte('\t')
			case e == '\\' || e == quote:
				b.WriteByte(e)
			default:
				return token{}, errorAt(l.pos(), `unknown escape \%c; write \\ for a backslash`, e)
			}
		default:
			b.WriteByte(c)
		}
	}
	return token{}, errorAt(p, "string is not closed")
}

func (l *lexer) scanPattern(p position) (token, error) {
	start := l.at + 1
	for l.at++; l.at < len(l.src) && l.src[l.at] != '\n'; l.at++ {
		switch l.src[l.at] {
		case '\\':
			l.at++
		case '/':
			t := token{kind: pattern, text: strings.ReplaceAll(l.src[start:l.at], `\/`, "/"), position: p}
			flags := l.at + 1
			for l.at++; l.at < len(l.src) && isIdent(l.src[l.at]); l.at++ {
			}
			t.flags = l.src[flags:l.at]
			return t, nil
		}
	}
	return token{}, errorAt(p, "regular expression is not closed")
}

func isDigit(c byte) bool { return c-'0' <= 9 }
func isIdent(c byte) bool { return isDigit(c) || c|0x20-'a' < 26 || c == '_' }
