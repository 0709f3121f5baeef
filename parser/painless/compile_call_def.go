package painless

import (
	"sync/atomic"
)

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
	cp.calls++
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
		c.args = c.args[:base]
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
