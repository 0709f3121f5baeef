package painless

import (
	"fmt"
	"slices"

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
	doThrow // what is in Context.raised
)

// code is a compiled expression.
type code struct {
	t      *class
	eval   func(c *Context) value
	cond   func(c *Context) bool // the same as a bool, for some booleans
	try    tries                 // eval that gives what it throws, of some calls
	konst  *value                // set when it is a constant
	chain  []link                // set when it is ctx.a?.b
	view   *viewOf               // set when it is a view of a map
	lambda *lambda               // set when it is one that captures nothing
	linked bool                  // it is what a method handle gives that is looked up at run time, which also converts it
	local  bool                  // it is the local in slot
	slot   int
	at     int
}

// dropped is a statement that does nothing with the value of x.
func (x code) dropped() step {
	if eval := x.eval; x.try == nil {
		return func(c *Context) ctl {
			eval(c)
			return next
		}
	}
	return x.then(func(*Context, value) ctl { return next })
}

// into is a statement that keeps the value of x in a local.
func (x code) into(slot int) step {
	if x.konst != nil {
		v := *x.konst
		return func(c *Context) ctl {
			c.stack[c.base+slot] = v
			return next
		}
	}
	if eval := x.eval; x.try == nil {
		return func(c *Context) ctl {
			v := eval(c)
			c.stack[c.base+slot] = v
			return next
		}
	}
	return x.then(func(c *Context, v value) ctl {
		c.stack[c.base+slot] = v
		return next
	})
}

// then is a statement that does something with the value of x.
func (x code) then(do func(*Context, value) ctl) step {
	if x.try == nil {
		eval := x.eval
		return func(c *Context) ctl { return do(c, eval(c)) }
	}
	return func(c *Context) ctl {
		v, exc := x.try(c)
		if exc != nil {
			c.raised = exc
			return doThrow
		}
		return do(c, v)
	}
}

type compiler struct {
	src       string
	lib       *lib
	consts    *arena
	params    event.Value // in consts
	hooks     *Hooks
	fields    *Fields
	condition bool
	funcs     map[string]*function
	fn        *scope
	depth     int
	lambdas   int // how many there are so far
	ways      map[*ifStmt]*ways
	program   *program
	calls     int  // of methods, so far
	clock     bool // of one, or maybe one, that tells the time
}

// function is a function of the script.
type function struct {
	name   string
	params []*class
	ret    *class
	frame  int
	body   step
	told   *told // what the shape of its only argument tells of its result
	walk   *walk // what it does, when it is one
	pure   bool  // what it tells for scalars is worth a memo
}

// scope is the function or lambda that is being compiled. Every local has a slot of its own.
type scope struct {
	outer    *scope // of a lambda
	vars     []variable
	slots    int
	own      bool // it is a function of the script: there is neither ctx nor params
	ret      *class
	captures []capture
}

type variable struct {
	name string
	t    *class
	slot int
	kept bool // it cannot be assigned: of a for-each loop, of a lambda, or captured by one
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
	cp := &compiler{src: src, lib: library(), consts: consts, params: params, hooks: opts.Hooks, fields: opts.Fields, condition: condition, funcs: map[string]*function{}, ways: map[*ifStmt]*ways{}}
	if cp.fields == nil {
		cp.fields = NewFields()
	}
	defer catchCompile(&err)
	p = &program{src: src, consts: consts, params: params, given: len(opts.Params) > 0, fields: cp.fields, direct: direct{fields: cp.fields, start: isUnsure}}
	p.direct.link()
	cp.program = p
	cp.functions(tree.funcs)
	cp.fn = &scope{ret: cp.lib.void}
	if condition {
		cp.fn.ret = cp.lib.boolean
	}
	if list := tree.body.list; condition && len(list) == 1 {
		if s, ok := list[0].(*exprStmt); ok {
			x := cp.cast(cp.expr(s.x), want{t: cp.lib.boolean, boxes: true})
			p.cond = x.bool()
			p.frame, p.direct = cp.fn.slots, cp.direct(s.x)
			return p, nil
		}
	}
	if empty(tree.body) {
		cp.fail(len(src), "no statements")
	}
	p.run, _ = cp.block(tree.body, place{last: true})
	p.frame = cp.fn.slots
	return p, nil
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
	own := func(d *funcDecl) *function {
		f := cp.funcs[methodKey(d.name, len(d.params))]
		cp.fn = &scope{ret: f.ret, own: true}
		for i, p := range d.params {
			cp.declare(p.at, p.name, f.params[i])
		}
		return f
	}
	for _, d := range decls {
		f := own(d)
		f.told = cp.toldOfResult(d)
	}
	cp.walks(decls, own)
	for _, d := range decls {
		f := own(d)
		if empty(d.body) {
			cp.fail(d.at, "invalid function definition: found no statements for function [%s] with [%d] parameters", d.name, len(d.params))
		}
		var ways flow
		calls := cp.calls
		f.body, ways = cp.block(d.body, place{last: true})
		f.pure = cp.calls-calls >= minCalls
		if !ways.returns && f.ret != cp.lib.void {
			cp.fail(d.at, "invalid function definition: not all paths provide a return value for function [%s] with [%d] parameters", d.name, len(d.params))
		}
		f.frame = cp.fn.slots
	}
	for _, f := range cp.funcs { // which call each other
		f.pure = f.pure && !cp.clock
	}
}

// declare makes a local.
func (cp *compiler) declare(at int, name string, t *class) *variable {
	if cp.fn.has(name) {
		cp.fail(at, "variable [%s] is already defined", name)
	}
	if t == cp.lib.void {
		cp.fail(at, "variable [%s] cannot be of type [void]", name)
	}
	cp.fn.slots++
	cp.fn.vars = append(cp.fn.vars, variable{name: name, t: t, slot: cp.fn.slots - 1})
	return &cp.fn.vars[len(cp.fn.vars)-1]
}

// declareNamed makes a local whose name must be none of a type.
func (cp *compiler) declareNamed(at int, name string, t *class) *variable {
	if k := cp.lib.types[name]; k != nil && !k.hidden {
		cp.fail(at, "invalid declaration: type [%s] cannot be a name", name)
	}
	return cp.declare(at, name, t)
}

// has tells whether a name is taken, here or around the lambda.
func (s *scope) has(name string) bool {
	if slices.ContainsFunc(s.vars, func(v variable) bool { return v.name == name }) {
		return true
	}
	if s.outer != nil {
		return s.outer.has(name)
	}
	return !s.own && (name == "ctx" || name == "params")
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
	inner := variable{name, v.t, s.slots, true}
	s.slots++
	s.captures = append(s.captures, capture{v.slot, inner.slot})
	s.vars = append([]variable{inner}, s.vars...) // first, so that leaving a block does not lose it
	return inner, true
}

func (cp *compiler) enter(at int) {
	if cp.depth++; cp.depth > 2*maxNesting {
		cp.fail(at, "nested deeper than %d", 2*maxNesting)
	}
}

func (cp *compiler) leave() { cp.depth-- }
