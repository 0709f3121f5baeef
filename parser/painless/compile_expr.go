package painless

import (
	"strconv"
	"strings"
)

// exprFor compiles an expression for a place. What is wanted there decides what functions, conditionals and
// literals are, and nothing else: its value has still to be cast.
func (cp *compiler) exprFor(x expr, w want) code {
	cp.enter(x.pos())
	defer cp.leave()
	out := cp.expression(x, w)
	out.at = x.pos()
	return out
}

// expr compiles an expression whose place takes any type.
func (cp *compiler) expr(x expr) code {
	return cp.exprFor(x, want{})
}

func (cp *compiler) expression(x expr, w want) code {
	switch x := x.(type) {
	case *literal:
		return cp.literal(x, w)
	case *regexLit:
		return cp.regexLiteral(x)
	case *nameExpr:
		return cp.nameExpr(x)
	case *unaryExpr:
		return cp.unary(x, w)
	case *stepExpr:
		return cp.stepExpr(x)
	case *binaryExpr:
		return cp.binary(x, w)
	case *instanceExpr:
		return cp.instanceExpr(x)
	case *ternaryExpr:
		return cp.ternary(x, w)
	case *assignExpr:
		return cp.assign(x)
	case *castExpr:
		return cp.as(x.x, want{t: cp.typeOf(x.t), explicit: true})
	case *fieldExpr:
		return cp.field(x, w)
	case *indexExpr:
		return cp.loadOf(cp.index(x))
	case *callExpr:
		return cp.call(x, w)
	case *funcCall:
		return cp.funcCall(x)
	case *newExpr:
		return cp.newObject(x)
	case *newArray:
		return cp.newArray(x)
	case *listLit:
		return cp.listLiteral(x)
	case *mapLit:
		return cp.mapLiteral(x)
	case *lambdaExpr, *refExpr:
		return cp.functional(x, w.t)
	}
	cp.fail(x.pos(), "unsupported expression")
	return code{}
}

func (cp *compiler) literal(x *literal, w want) code {
	switch t := x.tok; t.kind {
	case tokString:
		return cp.text(x.at, t.text)
	case tokKeyword:
		if t.text == "null" {
			return cp.nullFor(x.at, w)
		}
		c := cp.constant(x.at, cp.lib.boolean, boolean(t.text == "true"))
		yes := t.text == "true"
		c.cond = func(*Context) bool { return yes }
		return c
	}
	return cp.number(x.at, x.tok.text, false, w)
}

// nullFor is null, which is of any type that is no primitive.
func (cp *compiler) nullFor(at int, w want) code {
	switch {
	case w.t == nil:
		return cp.constant(at, cp.lib.object, null())
	case w.t.prim:
		cp.fail(at, "Cannot cast null to a primitive type [%s].", w.t)
	}
	return cp.constant(at, w.t, null())
}

func (cp *compiler) text(at int, s string) code {
	return cp.constant(at, cp.lib.string, value{cp.consts.ev.Text(s), cp.consts})
}

// number reads a literal; negative tells that a minus stands before it. An int is a byte, short or char where one
// is wanted.
func (cp *compiler) number(at int, text string, negative bool, w want) code {
	digits, suffix := text, byte(0)
	hex := strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X")
	if last := text[len(text)-1]; strings.IndexByte("lL", last) >= 0 || !hex && strings.IndexByte("fFdD", last) >= 0 {
		digits, suffix = text[:len(text)-1], last|0x20
	}
	sign := ""
	if negative {
		sign = "-"
	}
	octal := !hex && len(digits) > 1 && digits[0] == '0' && strings.IndexByte(digits, '.') < 0 && !strings.ContainsAny(digits, "eE")
	switch {
	case suffix == 'f':
		f, err := strconv.ParseFloat(sign+digits, 32)
		if err != nil {
			cp.fail(at, "Invalid float constant [%s].", text)
		}
		return cp.constant(at, cp.lib.float, float(float32(f)))
	case suffix == 'd' || !hex && strings.ContainsAny(digits, ".eE"):
		f, err := strconv.ParseFloat(sign+digits, 64)
		if err != nil {
			cp.fail(at, "Invalid double constant [%s].", text)
		}
		return cp.constant(at, cp.lib.double, double(f))
	}
	base := 10
	if hex {
		base, digits = 16, digits[2:]
	} else if octal {
		base = 8
	}
	bits, t := 32, cp.lib.int
	if suffix == 'l' {
		bits, t = 64, cp.lib.long
	}
	n, err := strconv.ParseInt(sign+digits, base, bits)
	if err != nil {
		cp.fail(at, "Invalid %s constant [%s%s].", t.name, sign, text)
	}
	if bits == 64 {
		return cp.constant(at, t, long(n))
	}
	v := integer(int32(n))
	if w.t != nil && fits(n, w.t, cp.lib) {
		return cp.constant(at, w.t, numeric(w.t, cp.lib)(v))
	}
	return cp.constant(at, t, v)
}

// fits tells whether an int constant may stand for a smaller type.
func fits(n int64, t *class, l *lib) bool {
	switch t {
	case l.byte:
		return n == int64(int8(n))
	case l.short:
		return n == int64(int16(n))
	case l.char:
		return n == int64(uint16(n))
	}
	return false
}

func (cp *compiler) nameExpr(x *nameExpr) code {
	if v, ok := cp.fn.find(x.name); ok {
		slot := v.slot
		return code{t: v.t, eval: func(c *Context) value { return c.stack[c.base+slot] }, local: true, slot: slot}
	}
	switch {
	case !cp.fn.has(x.name):
	case x.name == "ctx":
		return code{t: cp.lib.mapT, eval: func(c *Context) value { return value{v: c.Event.Doc()} }, chain: []link{}}
	case x.name == "params":
		return code{t: cp.lib.mapT, eval: func(c *Context) value { return c.params }}
	}
	if k := cp.lib.types[x.name]; k != nil && !k.hidden {
		cp.fail(x.at, "[%s] is a type, not a value", x.name)
	}
	cp.fail(x.at, "variable [%s] is not defined", x.name)
	return code{}
}

func (cp *compiler) elvis(x *binaryExpr, w want) code {
	if w.t != nil && w.t.prim {
		cp.fail(x.at, "Elvis operator cannot return primitives")
	}
	a, b := cp.exprFor(x.x, w), cp.exprFor(x.y, w)
	switch lit, ok := x.x.(*literal); {
	case ok && lit.tok.keyword("null"):
		cp.fail(x.at, "Extraneous elvis operator. LHS is null.")
	case ok:
		cp.fail(x.at, "Extraneous elvis operator. LHS is a constant.")
	case a.t.prim:
		cp.fail(x.at, "Extraneous elvis operator. LHS is a primitive.")
	}
	if lit, ok := x.y.(*literal); ok && lit.tok.keyword("null") {
		cp.fail(x.at, "Extraneous elvis operator. RHS is null.")
	}
	w = cp.common(x.at, a.t, b.t, w)
	p, q := cp.cast(a, w).eval, cp.cast(b, w).eval
	return code{t: w.t, eval: func(c *Context) value {
		if v := p(c); !v.isNull() {
			return v
		}
		return q(c)
	}}
}

func (cp *compiler) ternary(x *ternaryExpr, w want) code {
	cond := cp.boolean(x.cond)
	a, b := cp.exprFor(x.yes, w), cp.exprFor(x.no, w)
	w = cp.common(x.at, a.t, b.t, w)
	p, q := cp.cast(a, w), cp.cast(b, w)
	if w.t == cp.lib.boolean {
		yes, no := p.bool(), q.bool()
		return truth(cp.lib, func(c *Context) bool {
			if cond(c) {
				return yes(c)
			}
			return no(c)
		})
	}
	yes, no := p.eval, q.eval
	return code{t: w.t, eval: func(c *Context) value {
		if cond(c) {
			return yes(c)
		}
		return no(c)
	}}
}

// common is what the branches of a conditional are cast to: what is wanted of it or, where any type will do, what
// they have in common.
func (cp *compiler) common(at int, a, b *class, w want) want {
	l := cp.lib
	switch {
	case w.t != nil:
	case a == b:
		w.t = a
	case a == l.def || b == l.def:
		w.t = l.def
	case !a.prim || !b.prim:
		w.t = l.object
	default:
		w.t = promoted(l, a, b)
		if w.t == nil || a == l.byte && b == l.short || a == l.short && b == l.byte {
			cp.fail(at, "cannot apply the conditional operator [?:] to the types [%s] and [%s]", a, b)
		}
	}
	return w
}

func (cp *compiler) instanceExpr(x *instanceExpr) code {
	v, t := cp.expr(x.x), cp.typeOf(x.t)
	eval := v.eval
	switch {
	case t == cp.lib.def:
		return truth(cp.lib, func(c *Context) bool { return !eval(c).isNull() })
	case t.prim && v.t.prim:
		same := t == v.t
		return truth(cp.lib, func(c *Context) bool { eval(c); return same })
	case t.prim:
		t = t.box
	}
	if v.t.prim {
		is := v.t.box.is(t)
		return truth(cp.lib, func(c *Context) bool { eval(c); return is })
	}
	return truth(cp.lib, func(c *Context) bool { return c.instance(eval(c), t) })
}

func (cp *compiler) listLiteral(x *listLit) code {
	items := cp.items(x.items, cp.lib.def)
	return code{t: cp.lib.arrayList, eval: func(c *Context) value {
		l := c.newList(len(items))
		for _, item := range items {
			c.Event.Append(l.v, c.stored(item(c)))
		}
		return l
	}}
}

func (cp *compiler) items(list []expr, t *class) []func(*Context) value {
	var items []func(*Context) value
	for _, e := range list {
		items = append(items, cp.as(e, want{t: t, boxes: true}).eval)
	}
	return items
}

func (cp *compiler) mapLiteral(x *mapLit) code {
	keys, values := cp.items(x.keys, cp.lib.def), cp.items(x.values, cp.lib.def)
	return code{t: cp.lib.hashMap, eval: func(c *Context) value {
		m := c.newMap()
		for i := range keys {
			k := keys[i](c)
			c.mapPut(m, k, values[i](c))
		}
		return m
	}}
}

func (cp *compiler) newArray(x *newArray) code {
	elem := cp.typeOf(x.t)
	if x.sizes == nil {
		items := cp.items(x.items, elem)
		t := cp.lib.array(elem)
		return code{t: t, eval: func(c *Context) value {
			a := c.newArray(t, len(items))
			for _, item := range items {
				c.Event.Append(a.v, c.stored(item(c)))
			}
			return a
		}}
	}
	var sizes []func(*Context) value
	t := elem
	for _, s := range x.sizes {
		sizes = append(sizes, cp.as(s, want{t: cp.lib.int, boxes: true}).eval)
		t = cp.lib.array(t)
	}
	zero, at := cp.zero(elem), x.at
	return code{t: t, eval: func(c *Context) value {
		var dims [8]int
		n := min(len(sizes), len(dims))
		for i := range n {
			d := sizes[i](c).int()
			if d < 0 {
				c.throwAt(at, "java.lang.NegativeArraySizeException", "%d", d)
			}
			dims[i] = int(d)
		}
		return c.fillArray(t, dims[:n], zero)
	}}
}

func (c *Context) fillArray(t *class, dims []int, zero value) value {
	a := c.newArray(t, dims[0])
	for range dims[0] {
		v := zero
		if len(dims) > 1 {
			v = c.fillArray(t.elem, dims[1:], zero)
		}
		c.loop()
		c.Event.Append(a.v, c.stored(v))
	}
	return a
}
