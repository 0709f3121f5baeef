package painless

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

func badNumber(s []byte, r int) *exception {
	under := ""
	if r != 10 {
		under = " under radix " + strconv.Itoa(r)
	}
	return notANumber(`For input string: "` + string(s) + `"` + under)
}

func notANumber(message string) *exception {
	return newException("java.lang.NumberFormatException", message)
}

// parseWhole is Integer.parseInt and its like.
func (c *Context) parseWhole(x value, r, size int) int64 {
	n, exc := c.tryWhole(x, r, size)
	if exc != nil {
		panic(thrown{exc})
	}
	return n
}

// tryWhole is parseWhole that gives what it throws. The digits may be of any script.
func (c *Context) tryWhole(x value, r, size int) (int64, *exception) {
	if x.isNull() {
		return 0, notANumber("Cannot parse null string")
	}
	s := textOf(c, x)
	if size < 32 {
		n, exc := c.tryWhole(x, r, 32)
		if exc == nil && n != n<<(64-size)>>(64-size) {
			exc = notANumber(`Value out of range. Value:"` + string(s) + `" Radix:` + strconv.Itoa(r))
		}
		return n, exc
	}
	if r < 2 || r > 36 {
		return 0, notANumber("radix " + strconv.Itoa(r) + " out of range")
	}
	digits := s
	negative := len(s) > 0 && s[0] == '-'
	if negative || len(s) > 0 && s[0] == '+' {
		digits = s[1:]
	}
	n, ok := magnitude(digits, r)
	limit := uint64(1)<<(size-1) - 1
	if negative {
		limit++
	}
	if !ok || n > limit {
		return 0, badNumber(s, r)
	}
	if negative {
		return -int64(n), nil
	}
	return int64(n), nil
}

// magnitude reads digits, all of s.
func magnitude(s []byte, r int) (n uint64, ok bool) {
	i := 0
	for ; i < min(len(s), 18) && r == 10 && s[i]-'0' <= 9; i++ { // the commonest, which cannot overflow
		n = 10*n + uint64(s[i]-'0')
	}
	for i < len(s) {
		c, size := decode(s[i:])
		i += size
		d := digitOf(c, r)
		if d < 0 {
			return 0, false
		}
		hi, lo := bits.Mul64(n, uint64(r))
		if n = lo + uint64(d); hi != 0 || n < lo {
			return 0, false
		}
	}
	return n, len(s) > 0
}

func (c *Context) parseUnsigned(x value, r, size int) int64 {
	if x.isNull() {
		c.throw("java.lang.NumberFormatException", "Cannot parse null string")
	}
	s := textOf(c, x)
	if len(s) > 0 && s[0] == '-' {
		c.throw("java.lang.NumberFormatException", "%s", `Illegal leading minus sign on unsigned string `+string(s)+`.`)
	}
	digits := s
	if len(s) > 0 && s[0] == '+' {
		digits = s[1:]
	}
	n, ok := magnitude(digits, r)
	if ok && size == 32 && n > math.MaxUint32 {
		c.throw("java.lang.NumberFormatException", "%s", `String value `+string(s)+` exceeds range of unsigned int.`)
	}
	if !ok {
		panic(thrown{badNumber(s, r)})
	}
	return int64(n)
}

// decodeWhole is Integer.decode: decimal, 0x, # or octal.
func (c *Context) decodeWhole(x value, size int) int64 {
	if x.isNull() {
		c.nullPointer(-1, `Cannot invoke "String.isEmpty()" because "nm" is null`)
	}
	s := string(textOf(c, x))
	if s == "" {
		c.throw("java.lang.NumberFormatException", "Zero length string")
	}
	sign, rest := "", s
	if s[0] == '-' || s[0] == '+' {
		sign, rest = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	r := 10
	switch {
	case strings.HasPrefix(rest, "0x") || strings.HasPrefix(rest, "0X"):
		r, rest = 16, rest[2:]
	case strings.HasPrefix(rest, "#"):
		r, rest = 16, rest[1:]
	case strings.HasPrefix(rest, "0") && len(rest) > 1:
		r, rest = 8, rest[1:]
	}
	if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		c.throw("java.lang.NumberFormatException", "Sign character in wrong position")
	}
	return c.parseWhole(c.textString(sign+rest), r, size)
}

// parseFraction is Double.parseDouble.
func (c *Context) parseFraction(x value, size int) float64 {
	if x.isNull() {
		c.nullPointer(-1, `Cannot invoke "String.trim()" because "in" is null`)
	}
	whole := textOf(c, x)
	s := strings.Trim(string(whole), trimmed)
	body := strings.TrimLeft(s, "+-")
	named := body == "NaN" || body == "Infinity"
	if !named && len(s)-len(body) <= 1 && !strings.ContainsAny(body, "xX_") {
		if n := len(body); n > 1 && strings.IndexByte("fFdD", body[n-1]) >= 0 {
			s = s[:len(s)-1]
			body = body[:n-1]
		}
	}
	if named && len(s)-len(body) <= 1 || body != "" && !strings.ContainsAny(body, "_iInN") {
		if f, err := strconv.ParseFloat(s, size); err == nil || f != 0 || strings.Trim(body, "0.") == "" {
			if numErr, ok := err.(*strconv.NumError); !ok || numErr.Err == strconv.ErrRange {
				return f
			}
		}
	}
	c.throw("java.lang.NumberFormatException", "%s", NotFraction(string(whole)))
	return 0
}

// NotFraction is what Java says of a text that is no decimal fraction.
func NotFraction(text string) string {
	text = strings.Trim(text, trimmed)
	if text == "" {
		return "empty String"
	}
	digits := text
	if text[0] == '+' || text[0] == '-' {
		digits = text[1:]
	}
	other := strings.TrimLeft(digits, "0123456789.")
	if strings.Count(digits[:len(digits)-len(other)], ".") > 1 {
		return "multiple points"
	}
	return `For input string: "` + text + `"`
}
