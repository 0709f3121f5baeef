package painless

import (
	"fmt"

	"github.com/millrace/millrace/event"
)

// step is a compiled statement; ctl says where to go on.
type step func(c *Context) ctl

type ctl uint8

const (
	next ctl = iota
	doBreak
	doContinue
	doReturn
)

// code is a compiled expression.
type code struct {
	t     *class
	eval  func(c *Context) value
	cond  func(c *Context) bool // the same as a bool, for some booleans
	konst *value                // set when it is a constant
	chain []link                // set when it is ctx.a?.b
	at    int
}

type compiler struct {
	src       string
	lib       *lib
	consts    *arena
	hooks     *Hooks
	condition bool
	funcs     map[string]*function
	fn        *scope
	depth     int
}

// function is a function of the script.
type function struct {
	name   string
	params []*class
	ret    *class
	frame  int
	body   step
}

// scope is the function or lambda that is being compiled. Every local has a slot of its own.
type scope struct {
	outer    *scope // of a lambda
	vars     []variable
	slots    int
	ret      *class // def for lambdas
	captures []capture
	loops    int
}

type variable struct {
	name string
	t    *class
	slot int
}

type capture struct{ from, to int }

func compile(src string, opts Options, condition bool) (p *program, err error) {
	tree, err := parse(src)
	if err != nil {
		if ce, ok := err.(*CompileError); ok {
			ce.locate()
		}
		return nil, err
	}
	consts, params, err := newArena(opts.Params)
	if err != nil {
		return nil, &CompileError{src: src, Message: err.Error(), Line: 1, Column: 1}
	}
	cp := &compiler{src: src, lib: library(), consts: consts, hooks: opts.Hooks, condition: condition, funcs: map[string]*function{}}
	defer catchCompile(&err)
	p = &program{src: src, consts: consts, params: params}
	cp.functions(tree.funcs)
	cp.fn = &scope{ret: cp.lib.void}
	if condition {
		cp.fn.ret = cp.lib.boolean
	}
	if list := tree.body.list; condition && len(list) == 1 {
		if s, ok := list[0].(*exprStmt); ok {
			x := cp.cast(cp.expr(s.x), cp.lib.boolean, false)
			p.cond = x.bool()
			p.frame = cp.fn.slots
			return p, nil
		}
	}
	if condition {
		cp.returnLast(tree.body)
	}
	p.run = cp.block(tree.body)
	p.frame = cp.fn.slots
	return p, nil
}

// returnLast makes the value of a script's last expression its result, in all branches it may end with.
func (cp *compiler) returnLast(b *block) {
	if len(b.list) == 0 {
		return
	}
	i := len(b.list) - 1
	b.list[i] = returned(b.list[i], cp)
}

func returned(s stmt, cp *compiler) stmt {
	switch s := s.(type) {
	case *exprStmt:
		return &returnStmt{s.node, s.x}
	case *block:
		cp.returnLast(s)
	case *ifStmt:
		s.yes = returned(s.yes, cp)
		if s.no != nil {
			s.no = returned(s.no, cp)
		}
	}
	return s
}

func (cp *compiler) fail(pos int, format string, args ...any) {
	panic(&CompileError{src: cp.src, pos: pos, Message: fmt.Sprintf(format, args...)})
}

// typeOf resolves a type's name.
func (cp *compiler) typeOf(t typeName) *class {
	k := cp.lib.types[t.name]
	if k == nil || k.hidden {
		cp.fail(t.at, "unknown type [%s]", t.name)
	}
	for range t.dims {
		k = cp.lib.array(k)
	}
	return k
}

// functions compiles the script's own functions; they may call each other.
func (cp *compiler) functions(decls []*funcDecl) {
	for _, d := range decls {
		f := &function{name: d.name, ret: cp.typeOf(d.ret)}
		for _, p := range d.params {
			f.params = append(f.params, cp.typeOf(p.t))
		}
		key := methodKey(d.name, len(d.params))
		if cp.funcs[key] != nil {
			cp.fail(d.at, "duplicate function [%s] with [%d] parameters", d.name, len(d.params))
		}
		cp.funcs[key] = f
	}
	for _, d := range decls {
		f := cp.funcs[methodKey(d.name, len(d.params))]
		cp.fn = &scope{ret: f.ret}
		for i, p := range d.params {
			cp.declare(p.at, p.name, f.params[i])
		}
		if f.ret != cp.lib.void {
			cp.returnLast(d.body)
		}
		f.body = cp.block(d.body)
		f.frame = cp.fn.slots
	}
}

// declare makes a local.
func (cp *compiler) declare(at int, name string, t *class) int {
	for _, v := range cp.fn.vars {
		if v.name == name {
			cp.fail(at, "variable [%s] is already defined", name)
		}
	}
	if t == cp.lib.void {
		cp.fail(at, "variable [%s] cannot be of type [void]", name)
	}
	slot := cp.fn.slots
	cp.fn.slots++
	cp.fn.vars = append(cp.fn.vars, variable{name, t, slot})
	return slot
}

// find looks a local up; inside a lambda, what the function around it has is captured.
func (s *scope) find(name string) (variable, bool) {
	for i := len(s.vars) - 1; i >= 0; i-- {
		if s.vars[i].name == name {
			return s.vars[i], true
		}
	}
	if s.outer == nil {
		return variable{}, false
	}
	v, ok := s.outer.find(name)
	if !ok {
		return v, false
	}
	inner := variable{name, v.t, s.slots}
	s.slots++
	s.captures = append(s.captures, capture{v.slot, inner.slot})
	s.vars = append([]variable{inner}, s.vars...) // first, so that leaving a block does not lose it
	return inner, true
}

func (cp *compiler) block(b *block) step {
	cp.enter(b.at)
	defer cp.leave()
	own := len(cp.fn.vars)
	captured := len(cp.fn.captures)
	var steps []step
	for _, s := range b.list {
		steps = append(steps, cp.stmt(s))
	}
	cp.fn.vars = cp.fn.vars[:own+len(cp.fn.captures)-captured]
	switch len(steps) {
	case 0:
		return func(*Context) ctl { return next }
	case 1:
		return steps[0]
	}
	return func(c *Context) ctl {
		for _, s := range steps {
			if to := s(c); to != next {
				return to
			}
		}
		return next
	}
}

func (cp *compiler) enter(at int) {
	if cp.depth++; cp.depth > 2*maxNesting {
		cp.fail(at, "nested deeper than %d", 2*maxNesting)
	}
}

func (cp *compiler) leave() { cp.depth-- }

// body compiles the body of a loop or branch, which is a block of its own.
func (cp *compiler) body(s stmt) step {
	if s == nil {
		return func(*Context) ctl { return next }
	}
	if b, ok := s.(*block); ok {
		return cp.block(b)
	}
	return cp.block(&block{node{s.pos()}, []stmt{s}})
}

func (cp *compiler) stmt(s stmt) step {
	switch s := s.(type) {
	case *block:
		return cp.block(s)
	case *exprStmt:
		x := cp.expr(s.x)
		return func(c *Context) ctl {
			x.eval(c)
			return next
		}
	case *declStmt:
		return cp.declaration(s)
	case *ifStmt:
		return cp.ifStmt(s)
	case *loopStmt:
		return cp.loopStmt(s)
	case *eachStmt:
		return cp.eachStmt(s)
	case *jumpStmt:
		return cp.jump(s)
	case *returnStmt:
		return cp.returnStmt(s)
	case *throwStmt:
		x := cp.cast(cp.expr(s.x), cp.lib.mustType("Exception"), false)
		return func(c *Context) ctl {
			e, ok := x.eval(c).ref.(*exception)
			if !ok {
				c.throw("java.lang.NullPointerException", "cannot throw null")
			}
			if e.at < 0 {
				e.at = s.at
			}
			panic(thrown{e})
		}
	case *tryStmt:
		return cp.tryStmt(s)
	}
	cp.fail(s.pos(), "unsupported statement")
	return nil
}

func (cp *compiler) declaration(s *declStmt) step {
	t := cp.typeOf(s.t)
	var steps []step
	for i, name := range s.names {
		zero := cp.zero(t)
		init := func(*Context) value { return zero }
		if s.inits[i] != nil {
			init = cp.cast(cp.exprFor(s.inits[i], t), t, false).eval
		}
		slot := cp.declare(name.pos, name.text, t)
		steps = append(steps, func(c *Context) ctl {
			v := init(c)
			c.stack[c.base+slot] = v
			return next
		})
	}
	if len(steps) == 1 {
		return steps[0]
	}
	return func(c *Context) ctl {
		for _, s := range steps {
			s(c)
		}
		return next
	}
}

// zero is what a variable holds that was not assigned.
func (cp *compiler) zero(t *class) value {
	switch t {
	case cp.lib.boolean:
		return boolean(false)
	case cp.lib.int:
		return integer(0)
	case cp.lib.long:
		return long(0)
	case cp.lib.float:
		return float(0)
	case cp.lib.double:
		return double(0)
	case cp.lib.char:
		return char(0)
	case cp.lib.byte:
		return byteOf(0)
	case cp.lib.short:
		return short(0)
	}
	return null()
}

func (cp *compiler) ifStmt(s *ifStmt) step {
	cond := cp.boolean(s.cond)
	yes := cp.body(s.yes)
	if s.no == nil {
		return func(c *Context) ctl {
			if cond(c) {
				return yes(c)
			}
			return next
		}
	}
	no := cp.body(s.no)
	return func(c *Context) ctl {
		if cond(c) {
			return yes(c)
		}
		return no(c)
	}
}

func (cp *compiler) boolean(x expr) func(*Context) bool {
	return cp.cast(cp.expr(x), cp.lib.boolean, false).bool()
}

func (cp *compiler) loopStmt(s *loopStmt) step {
	own := len(cp.fn.vars)
	captured := len(cp.fn.captures)
	init := func(*Context) ctl { return next }
	if s.init != nil {
		init = cp.stmt(s.init)
	}
	cond := func(*Context) bool { return true }
	if s.cond != nil && !s.bodyFirst {
		cond = cp.boolean(s.cond)
	}
	cp.fn.loops++
	body := cp.body(s.body)
	cp.fn.loops--
	if s.cond != nil && s.bodyFirst {
		cond = cp.boolean(s.cond)
	}
	after := func(*Context) value { return value{} }
	if s.after != nil {
		after = cp.expr(s.after).eval
	}
	cp.fn.vars = cp.fn.vars[:own+len(cp.fn.captures)-captured]
	first := s.bodyFirst
	return func(c *Context) ctl {
		init(c)
		for first || cond(c) {
			c.loop()
			switch body(c) {
			case doBreak:
				return next
			case doReturn:
				return doReturn
			}
			after(c)
			if first && !cond(c) {
				return next
			}
		}
		return next
	}
}

func (cp *compiler) eachStmt(s *eachStmt) step {
	over := cp.expr(s.x)
	own := len(cp.fn.vars)
	captured := len(cp.fn.captures)
	t := cp.typeOf(s.t)
	if !over.t.is(cp.lib.iterable) && over.t != cp.lib.def && over.t.elem == nil {
		cp.fail(s.at, "Illegal foreach type [%s].", over.t)
	}
	slot := cp.declare(s.name.pos, s.name.text, t)
	elem := cp.lib.def
	if over.t.elem != nil {
		elem = over.t.elem
	}
	cp.checkCast(s.at, elem, t, false)
	conv := cp.converter(s.at, elem, t, false)
	cp.fn.loops++
	body := cp.body(s.body)
	cp.fn.loops--
	cp.fn.vars = cp.fn.vars[:own+len(cp.fn.captures)-captured]
	return func(c *Context) ctl {
		it := c.iterate(over.eval(c), s.at)
		for {
			v, ok := it.next(c)
			if !ok {
				return next
			}
			c.loop()
			if conv != nil {
				v = conv(c, v)
			}
			c.stack[c.base+slot] = v
			switch body(c) {
			case doBreak:
				return next
			case doReturn:
				return doReturn
			}
		}
	}
}

func (cp *compiler) jump(s *jumpStmt) step {
	if cp.fn.loops == 0 {
		cp.fail(s.at, "%s statement outside of a loop", s.word)
	}
	to := doBreak
	if s.word == "continue" {
		to = doContinue
	}
	return func(*Context) ctl { return to }
}

func (cp *compiler) returnStmt(s *returnStmt) step {
	if s.x == nil {
		if cp.fn.ret != cp.lib.void && cp.fn.ret != cp.lib.def {
			cp.fail(s.at, "cannot cast from [%s] to [void]", cp.fn.ret)
		}
		return func(c *Context) ctl {
			c.ret = value{}
			return doReturn
		}
	}
	x := cp.exprFor(s.x, cp.fn.ret)
	if cp.fn.ret == cp.lib.void {
		cp.fail(s.at, "cannot cast from [%s] to [void]", x.t)
	}
	x = cp.cast(x, cp.fn.ret, false)
	return func(c *Context) ctl {
		c.ret = x.eval(c)
		return doReturn
	}
}

func (cp *compiler) tryStmt(s *tryStmt) step {
	body := cp.block(s.body)
	type handler struct {
		t    *class
		slot int
		body step
	}
	var handlers []handler
	for _, tr := range s.traps {
		own := len(cp.fn.vars)
		captured := len(cp.fn.captures)
		t := cp.typeOf(tr.t)
		if !t.is(cp.lib.mustType("Exception")) {
			cp.fail(tr.at, "cannot cast from [%s] to [java.lang.Exception]", t)
		}
		slot := cp.declare(tr.at, tr.name, t)
		handlers = append(handlers, handler{t, slot, cp.block(tr.body)})
		cp.fn.vars = cp.fn.vars[:own+len(cp.fn.captures)-captured]
	}
	return func(c *Context) ctl {
		to, exc := c.try(body)
		if exc == nil {
			return to
		}
		for _, h := range handlers {
			if exc.cls.is(h.t) {
				c.stack[c.base+h.slot] = object(exc)
				return h.body(c)
			}
		}
		panic(thrown{exc})
	}
}

// try runs body and catches what it throws.
func (c *Context) try(body step) (to ctl, exc *exception) {
	base, depth, args := c.base, c.depth, len(c.args)
	defer func() {
		if r := recover(); r != nil {
			t, ok := r.(thrown)
			if !ok {
				panic(r)
			}
			c.base, c.depth, c.args = base, depth, c.args[:args]
			exc = t.exc
		}
	}()
	return body(c), nil
}

// link is one step of ctx.a?.b.
type link struct {
	name     event.Symbol
	site     *fieldSite
	nullSafe bool
}
