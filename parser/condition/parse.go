package condition

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// maxDepth bounds how deep expressions nest.
const maxDepth = 200

type parser struct {
	lex   lexer
	tok   token
	depth int
}

// parse reads an expression, or `return` and an expression.
func parse(src string) (expr, error) {
	p := &parser{lex: lexer{src: src, line: 1}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == identifier && p.tok.text == "return" {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	e, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.is(";") {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if p.tok.kind != endOfSource {
		return nil, errorAt(p.tok.position, "unexpected [%s]: only expressions are supported here", p.tok.text)
	}
	return e, nil
}

func (p *parser) advance() (err error) {
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) is(op string) bool { return p.tok.kind == operator && p.tok.text == op }

func (p *parser) expect(op string) error {
	if !p.is(op) {
		what := p.tok.text
		if p.tok.kind == endOfSource {
			what = "the end"
		}
		return errorAt(p.tok.position, "expected [%s], found [%s]", op, what)
	}
	return p.advance()
}

// precedence of binary operators, Java's; 0: not one.
func precedence(t token) int {
	if t.kind == identifier && t.text == "instanceof" {
		return 7
	}
	if t.kind != operator {
		return 0
	}
	switch t.text {
	case "?":
		return 1
	case "?:":
		return 2
	case "||":
		return 3
	case "&&":
		return 4
	case "==", "!=", "===", "!==":
		return 5
	case "<", "<=", ">", ">=":
		return 7
	case "=~", "==~":
		return 8
	case "+", "-":
		return 9
	case "*", "/", "%":
		return 10
	}
	return 0
}

// expression reads what binds tighter than least.
func (p *parser) expression(least int) (expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errorAt(p.tok.position, "expression is nested too deep")
	}
	defer func() { p.depth-- }()
	left, err := p.unary()
	for err == nil {
		op := p.tok
		prec := precedence(op)
		if prec <= least {
			return left, nil
		}
		if err = p.advance(); err != nil {
			break
		}
		left, err = p.binary(left, op, prec)
	}
	return nil, err
}

func (p *parser) binary(left expr, op token, prec int) (expr, error) {
	switch op.text {
	case "instanceof":
		if p.tok.kind != identifier {
			return nil, errorAt(p.tok.position, "expected a type after instanceof")
		}
		e := typeTest{op.position, left, p.tok.text}
		return e, p.advance()
	case "?":
		then, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		otherwise, err := p.expression(prec - 1)
		return conditional{op.position, left, then, otherwise}, err
	case "?:":
		prec-- // associates to the right
	}
	right, err := p.expression(prec)
	return binary{op.position, op.text, left, right}, err
}

func (p *parser) unary() (expr, error) {
	if !p.is("!") && !p.is("-") && !p.is("+") {
		return p.postfix()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, errorAt(p.tok.position, "expression is nested too deep")
	}
	defer func() { p.depth-- }()
	op := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	if op.text == "-" && p.tok.kind == number {
		p.tok.text = "-" + p.tok.text
		return p.postfix()
	}
	of, err := p.unary()
	return unary{op.position, op.text, of}, err
}

func (p *parser) postfix() (expr, error) {
	e, err := p.primary()
	for err == nil {
		at := p.tok.position
		switch {
		case p.is(".") || p.is("?."):
			e, err = p.member(e, p.is("?."))
		case p.is("["):
			if err = p.advance(); err != nil {
				return nil, err
			}
			var index expr
			if index, err = p.expression(0); err != nil {
				return nil, err
			}
			if name, ok := index.(text); ok {
				e = access{position: at, of: e, name: name.value}
			} else {
				e = access{position: at, of: e, index: index}
			}
			err = p.expect("]")
		default:
			return e, nil
		}
	}
	return nil, err
}

func (p *parser) member(of expr, nullSafe bool) (expr, error) {
	at := p.tok.position
	if err := p.advance(); err != nil {
		return nil, err
	}
	name := p.tok.text
	if p.tok.kind != identifier && (p.tok.kind != number || !isInteger(name)) {
		return nil, errorAt(p.tok.position, "expected a name after the dot, found [%s]", name)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !p.is("(") {
		return access{position: at, of: of, name: name, nullSafe: nullSafe}, nil
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	args, err := p.list(")")
	return call{at, of, name, args, nullSafe}, err
}

// list reads expressions up to end.
func (p *parser) list(end string) ([]expr, error) {
	var list []expr
	for !p.is(end) {
		if len(list) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		e, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, p.advance()
}

func (p *parser) primary() (expr, error) {
	t := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch t.kind {
	case quoted:
		return text{t.position, t.text}, nil
	case pattern:
		return regex{t.position, t.text, t.flags}, nil
	case number:
		v, err := parseNumber(t)
		return literal{t.position, v}, err
	case identifier:
		switch t.text {
		case "null":
			return literal{t.position, event.NullValue()}, nil
		case "true", "false":
			return literal{t.position, event.BoolValue(t.text == "true")}, nil
		case "ctx":
			return variable{t.position, t.text}, nil
		}
		return nil, errorAt(t.position, "[%s] is not supported: only ctx is known in conditions", t.text)
	case operator:
		switch t.text {
		case "(":
			e, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			return e, p.expect(")")
		case "[":
			return p.collection(t.position)
		}
	case endOfSource:
		return nil, errorAt(t.position, "expression ends too early")
	}
	return nil, errorAt(t.position, "unexpected [%s]", t.text)
}

// collection reads [a, b], ['k': v] or [:].
func (p *parser) collection(at position) (expr, error) {
	if p.is(":") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		return mapLiteral{position: at}, p.expect("]")
	}
	if p.is("]") {
		return listLiteral{position: at}, p.advance()
	}
	first, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.is(":") {
		return p.mapEntries(mapLiteral{position: at}, first)
	}
	list := listLiteral{position: at, items: []expr{first}}
	if p.is("]") {
		return list, p.advance()
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	rest, err := p.list("]")
	list.items = append(list.items, rest...)
	return list, err
}

func (p *parser) mapEntries(m mapLiteral, key expr) (expr, error) {
	for {
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		v, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		m.keys, m.values = append(m.keys, key), append(m.values, v)
		if p.is("]") {
			return m, p.advance()
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
		if key, err = p.expression(0); err != nil {
			return nil, err
		}
	}
}

func isInteger(s string) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}

// parseNumber reads 1, -1, 0x1f, 1L, 1.5, 1.5f, 1d.
func parseNumber(t token) (event.Value, error) {
	s := strings.ToLower(t.text)
	hex := strings.HasPrefix(strings.TrimPrefix(s, "-"), "0x")
	switch last := s[len(s)-1]; {
	case last == 'l':
		if n, err := strconv.ParseInt(s[:len(s)-1], 0, 64); err == nil {
			return event.LongValue(n), nil
		}
	case last == 'f' && !hex:
		if f, err := strconv.ParseFloat(s[:len(s)-1], 32); err == nil {
			return event.FloatValue(float32(f)), nil
		}
	case !hex && (last == 'd' || strings.ContainsAny(s, ".e")):
		if f, err := strconv.ParseFloat(strings.TrimSuffix(s, "d"), 64); err == nil {
			return event.DoubleValue(f), nil
		}
	default:
		if n, err := strconv.ParseInt(s, 0, 32); err == nil {
			return event.IntValue(int32(n)), nil
		}
	}
	return event.Value{}, errorAt(t.position, "invalid number [%s]; whole numbers beyond 32 bits end in L", t.text)
}
