package javatime

import (
	"math"
	"slices"
	"strings"
)

// Named is one of Elasticsearch's formats that go by a name, such as strict_date_time. Those that are no pattern
// (epoch_millis, date_optional_time) are not among them.
func Named(name string) (*Format, bool) {
	bare, strict := strings.CutPrefix(name, "strict_")
	patterns, ok := named[bare]
	if !ok {
		return nil, false
	}
	pattern := patterns[0]
	if strict {
		pattern = patterns[1]
	}
	if pattern == "" {
		return nil, false
	}
	c := compiler{named: true, wide: slices.Contains(wideNumbers, bare) || slices.Contains(wideNumbers, name)}
	fields, _, err := c.compile(pattern, false)
	if err != nil {
		return nil, false
	}
	f := newFormat(name, fields)
	f.several = strings.Contains(pattern, "@") && bare != "date_optional_time" || slices.Contains(severalParsers, name)
	f.iso = f.several && strict
	f.lenience = lenienceOf[name]
	return f, true
}

// wideNumbers are the names, with strict_ or of both, whose numbers have as many digits as there are.
var wideNumbers = []string{"strict_date_hour", "strict_date_hour_minute", "year", "year_month", "year_month_day", "weekyear", "weekyear_week", "weekyear_week_day", "basic_ordinal_date"}

// lenienceOf are the names for which Elasticsearch says of some dates that there are not which they would be.
var lenienceOf = map[string]lenience{
	"strict_date": lenient, "strict_date_hour": smart, "strict_date_hour_minute": smart, "strict_hour": smart, "strict_hour_minute": smart,
	"strict_date_hour_minute_second": smartAtMidnight,
}

// severalParsers are the names for which Java has several parsers, beside those with an offset.
var severalParsers = []string{
	"strict_date_hour_minute_second", "strict_date_hour_minute_second_fraction", "strict_date_hour_minute_second_millis",
	"strict_year", "strict_year_month",
}

const (
	lenientTime, strictTime = "H:m:s", "HH:mm:ss"
	lenientDay, strictDay   = "u[-M[-d]]", "uuuu-MM-dd"
	strictPart              = "%[-MM[-dd]]" // of a day
	lenientWeek, strictWeek = "IIII'-W'J-i", "IIII'-W'JJ-i"
)

// named are the patterns of a name, and of the name with strict_ before it. They have letters of their own: # is a
// point and one to nine digits of a second, ### at most three, ## a comma and up to nine, @ an offset in any form, @@ also a small z, I, J and i the
// year, week and day of ISO weeks, % a year of four digits that may be below zero.
var named = map[string][2]string{
	"basic_date":                        {"uuuuMMd", ""},
	"basic_date_time":                   {"uuuuMMdd'T'HHmmss#@", ""},
	"basic_date_time_no_millis":         {"uuuuMMdd'T'HHmmss@", ""},
	"basic_ordinal_date":                {"uuuuDDD", ""},
	"basic_ordinal_date_time":           {"uuuuDDD'T'HHmmss#@", ""},
	"basic_ordinal_date_time_no_millis": {"uuuuDDD'T'HHmmss@", ""},
	"basic_time":                        {"HHmmss#@", ""},
	"basic_time_no_millis":              {"HHmmss@", ""},
	"basic_t_time":                      {"'T'HHmmss#@", ""},
	"basic_t_time_no_millis":            {"'T'HHmmss@", ""},
	"basic_week_date":                   {"I'W'Ji", "IIII'W'JJi"},
	"basic_week_date_time":              {"IIII'W'JJi'T'HHmmss#@", "IIII'W'JJi'T'HHmmss#@"},
	"basic_week_date_time_no_millis":    {"IIII'W'JJi'T'HHmmss@", "IIII'W'JJi'T'HHmmss@"},
	"date":                              {lenientDay, strictDay},
	"date_hour":                         {lenientDay + "'T'H", strictDay + "'T'HH"},
	"date_hour_minute":                  {lenientDay + "'T'H:m", strictDay + "'T'HH:mm"},
	"date_hour_minute_second":           {lenientDay + "'T'" + lenientTime, strictDay + "'T'" + strictTime},
	"date_hour_minute_second_fraction":  {lenientDay + "'T'" + lenientTime + "#", strictPart + "'T'" + strictTime + "#"},
	"date_hour_minute_second_millis":    {lenientDay + "'T'" + lenientTime + "###", strictPart + "'T'" + strictTime + "#"},
	"date_optional_time":                {"u[-M[-d]]['T'[H[:m[:s][#][##][VV][@]]]]", ""},
	"date_time":                         {lenientDay + "'T'H:m[:s#]@", strictPart + "'T'" + strictTime + "[#]@"},
	"date_time_no_millis":               {lenientDay + "'T'H:m[:s][@]", strictPart + "'T'" + strictTime + "@"},
	"hour":                              {"H", "HH"},
	"hour_minute":                       {"H:m", "HH:mm"},
	"hour_minute_second":                {lenientTime, strictTime},
	"hour_minute_second_fraction":       {lenientTime + "#", strictTime + "#"},
	"hour_minute_second_millis":         {lenientTime + "###", strictTime + "#"},
	"ordinal_date":                      {"uuuu-D", "%-DDD"},
	"ordinal_date_time":                 {"u-D'T'H:m[:s#]@", "uuuu-DDD'T'HH:mm[:ss#]@"},
	"ordinal_date_time_no_millis":       {"u-D'T'" + lenientTime + "@", "uuuu-DDD'T'" + strictTime + "@"},
	"time":                              {lenientTime + "#@", strictTime + "#@"},
	"time_no_millis":                    {lenientTime + "@", strictTime + "@"},
	"t_time":                            {"'T'" + lenientTime + "#@", "'T'" + strictTime + "#@"},
	"t_time_no_millis":                  {"'T'" + lenientTime + "@", "'T'" + strictTime + "@"},
	"week_date":                         {lenientWeek, strictWeek},
	"week_date_time":                    {lenientWeek + "'T'" + lenientTime + "#@", strictWeek + "'T'" + strictTime + "#@@"},
	"week_date_time_no_millis":          {lenientWeek + "'T'" + lenientTime + "@", strictWeek + "'T'" + strictTime + "@@"},
	"weekyear":                          {"I", "IIII"},
	"weekyear_week":                     {"I'-W'J", "IIII'-W'JJ"},
	"weekyear_week_day":                 {"I'-W'J-i", strictWeek},
	"year":                              {"u", "%"},
	"year_month":                        {"u-M", "%-MM"},
	"year_month_day":                    {"u-M-d", strictPart},
}

// ownLetters are those that only the patterns above have.
const ownLetters = "#@IJi%$"

// parseOwn reads what such a letter stands for.
func (d *Date) parseOwn(f *field, b []byte, pos int) int {
	switch f.letter {
	case '#':
		point := byte('.')
		if f.count == 2 {
			point = ','
		}
		if pos == len(b) || b[pos] != point {
			return -1
		}
		most := 9
		if f.count == 3 {
			most = 3
		}
		d.has |= hasNanos
		return d.parseFraction(b, pos+1, 1, most)
	case '@':
		d.Has |= HasZone
		if f.count == 2 && pos < len(b) && b[pos] == 'z' {
			return pos + 1
		}
		return d.parseOffset(b, pos, true)
	case 'I':
		d.Has |= HasYear
		d.isoWeek = true
		if pos = yearAt(f, b, pos, &d.weekYear); d.weekYear < 1 {
			return -1
		}
		return pos
	case 'J':
		d.has |= hasWeek
		return number(f, b, pos, f.most(2), 0, math.MaxInt64, &d.week)
	case '%':
		d.Has |= HasYear
		d.has |= hasCalendarYear | hasProlepticYear
		year := field{count: 4}
		if pos == len(b) || b[pos] != '-' {
			return number(&year, b, pos, 4, 0, 9999, &d.Year)
		}
		pos = number(&year, b, pos+1, 4, 0, 9999, &d.Year)
		d.Year = -d.Year
		return pos
	}
	d.has |= hasWeekday
	return number(f, b, pos, f.most(1), 0, math.MaxInt64, &d.weekday)
}

// signedYear reads a year with a sign: a plus only before more than four digits.
func signedYear(f *field, b []byte, pos int, to *int) int {
	if b[pos] == '+' && f.count < 4 {
		return -1
	}
	digits, most := field{count: f.count, reserve: f.reserve}, mostDigits
	switch {
	case f.named && f.count >= 4:
		most = 10
	case f.named:
		most = 9
	}
	end := number(&digits, b, pos+1, most, math.MinInt64, math.MaxInt64, to)
	switch {
	case end < 0:
		return ^(pos + 1)
	case b[pos] == '+' && end-pos-1 <= f.count:
		return -1
	}
	if b[pos] == '-' {
		if *to == 0 {
			return -1
		}
		*to = -*to
	}
	return end
}
