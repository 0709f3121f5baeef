package grok

import (
	"strings"
	"unicode/utf8"
)

// class reads a bracket expression whose [ has been taken.
func (p *parser) class(at int) (charset, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, p.fail(at, "classes nest deeper than %d", maxNesting)
	}
	defer func() { p.depth-- }()
	neg := p.take("^")
	var parts []charset
	var left charset // what stands before &&
	haveLeft := false
	for first := true; ; first = false {
		if p.pos >= len(p.src) {
			return nil, p.fail(at, "class is not closed by ]")
		}
		if p.src[p.pos] == ']' && !(first && strings.IndexByte(p.src[p.pos+1:], ']') >= 0) {
			if first {
				return nil, p.fail(at, "class is empty")
			}
			p.pos++
			break
		}
		if p.take("&&") {
			set := union(parts...)
			if haveLeft {
				set = intersect(left, set)
			}
			left, haveLeft, parts = set, true, nil
			continue
		}
		set, err := p.classItem()
		if err != nil {
			return nil, err
		}
		parts = append(parts, set)
	}
	set := union(parts...)
	if haveLeft {
		set = intersect(left, set)
	}
	if p.flags.fold {
		set = set.foldCase()
	}
	if neg {
		set = set.negate()
	}
	return set, nil
}

// classItem reads a range, a character, a set or a class in the class.
func (p *parser) classItem() (charset, error) {
	at := p.pos
	switch {
	case strings.HasPrefix(p.src[at:], "%{"):
		if _, n, msg := parseReference(p.src[at:]); msg == "" && n > 0 {
			return nil, p.fail(at, "a reference cannot stand inside a class")
		}
	case p.take("[:"):
		if set, ok, err := p.posix(at); ok {
			return set, err
		}
		p.pos = at + 1
		return p.class(at)
	case p.take("["):
		return p.class(at)
	}
	lo, set, err := p.classChar()
	if err != nil || set != nil {
		return set, err
	}
	// a-z, but not a-] nor a-[…] nor a-&&
	if rest := p.src[p.pos:]; len(rest) < 2 || rest[0] != '-' || rest[1] == ']' || rest[1] == '[' || strings.HasPrefix(rest[1:], "&&") {
		return charset{lo, lo}, nil
	}
	p.pos++
	hi, set, err := p.classChar()
	if err != nil {
		return nil, err
	}
	if set != nil { // a-\d: the three of them
		return union(charset{lo, lo, '-', '-'}, set), nil
	}
	if hi < lo {
		return nil, p.fail(at, "range %c-%c ends before it begins", lo, hi)
	}
	return charset{lo, hi}, nil
}

func (p *parser) classChar() (rune, charset, error) {
	if p.src[p.pos] == '\\' {
		if p.pos+1 < len(p.src) {
			switch c := p.src[p.pos+1]; {
			case c == 'b':
				p.pos += 2
				return '\b', nil, nil
			case c == 'R' || c == 'X':
				return 0, nil, p.fail(p.pos, `\%c cannot stand inside a class`, c)
			case c >= '1' && c <= '7':
				p.pos++
				r, err := p.octal(p.pos - 1)
				return r, nil, err
			}
		}
		set, r, err := p.escapeSet()
		return r, set, err
	}
	r, size := utf8.DecodeRuneInString(p.src[p.pos:])
	p.pos += size
	return r, nil, nil
}

// posix reads [:name:] after its [: ; ok is false if it is not one.
func (p *parser) posix(at int) (set charset, ok bool, err error) {
	end := strings.Index(p.src[p.pos:], ":]")
	if end < 0 || strings.ContainsAny(p.src[p.pos:p.pos+end], `[]\`) {
		return nil, false, nil
	}
	name := p.src[p.pos : p.pos+end]
	neg := strings.HasPrefix(name, "^")
	f, known := posixSets[strings.TrimPrefix(name, "^")]
	if !known {
		return nil, true, p.fail(at, "no POSIX class [:%s:]", name)
	}
	p.pos += end + 2
	set = f()
	if p.flags.ascii {
		set = intersect(set, charset{0, 0x7f})
	}
	if neg {
		set = set.negate()
	}
	return set, true, nil
}
