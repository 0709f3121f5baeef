package painless

// precedence of binary operators; higher binds tighter. Elvis, conditional and assignment come after all.
var precedence = map[string]int{
	"||": 2, "&&": 3, "|": 4, "^": 5, "&": 6,
	"==": 7, "!=": 7, "===": 7, "!==": 7,
	"<": 9, "<=": 9, ">": 9, ">=": 9,
	"<<": 10, ">>": 10, ">>>": 10,
	"=~": 11, "==~": 11,
	"+": 12, "-": 12, "*": 13, "/": 13, "%": 13,
}

const precInstance = 8

var assignments = map[string]string{
	"=": "", "+=": "+", "-=": "-", "*=": "*", "/=": "/", "%=": "%", "&=": "&", "^=": "^", "|=": "|",
	"<<=": "<<", ">>=": ">>", ">>>=": ">>>",
}

func (p *parser) expression() expr {
	p.enter()
	defer p.leave()
	x := p.elvis()
	pos := p.tok().pos
	if p.accept("?") {
		yes := p.expression()
		p.expect(":")
		return &ternaryExpr{node{pos}, x, yes, p.expression()}
	}
	if p.tok().kind == tokOp {
		if op, ok := assignments[p.tok().text]; ok {
			p.advance()
			return &assignExpr{node{pos}, op, x, p.expression()}
		}
	}
	return x
}

func (p *parser) elvis() expr {
	p.enter()
	defer p.leave()
	x := p.binary(2)
	pos := p.tok().pos
	if p.accept("?:") {
		return &binaryExpr{node{pos}, "?:", x, p.elvis()}
	}
	return x
}

// binary reads operators that bind at least as tight as min. Chains are loops, not recursion, so that
// a long one is no deep one; compiling them is bounded by depth of their left side.
func (p *parser) binary(least int) expr {
	x := p.unary()
	links := 0
	for {
		t := p.tok()
		if t.keyword("instanceof") && precInstance >= least {
			p.advance()
			x = &instanceExpr{node{t.pos}, x, p.typeName()}
			continue
		}
		prec := 0
		if t.kind == tokOp {
			prec = precedence[t.text]
		}
		if prec == 0 || prec < least {
			return x
		}
		if links++; links > 5000 {
			p.fail(t.pos, "expression has too many operators")
		}
		p.advance()
		x = &binaryExpr{node{t.pos}, t.text, x, p.binary(prec + 1)}
	}
}

func (p *parser) unary() expr {
	p.enter()
	defer p.leave()
	t := p.tok()
	switch {
	case t.is("++") || t.is("--"):
		p.advance()
		return &stepExpr{node{t.pos}, t.text, true, p.chain()}
	case t.is("+") || t.is("-") || t.is("!") || t.is("~"):
		p.advance()
		return &unaryExpr{node{t.pos}, t.text, p.unary()}
	case t.is("("):
		if n := p.castAhead(); n {
			p.advance()
			to := p.typeName()
			p.expect(")")
			return &castExpr{node{t.pos}, to, p.unary()}
		}
	}
	x := p.chain()
	if t := p.tok(); t.is("++") || t.is("--") {
		p.advance()
		return &stepExpr{node{t.pos}, t.text, false, x}
	}
	return x
}

// castAhead tells whether a parenthesis begins a cast. A name in parentheses is a type when an operand
// follows that could not follow a value.
func (p *parser) castAhead() bool {
	n := p.typeAhead(1)
	if n == 0 || !p.peek(n+1).is(")") {
		return false
	}
	first, last, next := p.peek(1), p.peek(n), p.peek(n+2)
	if first.kind == tokKeyword && !last.is("]") {
		return true // of a primitive or def; + and - may follow
	}
	switch next.kind {
	case tokIdent, tokInt, tokDecimal, tokString, tokRegex:
		return true
	case tokKeyword:
		return next.text != "instanceof" && next.text != "in" && next.text != "else"
	case tokOp:
		return next.text == "(" || next.text == "!" || next.text == "~" || next.text == "[" && (last.is("]") || p.knownType(n) && !p.indexAhead(n+2))
	}
	return false
}

// indexAhead tells whether the bracket that is so many tokens ahead holds one expression, as an index does.
func (p *parser) indexAhead(n int) bool {
	depth, ternaries := 0, 0
	for i := n + 1; ; i++ {
		switch t := p.peek(i); {
		case t.kind == tokEOF:
			return false
		case t.is("(") || t.is("[") || t.is("{"):
			depth++
		case depth > 0 && (t.is(")") || t.is("]") || t.is("}")):
			depth--
		case depth > 0:
		case t.is("?"):
			ternaries++
		case t.is(","), t.is(":") && ternaries == 0:
			return false
		case t.is(":"):
			ternaries--
		case t.is("]"):
			return i > n+1
		}
	}
}

// knownType tells whether the n tokens after the parenthesis name a class.
func (p *parser) knownType(n int) bool {
	name := ""
	for i := 1; i <= n && !p.peek(i).is("["); i++ {
		name += p.peek(i).text
	}
	return library().types[name] != nil
}

// chain is a primary with what follows it: calls, fields, indices.
func (p *parser) chain() expr {
	x := p.primary()
	for links := 0; ; links++ {
		if links > 2000 {
			p.fail(p.tok().pos, "chain is longer than 2000 links")
		}
		t := p.tok()
		switch {
		case t.is(".") || t.is("?."):
			p.advance()
			name := p.tok()
			if name.kind != tokIdent && name.kind != tokInt {
				p.unexpected()
			}
			p.advance()
			if name.kind == tokIdent && p.tok().is("(") {
				x = &callExpr{node{t.pos}, x, name.text, p.arguments(), t.text == "?."}
			} else {
				x = &fieldExpr{node{t.pos}, x, name.text, t.text == "?."}
			}
		case t.is("["):
			p.advance()
			x = &indexExpr{node{t.pos}, x, p.expression()}
			p.expect("]")
		default:
			return x
		}
	}
}

func (p *parser) primary() expr {
	t := p.tok()
	switch t.kind {
	case tokInt, tokDecimal, tokString:
		p.advance()
		return &literal{node{t.pos}, t}
	case tokRegex:
		p.advance()
		return &regexLit{node{t.pos}, t.text, t.flags}
	case tokKeyword:
		switch t.text {
		case "true", "false", "null":
			p.advance()
			return &literal{node{t.pos}, t}
		case "new":
			return p.newExpression()
		}
	case tokIdent:
		p.advance()
		if p.tok().is("(") {
			return &funcCall{node{t.pos}, t.text, p.arguments()}
		}
		return &nameExpr{node{t.pos}, t.text}
	case tokOp:
		switch t.text {
		case "(":
			return p.parenthesised()
		case "[":
			return p.listOrMap()
		}
	}
	p.unexpected()
	return nil
}

func (p *parser) listOrMap() expr {
	pos := p.expect("[").pos
	if p.accept(":") {
		p.expect("]")
		return &mapLit{node: node{pos}}
	}
	list := &listLit{node: node{pos}}
	if p.accept("]") {
		return list
	}
	first := p.expression()
	if p.accept(":") {
		m := &mapLit{node{pos}, []expr{first}, []expr{p.expression()}}
		for p.accept(",") {
			m.keys = append(m.keys, p.expression())
			p.expect(":")
			m.values = append(m.values, p.expression())
		}
		p.expect("]")
		return m
	}
	list.items = append(list.items, first)
	for p.accept(",") {
		list.items = append(list.items, p.expression())
	}
	p.expect("]")
	return list
}

func (p *parser) newExpression() expr {
	pos := p.advance().pos
	t := p.plainType()
	if p.tok().is("(") {
		return &newExpr{node{pos}, t, p.arguments()}
	}
	if !p.tok().is("[") {
		p.unexpected()
	}
	a := &newArray{node: node{pos}, t: t}
	if p.peek(1).is("]") {
		p.at += 2
		p.expect("{")
		for !p.accept("}") {
			if len(a.items) > 0 {
				p.expect(",")
			}
			a.items = append(a.items, p.expression())
		}
		return a
	}
	for p.accept("[") {
		a.sizes = append(a.sizes, p.expression())
		p.expect("]")
	}
	return a
}

func (p *parser) arguments() []expr {
	p.expect("(")
	var args []expr
	for !p.accept(")") {
		if len(args) > 0 {
			p.expect(",")
		}
		args = append(args, p.argument())
	}
	return args
}

func (p *parser) argument() expr {
	if n := p.lambdaAhead(); n {
		return p.lambda()
	}
	if p.tok().keyword("this") {
		pos := p.advance().pos
		p.expect("::")
		return &refExpr{node{pos}, typeName{node{pos}, "this", 0}, p.name().text}
	}
	if n := p.typeAhead(0); n > 0 && p.peek(n).is("::") {
		r := &refExpr{node: node{p.tok().pos}, t: p.typeName()}
		p.advance()
		if p.acceptWord("new") {
			r.name = "new"
		} else {
			r.name = p.name().text
		}
		return r
	}
	return p.expression()
}

func (p *parser) lambdaAhead() bool {
	if p.tok().kind == tokIdent && p.peek(1).is("->") {
		return true
	}
	if n := p.typeAhead(0); n > 0 && p.peek(n).kind == tokIdent && p.peek(n+1).is("->") {
		return true
	}
	if !p.tok().is("(") {
		return false
	}
	i := 1
	for !p.peek(i).is(")") {
		if i > 1 {
			if !p.peek(i).is(",") {
				return false
			}
			i++
		}
		if p.peek(i).kind == tokIdent && (p.peek(i+1).is(",") || p.peek(i+1).is(")")) {
			i++
			continue
		}
		n := p.typeAhead(i)
		if n == 0 || p.peek(i+n).kind != tokIdent {
			return false
		}
		i += n + 1
	}
	return p.peek(i + 1).is("->")
}

func (p *parser) lambda() expr {
	l := &lambdaExpr{node: node{p.tok().pos}}
	one := func() {
		var pr param
		if p.peek(1).kind == tokIdent || p.tok().kind == tokKeyword || p.peek(1).is("[") || p.peek(1).is(".") {
			pr.t = p.typeName()
		}
		n := p.name()
		pr.name, pr.at = n.text, n.pos
		l.params = append(l.params, pr)
	}
	if p.accept("(") {
		for !p.accept(")") {
			if len(l.params) > 0 {
				p.expect(",")
			}
			one()
		}
	} else {
		one()
	}
	p.expect("->")
	if p.tok().is("{") {
		l.body = p.block()
	} else {
		l.x = p.expression()
	}
	return l
}
