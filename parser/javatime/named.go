package javatime

import (
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
	f.utc = name == "basic_date"
	return f, true
}

// wideNumbers are the names, with strict_ or of both, whose numbers have as many digits as there are.
var wideNumbers = []string{"strict_date_hour", "strict_date_hour_minute", "year", "year_month", "year_month_day", "weekyear", "weekyear_week", "weekyear_week_day", "basic_ordinal_date"}

// lenienceOf are the names for which Elasticsearch says of some dates that there are not which they would be: of a week behind the last, too.
var lenienceOf = map[string]lenience{
	"strict_date": lenient, "strict_date_hour": smart, "strict_date_hour_minute": smart, "strict_hour": smart, "strict_hour_minute": smart,
	"strict_date_hour_minute_second": smartAtMidnight,
	"weekyear_week_day":              smart, "strict_weekyear_week_day": smart,
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

// named are the patterns of a name, and of the name with strict_ before it. They have letters of their own:
//   - # is a point and one to nine digits of a second, ### at most three, ## a comma and up to nine;
//   - @ a zone or an offset, @@ also a small z, @@@ those of ISO 8601, @@@@ an offset alone;
//   - I, J and i the year, week and day of ISO weeks, II a year of four digits, ii days of any number of them;
//   - % a year of four digits that may be below zero, %% one of up to four.
var named = map[string][2]string{
	"basic_date":                        {"%%Md", ""},
	"basic_date_time":                   {"uuuuMMdd'T'HHmmss#@", ""},
	"basic_date_time_no_millis":         {"uuuuMMdd'T'HHmmss@", ""},
	"basic_ordinal_date":                {"uuuuDDD", ""},
	"basic_ordinal_date_time":           {"uuuuDDD'T'HHmmss#@", ""},
	"basic_ordinal_date_time_no_millis": {"uuuuDDD'T'HHmmss@", ""},
	"basic_time":                        {"HHmmss#@", ""},
	"basic_time_no_millis":              {"HHmmss@", ""},
	"basic_t_time":                      {"'T'HHmmss#@", ""},
	"basic_t_time_no_millis":            {"'T'HHmmss@", ""},
	"basic_week_date":                   {"I'W'Jii", "II'W'Jii"},
	"basic_week_date_time":              {"IIII'W'JJi'T'HHmmss#@", "IIII'W'JJi'T'HHmmss#@"},
	"basic_week_date_time_no_millis":    {"IIII'W'JJi'T'HHmmss@", "IIII'W'JJi'T'HHmmss@"},
	"date":                              {lenientDay, strictDay},
	"date_hour":                         {lenientDay + "'T'H", strictDay + "'T'HH"},
	"date_hour_minute":                  {lenientDay + "'T'H:m", strictDay + "'T'HH:mm"},
	"date_hour_minute_second":           {lenientDay + "'T'" + lenientTime, strictDay + "'T'" + strictTime},
	"date_hour_minute_second_fraction":  {lenientDay + "'T'" + lenientTime + "#", strictPart + "'T'" + strictTime + "#"},
	"date_hour_minute_second_millis":    {lenientDay + "'T'" + lenientTime + "###", strictPart + "'T'" + strictTime + "#"},
	"date_optional_time":                {"u[-M[-d]]['T'[H[:m[:s][#][##][VV][@]]]]", ""},
	"date_time":                         {lenientDay + "'T'H:m[:s#]@@@@", strictPart + "'T'" + strictTime + "[#]@@@"},
	"date_time_no_millis":               {lenientDay + "'T'H:m[:s][@]", strictPart + "'T'" + strictTime + "@@@"},
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
		return d.parseZone(f, b, pos)
	case 'I':
		d.Has |= HasYear
		d.isoWeek = true
		d.weekYear, pos = f.width.number(b, pos)
		return pos
	case 'J':
		d.has |= hasWeek
		d.week, pos = f.width.number(b, pos)
		return pos
	case '%':
		d.Has |= HasYear
		d.has |= hasCalendarYear | hasProlepticYear
		d.Year, pos = f.width.number(b, pos)
		return pos
	}
	d.has |= hasWeekday
	d.weekday, pos = f.width.number(b, pos)
	return pos
}

// parseZone reads the zone that ends a text: its id, or an offset without a colon.
func (d *Date) parseZone(f *field, b []byte, pos int) int {
	switch {
	case pos == len(b):
		return -1
	case f.count == 2 && b[pos] == 'z':
		return pos + 1
	case f.count == 3:
		return d.isoZone(b, pos)
	case f.count == 4:
		return d.parseOffset(b, pos, true)
	}
	if end := d.parseZoneName(b, pos, false); end == len(b) {
		return end
	}
	d.Zone = nil
	return d.parseOffsetAs(b, pos, offsetForm{zero: "Z", hoursAlone: true})
}
