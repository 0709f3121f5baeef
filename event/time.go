package event

import (
	"slices"
	"time"
	"unsafe"
)

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

// Times appends times as [AppendTime] does and remembers the last one, which is mostly that of the next line too, and
// its day.
type Times struct {
	ns   int64
	n    int         // length of text; 0 before the first
	text [block]byte // of ns
}

// Append appends ns since the epoch.
func (t *Times) Append(dst []byte, ns int64) []byte { return append(dst, t.of(ns).text[:t.n]...) }

// Time adds a time as text.
func (ev *Event) Time(t *Times, ns int64) Value {
	ev.scan()
	start, n := len(ev.buf), t.of(ns).n
	ev.buf = slices.Grow(ev.buf, block)
	copyBlock(unsafe.Add(unsafe.Pointer(unsafe.SliceData(ev.buf)), start), unsafe.Pointer(&t.text))
	ev.buf = ev.buf[:start+n]
	ev.skip() // times are plain
	return Value{String, uint64(start)<<32 | uint64(n)}
}

// of has the text of ns.
func (t *Times) of(ns int64) *Times {
	if ns != t.ns || t.n == 0 {
		t.set(ns)
	}
	return t
}

func (t *Times) set(ns int64) {
	const day = 24 * 3600 * 1e9
	if t.n == 0 || ns < 0 || ns/day != t.ns/day || t.ns < 0 {
		t.n = copy(t.text[:], AppendTime(t.text[:0], ns)) // years have four digits: ns reach from 1677 to 2262
		t.ns = ns
		return
	}
	t.ns = ns
	second, frac := uint32(ns%day/1e9), ns%1e9
	hour, minute := second/3600, second/60%60
	second %= 60
	clock := append(t.text[:len("2026-11-21T")], byte('0'+hour/10), byte('0'+hour%10), ':', byte('0'+minute/10), byte('0'+minute%10), ':',
		byte('0'+second/10), byte('0'+second%10), '.')
	t.n = len(appendFraction(clock, frac))
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
