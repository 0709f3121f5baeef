package grok

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escape reads what a backslash begins, outside a class.
func (p *parser) escape() (*node, error) {
	at := p.pos
	if p.pos+1 >= len(p.src) {
		return nil, p.fail(at, "backslash at the end")
	}
	switch c := p.src[p.pos+1]; c {
	case 'A', 'z', 'Z', 'b', 'B':
		p.pos += 2
		k := map[byte]kind{'A': kBeginText, 'z': kEndText, 'Z': kEndTextNL, 'b': kWordEdge, 'B': kWordEdge}[c]
		return &node{kind: k, neg: c == 'B', at: at, min: asciiEdge(p.flags)}, nil
	case 'R':
		p.pos += 2
		crlf := &node{kind: kLit, lit: "\r\n", at: at}
		one := &node{kind: kSet, set: setNewline, at: at}
		return &node{kind: kAtomic, subs: []*node{{kind: kAlt, subs: []*node{crlf, one}, at: at}}, at: at}, nil
	case 'k':
		p.pos += 2
		return p.backref(at)
	case 'G', 'K', 'X', 'g', 'y', 'Y', 'N', 'O', 'C', 'M', 'c':
		return nil, p.unsupported(at, `\`+string(c))
	}
	if c := p.src[p.pos+1]; c >= '1' && c <= '9' {
		end := p.pos + 2
		for end < len(p.src) && p.src[end] >= '0' && p.src[end] <= '9' {
			end++
		}
		num := atoi(p.src[p.pos+1 : end])
		if num > 9 && num > p.groups && c < '8' {
			p.pos++
			r, err := p.octal(at)
			return p.literal(r, at), err
		}
		if num > 9 {
			return nil, p.fail(at, `\%d: write \k<%d> for a group, or \x for a byte`, num, num)
		}
		p.pos = end
		p.numRef = true
		return &node{kind: kBackref, num: num, neg: p.flags.fold, at: at}, nil
	}
	set, r, err := p.escapeSet()
	if err != nil {
		return nil, err
	}
	if set != nil {
		if p.flags.fold {
			set = set.foldCase()
		}
		return p.setNode(set, at), nil
	}
	return p.literal(r, at), nil
}

// octal reads up to three octal digits, of which there is one at least.
func (p *parser) octal(at int) (rune, error) {
	end := p.pos
	for end < len(p.src) && end < p.pos+3 && p.src[end] >= '0' && p.src[end] <= '7' {
		end++
	}
	n, _ := strconv.ParseInt(p.src[p.pos:end], 8, 32)
	p.pos = end
	if n >= 0x80 {
		return 0, p.fail(at, `\%o is not a character of ASCII; write \x{%X}`, n, n)
	}
	return rune(n), nil
}

// asciiEdge marks a \b whose words are ASCII's.
func asciiEdge(f flags) int {
	if f.ascii {
		return 1
	}
	return 0
}

func (p *parser) backref(at int) (*node, error) {
	closing := ">"
	if !p.take("<") {
		if !p.take("'") {
			return nil, p.fail(at, `\k needs a name: \k<name>`)
		}
		closing = "'"
	}
	name, ok := p.until(closing)
	if !ok || name == "" {
		return nil, p.fail(at, `\k is not closed by %s`, closing)
	}
	if digits(name) {
		p.numRef = true
		return &node{kind: kBackref, num: atoi(name), neg: p.flags.fold, at: at}, nil
	}
	if name[0] == '-' || strings.Contains(name, "+") {
		return nil, p.unsupported(at, `a relative back-reference \k<`+name+`>`)
	}
	return &node{kind: kBackref, field: name, neg: p.flags.fold, at: at}, nil
}

// escapeSet reads an escape that is a set (set is not nil) or a character; it
// serves classes too.
func (p *parser) escapeSet() (set charset, r rune, err error) {
	at := p.pos
	if p.pos+1 >= len(p.src) {
		return nil, 0, p.fail(at, "backslash at the end")
	}
	c := p.src[p.pos+1]
	p.pos += 2
	switch c {
	case 'd', 'D', 'w', 'W', 's', 'S', 'h', 'H':
		set = p.shorthand(c | 0x20)
		if c&0x20 == 0 {
			set = set.negate()
		}
		return set, 0, nil
	case 'p', 'P':
		set, err = p.property(at, c == 'P')
		return set, 0, err
	case 't':
		return nil, '\t', nil
	case 'n':
		return nil, '\n', nil
	case 'r':
		return nil, '\r', nil
	case 'f':
		return nil, '\f', nil
	case 'v':
		return nil, '\v', nil
	case 'a':
		return nil, '\a', nil
	case 'e':
		return nil, 0x1b, nil
	case 'x', 'u', '0':
		r, err = p.numeric(c, at)
		return nil, r, err
	case 'c', 'C', 'M':
		return nil, 0, p.unsupported(at, `\`+string(c))
	case '%':
		if strings.HasPrefix(p.src[p.pos:], "{") {
			return nil, 0, p.fail(at, `a backslash cannot stand before a reference %%{; write [%%]\{ for the text`)
		}
	}
	r, size := utf8.DecodeRuneInString(p.src[at+1:])
	p.pos = at + 1 + size
	return nil, r, nil
}

func (p *parser) shorthand(c byte) charset {
	if !p.flags.unicode {
		return map[byte]charset{'d': setDigit, 'w': setWord, 's': setSpace, 'h': setHex}[c]
	}
	return posixSets[map[byte]string{'d': "digit", 'w': "word", 's': "space", 'h': "xdigit"}[c]]()
}

func (p *parser) property(at int, neg bool) (charset, error) {
	if !p.take("{") {
		return nil, p.fail(at, `\p needs a name: \p{name}`)
	}
	name, ok := p.until("}")
	if !ok {
		return nil, p.fail(at, `\p{ is not closed by }`)
	}
	if strings.HasPrefix(name, "^") {
		name, neg = name[1:], !neg
	}
	set, ok := property(name)
	if !ok {
		return nil, p.fail(at, `no character property %q`, name)
	}
	if p.flags.ascii {
		set = intersect(set, charset{0, 0x7f})
	}
	if neg {
		set = set.negate()
	}
	return set, nil
}

// numeric reads \xHH, \x{H…}, \uHHHH and \0oo. Bytes of UTF-8 text written
// one by one, as in \xC3\xA4, are put together.
func (p *parser) numeric(c byte, at int) (rune, error) {
	hex := func(max int) (int64, bool) {
		end := p.pos
		for end < len(p.src) && end < p.pos+max && strings.IndexByte("0123456789abcdefABCDEF", p.src[end]) >= 0 {
			end++
		}
		n, err := strconv.ParseInt(p.src[p.pos:end], 16, 32)
		p.pos = end
		return n, err == nil
	}
	switch {
	case c == '0':
		end := p.pos
		for end < len(p.src) && end < p.pos+2 && p.src[end] >= '0' && p.src[end] <= '7' {
			end++
		}
		n, _ := strconv.ParseInt("0"+p.src[p.pos:end], 8, 32)
		p.pos = end
		return rune(n), nil
	case c == 'u':
		start := p.pos
		if n, ok := hex(4); ok && p.pos == start+4 && utf8.ValidRune(rune(n)) {
			return rune(n), nil
		}
		return 0, p.fail(at, `\u needs four hexadecimal digits of a character`)
	case p.take("{"):
		n, ok := hex(8)
		if !ok || !p.take("}") || !utf8.ValidRune(rune(n)) {
			return 0, p.fail(at, `\x{ needs the hexadecimal number of a character and }`)
		}
		return rune(n), nil
	}
	n, ok := hex(2)
	if !ok {
		return 0, p.fail(at, `\x needs two hexadecimal digits`)
	}
	if n < 0x80 {
		return rune(n), nil
	}
	text := []byte{byte(n)}
	for !utf8.FullRune(text) && p.take(`\x`) {
		n, _ := hex(2)
		text = append(text, byte(n))
	}
	r, _ := utf8.DecodeRune(text)
	if r == utf8.RuneError {
		return 0, p.fail(at, `\x%02X does not begin a UTF-8 character`, n)
	}
	return r, nil
}
