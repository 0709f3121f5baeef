package javatime

import "time"

// wrong is why there is no such date, or time.
type wrong uint8

const (
	nothing wrong = iota
	wrongEra
	wrongYear
	wrongMonth
	wrongDay
	wrongDate
	wrongDayOfYear
	wrongWeek
	wrongWeekday
	wrongWeekYear
	wrongLeapDay // the 366th of a year of 365
	wrongClockHour
	wrongClockHalfHour
	wrongHalfHour
	wrongHour
	wrongMinute
	wrongSecond
	wrongOffset
	wrongOffsetHour // where it is read
	endOfText       // behind which Java has looked
	otherYear       // than that of the era
	otherHour       // than a half day and its hour say
	otherClockHour
	otherHalf
	otherHalfHour
	otherWeekday
	otherDayOfYear
)

// lenience is what is made of dates and times that there are not.
type lenience uint8

const (
	strict          lenience = iota // nothing
	smart                           // of 24:00 the next day, of the days behind a month its last
	smartAtMidnight                 // the same, of the latter at 24:00 alone
	lenient                         // of all days the one that they would be, if months had no end
)

const maxYear = 999_999_999

// finish checks what single fields could not, in Java's order, and forgets what does not count without others: a day
// without its month, minutes without their hour.
func (d *Date) finish() wrong {
	w := d.finishFields()
	if (w == nothing || w.ofDate() && !d.resolvesDate()) && d.Has&HasYear != 0 && d.Zone == nil && tooFar(d.Offset) {
		return wrongOffset
	}
	return w
}

// resolvesDate tells whether Java itself looks for the date. Of the others, Elasticsearch does, behind their offset.
func (d *Date) resolvesDate() bool {
	return d.has&hasProlepticYear != 0 && (d.has&hasDayOfYear != 0 || d.has&hasMonthOfYear != 0 && d.has&hasDayOfMonth != 0)
}

// ofDate tells whether there is no such date, whatever the time.
func (w wrong) ofDate() bool {
	return w == wrongMonth || w == wrongDay || w == wrongDate || w == wrongDayOfYear || w == wrongLeapDay
}

func (d *Date) finishFields() wrong {
	if w := d.finishYear(); w != nothing {
		return w
	}
	if d.lenience != strict && d.Hour == 24 && d.Minute == 0 && d.Second == 0 && d.Nanos == 0 { // the midnight behind the day
		d.Hour, d.excess = 0, 1
	}
	proleptic := d.has&hasProlepticYear != 0
	dateFirst := d.resolvesDate()
	if dateFirst {
		if w := d.finishDate(); w != nothing {
			return w
		}
	}
	if w := d.finishTime(); w != nothing {
		return w
	}
	if w := d.finishWeek(); w != nothing {
		return w
	}
	if d.ofWeeks() {
		d.Month, d.Day, d.DayOfYear = 0, 0, 0
		return nothing
	}
	if !dateFirst {
		if w := d.finishDate(); w != nothing {
			return w
		}
	}
	if !proleptic {
		return nothing
	}
	return d.agree()
}

// finishYear makes one year of that of the era and of the other.
func (d *Date) finishYear() wrong {
	if d.has&hasYearOfEra != 0 {
		year := d.yearOfEra
		switch {
		case year < 1 || year > maxYear:
			return wrongEra
		case d.has&hasProlepticYear == 0:
			d.Year = year
		case d.Year > 0 && d.Year != year, d.Year <= 0 && d.Year != 1-year:
			return otherYear
		}
	}
	if d.Year < -maxYear || d.Year > maxYear {
		return wrongYear
	}
	return nothing
}

// finishDate is finish for all but the time.
func (d *Date) finishDate() wrong {
	year, month, day := d.Has&HasYear != 0, d.has&hasMonthOfYear != 0, d.has&hasDayOfMonth != 0
	switch {
	case year && d.has&hasDayOfYear != 0 && !(month && day):
		return d.finishDayOfYear()
	case !year && day && (d.Day < 1 || d.Day > 31): // before its month
		return wrongDay
	case year && month && day && d.lenience == lenient:
		t := d.day()
		if d.Year, d.Month, d.Day = t.Year(), int(t.Month()), t.Day(); d.Year > maxYear {
			return wrongYear
		}
	case month && (d.Month < 1 || d.Month > 12):
		return wrongMonth
	case month && day && (d.Day < 1 || d.Day > 31):
		return wrongDay
	case !year:
		d.DayOfYear = 0
		return nothing
	case !month:
		if d.Day = 0; d.has&hasHour != 0 { // a time of no date is one of the first day of all, as in Elasticsearch
			d.Year = 1970
		}
	case d.Day > daysIn(d.Month, d.Year):
		if d.lenience == strict || d.lenience == smartAtMidnight && d.excess == 0 {
			return wrongDate
		}
		d.Day = daysIn(d.Month, d.Year)
	}
	if d.excess > 0 && year {
		t := d.day().AddDate(0, 0, d.excess)
		d.Year, d.Month, d.Day, d.excess = t.Year(), int(t.Month()), t.Day(), 0
	}
	return nothing
}

// finishWeek is finish for ISO weeks.
func (d *Date) finishWeek() wrong {
	switch {
	case !d.isoWeek:
	case d.weekYear < -maxYear || d.weekYear > maxYear:
		return wrongWeekYear
	case d.has&hasWeek != 0 && (d.week < 1 || d.week > 53 || d.week > weeksIn(d.weekYear) && d.lenience == strict):
		return wrongWeek
	case d.has&hasWeekday != 0 && (d.weekday < 1 || d.weekday > 7):
		return wrongWeekday
	default:
		d.week = min(d.week, weeksIn(d.weekYear))
	}
	return nothing
}

// weeksIn is how many ISO weeks a year has: 28 December is always of the last.
func weeksIn(year int) int {
	_, week := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return week
}

func (d *Date) finishDayOfYear() wrong {
	d.Month, d.Day = 0, 0
	switch {
	case d.DayOfYear < 1 || d.DayOfYear > 366:
		return wrongDayOfYear
	case d.DayOfYear > 337+daysIn(2, d.Year):
		return wrongLeapDay
	}
	return nothing
}

// agree looks whether the day of the week and of the year are that of the date. Java looks only where the year is one of
// no era.
func (d *Date) agree() wrong {
	if d.Day == 0 || d.dayName == 0 && d.has&hasDayOfYear == 0 {
		return nothing
	}
	day := d.day()
	switch {
	case d.dayName != 0 && d.dayName != isoWeekday(day):
		return otherWeekday
	case d.has&hasDayOfYear != 0 && d.DayOfYear != day.YearDay():
		return otherDayOfYear
	}
	return nothing
}

func (d *Date) day() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
}

func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// finishTime makes it midnight where the parts of the time leave a gap, in a date with a year. Where that is behind the
// hour, Java has not even looked at whether there is such a time.
func (d *Date) finishTime() wrong {
	if w := d.finishHour(); w != nothing {
		return w
	}
	w := nothing
	switch {
	case d.Minute < 0 || d.Minute > 59:
		w = wrongMinute
	case d.Hour < 0 || d.Hour > 23:
		w = wrongHour
	case d.Second < 0 || d.Second > 59:
		w = wrongSecond
	}
	const all = hasHour | hasMinute | hasSecond | hasNanos
	switch has := d.has & all; has {
	case hasHour, hasHour | hasMinute, hasHour | hasMinute | hasSecond, all:
		if w == nothing {
			w = d.agreeOnHalf()
		}
		return w
	default:
		yearless := d.Has&HasYear == 0
		if w != nothing && (has&hasHour == 0 || yearless && w == wrongHour) {
			return w
		}
		if yearless && d.excess > 0 {
			return wrongHour
		}
		d.Minute, d.Second = 0, 0
		if !yearless { // Elasticsearch takes the hour and the fraction of a date without a year as they are said
			d.Hour, d.Nanos = 0, 0
		}
		d.has, d.half = d.has&^(all|hasHalfHour), 0
		return nothing
	}
}

// finishHour makes one hour of the day of what is said of it.
func (d *Date) finishHour() wrong {
	if d.has&hasClockHour != 0 {
		if d.clockHour < 1 || d.clockHour > 24 {
			return wrongClockHour
		}
		if d.clockHour %= 24; d.has&hasHour != 0 && d.Hour != d.clockHour {
			return otherClockHour
		}
		d.Hour = d.clockHour
		d.has |= hasHour
	}
	if d.has&hasHalfHour != 0 {
		if d.has&hasClockHalfHour != 0 {
			if d.halfHour < 1 || d.halfHour > 12 {
				return wrongClockHalfHour
			}
			d.halfHour %= 12
		} else if d.halfHour < 0 || d.halfHour > 11 {
			return wrongHalfHour
		}
	}
	both := d.half != 0 && d.has&hasHalfHour != 0
	switch {
	case both && d.has&hasHour == 0:
		d.Hour = d.halfHour + 12*(d.half-1)
		d.has |= hasHour
	case both && d.Hour != d.halfHour+12*(d.half-1):
		return otherHour
	}
	return nothing
}

// agreeOnHalf looks whether the hour is of the half of the day that is said, and the hour of it.
func (d *Date) agreeOnHalf() wrong {
	switch {
	case d.half != 0 && d.Hour/12 != d.half-1:
		return otherHalf
	case d.has&hasHalfHour != 0 && d.Hour%12 != d.halfHour:
		return otherHalfHour
	}
	return nothing
}
