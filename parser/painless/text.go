package painless

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
)

// textOf is the text of a String, BigInteger or byte[]. It may be read until the event is reset.
func textOf(c *Context, x value) []byte {
	if a, ok := x.ref.(*arena); ok {
		return a.ev.Bytes(x.v)
	}
	return c.Event.Bytes(x.v)
}

// str is the text of a CharSequence that is not null.
func (c *Context) str(x value) []byte {
	if sb, ok := x.ref.(*stringBuilder); ok {
		return sb.b
	}
	return textOf(c, x)
}

// text makes a string.
func (c *Context) textValue(b []byte) value {
	c.reserve(len(b))
	return value{v: c.Event.String(b)}
}

func (c *Context) textString(s string) value {
	c.reserve(len(s))
	return value{v: c.Event.Text(s)}
}

// text1 is the string of one UTF-16 unit.
func (c *Context) text1(u uint16) value {
	var b [3]byte
	return c.textValue(appendUnit(b[:0], u))
}

// sub is bytes i to j of the string x, without a copy.
func (c *Context) sub(x value, i, j int) value {
	if a, ok := x.ref.(*arena); ok {
		return value{a.ev.Sub(x.v, i, j), a}
	}
	if x.ref != nil {
		return c.textValue(c.str(x)[i:j])
	}
	return value{v: c.Event.Sub(x.v, i, j)}
}

// concat is + where one side is a string.
func (c *Context) concat(a, b value) value {
	buf := c.appendText(c.text[:0], a)
	buf = joinAppend(buf, len(buf), func(dst []byte) []byte { return c.appendText(dst, b) })
	c.text = buf[:0]
	return c.textValue(buf)
}

// Strings are held as UTF-8; half of a surrogate pair that stands alone is held as the three bytes that UTF-8
// would have for it (WTF-8), so that cutting a pair and joining it again gives the pair.

// joinAppend appends and joins a high surrogate before mark with a low one behind it.
func joinAppend(dst []byte, mark int, add func([]byte) []byte) []byte {
	dst = add(dst)
	if mark >= 3 && len(dst) >= mark+3 && dst[mark-3] == 0xed && dst[mark-2]&0xf0 == 0xa0 && dst[mark] == 0xed && dst[mark+1]&0xf0 == 0xb0 {
		high := rune(dst[mark-2]&0xf)<<6 | rune(dst[mark-1]&0x3f)
		low := rune(dst[mark+1]&0xf)<<6 | rune(dst[mark+2]&0x3f)
		rest := string(dst[mark+3:])
		dst = utf8.AppendRune(dst[:mark-3], 0x10000+high<<10+low)
		dst = append(dst, rest...)
	}
	return dst
}

func appendUnit(dst []byte, u uint16) []byte {
	if u < 0x80 {
		return append(dst, byte(u))
	}
	if u < 0x800 {
		return append(dst, 0xc0|byte(u>>6), 0x80|byte(u&0x3f))
	}
	return append(dst, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
}

// decode reads one code point (or lone surrogate) at the start of s; a byte that is not UTF-8 is one U+FFFD.
func decode(s []byte) (r rune, size int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	r, size = utf8.DecodeRune(s)
	if r == utf8.RuneError && size == 1 && len(s) >= 3 && s[0] == 0xed && s[1]&0xe0 == 0xa0 && s[2]&0xc0 == 0x80 {
		return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), 3
	}
	return r, size
}

func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// utf16Len is the length in UTF-16 units.
func utf16Len(s []byte) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		r, size := decode(s[i:])
		i += size
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

// byteIndex is the byte offset of UTF-16 unit n, which is at most the length. half tells that the unit is the
// second half of a pair, whose first byte the offset is.
func byteIndex(s []byte, n int) (at int, half bool) {
	i := 0
	for n > 0 && i < len(s) {
		if s[i] < utf8.RuneSelf {
			i++
			n--
			continue
		}
		r, size := decode(s[i:])
		if r >= 0x10000 {
			if n == 1 {
				return i, true
			}
			n--
		}
		i += size
		n--
	}
	return i, false
}

// utf16At is unit n.
func utf16At(s []byte, n int) uint16 {
	at, half := byteIndex(s, n)
	r, _ := decode(s[at:])
	if r < 0x10000 {
		return uint16(r)
	}
	r -= 0x10000
	if half {
		return uint16(0xdc00 + r&0x3ff)
	}
	return uint16(0xd800 + r>>10)
}

// substring is units i to j of x, which must be within it.
func (c *Context) substring(x value, i, j int) value {
	s := c.str(x)
	if isASCII(s) {
		return c.sub(x, i, j)
	}
	from, halfFrom := byteIndex(s, i)
	to, halfTo := byteIndex(s, j)
	if !halfFrom && !halfTo {
		return c.sub(x, from, to)
	}
	var out []byte
	for ; i < j; i++ {
		u := utf16At(s, i)
		out = joinAppend(out, len(out), func(b []byte) []byte { return appendUnit(b, u) })
		c.loop()
	}
	return c.textValue(out)
}

// appendText appends what String.valueOf gives.
func (c *Context) appendText(dst []byte, x value) []byte {
	if x.isNull() {
		return append(dst, "null"...)
	}
	switch r := x.ref.(type) {
	case nil, *arena:
	case *tag:
		switch r {
		case charTag:
			return appendUnit(dst, uint16(x.int()))
		case byteTag, shortTag:
			return strconv.AppendInt(dst, x.int(), 10)
		}
		return c.appendContainer(dst, x)
	case interface {
		appendText(*Context, []byte) []byte
	}:
		return r.appendText(c, dst)
	default:
		return append(dst, x.class().name...)
	}
	switch x.v.Kind() {
	case event.String, event.BigInt:
		return append(dst, textOf(c, x)...)
	case event.Bool:
		return strconv.AppendBool(dst, x.bool())
	case event.Int, event.Long:
		return strconv.AppendInt(dst, x.int(), 10)
	case event.Float:
		return AppendFloat(dst, x.v.Float(), 32)
	case event.Double:
		return AppendFloat(dst, x.v.Float(), 64)
	case event.Date:
		return dateOf(x).appendText(c, dst)
	case event.Bytes:
		return append(dst, "[B"...)
	}
	return c.appendContainer(dst, x)
}

// AppendFloat appends what Double.toString gives, or Float.toString for 32 bits.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-3 && abs < 1e7 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
		if !strings.Contains(string(dst[start:]), ".") {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	s := strconv.FormatFloat(f, 'E', -1, bits)
	switch s = strings.TrimPrefix(s, "-"); { // the smallest numbers have two digits
	case s == "5E-324" && bits == 64:
		s = "4.9E-324"
	case s == "1E-45" && bits == 32:
		s = "1.4E-45"
	}
	if math.Signbit(f) {
		dst = append(dst, '-')
	}
	mantissa, exp, _ := strings.Cut(s, "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exp)
	dst = append(dst, mantissa...)
	return strconv.AppendInt(append(dst, 'E'), int64(n), 10)
}

// javaString is x as String.valueOf gives it, as a value.
func (c *Context) javaString(x value) value {
	if x.isText() {
		return x
	}
	buf := c.appendText(c.text[:0], x)
	c.text = buf[:0]
	return c.textValue(buf)
}
