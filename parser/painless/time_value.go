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
	if d.kind == kindDate || d.kind == kindDateTime { // by how much the first part that differs does
		for _, n := range [...]int{d.t.Year() - o.t.Year(), int(d.t.Month() - o.t.Month()), d.t.Day() - o.t.Day()} {
			if n != 0 {
				return n
			}
		}
	}
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
	dst = javatime.AppendFraction(dst, ns)
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

// isFixed tells whether the zone never had but one offset.
func (z *zoneID) isFixed() bool {
	return z.isOffset() || strings.HasPrefix(z.id, "UT") || strings.HasPrefix(z.id, "GMT") || strings.HasPrefix(z.id, "Etc/")
}

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
	return &zoneID{loc.String(), loc}
}

// localIn is a local date and time in a zone: of two that fit the earlier, after a gap moved on by its length.
func localIn(t time.Time, loc *time.Location) time.Time {
	d := javatime.Date{
		Has: javatime.HasYear | javatime.HasMonth | javatime.HasDay, Year: t.Year(), Month: int(t.Month()), Day: t.Day(),
		Hour: t.Hour(), Minute: t.Minute(), Second: t.Second(), Nanos: t.Nanosecond(),
	}
	at := d.Moment(loc)
	return time.Unix(at.Seconds, int64(at.Nanos)).In(loc)
}

func local(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
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

// formatter is a DateTimeFormatter: a pattern, or one of the ISO forms.
type formatter struct {
	f    *javatime.Format
	iso  temporalKind
	name string
	zone *zoneID
}

func (*formatter) classOf(event.Value) *class { return classes().types["DateTimeFormatter"] }
