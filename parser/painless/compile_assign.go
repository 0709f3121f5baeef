package painless

import (
	"strings"

	"github.com/millrace/millrace/event"
)

func (cp *compiler) assign(x *assignExpr) code {
	to := cp.assignable(x.at, x.to)
	if x.op == "" {
		return to.assigned(cp.as(x.x, want{t: to.t}))
	}
	return cp.storing(to, cp.update(x.at, x.op, to, cp.expr(x.x), false))
}

// assignable compiles what is assigned to.
func (cp *compiler) assignable(at int, x expr) target {
	to := cp.target(x)
	if to.store == nil || to.fixed {
		cp.fail(at, "this cannot be assigned")
	}
	if path, ok := pathOfLinks(to.chain); ok {
		to.store = cp.program.storeAssigned(path, to.chain[len(to.chain)-1].name, to.store)
	}
	return to
}

// storeAssigned stores an entry that has a path, and tells of that, where it is one of a map of the document; all else
// is for store.
func (p *program) storeAssigned(path string, name event.Symbol, store func(c *Context, recv, index, v value)) func(c *Context, recv, index, v value) {
	n := len(p.writes)
	p.writes = append(p.writes, path)
	return func(c *Context, recv, index, v value) {
		if recv.ref != nil || recv.v.Kind() != event.Map || !c.sure || len(p.touches) == 0 {
			store(c, recv, index, v)
			return
		}
		c.changes++
		c.assigned++
		c.charge(mapEntrySize)
		c.Event.Put(recv.v, name, c.stored(v))
		c.Wrote(p.touches[n])
	}
}

// pathOfLinks is the path of a field, if that tells which one it is.
func pathOfLinks(chain []link) (path string, ok bool) {
	for i, l := range chain {
		name := l.name.String()
		if strings.Contains(name, ".") || i == 0 && strings.HasPrefix(name, "_") || l.site.setsMap != nil {
			return "", false
		}
		if i > 0 {
			path += "."
		}
		path += name
	}
	return path, len(chain) > 0
}

// update computes the new value of a target from the old one, and what the expression is worth.
func (cp *compiler) update(at int, op string, to target, v code, post bool) func(*Context, value) (value, value) {
	slot := cp.fn.slots
	cp.fn.slots++
	old := code{t: to.t, at: at, eval: func(c *Context) value { return c.stack[c.base+slot] }}
	if op == "+" && v.t == cp.lib.string { // of texts only
		old = cp.cast(old, want{t: cp.lib.string})
	}
	sum := cp.cast(cp.operate(at, op, old, v, true), want{t: to.t, explicit: true})
	eval, dynamic := sum.eval, to.t == cp.lib.def && old.t == cp.lib.def
	return func(c *Context, before value) (value, value) {
		c.stack[c.base+slot] = before
		n := eval(c)
		if dynamic {
			n = c.castBack(n, before, at)
		}
		if post {
			return n, before
		}
		return n, n
	}
}

// castBack gives the result of a compound assignment to a def the class that the def had.
func (c *Context) castBack(v, before value, at int) value {
	if before.isNull() || v.isNull() {
		return v
	}
	was, is := before.class(), v.class()
	if was == is {
		return v
	}
	l := classes()
	t := unboxed(was)
	if t.rank > 0 && unboxed(is).rank > 0 {
		return numeric(t, l)(v)
	}
	if t.rank > 0 {
		c.cannotCast(at, v, l.number)
	}
	if !is.is(was) {
		c.throwAt(at, "java.lang.ClassCastException", "Cannot cast %s to %s", is, was)
	}
	return v
}

// assigned evaluates receiver, index, then the new value, and stores it.
func (to target) assigned(x code) code {
	if slot := to.slot; to.local && x.try == nil {
		next := x.eval
		return code{t: to.t, at: to.at, eval: func(c *Context) value {
			v := next(c)
			c.stack[c.base+slot] = v
			return v
		}}
	}
	if next := x.eval; x.try == nil {
		return code{t: to.t, at: to.at, eval: func(c *Context) value {
			r := to.recv(c)
			var i value
			if to.index != nil {
				i = to.index(c)
			}
			v := next(c)
			to.store(c, r, i, v)
			return v
		}}
	}
	next := x.try
	try := func(c *Context) (value, *exception) {
		r := to.recv(c)
		var i value
		if to.index != nil {
			i = to.index(c)
		}
		n, exc := next(c)
		if exc == nil {
			to.store(c, r, i, n)
		}
		return n, exc
	}
	return code{t: to.t, at: to.at, try: try, eval: func(c *Context) value { return orThrow(try(c)) }}
}

// storing is the same for a new value that is made of the old one.
func (cp *compiler) storing(to target, next func(c *Context, old value) (stored, result value)) code {
	if to.load == nil {
		cp.fail(to.at, "this can be assigned, but not read")
	}
	return code{t: to.t, at: to.at, eval: func(c *Context) value {
		r := to.recv(c)
		var i value
		if to.index != nil {
			i = to.index(c)
		}
		n, result := next(c, to.load(c, r, i))
		to.store(c, r, i, n)
		return result
	}}
}

// stepExpr compiles ++ and --.
func (cp *compiler) stepExpr(x *stepExpr) code {
	to := cp.assignable(x.at, x.x)
	one := cp.constant(x.at, cp.lib.int, integer(1))
	return cp.storing(to, cp.update(x.at, x.op[:1], to, one, !x.prefix))
}
