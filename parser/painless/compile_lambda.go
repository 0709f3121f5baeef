package painless

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// lambda is a function value: of the script (body), of a class (m), or built in.
type lambda struct {
	arity    int
	frame    int
	body     step
	truth    func(*Context) bool // the same as body, where it is an expression and a boolean
	told     *told               // what the shape of the only argument tells of truth, if it does
	always   event.Shapes        // those for which it is so,
	perhaps  event.Shapes        // and those for which it must be asked
	captured []value
	at       []capture
	native   func(c *Context, args []value) value
	named    string           // what it is called in errors; a reference as the script has it, String::length
	takes    func(n int) bool // whether a reference may be called with n arguments
}

func (*lambda) classOf(event.Value) *class { return classes().types["Lambda"] }

// apply calls a function value.
func (c *Context) apply(f value, args ...value) value {
	l, ok := f.ref.(*lambda)
	if !ok {
		c.throw("java.lang.NullPointerException", "the function is null")
	}
	if l.native != nil {
		base := len(c.args)
		c.args = append(c.args, args...)
		v := l.native(c, c.args[base:len(c.args):len(c.args)])
		c.args = c.args[:base]
		return v
	}
	if len(args) != l.arity {
		c.throw("java.lang.IllegalArgumentException", "Incorrect number of parameters for a lambda: [%d], expected [%d]", l.arity, len(args))
	}
	base := len(c.stack)
	c.stack = append(c.stack, args...)
	outer := c.enter(base, l.frame)
	l.capture(c)
	result := c.result(l.body(c))
	c.leave(base, outer)
	return result
}

// capture puts what l has captured into its frame.
func (l *lambda) capture(c *Context) {
	for i, v := range l.captured {
		c.stack[c.base+l.at[i].to] = v
	}
}

// test calls a predicate.
func (c *Context) test(f value, args ...value) bool {
	v := c.apply(f, args...)
	return c.castDef(v, classes().boolean, false, -1).bool()
}

// functional compiles a lambda or method reference where a t is wanted; nil where anything is.
func (cp *compiler) functional(x expr, t *class) code {
	if t == nil {
		t = cp.lib.def
	} else if t.sam == nil {
		cp.fail(x.pos(), "Cannot pass lambda to [%s], not a functional interface", t)
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
	if t.sam != nil && t.sam.ret != cp.lib.void { // a result may be ignored
		sc.ret = t.sam.ret
	}
	cp.fn = sc
	for i, p := range x.params {
		pt := cp.lib.def
		if p.t.name != "" {
			pt = cp.typeOf(p.t)
		} else if t.sam != nil {
			pt = t.sam.params[i]
		}
		cp.declare(p.at, p.name, pt).kept = true
	}
	like := &lambda{arity: len(x.params)}
	if x.body == nil && sc.ret == cp.lib.boolean {
		like.truth = cp.as(x.x, want{t: sc.ret, boxes: true}).bool()
		like.body = func(c *Context) ctl {
			c.ret = boolean(like.truth(c))
			return doReturn
		}
		if t := cp.toldOf(x.x, 0); t != nil && like.arity == 1 {
			like.told, like.always, like.perhaps = t, t.of(always), t.of(perhaps)
		}
	} else {
		like.body = cp.lambdaBody(x)
	}
	cp.fn = outer
	like.frame, like.at = sc.slots, sc.captures
	like.named = "this::lambda$synthetic$" + strconv.Itoa(cp.lambdas)
	cp.lambdas++
	if len(like.at) == 0 {
		fixed := object(like)
		return code{t: t, at: x.at, eval: func(*Context) value { return fixed }, lambda: like}
	}
	return code{t: t, at: x.at, eval: func(c *Context) value {
		c.charge(64 + 32*len(like.at))
		l := *like
		for _, cap := range l.at {
			l.captured = append(l.captured, c.stack[c.base+cap.from])
		}
		return object(&l)
	}}
}

func (cp *compiler) lambdaBody(x *lambdaExpr) step {
	if x.body == nil {
		return cp.returnStmt(&returnStmt{node{x.at}, x.x})
	}
	if empty(x.body) {
		cp.fail(x.at, "cannot generate empty lambda")
	}
	body, ways := cp.block(x.body, place{last: true})
	if !ways.returns {
		cp.fail(x.at, "not all paths return a value for lambda")
	}
	return body
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
			base := len(c.stack)
			for i, v := range args {
				c.stack = append(c.stack, c.castDef(v, f.params[i], false, x.at))
			}
			return c.call(base, f.frame, f.body)
		})
	}
	k := cp.typeOf(x.t)
	cp.clock = true // it may be one of these methods
	if x.name == "new" {
		if k.elem != nil {
			return fixed(func(c *Context, args []value) value {
				return c.fillArray(k, []int{int(args[0].int())}, cp.zero(k.elem))
			})
		}
		if len(k.ctors) == 0 || t.sam != nil && k.ctors[len(t.sam.params)] == nil {
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
	if !cp.hasMethod(k, x.name) || t.sam != nil && !refers(k, x.name, len(t.sam.params)) {
		cp.fail(x.at, "function reference [%s::%s] not found", k, x.name)
	}
	of := &lambda{named: x.t.name + "::" + x.name, takes: func(n int) bool { return refers(k, x.name, n) }}
	of.native = func(c *Context, args []value) value {
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
	}
	return code{t: t, at: x.at, eval: func(*Context) value { return object(of) }}
}

// links throws when a function that is given to a method of a def is none of the kind that it takes.
func (c *Context) links(l *lambda, t *class, at int) {
	n, why := len(t.sam.params), ""
	switch {
	case l.takes != nil && !l.takes(n):
	case l.native == nil && l.arity != n:
		why = " due to an incorrect number of arguments"
	default:
		return
	}
	c.throwAt(at, "java.lang.IllegalArgumentException", "function reference [%[1]s/%[2]d] matching [%[3]s, %[4]s/%[2]d] not found%[5]s", l.named, n, t, t.sam.name, why)
}

func (c *Context) passAll(m *method, args []value, at int) []value {
	out := make([]value, len(args))
	for i, v := range args {
		out[i] = c.passed(v, m.params[i], at)
	}
	return out
}

// refers tells whether k has a method of that name for a function of so many parameters, the first of which may be
// the receiver.
func refers(k *class, name string, params int) bool {
	return k.statics[methodKey(name, params)] != nil || params > 0 && k.methods[methodKey(name, params-1)] != nil
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
