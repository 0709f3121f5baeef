package painless

import (
	"strings"
	"time"

	"github.com/millrace/millrace/event"
)

// adjuster is a TemporalAdjuster: of TemporalAdjusters, or a function of a script.
type adjuster struct {
	date func(time.Time) time.Time
}

func (*adjuster) classOf(event.Value) *class { return classes().types["TemporalAdjuster"] }

// adjusted is Temporal.with(TemporalAdjuster).
func (c *Context) adjusted(d *temporal, x value) value {
	switch a := dateLike(x).ref.(type) {
	case *adjuster:
		if d.kind == kindInstant || d.kind == kindTime {
			c.noField("DayOfMonth")
		}
		return c.relocate(d, a.date(local(d.t)))
	case *temporal:
		return c.adjustedTo(d, a)
	case *constantOf:
		switch a.enum {
		case "DayOfWeek":
			return c.withField(d, "DAY_OF_WEEK", int64(a.n))
		case "Month":
			return c.withField(d, "MONTH_OF_YEAR", int64(a.n))
		}
	case *zoneID:
		if d.kind == kindOffset {
			return c.withField(d, "OFFSET_SECONDS", a.offset())
		}
		c.noField("OffsetSeconds")
	}
	c.throw("java.lang.NullPointerException", "adjuster")
	return null()
}

func (c *Context) noField(name string) {
	c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported field: %s", name)
}

// adjustedTo takes the parts of another date or time.
func (c *Context) adjustedTo(d, to *temporal) value {
	t, o := local(d.t), local(to.t)
	switch {
	case d.kind == to.kind && d.kind != kindZoned:
		return object(to)
	case to.kind == kindDate && d.kind != kindTime && d.kind != kindInstant:
		o = time.Date(o.Year(), o.Month(), o.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	case to.kind == kindTime && d.kind != kindDate && d.kind != kindInstant:
		o = time.Date(t.Year(), t.Month(), t.Day(), o.Hour(), o.Minute(), o.Second(), o.Nanosecond(), time.UTC)
	case to.kind == kindDateTime && (d.kind == kindZoned || d.kind == kindOffset):
	case (to.kind == kindOffset || to.kind == kindZoned) && d.kind == kindZoned:
		return d.with(to.t.In(d.t.Location()))
	case to.kind == kindInstant && (d.kind == kindZoned || d.kind == kindOffset):
		return d.with(to.t.In(d.t.Location()))
	case to.kind == kindDate:
		c.noField("EpochDay")
	case to.kind == kindTime:
		c.noField("NanoOfDay")
	default:
		c.noField("EpochDay")
	}
	return c.relocate(d, o)
}

func (z *zoneID) offset() int64 {
	_, s := time.Unix(0, 0).In(z.loc).Zone()
	return int64(s)
}

func declareAdjusters(l *lib) {
	k := l.class("java.time.temporal.TemporalAdjusters")
	month := func(t time.Time, n, day int) time.Time {
		return time.Date(t.Year(), t.Month()+time.Month(n), day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	}
	for name, f := range map[string]func(time.Time) time.Time{
		"firstDayOfMonth":     func(t time.Time) time.Time { return month(t, 0, 1) },
		"lastDayOfMonth":      func(t time.Time) time.Time { return month(t, 1, 0) },
		"firstDayOfNextMonth": func(t time.Time) time.Time { return month(t, 1, 1) },
		"firstDayOfYear":      func(t time.Time) time.Time { return month(t, 1-int(t.Month()), 1) },
		"lastDayOfYear":       func(t time.Time) time.Time { return month(t, 13-int(t.Month()), 0) },
		"firstDayOfNextYear":  func(t time.Time) time.Time { return month(t, 13-int(t.Month()), 1) },
	} {
		v := object(&adjuster{f})
		k.method(l, "static TemporalAdjuster "+name+"()", func(*Context, value, []value) value { return v })
	}
	weekday := func(sig string, f func(t time.Time, day int) int) {
		k.method(l, "static TemporalAdjuster "+sig+"(DayOfWeek)", func(_ *Context, _ value, a []value) value {
			day := a[0].ref.(*constantOf).n
			return object(&adjuster{func(t time.Time) time.Time { return t.AddDate(0, 0, f(t, day)) }})
		})
	}
	ahead := func(t time.Time, day int) int { return (day - dayOfWeek(t) + 7) % 7 }
	weekday("nextOrSame", ahead)
	weekday("next", func(t time.Time, day int) int { return (ahead(t, day)+6)%7 + 1 })
	weekday("previousOrSame", func(t time.Time, day int) int { return -((7 - ahead(t, day)) % 7) })
	weekday("previous", func(t time.Time, day int) int { return ahead(t, day) - 7 })
	nth := func(n, day int) value {
		return object(&adjuster{func(t time.Time) time.Time {
			if n >= 0 {
				first := month(t, 0, 1)
				return first.AddDate(0, 0, (day-dayOfWeek(first)+7)%7+7*(n-1))
			}
			last := month(t, 1, 0)
			return last.AddDate(0, 0, -((dayOfWeek(last)-day+7)%7)+7*(n+1))
		}})
	}
	k.method(l, "static TemporalAdjuster firstInMonth(DayOfWeek)", func(_ *Context, _ value, a []value) value { return nth(1, a[0].ref.(*constantOf).n) })
	k.method(l, "static TemporalAdjuster lastInMonth(DayOfWeek)", func(_ *Context, _ value, a []value) value { return nth(-1, a[0].ref.(*constantOf).n) })
	k.method(l, "static TemporalAdjuster dayOfWeekInMonth(int,DayOfWeek)", func(_ *Context, _ value, a []value) value {
		return nth(int(a[0].int()), a[1].ref.(*constantOf).n)
	})
}

func dayOfWeek(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// withField is Temporal.with(TemporalField, long).
func (c *Context) withField(d *temporal, name string, n int64) value {
	f := chronoField(name)
	if f == nil || !d.supports(f) {
		c.noField(fieldText(name))
	}
	if n < f.least || n > f.most {
		c.throw("java.time.DateTimeException", "Invalid value for %s (valid values %s): %d", f.text, f.span(), n)
	}
	t := local(d.t)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	clock := func(h, m, s, ns int64) value {
		return c.relocate(d, day.Add(time.Duration(((h*60+m)*60+s)*1e9+ns)))
	}
	h, m, s, ns := int64(t.Hour()), int64(t.Minute()), int64(t.Second()), int64(t.Nanosecond())
	switch name {
	case "NANO_OF_SECOND":
		if d.kind == kindInstant {
			return d.with(time.Unix(d.t.Unix(), n).UTC())
		}
		return clock(h, m, s, n)
	case "MICRO_OF_SECOND", "MILLI_OF_SECOND":
		per := int64(1e3)
		if name == "MILLI_OF_SECOND" {
			per = 1e6
		}
		if d.kind == kindInstant {
			return d.with(time.Unix(d.t.Unix(), n*per).UTC())
		}
		return clock(h, m, s, n*per)
	case "NANO_OF_DAY":
		return clock(0, 0, 0, n)
	case "MICRO_OF_DAY":
		return clock(0, 0, 0, n*1e3)
	case "MILLI_OF_DAY":
		return clock(0, 0, 0, n*1e6)
	case "SECOND_OF_MINUTE":
		return clock(h, m, n, ns)
	case "SECOND_OF_DAY":
		return clock(0, 0, n, ns)
	case "MINUTE_OF_HOUR":
		return clock(h, n, s, ns)
	case "MINUTE_OF_DAY":
		return clock(0, n, s, ns)
	case "HOUR_OF_AMPM", "CLOCK_HOUR_OF_AMPM":
		return clock(h/12*12+n%12, m, s, ns)
	case "HOUR_OF_DAY", "CLOCK_HOUR_OF_DAY":
		return clock(n%24, m, s, ns)
	case "AMPM_OF_DAY":
		return clock(h%12+12*n, m, s, ns)
	case "INSTANT_SECONDS":
		return d.with(time.Unix(n, ns).In(d.t.Location()))
	case "OFFSET_SECONDS":
		if d.kind == kindZoned { // its zone says what the offset is
			return object(d)
		}
		return object(&temporal{d.kind, localIn(t, offsetZone(n).loc), offsetZone(n).id})
	}
	return c.withDate(d, t, name, n)
}

// withDate is withField for parts of a date.
func (c *Context) withDate(d *temporal, t time.Time, name string, n int64) value {
	i := int(n)
	switch name {
	case "DAY_OF_WEEK":
		t = t.AddDate(0, 0, i-dayOfWeek(t))
	case "ALIGNED_DAY_OF_WEEK_IN_MONTH":
		t = t.AddDate(0, 0, i-((t.Day()-1)%7+1))
	case "ALIGNED_DAY_OF_WEEK_IN_YEAR":
		t = t.AddDate(0, 0, i-((t.YearDay()-1)%7+1))
	case "DAY_OF_MONTH":
		if why := noSuchDay(t.Year(), int(t.Month()), i); why != "" {
			c.throw("java.time.DateTimeException", "%s", why)
		}
		t = t.AddDate(0, 0, i-t.Day())
	case "DAY_OF_YEAR":
		if i == 366 && onDay(t, t.Year(), 2, 31).Day() == 28 {
			c.throw("java.time.DateTimeException", "Invalid date 'DayOfYear 366' as '%d' is not a leap year", t.Year())
		}
		t = t.AddDate(0, 0, i-t.YearDay())
	case "EPOCH_DAY":
		t = t.AddDate(0, 0, int(n-floorDiv(t.Unix(), 86400)))
	case "ALIGNED_WEEK_OF_MONTH":
		t = t.AddDate(0, 0, 7*(i-((t.Day()-1)/7+1)))
	case "ALIGNED_WEEK_OF_YEAR":
		t = t.AddDate(0, 0, 7*(i-((t.YearDay()-1)/7+1)))
	case "MONTH_OF_YEAR":
		t = onDay(t, t.Year(), i, t.Day())
	case "PROLEPTIC_MONTH":
		t = onDay(t, int(floorDiv(n, 12)), int(n-floorDiv(n, 12)*12)+1, t.Day())
	case "YEAR_OF_ERA":
		if t.Year() < 1 {
			i = 1 - i
		}
		t = onDay(t, i, int(t.Month()), t.Day())
	case "YEAR":
		t = onDay(t, i, int(t.Month()), t.Day())
	case "ERA":
		if b2i(t.Year() >= 1) != i {
			t = onDay(t, 1-t.Year(), int(t.Month()), t.Day())
		}
	}
	return c.relocate(d, t)
}

func offsetZone(s int64) *zoneID {
	if s == 0 {
		return &zoneID{"Z", time.UTC}
	}
	loc := time.FixedZone("", int(s))
	return &zoneID{offsetID(time.Unix(0, 0).In(loc)), loc}
}

// declareDisplayNames declares TextStyle, and the names of days and months. They are English.
func declareDisplayNames(l *lib) {
	styles := []string{"FULL", "FULL_STANDALONE", "SHORT", "SHORT_STANDALONE", "NARROW", "NARROW_STANDALONE"}
	k := declareEnum(l, "java.time.format.TextStyle", styles)
	all := func(i int) value { return k.consts[styles[i]].get() }
	k.method(l, "TextStyle asNormal()", func(_ *Context, x value, _ []value) value { return all(x.ref.(*constantOf).n &^ 1) })
	k.method(l, "TextStyle asStandalone()", func(_ *Context, x value, _ []value) value { return all(x.ref.(*constantOf).n | 1) })
	k.method(l, "boolean isStandalone()", func(_ *Context, x value, _ []value) value { return boolean(x.ref.(*constantOf).n&1 == 1) })
	for _, name := range []string{"DayOfWeek", "Month"} {
		l.types[name].method(l, "String getDisplayName(TextStyle,Locale)", func(c *Context, x value, a []value) value {
			if a[1].isNull() {
				c.throw("java.lang.NullPointerException", "locale")
			}
			if lang := a[1].ref.(*locale).language; lang != "" && lang != "en" {
				c.throw("java.lang.UnsupportedOperationException", "names of days and months in the language [%s] are not supported in scripts; use Locale.ROOT", lang)
			}
			e := x.ref.(*constantOf)
			text := e.name[:1] + strings.ToLower(e.name[1:])
			switch style := a[0].ref.(*constantOf).n; {
			case style < 2:
			case style < 4:
				text = text[:3]
			case name == "Month" && a[1].ref.(*locale).language == "":
				return c.textString(itoa(e.n))
			default:
				text = text[:1]
			}
			return c.textString(text)
		})
		k := l.types[name]
		size := map[string]int{"DayOfWeek": 7, "Month": 12}[name]
		names := make([]value, size)
		for _, f := range k.consts {
			v := f.get()
			names[v.ref.(*constantOf).n-1] = v
		}
		moved := func(sign int64) native {
			return func(_ *Context, x value, a []value) value {
				n := (int64(x.ref.(*constantOf).n-1) + sign*(a[0].int()%int64(size))) % int64(size)
				return names[(n+int64(size))%int64(size)]
			}
		}
		k.method(l, name+" plus(long)", moved(1))
		k.method(l, name+" minus(long)", moved(-1))
	}
	declareMonth(l, l.types["Month"])
}

func declareMonth(l *lib, k *class) {
	of := func(x value) int { return x.ref.(*constantOf).n }
	length := func(m int, leap bool) int {
		return time.Date(2001-b2i(leap), time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	}
	k.method(l, "int length(boolean)", func(_ *Context, x value, a []value) value { return count(length(of(x), a[0].bool())) })
	k.method(l, "int minLength()", func(_ *Context, x value, _ []value) value { return count(length(of(x), false)) })
	k.method(l, "int maxLength()", func(_ *Context, x value, _ []value) value { return count(length(of(x), true)) })
	k.method(l, "int firstDayOfYear(boolean)", func(_ *Context, x value, a []value) value {
		return count(time.Date(2001-b2i(a[0].bool()), time.Month(of(x)), 1, 0, 0, 0, 0, time.UTC).YearDay())
	})
	k.method(l, "Month firstMonthOfQuarter()", func(_ *Context, x value, _ []value) value {
		return k.consts[strings.ToUpper(time.Month((of(x)-1)/3*3+1).String())].get()
	})
}
