package painless

import (
	"unicode"
)

// digitOf is Character.digit: the value of a digit in the radix, -1 when it is none.
func digitOf(r rune, radix int) int {
	d := -1
	switch {
	case r >= '0' && r <= '9':
		d = int(r - '0')
	case r >= 'a' && r <= 'z':
		d = int(r-'a') + 10
	case r >= 'A' && r <= 'Z':
		d = int(r-'A') + 10
	case r >= 0xff21 && r <= 0xff3a:
		d = int(r-0xff21) + 10
	case r >= 0xff41 && r <= 0xff5a:
		d = int(r-0xff41) + 10
	case r > 0x7f && unicode.Is(unicode.Nd, r):
		zero := r
		for unicode.Is(unicode.Nd, zero-1) && r-zero < 9 {
			zero--
		}
		d = int(r - zero)
	}
	if d >= radix {
		return -1
	}
	return d
}

// isJavaSpace is Character.isWhitespace.
func isJavaSpace(r rune) bool {
	switch {
	case r >= '\t' && r <= '\r', r >= 0x1c && r <= 0x1f:
		return true
	case r == 0xa0 || r == 0x2007 || r == 0x202f:
		return false
	}
	return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

func declareCharacter(l *lib) {
	k := l.char.box
	for name, is := range map[string]func(rune) bool{
		"isDigit": func(r rune) bool { return unicode.Is(unicode.Nd, r) }, "isLetter": unicode.IsLetter, "isWhitespace": isJavaSpace,
		"isLetterOrDigit": func(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Nd, r) },
		"isUpperCase":     func(r rune) bool { return unicode.In(r, unicode.Lu, unicode.Other_Uppercase) },
		"isLowerCase":     func(r rune) bool { return unicode.In(r, unicode.Ll, unicode.Other_Lowercase) },
		"isTitleCase":     func(r rune) bool { return unicode.Is(unicode.Lt, r) },
		"isAlphabetic":    func(r rune) bool { return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_Alphabetic) },
		"isSpaceChar":     func(r rune) bool { return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp) },
		"isISOControl":    func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 },
		"isIdeographic":   func(r rune) bool { return unicode.Is(unicode.Ideographic, r) },
	} {
		k.method(l, "static boolean "+name+"(int)", func(_ *Context, _ value, a []value) value { return boolean(is(rune(a[0].int()))) })
	}
	k.constant("MIN_VALUE", l.char, func() value { return char(0) })
	k.constant("MAX_VALUE", l.char, func() value { return char(0xffff) })
	k.method(l, "static int digit(int,int)", func(_ *Context, _ value, a []value) value {
		return count(digitOf(rune(a[0].int()), int(a[1].int())))
	})
	k.method(l, "static int getNumericValue(int)", func(_ *Context, _ value, a []value) value { return count(digitOf(rune(a[0].int()), 36)) })
	k.method(l, "static char forDigit(int,int)", func(_ *Context, _ value, a []value) value {
		d, r := a[0].int(), a[1].int()
		if d < 0 || d >= r || r < 2 || r > 36 {
			return char(0)
		}
		return char(uint16("0123456789abcdefghijklmnopqrstuvwxyz"[d]))
	})
	k.method(l, "static char toLowerCase(char)", func(_ *Context, _ value, a []value) value { return char(uint16(unicode.ToLower(rune(a[0].int())))) })
	k.method(l, "static char toUpperCase(char)", func(_ *Context, _ value, a []value) value { return char(uint16(unicode.ToUpper(rune(a[0].int())))) })
	k.method(l, "static String toString(char)", func(c *Context, _ value, a []value) value { return c.javaString(a[0]) })
	k.method(l, "static Character valueOf(char)", func(_ *Context, _ value, a []value) value { return a[0] })
	k.method(l, "static int compare(char,char)", func(_ *Context, _ value, a []value) value { return integer(int32(a[0].int() - a[1].int())) })
	k.method(l, "static int hashCode(char)", func(_ *Context, _ value, a []value) value { return integer(int32(a[0].int())) })
	k.method(l, "static boolean isSurrogate(char)", func(_ *Context, _ value, a []value) value { return boolean(a[0].int()&0xf800 == 0xd800) })
	k.method(l, "char charValue()", func(_ *Context, x value, _ []value) value { return x })
}

// charIndex checks an index of a string of n units. Java's words depend on how it holds the string.
func (c *Context) charIndex(s []byte, i int64, n int) {
	if i >= 0 && int(i) < n {
		return
	}
	if isLatin1(s) {
		c.throw("java.lang.StringIndexOutOfBoundsException", "String index out of range: %d", i)
	}
	c.throw("java.lang.StringIndexOutOfBoundsException", "index %d, length %d", i, n)
}

func isLatin1(s []byte) bool {
	for _, b := range s {
		if b > 0xc3 { // the first byte of U+0100 and up
			return false
		}
	}
	return true
}
