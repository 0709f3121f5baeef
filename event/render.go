package event

import (
	"encoding/base64"
	"errors"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// ErrSelfReference is returned when a container would contain itself in the rendered JSON.
var ErrSelfReference = errors.New("iterable object is self-referencing itself")

// AppendJSON appends the document as JSON without white space. Text that is not UTF-8 gets U+FFFD for each bad byte.
// On an error dst comes back as it was.
func (ev *Event) AppendJSON(dst []byte) ([]byte, error) { return ev.AppendValue(dst, ev.doc) }

// AppendValue appends v as JSON, as AppendJSON does.
func (ev *Event) AppendValue(dst []byte, v Value) ([]byte, error) {
	ev.scan()
	ev.buf = slices.Grow(ev.buf, 2*block) // see block
	ev.cyclic, ev.escaped = false, escaped{}
	out := ev.appendValue(dst, v)
	if ev.cyclic {
		return dst, ErrSelfReference
	}
	return out, nil
}

func (ev *Event) appendValue(dst []byte, v Value) []byte {
	switch v.kind {
	case String:
		return ev.appendString(dst, v.bits>>32, v.bits%(1<<32))
	case List, Map:
		return ev.appendContainer(dst, v)
	case Int, Long:
		return AppendInt(dst, int64(v.bits))
	case Float:
		return appendFloat(dst, v.Float(), 32)
	case Double:
		return appendFloat(dst, v.Float(), 64)
	case Bool:
		return strconv.AppendBool(dst, v.bits != 0)
	case BigInt, frozen:
		return append(dst, ev.text(v)...)
	case Bytes:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, ev.Bytes(v))
		return append(dst, '"')
	case Date:
		dst = append(dst, '"')
		dst = AppendTime(dst, int64(v.bits))
		return append(dst, '"')
	}
	return append(dst, "null"...)
}

// appendFloat writes a number with a point or exponent, so that it reads back as one; JSON has no NaN
// and no infinity, which become strings as Elasticsearch writes them.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-3 || abs >= 1e7) {
		format = 'e'
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, format, -1, bits)
	for _, c := range dst[start:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD.
func AppendQuoted(dst, s []byte) []byte {
	dst, _ = AppendQuotedValid(dst, s)
	return dst
}

// AppendQuotedValid is AppendQuoted, and tells whether s is UTF-8.
func AppendQuotedValid(dst, s []byte) (out []byte, valid bool) {
	dst, valid = appendText(append(dst, '"'), s)
	return append(dst, '"'), valid
}

// appendText is AppendQuotedValid without the quotes.
func appendText(dst, s []byte) (out []byte, valid bool) {
	valid = true
	plain, i := 0, plainLen(s)
	for i < len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			valid = false
			dst = append(append(dst, s[plain:i]...), "\ufffd"...)
			i++
			plain = i
		} else if !plainByte(c) {
			dst = appendEscaped(append(dst, s[plain:i]...), c)
			i++
			plain = i
		}
		i += plainLen(s[i:])
	}
	return append(dst, s[plain:]...), valid
}

func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
