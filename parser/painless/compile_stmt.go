package painless

import (
	"github.com/millrace/millrace/event"
)

func (cp *compiler) stmt(s stmt, in place) (step, flow) {
	switch s := s.(type) {
	case *block:
		return cp.block(s, in)
	case *exprStmt:
		return cp.exprStmt(s, in)
	case *declStmt:
		return cp.declaration(s), flow{}
	case *ifStmt:
		return cp.ifStmt(s, in)
	case *loopStmt:
		return cp.loopStmt(s)
	case *eachStmt:
		return cp.eachStmt(s)
	case *jumpStmt:
		return cp.jump(s, in)
	case *returnStmt:
		return cp.returnStmt(s), flow{returns: true, leaves: true, ends: true}
	case *throwStmt:
		return cp.throwStmt(s), flow{returns: true, leaves: true, ends: true}
	case *tryStmt:
		return cp.tryStmt(s, in)
	}
	cp.fail(s.pos(), "unsupported statement")
	return nil, flow{}
}

func (cp *compiler) throwStmt(s *throwStmt) step {
	x := cp.as(s.x, want{t: cp.lib.mustType("Exception")})
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
}

func (cp *compiler) declaration(s *declStmt) step {
	t := cp.typeOf(s.t)
	var steps []step
	for i, name := range s.names {
		init := cp.constant(name.pos, t, cp.zero(t))
		if s.inits[i] != nil {
			init = cp.as(s.inits[i], want{t: t})
		}
		slot := cp.declareNamed(name.pos, name.text, t).slot
		steps = append(steps, init.into(slot))
	}
	if len(steps) == 1 {
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

func (cp *compiler) ifStmt(s *ifStmt, in place) (step, flow) {
	cond := cp.boolean(s.cond)
	if _, constant := constantBool(s.cond); constant {
		cp.fail(s.at, "extraneous if block")
	}
	yes, f := cp.branch(s.at, "if", s.yes, in)
	var no step
	var g flow
	if s.no != nil {
		no, g = cp.branch(s.at, "else", s.no, in)
	}
	test := func(c *Context) ctl {
		switch {
		case cond(c):
			return yes(c)
		case no != nil:
			return no(c)
		}
		return next
	}
	w := cp.waysOf(s, test, yes, no, cp.waysIn(s.no))
	if w == nil {
		return test, f.or(g)
	}
	cp.ways[s] = w
	return func(c *Context) ctl {
		way, known := w.way(c, &c.stack[c.base+w.slot])
		switch {
		case !known:
			return test(c)
		case way != nil:
			return way(c)
		}
		return next
	}, f.or(g)
}

func (cp *compiler) boolean(x expr) func(*Context) bool {
	return cp.as(x, want{t: cp.lib.boolean}).bool()
}

func (cp *compiler) loopStmt(s *loopStmt) (step, flow) {
	defer cp.scoped()()
	init := func(*Context) ctl { return next }
	if s.init != nil {
		init, _ = cp.stmt(s.init, place{})
	}
	always, constant := constantBool(s.cond)
	if constant && !always || (constant || s.bodyFirst) && empty(s.body) {
		cp.fail(s.at, "extraneous loop")
	}
	cond := func(*Context) bool { return true }
	if s.cond != nil && !s.bodyFirst {
		cond = cp.boolean(s.cond)
	}
	body, ways := cp.body(s.body, place{loop: true, loopEnd: true})
	if s.cond != nil && s.bodyFirst {
		cond = cp.boolean(s.cond)
	}
	after := func(*Context) ctl { return next }
	if s.after != nil {
		after, _ = cp.stmt(&exprStmt{node{s.after.pos()}, s.after}, place{})
	}
	first := s.bodyFirst
	return func(c *Context) ctl {
		if to := init(c); to != next {
			return to
		}
		for first || cond(c) {
			c.loop()
			switch to := body(c); to {
			case doBreak:
				return next
			case doReturn, doThrow:
				return to
			}
			if to := after(c); to != next {
				return to
			}
			if first && !cond(c) {
				return next
			}
		}
		return next
	}, cp.looped(s.at, ways, always || s.cond == nil)
}

func (cp *compiler) jump(s *jumpStmt, in place) (step, flow) {
	if !in.loop {
		cp.fail(s.at, "invalid %s statement: not inside loop", s.word)
	}
	if s.word == "break" {
		return func(*Context) ctl { return doBreak }, flow{leaves: true, ends: true, breaks: true}
	}
	if in.loopEnd {
		cp.fail(s.at, "extraneous continue statement")
	}
	return func(*Context) ctl { return doContinue }, flow{ends: true, continues: true}
}

func (cp *compiler) returnStmt(s *returnStmt) step {
	if s.x == nil {
		if cp.fn.ret != cp.lib.void {
			cp.fail(s.at, "cannot cast from [%s] to [void]", cp.fn.ret)
		}
		return func(c *Context) ctl {
			c.ret = value{}
			return doReturn
		}
	}
	return cp.as(s.x, want{t: cp.fn.ret, boxes: true}).then(returned)
}

func returned(c *Context, v value) ctl {
	c.ret = v
	return doReturn
}

func (cp *compiler) tryStmt(s *tryStmt, in place) (step, flow) {
	body, ways := cp.branch(s.at, "try", s.body, in)
	type handler struct {
		t    *class
		slot int
		body step
	}
	var handlers []handler
	for _, tr := range s.traps {
		end := cp.scoped()
		t := cp.typeOf(tr.t)
		if !t.is(cp.lib.mustType("Exception")) {
			cp.fail(tr.at, "cannot cast from [%s] to [java.lang.Exception]", t)
		}
		slot := cp.declareNamed(tr.at, tr.name, t).slot
		then, f := cp.block(tr.body, in)
		handlers, ways = append(handlers, handler{t, slot, then}), ways.or(f)
		end()
	}
	return func(c *Context) ctl {
		to, exc := c.try(body)
		if to == doThrow {
			exc = c.raised
		}
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
	}, ways
}

// try runs body and catches what it throws.
func (c *Context) try(body step) (to ctl, exc *exception) {
	base, depth, stack, args, orders := c.base, c.depth, len(c.stack), len(c.args), len(c.orders)
	ended := false
	defer func() {
		if ended { // to recover is not cheap
			return
		}
		r := recover()
		t, ok := r.(thrown)
		if !ok {
			panic(r)
		}
		c.base, c.depth, c.stack, c.orders = base, depth, c.stack[:stack], c.orders[:orders]
		c.args = c.args[:args]
		exc = t.exc
	}()
	to = body(c)
	ended = true
	return to, nil
}

// link is one step of ctx.a?.b.
type link struct {
	name     event.Symbol
	field    int32 // of a script: the chain as far as here, wholeDoc when that is none
	site     *fieldSite
	nullSafe bool
}
