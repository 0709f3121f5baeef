package javatime

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// SeveralFault is what Java says of a text that none of several parsers reads.
const SeveralFault = "Failed to parse with all enclosed parsers"

// FaultISO8601 is what Elasticsearch says of a text that [ParseISO8601] does not read.
func FaultISO8601(b []byte) string {
	return faultISO8601(b, func(*Date) bool { return true })
}

// FaultOptionalTime is what Elasticsearch says of a text that [ParseOptionalTime] does not read.
func FaultOptionalTime(b []byte) string { return faultISO8601(b, (*Date).timed) }

// FaultISO8601Full is what Elasticsearch says of a text that [ParseISO8601Full] does not read.
func FaultISO8601Full(b []byte) string {
	return faultISO8601(b, func(d *Date) bool { return d.wholeTime(b) })
}

func faultISO8601(b []byte, whole func(*Date) bool) string {
	var d Date
	if end := d.parseISO(b); end != len(b) || !d.wholeSecond() || !whole(&d) {
		return SeveralFault
	}
	return d.faultBehindISO()
}

// faultBehindISO is what Elasticsearch says of a date that there is not, but that its own parser reads.
func (d *Date) faultBehindISO() string {
	if d.Hour > 23 || d.Minute > 59 || d.Second > 59 {
		return SeveralFault
	}
	switch w := d.finish(); {
	case w == wrongDate, w == wrongDay && d.Day == 0, w == wrongMonth && (d.Month == 0 || d.has&hasDayOfMonth == 0):
		return w.of(d)
	}
	return SeveralFault
}

// Fault is what Java says of a text that [Format.Parse] does not read: at which letter it ends to be of the format, or why
// there is no such date.
func (f *Format) Fault(b []byte) string {
	d := Date{lenience: f.lenience}
	end := d.parse(f.fields, b, 0)
	switch {
	case f.several && end == len(b) && f.iso:
		return d.faultBehindISO()
	case f.several:
		if fault := f.FaultOfDate(b); fault != "" {
			return fault
		}
		return SeveralFault
	case d.thrown == endOfText:
		return fmt.Sprintf("String index out of range: %d", lettersOf(b))
	case d.thrown != nothing:
		return d.thrown.of(&d)
	case end < 0:
		return fmt.Sprintf("Text '%s' could not be parsed at index %d", shortened(b), lettersOf(b[:^end]))
	case end < len(b):
		return fmt.Sprintf("Text '%s' could not be parsed, unparsed text found at index %d", shortened(b), lettersOf(b[:end]))
	}
	w := d.finish()
	if (w == wrongWeek || w == wrongWeekday || w == wrongWeekYear) && strings.Contains(f.pattern, "weekyear") {
		return w.ofWeekFields(&d)
	}
	return w.of(&d)
}

// FaultOfDate is what Elasticsearch says of a text that Java reads, though there is no such date; empty for others. No other
// of several formats reads it then.
func (f *Format) FaultOfDate(b []byte) string {
	d := Date{lenience: f.lenience}
	if d.parse(f.fields, b, 0) != len(b) {
		return ""
	}
	timed := d.has&hasHour != 0
	if w := d.finish(); w.ofDate() && !d.resolvesDate() || w == wrongOffset && !(timed && d.resolvesDate()) {
		return w.of(&d)
	}
	return ""
}

// ofWeekFields is of for the formats of java.time.temporal.WeekFields.
func (w wrong) ofWeekFields(d *Date) string {
	const fields = "[WeekFields[MONDAY,4]]"
	switch {
	case w == wrongWeek && d.has&hasWeekday == 0 && d.week > 54:
		return fmt.Sprintf("Invalid value for WeekOfWeekBasedYear"+fields+" (valid values 0/1 - 52/54): %d", d.week)
	case w == wrongWeek:
		return fmt.Sprintf("Invalid value for WeekOfWeekBasedYear"+fields+" (valid values 1 - 52/53): %d", d.week)
	case w == wrongWeekday:
		return fmt.Sprintf("Invalid value for DayOfWeek"+fields+" (valid values 1 - 7): %d", d.weekday)
	case d.weekYear != int(int32(d.weekYear)): //nolint:gosec // that is the question
		return "integer overflow"
	}
	return fmt.Sprintf("Invalid value for WeekBasedYear"+fields+" (valid values -999999999 - 999999999): %d", d.weekYear)
}

// shortened is a text with no more than its first 64 letters.
func shortened(b []byte) string {
	const most = 64
	if letters := utf16.Encode([]rune(string(b))); len(letters) > most {
		return string(utf16.Decode(letters[:most])) + "..."
	}
	return string(b)
}

// lettersOf counts UTF-16 units, as Java does.
func lettersOf(b []byte) int { return len(utf16.Encode([]rune(string(b)))) }

// of is what Java says of what is wrong with d.
func (w wrong) of(d *Date) string {
	value := func(name, valid string, n int) string {
		return fmt.Sprintf("Invalid value for %s (valid values %s): %d", name, valid, n)
	}
	switch w {
	case wrongEra:
		return value("YearOfEra", "1 - 999999999/1000000000", d.yearOfEra)
	case wrongYear:
		return value("Year", "-999999999 - 999999999", d.Year)
	case wrongMonth:
		return value("MonthOfYear", "1 - 12", d.Month)
	case wrongWeek:
		return value("WeekOfWeekBasedYear", fmt.Sprintf("1 - %d", weeksIn(d.weekYear)), d.week)
	case wrongWeekday:
		return value("DayOfWeek", "1 - 7", d.weekday)
	case wrongWeekYear:
		return value("WeekBasedYear", "-999999999 - 999999999", d.weekYear)
	case wrongDay:
		return value("DayOfMonth", "1 - 28/31", d.Day)
	case wrongDate:
		if d.Day == 29 {
			return fmt.Sprintf("Invalid date 'February 29' as '%d' is not a leap year", d.Year)
		}
		return fmt.Sprintf("Invalid date '%s %d'", strings.ToUpper(longMonths[d.Month-1]), d.Day)
	case wrongDayOfYear:
		return value("DayOfYear", "1 - 365/366", d.DayOfYear)
	case wrongLeapDay:
		return fmt.Sprintf("Invalid date 'DayOfYear 366' as '%d' is not a leap year", d.Year)
	case wrongClockHour:
		return value("ClockHourOfDay", "1 - 24", d.clockHour)
	case wrongClockHalfHour:
		return value("ClockHourOfAmPm", "1 - 12", d.halfHour)
	case wrongHalfHour:
		return value("HourOfAmPm", "0 - 11", d.halfHour)
	case wrongHour:
		return value("HourOfDay", "0 - 23", d.Hour)
	case wrongMinute:
		return value("MinuteOfHour", "0 - 59", d.Minute)
	case wrongSecond:
		return value("SecondOfMinute", "0 - 59", d.Second)
	case wrongOffset:
		return "Zone offset not in valid range: -18:00 to +18:00"
	case wrongOffsetHour:
		return "Value out of range: Hour[0-23], Minute[0-59], Second[0-59]"
	}
	return w.conflict(d)
}

// conflict is what Java says of parts of a date that do not agree.
func (w wrong) conflict(d *Date) string {
	differs := func(name string, is, said int, of string) string {
		return fmt.Sprintf("Conflict found: Field %s %d differs from %s %d derived from %s", name, is, name, said, of)
	}
	time := fmt.Sprintf("%02d:%02d", d.Hour, d.Minute)
	if d.Second > 0 || d.Nanos > 0 {
		time += fmt.Sprintf(":%02d", d.Second)
	}
	time += string(AppendFraction(nil, d.Nanos))
	day := fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
	switch w {
	case otherYear:
		said := d.yearOfEra
		if d.Year <= 0 {
			said = 1 - said
		}
		return fmt.Sprintf("Conflict found: Year %d differs from Year %d", d.Year, said)
	case otherHour:
		return fmt.Sprintf("Conflict found: HourOfDay %d differs from HourOfDay %d while resolving  AmPmOfDay", d.Hour, d.halfHour+12*(d.half-1))
	case otherClockHour:
		return fmt.Sprintf("Conflict found: HourOfDay %d differs from HourOfDay %d while resolving  ClockHourOfDay", d.Hour, d.clockHour)
	case otherHalf:
		return differs("AmPmOfDay", d.Hour/12, d.half-1, time)
	case otherHalfHour:
		return differs("HourOfAmPm", d.Hour%12, d.halfHour, time)
	case otherWeekday:
		return differs("DayOfWeek", isoWeekday(d.day()), d.dayName, day)
	case otherDayOfYear:
		return differs("DayOfYear", d.day().YearDay(), d.DayOfYear, day)
	}
	return "Text could not be parsed"
}

// AppendFraction appends the nanoseconds of a second, with their point, as Java's toString has them: in three, six or nine
// digits, none for 0.
func AppendFraction(dst []byte, nanos int) []byte {
	digits := 9
	switch {
	case nanos == 0:
		return dst
	case nanos%1e6 == 0:
		digits = 3
	case nanos%1e3 == 0:
		digits = 6
	}
	return appendFraction(append(dst, '.'), nanos, digits)
}
