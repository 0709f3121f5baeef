package javatime

import (
	"fmt"
	"strconv"
	"time"
)

// Append appends the time, in ns since the epoch, as it is in the zone offset seconds east of UTC.
func (f *Format) Append(dst []byte, ns int64, offset int) []byte {
	return f.AppendMoment(dst, Moment{ns / 1e9, int(ns % 1e9), offset})
}

// AppendMoment appends a point in time.
func (f *Format) AppendMoment(dst []byte, m Moment) []byte {
	t := time.Unix(m.Seconds+int64(m.Offset), int64(m.Nanos)).UTC()
	return appendFields(dst, f.fields, t, m.Offset)
}

// CanAppend tells whether Append knows all of the pattern.
func (f *Format) CanAppend() error {
	for _, field := range f.fields {
		switch field.letter {
		case 'V', 'z', 'n', 'N', 'A', 'c', 'O', 'W', 'F', 'q', 'Q':
			return fmt.Errorf("pattern letter [%c] is not supported for output", field.letter)
		}
	}
	return nil
}

func appendFields(dst []byte, fields []field, t time.Time, offset int) []byte {
	for i := range fields {
		f := &fields[i]
		switch f.letter {
		case 0:
			dst = append(dst, f.literal...)
		case '[':
			dst = appendFields(dst, f.optional, t, offset)
		case 'Z', 'X', 'x':
			dst = appendOffset(dst, f, offset)
		case 'M', 'L':
			switch {
			case f.count == 3:
				dst = append(dst, shortMonths[t.Month()-1]...)
			case f.count > 3:
				dst = append(dst, longMonths[t.Month()-1]...)
			default:
				dst = appendPadded(dst, int(t.Month()), f.count)
			}
		case 'E':
			if f.count > 3 {
				dst = append(dst, t.Weekday().String()...)
			} else {
				dst = append(dst, t.Weekday().String()[:3]...)
			}
		case 'a':
			dst = append(dst, halves[t.Hour()/12]...)
		case 'G':
			if t.Year() < 1 {
				dst = append(dst, "BC"...)
			} else {
				dst = append(dst, "AD"...)
			}
		case 'S':
			scale := 1_000_000_000
			for range f.count {
				scale /= 10
				if scale == 0 {
					dst = append(dst, '0')
					continue
				}
				dst = append(dst, byte('0'+t.Nanosecond()/scale%10))
			}
		case 'y', 'u', 'Y':
			dst = appendYear(dst, numberOf(f, t), f.count)
		default:
			dst = appendPadded(dst, numberOf(f, t), f.count)
		}
	}
	return dst
}

// appendYear appends a year with as many digits as there are letters; one with more has its sign.
func appendYear(dst []byte, year, count int) []byte {
	switch {
	case year < 0:
		return appendPadded(append(dst, '-'), -year, count)
	case year > 9999 && count >= 4:
		dst = append(dst, '+')
	}
	return appendPadded(dst, year, count)
}

func numberOf(f *field, t time.Time) int {
	switch f.letter {
	case 'y', 'u':
		year := t.Year()
		if f.letter == 'y' && year < 1 { // of its era
			year = 1 - year
		}
		if f.count == 2 {
			return (year%100 + 100) % 100
		}
		return year
	case 'Y', 'w': // output has ISO weeks
		year, week := t.ISOWeek()
		if f.letter == 'w' {
			return week
		}
		if f.count == 2 {
			return year % 100
		}
		return year
	case 'e':
		return (int(t.Weekday())+6)%7 + 1
	case 'd':
		return t.Day()
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
	}
	return t.Second()
}

func appendPadded(dst []byte, n, width int) []byte {
	for limit := 10; width > 1; width-- {
		if n < limit {
			for w := width; w > 1; w-- {
				dst = append(dst, '0')
			}
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(dst, int64(n), 10)
}

func appendOffset(dst []byte, f *field, offset int) []byte {
	if offset == 0 && (f.letter == 'X' || f.letter == 'Z' && f.count == 5) {
		return append(dst, 'Z')
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = append(dst, sign)
	dst = appendPadded(dst, offset/3600, 2)
	minutes := offset / 60 % 60
	if f.count == 1 && f.letter != 'Z' && minutes == 0 {
		return dst
	}
	if f.count == 3 && f.letter != 'Z' || f.count == 5 {
		dst = append(dst, ':')
	}
	return appendPadded(dst, minutes, 2)
}
