package painless

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// parseDecimal is new BigDecimal(String).
func (c *Context) parseDecimal(s string) *decimal {
	bad := func(format string, args ...any) { c.throw("java.lang.NumberFormatException", format, args...) }
	outside := func(n int) {
		c.throw("java.lang.ArrayIndexOutOfBoundsException", "Index %d out of bounds for length %d", n, len(s))
	}
	i, point := 0, -1
	if s == "" {
		outside(0)
	}
	if s[0] == '-' || s[0] == '+' {
		i++
	}
	sign := strings.TrimPrefix(s[:i], "+")
	var whole []byte
	exp := int64(0)
	for ; i < len(s); i++ {
		switch b := s[i]; {
		case isDigit(b):
			whole = append(whole, b)
		case b == '.' && point >= 0:
			bad("Character array contains more than one decimal point.")
		case b == '.':
			point = len(whole)
		case b|0x20 == 'e':
			exp = c.parseExponent(s, i+1, outside)
			i = len(s)
		default:
			r, _ := decode([]byte(s[i:]))
			bad("Character %s is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.", string(r))
		}
	}
	if len(whole) == 0 {
		bad("No digits found.")
	}
	if len(whole)*333/100 > maxBits {
		c.tooManyBits()
	}
	n, _ := new(big.Int).SetString(sign+string(whole), 10)
	scale := -exp
	if point >= 0 {
		scale += int64(len(whole) - point)
	}
	if scale > math.MaxInt32 || scale < math.MinInt32 {
		bad("Scale out of range.")
	}
	return c.newDecimal(n, scale)
}

func (c *Context) parseExponent(s string, i int, outside func(int)) int64 {
	if i == len(s) {
		outside(i)
	}
	negative := s[i] == '-'
	if negative || s[i] == '+' {
		i++
	}
	if i == len(s) {
		outside(i)
	}
	rest := s[i:]
	for len(rest) > 10 && rest[0] == '0' {
		rest = rest[1:]
	}
	if len(rest) > 10 {
		c.throw("java.lang.NumberFormatException", "Too many nonzero exponent digits.")
	}
	n := int64(0)
	for j := range len(rest) {
		if !isDigit(rest[j]) {
			c.throw("java.lang.NumberFormatException", "Not a digit.")
		}
		n = 10*n + int64(rest[j]-'0')
	}
	if n > math.MaxInt32 {
		c.throw("java.lang.NumberFormatException", "Exponent overflow.")
	}
	if negative {
		return -n
	}
	return n
}

// appendText is toString: scientific where the exponent asks for it.
func (d *decimal) appendText(_ *Context, dst []byte) []byte { return d.append(dst, 1) }

// append writes the number with an exponent that is a multiple of step, or plainly where it needs none.
func (d *decimal) append(dst []byte, step int64) []byte {
	text := new(big.Int).Abs(d.n).Append(nil, 10)
	if d.n.Sign() < 0 {
		dst = append(dst, '-')
	}
	adjusted := int64(len(text)) - 1 - int64(d.scale)
	if d.scale == 0 {
		return append(dst, text...)
	}
	if d.scale > 0 && adjusted >= -6 {
		return appendPoint(dst, text, int(d.scale))
	}
	if step > 1 {
		return d.appendEngineering(dst, text, adjusted)
	}
	dst = append(dst, text[0])
	if len(text) > 1 {
		dst = append(append(dst, '.'), text[1:]...)
	}
	return appendExponent(dst, adjusted)
}

func appendExponent(dst []byte, n int64) []byte {
	if n == 0 {
		return dst
	}
	dst = append(dst, 'E')
	if n > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, n, 10)
}

// appendPoint writes digits with the last of them behind a point.
func appendPoint(dst, text []byte, scale int) []byte {
	if at := len(text) - scale; at > 0 {
		return append(append(append(dst, text[:at]...), '.'), text[at:]...)
	}
	dst = append(dst, "0."...)
	for range scale - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

func (d *decimal) appendEngineering(dst, text []byte, adjusted int64) []byte {
	front := (adjusted%3+3)%3 + 1
	exp := adjusted - front + 1
	switch {
	case d.n.Sign() == 0:
		switch front {
		case 1:
			dst = append(dst, '0')
		case 2:
			dst, exp = append(dst, "0.00"...), exp+3
		case 3:
			dst, exp = append(dst, "0.0"...), exp+3
		}
	case int64(len(text)) <= front:
		dst = append(dst, text...)
		for range front - int64(len(text)) {
			dst = append(dst, '0')
		}
	default:
		dst = append(append(append(dst, text[:front]...), '.'), text[front:]...)
	}
	return appendExponent(dst, exp)
}

// appendPlain is toPlainString.
func (c *Context) appendPlain(dst []byte, d *decimal) []byte {
	if d.scale > 0 {
		c.reserve(int(d.scale))
		text := new(big.Int).Abs(d.n).Append(nil, 10)
		if d.n.Sign() < 0 {
			dst = append(dst, '-')
		}
		return appendPoint(dst, text, int(d.scale))
	}
	if d.n.Sign() == 0 {
		return append(dst, '0')
	}
	c.reserve(-int(d.scale))
	dst = d.n.Append(dst, 10)
	for range -int64(d.scale) {
		dst = append(dst, '0')
	}
	return dst
}

// float is doubleValue: of the text, as it would be read.
func (d *decimal) float() float64 {
	f, _ := strconv.ParseFloat(string(d.append(nil, 1)), 64)
	return f
}

// number is a Number that is no box, as operators on defs take it: as the type of the other side, at least an int.
func (c *Context) number(x value, t *class) value {
	if x.v.Kind() != event.BigInt && !isDecimal(x) {
		return x
	}
	switch l := classes(); t {
	case l.double, l.float:
		return double(c.asFloat(x))
	case l.long:
		return long(c.asLong(x))
	}
	return integer(int32(c.narrow(x)))
}

func isDecimal(x value) bool {
	_, ok := x.ref.(*decimal)
	return ok
}

// whole is toBigInteger.
func (c *Context) whole(d *decimal) *big.Int { return c.rescale(d, 0, toDown).n }
