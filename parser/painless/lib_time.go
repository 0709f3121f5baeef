package painless

import (
	"math"
	"strings"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javatime"
)

// units of ChronoUnit in nanoseconds; from months on they depend on the calendar.
var chronoUnits = []struct {
	name, text string
	ns         int64
}{
	{"NANOS", "Nanos", 1}, {"MICROS", "Micros", 1e3}, {"MILLIS", "Millis", 1e6}, {"SECONDS", "Seconds", 1e9},
	{"MINUTES", "Minutes", 60e9}, {"HOURS", "Hours", 3600e9}, {"HALF_DAYS", "HalfDays", 43200e9},
	{"DAYS", "Days", 86400e9}, {"WEEKS", "Weeks", 7 * 86400e9}, {"MONTHS", "Months", 0}, {"YEARS", "Years", 0},
	{"DECADES", "Decades", 0}, {"CENTURIES", "Centuries", 0},
}

const (
	unitDays   = 7
	unitMonths = 9
	unitYears  = 10
)

var chronoFields = []string{
	"YEAR", "MONTH_OF_YEAR", "DAY_OF_MONTH", "DAY_OF_WEEK", "DAY_OF_YEAR", "HOUR_OF_DAY", "MINUTE_OF_HOUR", "SECOND_OF_MINUTE",
	"MILLI_OF_SECOND", "MICRO_OF_SECOND", "NANO_OF_SECOND", "EPOCH_DAY", "INSTANT_SECONDS", "OFFSET_SECONDS", "MINUTE_OF_DAY",
	"SECOND_OF_DAY", "MILLI_OF_DAY", "NANO_OF_DAY",
}

func declareTime(l *lib) {
	for _, name := range []string{
		"java.time.temporal.TemporalAccessor", "java.time.temporal.TemporalUnit", "java.time.temporal.TemporalField",
		"java.time.temporal.TemporalAmount", "java.time.temporal.TemporalAdjuster", "java.time.ZoneId",
	} {
		l.class(name)
	}
	l.class("java.time.temporal.Temporal", "TemporalAccessor")
	l.class("java.time.chrono.ChronoZonedDateTime", "Temporal", "Comparable")
	l.class("java.time.chrono.ChronoLocalDate", "Temporal", "Comparable")
	l.class("java.time.chrono.ChronoLocalDateTime", "Temporal", "Comparable")
	l.class("java.time.ZoneOffset", "ZoneId")
	supers := [temporalKinds]string{"ChronoZonedDateTime", "Temporal", "Temporal", "ChronoLocalDateTime", "ChronoLocalDate", "Temporal"}
	for i, name := range temporalNames {
		l.class("java.time."+name, supers[i], "Comparable")
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
	declareFormatter(l, l.types["DateTimeFormatter"])
	declareClocks(l)
}

func declareEnums(l *lib) {
	enum := func(name, super string, names []string, first int, text func(i int) string) {
		k := l.class(name, super, "Comparable")
		var all []value
		for i, n := range names {
			v := object(&constantOf{k.simple, n, text(i), i + first})
			all = append(all, v)
			k.constant(n, k, func() value { return v })
		}
		k.method(l, "String name()", func(c *Context, x value, _ []value) value { return c.textString(x.ref.(*constantOf).name) })
		k.method(l, "int ordinal()", func(_ *Context, x value, _ []value) value { return count(x.ref.(*constantOf).n - first) })
		k.method(l, "static "+k.simple+" valueOf(String)", func(c *Context, _ value, a []value) value {
			for i, n := range names {
				if n == string(c.arg(a[0])) {
					return all[i]
				}
			}
			c.throw("java.lang.IllegalArgumentException", "No enum constant %s.%s", k.name, c.arg(a[0]))
			return null()
		})
		if first == 1 {
			k.method(l, "int getValue()", func(_ *Context, x value, _ []value) value { return count(x.ref.(*constantOf).n) })
			k.method(l, "static "+k.simple+" of(int)", func(c *Context, _ value, a []value) value {
				if n := a[0].int(); n >= 1 && int(n) <= len(all) {
					return all[n-1]
				}
				c.throw("java.time.DateTimeException", "Invalid value for %s: %d", k.simple, a[0].int())
				return null()
			})
		}
	}
	var units []string
	for _, u := range chronoUnits {
		units = append(units, u.name)
	}
	enum("java.time.temporal.ChronoUnit", "TemporalUnit", units, 0, func(i int) string { return chronoUnits[i].text })
	enum("java.time.temporal.ChronoField", "TemporalField", chronoFields, 0, func(i int) string { return chronoFields[i] })
	var days, months []string
	for i := range 7 {
		days = append(days, strings.ToUpper(time.Weekday((i+1)%7).String()))
	}
	for i := range 12 {
		months = append(months, strings.ToUpper(time.Month(i+1).String()))
	}
	enum("java.time.DayOfWeek", "TemporalAccessor", days, 1, func(i int) string { return days[i] })
	enum("java.time.Month", "TemporalAccessor", months, 1, func(i int) string { return months[i] })
	l.types["ChronoUnit"].method(l, "long between(Temporal,Temporal)", func(c *Context, x value, a []value) value {
		return long(c.between(x.ref.(*constantOf), c.temporal(a[0]), c.temporal(a[1])))
	})
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
	return months / [...]int64{1, 12, 120, 1200}[u.n-unitMonths]
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
	months := int(n) * [...]int{1, 12, 120, 1200}[unit-unitMonths]
	t := local(d.t)
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return c.relocate(d, first.AddDate(0, 0, min(t.Day(), last)-1))
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
		x := a[0].ref.(*duration)
		return d.with(addSeconds(d.t, x.s, x.ns))
	})
	m(name+" minus(TemporalAmount)", func(c *Context, d *temporal, a []value) value {
		x := a[0].ref.(*duration)
		return d.with(addSeconds(d.t, -x.s, -x.ns))
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
	m("boolean isEqual("+name+")", func(c *Context, d *temporal, a []value) value { return boolean(d.t.Equal(c.temporal(a[0]).t)) })
	m("int get(TemporalField)", func(c *Context, d *temporal, a []value) value { return integer(int32(c.field(d, a[0]))) })
	m("long getLong(TemporalField)", func(c *Context, d *temporal, a []value) value { return long(c.field(d, a[0])) })
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

// declareParts declares the getters and withers of calendar and clock.
func declareParts(l *lib, kind temporalKind, m temporalMethod) {
	get := func(name string, f func(time.Time) int) {
		m("int get"+name+"()", func(_ *Context, d *temporal, _ []value) value { return count(f(d.t)) })
	}
	name := temporalNames[kind]
	with := func(part string, low, high int64, f func(t time.Time, n int) time.Time) {
		m(name+" with"+part+"(int)", func(c *Context, d *temporal, a []value) value {
			if n := a[0].int(); n < low || n > high {
				c.throw("java.time.DateTimeException", "Invalid value for %s (valid values %d - %d): %d", fieldNames[part], low, high, n)
			}
			return c.relocate(d, f(local(d.t), int(a[0].int())))
		})
	}
	if kind != kindTime {
		get("Year", time.Time.Year)
		get("MonthValue", func(t time.Time) int { return int(t.Month()) })
		get("DayOfMonth", time.Time.Day)
		get("DayOfYear", time.Time.YearDay)
		day := func(_ *Context, d *temporal, _ []value) value {
			return l.types["DayOfWeek"].consts[strings.ToUpper(d.t.Weekday().String())].get()
		}
		m("DayOfWeek getDayOfWeek()", day)
		m("DayOfWeek getDayOfWeekEnum()", day)
		m("Month getMonth()", func(_ *Context, d *temporal, _ []value) value {
			return l.types["Month"].consts[strings.ToUpper(d.t.Month().String())].get()
		})
		with("Year", -999999999, 999999999, func(t time.Time, n int) time.Time { return onDay(t, n, int(t.Month()), t.Day()) })
		with("Month", 1, 12, func(t time.Time, n int) time.Time { return onDay(t, t.Year(), n, t.Day()) })
		with("DayOfMonth", 1, 31, func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n-t.Day()) })
		with("DayOfYear", 1, 366, func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n-t.YearDay()) })
	}
	if kind != kindDate {
		get("Hour", time.Time.Hour)
		get("Minute", time.Time.Minute)
		get("Second", time.Time.Second)
		at := func(t time.Time, h, m, s, ns int) time.Time {
			return time.Date(t.Year(), t.Month(), t.Day(), h, m, s, ns, time.UTC)
		}
		with("Hour", 0, 23, func(t time.Time, n int) time.Time { return at(t, n, t.Minute(), t.Second(), t.Nanosecond()) })
		with("Minute", 0, 59, func(t time.Time, n int) time.Time { return at(t, t.Hour(), n, t.Second(), t.Nanosecond()) })
		with("Second", 0, 59, func(t time.Time, n int) time.Time { return at(t, t.Hour(), t.Minute(), n, t.Nanosecond()) })
		with("Nano", 0, 999999999, func(t time.Time, n int) time.Time { return at(t, t.Hour(), t.Minute(), t.Second(), n) })
	}
}

var fieldNames = map[string]string{
	"Year": "Year", "Month": "MonthOfYear", "DayOfMonth": "DayOfMonth", "DayOfYear": "DayOfYear", "Hour": "HourOfDay",
	"Minute": "MinuteOfHour", "Second": "SecondOfMinute", "Nano": "NanoOfSecond",
}

// onDay moves to a month, at most to its last day.
func onDay(t time.Time, year, month, day int) time.Time {
	last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, time.Month(month), min(day, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func (c *Context) truncate(d *temporal, unit int) value {
	if unit > unitDays {
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unit is too large to be used for truncation")
	}
	t := local(d.t)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	ns := chronoUnits[unit].ns
	return c.relocate(d, day.Add(time.Duration(int64(t.Sub(day))/ns*ns)))
}

// field is TemporalAccessor.getLong.
func (c *Context) field(d *temporal, x value) int64 {
	t := d.t
	sod := int64(t.Hour()*3600 + t.Minute()*60 + t.Second())
	switch name := x.ref.(*constantOf).name; name {
	case "YEAR":
		return int64(t.Year())
	case "MONTH_OF_YEAR":
		return int64(t.Month())
	case "DAY_OF_MONTH":
		return int64(t.Day())
	case "DAY_OF_WEEK":
		return int64((t.Weekday()+6)%7) + 1
	case "DAY_OF_YEAR":
		return int64(t.YearDay())
	case "HOUR_OF_DAY":
		return int64(t.Hour())
	case "MINUTE_OF_HOUR":
		return int64(t.Minute())
	case "SECOND_OF_MINUTE":
		return int64(t.Second())
	case "MILLI_OF_SECOND":
		return int64(t.Nanosecond() / 1e6)
	case "MICRO_OF_SECOND":
		return int64(t.Nanosecond() / 1e3)
	case "NANO_OF_SECOND":
		return int64(t.Nanosecond())
	case "EPOCH_DAY":
		return floorDiv(local(t).Unix(), 86400)
	case "INSTANT_SECONDS":
		return t.Unix()
	case "OFFSET_SECONDS":
		_, s := t.Zone()
		return int64(s)
	case "MINUTE_OF_DAY":
		return sod / 60
	case "SECOND_OF_DAY":
		return sod
	case "MILLI_OF_DAY":
		return sod*1e3 + int64(t.Nanosecond()/1e6)
	}
	return sod*1e9 + int64(t.Nanosecond())
}

func floorDiv(n, d int64) int64 {
	if q := n / d; n%d >= 0 {
		return q
	}
	return n/d - 1
}

// declareConversions declares how the classes are made of each other.
func declareConversions(l *lib, kind temporalKind, k *class, m temporalMethod) {
	to := func(sig string, kind temporalKind, f func(time.Time) time.Time) {
		m(sig, func(_ *Context, d *temporal, _ []value) value {
			zone := ""
			if kind == kindZoned {
				zone = offsetID(d.t)
			}
			return object(&temporal{kind, f(d.t), zone})
		})
	}
	date := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	clock := func(t time.Time) time.Time {
		return time.Date(1970, 1, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	}
	zoned := func(c *Context, t time.Time, z value) value {
		id := z.ref.(*zoneID)
		return object(&temporal{kindZoned, t, id.id})
	}
	if kind == kindZoned || kind == kindOffset || kind == kindDateTime {
		to("LocalDate toLocalDate()", kindDate, date)
		to("LocalTime toLocalTime()", kindTime, clock)
	}
	switch kind {
	case kindZoned, kindOffset:
		to("Instant toInstant()", kindInstant, time.Time.UTC)
		to("LocalDateTime toLocalDateTime()", kindDateTime, local)
		m("long toEpochSecond()", func(_ *Context, d *temporal, _ []value) value { return long(d.t.Unix()) })
		m("ZoneOffset getOffset()", func(c *Context, d *temporal, _ []value) value { return object(c.zone(offsetID(d.t))) })
		if kind == kindOffset {
			to("ZonedDateTime toZonedDateTime()", kindZoned, func(t time.Time) time.Time { return t })
			break
		}
		to("OffsetDateTime toOffsetDateTime()", kindOffset, func(t time.Time) time.Time { return t })
		m("ZoneId getZone()", func(c *Context, d *temporal, _ []value) value { return object(c.zone(d.zone)) })
		m("ZonedDateTime withZoneSameInstant(ZoneId)", func(c *Context, d *temporal, a []value) value {
			return zoned(c, d.t.In(a[0].ref.(*zoneID).loc), a[0])
		})
		m("ZonedDateTime withZoneSameLocal(ZoneId)", func(c *Context, d *temporal, a []value) value {
			return zoned(c, localIn(local(d.t), a[0].ref.(*zoneID).loc), a[0])
		})
		k.method(l, "static ZonedDateTime ofInstant(Instant,ZoneId)", func(c *Context, _ value, a []value) value {
			return zoned(c, c.temporal(a[0]).t.In(a[1].ref.(*zoneID).loc), a[1])
		})
		k.method(l, "static ZonedDateTime of(LocalDateTime,ZoneId)", func(c *Context, _ value, a []value) value {
			return zoned(c, localIn(c.temporal(a[0]).t, a[1].ref.(*zoneID).loc), a[1])
		})
		k.method(l, "static ZonedDateTime of(int,int,int,int,int,int,int,ZoneId)", func(c *Context, _ value, a []value) value {
			return zoned(c, localIn(c.dateOf(a), a[7].ref.(*zoneID).loc), a[7])
		})
	case kindInstant:
		m("ZonedDateTime atZone(ZoneId)", func(c *Context, d *temporal, a []value) value {
			return zoned(c, d.t.In(a[0].ref.(*zoneID).loc), a[0])
		})
		m("OffsetDateTime atOffset(ZoneOffset)", func(_ *Context, d *temporal, a []value) value {
			return object(&temporal{kindOffset, d.t.In(a[0].ref.(*zoneID).loc), ""})
		})
		m("long getEpochSecond()", func(_ *Context, d *temporal, _ []value) value { return long(d.t.Unix()) })
		m("long toEpochMilli()", func(_ *Context, d *temporal, _ []value) value { return long(d.t.UnixMilli()) })
		at := func(t time.Time) value { return object(&temporal{kind: kindInstant, t: t.UTC()}) }
		k.constant("EPOCH", k, func() value { return at(time.Unix(0, 0)) })
		k.method(l, "static Instant ofEpochMilli(long)", func(_ *Context, _ value, a []value) value { return at(time.UnixMilli(a[0].int())) })
		k.method(l, "static Instant ofEpochSecond(long)", func(_ *Context, _ value, a []value) value { return at(time.Unix(a[0].int(), 0)) })
		k.method(l, "static Instant ofEpochSecond(long,long)", func(_ *Context, _ value, a []value) value {
			return at(time.Unix(a[0].int(), a[1].int()))
		})
	case kindDateTime:
		m("ZonedDateTime atZone(ZoneId)", func(c *Context, d *temporal, a []value) value {
			return zoned(c, localIn(d.t, a[0].ref.(*zoneID).loc), a[0])
		})
		m("Instant toInstant(ZoneOffset)", func(_ *Context, d *temporal, a []value) value {
			return object(&temporal{kind: kindInstant, t: localIn(d.t, a[0].ref.(*zoneID).loc).UTC()})
		})
		m("long toEpochSecond(ZoneOffset)", func(_ *Context, d *temporal, a []value) value {
			return long(localIn(d.t, a[0].ref.(*zoneID).loc).Unix())
		})
		for n := 5; n <= 7; n++ {
			k.method(l, "static LocalDateTime of("+strings.TrimSuffix(strings.Repeat("int,", n), ",")+")", func(c *Context, _ value, a []value) value {
				return object(&temporal{kind: kindDateTime, t: c.dateOf(a)})
			})
		}
	case kindDate:
		m("ZonedDateTime atStartOfDay(ZoneId)", func(c *Context, d *temporal, a []value) value {
			return zoned(c, localIn(d.t, a[0].ref.(*zoneID).loc), a[0])
		})
		m("long toEpochDay()", func(_ *Context, d *temporal, _ []value) value { return long(floorDiv(d.t.Unix(), 86400)) })
		to("LocalDateTime atStartOfDay()", kindDateTime, date)
		k.method(l, "static LocalDate of(int,int,int)", func(c *Context, _ value, a []value) value {
			return object(&temporal{kind: kindDate, t: c.dateOf(a)})
		})
		k.method(l, "static LocalDate ofEpochDay(long)", func(_ *Context, _ value, a []value) value {
			return object(&temporal{kind: kindDate, t: time.Unix(a[0].int()*86400, 0).UTC()})
		})
	}
}

// dateOf makes a date of year, month, day, hour, minute, second, nano as far as they are given.
func (c *Context) dateOf(a []value) time.Time {
	n := [7]int64{1: 1, 2: 1}
	for i := range min(7, len(a)) {
		n[i] = a[i].int()
	}
	limits := [7][2]int64{{-999999999, 999999999}, {1, 12}, {1, 31}, {0, 23}, {0, 59}, {0, 59}, {0, 999999999}}
	names := [7]string{"Year", "MonthOfYear", "DayOfMonth", "HourOfDay", "MinuteOfHour", "SecondOfMinute", "NanoOfSecond"}
	for i, v := range n {
		if v < limits[i][0] || v > limits[i][1] {
			c.throw("java.time.DateTimeException", "Invalid value for %s (valid values %d - %d): %d", names[i], limits[i][0], limits[i][1], v)
		}
	}
	return time.Date(int(n[0]), time.Month(n[1]), int(n[2]), int(n[3]), int(n[4]), int(n[5]), int(n[6]), time.UTC)
}

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
				if ns >= 1e9 {
					return long(floorDiv(d.s, ns/1e9))
				}
				return long(d.s*(1e9/ns) + d.ns/ns)
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

func declareFormatter(l *lib, k *class) {
	k.method(l, "static DateTimeFormatter ofPattern(String)", func(c *Context, _ value, a []value) value {
		f, err := javatime.Compile(string(c.arg(a[0])))
		if err == nil {
			err = f.CanAppend()
		}
		if err != nil {
			c.throw("java.lang.IllegalArgumentException", "%s", err.Error())
		}
		return object(&formatter{f: f})
	})
	k.method(l, "static DateTimeFormatter ofPattern(String,Locale)", k.statics["ofPattern/1"].run)
	for name, kind := range map[string]temporalKind{
		"ISO_ZONED_DATE_TIME": kindZoned, "ISO_OFFSET_DATE_TIME": kindOffset, "ISO_INSTANT": kindInstant,
		"ISO_LOCAL_DATE_TIME": kindDateTime, "ISO_LOCAL_DATE": kindDate, "ISO_LOCAL_TIME": kindTime,
	} {
		k.constant(name, k, func() value { return object(&formatter{iso: kind, name: name}) })
	}
	k.method(l, "String format(TemporalAccessor)", func(c *Context, x value, a []value) value { return c.formatDate(x, c.temporal(a[0])) })
	k.method(l, "DateTimeFormatter withZone(ZoneId)", func(_ *Context, x value, a []value) value {
		f := *x.ref.(*formatter)
		f.zone = a[0].ref.(*zoneID)
		return object(&f)
	})
}

// formatDate writes a date.
func (c *Context) formatDate(x value, d *temporal) value {
	f, ok := x.ref.(*formatter)
	if !ok {
		c.nullPointer(-1, "formatter")
	}
	t := d.t
	if f.zone != nil {
		t = t.In(f.zone.loc)
	} else if d.kind == kindInstant && f.iso != kindInstant {
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported field: YearOfEra")
	}
	if f.f == nil {
		zone := d.zone
		if f.iso == kindInstant {
			t = t.UTC()
		}
		iso := &temporal{f.iso, t, zone}
		out := iso.appendText(c, nil)
		if f.iso != kindDate && f.iso != kindInstant && t.Second() == 0 && t.Nanosecond() == 0 { // formatters write the seconds always
			at := strings.IndexByte(string(out), ':') + 3
			out = append(out[:at:at], append([]byte(":00"), out[at:]...)...)
		}
		if t.Nanosecond() != 0 && f.iso != kindInstant {
			out = trimFraction(out)
		}
		return c.textValue(out)
	}
	if y := t.Year(); y < 1678 || y > 2261 {
		c.throw("java.time.DateTimeException", "the year %d cannot be written with a pattern here", y)
	}
	_, offset := t.Zone()
	return c.textValue(f.f.Append(nil, t.UnixNano(), offset))
}

// trimFraction cuts zeros off the end of a fraction.
func trimFraction(b []byte) []byte {
	s := string(b)
	at := strings.IndexByte(s, '.') + 1
	end := at
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	return []byte(strings.TrimRight(s[:end], "0") + s[end:])
}

func (c *Context) parseWith(kind temporalKind, s []byte, x value) value {
	f, ok := x.ref.(*formatter)
	if !ok {
		c.nullPointer(-1, "formatter")
	}
	if f.f == nil {
		v := c.parseTemporal(f.iso, c.textValue(s)).ref.(*temporal)
		return object(&temporal{kind, v.t, v.zone})
	}
	d, ok := f.f.Parse(s)
	if !ok {
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed at index 0", s)
	}
	loc, zone := time.UTC, ""
	switch {
	case d.Has&javatime.HasZone != 0 && d.Zone != nil:
		loc, zone = d.Zone, d.Zone.String()
	case d.Has&javatime.HasZone != 0:
		if d.Offset != 0 {
			loc = time.FixedZone("", d.Offset)
		}
		zone = offsetID(time.Unix(0, 0).In(loc))
	case f.zone != nil:
		loc, zone = f.zone.loc, f.zone.id
	case kind == kindZoned || kind == kindOffset:
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: Unable to obtain %s from TemporalAccessor", s, temporalNames[kind])
	}
	ns, _ := d.Resolve(loc)
	t := time.Unix(0, ns).In(loc)
	if kind > kindInstant {
		t, zone = local(t), ""
	}
	return object(&temporal{kind, t, zone})
}

// instantNow is the time of receipt: the only now that there is.
func (c *Context) instantNow() time.Time { return time.Unix(0, c.Received).UTC() }

func declareClocks(l *lib) {
	k := l.class("java.lang.System")
	k.method(l, "static long currentTimeMillis()", func(c *Context, _ value, _ []value) value { return long(c.Received / 1e6) })
	k.method(l, "static long nanoTime()", func(c *Context, _ value, _ []value) value { return long(c.Received) })
	d := l.types["Date"]
	d.method(l, "new()", func(c *Context, _ value, _ []value) value { return object(&javaDate{c.Received / 1e6}) })
	d.method(l, "new(long)", func(_ *Context, _ value, a []value) value { return object(&javaDate{a[0].int()}) })
	d.method(l, "long getTime()", func(_ *Context, x value, _ []value) value { return long(x.ref.(*javaDate).ms) })
	d.method(l, "Instant toInstant()", func(_ *Context, x value, _ []value) value {
		return object(&temporal{kind: kindInstant, t: time.UnixMilli(x.ref.(*javaDate).ms).UTC()})
	})
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
