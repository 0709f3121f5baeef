package painless

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
)

func declareBuilder(l *lib, k *class) {
	buffer := k.simple == "StringBuffer"
	k.method(l, "new()", func(*Context, value, []value) value { return object(&stringBuilder{buffer: buffer}) })
	k.method(l, "new(CharSequence)", func(c *Context, _ value, a []value) value {
		return object(&stringBuilder{append([]byte(nil), c.arg(a[0])...), buffer})
	})
	m := func(sig string, f func(c *Context, s *stringBuilder, this value, a []value) value) {
		if rest, ok := strings.CutPrefix(sig, "StringBuilder"); ok {
			sig = k.simple + rest
		}
		k.method(l, sig, func(c *Context, this value, a []value) value { return f(c, this.ref.(*stringBuilder), this, a) })
	}
	m("StringBuilder append(def)", func(c *Context, s *stringBuilder, this value, a []value) value {
		return s.add(c, this, func(b []byte) []byte {
			if k := a[0].class(); k != nil && k.elem == l.char {
				return append(b, textOf(c, c.ofChars(a[0]))...)
			}
			return c.appendText(b, a[0])
		})
	})
	m("StringBuilder append(CharSequence,int,int)", func(c *Context, s *stringBuilder, this value, a []value) value {
		part := substringMethod(c, a[0], a[1:])
		return s.add(c, this, func(b []byte) []byte { return c.appendText(b, part) })
	})
	m("StringBuilder appendCodePoint(int)", func(c *Context, s *stringBuilder, this value, a []value) value {
		return s.add(c, this, func(b []byte) []byte { return utf8.AppendRune(b, rune(a[0].int())) })
	})
	splice := func(c *Context, s *stringBuilder, this value, from, to int64, with []byte) value {
		n := int64(utf16Len(s.b))
		to = min(to, n)
		if from < 0 || from > n || from > to {
			c.throw("java.lang.StringIndexOutOfBoundsException", "start %d, end %d, length %d", from, to, n)
		}
		head, tail := textPart(s.b, 0, int(from)), textPart(s.b, int(to), int(n))
		return s.add(c, this, func([]byte) []byte { return append(append(head, with...), tail...) })
	}
	m("StringBuilder insert(int,def)", func(c *Context, s *stringBuilder, this value, a []value) value {
		if n := int64(utf16Len(s.b)); a[0].int() < 0 || a[0].int() > n {
			c.throw("java.lang.StringIndexOutOfBoundsException", "offset %d, length %d", a[0].int(), n)
		}
		return splice(c, s, this, a[0].int(), a[0].int(), c.appendText(nil, a[1]))
	})
	m("StringBuilder delete(int,int)", func(c *Context, s *stringBuilder, this value, a []value) value {
		return splice(c, s, this, a[0].int(), a[1].int(), nil)
	})
	m("StringBuilder deleteCharAt(int)", func(c *Context, s *stringBuilder, this value, a []value) value {
		s.index(c, a[0])
		return splice(c, s, this, a[0].int(), a[0].int()+1, nil)
	})
	m("StringBuilder replace(int,int,String)", func(c *Context, s *stringBuilder, this value, a []value) value {
		return splice(c, s, this, a[0].int(), a[1].int(), c.arg(a[2]))
	})
	m("char charAt(int)", func(c *Context, s *stringBuilder, _ value, a []value) value {
		return char(utf16At(s.b, s.index(c, a[0])))
	})
	part := func(c *Context, s *stringBuilder, _ value, a []value) value {
		from, n := a[0].int(), int64(utf16Len(s.b))
		to := n
		if len(a) > 1 {
			to = a[1].int()
		}
		if from < 0 || to > n || from > to {
			c.throw("java.lang.StringIndexOutOfBoundsException", "start %d, end %d, length %d", from, to, n)
		}
		return c.textValue(textPart(s.b, int(from), int(to)))
	}
	m("String substring(int)", part)
	m("String substring(int,int)", part)
	m("void setCharAt(int,char)", func(c *Context, s *stringBuilder, this value, a []value) value {
		s.index(c, a[0])
		return splice(c, s, this, a[0].int(), a[0].int()+1, appendUnit(nil, uint16(a[1].int())))
	})
	m("void setLength(int)", func(c *Context, s *stringBuilder, this value, a []value) value {
		n := int64(utf16Len(s.b))
		want := a[0].int()
		if want < 0 {
			c.throw("java.lang.StringIndexOutOfBoundsException", "String index out of range: %d", want)
		}
		if want > n {
			c.reserve(int(want))
			return s.add(c, this, func(b []byte) []byte { return append(b, make([]byte, want-n)...) })
		}
		return splice(c, s, this, a[0].int(), n, nil)
	})
	m("StringBuilder reverse()", func(_ *Context, s *stringBuilder, this value, _ []value) value {
		out := make([]byte, 0, len(s.b))
		for rest := s.b; len(rest) > 0; {
			_, size := utf8.DecodeLastRune(rest)
			out = append(out, rest[len(rest)-size:]...)
			rest = rest[:len(rest)-size]
		}
		s.b = out
		return this
	})
	m("int indexOf(String)", func(c *Context, s *stringBuilder, _ value, a []value) value {
		return count(indexFrom(s.b, c.arg(a[0]), 0))
	})
	m("int indexOf(String,int)", func(c *Context, s *stringBuilder, _ value, a []value) value {
		return count(indexFrom(s.b, c.arg(a[0]), int(a[1].int())))
	})
	m("int lastIndexOf(String)", func(c *Context, s *stringBuilder, _ value, a []value) value {
		return count(unitIndex(s.b, bytes.LastIndex(s.b, c.arg(a[0]))))
	})
}

// add appends and bounds what the builder may hold.
func (s *stringBuilder) add(c *Context, this value, f func([]byte) []byte) value {
	before := len(s.b)
	s.b = joinAppend(s.b, before, f)
	if grown := len(s.b) - before; grown > 0 {
		c.charge(grown)
	}
	return this
}

// tokenizer is a StringTokenizer.
type tokenizer struct {
	text   value
	delims []byte
	ascii  [2]uint64 // which of ASCII are delimiters
	at     int       // bytes that it has gone over
	keep   bool
}

func (*tokenizer) classOf(event.Value) *class { return classes().types["StringTokenizer"] }

// tokenizer makes one, which lives as long as the run. The first ones cost no allocation.
func (c *Context) tokenizer() *tokenizer {
	if c.tokenizers == len(c.tokenRoom) {
		return &tokenizer{}
	}
	c.tokenizers++
	return &c.tokenRoom[c.tokenizers-1]
}

func declareTokenizer(l *lib) {
	k := l.class("java.util.StringTokenizer", "java.util.Enumeration")
	make := func(c *Context, _ value, a []value) value {
		t := c.tokenizer()
		t.text, t.at = a[0], 0
		if s := c.arg(a[0]); !a[0].isText() {
			t.text = c.textValue(s)
		}
		if len(a) > 1 {
			t.cutAt(c.arg(a[1]))
		} else {
			t.cutAt([]byte(" \t\n\r\f"))
		}
		t.keep = len(a) > 2 && a[2].bool()
		return object(t)
	}
	k.method(l, "new(String)", make)
	k.method(l, "new(String,String)", make)
	k.method(l, "new(String,String,boolean)", make)
	more := func(c *Context, x value, _ []value) value {
		t := *x.ref.(*tokenizer)
		_, _, ok := t.token(textOf(c, t.text))
		return boolean(ok)
	}
	k.method(l, "boolean hasMoreTokens()", more)
	k.method(l, "int countTokens()", func(c *Context, x value, _ []value) value {
		t, n := *x.ref.(*tokenizer), 0
		s := textOf(c, t.text)
		for _, _, ok := t.token(s); ok; _, _, ok = t.token(s) {
			c.loop()
			n++
		}
		return count(n)
	})
	next := func(c *Context, x value, a []value) value {
		t := x.ref.(*tokenizer)
		if len(a) > 0 {
			t.cutAt(c.arg(a[0]))
		}
		i, j, ok := t.token(textOf(c, t.text))
		if !ok {
			c.throwBare("java.util.NoSuchElementException")
		}
		return c.sub(t.text, i, j)
	}
	k.method(l, "String nextToken()", next)
	k.method(l, "String nextToken(String)", next)
}

// cutAt sets the delimiters.
func (t *tokenizer) cutAt(delims []byte) {
	t.delims, t.ascii = delims, [2]uint64{}
	for _, b := range delims {
		if b < utf8.RuneSelf {
			t.ascii[b>>6] |= 1 << (b & 63)
		}
	}
}

// cuts tells whether a character of ASCII is a delimiter.
func (t *tokenizer) cuts(b byte) bool { return t.ascii[b>>6&1]>>(b&63)&1 != 0 }

// isDelim is about the character at a place of s.
func (t *tokenizer) isDelim(s []byte, at int) (yes bool, size int) {
	if b := s[at]; b < utf8.RuneSelf {
		return t.cuts(b), 1
	}
	r, size := decode(s[at:])
	return bytes.ContainsRune(t.delims, r), size
}

// token goes over the next token of s, the text.
func (t *tokenizer) token(s []byte) (from, to int, ok bool) {
	for !t.keep && t.at < len(s) && (s[t.at] >= utf8.RuneSelf || t.cuts(s[t.at])) {
		yes, size := t.isDelim(s, t.at)
		if !yes {
			break
		}
		t.at += size
	}
	from = t.at
	for t.at < len(s) && s[t.at] < utf8.RuneSelf && !t.cuts(s[t.at]) { // mostly all of it
		t.at++
	}
	for t.at < len(s) {
		yes, size := t.isDelim(s, t.at)
		if yes && t.at > from {
			break
		}
		t.at += size
		if yes {
			break
		}
	}
	return from, t.at, t.at > from
}

// index is the place of a char, which must be there.
func (s *stringBuilder) index(c *Context, x value) int {
	n := utf16Len(s.b)
	if i := x.int(); i < 0 || i >= int64(n) {
		c.throw("java.lang.StringIndexOutOfBoundsException", "index %d, length %d", i, n)
	}
	return int(x.int())
}

// textPart copies the chars of s from one place to another; halves of surrogate pairs stay halves.
func textPart(s []byte, from, to int) []byte {
	i, half := byteIndex(s, from)
	j, cut := byteIndex(s, to)
	if from >= to {
		return nil
	}
	var out []byte
	if half {
		_, size := decode(s[i:])
		out = appendUnit(out, utf16At(s, from))
		i += size
	}
	out = append(out, s[min(i, j):j]...)
	if cut {
		out = appendUnit(out, utf16At(s, to-1))
	}
	return out
}
