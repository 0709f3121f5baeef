package javatime

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Append appends a moment as it is in a zone, whose offset then m has; without a zone (nil) it has but the offset. What Java refuses to write is an error with its
// words, and then nothing of what is appended counts.
func (f *Format) Append(dst []byte, m Moment, zone *time.Location) ([]byte, error) {
	if f.utc {
		m.Offset, zone = 0, time.UTC
	}
	w := writer{Moment: m, local: m.local(), zone: zone}
	dst = w.fields(dst, f.fields)
	return dst, w.err
}

// local is the date and time that the moment's offset gives it, told in UTC.
func (m Moment) local() time.Time {
	return time.Unix(m.Seconds+int64(m.Offset), int64(m.Nanos)).UTC()
}

// writer writes a moment.
type writer struct {
	Moment
	local   time.Time // as it is in the zone, told in UTC
	zone    *time.Location
	lacks   Lack
	english bool // names and weeks are those of the USA, not of Java's root locale
	err     error
}

func (w *writer) fields(dst []byte, fields []field) []byte {
	for i := range fields {
		f := &fields[i]
		if w.err = lacking(w.lacks, f.letter, w.err); w.err != nil {
			return dst
		}
		start := len(dst)
		dst = w.field(dst, f)
		if f.pad > 0 {
			dst = w.padded(dst, start, f.pad)
		}
	}
	return dst
}

func (w *writer) field(dst []byte, f *field) []byte {
	switch f.letter {
	case 0:
		return append(dst, f.literal...)
	case '[':
		return w.optional(dst, f.optional)
	case 'Z', 'X', 'x', 'O', '@':
		return appendOffset(dst, f, w.Offset)
	case 'V', 'z', 'v':
		return w.appendZone(dst, f)
	case 'S':
		return appendFraction(dst, w.Nanos, f.count)
	case '#':
		dst = appendFraction(append(dst, '.'), w.Nanos, 3)
		if rest := w.Nanos % 1e6; f.count > 1 && rest > 0 {
			dst = trimZeros(appendFraction(dst, rest*1e3, 6))
		}
		return dst
	case 'g':
		return w.julianDay(dst, f.count)
	case '$':
		return w.epoch(dst, f.count == 3)
	case 'y', 'u', 'Y', 'I', '%':
		return w.year(dst, f)
	}
	if text := w.text(f); text != "" {
		return append(dst, text...)
	}
	width := f.count
	if width > 2 && strings.IndexByte("MLQq", f.letter) >= 0 {
		width = 1
	}
	return appendPadded(dst, w.number(f.letter), width)
}

// text is the name that a field stands for, empty when it is a number.
func (w *writer) text(f *field) string {
	t := w.local
	switch f.letter {
	case 'M', 'L':
		switch f.count {
		case 3:
			return shortMonths[t.Month()-1]
		case 4:
			return longMonths[t.Month()-1]
		case 5:
			if w.english {
				return longMonths[t.Month()-1][:1]
			}
		}
	case 'Q':
		if w.english && f.count == 4 {
			return englishQuarters[(t.Month()-1)/3]
		}
		if f.count == 3 || f.count == 4 {
			return quarters[(t.Month()-1)/3]
		}
	case 'E', 'e', 'c':
		day := t.Weekday().String()
		switch {
		case f.count == 5:
			return day[:1]
		case f.count == 4:
			return day
		case f.count == 3 || f.letter == 'E':
			return day[:3]
		}
	case 'a', 'B':
		half := halves[t.Hour()/12]
		if f.count == 5 {
			return strings.ToLower(half[:1])
		}
		return half
	case 'G':
		era := eras[0]
		if t.Year() < 1 {
			era = eras[1]
		}
		return era[max(f.count-3, 0)]
	}
	return ""
}

var (
	quarters = [...]string{"Q1", "Q2", "Q3", "Q4"}

	englishQuarters = [...]string{"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"}

	eras = [...][3]string{{"AD", "CE", "A"}, {"BC", "BCE", "B"}}
)

// year writes a year with at least as many digits as there are letters; from four letters on, one with more has its sign.
func (w *writer) year(dst []byte, f *field) []byte {
	year, width, plus := w.local.Year(), f.count, f.count >= 4
	switch f.letter {
	case 'Y', 'I':
		if year, _ = w.local.ISOWeek(); w.english {
			year = saturday(w.local).Year()
		}
	case 'y':
		if year < 1 { // of its era
			year = 1 - year
		}
	}
	switch {
	case f.letter == '%' || f.letter == 'I' && width == 2:
		if width == 1 && (year > 9999 || year < -9999) {
			w.fail("Field Year cannot be printed as the value %d exceeds the maximum print width of 4", year)
		}
		width = 4
	case width == 2:
		if year %= 100; year < 0 {
			year = -year
		}
	}
	if year < 0 {
		return appendPadded(append(dst, '-'), -year, width)
	}
	start := len(dst)
	dst = appendPadded(dst, year, width)
	if plus && len(dst)-start > width {
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = '+'
	}
	return dst
}

func (w *writer) number(letter byte) int {
	t := w.local
	if w.english && strings.IndexByte("wWec", letter) >= 0 {
		return weekNumber(t, letter)
	}
	switch letter {
	case 'M', 'L':
		return int(t.Month())
	case 'Q', 'q':
		return int(t.Month()+2) / 3
	case 'w', 'J': // output has ISO weeks
		_, week := t.ISOWeek()
		return week
	case 'W':
		return weekOfMonth(t)
	case 'e', 'c', 'i':
		return (int(t.Weekday())+6)%7 + 1
	case 'd':
		return t.Day()
	case 'F':
		return (t.Day()-1)%7 + 1
	case 'D':
		return t.YearDay()
	case 'H':
		return t.Hour()
	case 'k':
		return (t.Hour()+23)%24 + 1
	case 'h':
		return (t.Hour()+11)%12 + 1
	case 'K':
		return t.Hour() % 12
	case 'm':
		return t.Minute()
	case 'n':
		return w.Nanos
	case 'N':
		return secondOfDay(t)*1e9 + w.Nanos
	case 'A':
		return secondOfDay(t)*1e3 + w.Nanos/1e6
	}
	return t.Second()
}

func secondOfDay(t time.Time) int { return (t.Hour()*60+t.Minute())*60 + t.Second() }

// weekOfMonth counts weeks that begin on Monday from the first that has four days of the month.
func weekOfMonth(t time.Time) int {
	before := (t.Day() + 6 - (int(t.Weekday())+6)%7) % 7 // days of the month before its first Monday
	if before > 3 {
		before -= 7
	}
	return (6 + t.Day() - before) / 7
}

// julianDay is the modified Julian day: 40587 is 1970-01-01.
func (w *writer) julianDay(dst []byte, width int) []byte {
	seconds := w.Seconds + int64(w.Offset)
	day := int(seconds/86400) + 40587
	if seconds%86400 < 0 {
		day--
	}
	if day < 0 {
		return appendPadded(append(dst, '-'), -day, width)
	}
	return appendPadded(dst, day, width)
}

// epoch writes the seconds since the epoch, or the ms, with what of a fraction there is.
func (w *writer) epoch(dst []byte, millis bool) []byte {
	whole, nanos, digits := w.Seconds, w.Nanos, 9
	if whole < 0 {
		dst = append(dst, '-')
		if whole = -whole; nanos > 0 {
			whole, nanos = whole-1, 1e9-nanos
		}
	}
	if millis {
		whole = whole*1e3 + int64(nanos/1e6)
		nanos, digits = nanos%1e6*1e3, 6
	}
	dst = strconv.AppendInt(dst, whole, 10)
	if nanos == 0 {
		return dst
	}
	return trimZeros(appendFraction(append(dst, '.'), nanos, digits))
}

// padded puts spaces before what is written from start on.
func (w *writer) padded(dst []byte, start, width int) []byte {
	n := len(dst) - start
	if n > width {
		w.fail("Cannot print as output of %d characters exceeds pad width of %d", n, width)
		return dst
	}
	for range width - n {
		dst = append(dst, ' ')
	}
	copy(dst[len(dst)-n:], dst[start:start+n])
	for i := range width - n {
		dst[start+i] = ' '
	}
	return dst
}

// fail notes what Java says first.
func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func appendPadded(dst []byte, n, width int) []byte {
	for limit := 10; width > 1; width-- {
		if n < limit {
			for range width - 1 {
				dst = append(dst, '0')
			}
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(dst, int64(n), 10)
}

// appendFraction appends the first digits of a fraction of a second.
func appendFraction(dst []byte, nanos, digits int) []byte {
	scale := 1_000_000_000
	for range digits {
		scale /= 10
		dst = append(dst, byte('0'+nanos/scale%10))
	}
	return dst
}

func trimZeros(dst []byte) []byte {
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendOffset appends an offset as the letter has it: with GMT before it, with Z for none, with a colon, with seconds.
func appendOffset(dst []byte, f *field, offset int) []byte {
	count, zulu := f.count, f.letter == 'X'
	switch {
	case f.letter == 'O' || f.letter == 'Z' && count == 4:
		return appendFromGMT(dst, offset, count == 1)
	case f.letter == 'Z' && count == 5, f.letter == '@':
		zulu = true
		if f.letter == '@' {
			count = 3
		}
	case f.letter == 'Z':
		count = 2
	}
	sign, seconds := byte('+'), offset
	if offset < 0 {
		sign, seconds = '-', -offset
	}
	if count < 4 {
		seconds -= seconds % 60
	}
	if seconds == 0 {
		if zulu {
			return append(dst, 'Z')
		}
		sign = '+'
	}
	minutes := seconds / 60 % 60
	dst = appendPadded(append(dst, sign), seconds/3600, 2)
	if count == 1 && minutes == 0 {
		return dst
	}
	colon := count%2 == 1 && count > 1
	if colon {
		dst = append(dst, ':')
	}
	dst = appendPadded(dst, minutes, 2)
	if seconds %= 60; seconds == 0 {
		return dst
	}
	if colon {
		dst = append(dst, ':')
	}
	return appendPadded(dst, seconds, 2)
}

// appendFromGMT appends GMT+8, or GMT+08:00.
func appendFromGMT(dst []byte, offset int, short bool) []byte {
	dst = append(dst, "GMT"...)
	if offset == 0 {
		return dst
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	width := 2
	if short {
		width = 1
	}
	dst = appendPadded(append(dst, sign), offset/3600, width)
	if short && offset%3600 == 0 {
		return dst
	}
	dst = appendPadded(append(dst, ':'), offset/60%60, 2)
	if offset %= 60; offset != 0 {
		dst = appendPadded(append(dst, ':'), offset, 2)
	}
	return dst
}
