package painless

import (
	"math"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
)

func (x code) bool() func(*Context) bool {
	if x.cond != nil {
		return x.cond
	}
	eval := x.eval
	return func(c *Context) bool { return eval(c).v.Bool() }
}

// isWhole tells whether x is of an integral primitive type.
func (cp *compiler) isWhole(x code) bool {
	return x.t.prim && x.t.rank > 0 && x.t.rank <= cp.lib.long.rank
}

// whole is x, of an integral primitive type, as an int64.
func (x code) whole() func(*Context) int64 {
	switch {
	case x.konst != nil:
		n := x.konst.int()
		return func(*Context) int64 { return n }
	case x.local:
		slot := x.slot
		return func(c *Context) int64 { return c.stack[c.base+slot].int() }
	}
	eval := x.eval
	return func(c *Context) int64 { return eval(c).int() }
}

func (cp *compiler) constant(at int, t *class, v value) code {
	return code{t: t, eval: func(*Context) value { return v }, konst: &v, at: at}
}

// unboxed is the primitive of a box, and any other type itself.
func unboxed(t *class) *class {
	if !t.prim && t.box != nil {
		return t.box
	}
	return t
}

// want is what the place of an expression takes.
type want struct {
	t        *class // nil: any type
	explicit bool   // it is the operand of a cast
	boxes    bool   // primitives are boxed and unboxed here, as arguments, results and elements are
}

// as compiles an expression and converts its value to what is wanted.
func (cp *compiler) as(x expr, w want) code { return cp.cast(cp.exprFor(x, w), w) }

// cast converts x as Painless would, or fails.
func (cp *compiler) cast(x code, w want) code {
	t := w.t
	if x.t == t {
		return x
	}
	if x.linked && t == cp.lib.void && !w.explicit { // as in Java, what is returned of nothing
		return x
	}
	if !cp.castable(x.t, w) {
		cp.fail(x.at, "Cannot cast from [%s] to [%s].", x.t, t)
	}
	conv := cp.converter(x.at, x.t, t, w.explicit)
	if conv != nil && x.linked && !w.explicit {
		conv = cp.handed(x.at, t)
	}
	if conv == nil {
		return code{t: t, eval: x.eval, try: x.try, cond: x.cond, konst: x.konst, at: x.at}
	}
	if x.konst != nil && x.t != cp.lib.def {
		return cp.constant(x.at, t, conv(nil, *x.konst))
	}
	eval := x.eval
	if asIs := cp.kindsOfClass(t); x.local && (x.t == cp.lib.def || x.t == cp.lib.object) {
		slot := x.slot
		return code{t: t, at: x.at, eval: func(c *Context) value {
			v := &c.stack[c.base+slot]
			if v.ref == nil && asIs.Has(event.Shape(v.v.Kind())) && !c.readonly {
				return *v
			}
			return conv(c, *v)
		}}
	}
	return code{t: t, at: x.at, eval: func(c *Context) value { return conv(c, eval(c)) }}
}

// castable tells whether a value of type from may go where w is wanted.
func (cp *compiler) castable(from *class, w want) bool {
	l, to := cp.lib, w.t
	f, t := unboxed(from), unboxed(to)
	switch {
	case from == to:
		return true
	case from == l.void || to == l.void:
		return false
	case from == l.def || to == l.def:
		return true
	case from == l.string && t == l.char:
		return w.explicit && (to.prim || w.boxes)
	case f == l.char && to == l.string:
		return w.explicit && (from.prim || w.boxes)
	case from.prim && to.prim:
		return converts(f, t, l, w.explicit)
	case from.prim:
		return w.boxes && (t.prim && converts(f, t, l, w.explicit) || from.box.is(to) || to == l.number && f == l.char)
	case to.prim:
		return w.boxes && (f.prim && converts(f, t, l, w.explicit) || w.explicit && (from == l.object || from == l.number && t.rank > 0))
	}
	return from.is(to) || w.explicit && to.is(from)
}

// converts tells whether one primitive becomes another: a larger one by itself, any by an explicit cast.
func converts(from, to *class, l *lib, explicit bool) bool {
	if from == to || from.rank == 0 || to.rank == 0 {
		return from == to
	}
	return explicit || widens(from, to, l)
}

func widens(from, to *class, l *lib) bool {
	if from == to {
		return true
	}
	if to == l.char || from == l.char && to == l.short {
		return false
	}
	return from.rank < to.rank
}

// converter is what the cast does to the value, nil for nothing.
func (cp *compiler) converter(at int, from, to *class, explicit bool) func(*Context, value) value {
	l := cp.lib
	f, t := unboxed(from), unboxed(to)
	switch {
	case from == to || to == l.def || to == l.object:
		return nil
	case from == l.def || from == l.object:
		if to == l.string || to == l.charSequence {
			return func(c *Context, v value) value {
				if v.isText() {
					return v
				}
				return c.castDef(v, to, explicit, at)
			}
		}
		asIs := cp.kindsOfClass(to)
		return func(c *Context, v value) value {
			if v.ref == nil && asIs.Has(event.Shape(v.v.Kind())) && !c.readonly {
				return v
			}
			return c.castDef(v, to, explicit, at)
		}
	case f == l.string && t == l.char:
		return func(c *Context, v value) value { return c.charOf(v, to, explicit, at) }
	case f == l.char && to == l.string:
		return func(c *Context, v value) value { return c.text1(uint16(v.int())) }
	case f.prim && t.prim:
		num := numeric(t, l)
		boxed := !from.prim
		if f == t && !boxed {
			return nil
		}
		return func(c *Context, v value) value {
			if boxed && v.isNull() {
				if !to.prim {
					return v
				}
				c.nullPointer(at, "cannot unbox null")
			}
			if num == nil || f == t {
				return v
			}
			return num(v)
		}
	case from.is(to):
		return nil
	}
	return func(c *Context, v value) value { return c.castDef(v, to, true, at) }
}

// handed is converter for what a method handle gives.
func (cp *compiler) handed(at int, to *class) func(*Context, value) value {
	asIs := cp.kindsOfClass(to)
	return func(c *Context, v value) value {
		switch {
		case v.ref == nil && asIs.Has(event.Shape(v.v.Kind())) && !c.readonly:
			return v
		case !to.prim && to.box != nil && !v.isNull() && v.class() != to: // no box becomes another
			c.throwAt(at, "java.lang.ClassCastException", "Cannot cast %s to %s", c.className(v), to)
		}
		return c.passed(v, to, at)
	}
}

// kindsOfClass are the kinds of values of documents that are a k as they are.
func (cp *compiler) kindsOfClass(k *class) (kinds event.Shapes) {
	for kind, own := range cp.lib.kinds {
		if own != nil && (own.is(k) || own.box == k && k.prim) || own == nil && !k.prim {
			kinds |= event.Shape(kind).Set()
		}
	}
	return kinds
}

// numeric converts a number or char to a primitive type, as Java's casts do; nil for boolean.
func numeric(t *class, l *lib) func(value) value {
	switch t {
	case l.byte:
		return func(v value) value { return byteOf(int8(toInt64(v, 32))) }
	case l.short:
		return func(v value) value { return short(int16(toInt64(v, 32))) }
	case l.char:
		return func(v value) value { return char(uint16(toInt64(v, 32))) }
	case l.int:
		return func(v value) value { return integer(int32(toInt64(v, 32))) }
	case l.long:
		return func(v value) value { return long(toInt64(v, 64)) }
	case l.float:
		return func(v value) value {
			if v.v.Kind() == event.Int || v.v.Kind() == event.Long {
				return float(float32(v.int()))
			}
			return float(float32(v.v.Float()))
		}
	case l.double:
		return func(v value) value { return double(v.v.Float()) }
	}
	return nil
}

// toInt64 converts as Java does: NaN is 0, floats beyond the range are its end.
func toInt64(v value, bits int) int64 {
	if k := v.v.Kind(); k != event.Float && k != event.Double {
		return v.int()
	}
	f := v.v.Float()
	low, high := float64(math.MinInt64), int64(math.MaxInt64)
	if bits == 32 {
		low, high = math.MinInt32, math.MaxInt32
	}
	switch {
	case f != f:
		return 0
	case f <= low:
		return int64(low)
	case f >= float64(high):
		return high
	}
	return int64(f)
}

func (c *Context) nullPointer(at int, format string, args ...any) {
	c.throwAt(at, "java.lang.NullPointerException", format, args...)
}

// castDef converts a value whose type is only known now.
func (c *Context) castDef(v value, to *class, explicit bool, at int) value {
	l := classes()
	how := "implicitly"
	if explicit || !to.prim && to.box != nil {
		how = "explicitly"
	}
	switch {
	case to == l.def || to == l.object:
		return v
	case to.prim && v.isNull():
		if to == l.boolean {
			c.nullPointer(at, `Cannot invoke "Object.getClass()" because "value" is null`)
		}
		c.nullPointer(at, `Cannot invoke "Object.getClass()" because "value" is null`)
	case v.isNull():
		return v
	case to == l.boolean:
		if v.v.Kind() == event.Bool && v.ref == nil {
			return v
		}
		c.throwAt(at, "java.lang.ClassCastException", "cannot cast def [%s] to boolean", c.unboxedName(v))
	case unboxed(to).rank > 0:
		t := unboxed(to)
		if v.isText() && t == l.char {
			return c.charOf(v, to, explicit, at)
		}
		if f := unboxed(v.class()); f.rank > 0 && (widens(f, t, l) || explicit) {
			if f == t {
				return v
			}
			return numeric(t, l)(v)
		}
	case to == l.string && explicit && v.isChar():
		return c.text1(uint16(v.int()))
	case c.instance(v, to):
		return v
	case to == l.string:
	default:
		c.cannotCast(at, v, to)
	}
	name := to.name
	if explicit && to == l.double {
		name = "byte" // so it says there
	}
	c.throwAt(at, "java.lang.ClassCastException", "cannot %s cast def [%s] to %s", how, c.unboxedName(v), name)
	return v
}

// cannotCast throws what the virtual machine does for a cast that the compiler wrote.
func (c *Context) cannotCast(at int, v value, to *class) {
	c.throwAt(at, "java.lang.ClassCastException", "class %[1]s cannot be cast to class %[2]s (%[1]s and %[2]s are in module java.base of loader 'bootstrap')", vmName(c.className(v)), vmName(to.name))
}

// className is the class of v as errors name it: in conditions, the document's containers are wrapped.
func (c *Context) className(v value) string {
	if c.readonly && v.ref == nil {
		switch v.v.Kind() {
		case event.List:
			return "org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestList"
		case event.Map:
			return "org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestData"
		}
	}
	return v.class().name
}

// unboxedName names a box by its primitive.
func (c *Context) unboxedName(v value) string {
	if k := unboxed(v.class()); k.prim {
		return k.name
	}
	return c.className(v)
}

// charOf is the one char of a string.
func (c *Context) charOf(v value, to *class, explicit bool, at int) value {
	if v.isNull() {
		c.nullPointer(at, "cannot cast null to char")
	}
	s := textOf(c, v)
	if utf16Len(s) != 1 {
		c.throwAt(at, "java.lang.ClassCastException", "cannot cast java.lang.String with length not equal to one to char")
	}
	return char(utf16At(s, 0))
}

// instance tells whether v is a k; null is none.
func (c *Context) instance(v value, k *class) bool {
	own := v.class()
	if own == nil {
		return false
	}
	if c.readonly && v.ref == nil && v.v.Kind() >= event.List && k.is(own) && k != classes().object {
		return false // the document's containers are wrapped in conditions: a List, but no ArrayList
	}
	if k.elem == classes().def && own.elem != nil { // which is Object[] there
		return !own.elem.prim
	}
	return own.is(k)
}

// vmName is a class as the virtual machine names it: arrays are [I or [Ljava.lang.Object;.
func vmName(name string) string {
	elem, ok := strings.CutSuffix(name, "[]")
	if !ok {
		return name
	}
	switch letter := "ZBSCIJFD"; elem {
	case "def":
		return "[Ljava.lang.Object;"
	case "boolean", "byte", "short", "char", "int", "long", "float", "double":
		at := slices.Index([]string{"boolean", "byte", "short", "char", "int", "long", "float", "double"}, elem)
		return "[" + letter[at:at+1]
	}
	if strings.HasSuffix(elem, "[]") {
		return "[" + vmName(elem)
	}
	return "[L" + elem + ";"
}
