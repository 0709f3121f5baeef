package javatime

import (
	"bytes"
	"math"
)

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
			end := d.parseField(f, b, pos)
			switch {
			case end < -1:
				return end
			case end < 0 || again && before != d.part(f.letter):
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
		if f.count > 3 {
			return name(b, pos, &d.Month, longMonths[:])
		}
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.Month)
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
		if f.count == 2 {
			pos = number(f, b, pos, f.most(2), 0, 99, &d.Year)
			d.Year += 2000
			return pos
		}
		return yearAt(f, b, pos, &d.Year)
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
		d.has |= hasDayOfMonth
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.Day)
	case 'D':
		d.Has |= HasMonth | HasDay
		d.has |= hasDayOfYear
		return number(f, b, pos, f.most(3), 0, math.MaxInt64, &d.DayOfYear)
	case 'H':
		d.has |= hasHour
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.Hour)
	case 'k':
		d.has |= hasClockHour
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.clockHour)
	case 'h':
		d.has |= hasHalfHour | hasClockHalfHour
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.halfHour)
	case 'K':
		d.has |= hasHalfHour
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.halfHour)
	case 'm':
		d.has |= hasMinute
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.Minute)
	case 's':
		d.has |= hasSecond
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.Second)
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

// yearAt reads a year.
func yearAt(f *field, b []byte, pos int, to *int) int {
	if pos < len(b) && (b[pos] == '-' || b[pos] == '+') {
		return signedYear(f, b, pos, to)
	}
	end := number(f, b, pos, f.mostOfYear(), math.MinInt64, math.MaxInt64, to)
	if end >= 0 && f.count >= 4 && (f.reserve == 0 || !f.named) {
		after := b[end:]
		if len(after)-len(bytes.TrimLeft(after, "0123456789")) > f.reserve {
			return -1 // Java takes all digits but those in reserve for such a year, and finds them too many
		}
	}
	return end
}

// number reads a number of f.count digits, and up to most where it has no fixed width.
func number(f *field, b []byte, pos, most, low, high int, to *int) int {
	if f.count > 1 && most <= 3 {
		most = f.count
	}
	if low == 0 && most == mostDigits && pos < len(b) && b[pos] == '-' { // a letter that stands alone takes a sign, too
		end := number(f, b, pos+1, most, math.MinInt64, high, to)
		if *to = -*to; *to == 0 {
			return -1
		}
		return end
	}
	end := pos
	for end < len(b) && end-pos < most+f.reserve && b[end]-'0' <= 9 {
		end++
	}
	if f.reserve > 0 {
		end = min(end, pos+max(f.count, end-pos-f.reserve))
	}
	limit := uint64(math.MaxInt64)
	if low == math.MinInt64 { // the caller has seen a sign
		limit++
	}
	sum := uint64(0)
	for i, c := range b[pos:end] {
		digit := uint64(c - '0')
		if sum > (limit-digit)/10 { // Java leaves the last digit then, too
			end = pos + i
			break
		}
		sum = sum*10 + digit
	}
	n := int(sum)
	if end-pos < f.count || n < low || n > high {
		return -1
	}
	*to = n
	return end
}

// most is how many digits a number of up to n has in a text: a letter that stands alone takes zeros before it.
func (f *field) most(n int) int {
	if f.count == 1 && !f.named {
		return mostDigits
	}
	return n
}

// mostOfYear is most for years: one of four digits or more has no others without a sign.
func (f *field) mostOfYear() int {
	switch {
	case f.count >= 4:
		return f.count
	case f.named:
		return 9
	}
	return mostDigits
}

// mostDigits is how many digits a number has in Java.
const mostDigits = 19

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
