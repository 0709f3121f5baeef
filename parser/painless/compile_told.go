package painless

import "github.com/millrace/millrace/event"

// What is asked most of a value in a script is of what class it is, and whether it is null or empty. Of a value that
// documents hold, its shape answers that, so that conditions of that form are decided by a table.

// answer is what is known of a condition.
type answer uint8

const (
	perhaps answer = iota
	always
	never
)

// told is what the shape of a value that documents hold tells of a condition on it.
type told [event.NumShapes]answer

// toldOf is what the shape of the local in a slot tells of a condition, nil when that is nothing.
func (cp *compiler) toldOf(x expr, slot int) *told {
	t, ok := cp.tell(x, slot)
	if !ok {
		return nil
	}
	return &t
}

func (cp *compiler) tell(x expr, slot int) (t told, ok bool) {
	switch x := x.(type) {
	case *unaryExpr:
		if t, ok = cp.tell(x.x, slot); ok && x.op == "!" {
			return t.not(), true
		}
	case *instanceExpr:
		if as, ok := cp.isLocal(x.x, slot); ok {
			t, ok = cp.toldOfClass(cp.lib.types[x.t.name], x.t.dims)
			return t.where(as), ok
		}
	case *binaryExpr:
		return cp.tellBinary(x, slot)
	case *callExpr:
		if as, ok := cp.isLocal(x.x, slot); ok && x.name == "isEmpty" && len(x.args) == 0 && !x.nullSafe {
			return emptiness(event.String, event.List, event.Map).where(as), true
		}
	case *funcCall:
		if f := cp.funcs[methodKey(x.name, len(x.args))]; f != nil && f.told != nil {
			if as, ok := cp.isLocal(x.args[0], slot); ok {
				return f.told.where(as), true
			}
		}
	}
	return told{}, false
}

func (cp *compiler) tellBinary(x *binaryExpr, slot int) (t told, ok bool) {
	switch x.op {
	case "&&", "||":
		a, known := cp.tell(x.x, slot)
		if !known {
			return t, false
		}
		b, _ := cp.tell(x.y, slot)
		if x.op == "||" {
			return a.or(b), true
		}
		return a.not().or(b.not()).not(), true
	case "==", "!=":
		if t, ok = cp.toldOfEquality(x, slot); ok && x.op == "!=" {
			t = t.not()
		}
	}
	return t, ok
}

func (t told) not() told {
	for shape, a := range t {
		t[shape] = [...]answer{perhaps: perhaps, always: never, never: always}[a]
	}
	return t
}

// or is what is told of t || u, where u is asked only when t is not so: who is unsure of t is unsure of all.
func (t told) or(u told) told {
	for shape, a := range t {
		if a == never {
			t[shape] = u[shape]
		}
	}
	return t
}

// of are the shapes of which t tells the same.
func (t *told) of(a answer) (shapes event.Shapes) {
	for shape := range event.NumShapes {
		if t[shape] == a {
			shapes |= shape.Set()
		}
	}
	return shapes
}

// where is what t tells of values of some shapes alone.
func (t told) where(shapes event.Shapes) told {
	for shape := range t {
		if !shapes.Has(event.Shape(shape)) {
			t[shape] = perhaps
		}
	}
	return t
}

// isLocal tells whether an expression is the local in a slot, which holds any object, and of which shapes it is when
// the casts in the expression do not throw.
func (cp *compiler) isLocal(x expr, slot int) (as event.Shapes, ok bool) {
	on, as, ok := cp.localOf(x)
	return as, ok && on == slot
}

func (cp *compiler) localOf(x expr) (slot int, as event.Shapes, ok bool) {
	name, as := cp.uncast(x)
	v, ok := cp.fn.find(name)
	return v.slot, as, ok && (v.t == cp.lib.def || v.t == cp.lib.object)
}

// uncast is the name of which an expression is nothing but casts, and the shapes of values for which these do not throw.
func (cp *compiler) uncast(x expr) (name string, as event.Shapes) {
	switch x := x.(type) {
	case *nameExpr:
		return x.name, ^event.Shapes(0)
	case *castExpr:
		if k := cp.lib.types[x.t.name]; k != nil && !k.prim && x.t.dims == 0 {
			name, as = cp.uncast(x.x)
			return name, as & cp.shapesOfClass(k)
		}
	}
	return "", 0
}

// shapesOfClass are those of values of documents that are a k, or null.
func (cp *compiler) shapesOfClass(k *class) (shapes event.Shapes) {
	kinds := cp.kindsOfClass(k)
	for shape := range event.NumShapes {
		if k == cp.lib.def || kinds.Has(event.Shape(shape.Kind())) {
			shapes |= shape.Set()
		}
	}
	return shapes
}

// toldOfClass is about x instanceof k.
func (cp *compiler) toldOfClass(k *class, dims int) (t told, ok bool) {
	if k == nil || dims > 0 {
		return t, false
	}
	if k.prim {
		k = k.box
	}
	for shape := range event.NumShapes {
		t[shape] = never
		if own := cp.lib.kinds[shape.Kind()]; own != nil && (k == cp.lib.def || own.is(k)) {
			t[shape] = always
		}
	}
	return t, true
}

// emptiness is told of x.isEmpty() and the like, which values of these kinds have.
func emptiness(of ...event.Kind) (t told) {
	for _, k := range of {
		t[k] = never
		switch k {
		case event.String:
			t[event.EmptyString] = always
		case event.List:
			t[event.EmptyList] = always
		case event.Map:
			t[event.EmptyMap] = always
		}
	}
	return t
}

// toldOfEquality is about x == null, x == 'text' and x.size() == 0.
func (cp *compiler) toldOfEquality(x *binaryExpr, slot int) (t told, ok bool) {
	of, to := x.x, x.y
	lit, constant := to.(*literal)
	if !constant {
		of, to = to, of
		if lit, constant = to.(*literal); !constant {
			return t, false
		}
	}
	if lit.tok.kind == tokInt && lit.tok.text == "0" {
		return cp.toldOfSize(of, slot)
	}
	as, ok := cp.isLocal(of, slot)
	if !ok {
		return t, false
	}
	for shape := range t {
		t[shape] = never
	}
	switch {
	case lit.tok.keyword("null"):
		t[event.Missing], t[event.Null] = always, always
	case lit.tok.kind == tokString && lit.tok.text == "":
		t[event.EmptyString] = always
	case lit.tok.kind == tokString:
		t[event.String] = perhaps
	default:
		return t, false
	}
	return t.where(as), true
}

// toldOfSize is about x.size(), x.length() and x.length being 0.
func (cp *compiler) toldOfSize(of expr, slot int) (t told, ok bool) {
	switch x := of.(type) {
	case *callExpr:
		switch as, ok := cp.isLocal(x.x, slot); {
		case !ok || len(x.args) > 0 || x.nullSafe:
		case x.name == "size":
			return emptiness(event.List, event.Map).where(as), true
		case x.name == "length":
			return emptiness(event.String).where(as), true
		}
	case *fieldExpr:
		if as, ok := cp.isLocal(x.x, slot); ok && x.name == "length" && !x.nullSafe {
			return emptiness(event.List).where(as), true
		}
	}
	return t, false
}

// toldOfResult is what the shape of its only argument tells of the boolean result of a function: the statements at its
// beginning are ifs on the argument and returns of true or false.
func (cp *compiler) toldOfResult(d *funcDecl) *told {
	if f := cp.funcs[methodKey(d.name, len(d.params))]; len(d.params) != 1 || f.ret != cp.lib.boolean {
		return nil
	}
	t := cp.tellResult(d.body.list)
	return &t
}

func (cp *compiler) tellResult(list []stmt) (t told) {
	if len(list) == 0 {
		return t
	}
	switch s := list[0].(type) {
	case *block:
		return cp.tellResult(append(s.list[:len(s.list):len(s.list)], list[1:]...))
	case *returnStmt:
		if yes, ok := constantBool(s.x); ok {
			for shape := range t {
				t[shape] = never
				if yes {
					t[shape] = always
				}
			}
		}
	case *ifStmt:
		cond, ok := cp.tell(s.cond, 0)
		if !ok {
			return t
		}
		then := func(branch stmt) told {
			if branch == nil {
				return cp.tellResult(list[1:])
			}
			return cp.tellResult(append([]stmt{branch}, list[1:]...))
		}
		yes, no := then(s.yes), then(s.no)
		for shape, a := range cond {
			switch a {
			case always:
				t[shape] = yes[shape]
			case never:
				t[shape] = no[shape]
			}
		}
	}
	return t
}
