package painless

import (
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
	pure := f.pure && !cp.fn.own
	return code{t: f.ret, eval: func(c *Context) value {
		base := len(c.stack)
		for _, a := range args {
			v := a(c)
			c.stack = append(c.stack, v)
		}
		if pure {
			return c.remember(f, base)
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
	cp.calls++
	cp.clock = cp.clock || m.clock
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
		c.args = c.args[:base]
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
		c.args = c.args[:base]
		return v, exc
	}
	return code{t: m.ret, at: at, try: try, eval: func(c *Context) value { return orThrow(try(c)) }}
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
