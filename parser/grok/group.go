package grok

import "strings"

// group reads what ( begins; nil without an error is a comment.
func (p *parser) group() (*node, error) {
	at := p.pos
	p.pos++ // (
	p.groups++
	if !p.take("?") {
		n, err := p.body(at)
		if err != nil {
			return nil, err
		}
		return &node{kind: kCapture, subs: []*node{n}, at: at}, nil
	}
	look := func(neg, behind bool) (*node, error) {
		n, err := p.body(at)
		if err != nil {
			return nil, err
		}
		return &node{kind: kLook, neg: neg, behind: behind, subs: []*node{n}, at: at}, nil
	}
	switch {
	case p.take(":"):
		return p.body(at)
	case p.take("="):
		return look(false, false)
	case p.take("!"):
		return look(true, false)
	case p.take("<="):
		return look(false, true)
	case p.take("<!"):
		return look(true, true)
	case p.take(">"):
		n, err := p.body(at)
		if err != nil {
			return nil, err
		}
		return &node{kind: kAtomic, subs: []*node{n}, at: at}, nil
	case p.take("#"):
		end := strings.IndexByte(p.src[p.pos:], ')')
		if end < 0 {
			return nil, p.fail(at, "comment (?# is not closed")
		}
		p.pos += end + 1
		return nil, nil
	case p.take("P<"), p.take("<"):
		return p.namedGroup(at, ">")
	case p.take("'"):
		return p.namedGroup(at, "'")
	case p.take("~"):
		return nil, p.unsupported(at, "the absence operator (?~")
	case p.take("("):
		return nil, p.unsupported(at, "a conditional group (?(")
	}
	return p.options(at)
}

// body reads the inside of a group and its ).
func (p *parser) body(at int) (*node, error) {
	n, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.fail(at, "group is not closed by )")
	}
	return n, nil
}

func (p *parser) namedGroup(at int, closing string) (*node, error) {
	name, ok := p.until(closing)
	if !ok {
		return nil, p.fail(at, "group name is not closed by %s", closing)
	}
	field, typ, _ := strings.Cut(name, ":")
	if msg := checkField(field); msg != "" {
		return nil, p.fail(at, "%s", msg)
	}
	n, err := p.body(at)
	if err != nil {
		return nil, err
	}
	p.named = true
	c := &node{kind: kCapture, field: field, subs: []*node{n}, at: at}
	for i, t := range typeNames {
		if t == typ {
			c.typ = Type(i)
			typ = ""
		}
	}
	if typ != "" {
		return nil, p.fail(at, "no type %q; use %s", typ, strings.Join(typeNames[:], ", "))
	}
	return c, nil
}

func (p *parser) until(closing string) (string, bool) {
	end := strings.Index(p.src[p.pos:], closing)
	if end < 0 {
		return "", false
	}
	s := p.src[p.pos : p.pos+end]
	p.pos += end + len(closing)
	return s, true
}

// options reads (?imx-imx) or (?imx-imx:…). Without a colon they hold up to
// the end of the group around, whose further alternatives they take in:
// a(?i)b|c is a(?i:b|c).
func (p *parser) options(at int) (*node, error) {
	f, on := p.flags, true
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch c {
		case 'i':
			f.fold = on
		case 'm':
			f.dotAll = on
		case 'x':
			f.extended = on
		case 'a':
			f.ascii, f.unicode = true, false
		case 'u':
			f.unicode, f.ascii = true, false
		case 'd':
			f.unicode, f.ascii = false, false
		case '-':
			on = false
		case ')', ':':
			saved := p.flags
			p.flags = f
			n, err := p.alternatives()
			p.flags = saved
			if err == nil && c == ':' && !p.take(")") {
				err = p.fail(at, "group is not closed by )")
			}
			return n, err
		default:
			return nil, p.unsupported(at, "group option "+quote(p.src[at:p.pos]))
		}
	}
	return nil, p.fail(at, "group is not closed by )")
}
