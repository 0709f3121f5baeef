package javatime

import (
	"strings"
	"sync"
	"time"
)

// Parse reads a date, all of b. False: b is not of this format, or no such date exists.
func (f *Format) Parse(b []byte) (Date, bool) {
	var d Date
	end := d.parse(f.fields, b, 0)
	if end != len(b) || !d.finish() {
		return Date{}, false
	}
	return d, true
}

// finish checks what single fields could not, and forgets what does not count without others: a day without its
// month, minutes without their hour.
func (d *Date) finish() bool {
	d.finishTime()
	switch {
	case d.half == 0:
	case d.has&hasHour != 0:
		if d.Hour/12 != d.half-1 {
			return false
		}
	case d.has&hasHalfHour != 0:
		d.Hour = d.Hour%12 + 12*(d.half-1)
	}
	if d.weekYear > 0 && d.has&hasCalendarYear == 0 {
		d.Month, d.Day, d.DayOfYear = 0, 0, 0
		return true
	}
	if d.Has&HasMonth != 0 && d.DayOfYear == 0 && (d.Month < 1 || d.Month > 12) || d.Has&HasDay != 0 && d.DayOfYear == 0 && (d.Day < 1 || d.Day > 31) {
		return false
	}
	if d.Has&HasYear == 0 {
		d.DayOfYear = 0
		return true
	}
	if d.DayOfYear > 0 {
		return d.DayOfYear <= 337+daysIn(2, d.Year)
	}
	if d.Has&HasDay != 0 && d.Has&HasMonth == 0 {
		d.Day = 0
	}
	return d.Month == 0 || d.Day <= daysIn(d.Month, d.Year)
}

// finishTime makes it midnight where the parts of the time leave a gap.
func (d *Date) finishTime() {
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
	}
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
			if pos = d.parseField(f, b, pos); pos < 0 {
				return -1
			}
		}
	}
	return pos
}

func (d *Date) parseField(f *field, b []byte, pos int) int {
	switch f.letter {
	case 'M', 'L':
		d.Has |= HasMonth
		if f.count == 3 {
			return name(b, pos, &d.Month, shortMonths[:])
		}
		if f.count > 3 {
			return name(b, pos, &d.Month, longMonths[:])
		}
		return number(f, b, pos, 2, 0, 99, &d.Month)
	case 'E', 'e', 'c':
		day := 0
		if f.letter != 'E' && f.count < 3 {
			return number(f, b, pos, 2, 1, 7, &d.weekday)
		}
		if f.count > 3 {
			return name(b, pos, &day, longDays[:])
		}
		return name(b, pos, &day, shortDays[:])
	case 'a':
		return name(b, pos, &d.half, halves[:])
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
		if f.count == 2 {
			pos = number(f, b, pos, 2, 0, 99, &d.Year)
			d.Year += 2000
			return pos
		}
		return number(f, b, pos, 9, 0, 999_999_999, &d.Year)
	case 'Y': // of a year of weeks, months and days say nothing
		d.Has |= HasYear
		if f.count == 2 {
			pos = number(f, b, pos, 2, 0, 99, &d.weekYear)
			d.weekYear += 2000
			return pos
		}
		return number(f, b, pos, 9, 1, 999_999_999, &d.weekYear)
	case 'w':
		return number(f, b, pos, 2, 1, 53, &d.week)
	case 'W', 'F', 'q', 'Q':
		ignored := 0
		return number(f, b, pos, 1, 0, 5, &ignored)
	case 'd':
		d.Has |= HasDay
		return number(f, b, pos, 2, 0, 99, &d.Day)
	case 'D':
		d.Has |= HasMonth | HasDay
		return number(f, b, pos, 3, 1, 366, &d.DayOfYear)
	case 'H':
		d.has |= hasHour
		return number(f, b, pos, 2, 0, 23, &d.Hour)
	case 'k':
		d.has |= hasHour
		pos = number(f, b, pos, 2, 1, 24, &d.Hour)
		d.Hour %= 24
		return pos
	case 'h', 'K':
		d.has |= hasHalfHour
		hour := 0
		if f.letter == 'h' {
			pos = number(f, b, pos, 2, 1, 12, &hour)
		} else {
			pos = number(f, b, pos, 2, 0, 11, &hour)
		}
		if d.has&hasHour == 0 {
			d.Hour = hour
		}
		return pos
	case 'm':
		d.has |= hasMinute
		return number(f, b, pos, 2, 0, 59, &d.Minute)
	case 's':
		d.has |= hasSecond
		return number(f, b, pos, 2, 0, 59, &d.Second)
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

// number reads a number of f.count digits; up to most when one letter stands alone, or for years of four letters.
func number(f *field, b []byte, pos, most, low, high int, to *int) int {
	least := f.count
	if f.count > 1 && most <= 3 || f.adjacent {
		most = f.count
	}
	n, i := 0, pos
	for i < len(b) && i-pos < most && b[i]-'0' <= 9 {
		n = n*10 + int(b[i]-'0')
		i++
	}
	if i-pos < least || n < low || n > high {
		return -1
	}
	*to = n
	return i
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

func (d *Date) parseZoneField(f *field, b []byte, pos int) int {
	switch {
	case f.letter == 'z' || f.letter == 'V':
		return d.parseZoneName(b, pos)
	case f.letter == 'O' || f.letter == 'Z' && f.count == 4:
		if len(b)-pos < 3 || string(b[pos:pos+3]) != "GMT" {
			return -1
		}
		if end := d.parseOffset(b, pos+3, false); end >= 0 {
			return end
		}
		return pos + 3
	}
	zulu := f.letter == 'X' || f.letter == 'Z' && f.count == 5
	if pos < len(b) && b[pos] == 'Z' && !zulu {
		return -1
	}
	colon := f.count == 3 && f.letter != 'Z' || f.count == 5
	end := d.parseOffset(b, pos, zulu)
	if end > pos+3 && (b[pos+3] == ':') != colon {
		return -1
	}
	if f.count > 1 && end == pos+3 || f.letter == 'Z' && end == pos+3 { // minutes are not optional
		return -1
	}
	return end
}

// parseOffset reads +01, +0100, +01:00, and Z where zulu is set.
func (d *Date) parseOffset(b []byte, pos int, zulu bool) int {
	if pos >= len(b) {
		return -1
	}
	sign := 1
	switch b[pos] {
	case 'Z':
		if zulu {
			return pos + 1
		}
		return -1
	case '-':
		sign = -1
	case '+':
	default:
		return -1
	}
	two := field{count: 2}
	hours, minutes := 0, 0
	end := number(&two, b, pos+1, 2, 0, 18, &hours)
	if end < 0 {
		return -1
	}
	next := end
	if next < len(b) && b[next] == ':' {
		next++
	}
	if next = number(&two, b, next, 2, 0, 59, &minutes); next > 0 {
		end = next
	}
	d.Offset = sign * (hours*3600 + minutes*60)
	return end
}

// zoneText tells whether an offset, if text is one, is written as names of zones have it: +01:00.
func zoneText(text string) bool {
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok && rest != "" {
			text = rest
			break
		}
	}
	return text[0] != '+' && text[0] != '-' || len(text) == 6 && text[3] == ':'
}

// zones keeps the zones that were named in texts. A sender can name at most as many as the database has.
var zones sync.Map // string → *time.Location

func (d *Date) parseZoneName(b []byte, pos int) int {
	end := pos
	for end < len(b) && end-pos < 40 && (b[end]|0x20-'a' < 26 || b[end]-'0' <= 9 || b[end] == '/' || b[end] == '_' || b[end] == '-' || b[end] == '+' || b[end] == ':') {
		end++
	}
	if end == pos {
		return -1
	}
	text := string(b[pos:end])
	if !zoneText(text) {
		return -1
	}
	if zone, ok := zones.Load(text); ok {
		d.Zone = zone.(*time.Location)
		return end
	}
	zone, err := ParseZone(text)
	if err != nil {
		return -1
	}
	if text[0]|0x20-'a' < 26 {
		zones.Store(text, zone)
	}
	d.Zone = zone
	return end
}

// ParseISO8601 reads 2026, 2026-11, 2026-11-21, 2026-11-21T09:30, with seconds, with a fraction of up to nine
// digits behind a point or comma, and with Z, +01, +0100 or +01:00 behind the time.
func ParseISO8601(b []byte) (Date, bool) {
	var d Date
	end := d.parseISO(b)
	return d, end == len(b) && d.finish()
}

func (d *Date) parseISO(b []byte) int {
	two, four := field{count: 2}, field{count: 4, adjacent: true}
	d.Has, d.has = HasYear, hasCalendarYear
	pos := number(&four, b, 0, 4, 0, 9999, &d.Year)
	if pos < 0 || pos == len(b) {
		return pos
	}
	for i, part := range []*int{&d.Month, &d.Day} {
		if pos == len(b) {
			return pos
		}
		if b[pos] != '-' {
			return -1
		}
		if pos = number(&two, b, pos+1, 2, 1, 12+19*i, part); pos < 0 {
			return -1
		}
		d.Has |= HasMonth << i
	}
	if pos == len(b) {
		return pos
	}
	if b[pos] != 'T' {
		return -1
	}
	pos++
	for i, part := range []*int{&d.Hour, &d.Minute, &d.Second} {
		if i > 0 {
			if pos == len(b) || b[pos] != ':' {
				break
			}
			pos++
		}
		high := 59
		if i == 0 {
			high = 23
		}
		if pos = number(&two, b, pos, 2, 0, high, part); pos < 0 {
			return -1
		}
		d.has |= [...]clock{hasHour, hasMinute, hasSecond}[i]
	}
	if pos < len(b) && (b[pos] == '.' || b[pos] == ',') {
		if pos = d.parseFraction(b, pos+1, 1, 9); pos < 0 {
			return -1
		}
		d.has |= hasNanos
	}
	if pos == len(b) {
		return pos
	}
	d.Has |= HasZone
	return d.parseOffset(b, pos, true)
}
