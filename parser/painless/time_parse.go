package painless

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseTemporal reads the ISO form of the class.
func (c *Context) parseTemporal(kind temporalKind, x value) value {
	if x.isNull() {
		c.nullPointer(-1, "text")
	}
	s := string(c.arg(x))
	p := isoParser{s: s}
	d, ok := p.parse(c, kind)
	if ok && p.at == len(s) && p.wrong != "" {
		if kind == kindInstant {
			c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed at index 0", s)
		}
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: %s", s, p.wrong)
	}
	if !ok || p.at != len(s) {
		at := p.at
		more := ""
		if ok {
			more = "unparsed text found at index " + strconv.Itoa(at)
		} else {
			more = "index " + strconv.Itoa(at)
		}
		if ok {
			c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed, %s", s, more)
		}
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed at %s", s, more)
	}
	return object(d)
}

type isoParser struct {
	s     string
	at    int
	wrong string // what is wrong with the date, which is said when all has been read
}

// number reads n digits.
func (p *isoParser) number(n int) (int, bool) {
	if len(p.s)-p.at < n {
		return 0, false
	}
	v := 0
	for i := range n {
		c := p.s[p.at+i]
		if !isDigit(c) {
			return 0, false
		}
		v = 10*v + int(c-'0')
	}
	p.at += n
	return v, true
}

func (p *isoParser) byte(c byte) bool {
	if p.at < len(p.s) && p.s[p.at]|0x20 == c|0x20 && (p.s[p.at] == c || isLetter(c)) {
		p.at++
		return true
	}
	return false
}

func (p *isoParser) peek() byte {
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

func (p *isoParser) parse(c *Context, kind temporalKind) (*temporal, bool) {
	year, month, day := 1970, 1, 1
	if kind != kindTime {
		var ok bool
		if year, month, day, ok = p.date(); !ok {
			return nil, false
		}
		if kind == kindDate {
			return &temporal{kind: kind, t: time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)}, true
		}
		if !p.byte('T') {
			return nil, false
		}
	}
	hour, ok1 := p.number(2)
	if !ok1 || !p.byte(':') {
		return nil, false
	}
	minute, ok := p.number(2)
	if !ok {
		return nil, false
	}
	second, ns := 0, 0
	if p.peek() == ':' {
		p.at++
		if second, ok = p.number(2); !ok {
			return nil, false
		}
		if p.peek() == '.' {
			p.at++
			ns = p.fraction()
		}
	} else if kind == kindInstant {
		return nil, false
	}
	if kind == kindInstant && (hour == 24 && minute == 0 && second == 0 && ns == 0 || hour == 23 && minute == 59 && second == 60) {
		if second = 0; hour == 23 { // a leap second is the one before it
			second = 59
		}
		return p.zoned(c, kind, time.Date(year, time.Month(month), day, hour, minute, second, ns, time.UTC))
	}
	if wrong := wrongTime(hour, minute, second); wrong != "" && p.wrong == "" {
		p.wrong = wrong
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, ns, time.UTC)
	if kind == kindDateTime || kind == kindTime {
		return &temporal{kind: kind, t: t}, true
	}
	return p.zoned(c, kind, t)
}

// year reads four digits, or up to ten after a plus; a minus may stand before both.
func (p *isoParser) year() (year int, ok bool) {
	start, digits, sign := p.at, 4, 1
	switch p.peek() {
	case '-':
		sign = -1
		p.at++
	case '+':
		p.at++
	}
	for rest := p.s[p.at:]; digits < min(len(rest), 10) && isDigit(rest[digits]); {
		digits++
	}
	signed := p.at > start
	if !signed && digits > 4 || signed && sign > 0 && digits == 4 {
		p.at = start
		return 0, false
	}
	if year, ok = p.number(digits); ok && year == 0 && sign < 0 {
		p.at = start
		return 0, false
	}
	return sign * year, ok
}

func (p *isoParser) date() (year, month, day int, ok bool) {
	if year, ok = p.year(); !ok || !p.byte('-') {
		return 0, 0, 0, false
	}
	if month, ok = p.number(2); !ok || !p.byte('-') {
		return 0, 0, 0, false
	}
	if day, ok = p.number(2); !ok {
		return
	}
	p.wrong = wrongDate(year, month, day)
	return year, month, day, true
}

// wrongTime says in Java's words what is wrong with a time of day, "" for nothing.
func wrongTime(hour, minute, second int) string {
	switch {
	case hour > 23:
		return fmt.Sprintf("Invalid value for HourOfDay (valid values 0 - 23): %d", hour)
	case minute > 59:
		return fmt.Sprintf("Invalid value for MinuteOfHour (valid values 0 - 59): %d", minute)
	case second > 59:
		return fmt.Sprintf("Invalid value for SecondOfMinute (valid values 0 - 59): %d", second)
	}
	return ""
}

// wrongDate says in Java's words what is wrong with a date, "" for nothing.
func wrongDate(year, month, day int) string {
	switch {
	case year > 999999999 || year < -999999999:
		return fmt.Sprintf("Invalid value for Year (valid values -999999999 - 999999999): %d", year)
	case month < 1 || month > 12:
		return fmt.Sprintf("Invalid value for MonthOfYear (valid values 1 - 12): %d", month)
	case day < 1 || day > 31:
		return fmt.Sprintf("Invalid value for DayOfMonth (valid values 1 - 28/31): %d", day)
	}
	return noSuchDay(year, month, day)
}

// noSuchDay is the same for a day that its month does not have.
func noSuchDay(year, month, day int) string {
	last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	switch {
	case day <= last:
		return ""
	case day == 29:
		return fmt.Sprintf("Invalid date 'February 29' as '%d' is not a leap year", year)
	}
	return fmt.Sprintf("Invalid date '%s %d'", strings.ToUpper(time.Month(month).String()), day)
}

// fraction reads up to nine digits as nanoseconds.
func (p *isoParser) fraction() int {
	ns, scale := 0, 100_000_000
	for p.at < len(p.s) && isDigit(p.s[p.at]) && scale > 0 {
		ns += int(p.s[p.at]-'0') * scale
		scale /= 10
		p.at++
	}
	return ns
}

// zoned reads an offset, and for a ZonedDateTime a zone in brackets.
func (p *isoParser) zoned(c *Context, kind temporalKind, t time.Time) (*temporal, bool) {
	start, offset := p.at, 0
	switch {
	case p.byte('Z'):
	case p.peek() == '+' || p.peek() == '-':
		sign := 1
		if p.peek() == '-' {
			sign = -1
		}
		p.at++
		h, ok := p.number(2)
		if !ok {
			p.at = start
			return nil, false
		}
		m, s := 0, 0
		if p.peek() == ':' {
			p.at++
			if m, ok = p.number(2); !ok {
				p.at = start
				return nil, false
			}
			if p.peek() == ':' {
				p.at++
				s, _ = p.number(2)
			}
		} else {
			p.at = start
			return nil, false
		}
		offset = sign * (h*3600 + m*60 + s)
	default:
		return nil, false
	}
	loc := time.UTC
	if offset != 0 {
		loc = time.FixedZone("", offset)
	}
	at := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
	d := &temporal{kind: kind, t: at, zone: offsetID(at)}
	switch {
	case kind == kindInstant:
		return &temporal{kind: kind, t: at.UTC()}, true
	case kind == kindZoned && p.peek() == '[':
		end := strings.IndexByte(p.s[p.at:], ']')
		if end < 0 {
			return nil, false
		}
		z := c.zone(p.s[p.at+1 : p.at+end])
		p.at += end + 1
		d.t, d.zone = at.In(z.loc), z.id
	case kind == kindOffset:
		d.zone = ""
	}
	return d, true
}
