package event

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// ErrSelfReference is returned when a container would contain itself in the rendered JSON.
var ErrSelfReference = errors.New("iterable object is self-referencing itself")

// AppendJSON appends the document as JSON. Text that is not UTF-8 gets U+FFFD for each bad byte.
// On an error dst comes back as it was.
func (ev *Event) AppendJSON(dst []byte) ([]byte, error) { return ev.AppendValue(dst, ev.doc) }

// AppendValue appends v as JSON, as AppendJSON does.
func (ev *Event) AppendValue(dst []byte, v Value) ([]byte, error) {
	out, err := ev.appendValue(dst, v)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (ev *Event) appendValue(dst []byte, v Value) ([]byte, error) {
	switch v.kind {
	case String:
		return AppendQuoted(dst, ev.Bytes(v)), nil
	case Map, List:
		return ev.appendContainer(dst, v)
	case Int, Long:
		return strconv.AppendInt(dst, int64(v.bits), 10), nil
	case Float:
		return appendFloat(dst, v.Float(), 32), nil
	case Double:
		return appendFloat(dst, v.Float(), 64), nil
	case Bool:
		return strconv.AppendBool(dst, v.bits != 0), nil
	case BigInt:
		return append(dst, ev.Bytes(v)...), nil
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

func (ev *Event) appendContainer(dst []byte, v Value) ([]byte, error) {
	o := ev.objects[v.bits]
	if o.busy {
		return dst, ErrSelfReference
	}
	ev.objects[v.bits].busy = true
	open, end := byte('['), byte(']')
	if v.kind == Map {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	var err error
	for i, s := range ev.slots[o.start:][:o.len] {
		if i > 0 {
			dst = append(dst, ',')
		}
		if v.kind == Map {
			dst = ev.appendKey(dst, s.key)
		}
		if dst, err = ev.appendValue(dst, s.val); err != nil {
			break
		}
	}
	ev.objects[v.bits].busy = false
	return append(dst, end), err
}

func (ev *Event) appendKey(dst []byte, k key) []byte {
	if k.n == isSymbol {
		return append(dst, Symbol(k.off).entry().json...)
	}
	return append(AppendQuoted(dst, ev.keyBytes(k)), ':')
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
	dst = append(dst, '"')
	plain := 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) && plainWord(binary.LittleEndian.Uint64(s[i:])) {
			i += 8
			continue
		}
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			dst = append(append(dst, s[plain:i]...), "\ufffd"...)
		} else {
			dst = appendEscaped(append(dst, s[plain:i]...), c)
		}
		i++
		plain = i
	}
	dst = append(dst, s[plain:]...)
	return append(dst, '"')
}

// plainWord tells that none of 8 bytes is a control character, a quote, a backslash, or not ASCII.
func plainWord(w uint64) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, backslash := w^('"'*ones), w^('\\'*ones)
	return (w|(w-' '*ones)|(quote-ones)&^quote|(backslash-ones)&^backslash)&high == 0
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

// AppendTime appends ns since the epoch in UTC as Elasticsearch's dates are written:
// 2026-11-21T09:30:00.123Z, with more digits only where the time has them.
func AppendTime(dst []byte, ns int64) []byte {
	sec, frac := floorDiv(ns, 1e9)
	days, clock := floorDiv(sec, 86400)
	year, month, day := civil(days)
	if year < 0 || year > 9999 {
		return time.Unix(sec, frac).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	}
	dst = append(append2(append2(dst, year/100), year%100), '-')
	dst = append(append2(dst, month), '-')
	dst = append(append2(dst, day), 'T')
	dst = append(append2(dst, clock/3600), ':')
	dst = append(append2(dst, clock/60%60), ':')
	dst = append(append2(dst, clock%60), '.')
	unit := int64(1e8)
	for digits := 0; digits < 3 || frac > 0; digits++ {
		dst = append(dst, byte('0'+frac/unit))
		frac %= unit
		unit /= 10
	}
	return append(dst, 'Z')
}

func append2(dst []byte, n int64) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

func floorDiv(n, d int64) (quotient, rest int64) {
	quotient, rest = n/d, n%d
	if rest < 0 {
		quotient, rest = quotient-1, rest+d
	}
	return quotient, rest
}

// civil is the date of a day counted from 1970-01-01 in the proleptic Gregorian calendar
// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
func civil(days int64) (year, month, day int64) {
	era, dayOfEra := floorDiv(days+719468, 146097)
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*dayOfYear + 2) / 153
	year, month, day = yearOfEra+era*400, m+3, dayOfYear-(153*m+2)/5+1
	if m >= 10 {
		year, month = year+1, m-9
	}
	return year, month, day
}
