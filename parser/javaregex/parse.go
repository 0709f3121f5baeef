package javaregex

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A regular expression of java.util.regex is parsed here and written again in the syntax of the engine that
// runs it, with every class, case and line end spelled out: nothing is left to what an engine takes it to mean.

// options are what (?ims) set.
type options struct{ fold, unicode, multi, dotAll, lines, comments bool }

// parser writes two expressions at once, as the two engines differ in little.
type parser struct {
	src   string
	at    int
	flags options
	depth int

	groups  int
	names   map[string]int
	back    bool // needs the backtracking engine: look-around, back references, possessive quantifiers
	context bool // has \A or \b
	endLine bool // has $ or \Z, which differ where the text ends with a line end
}

// piece is a part of the expression in both syntaxes.
type piece struct{ re2, dotnet string }

func same(s string) piece { return piece{s, s} }

func (p piece) plus(q piece) piece { return piece{p.re2 + q.re2, p.dotnet + q.dotnet} }

type parseError struct{ msg string }

func (p *parser) fail(format string, args ...any) {
	panic(parseError{fmt.Sprintf(format, args...)})
}

func (p *parser) more() bool { return p.at < len(p.src) }

func (p *parser) peek() byte {
	if p.more() {
		return p.src[p.at]
	}
	return 0
}

func (p *parser) has(s string) bool { return strings.HasPrefix(p.src[p.at:], s) }

func (p *parser) rune() rune {
	r, size := utf8.DecodeRuneInString(p.src[p.at:])
	p.at += size
	return r
}

// alternatives reads up to a closing parenthesis or the end.
func (p *parser) alternatives() piece {
	if p.depth++; p.depth > 200 {
		p.fail("groups are nested deeper than 200")
	}
	flags := p.flags
	var out piece
	for first := true; first || p.peek() == '|' && p.more(); first = false {
		if !first {
			p.at++
			out = out.plus(same("|"))
		}
		out = out.plus(p.sequence())
	}
	p.flags = flags
	p.depth--
	return out
}

func (p *parser) sequence() piece {
	var out piece
	for p.more() && p.peek() != '|' && p.peek() != ')' {
		if p.flags.comments && p.skipComment() {
			continue
		}
		atom, quantifiable := p.atom()
		if quantifiable {
			atom = p.quantified(atom)
		}
		out = out.plus(atom)
	}
	return out
}

func (p *parser) skipComment() bool {
	switch c := p.peek(); {
	case c == '#':
		for p.more() && p.peek() != '\n' {
			p.at++
		}
		return true
	case strings.IndexByte(" \t\n\r\f\x0b", c) >= 0:
		p.at++
		return true
	}
	return false
}

func (p *parser) quantified(atom piece) piece {
	for p.flags.comments && p.more() && p.skipComment() {
	}
	q := ""
	switch c := p.peek(); {
	case !p.more():
		return atom
	case c == '*' || c == '+' || c == '?':
		q = string(c)
		p.at++
	case c == '{':
		q = p.braces()
	default:
		return atom
	}
	switch {
	case p.peek() == '?' && p.more():
		p.at++
		return atom.plus(same(q + "?"))
	case p.peek() == '+' && p.more():
		p.at++
		p.back = true
		return piece{"", "(?>" + atom.dotnet + q + ")"}
	}
	return atom.plus(same(q))
}

func (p *parser) braces() string {
	end := strings.IndexByte(p.src[p.at:], '}')
	if end < 0 {
		p.fail("Illegal repetition")
	}
	q := p.src[p.at : p.at+end+1]
	p.at += end + 1
	low, high, comma := strings.Cut(q[1:len(q)-1], ",")
	n, err := strconv.Atoi(low)
	m := n
	if err == nil && comma && high != "" {
		m, err = strconv.Atoi(high)
	}
	if err != nil || n < 0 || m < n {
		p.fail("Illegal repetition %s", q)
	}
	if m > 1000 || n > 1000 {
		p.back = true
	}
	return q
}

// atom reads one element; anchors cannot be repeated.
func (p *parser) atom() (out piece, quantifiable bool) {
	switch c := p.peek(); c {
	case '(':
		return p.group()
	case '[':
		p.at++
		return p.set(p.class()), true
	case '.':
		p.at++
		switch {
		case p.flags.dotAll:
			return p.set(set{{0, utf8.MaxRune}}), true
		case p.flags.lines:
			return p.set(setOf('\n', '\n').negate()), true
		}
		return p.set(setLine.negate()), true
	case '^':
		p.at++
		if p.flags.multi {
			p.back = true
			return piece{"", `(?:\A|(?<=[\n\u0085\u2028\u2029]|\r(?!\n))(?!\z))`}, false
		}
		p.context = true
		return same(`\A`), false
	case '$':
		p.at++
		if p.flags.multi {
			p.back = true
			return piece{"", `(?:(?=[\r\u0085\u2028\u2029]|\z)|(?<!\r)(?=\n))`}, false
		}
		return p.end(), false
	case '\\':
		p.at++
		return p.escape()
	case '*', '+', '?':
		p.fail("Dangling meta character '%c'", c)
	case '{':
		p.fail("Illegal repetition")
	}
	return p.literal(p.rune()), true
}

// end is $ and \Z: the end of the text, or before a line end that ends it.
func (p *parser) end() piece {
	p.endLine = true
	return piece{`\z`, `(?:(?=(?:\r\n|[\r\u0085\u2028\u2029])?\z)|(?<!\r)(?=\n\z))`}
}

func (p *parser) literal(r rune) piece {
	return p.set(set{{r, r}})
}

// set writes a class; a single character is written as it is.
func (p *parser) set(s set) piece {
	if p.flags.fold {
		s = s.fold(p.flags.unicode)
	}
	if len(s) == 1 && s[0][0] == s[0][1] {
		return same(quoteRune(s[0][0]))
	}
	if len(s) == 0 {
		return piece{`[^\x00-\x{10FFFF}]`, `(?!)`}
	}
	var b strings.Builder
	b.WriteByte('[')
	for _, r := range s {
		b.WriteString(quoteRune(r[0]))
		if r[1] > r[0] {
			b.WriteByte('-')
			b.WriteString(quoteRune(r[1]))
		}
	}
	b.WriteByte(']')
	return same(b.String())
}

func quoteRune(r rune) string {
	switch {
	case r < 0x20 || r == 0x7f:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x80 && !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r == '_' || r == ' ' || r == '"' || r == '\'' || r == '<' || r == '>' || r == '/' || r == '%' || r == '@' || r == ',' || r == ';' || r == ':' || r == '=' || r == '!' || r == '`' || r == '~'):
		return `\` + string(r)
	case r >= 0xd800 && r < 0xe000:
		return string(rune(0xd7ff)) // surrogates alone are in no text that is matched
	}
	return string(r)
}

func (p *parser) group() (piece, bool) {
	p.at++
	open := same("(")
	capturing := ""
	look := false
	switch {
	case p.has("?:"):
		p.at += 2
		open = same("(?:")
	case p.has("?=") || p.has("?!") || p.has("?>"):
		open = piece{"", "(" + p.src[p.at:p.at+2]}
		look = !p.has("?>")
		p.at += 2
		p.back = true
	case p.has("?<=") || p.has("?<!"):
		open = piece{"", "(" + p.src[p.at:p.at+3]}
		p.at += 3
		p.back, look = true, true
	case p.has("?<"):
		end := strings.IndexByte(p.src[p.at:], '>')
		if end < 0 {
			p.fail("named capturing group is missing trailing '>'")
		}
		capturing = p.src[p.at+2 : p.at+end]
		p.at += end + 1
		if capturing == "" || isDigit(capturing[0]) || strings.IndexFunc(capturing, func(r rune) bool { return r > 0x7f || !isLetter(byte(r)) && !isDigit(byte(r)) }) >= 0 {
			p.fail("named capturing group [%s] is not a name", capturing)
		}
		if p.names[capturing] > 0 {
			p.fail("Named capturing group <%s> is already defined", capturing)
		}
		p.groups++
		p.names[capturing] = p.groups
	case p.has("?"):
		return p.flagGroup()
	default:
		p.groups++
	}
	body := p.alternatives()
	p.closeGroup()
	return open.plus(body).plus(same(")")), !look
}

func (p *parser) closeGroup() {
	if p.peek() != ')' || !p.more() {
		p.fail("Unclosed group")
	}
	p.at++
}

// flagGroup reads (?ims-x) and (?i:…).
func (p *parser) flagGroup() (piece, bool) {
	p.at++
	flags, on := p.flags, true
	for {
		c := p.peek()
		p.at++
		switch c {
		case '-':
			on = false
		case ')':
			p.flags = flags
			return piece{}, false
		case ':':
			before := p.flags
			p.flags = flags
			body := p.alternatives()
			p.flags = before
			p.closeGroup()
			return same("(?:").plus(body).plus(same(")")), true
		default:
			if !flags.set(c, on) {
				p.fail("Unknown inline modifier")
			}
		}
	}
}

// set turns a flag on or off; Painless writes them behind the expression.
func (f *options) set(c byte, on bool) bool {
	switch c {
	case 'i':
		f.fold = on
	case 'u':
		f.unicode = on
	case 'm':
		f.multi = on
	case 's':
		f.dotAll = on
	case 'd':
		f.lines = on
	case 'x':
		f.comments = on
	default:
		return false
	}
	return true
}
