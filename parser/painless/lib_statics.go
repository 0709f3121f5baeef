package painless

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// declareStatics declares what numbers, characters and Math have beyond the common.
func declareStatics(l *lib) {
	for _, n := range []struct {
		k       *class
		size    int
		num     func(int64) value
		decoded bool
	}{
		{l.byte.box, 8, func(n int64) value { return byteOf(int8(n)) }, true},
		{l.short.box, 16, func(n int64) value { return short(int16(n)) }, true},
		{l.char.box, 16, nil, false}, {l.float.box, 32, nil, false}, {l.double.box, 64, nil, false},
	} {
		k, t := n.k, n.k.box.name
		k.constant("SIZE", l.int, func() value { return count(n.size) })
		k.constant("BYTES", l.int, func() value { return count(n.size / 8) })
		if !n.decoded {
			continue
		}
		k.method(l, "static "+k.simple+" decode(String)", func(c *Context, _ value, a []value) value {
			v := c.decodeWhole(a[0], 32)
			if v != v<<(64-n.size)>>(64-n.size) {
				c.throw("java.lang.NumberFormatException", "Value %d out of range from input %s", v, textOf(c, a[0]))
			}
			return n.num(v)
		})
		k.method(l, "static "+k.simple+" valueOf(String,int)", func(c *Context, _ value, a []value) value {
			return n.num(c.parseWhole(a[0], radix(a, 1), n.size))
		})
		k.method(l, "static int hashCode("+t+")", func(_ *Context, _ value, a []value) value { return integer(int32(a[0].int())) })
		k.method(l, "static long toUnsignedLong("+t+")", func(_ *Context, _ value, a []value) value { return long(a[0].int() & (1<<n.size - 1)) })
	}
	l.short.box.method(l, "static short reverseBytes(short)", func(_ *Context, _ value, a []value) value {
		return short(int16(bits.ReverseBytes16(uint16(a[0].int()))))
	})
	declareFloatBits(l)
	declareCodePoints(l, l.char.box)
	for _, name := range []string{"Math", "StrictMath"} {
		declareMathMore(l, l.types[name])
	}
	system := l.types["System"]
	system.method(l, "static void arraycopy(Object,int,Object,int,int)", arrayCopy)
}

func declareFloatBits(l *lib) {
	d, f := l.double.box, l.float.box
	for _, raw := range []string{"", "Raw"} {
		d.method(l, "static long doubleTo"+raw+"LongBits(double)", func(_ *Context, _ value, a []value) value {
			return long(int64(math.Float64bits(canonical(a[0].v.Float()))))
		})
		f.method(l, "static int floatTo"+raw+"IntBits(float)", func(_ *Context, _ value, a []value) value {
			n := float32(a[0].v.Float())
			if n != n {
				return integer(0x7fc00000)
			}
			return integer(int32(math.Float32bits(n)))
		})
	}
	d.method(l, "static double longBitsToDouble(long)", func(_ *Context, _ value, a []value) value {
		return double(math.Float64frombits(uint64(a[0].int())))
	})
	f.method(l, "static float intBitsToFloat(int)", func(_ *Context, _ value, a []value) value {
		return float(math.Float32frombits(uint32(a[0].int())))
	})
	constants := func(k *class, least value, low, high int) {
		k.constant("MIN_NORMAL", k.box, func() value { return least })
		k.constant("MIN_EXPONENT", l.int, func() value { return count(low) })
		k.constant("MAX_EXPONENT", l.int, func() value { return count(high) })
	}
	constants(d, double(0x1p-1022), -1022, 1023)
	constants(f, float(0x1p-126), -126, 127)
	d.method(l, "static String toHexString(double)", func(c *Context, _ value, a []value) value {
		return c.textString(hexFloat(a[0].v.Float(), -1022, 64))
	})
	f.method(l, "static String toHexString(float)", func(c *Context, _ value, a []value) value {
		return c.textString(hexFloat(float64(float32(a[0].v.Float())), -126, 32))
	})
}

// canonical is the one NaN that Java knows.
func canonical(f float64) float64 {
	if f != f {
		return math.Float64frombits(0x7ff8000000000000)
	}
	return f
}

// hexFloat is Double.toHexString; numbers below the least normal one begin with 0x0.
func hexFloat(f float64, least, size int) string {
	switch {
	case f != f || math.IsInf(f, 0):
		return string(AppendFloat(nil, f, 64))
	case f == 0:
		if math.Signbit(f) {
			return "-0x0.0p0"
		}
		return "0x0.0p0"
	}
	abs, sign := math.Abs(f), ""
	if f < 0 {
		sign = "-"
	}
	lead, exp := "0x1.", math.Ilogb(abs)
	mantissa := math.Float64bits(abs) & (1<<52 - 1)
	if exp < least {
		lead, exp = "0x0.", least
		if size == 32 {
			mantissa = uint64(math.Float32bits(float32(abs))&(1<<23-1)) << 29
		}
	}
	digits := strings.TrimRight(strings.Repeat("0", 13-len(strconv.FormatUint(mantissa, 16)))+strconv.FormatUint(mantissa, 16), "0")
	if mantissa == 0 || digits == "" {
		digits = "0"
	}
	return sign + lead + digits + "p" + strconv.Itoa(exp)
}

func declareMathMore(l *lib, k *class) {
	for name, f := range map[string]func(float64) float64{
		"nextUp": func(f float64) float64 { return math.Nextafter(f, math.Inf(1)) },
		"nextDown": func(f float64) float64 {
			return math.Nextafter(f, math.Inf(-1))
		},
		"ulp": func(f float64) float64 {
			f = math.Abs(f)
			switch {
			case f != f || math.IsInf(f, 0):
				return f
			case f == math.MaxFloat64:
				return 0x1p971
			}
			return math.Nextafter(f, math.Inf(1)) - f
		},
	} {
		k.method(l, "static double "+name+"(double)", func(_ *Context, _ value, a []value) value { return double(f(a[0].v.Float())) })
	}
	k.method(l, "static double nextAfter(double,double)", func(_ *Context, _ value, a []value) value {
		return double(math.Nextafter(a[0].v.Float(), a[1].v.Float()))
	})
	k.method(l, "static double scalb(double,int)", func(_ *Context, _ value, a []value) value {
		return double(math.Ldexp(a[0].v.Float(), int(max(-5000, min(5000, a[1].int())))))
	})
}

func arrayCopy(c *Context, _ value, a []value) value {
	src, dst := a[0], a[2]
	from, to, n := a[1].int(), a[3].int(), a[4].int()
	for _, x := range []value{src, dst} {
		if x.isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
	}
	kind := func(x value) string {
		if e := x.class().elem; e != nil && e.prim {
			return e.name + "[" + strconv.Itoa(c.size(x)) + "]"
		}
		return "object array[" + strconv.Itoa(c.size(x)) + "]"
	}
	for _, x := range []struct {
		what string
		v    value
	}{{"source", src}, {"destination", dst}} {
		if k := x.v.class(); k.elem == nil {
			c.throw("java.lang.ArrayStoreException", "arraycopy: %s type %s is not an array", x.what, k)
		}
	}
	for _, x := range []struct {
		what, last string
		v          value
		at         int64
	}{{"source", "source", src, from}, {"destination", "destination", dst, to}} {
		if x.at < 0 {
			c.throw("java.lang.ArrayIndexOutOfBoundsException", "arraycopy: %s index %d out of bounds for %s", x.what, x.at, kind(x.v))
		}
	}
	if n < 0 {
		c.throw("java.lang.ArrayIndexOutOfBoundsException", "arraycopy: length %d is negative", n)
	}
	if from+n > int64(c.size(src)) {
		c.throw("java.lang.ArrayIndexOutOfBoundsException", "arraycopy: last source index %d out of bounds for %s", from+n, kind(src))
	}
	if to+n > int64(c.size(dst)) {
		c.throw("java.lang.ArrayIndexOutOfBoundsException", "arraycopy: last destination index %d out of bounds for %s", to+n, kind(dst))
	}
	for i, v := range c.all(src)[from : from+n] {
		c.setAt(dst, int(to)+i, v)
	}
	return null()
}

// declareTextMore declares what strings and builders have beyond the common.
func declareTextMore(l *lib) {
	region := func(fold bool) native {
		return func(c *Context, x value, a []value) value {
			if fold {
				fold, a := a[0].bool(), a[1:]
				return boolean(c.sameRegion(fold, textOf(c, x), a[0].int(), c.arg(a[1]), a[2].int(), a[3].int()))
			}
			return boolean(c.sameRegion(false, textOf(c, x), a[0].int(), c.arg(a[1]), a[2].int(), a[3].int()))
		}
	}
	l.string.method(l, "boolean regionMatches(int,String,int,int)", region(false))
	l.string.method(l, "boolean regionMatches(boolean,int,String,int,int)", region(true))
	l.string.method(l, "static String copyValueOf(char[],int,int)", func(c *Context, _ value, a []value) value {
		s := c.ofChars(a[0])
		n := int64(c.size(a[0]))
		if a[1].int() < 0 || a[2].int() < 0 || a[1].int() > n-a[2].int() {
			c.throw("java.lang.StringIndexOutOfBoundsException", "offset %d, count %d, length %d", a[1].int(), a[2].int(), n)
		}
		return c.substring(s, int(a[1].int()), int(a[1].int()+a[2].int()))
	})
	l.types["CharSequence"].method(l, "IntStream codePoints()", func(c *Context, x value, _ []value) value {
		out := &stream{prim: l.int}
		for s := c.str(x); len(s) > 0; {
			r, size := decode(s)
			c.loop()
			c.charge(32)
			out.items, s = append(out.items, count(int(r))), s[size:]
		}
		return object(out)
	})
	buffer := l.class("java.lang.StringBuffer", "CharSequence", "Comparable")
	declareBuilder(l, buffer)
	for _, k := range []*class{l.string, l.types["StringBuilder"], buffer} {
		k.method(l, "int codePointBefore(int)", func(c *Context, x value, a []value) value { return count(c.codePointBefore(c.str(x), a[0].int())) })
		k.method(l, "int offsetByCodePoints(int,int)", func(c *Context, x value, a []value) value {
			return count(c.byCodePoints(c.str(x), a[0].int(), a[1].int()))
		})
		k.method(l, "void getChars(int,int,char[],int)", getChars)
		if k == l.string {
			continue
		}
		k.method(l, "int codePointAt(int)", func(c *Context, x value, a []value) value { return count(c.codePointAt(c.str(x), a[0].int())) })
		k.method(l, "int codePointCount(int,int)", l.string.methods["codePointCount/2"].run)
		k.method(l, "int lastIndexOf(String,int)", func(c *Context, x value, a []value) value {
			return count(lastIndexFrom(c.str(x), c.arg(a[0]), int(a[1].int())))
		})
	}
}

func (c *Context) sameRegion(fold bool, s []byte, at int64, of []byte, from, n int64) bool {
	if at < 0 || from < 0 || at > int64(utf16Len(s))-n || from > int64(utf16Len(of))-n {
		return false
	}
	if n <= 0 {
		return true
	}
	x, y := textPart(s, int(at), int(at+n)), textPart(of, int(from), int(from+n))
	if fold {
		return equalFold(x, y)
	}
	return string(x) == string(y)
}

func getChars(c *Context, x value, a []value) value {
	s := c.str(x)
	n := int64(utf16Len(s))
	from, to, at := a[0].int(), a[1].int(), a[3].int()
	if from < 0 || to > n || from > to {
		c.throw("java.lang.StringIndexOutOfBoundsException", "begin %d, end %d, length %d", from, to, n)
	}
	if size := int64(c.size(a[2])); at < 0 || at+to-from > size {
		c.throw("java.lang.ArrayIndexOutOfBoundsException", "offset %d, count %d, length %d", at, to-from, size)
	}
	for i := from; i < to; i++ {
		c.setAt(a[2], int(at+i-from), char(utf16At(s, int(i))))
	}
	return null()
}
