package event

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// ErrSelfReference is returned when a container would contain itself in the rendered JSON.
var ErrSelfReference = errors.New("iterable object is self-referencing itself")

// AppendJSON appends the document as JSON. Text that is not UTF-8 gets U+FFFD for each bad byte.
// On an error dst comes back as it was.
func (ev *Event) AppendJSON(dst []byte) ([]byte, error) {
	ev.scan()
	return ev.AppendValue(dst, ev.doc)
}

// AppendValue appends v as JSON, as AppendJSON does.
func (ev *Event) AppendValue(dst []byte, v Value) ([]byte, error) {
	ev.buf = slices.Grow(ev.buf, block) // see block
	out, err := ev.appendValue(dst, v)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (ev *Event) appendValue(dst []byte, v Value) ([]byte, error) {
	switch v.kind {
	case String:
		return ev.appendString(dst, v), nil
	case Map:
		return ev.appendMap(dst, v)
	case List:
		return ev.appendList(dst, v)
	case Int, Long:
		return AppendInt(dst, int64(v.bits)), nil
	case Float:
		return appendFloat(dst, v.Float(), 32), nil
	case Double:
		return appendFloat(dst, v.Float(), 64), nil
	case Bool:
		return strconv.AppendBool(dst, v.bits != 0), nil
	case BigInt, frozen:
		return append(dst, ev.text(v)...), nil
	case Bytes:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, ev.Bytes(v))
		return append(dst, '"'), nil
	case Date:
		dst = append(dst, '"')
		dst = AppendTime(dst, int64(v.bits))
		return append(dst, '"'), nil
	}
	return append(dst, "null"...), nil
}

// appendString appends text; what is known to be plain is not looked through again.
func (ev *Event) appendString(dst []byte, v Value) []byte {
	off, n := int(v.bits>>32), int(v.bits&(1<<32-1))
	if off+n > ev.plain {
		return AppendQuoted(dst, ev.buf[off:off+n])
	}
	at := len(dst)
	dst = slices.Grow(dst, n+2)[:at+n+2]
	dst[at] = '"'
	copy(dst[at+1:], ev.buf[off:off+n])
	dst[at+n+1] = '"'
	return dst
}

func (ev *Event) appendList(dst []byte, v Value) ([]byte, error) {
	o := ev.objects[v.bits]
	if o.busy {
		return dst, ErrSelfReference
	}
	ev.objects[v.bits].busy = true
	dst = append(dst, '[')
	var err error
	for i, s := range ev.slots[o.start:][:o.len] {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = ev.appendValue(dst, s.val); err != nil {
			break
		}
	}
	ev.objects[v.bits].busy = false
	return append(dst, ']'), err
}

// AppendInt is strconv.AppendInt in base 10, faster for numbers of a few digits.
func AppendInt(dst []byte, n int64) []byte {
	if n < 0 || n > 99_999 {
		return strconv.AppendInt(dst, n, 10)
	}
	digit := func(n uint32) byte { return byte('0' + n%10) }
	switch d := uint32(n); {
	case d >= 10_000:
		dst = append(dst, digit(d/10_000))
		fallthrough
	case d >= 1000:
		dst = append(dst, digit(d/1000))
		fallthrough
	case d >= 100:
		dst = append(dst, digit(d/100))
		fallthrough
	case d >= 10:
		dst = append(dst, digit(d/10))
		fallthrough
	default:
		return append(dst, digit(d))
	}
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
	i := plainLen(s)
	if i == len(s) {
		return append(append(append(dst, '"'), s...), '"'), true
	}
	dst, valid = append(dst, '"'), true
	for plain := 0; ; {
		if i == len(s) {
			return append(append(dst, s[plain:]...), '"'), valid
		}
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
}

// plainLen is the length of the plain text at the beginning of s.
func plainLen(s []byte) int {
	rest := s
	for len(rest) >= 32 {
		c := (*[32]byte)(rest)
		if (odd(word(c[0:]))|odd(word(c[8:]))|odd(word(c[16:]))|odd(word(c[24:])))&high != 0 {
			break
		}
		rest = rest[32:]
	}
	for len(rest) >= 8 && odd(word(rest))&high == 0 {
		rest = rest[8:]
	}
	if len(rest) < 8 && len(s) >= 8 && odd(word(s[len(s)-8:]))&high == 0 {
		return len(s)
	}
	for len(rest) > 0 && plainByte(rest[0]) {
		rest = rest[1:]
	}
	return len(s) - len(rest)
}

func plainByte(c byte) bool { return c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' }

const ones, high = 0x0101010101010101, 0x8080808080808080

func word(s []byte) uint64 { return binary.LittleEndian.Uint64(s) }

// odd has a high bit set when one of 8 bytes is a control character, a quote, a backslash, or not ASCII, and none
// otherwise: borrows begin at such a byte.
func odd(w uint64) uint64 {
	return w | (w - ' '*ones) | (w ^ '"'*ones - ones) | (w ^ '\\'*ones - ones)
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
