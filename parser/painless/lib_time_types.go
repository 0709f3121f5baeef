package painless

import (
	"strings"
	"time"
)

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
		if kind == kindZoned {
			m("DayOfWeek getDayOfWeekEnum()", day)
		}
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
		if kind == kindDateTime { // which Elasticsearch's list leaves out
			return
		}
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
	case "MICRO_OF_DAY":
		return sod*1e6 + int64(t.Nanosecond()/1e3)
	case "HOUR_OF_AMPM":
		return int64(t.Hour() % 12)
	case "CLOCK_HOUR_OF_AMPM":
		return int64((t.Hour()+11)%12) + 1
	case "CLOCK_HOUR_OF_DAY":
		return int64((t.Hour()+23)%24) + 1
	case "AMPM_OF_DAY":
		return int64(t.Hour() / 12)
	case "ALIGNED_DAY_OF_WEEK_IN_MONTH":
		return int64((t.Day()-1)%7) + 1
	case "ALIGNED_DAY_OF_WEEK_IN_YEAR":
		return int64((t.YearDay()-1)%7) + 1
	case "ALIGNED_WEEK_OF_MONTH":
		return int64((t.Day()-1)/7) + 1
	case "ALIGNED_WEEK_OF_YEAR":
		return int64((t.YearDay()-1)/7) + 1
	case "PROLEPTIC_MONTH":
		return int64(t.Year())*12 + int64(t.Month()) - 1
	case "YEAR_OF_ERA":
		if t.Year() < 1 {
			return int64(1 - t.Year())
		}
		return int64(t.Year())
	case "ERA":
		return int64(b2i(t.Year() >= 1))
	case "QUARTER_OF_YEAR", "DAY_OF_QUARTER", "WEEK_OF_WEEK_BASED_YEAR", "WEEK_BASED_YEAR":
		return isoField(t, name)
	}
	return sod*1e9 + int64(t.Nanosecond())
}

// offsetOf is the offset that a time has from UTC.
func offsetOf(t time.Time) *zoneID {
	_, s := t.Zone()
	if s == 0 {
		return &zoneID{"Z", time.UTC}
	}
	loc := time.FixedZone("", s)
	return &zoneID{offsetID(t), loc}
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
		m("ZoneOffset getOffset()", func(_ *Context, d *temporal, _ []value) value { return object(offsetOf(d.t)) })
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
		lengths := func(t time.Time) (month, year int) {
			first := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
			return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day(), first.AddDate(1, 0, -1).YearDay()
		}
		m("int lengthOfMonth()", func(_ *Context, d *temporal, _ []value) value { n, _ := lengths(d.t); return count(n) })
		m("int lengthOfYear()", func(_ *Context, d *temporal, _ []value) value { _, n := lengths(d.t); return count(n) })
		m("boolean isLeapYear()", func(_ *Context, d *temporal, _ []value) value { _, n := lengths(d.t); return boolean(n > 365) })
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
	if why := noSuchDay(int(n[0]), int(n[1]), int(n[2])); why != "" {
		c.throw("java.time.DateTimeException", "%s", why)
	}
	return time.Date(int(n[0]), time.Month(n[1]), int(n[2]), int(n[3]), int(n[4]), int(n[5]), int(n[6]), time.UTC)
}
