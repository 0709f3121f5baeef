package painless

import (
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
	if f.walk != nil {
		arg, results := args[0], [2]value{boolean(false), boolean(true)}
		if f.ret == cp.lib.void {
			results = [2]value{}
		}
		return code{t: f.ret, eval: func(c *Context) value {
			v := arg(c)
			if result, ok := c.walked(f.walk, v); ok {
				return results[b2i(result)]
			}
			base := len(c.stack)
			c.stack = append(c.stack, v)
			return c.call(base, f.frame, f.body)
		}}
	}
	return code{t: f.ret, eval: func(c *Context) value {
		base := len(c.stack)
		for _, a := range args {
			v := a(c)
			c.stack = append(c.stack, v)
		}
		return c.call(base, f.frame, f.body)
	}}
}

// call runs a body in a frame of its own, which begins at base with the arguments.
func (c *Context) call(base, frame int, body step) value {
	outer := c.enter(base, frame)
	result := c.result(body(c))
	c.leave(base, outer)
	return result
}

// enter begins a call; leave is to be told what it returns.
func (c *Context) enter(base, frame int) (outer int) {
	c.loop()
	if c.depth++; c.depth > c.Limits.Depth {
		c.tooDeep()
	}
	outer, c.base = c.base, base
	c.frame(frame)
	return outer
}

func (c *Context) leave(base, outer int) {
	c.stack, c.base = c.stack[:base], outer
	c.depth--
}

func (c *Context) tooDeep() {
	c.throw("java.lang.StackOverflowError", "functions are nested deeper than %d", c.Limits.Depth)
}

func (cp *compiler) argumentsFor(args []expr, params []*class) []func(*Context) value {
	var out []func(*Context) value
	for i, a := range args {
		out = append(out, cp.as(a, want{t: params[i], boxes: true}).eval)
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
func (cp *compiler) call(x *callExpr, w want) code {
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
		return cp.callDef(x, recv, w)
	}
	if recv.t.prim && recv.t != cp.lib.void {
		recv = cp.cast(recv, want{t: recv.t.box, boxes: true})
	}
	if recv.t == cp.lib.void {
		cp.fail(x.at, "member method [%s, %s/%d] not found", recv.t, x.name, len(x.args))
	}
	m := recv.t.methods[methodKey(x.name, len(x.args))]
	if m == nil {
		cp.fail(x.at, "member method [%s, %s/%d] not found", recv.t, x.name, len(x.args))
	}
	if m == cp.lib.collection.methods["removeIf/1"] {
		return cp.removeIf(x, recv, m)
	}
	out := cp.invoke(x.at, m, recv.eval, cp.argumentsFor(x.args, m.params), x.nullSafe)
	if what, ok := viewKinds[m.name]; ok && m.owner == cp.lib.mapT && !x.nullSafe {
		out.view = &viewOf{recv, what, &fieldSite{name: m.name, at: x.at}}
	}
	return out
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

// invoke compiles the call of a method that is known. As in Java, the arguments are computed before it is asked
// whether there is a receiver.
func (cp *compiler) invoke(at int, m *method, recv func(*Context) value, args []func(*Context) value, nullSafe bool) code {
	if nullSafe && m.ret.prim {
		cp.fail(at, "Result of null safe operator must be nullable")
	}
	if m.try != nil {
		return cp.invokeFallible(at, m, args)
	}
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
			if this = recv(c); nullSafe && this.isNull() {
				return null()
			}
		}
		base := len(c.args)
		for _, a := range args {
			v := a(c)
			c.args = append(c.args, v)
		}
		if recv != nil {
			c.notNull(this, site)
		}
		v := m.run(c, this, c.args[base:len(c.args):len(c.args)])
		c.dropArgs(base)
		return v
	}}
}

func (cp *compiler) invokeFallible(at int, m *method, args []func(*Context) value) code {
	try := func(c *Context) (value, *exception) {
		base := len(c.args)
		for _, a := range args {
			v := a(c)
			c.args = append(c.args, v)
		}
		v, exc := m.try(c, c.args[base:len(c.args):len(c.args)])
		c.dropArgs(base)
		return v, exc
	}
	return code{t: m.ret, at: at, try: try, eval: func(c *Context) value { return orThrow(try(c)) }}
}

// callSite is a call on a def: the method is looked up by the class of the receiver.
type callSite struct {
	name  string
	key   string
	given []*class // the types of the arguments, as the compiler knows them
	ret   *class   // what is wanted of the result
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
		c.throwAt(s.at, "java.lang.IllegalArgumentException", "dynamic method [%s, %s/%d] not found", c.className(this), s.name, len(s.given))
	}
	if s.first.Load() == nil { // a site that sees several classes must not allocate for each change
		s.first.Store(&lookup{k, m})
	}
	return m
}

func (cp *compiler) callDef(x *callExpr, recv code, w want) code {
	s := &callSite{name: x.name, key: methodKey(x.name, len(x.args)), ret: cp.lib.def, at: x.at}
	if w.t != nil && !w.explicit {
		s.ret = w.t
	}
	if !cp.someMethod(s.key) {
		cp.fail(x.at, "no class has a method [%s/%d]", x.name, len(x.args))
	}
	var args []func(*Context) value
	for _, a := range x.args {
		w := want{t: cp.lib.def, boxes: true}
		switch a.(type) {
		case *lambdaExpr, *refExpr:
			w = want{}
		}
		v := cp.exprFor(a, w)
		s.given = append(s.given, v.t)
		args = append(args, cp.cast(v, want{t: cp.lib.def, boxes: true}).eval)
	}
	eval, nullSafe := recv.eval, x.nullSafe
	return code{t: cp.lib.def, at: x.at, linked: !nullSafe, eval: func(c *Context) value {
		this := eval(c)
		if nullSafe && this.isNull() {
			return null()
		}
		base := len(c.args)
		for _, a := range args {
			v := a(c)
			c.args = append(c.args, v)
		}
		if this.isNull() {
			c.nullPointer(s.at, "cannot access method/field [%s] from a null def reference", s.name)
		}
		m := s.find(c, this)
		in := c.args[base:len(c.args):len(c.args)]
		if !m.plain || s.ret != m.ret {
			c.fits(m, s.given, s.ret, s.at)
		}
		if !m.plain {
			for i, p := range m.params {
				in[i] = c.passed(in[i], p, s.at)
			}
		}
		v := m.run(c, this, in)
		c.dropArgs(base)
		return v
	}}
}

// fits throws when an argument of a type that is known is never one that the method takes, or its result never one
// that is wanted.
func (c *Context) fits(m *method, given []*class, ret *class, at int) {
	ok := becomes(m.ret, ret)
	for i, t := range given {
		ok = ok && becomes(t, m.params[i])
	}
	if !ok {
		c.throwAt(at, "java.lang.invoke.WrongMethodTypeException", "cannot convert MethodHandle(%s)%s to (%s)%s",
			handleTypes(m.owner, m.params), handleType(m.ret), handleTypes(classes().object, given), handleType(ret))
	}
}

// becomes tells whether a method handle may convert a value of one type to another; references it casts.
func becomes(from, to *class) bool {
	l := classes()
	switch f := unboxed(from); {
	case from == to || from == l.def || from == l.object || from == l.number || to == l.def || to == l.object:
		return true
	case to.prim && f.prim:
		return converts(f, to, l, false) || from == l.void || to == l.void
	case from.prim:
		return from == l.void || from.box.is(to)
	}
	return !to.prim
}

// handleTypes are a receiver and parameters as Java writes the type of a method handle.
func handleTypes(recv *class, params []*class) string {
	out := recv.simple
	for _, p := range params {
		out += "," + handleType(p)
	}
	return out
}

func handleType(t *class) string {
	if t == classes().def {
		return "Object"
	}
	return t.simple
}

// passed converts an argument of a call on a def to the parameter's type.
func (c *Context) passed(v value, p *class, at int) value {
	l := classes()
	switch {
	case p == l.def || p == l.object || (p == l.string || p == l.charSequence) && v.isText():
		return v
	case v.isNull():
		if p.prim {
			c.nullPointer(at, `Cannot invoke "java.lang.Number.%sValue()" because the return value of "sun.invoke.util.ValueConversions.primitiveConversion(sun.invoke.util.Wrapper, Object, boolean)" is null`, numberOf(p))
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
			c.cannotCast(at, v, l.number)
		}
		c.throwAt(at, "java.lang.ClassCastException", "Cannot cast %s to %s", k, p.box)
	case c.instance(v, p):
		if l, ok := v.ref.(*lambda); ok && p.sam != nil {
			c.links(l, p, at)
		}
		return v
	case p.box != nil && p.box.rank > 0 && unboxed(v.class()).rank > 0 && widens(unboxed(v.class()), p.box, l):
		return numeric(p.box, l)(v)
	case p.box != nil && p.box.rank > 0:
		c.throwAt(at, "java.lang.ClassCastException", "cannot explicitly cast def [%s] to %s", c.unboxedName(v), p)
	}
	c.throwAt(at, "java.lang.ClassCastException", "Cannot cast %s to %s", c.className(v), p)
	return v
}

// numberOf is the primitive by way of which Java unboxes to another one.
func numberOf(p *class) string {
	if p.rank == 0 || p == classes().char {
		return "int"
	}
	return p.name
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
