package painless

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javatime"
)

// temporalKind tells the classes of java.time apart that hold a point in time or a date.
type temporalKind uint8

const (
	kindZoned temporalKind = iota
	kindOffset
	kindInstant
	kindDateTime
	kindDate
	kindTime
	temporalKinds
)

var temporalNames = [temporalKinds]string{"ZonedDateTime", "OffsetDateTime", "Instant", "LocalDateTime", "LocalDate", "LocalTime"}

// temporal is a ZonedDateTime, Instant, LocalDate …; local ones are held in UTC.
type temporal struct {
	kind temporalKind
	t    time.Time
	zone string // of a ZonedDateTime: "Z", "+01:00", "Europe/Paris"
}

func (d *temporal) classOf(event.Value) *class { return classes().types[temporalNames[d.kind]] }

// dateOf is a date of a document as a ZonedDateTime.
func dateOf(x value) *temporal {
	return &temporal{kindZoned, time.Unix(0, x.int()).UTC(), "Z"}
}

// dateLike makes an object of a date of a document.
func dateLike(x value) value {
	if x.ref == nil && x.v.Kind() == event.Date {
		return object(dateOf(x))
	}
	return x
}

func (d *temporal) isUTC() bool {
	y := d.t.Year()
	return d.kind == kindZoned && d.zone == "Z" && y > 1700 && y < 2250 // what ns in 64 bits hold
}

func (d *temporal) hashCode(*Context) int32 { return int32(d.t.Unix()) ^ int32(d.t.Nanosecond()) }

func (d *temporal) equals(_ *Context, x value) bool {
	o, ok := dateLike(x).ref.(*temporal)
	return ok && o.kind == d.kind && o.t.Equal(d.t) && o.zone == d.zone
}

func (d *temporal) compareTo(_ *Context, x value) int {
	o := dateLike(x).ref.(*temporal)
	if n := d.t.Compare(o.t); n != 0 || d.kind != kindZoned {
		return n
	}
	return cmp.Compare(d.zone, o.zone)
}

// document is what Elasticsearch writes for a date in a document.
func (d *temporal) document(c *Context) (string, bool) {
	if d.kind != kindZoned {
		return "", false
	}
	out := d.t.AppendFormat(nil, "2006-01-02T15:04:05")
	digits := strings.TrimRight(fmt.Sprintf("%09d", d.t.Nanosecond()), "0")
	for len(digits) < 3 {
		digits += "0"
	}
	return string(out) + "." + digits + offsetID(d.t), true
}

// offsetID is ZoneOffset.getId.
func offsetID(t time.Time) string {
	_, s := t.Zone()
	if s == 0 {
		return "Z"
	}
	sign := "+"
	if s < 0 {
		sign, s = "-", -s
	}
	out := fmt.Sprintf("%s%02d:%02d", sign, s/3600, s/60%60)
	if s%60 != 0 {
		out += fmt.Sprintf(":%02d", s%60)
	}
	return out
}

func (d *temporal) appendText(_ *Context, dst []byte) []byte {
	if d.kind != kindTime {
		if y := d.t.Year(); y < 0 || y > 9999 {
			dst = append(dst, fmt.Sprintf("%+05d", y)...)
			dst = d.t.AppendFormat(dst, "-01-02")
		} else {
			dst = d.t.AppendFormat(dst, "2006-01-02")
		}
	}
	if d.kind == kindDate {
		return dst
	}
	if d.kind != kindTime {
		dst = append(dst, 'T')
	}
	dst = d.t.AppendFormat(dst, "15:04")
	ns := d.t.Nanosecond()
	if d.t.Second() != 0 || ns != 0 || d.kind == kindInstant {
		dst = d.t.AppendFormat(dst, ":05")
	}
	switch {
	case ns == 0:
	case ns%1e6 == 0:
		dst = append(dst, fmt.Sprintf(".%03d", ns/1e6)...)
	case ns%1e3 == 0:
		dst = append(dst, fmt.Sprintf(".%06d", ns/1e3)...)
	default:
		dst = append(dst, fmt.Sprintf(".%09d", ns)...)
	}
	switch d.kind {
	case kindInstant:
		return append(dst, 'Z')
	case kindZoned, kindOffset:
		id := offsetID(d.t)
		dst = append(dst, id...)
		if d.kind == kindZoned && d.zone != id {
			dst = append(append(append(dst, '['), d.zone...), ']')
		}
	}
	return dst
}

// zoneID is a ZoneId or ZoneOffset.
type zoneID struct {
	id  string
	loc *time.Location
}

func (z *zoneID) classOf(event.Value) *class {
	if z.isOffset() {
		return classes().types["ZoneOffset"]
	}
	return classes().types["ZoneId"]
}

func (z *zoneID) isOffset() bool { return z.id == "Z" || z.id[0] == '+' || z.id[0] == '-' }

func (z *zoneID) appendText(_ *Context, dst []byte) []byte { return append(dst, z.id...) }

func (z *zoneID) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*zoneID)
	return ok && o.id == z.id
}

func (c *Context) zone(id string) *zoneID {
	loc, err := javatime.ParseZone(id)
	if id == "" || err != nil {
		c.throw("java.time.DateTimeException", "Invalid ID for region-based ZoneId, invalid format: %s", id)
	}
	if id[0] == '+' || id[0] == '-' {
		id = offsetID(time.Unix(0, 0).In(loc))
	}
	return &zoneID{id, loc}
}

// localIn is a local date and time in a zone: of two that fit the earlier, after a gap moved on by its length.
func localIn(t time.Time, loc *time.Location) time.Time {
	d := javatime.Date{
		Has: javatime.HasYear | javatime.HasMonth | javatime.HasDay, Year: t.Year(), Month: int(t.Month()), Day: t.Day(),
		Hour: t.Hour(), Minute: t.Minute(), Second: t.Second(),
	}
	if y := t.Year(); loc == time.UTC || y < 1700 || y > 2250 {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
	}
	ns, _ := d.Resolve(loc)
	return time.Unix(0, ns+int64(t.Nanosecond())).In(loc)
}

func local(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// parseTemporal reads the ISO form of the class.
func (c *Context) parseTemporal(kind temporalKind, x value) value {
	s := string(c.arg(x))
	p := isoParser{s: s}
	d, ok := p.parse(c, kind)
	if !ok || p.at != len(s) {
		at := p.at
		more := ""
		if ok {
			more = "unparsed text found at index " + strconv.Itoa(at)
		} else {
			more = "index " + strconv.Itoa(at)
		}
		if ok {
			c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed, %s", s, more)
		}
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed at %s", s, more)
	}
	return object(d)
}

type isoParser struct {
	s  string
	at int
}

// number reads n digits.
func (p *isoParser) number(n int) (int, bool) {
	if len(p.s)-p.at < n {
		return 0, false
	}
	v := 0
	for i := range n {
		c := p.s[p.at+i]
		if !isDigit(c) {
			return 0, false
		}
		v = 10*v + int(c-'0')
	}
	p.at += n
	return v, true
}

func (p *isoParser) byte(c byte) bool {
	if p.at < len(p.s) && p.s[p.at]|0x20 == c|0x20 && (p.s[p.at] == c || isLetter(c)) {
		p.at++
		return true
	}
	return false
}

func (p *isoParser) peek() byte {
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

func (p *isoParser) parse(c *Context, kind temporalKind) (*temporal, bool) {
	year, month, day := 1970, 1, 1
	if kind != kindTime {
		var ok bool
		if year, month, day, ok = p.date(c); !ok {
			return nil, false
		}
		if kind == kindDate {
			return &temporal{kind: kind, t: time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)}, true
		}
		if !p.byte('T') {
			return nil, false
		}
	}
	hour, ok1 := p.number(2)
	if !ok1 || !p.byte(':') {
		return nil, false
	}
	minute, ok := p.number(2)
	if !ok {
		return nil, false
	}
	second, ns := 0, 0
	if p.peek() == ':' {
		p.at++
		if second, ok = p.number(2); !ok {
			return nil, false
		}
		if p.peek() == '.' {
			p.at++
			ns = p.fraction()
		}
	} else if kind == kindInstant {
		return nil, false
	}
	if hour > 23 || minute > 59 || second > 59 {
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: Invalid value for a time of day", p.s)
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, ns, time.UTC)
	if kind == kindDateTime || kind == kindTime {
		return &temporal{kind: kind, t: t}, true
	}
	return p.zoned(c, kind, t)
}

func (p *isoParser) date(c *Context) (year, month, day int, ok bool) {
	start := p.at
	if year, ok = p.number(4); !ok || !p.byte('-') {
		return
	}
	if month, ok = p.number(2); !ok || !p.byte('-') {
		return 0, 0, 0, false
	}
	if day, ok = p.number(2); !ok {
		return
	}
	last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	switch {
	case month < 1 || month > 12:
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: Invalid value for MonthOfYear (valid values 1 - 12): %d", p.s, month)
	case day < 1 || day > 31:
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: Invalid value for DayOfMonth (valid values 1 - 28/31): %d", p.s, day)
	case day > last && day == 29:
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: Invalid date 'February 29' as '%d' is not a leap year", p.s, year)
	case day > last:
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: Invalid date '%s %d'", p.s, strings.ToUpper(time.Month(month).String()), day)
	}
	_ = start
	return year, month, day, true
}

// fraction reads up to nine digits as nanoseconds.
func (p *isoParser) fraction() int {
	ns, scale := 0, 100_000_000
	for p.at < len(p.s) && isDigit(p.s[p.at]) && scale > 0 {
		ns += int(p.s[p.at]-'0') * scale
		scale /= 10
		p.at++
	}
	return ns
}

// zoned reads an offset, and for a ZonedDateTime a zone in brackets.
func (p *isoParser) zoned(c *Context, kind temporalKind, t time.Time) (*temporal, bool) {
	start, offset := p.at, 0
	switch {
	case p.byte('Z'):
	case p.peek() == '+' || p.peek() == '-':
		sign := 1
		if p.peek() == '-' {
			sign = -1
		}
		p.at++
		h, ok := p.number(2)
		if !ok {
			p.at = start
			return nil, false
		}
		m, s := 0, 0
		if p.peek() == ':' {
			p.at++
			if m, ok = p.number(2); !ok {
				p.at = start
				return nil, false
			}
			if p.peek() == ':' {
				p.at++
				s, _ = p.number(2)
			}
		} else {
			p.at = start
			return nil, false
		}
		offset = sign * (h*3600 + m*60 + s)
	default:
		return nil, false
	}
	loc := time.UTC
	if offset != 0 {
		loc = time.FixedZone("", offset)
	}
	at := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
	d := &temporal{kind: kind, t: at, zone: offsetID(at)}
	switch {
	case kind == kindInstant:
		return &temporal{kind: kind, t: at.UTC()}, true
	case kind == kindZoned && p.peek() == '[':
		end := strings.IndexByte(p.s[p.at:], ']')
		if end < 0 {
			return nil, false
		}
		z := c.zone(p.s[p.at+1 : p.at+end])
		p.at += end + 1
		d.t, d.zone = at.In(z.loc), z.id
	case kind == kindOffset:
		d.zone = ""
	}
	return d, true
}

// duration is a Duration: seconds and nanoseconds.
type duration struct {
	s  int64
	ns int64 // 0 to 999,999,999
}

func (*duration) classOf(event.Value) *class { return classes().types["Duration"] }

func durationOf(s, ns int64) *duration {
	s += ns / 1e9
	if ns %= 1e9; ns < 0 {
		s, ns = s-1, ns+1e9
	}
	return &duration{s, ns}
}

func (d *duration) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*duration)
	return ok && *o == *d
}

func (d *duration) compareTo(_ *Context, x value) int {
	o := x.ref.(*duration)
	if d.s != o.s {
		return cmp.Compare(d.s, o.s)
	}
	return int(d.ns - o.ns)
}

func (d *duration) appendText(_ *Context, dst []byte) []byte {
	if *d == (duration{}) {
		return append(dst, "PT0S"...)
	}
	s, ns := d.s, d.ns
	if s < 0 && ns > 0 {
		s++
	}
	h, m, sec := s/3600, s/60%60, s%60
	dst = append(dst, "PT"...)
	if h != 0 {
		dst = append(strconv.AppendInt(dst, h, 10), 'H')
	}
	if m != 0 {
		dst = append(strconv.AppendInt(dst, m, 10), 'M')
	}
	if sec == 0 && ns == 0 {
		return dst
	}
	if d.s < 0 && ns > 0 && sec == 0 {
		dst = append(dst, "-0"...)
	} else {
		dst = strconv.AppendInt(dst, sec, 10)
	}
	if ns > 0 {
		if d.s < 0 {
			ns = 1e9 - ns
		}
		dst = append(dst, '.')
		dst = append(dst, strings.TrimRight(fmt.Sprintf("%09d", ns), "0")...)
	}
	return append(dst, 'S')
}

// constantOf is a value of an enum: ChronoUnit, ChronoField, DayOfWeek, Month.
type constantOf struct {
	enum string
	name string
	text string
	n    int
}

func (e *constantOf) classOf(event.Value) *class { return classes().types[e.enum] }

func (e *constantOf) appendText(_ *Context, dst []byte) []byte { return append(dst, e.text...) }

func (e *constantOf) compareTo(_ *Context, x value) int { return e.n - x.ref.(*constantOf).n }

func (e *constantOf) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*constantOf)
	return ok && o.enum == e.enum && o.n == e.n
}

// formatter is a DateTimeFormatter: a pattern, or one of the ISO forms.
type formatter struct {
	f    *javatime.Format
	iso  temporalKind
	name string
	zone *zoneID
}

func (*formatter) classOf(event.Value) *class { return classes().types["DateTimeFormatter"] }
