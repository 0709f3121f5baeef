package painless

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

func equalFold(a, b []byte) bool {
	if isASCII(a) && isASCII(b) {
		return len(a) == len(b) && bytes.EqualFold(a, b)
	}
	return bytes.Equal(foldCase(a), foldCase(b))
}

// foldCase maps each char as String.equalsIgnoreCase compares it: upper case, then lower.
func foldCase(s []byte) []byte {
	return bytes.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

func declareCase(_ *lib, m textMethod) {
	lower := func(c *Context, s []byte, this value, _ []value) value { return c.lower(s, this) }
	upper := func(c *Context, s []byte, this value, _ []value) value { return c.upper(s, this) }
	m("String toLowerCase()", lower)
	m("String toLowerCase(Locale)", lower)
	m("String toUpperCase()", upper)
	m("String toUpperCase(Locale)", upper)
}

// lower is String.toLowerCase in the root locale.
func (c *Context) lower(s []byte, this value) value { return c.cased(s, this, 'A', AppendLower) }

// upper is String.toUpperCase in the root locale.
func (c *Context) upper(s []byte, this value) value { return c.cased(s, this, 'a', AppendUpper) }

// cased changes the case of s, which is the text of this, by to; of ASCII the letters from first on change. A string that
// has none of them is not copied.
func (c *Context) cased(s []byte, this value, first byte, to func(out, s []byte) []byte) value {
	switch {
	case !isASCII(s):
		return c.textValue(to(make([]byte, 0, len(s)), s))
	case slices.ContainsFunc(s, func(b byte) bool { return b-first < 26 }):
		return c.mapped(s, first)
	}
	return this
}

// AppendLower appends what String.toLowerCase gives in the root locale.
func AppendLower(out, s []byte) []byte {
	for i := 0; i < len(s); {
		r, size := decode(s[i:])
		switch {
		case r == 0x130: // I with a dot above
			out = append(out, "i\u0307"...)
		case r == 0x3a3 && finalSigma(s, i, size):
			out = append(out, "\u03c2"...)
		case r == utf8.RuneError && size == 1, r >= 0xd800 && r < 0xe000:
			out = append(out, s[i:i+size]...)
		default:
			out = utf8.AppendRune(out, unicode.ToLower(r))
		}
		i += size
	}
	return out
}

// finalSigma tells whether a capital sigma ends a word.
func finalSigma(s []byte, at, size int) bool {
	before, _ := utf8.DecodeLastRune(s[:at])
	after, _ := utf8.DecodeRune(s[at+size:])
	return at > 0 && unicode.IsLetter(before) && (at+size == len(s) || !unicode.IsLetter(after))
}

// mapped flips the case of ASCII letters from first on.
func (c *Context) mapped(s []byte, first byte) value {
	c.reserve(len(s))
	mark := c.Event.Mark()
	buf := c.Event.Buffer()
	for _, b := range s {
		if b-first < 26 {
			b ^= 0x20
		}
		buf = append(buf, b)
	}
	c.Event.SetBuffer(buf)
	return value{v: c.Event.Since(mark)}
}

// AppendUpper appends what String.toUpperCase gives in the root locale.
func AppendUpper(out, s []byte) []byte {
	for i := 0; i < len(s); {
		r, size := decode(s[i:])
		special, ok := upperSpecial[r]
		switch {
		case ok:
			out = append(out, special...)
		case r == utf8.RuneError && size == 1, r >= 0xd800 && r < 0xe000:
			out = append(out, s[i:i+size]...)
		default:
			out = utf8.AppendRune(out, unicode.ToUpper(r))
		}
		i += size
	}
	return out
}

// upperSpecial are the letters whose upper case is longer (Unicode SpecialCasing, without conditions).
var upperSpecial = map[rune]string{
	'ß': "SS", 'ŉ': "ʼN", 'ǰ': "J̌", 'ΐ': "Ϊ́", 'ΰ': "Ϋ́", 'և': "ԵՒ", 'ẖ': "H̱", 'ẗ': "T̈", 'ẘ': "W̊", 'ẙ': "Y̊", 'ẚ': "Aʾ",
	'ﬀ': "FF", 'ﬁ': "FI", 'ﬂ': "FL", 'ﬃ': "FFI", 'ﬄ': "FFL", 'ﬅ': "ST", 'ﬆ': "ST",
}
