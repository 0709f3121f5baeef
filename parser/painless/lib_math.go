package painless

import (
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
	for _, t := range wholeTypes {
		m(t.name+" "+t.name+"ValueExact()", func(c *Context, n *big.Int, _ []value) value {
			v, ok := t.exactly(n)
			if !ok {
				c.throw("java.lang.ArithmeticException", "BigInteger out of %s range", t.name)
			}
			return t.make(v)
		})
	}
}

// wholeType is a primitive type of whole numbers.
type wholeType struct {
	name string
	bits uint
	make func(int64) value
}

var wholeTypes = []wholeType{
	{"byte", 8, func(n int64) value { return byteOf(int8(n)) }}, {"short", 16, func(n int64) value { return short(int16(n)) }},
	{"int", 32, func(n int64) value { return integer(int32(n)) }}, {"long", 64, long},
}

// exactly is n, if the type has such a number.
func (t *wholeType) exactly(n *big.Int) (v int64, ok bool) {
	v = n.Int64()
	return v, n.IsInt64() && v == v<<(64-t.bits)>>(64-t.bits)
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
			panic(thrown{badNumber([]byte(s), r)})
		}
	}
	c.work(len(digits) * len(digits) >> 8)
	n, _ := new(big.Int).SetString(strings.TrimPrefix(s, "+"), r)
	return n
}

func itoa(n int) string { return big.NewInt(int64(n)).String() }
