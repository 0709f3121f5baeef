package painless

import (
	"github.com/millrace/millrace/event"
)

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
		it := c.loopOver(over.eval(c), s.at)
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
