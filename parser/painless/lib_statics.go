package painless

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
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

// generalCategories are Character.getType's, in the order of its numbers; 17 is not used.
var generalCategories = []struct {
	name, constant string
}{
	1: {"Lu", "UPPERCASE_LETTER"}, {"Ll", "LOWERCASE_LETTER"}, {"Lt", "TITLECASE_LETTER"}, {"Lm", "MODIFIER_LETTER"}, {"Lo", "OTHER_LETTER"},
	{"Mn", "NON_SPACING_MARK"}, {"Me", "ENCLOSING_MARK"}, {"Mc", "COMBINING_SPACING_MARK"}, {"Nd", "DECIMAL_DIGIT_NUMBER"},
	{"Nl", "LETTER_NUMBER"}, {"No", "OTHER_NUMBER"}, {"Zs", "SPACE_SEPARATOR"}, {"Zl", "LINE_SEPARATOR"}, {"Zp", "PARAGRAPH_SEPARATOR"},
	{"Cc", "CONTROL"}, {"Cf", "FORMAT"}, {}, {"Co", "PRIVATE_USE"}, {"Cs", "SURROGATE"}, {"Pd", "DASH_PUNCTUATION"},
	{"Ps", "START_PUNCTUATION"}, {"Pe", "END_PUNCTUATION"}, {"Pc", "CONNECTOR_PUNCTUATION"}, {"Po", "OTHER_PUNCTUATION"},
	{"Sm", "MATH_SYMBOL"}, {"Sc", "CURRENCY_SYMBOL"}, {"Sk", "MODIFIER_SYMBOL"}, {"So", "OTHER_SYMBOL"},
	{"Pi", "INITIAL_QUOTE_PUNCTUATION"}, {"Pf", "FINAL_QUOTE_PUNCTUATION"},
}

func charType(r rune) int {
	for i, g := range generalCategories {
		if g.name != "" && unicode.Is(unicode.Categories[g.name], r) {
			return i
		}
	}
	return 0
}

func declareCodePoints(l *lib, k *class) {
	for i, g := range generalCategories {
		if g.constant != "" {
			k.constant(g.constant, l.byte, func() value { return byteOf(int8(i)) })
		}
	}
	k.constant("UNASSIGNED", l.byte, func() value { return byteOf(0) })
	for name, n := range map[string]uint16{
		"MIN_HIGH_SURROGATE": 0xd800, "MAX_HIGH_SURROGATE": 0xdbff, "MIN_LOW_SURROGATE": 0xdc00, "MAX_LOW_SURROGATE": 0xdfff,
		"MIN_SURROGATE": 0xd800, "MAX_SURROGATE": 0xdfff,
	} {
		k.constant(name, l.char, func() value { return char(n) })
	}
	for name, n := range map[string]int{
		"MIN_CODE_POINT": 0, "MAX_CODE_POINT": 0x10ffff, "MIN_SUPPLEMENTARY_CODE_POINT": 0x10000, "MIN_RADIX": 2, "MAX_RADIX": 36,
	} {
		k.constant(name, l.int, func() value { return count(n) })
	}
	m := func(sig string, f func(c *Context, a []value) value) {
		k.method(l, "static "+sig, func(c *Context, _ value, a []value) value { return f(c, a) })
	}
	is := func(name string, f func(r rune) bool) {
		m("boolean "+name+"(int)", func(_ *Context, a []value) value { return boolean(f(rune(a[0].int()))) })
	}
	is("isBmpCodePoint", func(r rune) bool { return r >= 0 && r < 0x10000 })
	is("isSupplementaryCodePoint", func(r rune) bool { return r >= 0x10000 && r <= 0x10ffff })
	is("isValidCodePoint", func(r rune) bool { return r >= 0 && r <= 0x10ffff })
	is("isDefined", func(r rune) bool { return charType(r) != 0 })
	m("int getType(int)", func(_ *Context, a []value) value { return count(charType(rune(a[0].int()))) })
	m("boolean isHighSurrogate(char)", func(_ *Context, a []value) value { return boolean(a[0].int()&0xfc00 == 0xd800) })
	m("boolean isSurrogatePair(char,char)", func(_ *Context, a []value) value {
		return boolean(a[0].int()&0xfc00 == 0xd800 && a[1].int()&0xfc00 == 0xdc00)
	})
	m("int charCount(int)", func(_ *Context, a []value) value { return count(1 + b2i(a[0].int() >= 0x10000)) })
	m("int toCodePoint(char,char)", func(_ *Context, a []value) value {
		return integer(int32(a[0].int()<<10 + a[1].int() + 0x10000 - 0xd800<<10 - 0xdc00))
	})
	m("char highSurrogate(int)", func(_ *Context, a []value) value { return char(uint16(a[0].int()>>10 + 0xd800 - 0x10000>>10)) })
	m("char lowSurrogate(int)", func(_ *Context, a []value) value { return char(uint16(a[0].int()&0x3ff | 0xdc00)) })
	m("char reverseBytes(char)", func(_ *Context, a []value) value { return char(bits.ReverseBytes16(uint16(a[0].int()))) })
	m("char toTitleCase(char)", func(_ *Context, a []value) value { return char(uint16(unicode.ToTitle(rune(a[0].int())))) })
	m("char[] toChars(int)", func(c *Context, a []value) value {
		r := a[0].int()
		if r < 0 || r > 0x10ffff {
			c.throw("java.lang.IllegalArgumentException", "Not a valid Unicode code point: 0x%X", uint32(r))
		}
		out := c.newArray(l.array(l.char), 2)
		if r >= 0x10000 {
			c.push(out, char(uint16(r>>10+0xd800-0x10000>>10)))
			r = r&0x3ff | 0xdc00
		}
		c.push(out, char(uint16(r)))
		return out
	})
	m("int codePointAt(CharSequence,int)", func(c *Context, a []value) value { return count(c.codePointAt(c.arg(a[0]), a[1].int())) })
	m("int codePointBefore(CharSequence,int)", func(c *Context, a []value) value { return count(c.codePointBefore(c.arg(a[0]), a[1].int())) })
	m("int codePointCount(CharSequence,int,int)", func(c *Context, a []value) value {
		s := c.arg(a[0])
		if n := int64(utf16Len(s)); a[1].int() < 0 || a[2].int() > n || a[1].int() > a[2].int() {
			c.throwBare("java.lang.IndexOutOfBoundsException")
		}
		return count(codePoints(textPart(s, int(a[1].int()), int(a[2].int()))))
	})
	m("int offsetByCodePoints(CharSequence,int,int)", func(c *Context, a []value) value {
		return count(c.byCodePoints(c.arg(a[0]), a[1].int(), a[2].int()))
	})
}

func codePoints(s []byte) int {
	n := 0
	for len(s) > 0 {
		_, size := decode(s)
		s, n = s[size:], n+1
	}
	return n
}

func (c *Context) codePointAt(s []byte, i int64) int {
	n := utf16Len(s)
	if i < 0 || i >= int64(n) {
		c.throw("java.lang.StringIndexOutOfBoundsException", "Index %d out of bounds for length %d", i, n)
	}
	at, half := byteIndex(s, int(i))
	if half {
		return int(utf16At(s, int(i)))
	}
	r, _ := decode(s[at:])
	return int(r)
}

func (c *Context) codePointBefore(s []byte, i int64) int {
	if n := utf16Len(s); i < 1 || i > int64(n) {
		c.throw("java.lang.StringIndexOutOfBoundsException", "String index out of range: %d", i)
	}
	low := int(utf16At(s, int(i-1)))
	if low&0xfc00 == 0xdc00 && i > 1 {
		if high := int(utf16At(s, int(i-2))); high&0xfc00 == 0xd800 {
			return high<<10 + low + 0x10000 - 0xd800<<10 - 0xdc00
		}
	}
	return low
}

// byCodePoints is the place n code points behind unit i, or before it.
func (c *Context) byCodePoints(s []byte, i, n int64) int {
	units := int64(utf16Len(s))
	if i < 0 || i > units {
		c.throwBare("java.lang.IndexOutOfBoundsException")
	}
	for ; n != 0; n -= int64(sign64(n)) {
		c.loop()
		switch {
		case n > 0 && i < units:
			i += int64(1 + b2i(c.codePointAt(s, i) >= 0x10000))
		case n < 0 && i > 0:
			i -= int64(1 + b2i(c.codePointBefore(s, i) >= 0x10000))
		default:
			c.throwBare("java.lang.IndexOutOfBoundsException")
		}
	}
	return int(i)
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
