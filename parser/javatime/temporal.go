package javatime

import (
	"errors"
	"time"
)

// Temporal is what scripts write: a moment as a class of Java's has it.
type Temporal struct {
	Moment
	Zone  *time.Location // nil: an offset only
	Lacks Lack
}

// Lack is a set of what a class of java.time does not have.
type Lack uint8

// Parts that may be lacking.
const (
	LacksDate Lack = 1 << iota
	LacksTime
	LacksNanos
	LacksOffset
	LacksZone
)

// UnsupportedError is the text of an UnsupportedTemporalTypeException.
type UnsupportedError string

func (e UnsupportedError) Error() string { return string(e) }

// ErrNoZone is that of what has no zone whose name could be written.
var ErrNoZone = errors.New("Unable to extract ZoneId from temporal") //nolint:staticcheck // Java's text

// AppendTemporal is [Format.Append] as scripts do it: in the locale of the USA, where weeks begin on Sunday. What is lacking
// is an [UnsupportedError] or [ErrNoZone], except in optional parts, which then are not written.
func (f *Format) AppendTemporal(dst []byte, t Temporal) ([]byte, error) {
	w := writer{Moment: t.Moment, local: t.local(), zone: t.Zone, lacks: t.Lacks, english: true}
	dst = w.fields(dst, f.fields)
	return dst, w.err
}

// optional writes a part that is left out where anything of it is lacking.
func (w *writer) optional(dst []byte, fields []field) []byte {
	start := len(dst)
	dst = w.fields(dst, fields)
	if _, unsupported := w.err.(UnsupportedError); unsupported || w.err == ErrNoZone {
		w.err = nil
		return dst[:start]
	}
	return dst
}

// lacking is err, or why the part that a letter stands for cannot be written.
func lacking(lacks Lack, letter byte, err error) error {
	if lacks == 0 || err != nil {
		return err
	}
	part := javaParts[letter]
	switch {
	case lacks&part.of == 0:
		return nil
	case part.of == LacksZone:
		return ErrNoZone
	}
	return UnsupportedError("Unsupported field: " + part.name)
}

// javaParts are Java's names of what letters stand for.
var javaParts = map[byte]struct {
	of   Lack
	name string
}{
	'G': {LacksDate, "Era"}, 'y': {LacksDate, "YearOfEra"}, 'u': {LacksDate, "Year"}, 'M': {LacksDate, "MonthOfYear"}, 'L': {LacksDate, "MonthOfYear"},
	'Q': {LacksDate, "QuarterOfYear"}, 'q': {LacksDate, "QuarterOfYear"}, 'Y': {LacksDate, "DayOfWeek"}, 'w': {LacksDate, "DayOfWeek"}, 'W': {LacksDate, "DayOfWeek"},
	'E': {LacksDate, "DayOfWeek"}, 'e': {LacksDate, "DayOfWeek"}, 'c': {LacksDate, "DayOfWeek"}, 'd': {LacksDate, "DayOfMonth"}, 'D': {LacksDate, "DayOfYear"},
	'F': {LacksDate, "AlignedDayOfWeekInMonth"}, 'g': {LacksDate, "EpochDay"}, 'a': {LacksTime, "AmPmOfDay"}, 'B': {LacksTime, "HourOfDay"}, 'H': {LacksTime, "HourOfDay"},
	'k': {LacksTime, "ClockHourOfDay"}, 'h': {LacksTime, "ClockHourOfAmPm"}, 'K': {LacksTime, "HourOfAmPm"}, 'm': {LacksTime, "MinuteOfHour"}, 's': {LacksTime, "SecondOfMinute"},
	'N': {LacksTime, "NanoOfDay"}, 'A': {LacksTime, "MilliOfDay"}, 'S': {LacksNanos, "NanoOfSecond"}, 'n': {LacksNanos, "NanoOfSecond"},
	'O': {LacksOffset, "OffsetSeconds"}, 'X': {LacksOffset, "OffsetSeconds"}, 'x': {LacksOffset, "OffsetSeconds"}, 'Z': {LacksOffset, "OffsetSeconds"},
	'V': {LacksZone, ""}, 'z': {LacksZone, ""}, 'v': {LacksZone, ""},
}

// saturday ends a week of the USA, and decides which year it is of: the first has 1 January.
func saturday(t time.Time) time.Time { return t.AddDate(0, 0, int(time.Saturday-t.Weekday())) }

// weekNumber counts weeks of the USA, or the days of one.
func weekNumber(t time.Time, letter byte) int {
	switch letter {
	case 'w':
		return (saturday(t).YearDay()-1)/7 + 1
	case 'W':
		return (t.Day()+int(time.Saturday-t.Weekday())-1)/7 + 1
	}
	return int(t.Weekday()) + 1
}
