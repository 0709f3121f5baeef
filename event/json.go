package event

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// JSONLimits bound what a sender can put into one event by way of JSON.
type JSONLimits struct {
	Depth int // nesting of lists and maps
	Keys  int // entries of all lists and maps together
	Names int // bytes of the names that lead to a value, with a dot between them; 0 is no limit
}

// DefaultJSONLimits are far above what a log line has.
func DefaultJSONLimits() JSONLimits { return JSONLimits{Depth: 100, Keys: 10_000} }

// JSON errors, to be told apart with errors.Is; the error in hand says where.
var (
	ErrJSONSyntax    = errors.New("not valid JSON")
	ErrJSONTooDeep   = errors.New("JSON is nested too deep")
	ErrJSONTooLarge  = errors.New("JSON has too many entries")
	ErrJSONLongNames = errors.New("JSON has names that are too long")
	ErrJSONDuplicate = errors.New("JSON has a duplicate field")
)

// ParseJSON reads the JSON value (RFC 8259) at the start of src into the event, and returns it with what
// follows it. Integers become Int, Long or BigInt by their size, other numbers Double. Of duplicate
// names the last wins when duplicates are allowed, else they are an error. src may be the event's own text.
func (ev *Event) ParseJSON(src []byte, limits JSONLimits, duplicates bool) (v Value, rest []byte, err error) {
	p := jsonParser{ev: ev, src: src, limits: limits, duplicates: duplicates}
	p.space()
	v, err = p.value(limits.Depth)
	if err != nil {
		return Value{}, nil, fmt.Errorf("%w at byte %d", err, p.at)
	}
	p.space()
	return v, src[p.at:], nil
}

type jsonParser struct {
	ev         *Event
	src        []byte
	own        bool // src is the beginning of the event's buffer: strings without escapes are parts of it
	at         int
	entries    int
	names      int // bytes of the names that lead to the object in hand
	limits     JSONLimits
	duplicates bool
	longs      bool // whole numbers are Longs, however small
}

func (p *jsonParser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

func (p *jsonParser) space() {
	for p.at < len(p.src) {
		switch p.src[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *jsonParser) value(depth int) (Value, error) {
	switch c := p.peek(); {
	case c == '{' || c == '[':
		if depth == 0 {
			return Value{}, ErrJSONTooDeep
		}
		if c == '{' {
			return p.object(depth - 1)
		}
		return p.list(depth - 1)
	case c == '"':
		return p.string()
	case c == '-' || c-'0' <= 9:
		return p.number()
	case c == 't':
		return BoolValue(true), p.word("true")
	case c == 'f':
		return BoolValue(false), p.word("false")
	case c == 'n':
		return NullValue(), p.word("null")
	}
	return Value{}, ErrJSONSyntax
}

func (p *jsonParser) word(w string) error {
	if len(p.src)-p.at < len(w) || string(p.src[p.at:p.at+len(w)]) != w {
		return ErrJSONSyntax
	}
	p.at += len(w)
	return nil
}

// next moves on to the next entry of a container that ends with end.
func (p *jsonParser) next(first bool, end byte) (more bool, err error) {
	p.space()
	if p.peek() == end && p.at < len(p.src) {
		p.at++
		return false, nil
	}
	if !first {
		if p.peek() != ',' {
			return false, ErrJSONSyntax
		}
		p.at++
		p.space()
		if p.peek() == end {
			return false, ErrJSONSyntax
		}
	}
	if p.entries++; p.entries > p.limits.Keys {
		return false, ErrJSONTooLarge
	}
	return true, nil
}

func (p *jsonParser) object(depth int) (Value, error) {
	p.at++
	m := p.ev.NewMap()
	for first := true; ; first = false {
		if more, err := p.next(first, '}'); !more {
			return m, err
		}
		if p.peek() != '"' {
			return m, ErrJSONSyntax
		}
		name, err := p.string()
		if err != nil {
			return m, err
		}
		p.space()
		if p.peek() != ':' {
			return m, ErrJSONSyntax
		}
		p.at++
		p.space()
		length := int(name.bits&(1<<32-1)) + 1
		if p.names += length; p.limits.Names > 0 && p.names > p.limits.Names {
			return m, ErrJSONLongNames
		}
		v, err := p.value(depth)
		if err != nil {
			return m, err
		}
		p.names -= length
		k := key(name.bits)
		if i := p.ev.find(&p.ev.objects[m.bits], k); i < 0 {
			p.ev.add(m, k, v)
		} else if p.duplicates {
			p.ev.SetAt(m, i, v)
		} else {
			return m, fmt.Errorf("%w %q", ErrJSONDuplicate, p.ev.Bytes(name))
		}
	}
}

func (p *jsonParser) list(depth int) (Value, error) {
	p.at++
	l := p.ev.NewList()
	for first := true; ; first = false {
		if more, err := p.next(first, ']'); !more {
			return l, err
		}
		v, err := p.value(depth)
		if err != nil {
			return l, err
		}
		p.ev.Append(l, v)
	}
}

func (p *jsonParser) number() (Value, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	lead := p.at
	if !p.digits() || p.src[lead] == '0' && p.at-lead > 1 {
		return Value{}, ErrJSONSyntax
	}
	whole := true
	if p.peek() == '.' {
		whole = false
		p.at++
		if !p.digits() {
			return Value{}, ErrJSONSyntax
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		whole = false
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return Value{}, ErrJSONSyntax
		}
	}
	text := p.src[start:p.at]
	if whole {
		v := p.ev.Integer(text)
		if p.longs && v.kind == Int {
			v.kind = Long
		}
		return v, nil
	}
	f, _ := strconv.ParseFloat(string(text), 64) // out of range gives an infinity, as in Java
	return DoubleValue(f), nil
}

func (p *jsonParser) digits() bool {
	start := p.at
	for p.peek()-'0' <= 9 {
		p.at++
	}
	return p.at > start
}

// Integer is the smallest of Int, Long and BigInt that holds the decimal digits of text, which may have a sign.
func (ev *Event) Integer(text []byte) Value {
	n, err := strconv.ParseInt(string(text), 10, 64)
	switch {
	case err != nil:
		return ev.As(BigInt, ev.String(text))
	case n == int64(int32(n)):
		return IntValue(int32(n))
	}
	return LongValue(n)
}

// string reads a string, of which the text is copied into the event, unless it stands there.
func (p *jsonParser) string() (Value, error) {
	p.at++
	mark, start := p.ev.Mark(), p.at
	plain := start
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			if p.own && plain == start {
				v := Value{String, uint64(start)<<32 | uint64(p.at-start)}
				p.at++
				return v, nil
			}
			p.ev.Write(p.src[plain:p.at])
			p.at++
			return p.ev.Since(mark), nil
		case c < 0x20:
			return Value{}, ErrJSONSyntax
		case c == '\\':
			p.ev.Write(p.src[plain:p.at])
			if err := p.escape(); err != nil {
				return Value{}, err
			}
			plain = p.at
		default:
			p.at++
		}
	}
	return Value{}, ErrJSONSyntax
}

func (p *jsonParser) escape() error {
	p.at++
	c := p.peek()
	p.at++
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return p.unicode()
	default:
		return ErrJSONSyntax
	}
	return p.ev.WriteByte(c)
}

// unicode reads the digits of \u, and the second half of a surrogate pair; a lone half becomes U+FFFD.
func (p *jsonParser) unicode() error {
	r, ok := p.hex4()
	if !ok {
		return ErrJSONSyntax
	}
	if r >= 0xd800 && r < 0xdc00 && p.at+1 < len(p.src) && p.src[p.at] == '\\' && p.src[p.at+1] == 'u' {
		back := p.at
		p.at += 2
		low, ok := p.hex4()
		if !ok {
			return ErrJSONSyntax
		}
		if low >= 0xdc00 && low < 0xe000 {
			r = 0x10000 + (r-0xd800)<<10 + (low - 0xdc00)
		} else {
			p.at = back
		}
	}
	p.ev.buf = utf8.AppendRune(p.ev.buf, r)
	return nil
}

func (p *jsonParser) hex4() (rune, bool) {
	if len(p.src)-p.at < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.src[p.at:p.at+4]), 16, 32)
	if err != nil || n > math.MaxUint16 {
		return 0, false
	}
	p.at += 4
	return rune(n), true
}
