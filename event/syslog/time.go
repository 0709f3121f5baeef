package syslog

import (
	"bytes"
	"time"
)

// Time is a timestamp taken apart, as the sender wrote it.
type Time struct {
	Year                             int16 // 0 when absent
	Month, Day, Hour, Minute, Second uint8 // Month 0: there is no time at all; Second may be 60
	HasZone                          bool
	Nanos                            int32
	Offset                           int32 // seconds east of UTC, when HasZone
}

// maxAhead is how far a clock without a year may be ahead of the receipt; beyond that, the line is
// from the year before.
const maxAhead = 7 * 24 * 3600

// Years whose every ns since the epoch fits into 64 bits.
const firstYear, lastYear = 1678, 2261

// Resolve returns the time in ns since the epoch. What the sender left out is guessed from received
// (ns since the epoch): the year is the latest in which the time exists and is not more than a week
// ahead of received; of the two passes of an hour that a clock change repeats, it is the one
// nearer to received. zone is that of senders who do not say; nil is UTC. False: there is no time,
// or its year is not within 1678 to 2261.
func (t *Time) Resolve(received int64, zone *time.Location) (int64, bool) {
	if t.Month == 0 {
		return 0, false
	}
	now := floorDiv(received, 1e9)
	if t.Year != 0 {
		if t.Year < firstYear || t.Year > lastYear {
			return 0, false
		}
		return t.at(int64(t.Year), now, zone)*1e9 + int64(t.Nanos), true
	}
	// Zones are within a day of UTC, and leap years move the turn of the year by less than two. Never too early:
	year := 1970 + floorDiv(now+maxAhead+3*86400, 31_556_952)
	for range 10 { // 29 February: at most eight years back
		if t.exists(year) {
			if s := t.at(year, now, zone); s <= now+maxAhead {
				return s*1e9 + int64(t.Nanos), true
			}
		}
		year--
	}
	return 0, false
}

// ResolveBeside is Resolve, which has told that other is ns, for the same zone and second of receipt: mostly both are of one
// minute.
func (t *Time) ResolveBeside(other *Time, ns, received int64, zone *time.Location) (int64, bool) {
	const wholeMinutes = 5 * 365 * 86400 // since then, zones have offsets and changes of whole minutes
	if t.Minute != other.Minute || t.Hour != other.Hour || t.Day != other.Day || t.Month != other.Month || t.Year != other.Year ||
		t.HasZone != other.HasZone || t.Offset != other.Offset {
		return t.Resolve(received, zone)
	}
	ns += (int64(t.Second)-int64(other.Second))*1e9 + int64(t.Nanos-other.Nanos)
	if s := floorDiv(ns, 1e9); !t.HasZone && s < wholeMinutes {
		return t.Resolve(received, zone)
	} else if behind := floorDiv(received, 1e9) + maxAhead - s; t.Year == 0 && (behind < 0 || behind > 364*86400) {
		return t.Resolve(received, zone) // perhaps it is of another year
	}
	return ns, true
}

func (t *Time) exists(year int64) bool {
	return t.Month != 2 || t.Day < 29 || year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

// at is the time in s since the epoch, in the given year.
func (t *Time) at(year, now int64, zone *time.Location) int64 {
	local := daysFromCivil(year, int64(t.Month), int64(t.Day))*86400 +
		int64(t.Hour)*3600 + int64(t.Minute)*60 + int64(t.Second)
	if t.HasZone {
		return local - int64(t.Offset)
	}
	if zone == nil || zone == time.UTC {
		return local
	}
	before, after := offsetAt(local-86400, zone), offsetAt(local+86400, zone)
	first := local - before
	if before == after {
		return first
	}
	second := local - after
	firstIs, secondIs := offsetAt(first, zone) == before, offsetAt(second, zone) == after
	switch {
	case firstIs && secondIs: // an hour that comes twice
		if abs(second-now) < abs(first-now) {
			return second
		}
		return first
	case secondIs:
		return second
	}
	return first // also for an hour that the clock jumps over
}

func offsetAt(s int64, zone *time.Location) int64 {
	_, offset := time.Unix(s, 0).In(zone).Zone()
	return int64(offset)
}

func abs(n int64) int64 { return max(n, -n) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// daysFromCivil is the number of days from 1970-01-01 in the proleptic Gregorian calendar.
func daysFromCivil(y, m, d int64) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	leaps := floorDiv(y, 4) - floorDiv(y, 100) + floorDiv(y, 400)
	return y*365 + leaps + (153*(m-3)+2)/5 + d - 1 - 719468
}

// parse reads a timestamp of either kind at pos and returns the position behind it, -1 if there is none.
func (t *Time) parse(line []byte, pos int) int {
	if pos >= len(line) {
		return -1
	}
	if isDigit(line[pos]) {
		return t.parseISO(line, pos)
	}
	return t.parseBSD(line, pos)
}

// parseBSD reads "Oct  1 22:14:15" with what senders add: a fraction, a year before or after the time
// (Cisco), a zone name with a colon behind it (Cisco).
func (t *Time) parseBSD(line []byte, pos int) int {
	if len(line)-pos < len("Oct 1 22:14:15") || line[pos+3] != ' ' {
		return -1
	}
	p := Time{Month: monthOf(line[pos : pos+3])}
	if p.Month == 0 {
		return -1
	}
	i := skipSpaces(line, pos+3)
	day, i := number(line, i, 1, 2)
	if i < 0 || i >= len(line) || line[i] != ' ' || day < 1 || day > int(daysIn(p.Month)) {
		return -1
	}
	p.Day = uint8(day)
	i++
	if i+2 < len(line) && line[i+2] != ':' { // a year before the time
		if year, end := number(line, i, 4, 4); end > 0 && end < len(line) && line[end] == ' ' {
			p.Year, i = int16(year), end+1
		}
	}
	if i = p.parseClock(line, i); i < 0 {
		return -1
	}
	if i+1 < len(line) && line[i] == ' ' && line[i+1] < 'a' { // a year or a zone is to be told from a host
		if year, end := number(line, i+1, 4, 4); p.Year == 0 && end > 0 && year >= 1970 && year < 2200 &&
			(end == len(line) || line[end] == ' ' || bytes.HasPrefix(line[end:], []byte(": "))) {
			p.Year, i = int16(year), end
		} else {
			i = p.parseZoneName(line, i)
		}
	}
	if i < len(line) && line[i] != ' ' && line[i] != ':' {
		return -1
	}
	*t = p
	return i
}

// zones are the names that Cisco devices print, behind the time and before a colon.
var zones = map[string]int32{
	"UTC": 0, "GMT": 0, "WET": 0, "WEST": 3600, "BST": 3600, "CET": 3600, "CEST": 7200, "EET": 7200, "EEST": 10800, "MSK": 10800,
	"EST": -18000, "EDT": -14400, "CST": -21600, "CDT": -18000, "MST": -25200, "MDT": -21600, "PST": -28800, "PDT": -25200,
}

// parseZoneName reads " UTC:" at pos; a name without the colon is more likely a host.
func (t *Time) parseZoneName(line []byte, pos int) int {
	end := pos + 1
	for end < len(line) && end-pos < 6 && line[end]-'A' < 26 {
		end++
	}
	if end == len(line) || line[end] != ':' {
		return pos
	}
	offset, ok := zones[string(line[pos+1:end])]
	if !ok {
		return pos
	}
	t.Offset, t.HasZone = offset, true
	return end
}

// parseISO reads RFC 3339, with "," before the fraction, a space for the "T", and a zone without colon or
// absent let pass.
func (t *Time) parseISO(line []byte, pos int) int {
	var p Time
	year, i := number(line, pos, 4, 4)
	if i < 0 || i >= len(line) || line[i] != '-' || year == 0 {
		return -1
	}
	month, i := number(line, i+1, 2, 2)
	if i < 0 || i >= len(line) || line[i] != '-' || month < 1 || month > 12 {
		return -1
	}
	day, i := number(line, i+1, 2, 2)
	if i < 0 || i >= len(line) || line[i] != 'T' && line[i] != ' ' && line[i] != 't' || day < 1 || day > int(daysIn(uint8(month))) {
		return -1
	}
	p.Year, p.Month, p.Day = int16(year), uint8(month), uint8(day)
	if !p.exists(int64(year)) {
		return -1
	}
	if i = p.parseClock(line, i+1); i < 0 {
		return -1
	}
	if i = p.parseOffset(line, i); i < 0 || i < len(line) && line[i] != ' ' && line[i] != ':' {
		return -1
	}
	*t = p
	return i
}

// parseClock reads 22:14:15 with an optional fraction of up to nine digits; further digits are passed over.
func (t *Time) parseClock(line []byte, pos int) int {
	if len(line)-pos < len("22:14:15") {
		return -1
	}
	c := (*[len("22:14:15")]byte)(line[pos:])
	hour, minute, second := two(c[0], c[1]), two(c[3], c[4]), two(c[6], c[7])
	if hour > 23 || minute > 59 || second > 60 || c[2] != ':' || c[5] != ':' {
		return -1
	}
	t.Hour, t.Minute, t.Second = hour, minute, second
	i := pos + len(c)
	if i+1 < len(line) && (line[i] == '.' || line[i] == ',') && isDigit(line[i+1]) {
		scale := int32(100_000_000)
		for i++; i < len(line) && isDigit(line[i]); i++ {
			t.Nanos += scale * int32(line[i]-'0')
			scale /= 10
		}
	}
	return i
}

// two is the number of two digits, 255 when they are not.
func two(tens, ones byte) uint8 {
	tens, ones = tens-'0', ones-'0'
	if tens > 9 || ones > 9 {
		return 255
	}
	return tens*10 + ones
}

// parseOffset reads Z, +01:00, +0100 or +01; nothing at all is no zone.
func (t *Time) parseOffset(line []byte, pos int) int {
	if pos >= len(line) {
		return pos
	}
	sign := int32(1)
	switch line[pos] {
	case 'Z', 'z':
		t.HasZone = true
		return pos + 1
	case '-':
		sign = -1
	case '+':
	default:
		return pos
	}
	hours, i := number(line, pos+1, 2, 2)
	if i < 0 || hours > 23 {
		return -1
	}
	minutes := 0
	if i < len(line) && (line[i] == ':' || isDigit(line[i])) {
		if line[i] == ':' {
			i++
		}
		if minutes, i = number(line, i, 2, 2); i < 0 || minutes > 59 {
			return -1
		}
	}
	t.HasZone, t.Offset = true, sign*int32(hours*3600+minutes*60)
	return i
}

// number reads from least to most digits at pos and returns the position behind them, -1 if there are fewer.
func number(line []byte, pos, least, most int) (n, end int) {
	i := pos
	for i < len(line) && i-pos < most && isDigit(line[i]) {
		n = n*10 + int(line[i]-'0')
		i++
	}
	if i-pos < least {
		return 0, -1
	}
	return n, i
}

// monthOf is 1 to 12 for the three letters of an English month, whatever their case; 0 otherwise.
func monthOf(b []byte) uint8 {
	switch uint32(b[0]|0x20)<<16 | uint32(b[1]|0x20)<<8 | uint32(b[2]|0x20) {
	case 'j'<<16 | 'a'<<8 | 'n':
		return 1
	case 'f'<<16 | 'e'<<8 | 'b':
		return 2
	case 'm'<<16 | 'a'<<8 | 'r':
		return 3
	case 'a'<<16 | 'p'<<8 | 'r':
		return 4
	case 'm'<<16 | 'a'<<8 | 'y':
		return 5
	case 'j'<<16 | 'u'<<8 | 'n':
		return 6
	case 'j'<<16 | 'u'<<8 | 'l':
		return 7
	case 'a'<<16 | 'u'<<8 | 'g':
		return 8
	case 's'<<16 | 'e'<<8 | 'p':
		return 9
	case 'o'<<16 | 'c'<<8 | 't':
		return 10
	case 'n'<<16 | 'o'<<8 | 'v':
		return 11
	case 'd'<<16 | 'e'<<8 | 'c':
		return 12
	}
	return 0
}

// daysIn is the length of the month in a leap year.
func daysIn(month uint8) uint8 {
	switch month {
	case 2:
		return 29
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
