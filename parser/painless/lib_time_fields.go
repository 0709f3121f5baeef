package painless

import (
	"math"
	"strconv"
	"time"
)

// chronoFieldOf is what ChronoField knows of a field.
type chronoFieldOf struct {
	name, text  string
	least, most int64
	smallest    int64 // of the greatest values, 0 when they are all the same
	part        byte  // d: of a date, t: of a time of day, i: of a point in time, o: of an offset
}

var chronoFieldTable = []chronoFieldOf{
	{"NANO_OF_SECOND", "NanoOfSecond", 0, 999_999_999, 0, 't'},
	{"NANO_OF_DAY", "NanoOfDay", 0, 86_399_999_999_999, 0, 't'},
	{"MICRO_OF_SECOND", "MicroOfSecond", 0, 999_999, 0, 't'},
	{"MICRO_OF_DAY", "MicroOfDay", 0, 86_399_999_999, 0, 't'},
	{"MILLI_OF_SECOND", "MilliOfSecond", 0, 999, 0, 't'},
	{"MILLI_OF_DAY", "MilliOfDay", 0, 86_399_999, 0, 't'},
	{"SECOND_OF_MINUTE", "SecondOfMinute", 0, 59, 0, 't'},
	{"SECOND_OF_DAY", "SecondOfDay", 0, 86_399, 0, 't'},
	{"MINUTE_OF_HOUR", "MinuteOfHour", 0, 59, 0, 't'},
	{"MINUTE_OF_DAY", "MinuteOfDay", 0, 1439, 0, 't'},
	{"HOUR_OF_AMPM", "HourOfAmPm", 0, 11, 0, 't'},
	{"CLOCK_HOUR_OF_AMPM", "ClockHourOfAmPm", 1, 12, 0, 't'},
	{"HOUR_OF_DAY", "HourOfDay", 0, 23, 0, 't'},
	{"CLOCK_HOUR_OF_DAY", "ClockHourOfDay", 1, 24, 0, 't'},
	{"AMPM_OF_DAY", "AmPmOfDay", 0, 1, 0, 't'},
	{"DAY_OF_WEEK", "DayOfWeek", 1, 7, 0, 'd'},
	{"ALIGNED_DAY_OF_WEEK_IN_MONTH", "AlignedDayOfWeekInMonth", 1, 7, 0, 'd'},
	{"ALIGNED_DAY_OF_WEEK_IN_YEAR", "AlignedDayOfWeekInYear", 1, 7, 0, 'd'},
	{"DAY_OF_MONTH", "DayOfMonth", 1, 31, 28, 'd'},
	{"DAY_OF_YEAR", "DayOfYear", 1, 366, 365, 'd'},
	{"EPOCH_DAY", "EpochDay", -365_243_219_162, 365_241_780_471, 0, 'd'},
	{"ALIGNED_WEEK_OF_MONTH", "AlignedWeekOfMonth", 1, 5, 4, 'd'},
	{"ALIGNED_WEEK_OF_YEAR", "AlignedWeekOfYear", 1, 53, 0, 'd'},
	{"MONTH_OF_YEAR", "MonthOfYear", 1, 12, 0, 'd'},
	{"PROLEPTIC_MONTH", "ProlepticMonth", -999_999_999 * 12, 999_999_999*12 + 11, 0, 'd'},
	{"YEAR_OF_ERA", "YearOfEra", 1, 1_000_000_000, 999_999_999, 'd'},
	{"YEAR", "Year", -999_999_999, 999_999_999, 0, 'd'},
	{"ERA", "Era", 0, 1, 0, 'd'},
	{"INSTANT_SECONDS", "InstantSeconds", math.MinInt64, math.MaxInt64, 0, 'i'},
	{"OFFSET_SECONDS", "OffsetSeconds", -18 * 3600, 18 * 3600, 0, 'o'},
}

func chronoField(name string) *chronoFieldOf {
	for i := range chronoFieldTable {
		if chronoFieldTable[i].name == name {
			return &chronoFieldTable[i]
		}
	}
	return nil
}

// fieldText is what toString of a field gives.
func fieldText(name string) string {
	if f := chronoField(name); f != nil {
		return f.text
	}
	for _, f := range isoFields {
		if f.name == name {
			return f.text
		}
	}
	return name
}

// span writes the range of a field as errors do.
func (f *chronoFieldOf) span() string {
	most := strconv.FormatInt(f.most, 10)
	if f.smallest != 0 {
		most = strconv.FormatInt(f.smallest, 10) + "/" + most
	}
	return strconv.FormatInt(f.least, 10) + " - " + most
}

// supports tells whether a date or time has the field.
func (d *temporal) supports(f *chronoFieldOf) bool {
	switch d.kind {
	case kindZoned, kindOffset:
		return true
	case kindInstant:
		return f.part == 'i' || f.name == "NANO_OF_SECOND" || f.name == "MICRO_OF_SECOND" || f.name == "MILLI_OF_SECOND"
	case kindDateTime:
		return f.part == 'd' || f.part == 't'
	case kindDate:
		return f.part == 'd'
	}
	return f.part == 't'
}

// isoFields are those of IsoFields and of WeekFields.ISO, which dates have.
var isoFields = []struct{ constant, name, text string }{
	{"QUARTER_OF_YEAR", "QUARTER_OF_YEAR", "QuarterOfYear"},
	{"DAY_OF_QUARTER", "DAY_OF_QUARTER", "DayOfQuarter"},
	{"WEEK_OF_WEEK_BASED_YEAR", "WEEK_OF_WEEK_BASED_YEAR", "WeekOfWeekBasedYear"},
	{"WEEK_BASED_YEAR", "WEEK_BASED_YEAR", "WeekBasedYear"},
}

// isoField is the value of one of IsoFields.
func isoField(t time.Time, name string) int64 {
	quarter := (int(t.Month()) - 1) / 3
	year, week := t.ISOWeek()
	switch name {
	case "QUARTER_OF_YEAR":
		return int64(quarter + 1)
	case "DAY_OF_QUARTER":
		return int64(t.YearDay() - time.Date(t.Year(), time.Month(3*quarter+1), 1, 0, 0, 0, 0, time.UTC).YearDay() + 1)
	case "WEEK_OF_WEEK_BASED_YEAR":
		return int64(week)
	}
	return int64(year)
}

func declareFields(l *lib) {
	var names, texts []string
	for _, f := range chronoFieldTable {
		names, texts = append(names, f.name), append(texts, f.text)
	}
	k := declareEnumOf(l, "java.time.temporal.ChronoField", names, texts, 0, "TemporalField")
	check := func(c *Context, x value, a []value) value {
		f := chronoField(x.ref.(*constantOf).name)
		if n := a[0].int(); n < f.least || n > f.most {
			c.throw("java.time.DateTimeException", "Invalid value for %s (valid values %s): %d", f.text, f.span(), n)
		}
		return a[0]
	}
	k.method(l, "long checkValidValue(long)", check)
	k.method(l, "int checkValidIntValue(long)", func(c *Context, x value, a []value) value { return integer(int32(check(c, x, a).int())) })
	iso := l.class("java.time.temporal.IsoFields")
	for _, f := range isoFields {
		v := object(&constantOf{enum: "TemporalField", name: f.name, text: f.text})
		iso.constant(f.constant, l.types["TemporalField"], func() value { return v })
	}
	field := l.types["TemporalField"]
	part := func(date bool) native {
		return func(_ *Context, x value, _ []value) value {
			f := chronoField(x.ref.(*constantOf).name)
			if f == nil {
				return boolean(date)
			}
			return boolean(date && f.part == 'd' || !date && f.part == 't')
		}
	}
	field.method(l, "boolean isDateBased()", part(true))
	field.method(l, "boolean isTimeBased()", part(false))
	field.method(l, "boolean isSupportedBy(TemporalAccessor)", func(c *Context, x value, a []value) value { return c.isSupported(a[0], x) })
	field.method(l, "long getFrom(TemporalAccessor)", func(c *Context, x value, a []value) value { return c.fieldOf(a[0], x) })
	declareAccessor(l, l.types["TemporalAccessor"])
	declareUnitMethods(l, l.types["TemporalUnit"])
}

func (c *Context) isSupported(x, f value) value {
	name := f.ref.(*constantOf).name
	switch d := dateLike(x).ref.(type) {
	case *temporal:
		if cf := chronoField(name); cf != nil {
			return boolean(d.supports(cf))
		}
		return boolean(d.kind != kindTime && d.kind != kindInstant)
	case *constantOf:
		return boolean(d.enum == "DayOfWeek" && name == "DAY_OF_WEEK" || d.enum == "Month" && name == "MONTH_OF_YEAR")
	}
	return boolean(false)
}

// fieldOf is getLong of anything that has fields.
func (c *Context) fieldOf(x, f value) value {
	if f.isNull() {
		c.nullPointer(-1, "field")
	}
	name := f.ref.(*constantOf).name
	if !c.isSupported(x, f).bool() {
		c.noField(fieldText(name))
	}
	switch d := dateLike(x).ref.(type) {
	case *temporal:
		return long(c.field(d, f))
	case *constantOf:
		return long(int64(d.n))
	}
	return null()
}

func declareAccessor(l *lib, k *class) {
	k.method(l, "long getLong(TemporalField)", func(c *Context, x value, a []value) value { return c.fieldOf(x, a[0]) })
	k.method(l, "int get(TemporalField)", func(c *Context, x value, a []value) value {
		switch name := a[0].ref.(*constantOf).name; name {
		case "NANO_OF_DAY", "MICRO_OF_DAY", "EPOCH_DAY", "PROLEPTIC_MONTH", "INSTANT_SECONDS":
			if c.isSupported(x, a[0]).bool() {
				c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Invalid field '%s' for get() method, use getLong() instead", fieldText(name))
			}
		}
		return integer(int32(c.fieldOf(x, a[0]).int()))
	})
	k.method(l, "boolean isSupported(TemporalField)", func(c *Context, x value, a []value) value {
		if a[0].isNull() {
			return boolean(false)
		}
		return c.isSupported(x, a[0])
	})
}

func declareUnitMethods(l *lib, k *class) {
	of := func(x value) int { return x.ref.(*constantOf).n }
	k.method(l, "boolean isDateBased()", func(_ *Context, x value, _ []value) value {
		return boolean(of(x) >= unitDays && of(x) < len(chronoUnits)-1)
	})
	k.method(l, "boolean isTimeBased()", func(_ *Context, x value, _ []value) value { return boolean(of(x) < unitDays) })
	k.method(l, "boolean isDurationEstimated()", func(_ *Context, x value, _ []value) value { return boolean(of(x) >= unitDays) })
	k.method(l, "long between(Temporal,Temporal)", func(c *Context, x value, a []value) value {
		return long(c.between(x.ref.(*constantOf), c.temporal(a[0]), c.temporal(a[1])))
	})
	k.method(l, "Temporal addTo(Temporal,long)", func(c *Context, x value, a []value) value { return c.plus(c.temporal(a[0]), a[1].int(), of(x)) })
}
