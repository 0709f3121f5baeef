package javatime

import "time"

// Parse reads a date, all of b. False: b is not of this format, or no such date exists.
func (f *Format) Parse(b []byte) (Date, bool) {
	var d Date
	end := unusual
	if f.plain != nil {
		end = f.plain.read(&d, b)
	}
	if end == unusual {
		d = Date{}
		end = d.parse(f.fields, b, 0)
	}
	if end != len(b) || !d.finish() {
		return Date{}, false
	}
	return d, true
}

// finish checks what single fields could not, and forgets what does not count without others: a day without its
// month, minutes without their hour.
func (d *Date) finish() bool {
	if !d.finishTime() {
		return false
	}
	switch {
	case d.has&hasHour != 0:
		if d.half != 0 && d.Hour/12 != d.half-1 || d.has&hasHalfHour != 0 && d.Hour%12 != d.halfHour {
			return false
		}
	case d.half != 0 && d.has&hasHalfHour != 0:
		d.Hour = d.halfHour + 12*(d.half-1)
		d.has |= hasHour
	}
	if d.weekYear > 0 && d.has&hasCalendarYear == 0 {
		d.Month, d.Day, d.DayOfYear = 0, 0, 0
		return true
	}
	if d.Has&HasMonth != 0 && (d.DayOfYear == 0 || d.has&hasMonthOfYear != 0) && (d.Month < 1 || d.Month > 12) ||
		d.Has&HasDay != 0 && (d.DayOfYear == 0 || d.Day > 0) && (d.Day < 1 || d.Day > 31) {
		return false
	}
	if d.Has&HasYear == 0 {
		d.DayOfYear = 0
		return true
	}
	if d.DayOfYear > 0 && (d.Month == 0 || d.Day == 0) {
		return d.DayOfYear <= 337+daysIn(2, d.Year)
	}
	if d.Has&HasMonth == 0 {
		if d.Day = 0; d.has&hasHour != 0 { // a time of no date is one of the first day of all, as in Elasticsearch
			d.Year = 1970
		}
	}
	return d.Month == 0 || d.Day <= daysIn(d.Month, d.Year) && d.agrees()
}

// agrees tells whether the day of the week and of the year are that of the date. Java looks only where the year is
// one of no era.
func (d *Date) agrees() bool {
	if d.has&hasProlepticYear == 0 || d.Day == 0 || d.dayName == 0 && d.DayOfYear == 0 {
		return true
	}
	day := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	return (d.dayName == 0 || (int(day.Weekday())+6)%7+1 == d.dayName) && (d.DayOfYear == 0 || d.DayOfYear == day.YearDay())
}

// finishTime makes it midnight where the parts of the time leave a gap. Where that is behind the hour, Java has not even
// looked at whether there is such a time.
func (d *Date) finishTime() bool {
	exists := d.Hour < 24 && d.Minute < 60 && d.Second < 60
	const all = hasHour | hasMinute | hasSecond | hasNanos
	has := d.has & all
	if d.has&hasHalfHour != 0 && d.half != 0 {
		has |= hasHour
	}
	switch has {
	case hasHour, hasHour | hasMinute, hasHour | hasMinute | hasSecond, all:
	default:
		d.Hour, d.Minute, d.Second, d.Nanos = 0, 0, 0, 0
		d.has, d.half = d.has&^(all|hasHalfHour), 0
		return exists || has&hasHour != 0
	}
	return exists
}

func daysIn(month, year int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// parse reads the fields at pos and returns the position behind them, -1 when they are not there.
func (d *Date) parse(fields []field, b []byte, pos int) int {
	for i := range fields {
		f := &fields[i]
		switch f.letter {
		case 0:
			if len(b)-pos < len(f.literal) || string(b[pos:pos+len(f.literal)]) != f.literal {
				return -1
			}
			pos += len(f.literal)
		case '[':
			saved := *d
			if end := d.parse(f.optional, b, pos); end >= 0 {
				pos = end
			} else {
				*d = saved
			}
		default:
			before, again := 0, f.again && d.read&f.part != 0
			if again {
				before = d.part(f.letter)
			}
			if pos = d.parseField(f, b, pos); pos < 0 || again && before != d.part(f.letter) {
				return -1
			}
			d.read |= f.part
		}
	}
	return pos
}

// part is what has been read of the letter's part of the date.
func (d *Date) part(letter byte) int {
	switch partOf(letter) {
	case 'y':
		return d.Year
	case 'Y':
		return d.weekYear
	case 'M':
		return d.Month
	case 'd':
		return d.Day
	case 'D':
		return d.DayOfYear
	case 'H':
		return d.Hour
	case 'h':
		return d.halfHour
	case 'm':
		return d.Minute
	case 's':
		return d.Second
	case 'a':
		return d.half
	case 'S':
		return d.Nanos
	case 'X':
		return d.Offset
	}
	return d.dayName
}

func (d *Date) parseField(f *field, b []byte, pos int) int {
	switch f.letter {
	case 'M', 'L':
		d.Has |= HasMonth
		d.has |= hasMonthOfYear
		if f.texts != nil {
			return nameIn(b, pos, &d.Month, f.texts, 12)
		}
		if f.count == 3 {
			return name(b, pos, &d.Month, shortMonths[:])
		}
		if f.count > 3 {
			return name(b, pos, &d.Month, longMonths[:])
		}
		return number(f, b, pos, f.most(2), 0, 99, &d.Month)
	case 'E', 'e', 'c':
		if f.letter != 'E' && f.count < 3 {
			return number(f, b, pos, f.most(2), 1, 7, &d.weekday)
		}
		if f.texts != nil {
			return nameIn(b, pos, &d.dayName, f.texts, 7)
		}
		if f.count > 3 {
			return name(b, pos, &d.dayName, longDays[:])
		}
		return name(b, pos, &d.dayName, shortDays[:])
	case 'a':
		if f.texts != nil {
			return nameIn(b, pos, &d.half, f.texts, 2)
		}
		return name(b, pos, &d.half, halves[:])
	case '#', '@', 'I', 'J', 'i', '%':
		return d.parseOwn(f, b, pos)
	case 'G':
		era := 0
		return name(b, pos, &era, []string{"AD"})
	case 'z', 'Z', 'X', 'x', 'V', 'O':
		d.Has |= HasZone
		return d.parseZoneField(f, b, pos)
	}
	return d.parseNumber(f, b, pos)
}

func (d *Date) parseNumber(f *field, b []byte, pos int) int {
	switch f.letter {
	case 'y', 'u':
		d.Has |= HasYear
		d.has |= hasCalendarYear
		if f.letter == 'u' {
			d.has |= hasProlepticYear
		}
		if f.signed && pos < len(b) && (b[pos] == '-' || b[pos] == '+') {
			return d.signedYear(f, b, pos)
		}
		if f.count == 2 {
			pos = number(f, b, pos, f.most(2), 0, 99, &d.Year)
			d.Year += 2000
			return pos
		}
		least := 0
		if f.letter == 'y' { // of an era, which has no year 0
			least = 1
		}
		end := number(f, b, pos, f.mostOfYear(), least, 999_999_999, &d.Year)
		if all := pos + f.count + f.reserve; end >= 0 && all < len(b) && b[all]-'0' <= 9 && f.count >= 4 && (f.reserve == 0 || !f.signed) {
			return -1 // Java takes all digits but those in reserve for such a year, and finds them too many
		}
		return end
	case 'Y': // of a year of weeks, months and days say nothing
		d.Has |= HasYear
		if f.count == 2 {
			pos = number(f, b, pos, f.most(2), 0, 99, &d.weekYear)
			d.weekYear += 2000
			return pos
		}
		return number(f, b, pos, f.mostOfYear(), 1, 999_999_999, &d.weekYear)
	case 'w':
		return number(f, b, pos, f.most(2), 1, 53, &d.week)
	case 'W', 'F', 'q', 'Q':
		ignored := 0
		return number(f, b, pos, f.most(1), 0, 5, &ignored)
	case 'd':
		d.Has |= HasDay
		return number(f, b, pos, f.most(2), 0, 99, &d.Day)
	case 'D':
		d.Has |= HasMonth | HasDay
		return number(f, b, pos, f.most(3), 0, 366, &d.DayOfYear)
	case 'H':
		d.has |= hasHour
		return number(f, b, pos, f.most(2), 0, 99, &d.Hour)
	case 'k':
		d.has |= hasHour
		pos = number(f, b, pos, f.most(2), 1, 24, &d.Hour)
		d.Hour %= 24
		return pos
	case 'h', 'K':
		d.has |= hasHalfHour
		if f.letter == 'h' {
			pos = number(f, b, pos, f.most(2), 1, 12, &d.halfHour)
			d.halfHour %= 12
		} else {
			pos = number(f, b, pos, f.most(2), 0, 11, &d.halfHour)
		}
		return pos
	case 'm':
		d.has |= hasMinute
		return number(f, b, pos, f.most(2), 0, 99, &d.Minute)
	case 's':
		d.has |= hasSecond
		return number(f, b, pos, f.most(2), 0, 99, &d.Second)
	case 'S':
		d.has |= hasNanos
		return d.parseFraction(b, pos, f.count, f.count)
	case 'n', 'N':
		d.has |= hasNanos
		return number(f, b, pos, 9, 0, 999_999_999, &d.Nanos)
	case 'A':
		ms := 0
		d.has |= hasHour | hasMinute | hasSecond | hasNanos
		pos = number(f, b, pos, 9, 0, 86_399_999, &ms)
		d.Hour, d.Minute, d.Second, d.Nanos = ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000*1_000_000
		return pos
	}
	return -1
}

// number reads a number of f.count digits, and up to most where it has no fixed width.
func number(f *field, b []byte, pos, most, low, high int, to *int) int {
	if f.count > 1 && most <= 3 {
		most = f.count
	}
	end := pos
	for end < len(b) && end-pos < most+f.reserve && b[end]-'0' <= 9 {
		end++
	}
	if f.reserve > 0 {
		end = min(end, pos+max(f.count, end-pos-f.reserve))
	}
	n := 0
	for _, c := range b[pos:end] {
		n = n*10 + int(c-'0')
	}
	if end-pos < f.count || n < low || n > high {
		return -1
	}
	*to = n
	return end
}

// most is how many digits a number of up to n has in a text: a letter that stands alone takes zeros before it.
func (f *field) most(n int) int {
	if f.count == 1 {
		return 9
	}
	return n
}

// mostOfYear is most for years: one of four digits or more has no others without a sign.
func (f *field) mostOfYear() int {
	if f.count >= 4 {
		return f.count
	}
	return 9
}

func (d *Date) parseFraction(b []byte, pos, least, most int) int {
	scale, i := 100_000_000, pos
	d.Nanos = 0
	for i < len(b) && i-pos < most && b[i]-'0' <= 9 {
		d.Nanos += scale * int(b[i]-'0')
		scale /= 10
		i++
	}
	if i-pos < least {
		return -1
	}
	return i
}

var (
	shortMonths = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	longMonths  = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	shortDays   = [...]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	longDays    = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	halves      = [...]string{"AM", "PM"}
)

// name reads one of names and sets to to its number, from 1.
func name(b []byte, pos int, to *int, names []string) int {
	for i, s := range names {
		if len(b)-pos >= len(s) && string(b[pos:pos+len(s)]) == s {
			*to = i + 1
			return pos + len(s)
		}
	}
	return -1
}
