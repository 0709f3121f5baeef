package painless

import (
	"math"
	"math/big"
	"strings"

	"github.com/millrace/millrace/event"
)

// mathContext is a MathContext; a precision of 0 is without limit.
type mathContext struct {
	precision int
	mode      rounding
}

func (*mathContext) classOf(event.Value) *class { return classes().types["MathContext"] }

func (m *mathContext) appendText(_ *Context, dst []byte) []byte {
	return append(dst, "precision="+itoa(m.precision)+" roundingMode="+roundingModes[m.mode]...)
}

func (m *mathContext) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*mathContext)
	return ok && *o == *m
}

var roundingModes = []string{"UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN", "UNNECESSARY"}

// declareBig declares java.math.
func declareBig(l *lib) {
	declareEnum(l, "java.math.RoundingMode", roundingModes)
	k := l.class("java.math.MathContext")
	made := func(c *Context, _ value, a []value) value {
		if a[0].int() < 0 {
			c.throw("java.lang.IllegalArgumentException", "Digits < 0")
		}
		m := &mathContext{int(a[0].int()), toHalfUp}
		if len(a) > 1 {
			m.mode = c.roundingOf(a[1])
		}
		return object(m)
	}
	k.method(l, "new(int)", made)
	k.method(l, "new(int,RoundingMode)", made)
	k.method(l, "int getPrecision()", func(_ *Context, x value, _ []value) value { return count(x.ref.(*mathContext).precision) })
	k.method(l, "RoundingMode getRoundingMode()", func(_ *Context, x value, _ []value) value {
		return l.types["RoundingMode"].consts[roundingModes[x.ref.(*mathContext).mode]].get()
	})
	for name, m := range map[string]*mathContext{
		"UNLIMITED": {0, toHalfUp}, "DECIMAL32": {7, toHalfEven}, "DECIMAL64": {16, toHalfEven}, "DECIMAL128": {34, toHalfEven},
	} {
		k.constant(name, k, func() value { return object(m) })
	}
	declareBigInteger(l, l.kinds[event.BigInt])
	declareBigDecimal(l, l.class("java.math.BigDecimal", "Number", "Comparable"))
}

func (c *Context) roundingOf(x value) rounding {
	if x.isNull() {
		c.nullPointer(-1, `Cannot read field "oldMode" because "roundingMode" is null`)
	}
	return rounding(x.ref.(*constantOf).n)
}

// newBig makes a BigInteger.
func (c *Context) newBig(n *big.Int) value {
	c.sized(n)
	b := n.Append(nil, 10)
	c.reserve(len(b))
	return value{v: c.Event.As(event.BigInt, c.Event.String(b))}
}

// big is a BigInteger argument.
func (c *Context) big(x value) *big.Int {
	if x.isNull() {
		c.nullPointer(-1, `Cannot read field "signum" because "val" is null`)
	}
	return c.sized(bigOf(c, x))
}

func declareBigInteger(l *lib, k *class) {
	for name, n := range map[string]int64{"ZERO": 0, "ONE": 1, "TWO": 2, "TEN": 10} {
		if name != "TWO" {
			v := l.constantBig(n)
			k.constant(name, k, func() value { return v })
		}
	}
	m := func(sig string, f func(c *Context, n *big.Int, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, c.big(x), a) })
	}
	parse := func(c *Context, _ value, a []value) value { return c.newBig(c.parseBig(a[0], radix(a, 1))) }
	k.method(l, "new(String)", parse)
	k.method(l, "new(String,int)", parse)
	k.method(l, "static BigInteger valueOf(long)", func(c *Context, _ value, a []value) value { return c.newBig(big.NewInt(a[0].int())) })
	declareBigArithmetic(m)
	declareBigBits(l, m)
	m("int signum()", func(_ *Context, n *big.Int, _ []value) value { return count(n.Sign()) })
	m("int compareTo(BigInteger)", func(c *Context, n *big.Int, a []value) value { return count(n.Cmp(c.big(a[0]))) })
	m("String toString(int)", func(c *Context, n *big.Int, a []value) value {
		r := radix(a, 0)
		if r < 2 || r > 36 {
			r = 10
		}
		return c.textString(n.Text(r))
	})
	m("byte[] toByteArray()", func(c *Context, n *big.Int, _ []value) value { return c.bytesArray(twosComplement(n)) })
	for _, t := range []struct {
		name string
		bits uint
		make func(int64) value
	}{
		{"byte", 8, func(n int64) value { return byteOf(int8(n)) }}, {"short", 16, func(n int64) value { return short(int16(n)) }},
		{"int", 32, func(n int64) value { return integer(int32(n)) }}, {"long", 64, long},
	} {
		m(t.name+" "+t.name+"ValueExact()", func(c *Context, n *big.Int, _ []value) value {
			v := n.Int64()
			if !n.IsInt64() || v != v<<(64-t.bits)>>(64-t.bits) {
				c.throw("java.lang.ArithmeticException", "BigInteger out of %s range", t.name)
			}
			return t.make(v)
		})
	}
}

func declareBigArithmetic(m func(string, func(*Context, *big.Int, []value) value)) {
	two := func(name string, f func(c *Context, out, x, y *big.Int) *big.Int) {
		m("BigInteger "+name+"(BigInteger)", func(c *Context, n *big.Int, a []value) value {
			return c.newBig(f(c, new(big.Int), n, c.big(a[0])))
		})
	}
	one := func(name string, f func(out, x *big.Int) *big.Int) {
		m("BigInteger "+name+"()", func(c *Context, n *big.Int, _ []value) value { return c.newBig(f(new(big.Int), n)) })
	}
	two("add", func(_ *Context, out, x, y *big.Int) *big.Int { return out.Add(x, y) })
	two("subtract", func(_ *Context, out, x, y *big.Int) *big.Int { return out.Sub(x, y) })
	two("multiply", func(_ *Context, out, x, y *big.Int) *big.Int { return out.Mul(x, y) })
	two("gcd", func(_ *Context, out, x, y *big.Int) *big.Int {
		return out.GCD(nil, nil, new(big.Int).Abs(x), new(big.Int).Abs(y))
	})
	two("and", func(_ *Context, out, x, y *big.Int) *big.Int { return out.And(x, y) })
	two("or", func(_ *Context, out, x, y *big.Int) *big.Int { return out.Or(x, y) })
	two("xor", func(_ *Context, out, x, y *big.Int) *big.Int { return out.Xor(x, y) })
	two("andNot", func(_ *Context, out, x, y *big.Int) *big.Int { return out.AndNot(x, y) })
	two("max", func(_ *Context, out, x, y *big.Int) *big.Int {
		if x.Cmp(y) < 0 {
			return y
		}
		return x
	})
	two("min", func(_ *Context, out, x, y *big.Int) *big.Int {
		if x.Cmp(y) > 0 {
			return y
		}
		return x
	})
	divisor := func(c *Context, y *big.Int) *big.Int {
		if y.Sign() == 0 {
			c.throw("java.lang.ArithmeticException", "BigInteger divide by zero")
		}
		return y
	}
	modulus := func(c *Context, y *big.Int) *big.Int {
		if y.Sign() <= 0 {
			c.throw("java.lang.ArithmeticException", "BigInteger: modulus not positive")
		}
		return y
	}
	two("divide", func(c *Context, out, x, y *big.Int) *big.Int { return out.Quo(x, divisor(c, y)) })
	two("remainder", func(c *Context, out, x, y *big.Int) *big.Int { return out.Rem(x, divisor(c, y)) })
	two("mod", func(c *Context, out, x, y *big.Int) *big.Int { return out.Mod(x, modulus(c, y)) })
	inverse := func(c *Context, x, y *big.Int) *big.Int {
		if y.Cmp(big.NewInt(1)) == 0 {
			return new(big.Int)
		}
		out := new(big.Int).ModInverse(x, y)
		if out == nil {
			c.throw("java.lang.ArithmeticException", "BigInteger not invertible.")
		}
		return out
	}
	two("modInverse", func(c *Context, _, x, y *big.Int) *big.Int { return inverse(c, x, modulus(c, y)) })
	m("BigInteger modPow(BigInteger,BigInteger)", func(c *Context, n *big.Int, a []value) value {
		exp, mod := c.big(a[0]), modulus(c, c.big(a[1]))
		words := mod.BitLen()>>6 + 1
		c.work(words * words * exp.BitLen() >> 4)
		if exp.Sign() < 0 {
			n, exp = inverse(c, n, mod), new(big.Int).Neg(exp)
		}
		return c.newBig(new(big.Int).Exp(n, exp, mod))
	})
	m("BigInteger[] divideAndRemainder(BigInteger)", func(c *Context, n *big.Int, a []value) value {
		q, r := new(big.Int).QuoRem(n, divisor(c, c.big(a[0])), new(big.Int))
		return c.pairOf(classes().kinds[event.BigInt], c.newBig(q), c.newBig(r))
	})
	m("BigInteger pow(int)", func(c *Context, n *big.Int, a []value) value {
		if a[0].int() < 0 {
			c.throw("java.lang.ArithmeticException", "Negative exponent")
		}
		return c.newBig(c.powBig(n, a[0].int()))
	})
	one("abs", (*big.Int).Abs)
	one("negate", (*big.Int).Neg)
	one("not", (*big.Int).Not)
}

// pairOf is an array of two.
func (c *Context) pairOf(elem *class, x, y value) value {
	out := c.newArray(classes().array(elem), 2)
	c.push(out, x)
	c.push(out, y)
	return out
}

func declareBigBits(l *lib, m func(string, func(*Context, *big.Int, []value) value)) {
	m("int bitLength()", func(_ *Context, n *big.Int, _ []value) value {
		if n.Sign() < 0 {
			n = new(big.Int).Not(n)
		}
		return count(n.BitLen())
	})
	m("int bitCount()", func(_ *Context, n *big.Int, _ []value) value {
		if n.Sign() < 0 {
			n = new(big.Int).Not(n)
		}
		ones := 0
		for i := range n.BitLen() {
			ones += int(n.Bit(i))
		}
		return count(ones)
	})
	m("int getLowestSetBit()", func(_ *Context, n *big.Int, _ []value) value {
		if n.Sign() == 0 {
			return count(-1)
		}
		return count(int(n.TrailingZeroBits()))
	})
	bit := func(c *Context, a []value) int {
		if a[0].int() < 0 {
			c.throw("java.lang.ArithmeticException", "Negative bit address")
		}
		return int(a[0].int())
	}
	m("boolean testBit(int)", func(c *Context, n *big.Int, a []value) value { return boolean(n.Bit(bit(c, a)) == 1) })
	for name, to := range map[string]func(uint) uint{
		"setBit": func(uint) uint { return 1 }, "clearBit": func(uint) uint { return 0 }, "flipBit": func(b uint) uint { return 1 - b },
	} {
		m("BigInteger "+name+"(int)", func(c *Context, n *big.Int, a []value) value {
			i := bit(c, a)
			if i > maxBits {
				c.tooManyBits()
			}
			return c.newBig(new(big.Int).SetBit(n, i, to(n.Bit(i))))
		})
	}
	shift := func(c *Context, n *big.Int, by int64) value {
		switch {
		case by > maxBits && n.Sign() != 0:
			c.tooManyBits()
		case by >= 0:
			return c.newBig(new(big.Int).Lsh(n, uint(min(by, maxBits))))
		}
		return c.newBig(new(big.Int).Rsh(n, uint(min(-by, 2*maxBits))))
	}
	m("BigInteger shiftLeft(int)", func(c *Context, n *big.Int, a []value) value { return shift(c, n, a[0].int()) })
	m("BigInteger shiftRight(int)", func(c *Context, n *big.Int, a []value) value { return shift(c, n, -a[0].int()) })
}

// constantBig is a BigInteger that is always there.
func (l *lib) constantBig(n int64) value {
	a := &arena{ev: event.New()}
	return value{a.ev.As(event.BigInt, a.ev.Text(big.NewInt(n).String())), a}
}

// bytesArray is a byte[].
func (c *Context) bytesArray(b []byte) value {
	out := c.newArray(classes().array(classes().byte), len(b))
	for _, x := range b {
		c.Event.Append(out.v, event.IntValue(int32(int8(x))))
	}
	return out
}

// twosComplement is n with the highest bit as its sign.
func twosComplement(n *big.Int) []byte {
	bits := n.BitLen()
	if n.Sign() < 0 {
		bits = new(big.Int).Not(n).BitLen()
	}
	size := bits/8 + 1
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size))
}

// parseBig is new BigInteger(String, int).
func (c *Context) parseBig(x value, r int) *big.Int {
	if x.isNull() {
		c.nullPointer(-1, `Cannot invoke "String.length()" because "val" is null`)
	}
	bad := func(format string, args ...any) { c.throw("java.lang.NumberFormatException", format, args...) }
	s := string(textOf(c, x))
	if r < 2 || r > 36 {
		bad("Radix out of range")
	}
	digits := s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
	}
	switch {
	case digits == "":
		bad("Zero length BigInteger")
	case strings.ContainsAny(digits, "+-"):
		bad("Illegal embedded sign character")
	case len(digits) > maxBits:
		c.tooManyBits()
	}
	for i := range len(digits) {
		if digits[i] == '_' || digits[i] >= 0x80 || digitOf(rune(digits[i]), r) < 0 {
			c.badNumber([]byte(s), r)
		}
	}
	c.work(len(digits) * len(digits) >> 8)
	n, _ := new(big.Int).SetString(strings.TrimPrefix(s, "+"), r)
	return n
}

func itoa(n int) string { return big.NewInt(int64(n)).String() }

func declareBigDecimal(l *lib, k *class) {
	for name, n := range map[string]int64{"ZERO": 0, "ONE": 1, "TEN": 10} {
		v := object(&decimal{big.NewInt(n), 0})
		k.constant(name, k, func() value { return v })
	}
	parse := func(c *Context, _ value, a []value) value {
		if a[0].isNull() {
			c.nullPointer(-1, `Cannot invoke "String.toCharArray()" because "val" is null`)
		}
		d := c.parseDecimal(string(textOf(c, a[0])))
		if len(a) > 1 {
			d = c.round(d, c.mathContext(a[1]))
		}
		return object(d)
	}
	k.method(l, "new(String)", parse)
	k.method(l, "new(String,MathContext)", parse)
	k.method(l, "static BigDecimal valueOf(double)", func(c *Context, _ value, a []value) value {
		f := a[0].v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			c.throw("java.lang.NumberFormatException", "Character %s is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.",
				strings.TrimPrefix(string(AppendFloat(nil, f, 64)), "-")[:1])
		}
		return object(c.parseDecimal(string(AppendFloat(nil, f, 64))))
	})
	m := func(sig string, f func(c *Context, d *decimal, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*decimal), a) })
	}
	declareDecimalArithmetic(m)
	declareDecimalScale(m)
	declareDecimalValues(m)
}

func (c *Context) mathContext(x value) *mathContext {
	if x.isNull() {
		c.nullPointer(-1, `Cannot read field "precision" because "mc" is null`)
	}
	return x.ref.(*mathContext)
}

func (c *Context) decimal(x value, name string) *decimal {
	if x.isNull() {
		c.nullPointer(-1, `Cannot read field "intCompact" because "%s" is null`, name)
	}
	return x.ref.(*decimal)
}

type decimalMethods func(sig string, f func(c *Context, d *decimal, a []value) value)

func declareDecimalArithmetic(m decimalMethods) {
	unlimited := &mathContext{}
	given := func(c *Context, a []value, i int) *mathContext {
		if len(a) > i {
			return c.mathContext(a[i])
		}
		return unlimited
	}
	two := func(name, arg string, f func(c *Context, x, y *decimal, mc *mathContext) *decimal) {
		run := func(c *Context, d *decimal, a []value) value {
			return object(f(c, d, c.decimal(a[0], arg), given(c, a, 1)))
		}
		m("BigDecimal "+name+"(BigDecimal)", run)
		m("BigDecimal "+name+"(BigDecimal,MathContext)", run)
	}
	two("add", "augend", func(c *Context, x, y *decimal, mc *mathContext) *decimal { return c.addRounded(x, y, 1, mc) })
	two("subtract", "subtrahend", func(c *Context, x, y *decimal, mc *mathContext) *decimal { return c.addRounded(x, y, -1, mc) })
	two("multiply", "multiplicand", func(c *Context, x, y *decimal, mc *mathContext) *decimal {
		return c.round(c.multiplyDecimals(x, y), mc)
	})
	two("divide", "divisor", func(c *Context, x, y *decimal, mc *mathContext) *decimal { return c.divideRounded(x, y, mc) })
	whole := func(c *Context, x, y *decimal, mc *mathContext) *decimal {
		q := c.wholeQuotient(x, y)
		if mc.precision == 0 {
			return q
		}
		prefer := int64(x.scale) - int64(y.scale)
		q = c.strip(q, math.MinInt32)
		if digits(q.n) > mc.precision {
			c.throw("java.lang.ArithmeticException", "Division impossible")
		}
		if room := int64(mc.precision - digits(q.n)); prefer > int64(q.scale) {
			return c.rescale(q, int64(q.scale)+min(room, prefer-int64(q.scale)), toUnnecessary)
		}
		return q
	}
	two("divideToIntegralValue", "divisor", whole)
	rest := func(c *Context, x, y *decimal, q *decimal) *decimal {
		return c.addDecimals(x, c.multiplyDecimals(q, y), -1)
	}
	two("remainder", "divisor", func(c *Context, x, y *decimal, mc *mathContext) *decimal { return rest(c, x, y, whole(c, x, y, mc)) })
	both := func(c *Context, d *decimal, a []value) value {
		y := c.decimal(a[0], "divisor")
		q := whole(c, d, y, given(c, a, 1))
		return c.pairOf(classes().types["BigDecimal"], object(q), object(rest(c, d, y, q)))
	}
	m("BigDecimal[] divideAndRemainder(BigDecimal)", both)
	m("BigDecimal[] divideAndRemainder(BigDecimal,MathContext)", both)
	one := func(name string, f func(c *Context, d *decimal) *decimal) {
		run := func(c *Context, d *decimal, a []value) value { return object(c.round(f(c, d), given(c, a, 0))) }
		m("BigDecimal "+name+"()", run)
		m("BigDecimal "+name+"(MathContext)", run)
	}
	one("abs", func(c *Context, d *decimal) *decimal { return c.newDecimal(new(big.Int).Abs(d.n), int64(d.scale)) })
	one("negate", func(c *Context, d *decimal) *decimal { return c.newDecimal(new(big.Int).Neg(d.n), int64(d.scale)) })
	one("plus", func(_ *Context, d *decimal) *decimal { return d })
	m("BigDecimal pow(int)", func(c *Context, d *decimal, a []value) value { return object(c.powDecimal(d, a[0].int())) })
	m("BigDecimal pow(int,MathContext)", func(c *Context, d *decimal, a []value) value {
		return object(c.powRounded(d, a[0].int(), given(c, a, 1)))
	})
	m("BigDecimal round(MathContext)", func(c *Context, d *decimal, a []value) value { return object(c.round(d, given(c, a, 0))) })
	best := func(want int) func(c *Context, d *decimal, a []value) value {
		return func(c *Context, d *decimal, a []value) value {
			if o := c.decimal(a[0], "val"); sign(o.compareTo(c, object(d))) == want {
				return object(o)
			}
			return object(d)
		}
	}
	m("BigDecimal max(BigDecimal)", best(1))
	m("BigDecimal min(BigDecimal)", best(-1))
	m("int compareTo(BigDecimal)", func(c *Context, d *decimal, a []value) value {
		return count(d.compareTo(c, object(c.decimal(a[0], "val"))))
	})
}

func declareDecimalScale(m decimalMethods) {
	rescaled := func(c *Context, d *decimal, a []value) value {
		mode := toUnnecessary
		if len(a) > 1 {
			mode = c.roundingOf(a[1])
		}
		return object(c.rescale(d, a[0].int(), mode))
	}
	m("BigDecimal setScale(int)", rescaled)
	m("BigDecimal setScale(int,RoundingMode)", rescaled)
	moved := func(sign int64) func(c *Context, d *decimal, a []value) value {
		return func(c *Context, d *decimal, a []value) value {
			if a[0].int() == 0 {
				return object(d)
			}
			out := c.newDecimal(d.n, int64(d.scale)+sign*a[0].int())
			if out.scale < 0 {
				out = c.rescale(out, 0, toUnnecessary)
			}
			return object(out)
		}
	}
	m("BigDecimal movePointLeft(int)", moved(1))
	m("BigDecimal movePointRight(int)", moved(-1))
	m("BigDecimal scaleByPowerOfTen(int)", func(c *Context, d *decimal, a []value) value {
		return object(c.newDecimal(d.n, int64(d.scale)-a[0].int()))
	})
	m("BigDecimal stripTrailingZeros()", func(c *Context, d *decimal, _ []value) value {
		if d.n.Sign() == 0 {
			return object(&decimal{new(big.Int), 0})
		}
		return object(c.strip(d, math.MinInt32))
	})
	m("BigDecimal ulp()", func(_ *Context, d *decimal, _ []value) value { return object(&decimal{big.NewInt(1), d.scale}) })
	m("int precision()", func(_ *Context, d *decimal, _ []value) value { return count(digits(d.n)) })
	m("int scale()", func(_ *Context, d *decimal, _ []value) value { return integer(d.scale) })
	m("int signum()", func(_ *Context, d *decimal, _ []value) value { return count(d.n.Sign()) })
}

func declareDecimalValues(m decimalMethods) {
	m("String toPlainString()", func(c *Context, d *decimal, _ []value) value { return c.textValue(c.appendPlain(nil, d)) })
	m("String toEngineeringString()", func(c *Context, d *decimal, _ []value) value { return c.textValue(d.append(nil, 3)) })
	m("BigInteger toBigInteger()", func(c *Context, d *decimal, _ []value) value { return c.newBig(c.whole(d)) })
	m("BigInteger toBigIntegerExact()", func(c *Context, d *decimal, _ []value) value {
		return c.newBig(c.rescale(d, 0, toUnnecessary).n)
	})
	m("float floatValue()", func(_ *Context, d *decimal, _ []value) value { return float(float32(d.float())) })
	m("double doubleValue()", func(_ *Context, d *decimal, _ []value) value { return double(d.float()) })
	for _, t := range []struct {
		name string
		bits uint
		make func(int64) value
	}{
		{"byte", 8, func(n int64) value { return byteOf(int8(n)) }}, {"short", 16, func(n int64) value { return short(int16(n)) }},
		{"int", 32, func(n int64) value { return integer(int32(n)) }}, {"long", 64, long},
	} {
		m(t.name+" "+t.name+"Value()", func(c *Context, d *decimal, _ []value) value { return t.make(bigLow(c.whole(d))) })
		m(t.name+" "+t.name+"ValueExact()", func(c *Context, d *decimal, _ []value) value {
			n := c.rescale(d, 0, toUnnecessary).n
			v := n.Int64()
			if !n.IsInt64() || v != v<<(64-t.bits)>>(64-t.bits) {
				c.throw("java.lang.ArithmeticException", "Overflow")
			}
			return t.make(v)
		})
	}
}
