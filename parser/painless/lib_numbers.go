package painless

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

func declareNumbers(l *lib) {
	n := l.number
	n.method(l, "byte byteValue()", func(c *Context, x value, _ []value) value { return byteOf(int8(c.narrow(x))) })
	n.method(l, "short shortValue()", func(c *Context, x value, _ []value) value { return short(int16(c.narrow(x))) })
	n.method(l, "int intValue()", func(c *Context, x value, _ []value) value { return integer(int32(c.narrow(x))) })
	n.method(l, "long longValue()", func(c *Context, x value, _ []value) value { return long(c.asLong(x)) })
	n.method(l, "float floatValue()", func(c *Context, x value, _ []value) value { return float(float32(c.asFloat(x))) })
	n.method(l, "double doubleValue()", func(c *Context, x value, _ []value) value { return double(c.asFloat(x)) })
	declareBoolean(l)
	declareCharacter(l)
	declareWhole(l, l.int.box, "int", 32)
	declareWhole(l, l.long.box, "long", 64)
	declareSmall(l, l.byte.box, "byte", "Byte", 8, func(n int64) value { return byteOf(int8(n)) })
	declareSmall(l, l.short.box, "short", "Short", 16, func(n int64) value { return short(int16(n)) })
	declareFraction(l, l.double.box, "double", 64)
	declareFraction(l, l.float.box, "float", 32)
	for _, p := range []*class{l.boolean, l.byte, l.short, l.char, l.int, l.long, l.float, l.double} {
		p.box.method(l, "int compareTo("+p.box.simple+")", func(c *Context, x value, a []value) value { return count(c.compare(x, a[0])) })
	}
	declareMath(l, l.class("java.lang.Math"))
	declareMath(l, l.class("java.lang.StrictMath"))
}

// narrow is what intValue and its like start from.
func (c *Context) narrow(x value) int64 {
	if x.v.Kind() == event.BigInt {
		return bigLow(bigOf(c, x))
	}
	if d, ok := x.ref.(*decimal); ok {
		return bigLow(c.whole(d))
	}
	return toInt64(x, 32)
}

func declareBoolean(l *lib) {
	k := l.boolean.box
	k.constant("TRUE", k, func() value { return boolean(true) })
	k.constant("FALSE", k, func() value { return boolean(false) })
	k.method(l, "boolean booleanValue()", func(_ *Context, x value, _ []value) value { return x })
	k.method(l, "static boolean parseBoolean(String)", func(c *Context, _ value, a []value) value {
		return boolean(!a[0].isNull() && strings.EqualFold(string(textOf(c, a[0])), "true"))
	})
	k.method(l, "static Boolean valueOf(boolean)", func(_ *Context, _ value, a []value) value { return a[0] })
	k.method(l, "static String toString(boolean)", func(c *Context, _ value, a []value) value { return c.javaString(a[0]) })
	k.method(l, "static int hashCode(boolean)", func(c *Context, _ value, a []value) value { return integer(c.hash(a[0])) })
	k.method(l, "static int compare(boolean,boolean)", compareArgs)
	k.method(l, "static boolean logicalAnd(boolean,boolean)", func(_ *Context, _ value, a []value) value { return boolean(a[0].bool() && a[1].bool()) })
	k.method(l, "static boolean logicalOr(boolean,boolean)", func(_ *Context, _ value, a []value) value { return boolean(a[0].bool() || a[1].bool()) })
	k.method(l, "static boolean logicalXor(boolean,boolean)", func(_ *Context, _ value, a []value) value { return boolean(a[0].bool() != a[1].bool()) })
}

func compareArgs(c *Context, _ value, a []value) value { return count(sign(c.compare(a[0], a[1]))) }

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// declareWhole declares what Integer and Long have alike.
func declareWhole(l *lib, k *class, t string, size int) {
	name := k.simple
	num := func(n int64) value {
		if size == 32 {
			return integer(int32(n))
		}
		return long(n)
	}
	unsigned := func(n int64) uint64 {
		if size == 32 {
			return uint64(uint32(n))
		}
		return uint64(n)
	}
	limits := [2]int64{math.MinInt32, math.MaxInt32}
	if size == 64 {
		limits = [2]int64{math.MinInt64, math.MaxInt64}
	}
	k.constant("MIN_VALUE", k.box, func() value { return num(limits[0]) })
	k.constant("MAX_VALUE", k.box, func() value { return num(limits[1]) })
	k.constant("SIZE", l.int, func() value { return count(size) })
	k.constant("BYTES", l.int, func() value { return count(size / 8) })
	static := func(sig string, f func(c *Context, a []value) value) {
		sig = strings.NewReplacer("$T", t, "$B", name).Replace(sig)
		k.method(l, "static "+sig, func(c *Context, _ value, a []value) value { return f(c, a) })
	}
	title := strings.ToUpper(t[:1]) + t[1:]
	parse := func(c *Context, a []value) (value, *exception) {
		n, exc := c.tryWhole(a[0], radix(a, 1), size)
		return num(n), exc
	}
	k.fallible(l, t+" parse"+title+"(String)", parse)
	k.fallible(l, t+" parse"+title+"(String,int)", parse)
	parseUnsigned := func(c *Context, a []value) value { return num(c.parseUnsigned(a[0], radix(a, 1), size)) }
	static("$T parseUnsigned"+title+"(String)", parseUnsigned)
	static("$T parseUnsigned"+title+"(String,int)", parseUnsigned)
	static("$B decode(String)", func(c *Context, a []value) value { return num(c.decodeWhole(a[0], size)) })
	static("$B valueOf($T)", func(_ *Context, a []value) value { return a[0] })
	k.fallible(l, name+" valueOf(String,int)", parse)
	static("String toString($T)", func(c *Context, a []value) value { return c.javaString(a[0]) })
	static("String toString($T,int)", func(c *Context, a []value) value {
		r := radix(a, 1)
		if r < 2 || r > 36 {
			r = 10
		}
		return c.textString(strconv.FormatInt(a[0].int(), r))
	})
	static("String toHexString($T)", func(c *Context, a []value) value { return c.textString(strconv.FormatUint(unsigned(a[0].int()), 16)) })
	static("String toOctalString($T)", func(c *Context, a []value) value { return c.textString(strconv.FormatUint(unsigned(a[0].int()), 8)) })
	static("String toBinaryString($T)", func(c *Context, a []value) value { return c.textString(strconv.FormatUint(unsigned(a[0].int()), 2)) })
	static("String toUnsignedString($T)", func(c *Context, a []value) value { return c.textString(strconv.FormatUint(unsigned(a[0].int()), 10)) })
	static("String toUnsignedString($T,int)", func(c *Context, a []value) value {
		return c.textString(strconv.FormatUint(unsigned(a[0].int()), radix(a, 1)))
	})
	static("$T max($T,$T)", func(_ *Context, a []value) value { return num(max(a[0].int(), a[1].int())) })
	static("$T min($T,$T)", func(_ *Context, a []value) value { return num(min(a[0].int(), a[1].int())) })
	if size == 64 {
		static("$T sum($T,$T)", func(_ *Context, a []value) value { return num(a[0].int() + a[1].int()) })
	}
	static("int signum($T)", func(_ *Context, a []value) value { return count(sign64(a[0].int())) })
	static("int compare($T,$T)", func(c *Context, a []value) value { return compareArgs(c, value{}, a) })
	static("int compareUnsigned($T,$T)", func(_ *Context, a []value) value {
		x, y := unsigned(a[0].int()), unsigned(a[1].int())
		return count(b2i(x > y) - b2i(x < y))
	})
	static("$T divideUnsigned($T,$T)", func(c *Context, a []value) value {
		c.nonZero(a[1])
		return num(int64(unsigned(a[0].int()) / unsigned(a[1].int())))
	})
	static("$T remainderUnsigned($T,$T)", func(c *Context, a []value) value {
		c.nonZero(a[1])
		return num(int64(unsigned(a[0].int()) % unsigned(a[1].int())))
	})
	static("int hashCode($T)", func(c *Context, a []value) value { return integer(c.hash(a[0])) })
	declareBits(static, num, unsigned, size)
	if size == 32 {
		static("long toUnsignedLong(int)", func(_ *Context, a []value) value { return long(int64(unsigned(a[0].int()))) })
	}
}

func declareBits(static func(string, func(*Context, []value) value), num func(int64) value, unsigned func(int64) uint64, size int) {
	wide := 64 - size
	static("int bitCount($T)", func(_ *Context, a []value) value { return count(bits.OnesCount64(unsigned(a[0].int()))) })
	static("int numberOfLeadingZeros($T)", func(_ *Context, a []value) value {
		return count(bits.LeadingZeros64(unsigned(a[0].int())) - wide)
	})
	static("int numberOfTrailingZeros($T)", func(_ *Context, a []value) value {
		return count(min(size, bits.TrailingZeros64(unsigned(a[0].int()))))
	})
	static("$T highestOneBit($T)", func(_ *Context, a []value) value {
		n := unsigned(a[0].int())
		if n == 0 {
			return num(0)
		}
		return num(int64(uint64(1) << (bits.Len64(n) - 1)))
	})
	static("$T lowestOneBit($T)", func(_ *Context, a []value) value { n := a[0].int(); return num(n & -n) })
	static("$T reverse($T)", func(_ *Context, a []value) value {
		return num(int64(bits.Reverse64(unsigned(a[0].int())) >> wide))
	})
	static("$T reverseBytes($T)", func(_ *Context, a []value) value {
		return num(int64(bits.ReverseBytes64(unsigned(a[0].int())) >> wide))
	})
	rotate := func(n uint64, by int) value {
		by &= size - 1
		return num(int64(n<<by | n>>(size-by)))
	}
	static("$T rotateLeft($T,int)", func(_ *Context, a []value) value { return rotate(unsigned(a[0].int()), int(a[1].int())) })
	static("$T rotateRight($T,int)", func(_ *Context, a []value) value { return rotate(unsigned(a[0].int()), -int(a[1].int())) })
}

func (c *Context) nonZero(x value) {
	if x.int() == 0 {
		c.throw("java.lang.ArithmeticException", "/ by zero")
	}
}

func sign64(n int64) int { return b2i(n > 0) - b2i(n < 0) }

func radix(a []value, i int) int {
	if len(a) > i {
		return int(a[i].int())
	}
	return 10
}

// declareSmall declares Byte and Short.
func declareSmall(l *lib, k *class, t, title string, size int, num func(int64) value) {
	k.constant("MIN_VALUE", k.box, func() value { return num(-1 << (size - 1)) })
	k.constant("MAX_VALUE", k.box, func() value { return num(1<<(size-1) - 1) })
	parse := func(c *Context, _ value, a []value) value { return num(c.parseWhole(a[0], radix(a, 1), size)) }
	k.method(l, "static "+t+" parse"+title+"(String)", parse)
	k.method(l, "static "+t+" parse"+title+"(String,int)", parse)
	k.method(l, "static "+title+" valueOf("+t+")", func(_ *Context, _ value, a []value) value { return a[0] })
	k.method(l, "static String toString("+t+")", func(c *Context, _ value, a []value) value { return c.javaString(a[0]) })
	k.method(l, "static int compare("+t+","+t+")", func(_ *Context, _ value, a []value) value {
		return integer(int32(a[0].int() - a[1].int()))
	})
	k.method(l, "static int toUnsignedInt("+t+")", func(_ *Context, _ value, a []value) value {
		return integer(int32(a[0].int() & (1<<size - 1)))
	})
}

// declareFraction declares Double and Float.
func declareFraction(l *lib, k *class, t string, size int) {
	num := func(f float64) value {
		if size == 32 {
			return float(float32(f))
		}
		return double(f)
	}
	name, title := k.simple, k.simple
	greatest, least := math.MaxFloat64, math.SmallestNonzeroFloat64
	if size == 32 {
		greatest, least = math.MaxFloat32, math.SmallestNonzeroFloat32
	}
	for c, f := range map[string]float64{
		"MAX_VALUE": greatest, "MIN_VALUE": least, "NaN": math.NaN(),
		"POSITIVE_INFINITY": math.Inf(1), "NEGATIVE_INFINITY": math.Inf(-1),
	} {
		k.constant(c, k.box, func() value { return num(f) })
	}
	nan := func(x value) value { return boolean(math.IsNaN(x.v.Float())) }
	inf := func(x value) value { return boolean(math.IsInf(x.v.Float(), 0)) }
	k.method(l, "boolean isNaN()", func(_ *Context, x value, _ []value) value { return nan(x) })
	k.method(l, "boolean isInfinite()", func(_ *Context, x value, _ []value) value { return inf(x) })
	static := func(sig string, f func(c *Context, a []value) value) {
		sig = strings.NewReplacer("$T", t, "$B", name).Replace(sig)
		k.method(l, "static "+sig, func(c *Context, _ value, a []value) value { return f(c, a) })
	}
	parse := func(c *Context, a []value) value { return num(c.parseFraction(a[0], size)) }
	k.method(l, "static "+t+" parse"+title+"(String)", func(c *Context, _ value, a []value) value { return parse(c, a) })
	static("boolean isNaN($T)", func(_ *Context, a []value) value { return nan(a[0]) })
	static("boolean isInfinite($T)", func(_ *Context, a []value) value { return inf(a[0]) })
	static("boolean isFinite($T)", func(_ *Context, a []value) value { return boolean(!nan(a[0]).bool() && !inf(a[0]).bool()) })
	static("int compare($T,$T)", func(c *Context, a []value) value { return compareArgs(c, value{}, a) })
	static("$T max($T,$T)", func(_ *Context, a []value) value { return num(math.Max(a[0].v.Float(), a[1].v.Float())) })
	static("$T min($T,$T)", func(_ *Context, a []value) value { return num(math.Min(a[0].v.Float(), a[1].v.Float())) })
	static("$T sum($T,$T)", func(_ *Context, a []value) value { return num(a[0].v.Float() + a[1].v.Float()) })
	static("int hashCode($T)", func(c *Context, a []value) value { return integer(c.hash(a[0])) })
	static("String toString($T)", func(c *Context, a []value) value { return c.javaString(a[0]) })
	static("$B valueOf($T)", func(_ *Context, a []value) value { return a[0] })
}

func declareMath(l *lib, k *class) {
	one := map[string]func(float64) float64{
		"abs": math.Abs, "acos": math.Acos, "asin": math.Asin, "atan": math.Atan, "cbrt": math.Cbrt, "ceil": math.Ceil,
		"cos": math.Cos, "cosh": math.Cosh, "exp": math.Exp, "expm1": math.Expm1, "floor": math.Floor, "log": math.Log,
		"log10": math.Log10, "log1p": math.Log1p, "rint": math.RoundToEven, "sin": math.Sin, "sinh": math.Sinh,
		"sqrt": math.Sqrt, "tan": math.Tan, "tanh": math.Tanh,
		"toDegrees": func(f float64) float64 { return f * (180 / math.Pi) },
		"toRadians": func(f float64) float64 { return f * (math.Pi / 180) },
		"signum": func(f float64) float64 {
			if f == 0 || f != f {
				return f
			}
			return math.Copysign(1, f)
		},
	}
	for name, f := range one {
		k.method(l, "static double "+name+"(double)", func(_ *Context, _ value, a []value) value { return double(f(a[0].v.Float())) })
	}
	for name, f := range map[string]func(a, b float64) float64{
		"atan2": math.Atan2, "copySign": math.Copysign, "hypot": math.Hypot, "max": math.Max, "min": math.Min,
		"pow": javaPow, "IEEEremainder": math.Remainder,
	} {
		k.method(l, "static double "+name+"(double,double)", func(_ *Context, _ value, a []value) value {
			return double(f(a[0].v.Float(), a[1].v.Float()))
		})
	}
	k.method(l, "static long round(double)", func(_ *Context, _ value, a []value) value {
		return long(toInt64(double(javaRound(a[0].v.Float())), 64))
	})
	k.constant("PI", l.double, func() value { return double(math.Pi) })
	k.constant("E", l.double, func() value { return double(math.E) })
}

// javaRound is floor(x + 1/2) without the rounding of that sum.
func javaRound(f float64) float64 {
	whole := math.Floor(f)
	if f-whole >= 0.5 {
		whole++
	}
	return whole
}

// javaPow differs from C's pow where the base is 1 or -1.
func javaPow(x, y float64) float64 {
	if y != 0 && (math.IsNaN(y) || math.Abs(x) == 1 && math.IsInf(y, 0)) {
		return math.NaN()
	}
	if y == math.Trunc(y) && math.Abs(y) <= 64 && x != 0 && !math.IsInf(x, 0) && !math.IsNaN(x) {
		if p := powWhole(x, int(y)); math.Abs(p) > 1e-290 && math.Abs(p) < 1e290 {
			return p
		}
	}
	return math.Pow(x, y)
}
