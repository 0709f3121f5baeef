package painless

import (
	"github.com/millrace/millrace/event"
)

func (cp *compiler) unary(x *unaryExpr, w want) code {
	if lit, ok := x.x.(*literal); ok && x.op == "-" && (lit.tok.kind == tokInt || lit.tok.kind == tokDecimal) {
		return cp.number(x.at, lit.tok.text, true, w)
	}
	l := cp.lib
	if x.op == "!" {
		not := cp.boolean(x.x)
		return truth(l, func(c *Context) bool { return !not(c) })
	}
	v := cp.expr(x.x)
	op, eval, at := x.op, v.eval, x.at
	if v.t == l.def {
		return code{t: l.def, eval: func(c *Context) value { return c.unaryDef(op, eval(c), at) }}
	}
	t := promoted(l, v.t, v.t)
	if t == nil || op == "~" && t.rank > l.long.rank {
		cp.fail(x.at, "Cannot apply [%s] operation to type [%s].", op, v.t)
	}
	eval = cp.cast(v, want{t: t}).eval
	return cp.folded(at, v, v, code{t: t, eval: func(c *Context) value { return unaryOp(op, t, eval(c)) }})
}

func unaryOp(op string, t *class, v value) value {
	l := classes()
	switch {
	case op == "+":
		return v
	case t == l.int && op == "-":
		return integer(-int32(v.int()))
	case t == l.int:
		return integer(^int32(v.int()))
	case t == l.long && op == "-":
		return long(-v.int())
	case t == l.long:
		return long(^v.int())
	case t == l.float:
		return float(float32(-v.v.Float()))
	}
	return double(-v.v.Float())
}

func (c *Context) unaryDef(op string, v value, at int) value {
	l := classes()
	if v.isNull() {
		c.nullPointer(at, `Cannot invoke "Object.getClass()" because "unary" is null`)
	}
	if v.ref == nil && v.v.Kind() == event.Bool {
		c.throwAt(at, "java.lang.ClassCastException", "Cannot apply [%s] operation to type [boolean]", op)
	}
	t := promote(l, v.class(), v.class())
	if t == nil || op == "~" && t.rank > l.long.rank {
		c.throwAt(at, "java.lang.ClassCastException", "Cannot apply [%s] operation to type [%s].", op, v.class())
	}
	if n := numeric(t, l); unboxed(v.class()) != t {
		v = n(v)
	}
	return unaryOp(op, t, v)
}

// truth is code of type boolean.
func truth(l *lib, cond func(*Context) bool) code {
	return code{t: l.boolean, cond: cond, eval: func(c *Context) value { return boolean(cond(c)) }}
}

func (cp *compiler) binary(x *binaryExpr, w want) code {
	switch x.op {
	case "&&", "||":
		a, b := cp.boolean(x.x), cp.boolean(x.y)
		if x.op == "&&" {
			return truth(cp.lib, func(c *Context) bool { return a(c) && b(c) })
		}
		return truth(cp.lib, func(c *Context) bool { return a(c) || b(c) })
	case "==", "!=", "===", "!==":
		return cp.equality(x)
	case "?:":
		return cp.elvis(x, w)
	case "=~", "==~":
		return cp.match(x)
	}
	a, b := cp.expr(x.x), cp.expr(x.y)
	if l := cp.lib; x.op == "+" && w.t == l.string && (a.t == l.def || b.t == l.def) && a.t != l.void && b.t != l.void {
		return cp.concat(a, b) // what is wanted decides, and not the values
	}
	return cp.operate(x.at, x.op, a, b, false)
}

func (cp *compiler) concat(a, b code) code {
	x, y := a.eval, b.eval
	return code{t: cp.lib.string, eval: func(c *Context) value {
		v := x(c)
		return c.concat(v, y(c))
	}}
}

// operate compiles an arithmetic, bitwise, shift or ordering operator. Only in an assignment there are & and | of
// booleans.
func (cp *compiler) operate(at int, op string, a, b code, assigned bool) code {
	l := cp.lib
	ordering := op[0] == '<' && op != "<<" || op[0] == '>' && op != ">>" && op != ">>>"
	if op == "+" && (a.t == l.string || b.t == l.string) && a.t != l.void && b.t != l.void {
		return cp.concat(a, b)
	}
	if a.t == l.def || b.t == l.def {
		x, y := a.eval, b.eval
		if a.t == l.void || b.t == l.void {
			cp.fail(at, "Cannot apply [%s] operation to types [%s] and [%s].", op, a.t, b.t)
		}
		if ordering {
			return cp.orderDef(at, op, x, y)
		}
		return cp.folded(at, a, b, code{t: l.def, eval: func(c *Context) value {
			v := x(c)
			return c.binaryDef(op, v, y(c), at)
		}})
	}
	shifting := op == "<<" || op == ">>" || op == ">>>"
	bits := op == "&" || op == "|" || op == "^"
	t := promoted(l, a.t, b.t)
	if shifting && b.t.prim && b.t.rank > 0 {
		t = promoted(l, a.t, a.t)
	}
	if (op == "^" || bits && assigned) && a.t == l.boolean && b.t == l.boolean {
		t = l.boolean
	}
	if t == nil || (shifting || bits) && (t.rank > l.long.rank || b.t.rank > l.long.rank) {
		cp.fail(at, "Cannot apply [%s] operation to types [%s] and [%s].", op, a.t, b.t)
	}
	x, y := cp.cast(a, want{t: t}).eval, b.eval
	if shifting {
		return cp.folded(at, a, b, code{t: t, eval: func(c *Context) value { v := x(c); return shift(op, t, v, y(c).int()) }})
	}
	y = cp.cast(b, want{t: t}).eval
	switch {
	case bits:
		return cp.folded(at, a, b, code{t: t, eval: func(c *Context) value { v := x(c); return bitwise(op, t, v, y(c)) }})
	case ordering:
		if t.rank <= l.long.rank {
			return orderWhole(l, op, cp.cast(a, want{t: t}).whole(), cp.cast(b, want{t: t}).whole())
		}
		return truth(l, func(c *Context) bool { v := x(c); return order(op, t, v, y(c)) })
	}
	return cp.folded(at, a, b, code{t: t, eval: func(c *Context) value { v := x(c); return c.arith(op, t, v, y(c), at) }})
}

// orderWhole compares ints or longs.
func orderWhole(l *lib, op string, x, y func(*Context) int64) code {
	less, equal := op[0] == '<', len(op) == 2
	return truth(l, func(c *Context) bool {
		n := x(c)
		m := y(c)
		return n == m && equal || less && n < m || !less && n > m
	})
}

// orderDef compares values of unknown types; whole numbers are the commonest.
func (cp *compiler) orderDef(at int, op string, x, y func(*Context) value) code {
	less, equal := op[0] == '<', len(op) == 2
	return truth(cp.lib, func(c *Context) bool {
		a := x(c)
		b := y(c)
		if p, q := a.v.Kind(), b.v.Kind(); a.ref == nil && b.ref == nil && (p == event.Int || p == event.Long) && (q == event.Int || q == event.Long) {
			n, m := a.int(), b.int()
			return n == m && equal || less && n < m || !less && n > m
		}
		return c.binaryDef(op, a, b, at).bool()
	})
}

// folded computes an operation on constants now; one that fails, fails now.
func (cp *compiler) folded(at int, a, b code, out code) code {
	if a.konst == nil || b.konst == nil || out.t == cp.lib.def {
		return out
	}
	defer func() {
		if t, ok := recover().(thrown); ok {
			cp.fail(at, "%s", t.exc.message)
		}
	}()
	return cp.constant(at, out.t, out.eval(&Context{}))
}

func (cp *compiler) equality(x *binaryExpr) code {
	l := cp.lib
	a, b := cp.expr(x.x), cp.expr(x.y)
	if a.t == l.void || b.t == l.void {
		cp.fail(x.at, "Cannot apply [%s] operation to types [%s] and [%s].", x.op, a.t, b.t)
	}
	cp.checkComparable(x, a, b)
	negate := x.op[0] == '!'
	if len(x.op) == 3 {
		e, f := a.eval, b.eval
		return truth(l, func(c *Context) bool { v := e(c); return c.identical(v, f(c)) != negate })
	}
	if a.isNull() {
		a, b = b, a
	}
	if b.isNull() {
		return cp.nullTest(a, negate)
	}
	if cp.isWhole(a) && cp.isWhole(b) {
		if slot := a.slot; a.local && b.konst != nil {
			n := b.konst.int()
			return truth(l, func(c *Context) bool { return (c.stack[c.base+slot].int() == n) != negate })
		}
		n, m := a.whole(), b.whole()
		return truth(l, func(c *Context) bool { v := n(c); return (v == m(c)) != negate })
	}
	if a.konst != nil {
		a, b = b, a
	}
	if b.konst != nil && b.t == l.string {
		return cp.equalsText(a, string(textOf(nil, *b.konst)), *b.konst, negate)
	}
	e, f := a.eval, b.eval
	return truth(l, func(c *Context) bool { v := e(c); return c.equal(v, f(c)) != negate })
}

// checkComparable refuses to compare a primitive with what it can never equal.
func (cp *compiler) checkComparable(x *binaryExpr, a, b code) {
	l := cp.lib
	switch {
	case a.isNull() && b.isNull():
		cp.fail(x.at, "extraneous comparison of [null] constants")
	case a.t == l.def || b.t == l.def || !a.t.prim && !b.t.prim || a.t == l.boolean && b.t == l.boolean:
	case promoted(l, a.t, b.t) == nil:
		cp.fail(x.at, "Cannot apply [%s] operation to types [%s] and [%s].", x.op, a.t, b.t)
	}
}

// isNull tells whether it is the word null.
func (x code) isNull() bool { return x.konst != nil && x.konst.isNull() }

func (cp *compiler) nullTest(a code, negate bool) code {
	if a.chain != nil {
		links := a.chain
		return truth(cp.lib, func(c *Context) bool {
			v, ref := c.follow(links)
			return (ref == nil && v.IsNull()) != negate
		})
	}
	eval := a.eval
	return truth(cp.lib, func(c *Context) bool { return eval(c).isNull() != negate })
}

// equalsText compares with a constant, the commonest of conditions.
func (cp *compiler) equalsText(a code, want string, konst value, negate bool) code {
	if a.chain != nil {
		links := a.chain
		return truth(cp.lib, func(c *Context) bool {
			v, r := c.follow(links)
			if r == nil {
				return (v.Kind() == event.String && string(c.Event.Bytes(v)) == want) != negate
			}
			return c.equal(value{v, r}, konst) != negate
		})
	}
	eval := a.eval
	return truth(cp.lib, func(c *Context) bool {
		v := eval(c)
		return (v.isText() && string(textOf(c, v)) == want) != negate
	})
}
