package grok

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNesting bounds how deep groups may nest in one expression.
const maxNesting = 2000

// parser reads one expression of Oniguruma's Ruby syntax.
type parser struct {
	src   string
	pos   int
	depth int
	flags flags
	// resolve gives the tree of a reference.
	resolve func(ref reference) (*parsedDef, error)
	named   bool // has named captures, its own or of what it refers to
	numRef  bool // has back-references by number of its own
	groups  int  // how many groups stand before pos, at most
}

// flags are the options that (?…) switches.
type flags struct {
	fold     bool // i
	dotAll   bool // m, which is Ruby's name for it
	extended bool // x
	unicode  bool // u: \d \s \w \h are Unicode's
	ascii    bool // a: POSIX brackets and \b are ASCII's
}

type syntaxError struct {
	at  int
	msg string
}

func (e *syntaxError) Error() string { return e.msg }

func (p *parser) fail(at int, format string, args ...any) error {
	return &syntaxError{at, fmt.Sprintf(format, args...)}
}

// unsupported is for what Oniguruma takes and this package does not.
func (p *parser) unsupported(at int, what string) error {
	return p.fail(at, "%s is not supported", what)
}

func (p *parser) parse() (*node, error) {
	if !utf8.ValidString(p.src) {
		return nil, p.fail(0, "expression is not valid UTF-8")
	}
	n, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.fail(p.pos, "unmatched )")
	}
	return n, nil
}

// alternatives reads up to the ) that ends the group, or the end.
func (p *parser) alternatives() (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, p.fail(p.pos, "groups nest deeper than %d", maxNesting)
	}
	saved := p.flags
	defer func() { p.flags = saved; p.depth-- }()
	at := p.pos
	var subs []*node
	for {
		n, err := p.sequence()
		if err != nil {
			return nil, err
		}
		subs = append(subs, n)
		if !p.take("|") {
			break
		}
	}
	if len(subs) == 1 {
		return subs[0], nil
	}
	return &node{kind: kAlt, subs: subs, at: at}, nil
}

func (p *parser) sequence() (*node, error) {
	var items []*node
	for p.pos < len(p.src) && p.src[p.pos] != '|' && p.src[p.pos] != ')' {
		if p.flags.extended && p.skipExtended() {
			continue
		}
		at := p.pos
		n, err := p.atom()
		if err != nil {
			return nil, err
		}
		if n == nil {
			continue // a comment or a switch of options
		}
		n, err = p.quantifiers(n, at)
		if err != nil {
			return nil, err
		}
		items = append(items, n)
	}
	return cat(items...), nil
}

func (p *parser) skipExtended() bool {
	switch p.src[p.pos] {
	case ' ', '\t', '\n', '\r', '\f', '\v':
		p.pos++
		return true
	case '#':
		if i := strings.IndexByte(p.src[p.pos:], '\n'); i >= 0 {
			p.pos += i + 1
		} else {
			p.pos = len(p.src)
		}
		return true
	}
	return false
}

func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.src[p.pos:], s) {
		p.pos += len(s)
		return true
	}
	return false
}

func (p *parser) atom() (*node, error) {
	at := p.pos
	if p.take("%{") {
		return p.reference(at)
	}
	switch c := p.src[p.pos]; c {
	case '(':
		return p.group()
	case '[':
		p.pos++
		set, err := p.class(at)
		if err != nil {
			return nil, err
		}
		return p.setNode(set, at), nil
	case '.':
		p.pos++
		if p.flags.dotAll {
			return &node{kind: kSet, set: setAny, at: at}, nil
		}
		return &node{kind: kSet, set: setDot, dot: true, at: at}, nil
	case '^':
		p.pos++
		return &node{kind: kBeginLine, at: at}, nil
	case '$':
		p.pos++
		return &node{kind: kEndLine, at: at}, nil
	case '\\':
		return p.escape()
	case '*', '+', '?':
		return nil, p.fail(at, "quantifier %c has nothing to repeat", c)
	case '{':
		if _, _, _, ok, err := p.quantifier(); ok || err != nil {
			return nil, p.fail(at, "interval has nothing to repeat; write \\{ for the character")
		}
	}
	r, size := utf8.DecodeRuneInString(p.src[p.pos:])
	p.pos += size
	return p.literal(r, at), nil
}

func (p *parser) literal(r rune, at int) *node {
	if p.flags.fold {
		return p.setNode(charset{r, r}.foldCase(), at)
	}
	return &node{kind: kLit, lit: string(r), at: at}
}

func (p *parser) setNode(set charset, at int) *node {
	if r, ok := set.single(); ok {
		return &node{kind: kLit, lit: string(r), at: at}
	}
	return &node{kind: kSet, set: set, at: at}
}

func (p *parser) reference(at int) (*node, error) {
	ref, n, msg := parseReference(p.src[at:])
	if msg != "" {
		return nil, p.fail(at, "%s", msg)
	}
	p.pos = at + n
	def, err := p.resolve(ref)
	if err != nil {
		if _, nested := err.(*Error); nested {
			return nil, err
		}
		return nil, p.fail(at, "%v", err)
	}
	node0 := &node{kind: kRef, name: ref.name, def: def, subs: []*node{def.root}, at: at}
	p.named = p.named || def.named
	p.groups += 1 + def.groups
	if ref.field != "" {
		p.named = true
		return &node{kind: kCapture, field: ref.field, typ: ref.typ, subs: []*node{node0}, at: at}, nil
	}
	return node0, nil
}

// quantifiers wraps n in the repetitions that follow it.
func (p *parser) quantifiers(n *node, at int) (*node, error) {
	for p.pos < len(p.src) {
		if p.flags.extended && p.skipExtended() {
			continue
		}
		min, max, interval, ok, err := p.quantifier()
		if err != nil || !ok {
			return n, err
		}
		rep := &node{kind: kRepeat, min: min, max: max, subs: []*node{n}, at: at}
		switch {
		case p.pos < len(p.src) && p.src[p.pos] == '?':
			if interval && min == max {
				break // Ruby: a{n}? is (?:a{n})?, which the loop reads next
			}
			p.pos++
			rep.greed = lazy
		case p.pos < len(p.src) && p.src[p.pos] == '+' && !interval:
			p.pos++
			rep = &node{kind: kAtomic, subs: []*node{rep}, at: at}
		}
		n = rep
	}
	return n, nil
}

// maxInterval is the length of what can be an interval in braces.
const maxInterval = 24

// quantifier reads * + ? or {n,m}; ok is false where there is none, and for a
// brace that is not an interval: that is itself.
func (p *parser) quantifier() (least, most int, interval, ok bool, err error) {
	at := p.pos
	switch p.src[p.pos] {
	case '*':
		least, most = 0, -1
	case '+':
		least, most = 1, -1
	case '?':
		least, most = 0, 1
	case '{':
		end := strings.IndexByte(p.src[p.pos:min(len(p.src), p.pos+maxInterval)], '}')
		if end < 0 {
			return 0, 0, false, false, nil
		}
		body := p.src[p.pos+1 : p.pos+end]
		lo, hi, comma := strings.Cut(body, ",")
		if !digits(lo) || !digits(hi) || lo == "" && hi == "" {
			return 0, 0, false, false, nil
		}
		least, most = atoi(lo), atoi(hi)
		switch {
		case !comma:
			most = least
		case hi == "":
			most = -1
		}
		if least > 100000 || most > 100000 {
			return 0, 0, false, false, p.fail(at, "interval {%s} repeats more than 100000 times", body)
		}
		if most >= 0 && most < least {
			return 0, 0, false, false, p.fail(at, "interval {%s} ends before it begins", body)
		}
		p.pos += end + 1
		return least, most, true, true, nil
	default:
		return 0, 0, false, false, nil
	}
	p.pos++
	return least, most, false, true, nil
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func atoi(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 1 << 30
	}
	return n
}
