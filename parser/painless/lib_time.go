package painless

import (
	"math"
	"strings"
	"time"

	"github.com/millrace/millrace/event"
)

// units of ChronoUnit in nanoseconds; from months on they depend on the calendar.
var chronoUnits = []struct {
	name, text string
	ns         int64
}{
	{"NANOS", "Nanos", 1}, {"MICROS", "Micros", 1e3}, {"MILLIS", "Millis", 1e6}, {"SECONDS", "Seconds", 1e9},
	{"MINUTES", "Minutes", 60e9}, {"HOURS", "Hours", 3600e9}, {"HALF_DAYS", "HalfDays", 43200e9},
	{"DAYS", "Days", 86400e9}, {"WEEKS", "Weeks", 7 * 86400e9}, {"MONTHS", "Months", 0}, {"YEARS", "Years", 0},
	{"DECADES", "Decades", 0}, {"CENTURIES", "Centuries", 0}, {"MILLENNIA", "Millennia", 0}, {"ERAS", "Eras", 0}, {"FOREVER", "Forever", 0},
}

// monthsIn are the months of the units from months on.
var monthsIn = [...]int64{1, 12, 120, 1200, 12000}

// calendarUnit tells how many months a unit has.
func (c *Context) calendarUnit(unit int) int64 {
	if unit-unitMonths >= len(monthsIn) {
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported unit: %s", chronoUnits[unit].text)
	}
	return monthsIn[unit-unitMonths]
}

const (
	unitDays   = 7
	unitMonths = 9
	unitYears  = 10
)

func declareTime(l *lib) {
	for _, name := range []string{
		"java.time.temporal.TemporalAccessor", "java.time.temporal.TemporalUnit", "java.time.temporal.TemporalField",
		"java.time.temporal.TemporalAmount", "java.time.temporal.TemporalAdjuster", "java.time.ZoneId",
	} {
		l.class(name)
	}
	l.class("java.time.temporal.Temporal", "TemporalAccessor")
	for _, name := range []string{"ChronoZonedDateTime", "ChronoLocalDate", "ChronoLocalDateTime"} {
		k := l.class("java.time.chrono."+name, "Temporal", "Comparable")
		k.method(l, "int compareTo("+name+")", func(c *Context, x value, a []value) value { return count(c.compare(x, a[0])) })
	}
	l.class("java.time.ZoneOffset", "ZoneId", "TemporalAccessor", "TemporalAdjuster", "Comparable")
	l.class("java.time.chrono.ChronoPeriod", "TemporalAmount")
	supers := [temporalKinds]string{"ChronoZonedDateTime", "Temporal", "Temporal", "ChronoLocalDateTime", "ChronoLocalDate", "Temporal"}
	for i, name := range temporalNames {
		l.class("java.time."+name, supers[i], "TemporalAdjuster", "Comparable")
	}
	l.class("java.time.Duration", "TemporalAmount", "Comparable")
	l.class("java.time.format.DateTimeFormatter")
	l.class("java.util.Date", "Comparable")
	l.kinds[event.Date] = l.types["ZonedDateTime"]
	declareEnums(l)
	declareZones(l)
	for k := range temporalKinds {
		declareTemporal(l, k, l.types[temporalNames[k]])
	}
	declareDuration(l, l.types["Duration"])
	declareDurationMore(l, l.types["Duration"])
	declarePeriod(l, l.class("java.time.Period", "java.time.chrono.ChronoPeriod"))
	declareAdjusters(l)
	declareDisplayNames(l)
	declareFrom(l)
	declareFormatter(l, l.types["DateTimeFormatter"])
	declareClocks(l)
}

func declareEnums(l *lib) {
	var units, texts []string
	for _, u := range chronoUnits {
		units, texts = append(units, u.name), append(texts, u.text)
	}
	declareEnumOf(l, "java.time.temporal.ChronoUnit", units, texts, 0, "TemporalUnit")
	declareFields(l)
	var days, months []string
	for i := range 7 {
		days = append(days, strings.ToUpper(time.Weekday((i+1)%7).String()))
	}
	for i := range 12 {
		months = append(months, strings.ToUpper(time.Month(i+1).String()))
	}
	declareEnumOf(l, "java.time.DayOfWeek", days, days, 1, "TemporalAccessor", "TemporalAdjuster")
	declareEnumOf(l, "java.time.Month", months, months, 1, "TemporalAccessor", "TemporalAdjuster")
}

func declareZones(l *lib) {
	k := l.types["ZoneId"]
	k.method(l, "static ZoneId of(String)", func(c *Context, _ value, a []value) value { return object(c.zone(string(c.arg(a[0])))) })
	k.method(l, "String getId()", func(c *Context, x value, _ []value) value { return c.textString(x.ref.(*zoneID).id) })
	o := l.types["ZoneOffset"]
	utc := object(&zoneID{"Z", time.UTC})
	o.constant("UTC", o, func() value { return utc })
	o.method(l, "static ZoneOffset of(String)", func(c *Context, _ value, a []value) value { return object(c.zone(string(c.arg(a[0])))) })
	offset := func(c *Context, s int64) value {
		if s == 0 {
			return utc
		}
		loc := time.FixedZone("", int(s))
		return object(&zoneID{offsetID(time.Unix(0, 0).In(loc)), loc})
	}
	o.method(l, "static ZoneOffset ofHours(int)", func(c *Context, _ value, a []value) value { return offset(c, a[0].int()*3600) })
	o.method(l, "static ZoneOffset ofTotalSeconds(int)", func(c *Context, _ value, a []value) value { return offset(c, a[0].int()) })
	o.method(l, "int getTotalSeconds()", func(_ *Context, x value, _ []value) value {
		_, s := time.Unix(0, 0).In(x.ref.(*zoneID).loc).Zone()
		return count(s)
	})
}

// temporal is x as a date or time, which must not be null.
func (c *Context) temporal(x value) *temporal {
	d, ok := dateLike(x).ref.(*temporal)
	if !ok {
		c.nullPointer(-1, "a date or time is null")
	}
	return d
}

// between is ChronoUnit.between.
func (c *Context) between(u *constantOf, from, to *temporal) int64 {
	if ns := chronoUnits[u.n].ns; ns > 0 {
		s, n := to.t.Unix()-from.t.Unix(), int64(to.t.Nanosecond()-from.t.Nanosecond())
		if u.n >= unitDays && (from.kind == kindZoned || from.kind == kindDateTime || from.kind == kindDate) {
			a, b := local(from.t), local(to.t.In(from.t.Location()))
			s, n = b.Unix()-a.Unix(), int64(b.Nanosecond()-a.Nanosecond())
		}
		if ns >= 1e9 {
			if s > 0 && n < 0 {
				s--
			} else if s < 0 && n > 0 {
				s++
			}
			return s / (ns / 1e9)
		}
		if s > math.MaxInt64/1_000_000_000-1 || s < math.MinInt64/1_000_000_000+1 {
			c.throw("java.lang.ArithmeticException", "long overflow")
		}
		return (s*1e9 + n) / ns
	}
	a, b := local(from.t), local(to.t.In(from.t.Location()))
	months := int64(b.Year()-a.Year())*12 + int64(b.Month()-a.Month())
	switch {
	case months > 0 && a.AddDate(0, int(months), 0).After(b) && lateInMonth(a, b):
		months--
	case months < 0 && lateInMonth(b, a):
		months++
	}
	return months / c.calendarUnit(u.n)
}

// lateInMonth tells whether a stands later in its month than b.
func lateInMonth(a, b time.Time) bool {
	if a.Day() != b.Day() {
		return a.Day() > b.Day()
	}
	x := a.Sub(time.Date(a.Year(), a.Month(), a.Day(), 0, 0, 0, 0, time.UTC))
	return x > b.Sub(time.Date(b.Year(), b.Month(), b.Day(), 0, 0, 0, 0, time.UTC))
}

// with is the same kind of date at another time.
func (d *temporal) with(t time.Time) value { return object(&temporal{d.kind, t, d.zone}) }

// plus adds n units.
func (c *Context) plus(d *temporal, n int64, unit int) value {
	if d.kind == kindInstant && unit > unitDays {
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported unit: %s", chronoUnits[unit].text)
	}
	switch ns := chronoUnits[unit].ns; {
	case unit < unitDays || d.kind == kindInstant:
		if ns >= 1e9 {
			return d.with(addSeconds(d.t, n*(ns/1e9), 0))
		}
		per := int64(1e9) / ns
		return d.with(addSeconds(d.t, n/per, n%per*ns))
	case ns > 0:
		return c.relocate(d, local(d.t).AddDate(0, 0, int(n*(ns/86400e9))))
	}
	months := int(n * c.calendarUnit(unit))
	t := local(d.t)
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return c.relocate(d, first.AddDate(0, 0, min(t.Day(), last)-1))
}

// plusAmount adds a Duration or Period, or takes it away.
func (c *Context) plusAmount(d *temporal, x value, sign int64) value {
	switch a := x.ref.(type) {
	case *duration:
		if d.kind == kindDate {
			c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported unit: Seconds")
		}
		return d.with(addSeconds(d.t, sign*a.s, sign*a.ns))
	case *period:
		out := object(d)
		if months := int64(a.years)*12 + int64(a.months); months != 0 {
			if d.kind == kindTime {
				c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported unit: Months")
			}
			out = c.plus(d, sign*months, unitMonths)
		}
		if a.days != 0 {
			if d.kind == kindTime {
				c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported unit: Days")
			}
			out = c.plus(out.ref.(*temporal), sign*int64(a.days), unitDays)
		}
		return out
	}
	c.nullPointer(-1, "amountToAdd")
	return null()
}

// addSeconds does not overflow as time.Duration would.
func addSeconds(t time.Time, s, ns int64) time.Time {
	return time.Unix(t.Unix()+s, int64(t.Nanosecond())+ns).In(t.Location())
}

// relocate is the local time t in the zone of d.
func (c *Context) relocate(d *temporal, t time.Time) value {
	if d.kind == kindZoned || d.kind == kindOffset {
		t = localIn(t, d.t.Location())
	}
	return d.with(t)
}

func declareTemporal(l *lib, kind temporalKind, k *class) {
	name := k.simple
	m := func(sig string, f func(c *Context, d *temporal, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, c.temporal(x), a) })
	}
	if kind != kindInstant {
		declareParts(l, kind, m)
	}
	k.method(l, "static "+name+" parse(CharSequence)", func(c *Context, _ value, a []value) value { return c.parseTemporal(kind, a[0]) })
	if kind != kindInstant {
		k.method(l, "static "+name+" parse(CharSequence,DateTimeFormatter)", func(c *Context, _ value, a []value) value {
			return c.parseWith(kind, c.arg(a[0]), a[1])
		})
		m("String format(DateTimeFormatter)", func(c *Context, d *temporal, a []value) value { return c.formatDate(a[0], d) })
	}
	unit := func(x value) int { return x.ref.(*constantOf).n }
	m(name+" plus(long,TemporalUnit)", func(c *Context, d *temporal, a []value) value { return c.plus(d, a[0].int(), unit(a[1])) })
	m(name+" minus(long,TemporalUnit)", func(c *Context, d *temporal, a []value) value { return c.plus(d, -a[0].int(), unit(a[1])) })
	m(name+" plus(TemporalAmount)", func(c *Context, d *temporal, a []value) value {
		return c.plusAmount(d, a[0], 1)
	})
	m(name+" minus(TemporalAmount)", func(c *Context, d *temporal, a []value) value {
		return c.plusAmount(d, a[0], -1)
	})
	for i, word := range []string{"Nanos", "", "Millis", "Seconds", "Minutes", "Hours", "", "Days", "Weeks", "Months", "Years"} {
		dated := i >= unitDays
		if word == "" || kind == kindDate && !dated || kind == kindTime && dated || kind == kindInstant && i > 3 || (word == "Millis") != (kind == kindInstant) && word == "Millis" {
			continue
		}
		m(name+" plus"+word+"(long)", func(c *Context, d *temporal, a []value) value { return c.plus(d, a[0].int(), i) })
		m(name+" minus"+word+"(long)", func(c *Context, d *temporal, a []value) value { return c.plus(d, -a[0].int(), i) })
	}
	m("boolean isBefore("+name+")", func(c *Context, d *temporal, a []value) value { return boolean(d.t.Before(c.temporal(a[0]).t)) })
	m("boolean isAfter("+name+")", func(c *Context, d *temporal, a []value) value { return boolean(d.t.After(c.temporal(a[0]).t)) })
	if kind != kindInstant && kind != kindTime {
		m("boolean isEqual("+name+")", func(c *Context, d *temporal, a []value) value { return boolean(d.t.Equal(c.temporal(a[0]).t)) })
	}
	m("long until(Temporal,TemporalUnit)", func(c *Context, d *temporal, a []value) value {
		return long(c.between(a[1].ref.(*constantOf), d, c.temporal(a[0])))
	})
	if kind != kindDate {
		m(name+" truncatedTo(TemporalUnit)", func(c *Context, d *temporal, a []value) value { return c.truncate(d, unit(a[0])) })
		m("int getNano()", func(_ *Context, d *temporal, _ []value) value { return count(d.t.Nanosecond()) })
	}
	declareConversions(l, kind, k, m)
}

type temporalMethod func(sig string, f func(c *Context, d *temporal, a []value) value)

func declareDuration(l *lib, k *class) {
	m := func(sig string, f func(c *Context, d *duration, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*duration), a) })
	}
	k.constant("ZERO", k, func() value { return object(&duration{}) })
	k.method(l, "static Duration between(Temporal,Temporal)", func(c *Context, _ value, a []value) value {
		x, y := c.temporal(a[0]).t, c.temporal(a[1]).t
		return object(durationOf(y.Unix()-x.Unix(), int64(y.Nanosecond()-x.Nanosecond())))
	})
	for i, word := range []string{"Nanos", "", "Millis", "Seconds", "Minutes", "Hours", "", "Days"} {
		if word == "" {
			continue
		}
		ns := chronoUnits[i].ns
		of := func(n int64) *duration {
			if ns >= 1e9 {
				return &duration{n * (ns / 1e9), 0}
			}
			per := int64(1e9) / ns
			return durationOf(n/per, n%per*ns)
		}
		k.method(l, "static Duration of"+word+"(long)", func(_ *Context, _ value, a []value) value { return object(of(a[0].int())) })
		m("Duration plus"+word+"(long)", func(_ *Context, d *duration, a []value) value {
			o := of(a[0].int())
			return object(durationOf(d.s+o.s, d.ns+o.ns))
		})
		m("Duration minus"+word+"(long)", func(_ *Context, d *duration, a []value) value {
			o := of(a[0].int())
			return object(durationOf(d.s-o.s, d.ns-o.ns))
		})
		if word != "Seconds" {
			m("long to"+word+"()", func(_ *Context, d *duration, _ []value) value {
				s, n := d.s, d.ns
				if ns >= 1e9 {
					return long(s / (ns / 1e9))
				}
				if s < 0 {
					s, n = s+1, n-1e9
				}
				return long(s*(1e9/ns) + n/ns)
			})
		}
	}
	m("long getSeconds()", func(_ *Context, d *duration, _ []value) value { return long(d.s) })
	m("int getNano()", func(_ *Context, d *duration, _ []value) value { return integer(int32(d.ns)) })
	m("boolean isNegative()", func(_ *Context, d *duration, _ []value) value { return boolean(d.s < 0) })
	m("boolean isZero()", func(_ *Context, d *duration, _ []value) value { return boolean(*d == duration{}) })
	neg := func(d *duration) *duration { return durationOf(-d.s, -d.ns) }
	m("Duration negated()", func(_ *Context, d *duration, _ []value) value { return object(neg(d)) })
	m("Duration abs()", func(_ *Context, d *duration, _ []value) value {
		if d.s < 0 {
			return object(neg(d))
		}
		return object(d)
	})
	m("Duration plus(Duration)", func(_ *Context, d *duration, a []value) value {
		o := a[0].ref.(*duration)
		return object(durationOf(d.s+o.s, d.ns+o.ns))
	})
	m("Duration minus(Duration)", func(_ *Context, d *duration, a []value) value {
		o := a[0].ref.(*duration)
		return object(durationOf(d.s-o.s, d.ns-o.ns))
	})
}

func declareClocks(l *lib) {
	k := l.class("java.lang.System")
	k.method(l, "static long currentTimeMillis()", func(c *Context, _ value, _ []value) value { return long(c.Received / 1e6) }).clock = true
	k.method(l, "static long nanoTime()", func(c *Context, _ value, _ []value) value { return long(c.Received) }).clock = true
	d := l.types["Date"]
	d.method(l, "new()", func(c *Context, _ value, _ []value) value { return object(&javaDate{c.Received / 1e6}) }).clock = true
	d.method(l, "new(long)", func(_ *Context, _ value, a []value) value { return object(&javaDate{a[0].int()}) })
	d.method(l, "long getTime()", func(_ *Context, x value, _ []value) value { return long(x.ref.(*javaDate).ms) })
	d.method(l, "void setTime(long)", func(_ *Context, x value, a []value) value { x.ref.(*javaDate).ms = a[0].int(); return null() })
	d.method(l, "boolean before(Date)", func(_ *Context, x value, a []value) value {
		return boolean(x.ref.(*javaDate).ms < a[0].ref.(*javaDate).ms)
	})
	d.method(l, "boolean after(Date)", func(_ *Context, x value, a []value) value {
		return boolean(x.ref.(*javaDate).ms > a[0].ref.(*javaDate).ms)
	})
	d.method(l, "int compareTo(Date)", func(c *Context, x value, a []value) value { return count(c.compare(x, a[0])) })
	d.method(l, "def clone()", func(_ *Context, x value, _ []value) value { return object(&javaDate{x.ref.(*javaDate).ms}) })
	d.method(l, "static Date from(Instant)", func(c *Context, _ value, a []value) value { return object(&javaDate{c.temporal(a[0]).t.UnixMilli()}) })
}

// javaDate is a java.util.Date.
type javaDate struct{ ms int64 }

func (*javaDate) classOf(event.Value) *class { return classes().types["java.util.Date"] }

func (d *javaDate) compareTo(_ *Context, x value) int { return sign64(d.ms - x.ref.(*javaDate).ms) }

func (d *javaDate) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*javaDate)
	return ok && o.ms == d.ms
}

func (d *javaDate) appendText(_ *Context, dst []byte) []byte {
	return time.UnixMilli(d.ms).UTC().AppendFormat(dst, "Mon Jan 02 15:04:05 UTC 2006")
}
