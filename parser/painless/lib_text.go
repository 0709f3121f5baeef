package painless

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javatext"
)

// trimmed is what String.trim cuts off.
const trimmed = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "

// stringBuilder is a StringBuilder or StringBuffer.
type stringBuilder struct {
	b      []byte
	buffer bool
}

func (s *stringBuilder) classOf(event.Value) *class {
	if s.buffer {
		return classes().types["StringBuffer"]
	}
	return classes().types["StringBuilder"]
}

func (s *stringBuilder) appendText(_ *Context, dst []byte) []byte { return append(dst, s.b...) }

func declareText(l *lib) {
	declareLocale(l, l.class("java.util.Locale"))
	l.class("java.lang.Iterable")
	seq := l.types["CharSequence"]
	seq.method(l, "int length()", func(c *Context, s value, _ []value) value { return count(utf16Len(c.str(s))) })
	seq.method(l, "char charAt(int)", func(c *Context, s value, a []value) value {
		b, i := c.str(s), a[0].int()
		if isASCII(b) {
			c.charIndex(b, i, len(b))
			return char(uint16(b[i]))
		}
		c.charIndex(b, i, utf16Len(b))
		return char(utf16At(b, int(i)))
	})
	seq.method(l, "CharSequence subSequence(int,int)", substringMethod)
	l.class("java.util.stream.IntStream")
	seq.method(l, "IntStream chars()", func(c *Context, x value, _ []value) value {
		b := c.str(x)
		out := &stream{prim: l.int}
		for i := range utf16Len(b) {
			c.loop()
			c.charge(32)
			out.items = append(out.items, count(int(unitAt(b, i))))
		}
		return object(out)
	})
	declareString(l, l.string)
	declareBuilder(l, l.class("java.lang.StringBuilder", "CharSequence", "Comparable"))
	declareTokenizer(l)
}

func substringMethod(c *Context, s value, a []value) value {
	n := utf16Len(c.str(s))
	from, to := int(a[0].int()), n
	if len(a) > 1 {
		to = int(a[1].int())
	}
	if from < 0 || to > n || from > to {
		c.throw("java.lang.StringIndexOutOfBoundsException", "begin %d, end %d, length %d", from, to, n)
	}
	return c.substring(s, from, to)
}

// unitIndex turns a byte offset into one of UTF-16 units; -1 stays.
func unitIndex(s []byte, at int) int {
	if at <= 0 {
		return at
	}
	return utf16Len(s[:at])
}

// indexFrom is String.indexOf(String, int).
func indexFrom(s, of []byte, from int) int {
	at, _ := byteIndex(s, max(from, 0))
	i := bytes.Index(s[at:], of)
	if i < 0 {
		return -1
	}
	return unitIndex(s, at+i)
}

// lastIndexFrom is String.lastIndexOf(String, int).
func lastIndexFrom(s, of []byte, from int) int {
	if from < 0 {
		return -1
	}
	at, _ := byteIndex(s, from)
	return unitIndex(s, bytes.LastIndex(s[:min(len(s), at+len(of))], of))
}

func declareString(l *lib, k *class) {
	m := func(sig string, f func(c *Context, s []byte, this value, a []value) value) {
		k.method(l, sig, func(c *Context, this value, a []value) value { return f(c, textOf(c, this), this, a) })
	}
	k.method(l, "new()", func(c *Context, _ value, _ []value) value { return c.textString("") })
	m("boolean isEmpty()", func(_ *Context, s []byte, _ value, _ []value) value { return boolean(len(s) == 0) })
	m("boolean contains(CharSequence)", func(c *Context, s []byte, _ value, a []value) value {
		return boolean(bytes.Contains(s, c.needed(a[0], charSequence+"toString()", "s")))
	})
	m("boolean contentEquals(CharSequence)", func(c *Context, s []byte, _ value, a []value) value {
		return boolean(bytes.Equal(s, c.needed(a[0], charSequence+"length()", "cs")))
	})
	m("boolean endsWith(String)", func(c *Context, s []byte, _ value, a []value) value {
		return boolean(bytes.HasSuffix(s, c.needed(a[0], "String.length()", "suffix")))
	})
	m("boolean startsWith(String)", func(c *Context, s []byte, _ value, a []value) value {
		return boolean(bytes.HasPrefix(s, c.needed(a[0], "String.length()", "prefix")))
	})
	m("boolean startsWith(String,int)", func(c *Context, s []byte, _ value, a []value) value {
		prefix, from, n := c.needed(a[0], "String.length()", "prefix"), int(a[1].int()), utf16Len(s)
		if from < 0 || from > n {
			return boolean(false)
		}
		at, _ := byteIndex(s, from)
		return boolean(bytes.HasPrefix(s[at:], prefix))
	})
	m("boolean equalsIgnoreCase(String)", func(c *Context, s []byte, _ value, a []value) value {
		return boolean(!a[0].isNull() && equalFold(s, textOf(c, a[0])))
	})
	m("int compareTo(String)", func(c *Context, s []byte, _ value, a []value) value {
		return count(CompareText(s, c.named(a[0], "anotherString")))
	})
	m("int compareToIgnoreCase(String)", func(c *Context, s []byte, _ value, a []value) value {
		return count(CompareText(foldCase(s), foldCase(c.named(a[0], "s2"))))
	})
	m("String concat(String)", func(c *Context, _ []byte, this value, a []value) value {
		c.needed(a[0], "String.isEmpty()", "str")
		return c.concat(this, a[0])
	})
	m("int indexOf(String)", func(c *Context, s []byte, _ value, a []value) value {
		return count(indexFrom(s, c.needed(a[0], "String.coder()", "str"), 0))
	})
	m("int indexOf(String,int)", func(c *Context, s []byte, _ value, a []value) value {
		return count(indexFrom(s, c.named(a[0], "tgtStr"), int(a[1].int())))
	})
	m("int lastIndexOf(String)", func(c *Context, s []byte, _ value, a []value) value {
		return count(unitIndex(s, bytes.LastIndex(s, c.named(a[0], "tgtStr"))))
	})
	m("int lastIndexOf(String,int)", func(c *Context, s []byte, _ value, a []value) value {
		return count(lastIndexFrom(s, c.named(a[0], "tgtStr"), int(a[1].int())))
	})
	m("String replace(CharSequence,CharSequence)", func(c *Context, s []byte, this value, a []value) value {
		old, with := c.needed(a[0], charSequence+"toString()", "target"), c.needed(a[1], charSequence+"toString()", "replacement")
		n := bytes.Count(s, old)
		if n == 0 {
			return this
		}
		if len(old) == 0 {
			n = len(s) + 1
		}
		c.reserve(len(s) + n*len(with))
		if len(old) == 0 && utf16Len(s) != utf8.RuneCount(s) { // between the halves of surrogate pairs too
			out := append([]byte(nil), with...)
			for i := range utf16Len(s) {
				out = append(appendUnit(out, utf16At(s, i)), with...)
			}
			return c.textValue(out)
		}
		return c.textValue(bytes.ReplaceAll(s, old, with))
	})
	k.method(l, "String substring(int)", substringMethod)
	k.method(l, "String substring(int,int)", substringMethod)
	m("String trim()", func(c *Context, s []byte, this value, _ []value) value {
		i, j := 0, len(s)
		for i < j && s[i] <= ' ' {
			i++
		}
		for j > i && s[j-1] <= ' ' {
			j--
		}
		return c.sub(this, i, j)
	})
	declareCase(l, m)
	declareSplit(l, m)
	declareCodec(l, m)
	k.method(l, "static String join(CharSequence,Iterable)", func(c *Context, _ value, a []value) value { return c.join(c.arg(a[0]), a[1]) })
	k.method(l, "static String valueOf(def)", func(c *Context, _ value, a []value) value { return c.javaString(a[0]) })
	k.method(l, "static String copyValueOf(char[])", func(c *Context, _ value, a []value) value { return c.ofChars(a[0]) })
	k.method(l, "static String format(String,def[])", func(c *Context, _ value, a []value) value { return c.format(a[0], a[1]) })
	k.method(l, "static String format(Locale,String,def[])", func(c *Context, _ value, a []value) value { return c.format(a[1], a[2]) })
	k.method(l, "char[] toCharArray()", func(c *Context, this value, _ []value) value {
		s := textOf(c, this)
		out := c.newArray(l.array(l.char), len(s))
		for i := range utf16Len(s) {
			c.push(out, char(unitAt(s, i)))
		}
		return out
	})
}

// unitAt is utf16At, quick for ASCII up to i.
func unitAt(s []byte, i int) uint16 {
	if i < len(s) && isASCII(s[:i+1]) {
		return uint16(s[i])
	}
	return utf16At(s, i)
}

// arg is the text of a CharSequence that must not be null.
func (c *Context) arg(x value) []byte { return c.needed(x, charSequence+"toString()", "an argument") }

// needed is arg for those of which Java's text says what is called of them there, and the name that they have.
func (c *Context) needed(x value, method, name string) []byte {
	if x.isNull() {
		c.nullPointer(-1, `Cannot invoke "%s" because "%s" is null`, method, name)
	}
	return c.str(x)
}

const charSequence = "java.lang.CharSequence."

// named is arg for those of which Java's text says the name that they have there.
func (c *Context) named(x value, name string) []byte {
	if x.isNull() {
		c.nullPointer(-1, `Cannot read field "value" because "%s" is null`, name)
	}
	return c.str(x)
}

type textMethod func(sig string, f func(c *Context, s []byte, this value, a []value) value)

func declareSplit(l *lib, m textMethod) {
	split := func(c *Context, s []byte, this value, a []value) value {
		token, limit := textOf(c, a[0]), -1
		if len(a) > 1 {
			limit = int(a[1].int())
		}
		out := c.newArray(l.array(l.string), 4)
		if len(token) == 0 {
			c.push(out, this)
			return out
		}
		at, n := 0, 0
		for limit <= 0 || n < limit-1 {
			i := bytes.Index(s[at:], token)
			if i < 0 {
				break
			}
			c.loop()
			c.push(out, c.sub(this, at, at+i))
			at += i + len(token)
			n++
		}
		c.push(out, c.sub(this, at, len(s)))
		return out
	}
	m("String[] splitOnToken(String)", split)
	m("String[] splitOnToken(String,int)", split)
}

func declareCodec(_ *lib, m textMethod) {
	m("String encodeBase64()", func(c *Context, s []byte, _ value, _ []value) value {
		return c.textString(base64.StdEncoding.EncodeToString(javaBytes(s)))
	})
	m("String decodeBase64()", func(c *Context, s []byte, _ value, _ []value) value {
		out, err := decodeBase64(base64.StdEncoding, base64.RawStdEncoding, s)
		if err != nil {
			c.throw("java.lang.IllegalArgumentException", "Input byte array has wrong 4-byte ending unit")
		}
		return c.textValue(javatext.AppendUTF8(nil, out))
	})
	sum := func(name string, f func([]byte) []byte) {
		m("String "+name+"()", func(c *Context, s []byte, _ value, _ []value) value {
			return c.textString(hex.EncodeToString(f(javaBytes(s))))
		})
	}
	sum("sha1", func(b []byte) []byte { s := sha1.Sum(b); return s[:] })
	sum("sha256", func(b []byte) []byte { s := sha256.Sum256(b); return s[:] })
	sum("sha512", func(b []byte) []byte { s := sha512.Sum512(b); return s[:] })
	m("int codePointAt(int)", func(c *Context, s []byte, _ value, a []value) value {
		if n := utf16Len(s); a[0].int() < 0 || int(a[0].int()) >= n {
			c.throw("java.lang.StringIndexOutOfBoundsException", "index %d, length %d", a[0].int(), n)
		}
		at, half := byteIndex(s, int(a[0].int()))
		if half {
			return count(int(utf16At(s, int(a[0].int()))))
		}
		r, _ := decode(s[at:])
		return count(int(r))
	})
	m("int codePointCount(int,int)", func(c *Context, s []byte, this value, a []value) value {
		b, n := textOf(c, substringMethod(c, this, a)), 0
		for len(b) > 0 {
			_, size := decode(b)
			b, n = b[size:], n+1
		}
		return count(n)
	})
}

// decodeBase64 reads base64 with or without padding, as Java's decoder does.
func decodeBase64(padded, raw *base64.Encoding, s []byte) ([]byte, error) {
	if bytes.IndexByte(s, '=') >= 0 {
		return padded.DecodeString(string(s))
	}
	return raw.DecodeString(string(s))
}

// join is String.join.
func (c *Context) join(by []byte, items value) value {
	var out []byte
	for i, v := range c.all(items) {
		if i > 0 {
			out = append(out, by...)
		}
		out = c.appendText(out, v)
		c.reserve(len(out))
	}
	return c.textValue(out)
}

func (c *Context) ofChars(x value) value {
	var out []byte
	for _, v := range c.all(x) {
		out = joinAppend(out, len(out), func(b []byte) []byte { return appendUnit(b, uint16(v.int())) })
	}
	return c.textValue(out)
}

// javaBytes is String.getBytes in UTF-8, where a half of a surrogate pair is a question mark.
func javaBytes(s []byte) []byte {
	if utf8.Valid(s) {
		return s
	}
	var out []byte
	for len(s) > 0 {
		r, size := decode(s)
		if r >= 0xd800 && r < 0xe000 {
			r = '?'
		}
		out, s = utf8.AppendRune(out, r), s[size:]
	}
	return out
}
