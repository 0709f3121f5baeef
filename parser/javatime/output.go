package javatime

import (
	"errors"
	"fmt"
	"strings"
)

var errNoPattern = errors.New("No date pattern provided") //nolint:staticcheck // Elasticsearch's text

// Alternatives are the patterns and names of a format that has || between them.
func Alternatives(format string) ([]string, error) {
	format = strings.TrimPrefix(format, "8")
	if format == "" {
		return nil, errNoPattern
	}
	list := strings.Split(format, "||")
	for i, one := range list {
		if one == "" {
			return nil, fmt.Errorf("Cannot have empty element in multi date format pattern: %s", format) //nolint:staticcheck // Elasticsearch's text
		}
		list[i] = strings.TrimFunc(one, func(c rune) bool { return c <= ' ' })
	}
	return list, nil
}

// CompileOutput compiles what Elasticsearch takes to write dates: a pattern, the name of a format, or several with ||
// between them, of which the first writes.
func CompileOutput(format string) (*Format, error) {
	list, err := Alternatives(format)
	if err != nil {
		return nil, err
	}
	var formats []*Format
	for _, one := range list {
		f, err := compileOutput(one)
		if err != nil {
			return nil, err
		}
		formats = append(formats, f)
	}
	return formats[0], nil
}

func compileOutput(name string) (*Format, error) {
	if name == "" {
		return nil, errNoPattern
	}
	pattern, ok := written[name]
	if !ok {
		bare, strict := strings.CutPrefix(name, "strict_")
		reading := named[bare]
		if pattern = reading[1]; pattern == "" && !strict {
			pattern = reading[0]
		}
	}
	c := compiler{named: pattern != ""}
	if !c.named {
		pattern = name
	}
	f, err := c.format(name, pattern)
	if err == nil {
		f.utc = name == "basic_date" // the one that Elasticsearch writes in UTC
	}
	return f, err
}

const (
	shortDay = "%-MM-dd" // of years of four digits
	basicDay = "%%MMdd"
	isoTime  = strictDay + "'T'" + strictTime + "#@"
)

// written are the patterns by which names write where those that read say something else; of the others, the strict one
// of a name writes. Here # has three digits and ## three to nine, @ is XXX, % a year of four digits and no more, %% one
// without a plus, as II is one of weeks, $ are seconds since the epoch and $$$ milliseconds.
var written = map[string]string{
	"basic_date":                            basicDay,
	"basic_date_time":                       basicDay + "'T'HHmmss#@",
	"basic_date_time_no_millis":             basicDay + "'T'HHmmss@",
	"basic_ordinal_date_time":               "yyyyDDD'T'HHmmss#@",
	"basic_week_date":                       "II'W'JJi",
	"strict_basic_week_date":                "II'W'JJi",
	"basic_week_date_time":                  "II'W'JJi'T'HHmmss#X",
	"strict_basic_week_date_time":           "II'W'JJi'T'HHmmss#X",
	"basic_week_date_time_no_millis":        "II'W'JJi'T'HHmmssX",
	"strict_basic_week_date_time_no_millis": "II'W'JJi'T'HHmmss@",
	"date_hour_minute_second_fraction":      shortDay + "'T'" + strictTime + "#",
	"date_hour_minute_second_millis":        shortDay + "'T'" + strictTime + "#",
	"date_optional_time":                    isoTime,
	"strict_date_optional_time":             isoTime,
	"strict_date_optional_time_nanos":       strictDay + "'T'" + strictTime + "##@",
	"iso8601":                               isoTime,
	"date_time":                             isoTime,
	"strict_date_time":                      shortDay + "'T'" + strictTime + "##@",
	"date_time_no_millis":                   strictDay + "'T'" + strictTime + "VV",
	"ordinal_date":                          "uuuu-DDD",
	"year_month":                            "uuuu-MM",
	"ordinal_date_time":                     "%-DDD'T'" + strictTime + "##@",
	"strict_ordinal_date_time":              "%-DDD'T'" + strictTime + "##@",
	"ordinal_date_time_no_millis":           "%-DDD'T'" + strictTime + "@",
	"strict_ordinal_date_time_no_millis":    "%-DDD'T'" + strictTime + "@",
	"weekyear":                              "I",
	"year":                                  "u",
	"year_month_day":                        shortDay,
	"epoch_second":                          "$",
	"epoch_millis":                          "$$$",
}
