package painless

import (
	"strings"

	"github.com/millrace/millrace/event"
)

// hexFormat is a HexFormat.
type hexFormat struct {
	delimiter, prefix, suffix string
	upper                     bool
}

func (*hexFormat) classOf(event.Value) *class { return classes().types["HexFormat"] }

func declareHex(l *lib, k *class) {
	k.method(l, "static HexFormat of()", func(*Context, value, []value) value { return object(&hexFormat{}) })
	k.method(l, "static HexFormat ofDelimiter(String)", func(c *Context, _ value, a []value) value {
		return object(&hexFormat{delimiter: string(c.arg(a[0]))})
	})
	m := func(sig string, f func(c *Context, h hexFormat, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, *x.ref.(*hexFormat), a) })
	}
	for name, part := range map[string]func(*hexFormat) *string{
		"Delimiter": func(h *hexFormat) *string { return &h.delimiter }, "Prefix": func(h *hexFormat) *string { return &h.prefix },
		"Suffix": func(h *hexFormat) *string { return &h.suffix },
	} {
		m("String "+strings.ToLower(name)+"()", func(c *Context, h hexFormat, _ []value) value { return c.textString(*part(&h)) })
		m("HexFormat with"+name+"(String)", func(c *Context, h hexFormat, a []value) value {
			*part(&h) = string(c.arg(a[0]))
			return object(&h)
		})
	}
	m("boolean isUpperCase()", func(_ *Context, h hexFormat, _ []value) value { return boolean(h.upper) })
	m("HexFormat withUpperCase()", func(_ *Context, h hexFormat, _ []value) value { h.upper = true; return object(&h) })
	m("HexFormat withLowerCase()", func(_ *Context, h hexFormat, _ []value) value { h.upper = false; return object(&h) })
	format := func(c *Context, h hexFormat, a []value) value {
		b := c.bytesOf(a[0])
		if len(a) > 1 {
			from, to := c.checkRange(a[1].int(), a[2].int(), len(b))
			b = b[from:to]
		}
		digits := "0123456789abcdef"
		if h.upper {
			digits = "0123456789ABCDEF"
		}
		var out []byte
		for i, x := range b {
			if i > 0 {
				out = append(out, h.delimiter...)
			}
			out = append(append(append(out, h.prefix...), digits[x>>4], digits[x&15]), h.suffix...)
			c.reserve(len(out))
		}
		return c.textValue(out)
	}
	m("String formatHex(byte[])", format)
	m("String formatHex(byte[],int,int)", format)
	parse := func(c *Context, h hexFormat, a []value) value {
		s := string(c.arg(a[0]))
		if len(a) > 1 {
			from, to := c.checkRange(a[1].int(), a[2].int(), len(s))
			s = s[from:to]
		}
		return c.bytesArray(c.parseHex(h, s))
	}
	m("byte[] parseHex(CharSequence)", parse)
	m("byte[] parseHex(CharSequence,int,int)", parse)
}

func (c *Context) parseHex(h hexFormat, s string) []byte {
	if s == "" {
		return nil
	}
	stride := len(h.prefix) + 2 + len(h.suffix) + len(h.delimiter)
	if (len(s)+len(h.delimiter))%stride != 0 {
		if stride == 2 {
			c.throw("java.lang.IllegalArgumentException", "string length not even: %d", len(s))
		}
		c.throw("java.lang.IllegalArgumentException", "extra or missing delimiters or values consisting of prefix, two hexadecimal digits, and suffix")
	}
	var out []byte
	expect := func(at int, what string) {
		if s[at:at+len(what)] != what {
			c.throw("java.lang.IllegalArgumentException", "found: \"%s\", expected: \"%s\", index: %d ch: %d", s[at:at+len(what)], what, at, s[at])
		}
	}
	for at := 0; at < len(s); at += stride {
		if at > 0 {
			expect(at-len(h.delimiter), h.delimiter)
		}
		expect(at, h.prefix)
		n := 0
		for _, b := range []byte(s[at+len(h.prefix) : at+len(h.prefix)+2]) {
			d := digitOf(rune(b), 16)
			if d < 0 || b >= 0x80 {
				c.throw("java.lang.NumberFormatException", "not a hexadecimal digit: \"%c\" = %d", b, b)
			}
			n = n<<4 | d
		}
		out = append(out, byte(n))
		expect(at+len(h.prefix)+2, h.suffix)
	}
	return out
}
