package javatime

import "bytes"

// ParseISO8601 reads 2026, 2026-11, 2026-11-21, 2026-11-21T, 2026-11-21T09:30, with seconds, with a fraction of up to nine
// digits behind a point or comma, and with Z, +01, +0100, +01:00 or the name of a zone behind the time, or behind the T.
func ParseISO8601(b []byte) (Date, bool) {
	var d Date
	end := d.parseISO(b)
	return d, end == len(b) && d.wholeSecond() && d.finish() == nothing
}

// wholeSecond tells whether a fraction, if there is one, is that of a second.
func (d *Date) wholeSecond() bool { return d.has&hasNanos == 0 || d.has&hasSecond != 0 }

// ParseOptionalTime is ParseISO8601 with no zone but behind a time.
func ParseOptionalTime(b []byte) (Date, bool) {
	d, ok := ParseISO8601(b)
	return d, ok && d.timed()
}

// timed tells whether there is a time where there is a zone.
func (d *Date) timed() bool { return d.Has&HasZone == 0 || d.has&hasHour != 0 }

// ParseISO8601Full is ParseISO8601 of dates without a time, or with one down to its seconds.
func ParseISO8601Full(b []byte) (Date, bool) {
	d, ok := ParseISO8601(b)
	return d, ok && d.wholeTime(b)
}

// wholeTime tells whether a time, if there is one, goes down to its seconds.
func (d *Date) wholeTime(b []byte) bool { return d.has&hasSecond != 0 || bytes.IndexByte(b, 'T') < 0 }

// parseISO reads as much of a date as is there.
func (d *Date) parseISO(b []byte) int {
	d.Has, d.has = HasYear, hasCalendarYear|hasProlepticYear
	pos := 0
	if len(b) > 0 && b[0] == '-' {
		pos++
	}
	if pos = digits(b, pos, 4, 9999, &d.Year); pos < 0 {
		return -1
	}
	if b[0] == '-' {
		d.Year = -d.Year
	}
	for i, part := range []*int{&d.Month, &d.Day} {
		if pos == len(b) {
			return pos
		}
		if b[pos] != '-' {
			break // for T
		}
		if pos = digits(b, pos+1, 2, 99-68*i, part); pos < 0 {
			return -1
		}
		d.Has |= HasMonth << i
		d.has |= hasMonthOfYear << i
	}
	if pos == len(b) {
		return pos
	}
	if b[pos] != 'T' {
		return -1
	}
	if pos++; pos == len(b) {
		return pos
	}
	if b[pos]-'0' > 9 {
		return d.isoZone(b, pos)
	}
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
		if pos = digits(b, pos, 2, high, part); pos < 0 {
			return -1
		}
		d.has |= hasHour << i
	}
	if pos < len(b) && (b[pos] == '.' || b[pos] == ',') {
		if pos = d.parseFraction(b, pos+1, 1, 9); pos < 0 {
			return -1
		}
		d.has |= hasNanos
	}
	return d.isoZone(b, pos)
}

// isoZone reads the zone at pos, if there is one.
func (d *Date) isoZone(b []byte, pos int) int {
	if pos == len(b) {
		return pos
	}
	d.Has |= HasZone
	if c := b[pos]; c != 'Z' && c != '+' && c != '-' {
		return d.wholeZone(b, pos)
	}
	return d.parseSeconds(b, pos, d.parseOffset(b, pos, true))
}

// parseSeconds reads those of an offset that begins at pos, with its hours and minutes before end: :30 or 30.
func (d *Date) parseSeconds(b []byte, pos, end int) int {
	at, seconds := end, 0
	switch {
	case end == pos+6 && end < len(b) && b[end] == ':':
		at++
	case end != pos+5:
		return end
	}
	if at = digits(b, at, 2, 59, &seconds); at < 0 {
		return end
	}
	if d.Offset < 0 || b[pos] == '-' {
		seconds = -seconds
	}
	d.Offset += seconds
	return at
}
