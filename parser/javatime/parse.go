package javatime

import "strings"

// Parse reads a date, all of b. False: b is not of this format, or no such date exists.
func (f *Format) Parse(b []byte) (Date, bool) {
	d := Date{lenience: f.lenience}
	end := unusual
	if f.plain != nil {
		end = f.plain.read(&d, b)
	}
	if end == unusual {
		d = Date{lenience: f.lenience}
		end = d.parse(f.fields, b, 0)
	}
	if end != len(b) || d.finish() != nothing {
		return Date{}, false
	}
	if f.utc {
		d.Has |= HasZone
	}
	return d, true
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

// parse reads the fields at pos and returns the position behind them, or ^ that of the field that is not there.
func (d *Date) parse(fields []field, b []byte, pos int) int {
	for i := range fields {
		f := &fields[i]
		switch f.letter {
		case 0:
			if len(b)-pos < len(f.literal) || string(b[pos:pos+len(f.literal)]) != f.literal {
				return ^pos
			}
			pos += len(f.literal)
		case '[':
			saved := *d
			end := d.parse(f.optional, b, pos)
			switch {
			case end >= 0:
				pos = end
			case d.thrown != nothing:
				return end
			default:
				*d = saved
			}
		default:
			before, again := 0, f.again && d.read&f.part != 0
			if again {
				before = d.part(f.letter)
			}
			end := d.parseField(f, b, pos)
			switch {
			case end < -1:
				return end
			case end < 0:
				return ^pos
			case again && before != d.part(f.letter):
				if f.numeric() && (b[pos] == '-' || b[pos] == '+') {
					pos++ // to its digits
				}
				return ^pos
			}
			pos, d.read = end, d.read|f.part
		}
	}
	return pos
}

// part is what has been read of the letter's part of the date.
func (d *Date) part(letter byte) int {
	switch partOf(letter) {
	case 'y':
		return d.yearOfEra
	case 'u':
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
	case 'k':
		return d.clockHour
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

// parseField reads a field at pos and returns the position behind it, -1 when it is not there, or ^ a later position up to
// where it is.
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
		if f.count == 5 {
			return name(b, pos, &d.Month, narrowMonths[:])
		}
		if f.count > 3 {
			return name(b, pos, &d.Month, longMonths[:])
		}
	case 'E', 'e', 'c':
		if f.letter != 'E' && f.count < 3 {
			break
		}
		if f.texts != nil {
			return nameIn(b, pos, &d.dayName, f.texts, 7)
		}
		if f.count == 5 {
			return name(b, pos, &d.dayName, narrowDays[:])
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
	if f.letter == 'S' {
		d.has |= hasNanos
		return d.parseFraction(b, pos, f.count, f.count)
	}
	n, end := f.width.number(b, pos)
	if end >= 0 && !d.set(f, n) {
		return -1
	}
	return end
}

// set notes the number that a field stands for; false for one that there is not.
func (d *Date) set(f *field, n int) bool {
	if f.count == 2 && strings.IndexByte("yuY", f.letter) >= 0 {
		n += 2000
	}
	switch f.letter {
	case 'y', 'u':
		d.Has |= HasYear
		d.has |= yearBits(f.letter)
		if f.letter == 'y' {
			d.yearOfEra = n
		} else {
			d.Year = n
		}
	case 'Y': // of a year of weeks, months and days say nothing
		d.Has |= HasYear
		d.weekYear = n
		return n >= 1 && n <= maxYear
	case 'w':
		d.week = n
		return n >= 1 && n <= 53
	case 'e', 'c':
		d.weekday = n
		return n >= 1 && n <= 7
	case 'W', 'F', 'q', 'Q':
		return n >= 0 && n <= 5
	case 'M', 'L':
		d.Has |= HasMonth
		d.has |= hasMonthOfYear
		d.Month = n
	case 'd':
		d.Has |= HasDay
		d.has |= hasDayOfMonth
		d.Day = n
	case 'D':
		d.Has |= HasMonth | HasDay
		d.has |= hasDayOfYear
		d.DayOfYear = n
	default:
		return d.setTime(f.letter, n)
	}
	return true
}

// yearBits are those of a letter for a year.
func yearBits(letter byte) clock {
	if letter == 'u' {
		return hasCalendarYear | hasProlepticYear
	}
	return hasCalendarYear | hasYearOfEra
}

// setTime is set for what is of a time.
func (d *Date) setTime(letter byte, n int) bool {
	switch letter {
	case 'H':
		d.has |= hasHour
		d.Hour = n
	case 'k':
		d.has |= hasClockHour
		d.clockHour = n
	case 'h':
		d.has |= hasHalfHour | hasClockHalfHour
		d.halfHour = n
	case 'K':
		d.has |= hasHalfHour
		d.halfHour = n
	case 'm':
		d.has |= hasMinute
		d.Minute = n
	case 's':
		d.has |= hasSecond
		d.Second = n
	case 'n', 'N':
		d.has |= hasNanos
		d.Nanos = n
		return n <= 999_999_999
	case 'A':
		d.has |= hasHour | hasMinute | hasSecond | hasNanos
		d.Hour, d.Minute, d.Second, d.Nanos = n/3_600_000, n/60_000%60, n/1000%60, n%1000*1_000_000
		return n <= 86_399_999
	default:
		return false
	}
	return true
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

	// a letter that several share stands for the last of them, as in Java
	narrowMonths = [...]string{"", "F", "", "", "M", "", "J", "A", "S", "O", "N", "D"}
	narrowDays   = [...]string{"M", "", "W", "T", "F", "", "S"}
)

// name reads one of names and sets to to its number, from 1.
func name(b []byte, pos int, to *int, names []string) int {
	for i, s := range names {
		if s != "" && len(b)-pos >= len(s) && string(b[pos:pos+len(s)]) == s {
			*to = i + 1
			return pos + len(s)
		}
	}
	return -1
}
