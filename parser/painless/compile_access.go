package painless

import (
	"slices"
	"strconv"

	"github.com/millrace/millrace/event"
)

// fieldSite is x.name where the class of x is only known at run time.
type fieldSite struct {
	name     string
	sym      event.Symbol
	index    int     // what the name means in a list, -1 if it is no number
	ofMap    *method // what reads and what sets the name of a map, when that is no entry
	setsMap  *method
	ofList   *method
	at       int
	ret      *class // what is wanted of the value, nil: anything
	nullSafe bool
}

func (cp *compiler) site(at int, name string, nullSafe bool) *fieldSite {
	s := &fieldSite{name: name, sym: event.Intern(name), index: -1, at: at, nullSafe: nullSafe}
	if n, err := strconv.Atoi(name); err == nil {
		s.index = n
	}
	s.ofMap, s.setsMap, s.ofList = cp.lib.mapT.getters[name], cp.lib.hashMap.setters[name], cp.lib.arrayList.getters[name]
	return s
}

// extended is a chain with one link more; the chain itself stays as it is.
func (cp *compiler) extended(chain []link, l link) []link {
	chain = append(slices.Clone(chain), l)
	if path, ok := pathOfLinks(chain); ok && !cp.condition {
		chain[len(chain)-1].field = cp.fields.Add(path)
	}
	return chain
}

// follow evaluates ctx.a?.b. The reference is nil for what is in the document itself.
func (c *Context) follow(links []link) (event.Value, ref) {
	v := c.Event.Doc()
	if n := len(links); n > 0 && c.sure && c.tags == nil && c.boxed == nil {
		if at := links[n-1].field; at != wholeDoc && c.has(at) && !c.readings[at].IsNull() {
			return c.readings[at], nil
		}
	}
	for i := range links {
		l := &links[i]
		if v.Kind() == event.Map {
			v = c.Event.Lookup(v, l.name)
			continue
		}
		if v.IsNull() && l.nullSafe {
			v = event.Value{}
			continue
		}
		x := c.getField(c.loaded(value{}, v), l.site)
		for j := i + 1; j < len(links); j++ {
			x = c.getField(x, links[j].site)
		}
		return x.v, x.ref
	}
	if c.tags != nil || c.boxed != nil {
		x := c.loaded(value{}, v)
		return x.v, x.ref
	}
	return v, nil
}

// getField is x.name.
func (c *Context) getField(x value, s *fieldSite) value {
	if x.isNull() {
		if s.nullSafe {
			return null()
		}
		c.nullPointer(s.at, "cannot access method/field [%s] from a null def reference", s.name)
	}
	if x.isMap() {
		if s.ofMap != nil {
			return c.getBy(s.ofMap, x, s)
		}
		return c.mapSymbol(x, s.sym)
	}
	if x.ref == nil && x.isList() && s.ofList != nil {
		return c.getBy(s.ofList, x, s)
	}
	k := x.class()
	if k.elem != nil && s.name == "length" {
		return count(c.size(x))
	}
	if m := k.getters[s.name]; m != nil {
		return c.getBy(m, x, s)
	}
	if k.is(classes().list) && s.index >= 0 {
		return c.at(x, s.index)
	}
	if k.is(classes().list) {
		c.throwAt(s.at, "java.lang.IllegalArgumentException", "Illegal list shortcut value [%s].", s.name)
	}
	c.throwAt(s.at, "java.lang.IllegalArgumentException", "dynamic getter [%s, %s] not found", c.className(x), s.name)
	return value{}
}

// getBy is x.name where that is what a method gives.
func (c *Context) getBy(m *method, x value, s *fieldSite) value {
	if s.ret != nil {
		c.fits(m, nil, s.ret, s.at)
	}
	return m.run(c, x, nil)
}

// setField is x.name = v.
func (c *Context) setField(x value, s *fieldSite, v value) {
	if x.isNull() {
		c.nullPointer(s.at, "cannot access method/field [%s] from a null def reference", s.name)
	}
	if x.ref == nil && x.isMap() && s.setsMap == nil {
		c.putSymbol(x, s.sym, v)
		return
	}
	k := x.class()
	if m := k.setters[s.name]; m != nil {
		m.run(c, x, []value{v})
		return
	}
	switch {
	case x.isMap():
		c.putSymbol(x, s.sym, v)
	case k.is(classes().list) && s.index >= 0:
		c.setAt(x, s.index, v)
	case k.is(classes().list):
		c.throwAt(s.at, "java.lang.IllegalArgumentException", "Illegal list shortcut value [%s].", s.name)
	default:
		c.throwAt(s.at, "java.lang.IllegalArgumentException", "dynamic setter [%s, %s] not found", c.className(x), s.name)
	}
}

// target is what can be read and assigned: a local, a field, an element. The receiver and index are
// evaluated once.
type target struct {
	t     *class
	at    int
	recv  func(*Context) value
	index func(*Context) value // may be nil
	load  func(c *Context, recv, index value) value
	store func(c *Context, recv, index, v value)
	local bool // it is the local in slot
	slot  int
	chain []link
	site  *fieldSite // of a field of a def
	defs  bool       // it is part of a def
	fixed bool       // it is what a method tells that has no counterpart, or comes after ?.
}

func (cp *compiler) loadOf(t target) code {
	recv, index, load := t.recv, t.index, t.load
	if load == nil {
		cp.fail(t.at, "this can be assigned, but not read")
	}
	out := code{t: t.t, at: t.at, chain: t.chain, linked: t.defs && !t.fixed}
	switch {
	case t.chain != nil:
		links := t.chain
		out.eval = func(c *Context) value {
			v, r := c.follow(links)
			return value{v, r}
		}
	case index == nil:
		out.eval = func(c *Context) value { return load(c, recv(c), value{}) }
	default:
		out.eval = func(c *Context) value {
			r := recv(c)
			return load(c, r, index(c))
		}
	}
	return out
}

func (cp *compiler) target(x expr) target {
	switch x := x.(type) {
	case *nameExpr:
		v, ok := cp.fn.find(x.name)
		if !ok {
			cp.fail(x.at, "variable [%s] is not defined", x.name)
		}
		if v.kept {
			cp.fail(x.at, "Variable [%s] is read-only.", x.name)
		}
		slot := v.slot
		return target{
			t: v.t, at: x.at, local: true, slot: slot, recv: func(*Context) value { return value{} },
			load:  func(c *Context, _, _ value) value { return c.stack[c.base+slot] },
			store: func(c *Context, _, _, v value) { c.stack[c.base+slot] = v },
		}
	case *fieldExpr:
		return cp.fieldTarget(x)
	case *indexExpr:
		return cp.index(x)
	}
	cp.fail(x.pos(), "this cannot be assigned")
	return target{}
}

// typeNamed tells whether an expression of names and dots is the name of a type.
func (cp *compiler) typeNamed(x expr) *class {
	name := ""
	for {
		switch n := x.(type) {
		case *nameExpr:
			if _, local := cp.fn.find(n.name); local {
				return nil
			}
			k := cp.lib.types[n.name+name]
			if k == nil || k.hidden {
				return nil
			}
			return k
		case *fieldExpr:
			name = "." + n.name + name
			x = n.x
		default:
			return nil
		}
	}
}

func (cp *compiler) field(x *fieldExpr, w want) code {
	if k := cp.typeNamed(x.x); k != nil {
		f, ok := k.consts[x.name]
		if !ok {
			cp.fail(x.at, "static member field [%s, %s] not found", k, x.name)
		}
		return code{t: f.typ, eval: func(*Context) value { return f.get() }, at: x.at}
	}
	t := cp.fieldTarget(x)
	if t.defs && !t.fixed && w.t != nil && !w.explicit {
		t.site.ret = w.t
	}
	if v, ok := cp.param(x, t.site); ok {
		return code{t: t.t, at: x.at, eval: func(*Context) value { return v }}
	}
	return cp.loadOf(t)
}

// param is what params, which never change, have of that name.
func (cp *compiler) param(x *fieldExpr, s *fieldSite) (v value, ok bool) {
	of, ok := x.x.(*nameExpr)
	if !ok || of.name != "params" || s == nil || s.ofMap != nil {
		return v, false
	}
	if _, local := cp.fn.find(of.name); local {
		return v, false
	}
	v = (*Context)(nil).loaded(value{ref: cp.consts}, cp.consts.ev.Lookup(cp.params, s.sym))
	return v, v.v.Kind() != event.Missing
}

func (cp *compiler) fieldTarget(x *fieldExpr) target {
	l := cp.lib
	recv := cp.expr(x.x)
	s := cp.site(x.at, x.name, x.nullSafe)
	t := target{t: l.def, at: x.at, recv: recv.eval}
	switch {
	case recv.t == l.def || recv.t.is(l.mapT):
		if recv.t != l.def && recv.t.getters[x.name] != nil {
			t.t, t.fixed = recv.t.getters[x.name].ret, recv.t.setters[x.name] == nil
		}
		if recv.chain != nil && s.ofMap == nil && (len(recv.chain) > 0 || x.name[0] != '_' || !isMetadata(x.name)) {
			t.chain = cp.extended(recv.chain, link{name: s.sym, site: s, nullSafe: x.nullSafe})
		}
		t.site, t.defs = s, recv.t == l.def
		t.load = func(c *Context, r, _ value) value { return c.getField(r, s) }
		t.store = func(c *Context, r, _, v value) { c.setField(r, s, v) }
	case recv.t.elem != nil:
		if x.name != "length" {
			cp.fail(x.at, "Field [%s] does not exist for type [%s].", x.name, recv.t)
		}
		t.t = l.int
		t.load = func(c *Context, r, _ value) value { c.notNull(r, s); return count(c.size(r)) }
	case recv.t.getters[x.name] != nil:
		m := recv.t.getters[x.name]
		t.t = m.ret
		t.load = func(c *Context, r, _ value) value {
			if r.isNull() && s.nullSafe {
				return r
			}
			c.notNull(r, s)
			return m.run(c, r, nil)
		}
		if set := recv.t.setters[x.name]; set != nil {
			t.store = func(c *Context, r, _, v value) { c.notNull(r, s); set.run(c, r, []value{v}) }
		}
	case recv.t.is(l.list) && s.index >= 0:
		t.load = func(c *Context, r, _ value) value { c.notNull(r, s); return c.at(r, s.index) }
		t.store = func(c *Context, r, _, v value) { c.notNull(r, s); c.setAt(r, s.index, v) }
	default:
		cp.fail(x.at, "field [%s, %s] not found", recv.t, x.name)
	}
	if x.nullSafe {
		if t.t.prim {
			cp.fail(x.at, "Result of null safe operator must be nullable")
		}
		t.fixed = true
	}
	return t
}

func (c *Context) notNull(x value, s *fieldSite) {
	if x.isNull() {
		c.nullPointer(s.at, `Cannot invoke a method or field [%s] because the value is null`, s.name)
	}
}

// index compiles x[i].
func (cp *compiler) index(x *indexExpr) target {
	l := cp.lib
	recv, at := cp.expr(x.x), x.at
	t := target{t: l.def, at: at, recv: recv.eval}
	switch {
	case recv.t.elem != nil || recv.t.is(l.list):
		i := cp.as(x.i, want{t: l.int}).eval
		if recv.t.elem != nil {
			t.t = recv.t.elem
		}
		t.index = i
		t.load = func(c *Context, r, i value) value { return c.at(r, c.position(r, i, at)) }
		t.store = func(c *Context, r, i, v value) { c.setAt(r, c.position(r, i, at), v) }
	case recv.t.is(l.mapT):
		if lit, ok := x.i.(*literal); ok && lit.tok.kind == tokString {
			s := cp.site(at, lit.tok.text, false)
			if recv.chain != nil && (len(recv.chain) > 0 || !isMetadata(s.name)) {
				t.chain = cp.extended(recv.chain, link{name: s.sym, site: &fieldSite{name: s.name, sym: s.sym, index: -1, at: at}})
			}
		}
		t.index = cp.as(x.i, want{t: l.def}).eval
		t.load = func(c *Context, r, i value) value { c.notNullAt(r, at); return c.mapGet(r, i) }
		t.store = func(c *Context, r, i, v value) { c.notNullAt(r, at); c.mapPut(r, i, v) }
	case recv.t == l.def:
		t.defs = true
		t.index = cp.as(x.i, want{t: l.def}).eval
		t.load = func(c *Context, r, i value) value { return c.getIndex(r, i, at) }
		t.store = func(c *Context, r, i, v value) { c.setIndex(r, i, v, at) }
	default:
		cp.fail(at, "Attempting to address a non-array type [%s] as an array.", recv.t)
	}
	return t
}

func (c *Context) notNullAt(x value, at int) {
	if x.isNull() {
		c.nullPointer(at, `Cannot invoke "java.util.Map.get(Object)" because the value is null`)
	}
}

// position is an index of a list or array; a negative one counts from the end.
func (c *Context) position(r, i value, at int) int {
	if r.isNull() {
		c.nullPointer(at, "Cannot read the array length because the value is null")
	}
	n := int(i.int())
	if n < 0 {
		n += c.size(r)
	}
	return n
}

func (c *Context) getIndex(r, i value, at int) value {
	switch {
	case r.isNull():
		c.nullPointer(at, `Cannot invoke "Object.getClass()" because "receiver" is null`)
	case r.isMap():
		return c.mapGet(r, i)
	case r.isList() && (r.class().elem != nil || r.class().is(classes().list)):
		return c.at(r, c.position(r, c.passed(i, classes().int, at), at))
	}
	c.throwAt(at, "java.lang.IllegalArgumentException", "Attempting to address a non-array-like type [%s] as an array.", c.className(r))
	return value{}
}

func (c *Context) setIndex(r, i, v value, at int) {
	switch {
	case r.isNull():
		c.nullPointer(at, `Cannot invoke "Object.getClass()" because "receiver" is null`)
	case r.isMap():
		c.mapPut(r, i, v)
	case r.isList() && (r.class().elem != nil || r.class().is(classes().list)):
		if e := r.class().elem; e != nil {
			v = c.castDef(v, e, false, at)
		}
		c.setAt(r, c.position(r, c.passed(i, classes().int, at), at), v)
	default:
		c.throwAt(at, "java.lang.IllegalArgumentException", "Attempting to address a non-array-like type [%s] as an array.", c.className(r))
	}
}
