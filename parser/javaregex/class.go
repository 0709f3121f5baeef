package javaregex

import (
	"strings"
)

// class reads a character class behind its opening bracket.
func (p *parser) class() set {
	if p.depth++; p.depth > 200 {
		p.fail("classes are nested deeper than 200")
	}
	defer func() { p.depth-- }()
	negate := p.peek() == '^'
	if negate {
		p.at++
	}
	var all *set
	var s set
	meet := func() {
		if all == nil {
			all = &s
		} else {
			x := all.intersect(s)
			all = &x
		}
	}
	for first := true; ; first = false {
		switch {
		case !p.more():
			p.fail("Unclosed character class")
		case p.peek() == ']' && !first:
			p.at++
			meet()
			if negate {
				return all.negate()
			}
			return *all
		case p.has("&&"):
			p.at += 2
			meet2 := s
			if all == nil {
				all = &meet2
			} else {
				x := all.intersect(meet2)
				all = &x
			}
			s = nil
		case p.peek() == '[':
			p.at++
			s = s.union(p.class())
		default:
			s = s.union(p.classItem())
		}
	}
}

func (p *parser) classItem() set {
	if p.peek() == '\\' {
		p.at++
		switch c := p.peek(); {
		case escapeSet(c) != nil:
			p.at++
			return escapeSet(c)
		case c == 'p' || c == 'P':
			return p.property()
		case c == 'Q':
			p.fail(`\Q in a character class is not supported`)
		case c == 'R' || c == 'b' || c == 'B':
			p.fail("Illegal/unsupported escape sequence")
		}
		return p.classRange(p.escapedRune())
	}
	return p.classRange(p.rune())
}

func (p *parser) classRange(from rune) set {
	if p.peek() != '-' || p.at+1 >= len(p.src) || p.src[p.at+1] == ']' || p.src[p.at+1] == '[' || strings.HasPrefix(p.src[p.at+1:], "&&") {
		return set{{from, from}}
	}
	p.at++
	to := rune(0)
	if p.peek() == '\\' {
		p.at++
		if escapeSet(p.peek()) != nil {
			p.fail("Illegal character range")
		}
		to = p.escapedRune()
	} else {
		to = p.rune()
	}
	if to < from {
		p.fail("Illegal character range")
	}
	return set{{from, to}}
}
