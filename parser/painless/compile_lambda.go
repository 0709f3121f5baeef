package painless

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
)

// lambda is a function value: of the script (body), of a class (m), or built in.
type lambda struct {
	arity    int
	frame    int
	body     step
	captured []value
	at       []capture
	native   func(c *Context, args []value) value
	nullTest bool // v -> v == null
}

func (*lambda) classOf(event.Value) *class { return classes().types["Lambda"] }

// apply calls a function value.
func (c *Context) apply(f value, args ...value) value {
	l, ok := f.ref.(*lambda)
	if !ok {
		c.throw("java.lang.NullPointerException", "the function is null")
	}
	if l.native != nil {
		return l.native(c, args)
	}
	if len(args) != l.arity {
		c.throw("java.lang.IllegalArgumentException", "Incorrect number of parameters for a lambda: [%d], expected [%d]", l.arity, len(args))
	}
	return c.call(l.frame, args, l.captured, l.at, l.body)
}

// test calls a predicate.
func (c *Context) test(f value, args ...value) bool {
	v := c.apply(f, args...)
	return c.castDef(v, classes().boolean, false, -1).bool()
}

// functional compiles a lambda or method reference where a t is wanted.
func (cp *compiler) functional(x expr, t *class) code {
	if t == nil || t.sam == nil {
		if t != nil && t != cp.lib.def && t != cp.lib.object {
			cp.fail(x.pos(), "cannot use a lambda or method reference as [%s], which is no functional interface", t)
		}
		t = cp.lib.def
	}
	if r, ok := x.(*refExpr); ok {
		return cp.reference(r, t)
	}
	return cp.lambda(x.(*lambdaExpr), t)
}

func (cp *compiler) lambda(x *lambdaExpr, t *class) code {
	if t.sam != nil && len(t.sam.params) != len(x.params) {
		cp.fail(x.at, "Incorrect number of parameters for [%s] in [%s]", t.sam.name, t)
	}
	outer := cp.fn
	sc := &scope{outer: outer, ret: cp.lib.def}
	cp.fn = sc
	for i, p := range x.params {
		pt := cp.lib.def
		if p.t.name != "" {
			pt = cp.typeOf(p.t)
		} else if t.sam != nil {
			pt = t.sam.params[i]
		}
		cp.declare(p.at, p.name, pt)
	}
	var body step
	if x.body != nil {
		cp.returnLast(x.body)
		body = cp.lambdaBody(x.body)
	} else {
		v := cp.exprFor(x.x, cp.lib.def)
		if v.t != cp.lib.void {
			v = cp.cast(v, cp.lib.def, false)
		}
		body = func(c *Context) ctl {
			c.ret = v.eval(c)
			return doReturn
		}
	}
	cp.fn = outer
	captures, arity := sc.captures, len(x.params)
	if len(captures) == 0 {
		fixed := object(&lambda{arity: arity, frame: sc.slots, body: body, nullTest: isNullTest(x)})
		return code{t: t, at: x.at, eval: func(*Context) value { return fixed }}
	}
	return code{t: t, at: x.at, eval: func(c *Context) value {
		c.charge(64 + 32*len(captures))
		l := &lambda{arity: arity, frame: sc.slots, body: body, at: captures}
		for _, cap := range captures {
			l.captured = append(l.captured, c.stack[c.base+cap.from])
		}
		return object(l)
	}}
}

// lambdaBody compiles a block whose last expression may be void.
func (cp *compiler) lambdaBody(b *block) step {
	if n := len(b.list); n > 0 {
		if r, ok := b.list[n-1].(*returnStmt); ok && r.x != nil && cp.isVoid(r.x) {
			b.list[n-1] = &exprStmt{r.node, r.x}
		}
	}
	return cp.block(b)
}

// isVoid compiles x only to learn whether it has a value.
func (cp *compiler) isVoid(x expr) (void bool) {
	call, ok := x.(*callExpr)
	if !ok {
		if f, ok := x.(*funcCall); ok {
			d := cp.funcs[methodKey(f.name, len(f.args))]
			return d != nil && d.ret == cp.lib.void
		}
		return false
	}
	saved := *cp.fn
	saved.vars, saved.captures = slices.Clone(saved.vars), slices.Clone(saved.captures)
	defer func() {
		*cp.fn = saved
		if r := recover(); r != nil {
			void = false // compiling it again gives the error
		}
	}()
	return cp.call(call).t == cp.lib.void
}

// reference compiles T::name, T::new and this::name.
func (cp *compiler) reference(x *refExpr, t *class) code {
	fixed := func(f func(c *Context, args []value) value) code {
		v := object(&lambda{native: f})
		return code{t: t, at: x.at, eval: func(*Context) value { return v }}
	}
	if x.t.name == "this" {
		var f *function
		for key, d := range cp.funcs {
			if strings.HasPrefix(key, x.name+"/") && (t.sam == nil || len(d.params) == len(t.sam.params)) {
				f = d
			}
		}
		if f == nil {
			cp.fail(x.at, "function [%s] is not defined", x.name)
		}
		return fixed(func(c *Context, args []value) value {
			in := make([]value, len(args))
			for i, v := range args {
				in[i] = c.castDef(v, f.params[i], false, x.at)
			}
			return c.call(f.frame, in, nil, nil, f.body)
		})
	}
	k := cp.typeOf(x.t)
	if x.name == "new" {
		if k.elem != nil {
			return fixed(func(c *Context, args []value) value {
				return c.fillArray(k, []int{int(args[0].int())}, cp.zero(k.elem))
			})
		}
		if len(k.ctors) == 0 {
			cp.fail(x.at, "constructor [%s, <init>] not found", k)
		}
		return fixed(func(c *Context, args []value) value {
			m := k.ctors[len(args)]
			if m == nil {
				c.throwAt(x.at, "java.lang.IllegalArgumentException", "constructor [%s, <init>/%d] not found", k, len(args))
			}
			return m.run(c, value{}, c.passAll(m, args, x.at))
		})
	}
	if !cp.hasMethod(k, x.name) {
		cp.fail(x.at, "function reference [%s::%s] not found", k, x.name)
	}
	return fixed(func(c *Context, args []value) value {
		if m := k.statics[methodKey(x.name, len(args))]; m != nil {
			return m.run(c, value{}, c.passAll(m, args, x.at))
		}
		if len(args) > 0 {
			if args[0].isNull() {
				c.nullPointer(x.at, "cannot access method/field [%s] from a null def reference", x.name)
			}
			if m := args[0].class().methods[methodKey(x.name, len(args)-1)]; m != nil {
				return m.run(c, args[0], c.passAll(m, args[1:], x.at))
			}
		}
		c.throwAt(x.at, "java.lang.IllegalArgumentException", "function reference [%s::%s/%d] not found", k, x.name, len(args))
		return value{}
	})
}

func (c *Context) passAll(m *method, args []value, at int) []value {
	out := make([]value, len(args))
	for i, v := range args {
		out[i] = c.passed(v, m.params[i], at)
	}
	return out
}

func (cp *compiler) hasMethod(k *class, name string) bool {
	for _, table := range []map[string]*method{k.statics, k.methods} {
		for key := range table {
			if strings.HasPrefix(key, name+"/") {
				return true
			}
		}
	}
	return false
}
