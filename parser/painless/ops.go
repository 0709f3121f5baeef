package painless

import (
	"bytes"
	"math"

	"github.com/millrace/millrace/event"
)

// arith applies + - * / % to two numbers of the same primitive type t.
func (c *Context) arith(op string, t *class, a, b value, at int) value {
	l := classes()
	switch t {
	case l.int:
		return integer(c.intOp(op, int32(a.int()), int32(b.int()), at))
	case l.long:
		return long(c.longOp(op, a.int(), b.int(), at))
	case l.float:
		return float(float32(floatOp(op, float64(float32(a.v.Float())), float64(float32(b.v.Float())))))
	}
	return double(floatOp(op, a.v.Float(), b.v.Float()))
}

func (c *Context) intOp(op string, a, b int32, at int) int32 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	if b == 0 {
		c.throwAt(at, "java.lang.ArithmeticException", "/ by zero")
	}
	if b == -1 { // Go defines MinInt / -1 as Java does, but says so only for its own types
		if op == "/" {
			return -a
		}
		return 0
	}
	if op == "/" {
		return a / b
	}
	return a % b
}

func (c *Context) longOp(op string, a, b int64, at int) int64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	if b == 0 {
		c.throwAt(at, "java.lang.ArithmeticException", "/ by zero")
	}
	if b == -1 {
		if op == "/" {
			return -a
		}
		return 0
	}
	if op == "/" {
		return a / b
	}
	return a % b
}

func floatOp(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	return math.Mod(a, b)
}

// bitwise applies & | ^ to two ints, longs or booleans.
func bitwise(op string, t *class, a, b value) value {
	l := classes()
	if t == l.boolean {
		x, y := a.bool(), b.bool()
		switch op {
		case "&":
			return boolean(x && y)
		case "|":
			return boolean(x || y)
		}
		return boolean(x != y)
	}
	x, y := a.int(), b.int()
	switch op {
	case "&":
		x &= y
	case "|":
		x |= y
	default:
		x ^= y
	}
	if t == l.int {
		return integer(int32(x))
	}
	return long(x)
}

// shift applies << >> >>> to an int or long.
func shift(op string, t *class, a value, by int64) value {
	if t == classes().int {
		x, n := int32(a.int()), uint(by&31)
		switch op {
		case "<<":
			return integer(x << n)
		case ">>":
			return integer(x >> n)
		}
		return integer(int32(uint32(x) >> n))
	}
	x, n := a.int(), uint(by&63)
	switch op {
	case "<<":
		return long(x << n)
	case ">>":
		return long(x >> n)
	}
	return long(int64(uint64(x) >> n))
}

// order compares two numbers of type t.
func order(op string, t *class, a, b value) bool {
	if l := classes(); t == l.float || t == l.double {
		x, y := a.v.Float(), b.v.Float()
		switch op {
		case "<":
			return x < y
		case "<=":
			return x <= y
		case ">":
			return x > y
		}
		return x >= y
	}
	x, y := a.int(), b.int()
	switch op {
	case "<":
		return x < y
	case "<=":
		return x <= y
	case ">":
		return x > y
	}
	return x >= y
}

// promote is the type in which an operation on two primitive types happens: at least int.
func promote(l *lib, a, b *class) *class {
	if a == l.def || b == l.def {
		return l.def
	}
	a, b = unboxed(a), unboxed(b)
	if a.rank == 0 || b.rank == 0 {
		return nil
	}
	if a.rank < b.rank {
		a = b
	}
	if a.rank < l.int.rank {
		return l.int
	}
	return a
}

// promoted is the same for the types of expressions: boxes are not opened.
func promoted(l *lib, a, b *class) *class {
	if a != l.def && b != l.def && !(a.prim && b.prim) {
		return nil
	}
	return promote(l, a, b)
}

// numberType is the promoted type of two values known only now, nil when they are not numbers or chars.
func numberType(a, b value) *class {
	l := classes()
	x, y := a.class(), b.class()
	if x == nil || y == nil {
		return nil
	}
	if t := promote(l, x, y); t != nil {
		return t
	}
	if x.is(l.number) && unboxed(x).rank == 0 { // a BigInteger or BigDecimal
		x = l.int
	}
	if y.is(l.number) && unboxed(y).rank == 0 {
		y = l.int
	}
	return promote(l, x, y)
}

// binaryDef applies an operator to operands whose types are only known now.
func (c *Context) binaryDef(op string, a, b value, at int) value {
	if op == "+" && (a.isText() || b.isText()) {
		return c.concat(a, b)
	}
	if op[0] == '<' || op[0] == '>' {
		switch op {
		case "<<", ">>", ">>>":
			return c.shiftDef(op, a, b, at)
		}
	}
	t := numberType(a, b)
	switch op {
	case "&", "|", "^":
		return c.bitwiseDef(op, t, a, b, at)
	}
	if t == nil {
		c.cannotApply(op, a, b, at)
	}
	a, b = c.number(a, t), c.number(b, t)
	switch op {
	case "+", "-", "*", "/", "%":
		return c.arith(op, t, a, b, at)
	}
	return boolean(order(op, t, a, b))
}

func (c *Context) bitwiseDef(op string, t *class, a, b value, at int) value {
	l := classes()
	if a.v.Kind() == event.Bool && b.v.Kind() == event.Bool {
		return bitwise(op, l.boolean, a, b)
	}
	if t == nil || t.rank > l.long.rank || unboxed(a.class()).rank*unboxed(b.class()).rank == 0 {
		for _, v := range []value{a, b} {
			if v.isNull() {
				c.cannotApply(op, a, b, at)
			}
			if r := unboxed(v.class()).rank; r == 0 || r > l.long.rank {
				c.throwAt(at, "java.lang.ClassCastException", "Cannot convert [%s] to an integral value.", c.className(v))
			}
		}
	}
	return bitwise(op, t, a, b)
}

func (c *Context) shiftDef(op string, a, b value, at int) value {
	l := classes()
	for i, v := range []value{a, b} {
		if v.isNull() {
			c.nullPointer(at, `Cannot invoke "Object.getClass()" because "args[%d]" is null`, i)
		}
	}
	t, by := unboxed(a.class()), unboxed(b.class())
	switch {
	case t.rank > l.long.rank:
		c.throwAt(at, "java.lang.ClassCastException", "Cannot apply [%s] operation to type [%s]", op, t)
	case t.rank == 0:
		c.throwAt(at, "java.lang.ClassCastException", "Cannot convert [%s] to an integral value.", c.className(a))
	case by.rank == 0 || by.rank > l.long.rank:
		c.throwAt(at, "java.lang.ClassCastException", "Cannot cast %s to java.lang.Long", b.class())
	}
	if t.rank < l.int.rank {
		t = l.int
	}
	return shift(op, t, a, b.int())
}

func (c *Context) cannotApply(op string, a, b value, at int) {
	side := "left"
	if !a.isNull() {
		side = "right"
	}
	if a.isNull() || b.isNull() {
		c.nullPointer(at, `Cannot invoke "Object.getClass()" because "%s" is null`, side)
	}
	c.throwAt(at, "java.lang.ClassCastException", "Cannot apply [%s] operation to types [%s] and [%s].", op, c.className(a), c.className(b))
}

// equal is Painless's ==, which compares numbers of different types by value.
func (c *Context) equal(a, b value) bool {
	if a.isNull() || b.isNull() {
		return a.isNull() && b.isNull()
	}
	if a.isNumberOrChar() && b.isNumberOrChar() {
		l := classes()
		x, y := unboxed(a.class()), unboxed(b.class())
		switch {
		case x == l.double || y == l.double || x == l.float || y == l.float:
			return c.asFloat(a) == c.asFloat(b)
		case x == l.long || y == l.long:
			return c.asLong(a) == c.asLong(b)
		case x.rank > 0 && y.rank > 0:
			return a.int() == b.int()
		case x == y:
			return c.javaEquals(a, b)
		}
		return int32(c.asLong(a)) == int32(c.asLong(b))
	}
	if isDecimal(a) != isDecimal(b) {
		if t := numberType(a, b); t != nil {
			return c.equal(c.number(a, t), c.number(b, t))
		}
	}
	return c.javaEquals(a, b)
}

func (x value) isNumberOrChar() bool {
	if !x.v.IsNumber() {
		return false
	}
	switch x.ref.(type) {
	case nil, *arena:
		return true
	case *tag:
		return true
	}
	return false
}

// asFloat and asLong are Number.doubleValue and longValue.
func (c *Context) asFloat(x value) float64 {
	if x.v.Kind() == event.BigInt {
		f, _ := bigOf(c, x).Float64()
		return f
	}
	if d, ok := x.ref.(*decimal); ok {
		return d.float()
	}
	return x.v.Float()
}

func (c *Context) asLong(x value) int64 {
	if x.v.Kind() == event.BigInt {
		return bigLow(bigOf(c, x))
	}
	if d, ok := x.ref.(*decimal); ok {
		return bigLow(c.whole(d))
	}
	return toInt64(x, 64)
}

// javaEquals is Java's equals: numbers are equal only within one class.
func (c *Context) javaEquals(a, b value) bool {
	if a.isNull() || b.isNull() {
		return a.isNull() && b.isNull()
	}
	k, m := a.v.Kind(), b.v.Kind()
	switch {
	case a.isText():
		return b.isText() && bytes.Equal(textOf(c, a), textOf(c, b))
	case k == event.List || k == event.Map || isView(a):
		return c.equalContainers(a, b)
	case a.ref == nil || isArena(a.ref):
		if k != m || b.ref != nil && !isArena(b.ref) {
			return false
		}
		switch k {
		case event.Double, event.Float:
			return math.Float64bits(a.v.Float()) == math.Float64bits(b.v.Float()) || a.v.Float() != a.v.Float() && b.v.Float() != b.v.Float()
		case event.BigInt, event.Bytes:
			return bytes.Equal(textOf(c, a), textOf(c, b))
		}
		return a.v == b.v
	}
	if o, ok := a.ref.(interface {
		equals(*Context, value) bool
	}); ok {
		return o.equals(c, b)
	}
	return a == b
}

func isArena(r ref) bool {
	_, ok := r.(*arena)
	return ok
}

// identical is ===.
func (c *Context) identical(a, b value) bool {
	if a.v.Kind() >= event.List || b.v.Kind() >= event.List {
		return a.v == b.v
	}
	return c.equal(a, b) && (a.isNull() || a.class() == b.class())
}
