package event

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"
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
		return strconv.AppendInt(dst, int64(v.bits), 10), nil
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

func (ev *Event) appendMap(dst []byte, v Value) ([]byte, error) {
	o := &ev.objects[v.bits] // nothing is added while rendering
	if o.busy {
		return dst, ErrSelfReference
	}
	if o.len == 0 {
		return append(dst, "{}"...), nil
	}
	o.busy = true
	open := len(dst)
	var err error
	s, names := ev.slots[o.start:][:o.len], symbolTable()
	for i := range s {
		e := &s[i]
		if e.key.n == isSymbol {
			dst = append(dst, names[e.key.off].json...)
		} else {
			dst = append(AppendQuoted(append(dst, ','), ev.keyBytes(e.key)), ':')
		}
		switch e.val.kind {
		case String:
			dst = ev.appendString(dst, e.val)
			continue
		case Int, Long:
			if e.val.bits < 10 {
				dst = append(dst, byte('0'+e.val.bits))
				continue
			}
		}
		if dst, err = ev.appendValue(dst, e.val); err != nil {
			break
		}
	}
	dst[open] = '{' // for the first comma
	o.busy = false
	return append(dst, '}'), err
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
		if plainByte(c) {
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

// plainLen is the length of the plain text at the beginning of s.
func plainLen(s []byte) int {
	i := 0
	for ; i+16 <= len(s); i += 16 {
		if !plainWords(binary.LittleEndian.Uint64(s[i:]), binary.LittleEndian.Uint64(s[i+8:])) {
			break
		}
	}
	for ; i+8 <= len(s); i += 8 {
		if !plainWord(binary.LittleEndian.Uint64(s[i:])) {
			break
		}
	}
	for i < len(s) && plainByte(s[i]) {
		i++
	}
	return i
}

func plainByte(c byte) bool { return c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' }

const ones, high = 0x0101010101010101, 0x8080808080808080

// plainWord tells that none of 8 bytes is a control character, a quote, a backslash, or not ASCII.
func plainWord(w uint64) bool { return odd(w)&high == 0 }

func plainWords(v, w uint64) bool { return (odd(v)|odd(w))&high == 0 }

// odd has a high bit when w has a byte that is not plain, and none when it has not: borrows begin at such a byte.
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
	return appendFraction(append(append2(dst, clock%60), '.'), frac)
}

// Times appends times as [AppendTime] does and remembers the second, which is mostly that of the last one.
type Times struct {
	second int64
	text   [len("2026-11-21T09:30:00.")]byte // of second, when known
}

// Append appends ns since the epoch.
func (t *Times) Append(dst []byte, ns int64) []byte {
	second, frac := floorDiv(ns, 1e9)
	if second == t.second && t.text[0] != 0 {
		return appendFraction(append(dst, t.text[:]...), frac)
	}
	day, clock := floorDiv(second, 86400)
	if t.text[0] == 0 || day != t.second/86400 || t.second < 0 {
		start := len(dst)
		dst = AppendTime(dst, ns)
		t.second = second
		copy(t.text[:], dst[start:]) // years have four digits: ns reach from 1677 to 2262
		return dst
	}
	t.second = second
	put2 := func(at int, n int64) { t.text[at], t.text[at+1] = byte('0'+n/10), byte('0'+n%10) }
	put2(len("2026-11-21T"), clock/3600)
	put2(len("2026-11-21T09:"), clock/60%60)
	put2(len("2026-11-21T09:30:"), clock%60)
	return appendFraction(append(dst, t.text[:]...), frac)
}

// appendFraction appends ns within a second, with at least 3 digits, and the Z.
func appendFraction(dst []byte, ns int64) []byte {
	ms := uint32(ns / 1e6)
	dst = append(dst, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
	unit := int64(1e5)
	for rest := ns % 1e6; rest > 0; unit /= 10 {
		dst[len(dst)-1] = byte('0' + rest/unit)
		dst = append(dst, 'Z')
		rest %= unit
	}
	return dst
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
