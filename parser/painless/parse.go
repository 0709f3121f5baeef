package painless

import "fmt"

// maxNesting bounds the recursion of the parser, and of what is compiled from its trees.
const maxNesting = 300

type parser struct {
	src   string
	toks  []token
	at    int
	depth int
}

// parse reads a whole script. Errors are *CompileError, thrown as panics inside of the package only.
func parse(src string) (s *source, err error) {
	toks, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{src: src, toks: toks}
	defer catchCompile(&err)
	s = &source{body: &block{}}
	for p.startsFunction() {
		s.funcs = append(s.funcs, p.function())
	}
	for p.tok().kind != tokEOF {
		s.body.list = append(s.body.list, p.statement(false))
	}
	return s, nil
}

func catchCompile(err *error) {
	switch r := recover().(type) {
	case nil:
	case *CompileError:
		r.locate()
		*err = r
	default:
		panic(r)
	}
}

func (p *parser) tok() token { return p.toks[p.at] }

func (p *parser) peek(n int) token { return p.toks[min(p.at+n, len(p.toks)-1)] }

func (p *parser) advance() token {
	t := p.toks[p.at]
	if p.at < len(p.toks)-1 {
		p.at++
	}
	return t
}

func (p *parser) fail(pos int, format string, args ...any) {
	panic(&CompileError{src: p.src, pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (p *parser) unexpected() {
	p.fail(p.tok().pos, "unexpected %s", p.tok().describe())
}

func (p *parser) accept(op string) bool {
	if p.tok().is(op) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) expect(op string) token {
	if !p.tok().is(op) {
		p.fail(p.tok().pos, "unexpected %s where [%s] belongs", p.tok().describe(), op)
	}
	return p.advance()
}

func (p *parser) acceptWord(w string) bool {
	if p.tok().keyword(w) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) name() token {
	if p.tok().kind != tokIdent {
		p.fail(p.tok().pos, "unexpected %s where a name belongs", p.tok().describe())
	}
	return p.advance()
}

// enter bounds nesting; the caller must call leave.
func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail(p.tok().pos, "nested deeper than %d", maxNesting)
	}
}

func (p *parser) leave() { p.depth-- }

// typeAhead is the number of tokens from at+skip on that form a type, 0 when they do not.
func (p *parser) typeAhead(skip int) int {
	i := skip
	switch t := p.peek(i); {
	case t.kind == tokKeyword && primitiveNames[t.text]:
		i++
	case t.kind == tokIdent:
		i++
		for p.peek(i).is(".") && p.peek(i+1).kind == tokIdent {
			i += 2
		}
	default:
		return 0
	}
	for p.peek(i).is("[") && p.peek(i+1).is("]") {
		i += 2
	}
	return i - skip
}

func (p *parser) typeName() typeName {
	if p.typeAhead(0) == 0 {
		p.fail(p.tok().pos, "unexpected %s where a type belongs", p.tok().describe())
	}
	t := p.plainType()
	for p.tok().is("[") && p.peek(1).is("]") {
		p.at += 2
		t.dims++
	}
	return t
}

// plainType is a type without dimensions.
func (p *parser) plainType() typeName {
	first := p.advance()
	t := typeName{node: node{first.pos}, name: first.text}
	if first.kind == tokKeyword && primitiveNames[first.text] {
		return t
	}
	if first.kind != tokIdent {
		p.fail(first.pos, "unexpected %s where a type belongs", first.describe())
	}
	for p.tok().is(".") && p.peek(1).kind == tokIdent {
		p.advance()
		t.name += "." + p.advance().text
	}
	return t
}

func (p *parser) startsFunction() bool {
	n := p.typeAhead(0)
	return n > 0 && p.peek(n).kind == tokIdent && p.peek(n+1).is("(")
}

func (p *parser) function() *funcDecl {
	f := &funcDecl{node: node{p.tok().pos}, ret: p.typeName()}
	f.name = p.name().text
	p.expect("(")
	for !p.accept(")") {
		if len(f.params) > 0 {
			p.expect(",")
		}
		t := p.typeName()
		n := p.name()
		f.params = append(f.params, param{t, n.text, n.pos})
	}
	f.body = p.block()
	return f
}

func (p *parser) block() *block {
	p.enter()
	defer p.leave()
	b := &block{node: node{p.expect("{").pos}}
	for !p.accept("}") {
		b.list = append(b.list, p.statement(true))
	}
	return b
}

func (p *parser) statement(inBlock bool) stmt {
	p.enter()
	defer p.leave()
	pos := p.tok().pos
	switch t := p.tok(); {
	case t.keyword("if"):
		return p.ifStatement()
	case t.keyword("while"):
		p.advance()
		s := &loopStmt{node: node{pos}, cond: p.parenthesised()}
		s.body = p.trailer(inBlock, true)
		return s
	case t.keyword("for"):
		return p.forStatement(inBlock)
	case t.keyword("try"):
		return p.tryStatement()
	}
	s := p.simple()
	if !p.accept(";") && p.tok().kind != tokEOF && !(inBlock && p.tok().is("}")) {
		p.unexpected()
	}
	return s
}

// simple is a statement that ends with a semicolon.
func (p *parser) simple() stmt {
	pos := p.tok().pos
	switch {
	case p.acceptWord("do"):
		s := &loopStmt{node: node{pos}, body: p.block(), bodyFirst: true}
		if !p.acceptWord("while") {
			p.unexpected()
		}
		s.cond = p.parenthesised()
		return s
	case p.acceptWord("continue"):
		return &jumpStmt{node{pos}, "continue"}
	case p.acceptWord("break"):
		return &jumpStmt{node{pos}, "break"}
	case p.acceptWord("return"):
		s := &returnStmt{node: node{pos}}
		if !p.tok().is(";") && !p.tok().is("}") && p.tok().kind != tokEOF {
			s.x = p.expression()
		}
		return s
	case p.acceptWord("throw"):
		return &throwStmt{node{pos}, p.expression()}
	case p.startsDeclaration():
		return p.declaration()
	}
	return &exprStmt{node{pos}, p.expression()}
}

func (p *parser) startsDeclaration() bool {
	n := p.typeAhead(0)
	return n > 0 && p.peek(n).kind == tokIdent
}

func (p *parser) declaration() *declStmt {
	d := &declStmt{node: node{p.tok().pos}, t: p.typeName()}
	for {
		d.names = append(d.names, p.name())
		var init expr
		if p.accept("=") {
			init = p.expression()
		}
		d.inits = append(d.inits, init)
		if !p.accept(",") {
			return d
		}
	}
}

func (p *parser) parenthesised() expr {
	p.expect("(")
	x := p.expression()
	p.expect(")")
	return x
}

// trailer is the body of if, else and loops: a block, a statement, or nothing where empty is allowed.
func (p *parser) trailer(inBlock, empty bool) stmt {
	if empty && p.accept(";") {
		return nil
	}
	if p.tok().is("{") {
		return p.block()
	}
	return p.statement(inBlock)
}

func (p *parser) ifStatement() stmt {
	s := &ifStmt{node: node{p.advance().pos}, cond: p.parenthesised()}
	s.yes = p.trailer(true, false)
	if p.acceptWord("else") {
		s.no = p.trailer(true, false)
	}
	return s
}

func (p *parser) forStatement(inBlock bool) stmt {
	pos := p.advance().pos
	p.expect("(")
	if n := p.typeAhead(0); n > 0 && p.peek(n).kind == tokIdent && p.peek(n+1).is(":") {
		return p.each(pos, p.typeName(), ":", inBlock)
	}
	if p.tok().kind == tokIdent && p.peek(1).keyword("in") {
		return p.each(pos, typeName{node: node{pos}, name: "def"}, "in", inBlock)
	}
	s := &loopStmt{node: node{pos}}
	if !p.tok().is(";") {
		if p.startsDeclaration() {
			s.init = p.declaration()
		} else {
			s.init = &exprStmt{node{p.tok().pos}, p.expression()}
		}
	}
	p.expect(";")
	if !p.tok().is(";") {
		s.cond = p.expression()
	}
	p.expect(";")
	if !p.tok().is(")") {
		s.after = p.expression()
	}
	p.expect(")")
	s.body = p.trailer(inBlock, true)
	return s
}

func (p *parser) each(pos int, t typeName, word string, inBlock bool) stmt {
	s := &eachStmt{node: node{pos}, t: t, name: p.name()}
	if !p.accept(word) && !p.acceptWord(word) {
		p.unexpected()
	}
	s.x = p.expression()
	p.expect(")")
	s.body = p.trailer(inBlock, false)
	return s
}

func (p *parser) tryStatement() stmt {
	s := &tryStmt{node: node{p.advance().pos}, body: p.block()}
	for p.acceptWord("catch") {
		p.expect("(")
		t := trap{t: p.plainType()}
		n := p.name()
		t.name, t.at = n.text, n.pos
		p.expect(")")
		t.body = p.block()
		s.traps = append(s.traps, t)
	}
	if len(s.traps) == 0 {
		p.fail(p.tok().pos, "unexpected %s where [catch] belongs", p.tok().describe())
	}
	return s
}
