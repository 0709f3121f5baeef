package painless

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/millrace/millrace/event"
)

func (cp *compiler) funcCall(x *funcCall) code {
	if x.name == "field" || x.name == "metadata" {
		cp.fail(x.at, "function [%s] is not supported here; use ctx", x.name)
	}
	f := cp.funcs[methodKey(x.name, len(x.args))]
	if f == nil {
		cp.fail(x.at, "Unknown call [%s] with [%d] arguments.", x.name, len(x.args))
	}
	args := cp.argumentsFor(x.args, f.params)
	return code{t: f.ret, eval: func(c *Context) value {
		base := len(c.args)
		for _, a := range args {
			v := a(c)
			c.args = append(c.args, v)
		}
		v := c.call(f.frame, c.args[base:], nil, nil, f.body)
		c.args = c.args[:base]
		return v
	}}
}

// call runs a body in a frame of its own.
func (c *Context) call(frame int, args []value, captured []value, at []capture, body step) value {
	c.loop()
	if c.depth++; c.depth > c.Limits.Depth {
		c.throw("java.lang.StackOverflowError", "functions are nested deeper than %d", c.Limits.Depth)
	}
	base := c.base
	c.base = len(c.stack)
	c.frame(frame)
	copy(c.stack[c.base:], args)
	for i, v := range captured {
		c.stack[c.base+at[i].to] = v
	}
	c.ret = value{}
	body(c)
	clear(c.stack[c.base:])
	c.stack = c.stack[:c.base]
	c.base = base
	c.depth--
	v := c.ret
	c.ret = value{}
	return v
}

func (cp *compiler) argumentsFor(args []expr, params []*class) []func(*Context) value {
	var out []func(*Context) value
	for i, a := range args {
		out = append(out, cp.cast(cp.exprFor(a, params[i]), params[i], false).eval)
	}
	return out
}

func (cp *compiler) newObject(x *newExpr) code {
	k := cp.typeOf(x.t)
	m := k.ctors[len(x.args)]
	if m == nil {
		cp.fail(x.at, "constructor [%s, <init>/%d] not found", k, len(x.args))
	}
	return cp.invoke(x.at, m, nil, cp.argumentsFor(x.args, m.params), false)
}

// call compiles x.name(args).
func (cp *compiler) call(x *callExpr) code {
	if k := cp.typeNamed(x.x); k != nil {
		m := k.statics[methodKey(x.name, len(x.args))]
		if m == nil {
			cp.fail(x.at, "static method [%s, %s/%d] not found", k, x.name, len(x.args))
		}
		cp.checkHook(x.at, k, m)
		return cp.invoke(x.at, m, nil, cp.argumentsFor(x.args, m.params), false)
	}
	if out, ok := cp.constantContains(x); ok {
		return out
	}
	recv := cp.expr(x.x)
	if recv.t == cp.lib.def {
		return cp.callDef(x, recv)
	}
	if recv.t.prim {
		recv = cp.cast(recv, recv.t.box, false)
	}
	if recv.t == cp.lib.void || recv.t == nullType {
		cp.fail(x.at, "member method [%s, %s/%d] not found", recv.t, x.name, len(x.args))
	}
	m := recv.t.methods[methodKey(x.name, len(x.args))]
	if m == nil {
		cp.fail(x.at, "member method [%s, %s/%d] not found", recv.t, x.name, len(x.args))
	}
	return cp.invoke(x.at, m, recv.eval, cp.argumentsFor(x.args, m.params), x.nullSafe)
}

// checkHook refuses a call of a processor's function that the program does not have.
func (cp *compiler) checkHook(at int, k *class, m *method) {
	h := cp.hooks
	if h == nil || k.simple != "Processors" {
		return
	}
	missing := false
	switch m.name {
	case "bytes":
		missing = h.Bytes == nil
	case "json", "jsonLenient":
		missing = h.JSON == nil
	case "urlDecode":
		missing = h.URLDecode == nil
	case "uriParts":
		missing = h.URIParts == nil
	case "communityId":
		missing = h.CommunityID == nil
	}
	if missing {
		cp.fail(at, "Processors.%s is not supported here", m.name)
	}
}

// invoke compiles the call of a method that is known.
func (cp *compiler) invoke(at int, m *method, recv func(*Context) value, args []func(*Context) value, nullSafe bool) code {
	site := &fieldSite{name: m.name, at: at}
	if len(args) == 0 {
		return code{t: m.ret, at: at, eval: func(c *Context) value {
			var this value
			if recv != nil {
				if this = recv(c); this.isNull() {
					if nullSafe {
						return null()
					}
					c.notNull(this, site)
				}
			}
			return m.run(c, this, nil)
		}}
	}
	return code{t: m.ret, at: at, eval: func(c *Context) value {
		var this value
		if recv != nil {
			if this = recv(c); this.isNull() {
				if nullSafe {
					return null()
				}
				c.notNull(this, site)
			}
		}
		base := len(c.args)
		for _, a := range args {
			v := a(c)
			c.args = append(c.args, v)
		}
		v := m.run(c, this, c.args[base:len(c.args):len(c.args)])
		c.args = c.args[:base]
		return v
	}}
}

// callSite is a call on a def: the method is looked up by the class of the receiver.
type callSite struct {
	name  string
	key   string
	arity int
	at    int
	first atomic.Pointer[lookup] // the class of the first receiver, and its method
}

type lookup struct {
	cls *class
	m   *method
}

func (s *callSite) find(c *Context, this value) *method {
	k := this.class()
	if l := s.first.Load(); l != nil && l.cls == k {
		return l.m
	}
	m := k.methods[s.key]
	if m == nil {
		c.throwAt(s.at, "java.lang.IllegalArgumentException", "dynamic method [%s, %s/%d] not found", c.className(this), s.name, s.arity)
	}
	if s.first.Load() == nil { // a site that sees several classes must not allocate for each change
		s.first.Store(&lookup{k, m})
	}
	return m
}

func (cp *compiler) callDef(x *callExpr, recv code) code {
	s := &callSite{name: x.name, key: methodKey(x.name, len(x.args)), arity: len(x.args), at: x.at}
	if !cp.someMethod(s.key) {
		cp.fail(x.at, "no class has a method [%s/%d]", x.name, len(x.args))
	}
	var args []func(*Context) value
	for _, a := range x.args {
		v := cp.exprFor(a, cp.lib.def)
		if v.t == cp.lib.void {
			cp.fail(x.at, "Cannot cast from [void] to [def].")
		}
		args = append(args, v.eval)
	}
	eval, nullSafe := recv.eval, x.nullSafe
	return code{t: cp.lib.def, at: x.at, eval: func(c *Context) value {
		this := eval(c)
		if this.isNull() {
			if nullSafe {
				return null()
			}
			c.nullPointer(s.at, "cannot access method/field [%s] from a null def reference", s.name)
		}
		base := len(c.args)
		for _, a := range args {
			v := a(c)
			c.args = append(c.args, v)
		}
		m := s.find(c, this)
		in := c.args[base:len(c.args):len(c.args)]
		if !m.plain {
			for i, p := range m.params {
				in[i] = c.passed(in[i], p, s.at)
			}
		}
		v := m.run(c, this, in)
		c.args = c.args[:base]
		return v
	}}
}

// passed converts an argument of a call on a def to the parameter's type.
func (c *Context) passed(v value, p *class, at int) value {
	l := classes()
	switch {
	case p == l.def || p == l.object || p.sam != nil || (p == l.string || p == l.charSequence) && v.isText():
		return v
	case v.isNull():
		if p.prim {
			c.nullPointer(at, `Cannot invoke "java.lang.Number.intValue()" because the argument is null`)
		}
		return v
	case p.prim:
		k := v.class()
		switch f := unboxed(k); {
		case f == p:
			return v
		case f.rank > 0 && p.rank > 0 && widens(f, p, l):
			return numeric(p, l)(v)
		case f.rank == 0 && p.rank > 0 && k != p.box:
			c.throwAt(at, "java.lang.ClassCastException", "class %s cannot be cast to class java.lang.Number (%s and java.lang.Number are in module java.base of loader 'bootstrap')", k, k)
		}
		c.throwAt(at, "java.lang.ClassCastException", "Cannot cast %s to %s", k, p.box)
	case c.instance(v, p):
		return v
	case p.box != nil && p.box.rank > 0:
		c.throwAt(at, "java.lang.ClassCastException", "cannot explicitly cast def [%s] to %s", c.unboxedName(v), p)
	}
	c.throwAt(at, "java.lang.ClassCastException", "Cannot cast %s to %s", c.className(v), p)
	return v
}

// someMethod tells whether any class has such a method.
func (cp *compiler) someMethod(key string) bool {
	for _, k := range cp.lib.all {
		if k.methods[key] != nil {
			return true
		}
	}
	return false
}

// constantContains compiles ['a', 'b'].contains(x) into a look-up in a set that is made once.
func (cp *compiler) constantContains(x *callExpr) (code, bool) {
	list, ok := x.x.(*listLit)
	if !ok || x.name != "contains" || len(x.args) != 1 {
		return code{}, false
	}
	want := map[string]bool{}
	null := false
	for _, item := range list.items {
		lit, ok := item.(*literal)
		switch {
		case ok && lit.tok.kind == tokString:
			want[lit.tok.text] = true
		case ok && lit.tok.keyword("null"):
			null = true
		default:
			return code{}, false
		}
	}
	arg := cp.expr(x.args[0])
	if arg.t == cp.lib.void {
		cp.fail(x.at, "Cannot cast from [void] to [def].")
	}
	if arg.chain != nil {
		links := arg.chain
		return truth(cp.lib, func(c *Context) bool {
			v, r := c.follow(links)
			if v.Kind() == event.String && r == nil {
				return want[string(c.Event.Bytes(v))]
			}
			return null && r == nil && v.IsNull()
		}), true
	}
	return truth(cp.lib, func(c *Context) bool {
		v := arg.eval(c)
		if v.isText() {
			return want[string(textOf(c, v))]
		}
		return null && v.isNull()
	}), true
}

// lambda is a function value: of the script (body), of a class (m), or built in.
type lambda struct {
	arity    int
	frame    int
	body     step
	captured []value
	at       []capture
	native   func(c *Context, args []value) value
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
		fixed := object(&lambda{arity: arity, frame: sc.slots, body: body})
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
