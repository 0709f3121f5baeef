package painless

import (
	"fmt"
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
	fields    *Fields
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
	cp := &compiler{src: src, lib: library(), consts: consts, hooks: opts.Hooks, fields: opts.Fields, condition: condition, funcs: map[string]*function{}}
	if cp.fields == nil {
		cp.fields = NewFields()
	}
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
			p.frame, p.direct = cp.fn.slots, cp.direct(s.x)
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
