package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/event/ecs"
)

// Limits of a query.
const (
	MaxLength = 16 << 10 // bytes
	MaxDepth  = 50       // of parentheses and NOTs
	MaxTerms  = 500      // Elasticsearch has a limit of this order as well
)

// Error says where a query is wrong.
type Error struct {
	Query  string
	Column int // in characters, from 1
	Text   string
}

func (e *Error) Error() string { return fmt.Sprintf("query: column %d: %s", e.Column, e.Text) }

// Caret shows the query with a mark below the place, in two lines.
func (e *Error) Caret() string {
	line := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, e.Query)
	return line + "\n" + strings.Repeat(" ", e.Column-1) + "^ " + e.Text
}

// Parse reads a query; an empty one finds everything. Every "now" in it is that of clock, in UTC.
// Errors are of type *Error.
func Parse(text string, clock Clock) (q *Query, err error) {
	p := &parser{text: text, clock: clock}
	if len(text) > MaxLength {
		return nil, &Error{Query: text[:80] + "…", Column: 1, Text: fmt.Sprintf("longer than %d bytes", MaxLength)}
	}
	if i := invalidUTF8(text); i >= 0 {
		p.pos = i
		return nil, p.fail(i, "not UTF-8")
	}
	p.space()
	if p.end() {
		return All(), nil
	}
	root, err := p.or("")
	if err != nil {
		return nil, err
	}
	if !p.end() {
		return nil, p.fail(p.pos, "there is no '(' for this ')'")
	}
	return &Query{root: root, unknown: p.unknown}, nil
}

func invalidUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

type parser struct {
	text    string
	pos     int
	depth   int
	terms   int
	clock   Clock
	unknown []string
}

func (p *parser) end() bool { return p.pos >= len(p.text) }

func (p *parser) peek() byte {
	if p.end() {
		return 0
	}
	return p.text[p.pos]
}

func (p *parser) space() {
	for !p.end() && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) fail(at int, format string, args ...any) error {
	return &Error{p.text, utf8.RuneCountInString(p.text[:min(at, len(p.text))]) + 1, fmt.Sprintf(format, args...)}
}

// operator takes one of the words or signs, if it comes next.
func (p *parser) operator(words ...string) bool {
	for _, w := range words {
		rest, ok := strings.CutPrefix(p.text[p.pos:], w)
		if !ok {
			continue
		}
		isSign := w[0] < 'A' || w[0] == '|'
		if isSign || rest == "" || strings.IndexByte(" \t\r\n()", rest[0]) >= 0 {
			p.pos += len(w)
			p.space()
			return true
		}
	}
	return false
}

// or reads alternatives. field is what values without a field are of; "" is message.
func (p *parser) or(field string) (node, error) {
	first, err := p.and(field)
	if err != nil {
		return nil, err
	}
	list := or{first}
	for p.operator("OR", "or", "||") {
		n, err := p.and(field)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	if len(list) == 1 {
		return first, nil
	}
	return list, nil
}

func (p *parser) and(field string) (node, error) {
	first, err := p.unary(field)
	if err != nil {
		return nil, err
	}
	list := and{first}
	for {
		explicit := p.operator("AND", "and", "&&")
		if !explicit && (p.end() || p.peek() == ')' || p.orFollows()) {
			break
		}
		n, err := p.unary(field)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	if len(list) == 1 {
		return first, nil
	}
	return list, nil
}

// orFollows looks whether OR comes next, and does not take it.
func (p *parser) orFollows() bool {
	at := p.pos
	defer func() { p.pos = at }()
	return p.operator("OR", "or", "||")
}

// unary reads a term with what may stand before it.
func (p *parser) unary(field string) (node, error) {
	if p.depth++; p.depth > MaxDepth {
		return nil, p.fail(p.pos, "nested more than %d deep", MaxDepth)
	}
	defer func() { p.depth-- }()
	if p.operator("NOT", "not", "!", "-") {
		n, err := p.unary(field)
		if err != nil {
			return nil, err
		}
		return not{n}, nil
	}
	if p.operator("+") { // everything is required anyway
		return p.unary(field)
	}
	if p.peek() == '(' {
		return p.group(field)
	}
	if p.terms++; p.terms > MaxTerms {
		return nil, p.fail(p.pos, "more than %d terms", MaxTerms)
	}
	n, err := p.term(field)
	p.space()
	return n, err
}

func (p *parser) group(field string) (node, error) {
	open := p.pos
	p.pos++
	p.space()
	n, err := p.or(field)
	if err != nil {
		return nil, err
	}
	if p.peek() != ')' {
		return nil, p.fail(open, "this '(' is not closed")
	}
	p.pos++
	p.space()
	return n, nil
}

// term reads `value`, `field:value`, `field:(…)` or `field >= value`.
func (p *parser) term(field string) (node, error) {
	start := p.pos
	switch c := p.peek(); {
	case p.end():
		return nil, p.fail(start, "a term is missing here")
	case c == ')':
		return nil, p.fail(start, "a term is missing before this ')'")
	case p.operator("AND", "OR", "and", "or", "&&", "||"):
		return nil, p.fail(start, "a term is missing before this operator (put a word to search for in quotes)")
	}
	if field != "" { // within field:( … )
		return p.value(field, start)
	}
	if strings.IndexByte("[{<>", p.peek()) >= 0 {
		return nil, p.fail(start, "a range needs a field before it, such as source.port:[1 TO 1023]")
	}
	var v value
	var err error
	if p.peek() == '"' {
		v, err = p.quoted()
	} else {
		v, err = p.word(":<>")
	}
	if err != nil {
		return nil, err
	}
	after := p.pos
	if p.peek() != ':' {
		p.space()
	}
	switch {
	case p.peek() == ':':
		p.pos++
	case p.peek() == '<' || p.peek() == '>':
	default:
		p.pos = after
		return p.build("message", v, start)
	}
	name, err := p.fieldName(v, start)
	if err != nil {
		return nil, err
	}
	if p.space(); name == "*" {
		return p.anyField(start)
	}
	if p.peek() == '(' {
		if p.depth++; p.depth > MaxDepth {
			return nil, p.fail(p.pos, "nested more than %d deep", MaxDepth)
		}
		defer func() { p.depth-- }()
		return p.group(name)
	}
	return p.value(name, start)
}

// anyField reads the rest of *:*.
func (p *parser) anyField(start int) (node, error) {
	v, err := p.word("")
	if err != nil || !v.pattern.isAny() {
		return nil, p.fail(start, "name one field: a value can't be looked for in all of them (*:* finds everything)")
	}
	return all{}, nil
}

// fieldName checks the name of a field.
func (p *parser) fieldName(v value, start int) (string, error) {
	if v.pattern.isAny() {
		return "*", nil
	}
	if !v.pattern.isPlain() {
		return "", p.fail(start, "name one field: the name of a field can't have wildcards")
	}
	name := v.pattern.plain()
	if name == "" {
		return "", p.fail(start, "the name of a field is missing")
	}
	if name == "_exists_" {
		return name, nil
	}
	return name, p.checkField(name, start)
}

// checkField refuses what can't be searched, and notes what nobody knows.
func (p *parser) checkField(name string, start int) error {
	t, known := ecs.TypeOf(name)
	switch {
	case t == ecs.Stored:
		return p.fail(start, "%s is kept with the document, but can't be searched: search message", name)
	case t == ecs.Geo:
		return p.fail(start, "%s is a place on a map and can't be searched here", name)
	case !known && !ecs.IsObject(name) && !slices.Contains(p.unknown, name):
		p.unknown = append(p.unknown, name)
	}
	return nil
}

// value reads what follows the name of a field.
func (p *parser) value(field string, start int) (node, error) {
	if field == "_exists_" {
		at := p.pos
		v, err := p.word("")
		if err != nil {
			return nil, err
		}
		name, err := p.fieldName(v, at)
		if err != nil {
			return nil, err
		}
		return p.exists(name, at)
	}
	at := p.pos
	switch p.peek() {
	case '"':
		v, err := p.quoted()
		if err != nil {
			return nil, err
		}
		return p.build(field, v, at)
	case '[', '{':
		return p.brackets(field)
	case '<', '>':
		return p.comparison(field)
	}
	if p.end() || strings.IndexByte(" \t\r\n)", p.peek()) >= 0 {
		return nil, p.fail(p.pos, "a value is missing after %s", p.text[start:p.pos])
	}
	v, err := p.word("")
	if err != nil {
		return nil, err
	}
	return p.build(field, v, at)
}

// comparison reads >=, >, <= or < and a value.
func (p *parser) comparison(field string) (node, error) {
	at := p.pos
	less := p.peek() == '<'
	p.pos++
	inclusive := p.peek() == '='
	if inclusive {
		p.pos++
	}
	p.space()
	if p.end() || strings.IndexByte("()[]{}<>", p.peek()) >= 0 {
		return nil, p.fail(p.pos, "a value is missing after %s", strings.TrimSpace(p.text[at:p.pos]))
	}
	b, err := p.boundValue("")
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, p.fail(at, "* is no value to compare with")
	}
	b.inclusive = inclusive
	if less {
		return p.rangeOf(field, nil, b, at)
	}
	return p.rangeOf(field, b, nil, at)
}

// brackets reads [a TO b], {a TO b} and mixtures of both.
func (p *parser) brackets(field string) (node, error) {
	at := p.pos
	fromInclusive := p.peek() == '['
	p.pos++
	p.space()
	lo, err := p.boundValue("]}")
	if err != nil {
		return nil, err
	}
	p.space()
	if !p.operator("TO", "to") {
		return nil, p.fail(p.pos, "TO is missing: a range is written [from TO to]")
	}
	hi, err := p.boundValue("]}")
	if err != nil {
		return nil, err
	}
	p.space()
	end := p.peek()
	if end != ']' && end != '}' {
		return nil, p.fail(at, "this '%c' is not closed by ']' or '}'", p.text[at])
	}
	p.pos++
	if lo != nil {
		lo.inclusive = fromInclusive
	}
	if hi != nil {
		hi.inclusive = end == ']'
	}
	return p.rangeOf(field, lo, hi, at)
}

// boundValue reads an end of a range; nil for *, an open one.
func (p *parser) boundValue(stop string) (*bound, error) {
	at := p.pos
	if stop != "" && p.operator("TO", "to") {
		return nil, p.fail(at, "a value is missing before TO (* leaves an end open)")
	}
	var v value
	var err error
	if p.peek() == '"' {
		v, err = p.quoted()
	} else {
		v, err = p.word(stop)
	}
	switch {
	case err != nil:
		return nil, err
	case v.pattern.isAny():
		return nil, nil
	case !v.pattern.isPlain():
		return nil, p.fail(at, "the end of a range can't have wildcards (a lone * leaves it open)")
	case !v.quoted && v.pattern.plain() == "":
		return nil, p.fail(at, "a value is missing here")
	}
	return &bound{value: v.pattern.plain()}, nil
}
