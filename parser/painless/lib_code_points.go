package painless

import (
	"math/bits"
	"unicode"
)

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
