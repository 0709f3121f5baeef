package painless

import (
	"strings"
	"time"
)

// declareFrom declares how the classes of java.time are made of any date or time, changed by a field or an adjuster,
// and of their parts.
func declareFrom(l *lib) {
	for kind := range temporalKinds {
		name := temporalNames[kind]
		k := l.types[name]
		k.method(l, "static "+name+" from(TemporalAccessor)", func(c *Context, _ value, a []value) value { return c.from(kind, a[0]) })
		k.method(l, name+" with(TemporalField,long)", func(c *Context, x value, a []value) value {
			return c.withField(c.temporal(x), a[0].ref.(*constantOf).name, a[1].int())
		})
		k.method(l, name+" with(TemporalAdjuster)", func(c *Context, x value, a []value) value { return c.adjusted(c.temporal(x), a[0]) })
		if kind != kindZoned && kind != kindDate && kind != kindDateTime {
			k.method(l, "int compareTo("+name+")", func(c *Context, x value, a []value) value { return count(c.compare(x, a[0])) })
		}
	}
	for _, name := range []string{"DayOfWeek", "Month"} {
		k := l.types[name]
		field := map[string]string{"DayOfWeek": "DAY_OF_WEEK", "Month": "MONTH_OF_YEAR"}[name]
		k.method(l, "static "+name+" from(TemporalAccessor)", func(c *Context, _ value, a []value) value {
			if e, ok := a[0].ref.(*constantOf); ok && e.enum == name {
				return a[0]
			}
			f := l.types["ChronoField"].consts[field].get()
			if !c.isSupported(a[0], f).bool() {
				c.noField(name)
			}
			n := c.fieldOf(a[0], f)
			return k.statics["of/1"].run(c, value{}, []value{n})
		})
	}
	declareOf(l)
	declareJoda(l, l.types["ZonedDateTime"])
}

func (c *Context) cannotObtain(name string, x value) {
	c.throw("java.time.DateTimeException", "Unable to obtain %s from TemporalAccessor: %s of type %s", name, c.appendText(nil, x), x.class())
}

// from makes a date or time of one class from one of another.
func (c *Context) from(kind temporalKind, x value) value {
	if x.isNull() {
		c.nullPointer(-1, "temporal")
	}
	d, ok := dateLike(x).ref.(*temporal)
	if !ok {
		c.cannotObtain(temporalNames[kind], x)
	}
	if d.kind == kind {
		return object(d)
	}
	zoned := d.kind == kindZoned || d.kind == kindOffset
	t := local(d.t)
	switch {
	case kind == kindZoned && d.kind == kindOffset:
		return object(&temporal{kindZoned, d.t, offsetID(d.t)})
	case kind == kindOffset && d.kind == kindZoned:
		return object(&temporal{kindOffset, d.t, ""})
	case kind == kindInstant && zoned:
		return object(&temporal{kind: kindInstant, t: d.t.UTC()})
	case kind == kindDateTime && zoned:
		return object(&temporal{kind: kindDateTime, t: t})
	case kind == kindDate && (zoned || d.kind == kindDateTime):
		return object(&temporal{kind: kindDate, t: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)})
	case kind == kindTime && (zoned || d.kind == kindDateTime):
		return object(timeOf(t))
	}
	switch kind { // the cause of the exception, which is what a processor tells
	case kindZoned:
		c.cannotObtain("ZoneId", x)
	case kindInstant:
		c.noField("InstantSeconds")
	}
	c.cannotObtain(temporalNames[kind], x)
	return null()
}

// timeOf is the time of day of t.
func timeOf(t time.Time) *temporal {
	return &temporal{kind: kindTime, t: time.Date(1970, 1, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)}
}

func together(date, clock *temporal) time.Time {
	d, t := date.t, clock.t
	return time.Date(d.Year(), d.Month(), d.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func ints(n int) string { return strings.TrimSuffix(strings.Repeat("int,", n), ",") }

// declareOf declares what makes dates and times of their parts.
func declareOf(l *lib) {
	static := func(k string, sig string, f func(c *Context, a []value) *temporal) {
		l.types[k].method(l, "static "+k+" "+sig, func(c *Context, _ value, a []value) value { return object(f(c, a)) })
	}
	m := func(k, sig string, f func(c *Context, d *temporal, a []value) value) {
		l.types[k].method(l, sig, func(c *Context, x value, a []value) value { return f(c, c.temporal(x), a) })
	}
	constant := func(k, name string, d *temporal) {
		l.types[k].constant(name, l.types[k], func() value { return object(d) })
	}
	zone := func(c *Context, x value) *zoneID {
		z, ok := x.ref.(*zoneID)
		if !ok {
			c.nullPointer(-1, "zone")
		}
		return z
	}
	at := func(c *Context, a []value) *temporal { // a time of day
		return timeOf(c.dateOf(append([]value{integer(1970), integer(1), integer(1)}, a...)))
	}
	for n := 2; n <= 4; n++ {
		static("LocalTime", "of("+ints(n)+")", at)
		m("LocalDate", "LocalDateTime atTime("+ints(n)+")", func(c *Context, d *temporal, a []value) value {
			return object(&temporal{kind: kindDateTime, t: together(d, at(c, a))})
		})
	}
	m("LocalDate", "LocalDateTime atTime(LocalTime)", func(c *Context, d *temporal, a []value) value {
		return object(&temporal{kind: kindDateTime, t: together(d, c.temporal(a[0]))})
	})
	m("LocalDate", "Period until(ChronoLocalDate)", func(c *Context, d *temporal, a []value) value { return c.periodBetween(d, c.temporal(a[0])) })
	static("LocalDate", "ofYearDay(int,int)", func(c *Context, a []value) *temporal {
		first := c.dateOf([]value{a[0], integer(1), integer(1)})
		return c.withField(&temporal{kind: kindDate, t: first}, "DAY_OF_YEAR", a[1].int()).ref.(*temporal)
	})
	midnight := &temporal{kind: kindTime, t: time.Unix(0, 0).UTC()}
	constant("LocalTime", "MIDNIGHT", midnight)
	constant("LocalTime", "MIN", midnight)
	constant("LocalTime", "NOON", &temporal{kind: kindTime, t: time.Unix(43200, 0).UTC()})
	constant("LocalTime", "MAX", &temporal{kind: kindTime, t: time.Unix(86399, 999999999).UTC()})
	m("LocalTime", "LocalDateTime atDate(LocalDate)", func(c *Context, d *temporal, a []value) value {
		return object(&temporal{kind: kindDateTime, t: together(c.temporal(a[0]), d)})
	})
	m("LocalTime", "int toSecondOfDay()", func(_ *Context, d *temporal, _ []value) value { return integer(int32(d.t.Unix())) })
	m("LocalTime", "long toNanoOfDay()", func(_ *Context, d *temporal, _ []value) value { return long(d.t.UnixNano()) })
	for _, unit := range []string{"SECOND", "NANO"} {
		name := map[string]string{"SECOND": "Second", "NANO": "Nano"}[unit]
		static("LocalTime", "of"+name+"OfDay(long)", func(c *Context, a []value) *temporal {
			return c.withField(midnight, unit+"_OF_DAY", a[0].int()).ref.(*temporal)
		})
	}
	static("LocalDateTime", "of(LocalDate,LocalTime)", func(c *Context, a []value) *temporal {
		return &temporal{kind: kindDateTime, t: together(c.temporal(a[0]), c.temporal(a[1]))}
	})
	static("LocalDateTime", "ofInstant(Instant,ZoneId)", func(c *Context, a []value) *temporal {
		return &temporal{kind: kindDateTime, t: local(c.temporal(a[0]).t.In(zone(c, a[1]).loc))}
	})
	static("LocalDateTime", "ofEpochSecond(long,int,ZoneOffset)", func(c *Context, a []value) *temporal {
		return &temporal{kind: kindDateTime, t: local(time.Unix(a[0].int(), a[1].int()).In(zone(c, a[2]).loc))}
	})
	offset := func(c *Context, t time.Time, z value) *temporal {
		return &temporal{kind: kindOffset, t: localIn(t, zone(c, z).loc)}
	}
	m("LocalDateTime", "OffsetDateTime atOffset(ZoneOffset)", func(c *Context, d *temporal, a []value) value { return object(offset(c, d.t, a[0])) })
	static("OffsetDateTime", "of(LocalDateTime,ZoneOffset)", func(c *Context, a []value) *temporal { return offset(c, c.temporal(a[0]).t, a[1]) })
	static("OffsetDateTime", "of(LocalDate,LocalTime,ZoneOffset)", func(c *Context, a []value) *temporal {
		return offset(c, together(c.temporal(a[0]), c.temporal(a[1])), a[2])
	})
	static("OffsetDateTime", "of("+ints(7)+",ZoneOffset)", func(c *Context, a []value) *temporal { return offset(c, c.dateOf(a), a[7]) })
	static("OffsetDateTime", "ofInstant(Instant,ZoneId)", func(c *Context, a []value) *temporal {
		return &temporal{kind: kindOffset, t: c.temporal(a[0]).t.In(offsetOf(c.temporal(a[0]).t.In(zone(c, a[1]).loc)).loc)}
	})
	m("OffsetDateTime", "OffsetDateTime withOffsetSameInstant(ZoneOffset)", func(c *Context, d *temporal, a []value) value {
		return object(&temporal{kind: kindOffset, t: d.t.In(zone(c, a[0]).loc)})
	})
	m("OffsetDateTime", "OffsetDateTime withOffsetSameLocal(ZoneOffset)", func(c *Context, d *temporal, a []value) value {
		return object(offset(c, local(d.t), a[0]))
	})
	m("OffsetDateTime", "ZonedDateTime atZoneSameInstant(ZoneId)", func(c *Context, d *temporal, a []value) value {
		return object(&temporal{kindZoned, d.t.In(zone(c, a[0]).loc), zone(c, a[0]).id})
	})
	m("OffsetDateTime", "ZonedDateTime atZoneSimilarLocal(ZoneId)", func(c *Context, d *temporal, a []value) value {
		return object(&temporal{kindZoned, localIn(local(d.t), zone(c, a[0]).loc), zone(c, a[0]).id})
	})
	static("ZonedDateTime", "of(LocalDate,LocalTime,ZoneId)", func(c *Context, a []value) *temporal {
		return &temporal{kindZoned, localIn(together(c.temporal(a[0]), c.temporal(a[1])), zone(c, a[2]).loc), zone(c, a[2]).id}
	})
	declareOffsets(l)
}

func declareOffsets(l *lib) {
	o := l.types["ZoneOffset"]
	made := func(c *Context, _ value, a []value) value {
		var n [3]int64
		for i := range a {
			n[i] = a[i].int()
		}
		for i, most := range []int64{18, 59, 59} {
			if name := []string{"hours", "minutes", "seconds"}[i]; n[i] < -most || n[i] > most {
				if i == 0 {
					c.throw("java.time.DateTimeException", "Zone offset hours not in valid range: value %d is not in the range -18 to 18", n[i])
				}
				c.throw("java.time.DateTimeException", "Zone offset %s not in valid range: value %d is not in the range -59 to 59", name, n[i])
			}
		}
		return object(offsetZone(n[0]*3600 + n[1]*60 + n[2]))
	}
	o.method(l, "static ZoneOffset ofHoursMinutes(int,int)", made)
	o.method(l, "static ZoneOffset ofHoursMinutesSeconds(int,int,int)", made)
	for name, s := range map[string]int64{"MIN": -18 * 3600, "MAX": 18 * 3600} {
		v := object(offsetZone(s))
		o.constant(name, o, func() value { return v })
	}
	z := l.types["ZoneId"]
	z.method(l, "static ZoneId from(TemporalAccessor)", func(c *Context, _ value, a []value) value {
		d, ok := dateLike(a[0]).ref.(*temporal)
		switch {
		case ok && d.kind == kindZoned:
			return object(c.zone(d.zone))
		case ok && d.kind == kindOffset:
			return object(offsetOf(d.t))
		}
		c.cannotObtain("ZoneId", a[0])
		return null()
	})
	z.method(l, "ZoneId normalized()", func(_ *Context, x value, _ []value) value {
		z := x.ref.(*zoneID)
		if z.isFixed() {
			return object(offsetZone(z.offset()))
		}
		return x
	})
}

// declareJoda declares the getters of Joda time that Elasticsearch's dates had once, and now refuse.
func declareJoda(l *lib, k *class) {
	for name, other := range map[string]string{
		"CenturyOfEra": "get(ChronoField.YEAR_OF_ERA) / 100", "Era": "get(ChronoField.ERA)", "HourOfDay": "getHour()",
		"MillisOfDay": "get(ChronoField.MILLI_OF_DAY)", "MillisOfSecond": "get(ChronoField.MILLI_OF_SECOND)",
		"MinuteOfDay": "get(ChronoField.MINUTE_OF_DAY)", "MinuteOfHour": "getMinute()", "MonthOfYear": "getMonthValue()",
		"SecondOfDay": "get(ChronoField.SECOND_OF_DAY)", "SecondOfMinute": "getSecond()",
		"WeekOfWeekyear": "get(IsoFields.WEEK_OF_WEEK_BASED_YEAR)", "Weekyear": "get(IsoFields.WEEK_BASED_YEAR)",
		"YearOfCentury": "get(ChronoField.YEAR_OF_ERA) % 100", "YearOfEra": "get(ChronoField.YEAR_OF_ERA)",
	} {
		k.method(l, "int get"+name+"()", func(c *Context, _ value, _ []value) value {
			c.throw("java.lang.UnsupportedOperationException", "[get%s] is no longer available; use [%s] instead", name, other)
			return null()
		})
	}
}
