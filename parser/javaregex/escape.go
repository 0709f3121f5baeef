package javaregex

import (
	"strconv"
	"strings"
)

func (p *parser) escape() (piece, bool) {
	if !p.more() {
		p.fail("Unexpected internal error")
	}
	c := p.peek()
	if s := escapeSet(c); s != nil {
		p.at++
		return p.set(s), true
	}
	switch c {
	case 'b', 'B':
		p.at++
		p.context = true
		return same(`\` + string(c)), false
	case 'A':
		p.at++
		p.context = true
		return same(`\A`), false
	case 'z':
		p.at++
		return same(`\z`), false
	case 'Z':
		p.at++
		return p.end(), false
	case 'R':
		p.at++
		return same(`(?:\r\n|[\n\x0b\f\r` + "\u0085\u2028\u2029" + `])`), true
	case 'Q':
		return p.quotation(), false
	case 'p', 'P':
		return p.set(p.property()), true
	case 'k':
		p.at++
		end := strings.IndexByte(p.src[p.at:], '>')
		if !p.has("<") || end < 0 || p.names[p.src[p.at+1:p.at+end]] == 0 {
			p.fail(`\k is not followed by the name of a group`)
		}
		n := p.names[p.src[p.at+1:p.at+end]]
		p.at += end + 1
		return p.backReference(n), true
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		n := 0
		for isDigit(p.peek()) && p.more() && (n == 0 || n*10+int(p.peek()-'0') <= p.groups) {
			n = n*10 + int(p.peek()-'0')
			p.at++
		}
		return p.backReference(n), true
	case 'G', 'X', 'N':
		p.fail(`\%c is not supported`, c)
	}
	return p.literal(p.escapedRune()), true
}

func (p *parser) backReference(n int) piece {
	p.back = true
	if p.flags.fold {
		p.fail("back references without case are not supported")
	}
	return piece{"", `(?:\` + strconv.Itoa(n) + `)`}
}

// quotation reads \Q…\E.
func (p *parser) quotation() piece {
	p.at++
	text, rest, closed := strings.Cut(p.src[p.at:], `\E`)
	p.at = len(p.src) - len(rest)
	if !closed {
		p.at = len(p.src)
	}
	var out piece
	for _, r := range text {
		out = out.plus(p.literal(r))
	}
	return out
}

func (p *parser) property() set {
	negate := p.peek() == 'P'
	p.at++
	name := ""
	if p.peek() == '{' && p.more() {
		end := strings.IndexByte(p.src[p.at:], '}')
		if end < 0 {
			p.fail("Unclosed character family")
		}
		name = p.src[p.at+1 : p.at+end]
		p.at += end + 1
	} else if p.more() {
		name = string(p.rune())
	}
	s, err := property(name)
	if err != nil {
		p.fail("%s", err)
	}
	if negate {
		return s.negate()
	}
	return s
}

// escapedRune reads the escape of a single character.
func (p *parser) escapedRune() rune {
	c := p.rune()
	digits := func(n, base int) rune {
		if len(p.src)-p.at < n {
			p.fail("Illegal escape sequence")
		}
		v, err := strconv.ParseUint(p.src[p.at:p.at+n], base, 32)
		if err != nil {
			p.fail("Illegal escape sequence")
		}
		p.at += n
		return rune(v)
	}
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'a':
		return 7
	case 'e':
		return 27
	case 'c':
		return p.rune() ^ 64
	case 'x':
		if p.peek() == '{' && p.more() {
			end := strings.IndexByte(p.src[p.at:], '}')
			if end < 2 {
				p.fail("Illegal hexadecimal escape sequence")
			}
			p.at++
			r := digits(end-1, 16)
			p.at++
			return r
		}
		return digits(2, 16)
	case 'u':
		return digits(4, 16)
	case '0':
		n := 0
		for n < 3 && p.at+n < len(p.src) && p.src[p.at+n]-'0' < 8 && (n < 2 || p.src[p.at] < '4') {
			n++
		}
		if n == 0 {
			p.fail("Illegal octal escape sequence")
		}
		return digits(n, 8)
	}
	if c < 0x80 && isLetter(byte(c)) && c != '_' {
		p.fail("Illegal/unsupported escape sequence")
	}
	return c
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
