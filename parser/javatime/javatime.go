// Package javatime reads and writes dates by the patterns of java.time.format.DateTimeFormatter, as
// Elasticsearch's date processor has them in its formats. Patterns are compiled once; reading and
// writing allocate nothing. Names of months and days are English, or of a language that is asked for when reading.
//
// A letter that is not supported is an error when the pattern is compiled.
package javatime

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Format is a compiled pattern, safe for concurrent use.
type Format struct {
	pattern  string
	fields   []field
	plain    *plain // nil when the format is not
	several  bool   // Java has several parsers for it
	iso      bool   // the first of which is Elasticsearch's own
	lenience lenience
	utc      bool // its dates are those of UTC
}

func newFormat(pattern string, fields []field) *Format {
	markRepeated(fields, map[byte]bool{})
	return &Format{pattern: pattern, fields: fields, plain: plainOf(fields)}
}

// field is a letter of the pattern with its count, a literal, or an optional part.
type field struct {
	letter   byte // 0: literal; '[': optional
	count    int
	literal  string
	optional []field
	width    width    // of a number
	part     uint64   // a bit for what it says of the date, 0 where several may differ
	again    bool     // a field before is of the same part; where that was there, it must say the same
	named    bool     // the pattern is one of those behind a name
	pad      int      // characters that what is written takes at least
	texts    []string // names in another language than English
}

// letters that are supported.
const letters = "yuYMLwWqQdDFEecaBhHkKmsSnNAgzvZXxVOG"

// Compile compiles a pattern such as dd/MMM/yyyy:HH:mm:ss Z.
func Compile(pattern string) (*Format, error) { return compileIn(pattern, nil) }

func compileIn(pattern string, language *language) (*Format, error) {
	c := compiler{language: language}
	return c.format(pattern, pattern)
}

// format compiles the pattern behind a name, or one that is its own.
func (co *compiler) format(name, pattern string) (*Format, error) {
	fields, rest, err := co.compile(pattern, false)
	if err == nil && rest != "" {
		err = fmt.Errorf("Pattern invalid as it contains ] without previous [") //nolint:staticcheck // Java's text
	}
	if err != nil {
		return nil, fmt.Errorf("Invalid format: [%s]: %w", name, err) //nolint:staticcheck // Elasticsearch's text
	}
	return newFormat(name, fields), nil
}

// markRepeated marks the fields whose part of the date is in seen, which those before them have set.
func markRepeated(fields []field, seen map[byte]bool) {
	for i := range fields {
		f := &fields[i]
		markRepeated(f.optional, seen)
		part := partOf(f.letter)
		if part == 0 {
			continue
		}
		f.part, f.again = 1<<(part-'A'), seen[part]
		seen[part] = true
	}
}

// partOf is one letter for all that are of one part of a date, 0 for those that may differ.
func partOf(letter byte) byte {
	switch letter {
	case 'M', 'L':
		return 'M'
	case 'h', 'K':
		return 'h'
	case 'X', 'x', 'Z', 'O':
		return 'X'
	case 'y', 'u', 'Y', 'd', 'D', 'S', 'H', 'k', 'm', 's', 'a', 'E':
		return letter
	}
	return 0
}

// counts are how often letters may stand; others may up to five times.
var counts = map[byte]int{
	'd': 2, 'h': 2, 'H': 2, 'k': 2, 'K': 2, 'm': 2, 's': 2, 'w': 2, 'F': 1, 'W': 1, 'a': 1, 'D': 3, 'V': 2, 'z': 4, 'S': 9,
	'y': 19, 'u': 19, 'Y': 19, 'n': 19, 'N': 19, 'A': 19, 'g': 19, 'O': 4, 'v': 4,
}

func checkCount(letter byte, n int) error {
	most, ok := counts[letter]
	switch {
	case !ok && n > 5, ok && n > most && letter != 'V':
		return fmt.Errorf("Too many pattern letters: %c", letter) //nolint:staticcheck // Java's text
	case letter == 'V' && n != 2:
		return fmt.Errorf("Pattern letter count must be 2: V") //nolint:staticcheck // Java's text
	case letter == 'c' && n == 2:
		return fmt.Errorf(`Invalid pattern "cc"`) //nolint:staticcheck // Java's text
	case (letter == 'v' || letter == 'B') && n != 1 && n != 4 && (letter == 'v' || n != 5):
		return fmt.Errorf("Wrong number of pattern letters: %c", letter) //nolint:staticcheck // Java's text
	case letter == 'O' && n != 1 && n != 4:
		return fmt.Errorf("Pattern letter count must be 1 or 4: O") //nolint:staticcheck // Java's text
	}
	return nil
}

// String is the pattern.
func (f *Format) String() string { return f.pattern }

type compiler struct {
	language *language // of names; nil: English
	named    bool      // the pattern is one of those behind a name
	wide     bool      // and numbers in it have as many digits as in others
}

func (co *compiler) compile(s string, inside bool) (fields []field, rest string, err error) {
	variable := -1 // the number of those that stand together which takes what the others leave
	for s != "" {
		switch c := s[0]; {
		case c == ']':
			if inside {
				return fields, s[1:], nil
			}
			return fields, s, nil
		case c == '[':
			var sub []field
			if sub, s, err = co.compile(s[1:], true); err != nil {
				return nil, "", err
			}
			fields = append(fields, field{letter: '[', optional: sub})
			continue
		case c == '\'':
			var text string
			if text, s, err = quoted(s); err != nil {
				return nil, "", err
			}
			fields = append(fields, field{literal: text})
			continue
		case isLetter(c) || co.named && strings.IndexByte(ownLetters, c) >= 0:
			var f field
			if f, s, err = co.field(s); err != nil {
				return nil, "", err
			}
			together := f.pad == 0 && len(fields) > 0 && fields[len(fields)-1].numeric()
			switch {
			case together && f.numeric() && fields[variable].pad > 0:
				return nil, "", errPadded
			case !f.numeric():
			case together && f.width.fixed():
				fields[variable].width.reserve += f.width.most
			default:
				if together { // Java forgets what it had in reserve
					fields[variable].width.reserve = 0
				}
				variable = len(fields)
			}
			fields = append(fields, f)
			continue
		case strings.IndexByte("{}#", c) >= 0:
			return nil, "", fmt.Errorf("Pattern includes reserved character: '%c'", c) //nolint:staticcheck // Java's text
		default:
			fields = append(fields, field{literal: s[:1]})
		}
		s = s[1:]
	}
	return fields, "", nil // an optional part may end with the pattern
}

// errPadded is what Java says of a number right behind one that is padded.
var errPadded = errors.New("class java.time.format.DateTimeFormatterBuilder$PadPrinterParserDecorator cannot be cast to class java.time.format.DateTimeFormatterBuilder$NumberPrinterParser (java.time.format.DateTimeFormatterBuilder$PadPrinterParserDecorator and java.time.format.DateTimeFormatterBuilder$NumberPrinterParser are in module java.base of loader 'bootstrap')")

// field reads a letter with its count, and the p before it that pad it.
func (co *compiler) field(s string) (f field, rest string, err error) {
	pad := 0
	if s[0] == 'p' && !co.named {
		rest = strings.TrimLeft(s, "p")
		if pad = len(s) - len(rest); rest == "" || !isLetter(rest[0]) {
			return f, "", fmt.Errorf("Pad letter 'p' must be followed by valid pad pattern: %s", s) //nolint:staticcheck // Java's text
		}
		s = rest
	}
	c := s[0]
	rest = strings.TrimLeft(s, s[:1])
	n := len(s) - len(rest)
	if strings.IndexByte(letters, c) < 0 && !co.named {
		return f, "", fmt.Errorf("Unknown pattern letter: %c", c) //nolint:staticcheck // Java's text
	}
	f = field{letter: c, count: n, pad: pad, named: co.named && !co.wide, texts: co.language.texts(c, n)}
	f.width = f.widthOf()
	return f, rest, checkCount(c, n)
}

func isLetter(c byte) bool { return c|0x20-'a' < 26 }

// quoted reads 'text' with ” for a quote.
func quoted(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		if i == 1 {
			return "'", s[2:], nil
		}
		return b.String(), s[i+1:], nil
	}
	return "", "", fmt.Errorf("Pattern ends with an incomplete string literal: %s", s) //nolint:staticcheck // Java's text
}

// HasNames tells whether the pattern has names of months or days, which depend on the language.
func (f *Format) HasNames() bool { return hasNames(f.fields) }

func hasNames(fields []field) bool {
	for _, f := range fields {
		if (f.letter == 'M' || f.letter == 'L' || f.letter == 'E') && f.count >= 3 || hasNames(f.optional) {
			return true
		}
	}
	return false
}

// Date is what a text says of a date. What it does not say is zero, and Has is without the bit.
type Date struct {
	Has                                 Part
	Year, Month, Day, DayOfYear         int
	Hour, Minute, Second, Nanos, Offset int
	Zone                                *time.Location // of a zone that is named
	half, halfHour                      int            // 1 for AM, 2 for PM; and the hour of it
	clockHour                           int            // 1 to 24
	dayName                             int            // 1 for Monday
	weekYear, week, weekday             int            // of weeks that begin on Sunday; the first has 1 January
	isoWeek                             bool           // of those that begin on Monday; the first has 4 January
	has                                 clock
	lenience                            lenience
	excess                              int // days
	yearOfEra                           int
	thrown                              wrong  // what ends all reading
	read                                uint64 // the parts of fields that were there
	secondAt                            int    // where its two digits stand, in a plain format; 0 if that is not known
}

// Part is a set of the parts of a date.
type Part uint8

// Parts of a date that may be absent.
const (
	HasYear Part = 1 << iota
	HasMonth
	HasDay
	HasZone // Offset, or Zone when it is not nil
)

// clock is a set of the parts of a date that decide which others count.
type clock uint16

const (
	hasHour   clock = 1 << iota // of the day
	hasMinute                   // behind hasHour, as hasSecond is behind it
	hasSecond
	hasNanos
	hasHalfHour     // of the half day
	hasCalendarYear // and not of weeks: one of these
	hasYearOfEra
	hasProlepticYear
	hasMonthOfYear
	hasDayOfMonth // behind hasMonthOfYear
	hasDayOfYear
	hasClockHour     // 1 to 24
	hasClockHalfHour // 1 to 12
	hasWeek
	hasWeekday
	hasZoneOffset // the offset is the id of a zone, which counts before any other
)

// Moment is a point in time and the offset of the zone in which it is told.
type Moment struct {
	Seconds int64 // since the epoch
	Nanos   int   // 0 to 999,999,999
	Offset  int   // seconds east of UTC
}

// Resolve is the same as [Date.Moment] in ns since the epoch. Years beyond 1678 to 2261 do not fit: see [Date.Fits].
func (d *Date) Resolve(zone *time.Location) (ns int64, offset int) {
	m := d.Moment(zone)
	return m.Seconds*1e9 + int64(m.Nanos), m.Offset
}

// Moment is the point in time. zone is that of dates without one. Months and days that are absent are the first.
// Without HasYear, the caller has set Year; a day that its month does not have is the last.
func (d *Date) Moment(zone *time.Location) Moment {
	year, month, day := d.Year, max(d.Month, 1), max(d.Day, 1)
	switch {
	case d.DayOfYear > 0 && (d.Month == 0 || d.Day == 0):
		month, day = 1, d.DayOfYear
	case d.isoWeek:
		year, month, day = d.weekYear, 1, 4+7*max(d.week-1, 0)+max(d.weekday-1, 0)
		day -= (int(time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC).Weekday()) + 6) % 7
	case d.ofWeeks():
		year, month, day = d.weekYear, 1, 1+7*max(d.week-1, 0)+max(d.weekday-1, 0)
		day -= int(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Weekday())
	}
	if d.Has&HasYear == 0 {
		day = min(day, daysIn(month, year))
	}
	local := daysTo(year, month, day)*86400 + int64(d.Hour*3600+d.Minute*60+d.Second)
	if d.Has&HasZone != 0 {
		if d.Zone == nil {
			return Moment{local - int64(d.Offset), d.Nanos, d.Offset}
		}
		zone = d.Zone
	}
	if zone == time.UTC {
		return Moment{local, d.Nanos, 0}
	}
	// An hour that comes twice is the first; one that is jumped over counts from before the jump, as in Java.
	before := offsetAt(local-86400, zone)
	if first := local - before; offsetAt(first, zone) == before {
		return Moment{first, d.Nanos, int(before)}
	}
	after := offsetAt(local+86400, zone)
	if second := local - after; offsetAt(second, zone) == after {
		return Moment{second, d.Nanos, int(after)}
	}
	return Moment{local - before, d.Nanos, int(after)}
}

// ofWeeks tells whether the year is one of weeks.
func (d *Date) ofWeeks() bool { return (d.isoWeek || d.weekYear > 0) && d.has&hasCalendarYear == 0 }

// daysTo counts the days from 1970-01-01 to a date of the proleptic Gregorian calendar; day may be beyond its month
// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
func daysTo(year, month, day int) int64 {
	if month -= 3; month < 0 { // years begin in March
		month, year = month+12, year-1
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	yearOfEra := year - era*400
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + (153*month+2)/5 + day - 1
	return int64(era)*146097 + int64(dayOfEra) - 719468
}

// Fits tells whether Resolve can tell the time.
func (d *Date) Fits() bool {
	year := d.Year
	if d.ofWeeks() {
		year = d.weekYear
	}
	return year >= 1678 && year <= 2261
}

func offsetAt(s int64, zone *time.Location) int64 {
	_, offset := time.Unix(s, 0).In(zone).Zone()
	return int64(offset)
}
