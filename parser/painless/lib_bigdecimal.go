package painless

import (
	"math"
	"math/big"
	"strings"
)

// declareBigDecimal declares BigDecimal.
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
	for _, t := range wholeTypes {
		m(t.name+" "+t.name+"Value()", func(c *Context, d *decimal, _ []value) value { return t.make(bigLow(c.whole(d))) })
		m(t.name+" "+t.name+"ValueExact()", func(c *Context, d *decimal, _ []value) value {
			n := c.rescale(d, 0, toUnnecessary).n
			v, ok := t.exactly(n)
			if !ok {
				c.throw("java.lang.ArithmeticException", "Overflow")
			}
			return t.make(v)
		})
	}
}
