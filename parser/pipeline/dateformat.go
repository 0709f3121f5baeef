package pipeline

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/parser/javatime"
)

// parseDateFormat compiles one of a date processor's formats. One that is no pattern is no error: Elasticsearch
// takes it too, and it never matches. hasNames says that it reads names of months or days.
func parseDateFormat(name string) (f dateFormat, hasNames bool, err error) {
	switch name {
	case "ISO8601":
		return parseISO8601, false, nil
	case "UNIX":
		return parseUnix, false, nil
	case "UNIX_MS":
		return parseUnixMillis, false, nil
	case "TAI64N":
		return parseTAI64N, false, nil
	}
	var alternatives []dateFormat
	for pattern := range strings.SplitSeq(strings.TrimPrefix(name, "8"), "||") {
		f, names, err := parseNamedFormat(pattern)
		if err != nil {
			return nil, false, err
		}
		if f == nil {
			return never, false, nil
		}
		alternatives, hasNames = append(alternatives, f), hasNames || names
	}
	if len(alternatives) == 1 {
		return alternatives[0], hasNames, nil
	}
	return func(r *Runner, text []byte, zone *time.Location) (int64, int, bool) {
		for _, parse := range alternatives {
			if ns, offset, ok := parse(r, text, zone); ok {
				return ns, offset, true
			}
		}
		return 0, 0, false
	}, hasNames, nil
}

func never(*Runner, []byte, *time.Location) (int64, int, bool) { return 0, 0, false }

// parseNamedFormat compiles a pattern, or a name that Elasticsearch has for one; nil when it is neither.
func parseNamedFormat(name string) (f dateFormat, hasNames bool, err error) {
	switch name {
	case "strict_date_optional_time", "iso8601", "strict_date_optional_time_nanos":
		return parseISO8601, false, nil
	case "date_optional_time":
		return parseLenient, false, nil
	case "epoch_second":
		return parseEpochSecond, false, nil
	case "epoch_millis":
		return parseEpochMillis, false, nil
	}
	pattern := name
	if known, ok := namedPatterns[strings.TrimPrefix(name, "strict_")]; ok {
		if pattern = known; pattern == "" {
			return nil, false, fmt.Errorf("format [%s] is not supported by its name: write the pattern", name)
		}
	}
	p, err := javatime.Compile(pattern)
	if pattern == "" || err != nil {
		return nil, false, nil //nolint:nilerr // it never matches
	}
	return patternFormat(p), p.HasNames(), nil
}

func patternFormat(p *javatime.Format) dateFormat {
	return func(r *Runner, text []byte, zone *time.Location) (int64, int, bool) {
		d, ok := p.Parse(text)
		if !ok {
			return 0, 0, false
		}
		if d.Has&javatime.HasYear == 0 {
			d.Year = r.yearOf(d.Month, zone)
			d.Has &^= javatime.HasZone // as in Elasticsearch
		}
		if !d.Fits() {
			return 0, 0, false
		}
		ns, _ := d.Resolve(zone)
		return ns, offsetOf(ns, zone), holds(ns, d.Year)
	}
}

// holds tells whether ns is of the year, which it is not beyond 1677 and 2262: nanoseconds reach no further.
func holds(ns int64, year int) bool {
	if year > 1678 && year < 2262 || year == 0 {
		return true
	}
	at := time.Unix(0, ns).UTC().Year()
	return at-year <= 1 && year-at <= 1
}

// namedPatterns are the patterns behind Elasticsearch's names; "" for names that no single pattern stands for.
var namedPatterns = map[string]string{
	"basic_date": "yyyyMMdd", "basic_date_time": "yyyyMMdd'T'HHmmss.SSSX", "basic_date_time_no_millis": "yyyyMMdd'T'HHmmssX",
	"basic_ordinal_date": "yyyyDDD", "date": "yyyy-MM-dd", "year_month_day": "yyyy-MM-dd", "year_month": "yyyy-MM", "year": "yyyy",
	"date_hour": "yyyy-MM-dd'T'HH", "date_hour_minute": "yyyy-MM-dd'T'HH:mm", "date_hour_minute_second": "yyyy-MM-dd'T'HH:mm:ss",
	"date_hour_minute_second_millis": "yyyy-MM-dd'T'HH:mm:ss.SSS", "ordinal_date": "yyyy-DDD",
	"date_time": "yyyy-MM-dd'T'HH:mm:ss.SSS[XXX][X]", "date_time_no_millis": "yyyy-MM-dd'T'HH:mm:ss[XXX][X]",
	"basic_ordinal_date_time": "", "basic_ordinal_date_time_no_millis": "", "basic_time": "", "basic_time_no_millis": "",
	"basic_t_time": "", "basic_t_time_no_millis": "", "basic_week_date": "", "basic_week_date_time": "",
	"basic_week_date_time_no_millis": "", "date_hour_minute_second_fraction": "", "hour": "", "hour_minute": "",
	"hour_minute_second": "", "hour_minute_second_fraction": "", "hour_minute_second_millis": "", "ordinal_date_time": "",
	"ordinal_date_time_no_millis": "", "time": "", "time_no_millis": "", "t_time": "", "t_time_no_millis": "", "week_date": "",
	"week_date_time": "", "week_date_time_no_millis": "", "weekyear": "", "weekyear_week": "", "weekyear_week_day": "",
	"rfc3339_lenient": "",
}

// parseUnix reads seconds as Java's Double.parseDouble does, to the millisecond.
func parseUnix(_ *Runner, text []byte, zone *time.Location) (int64, int, bool) {
	if n, err := strconv.ParseInt(view(text), 10, 64); err == nil && n < 1<<43 && n > -1<<43 {
		return fromMillis(n*1000, zone)
	}
	f, ok := parseDecimal(text, 64)
	if !ok || math.Abs(f) > math.MaxInt64/1e9 {
		return 0, 0, false
	}
	if math.IsNaN(f) {
		f = 0
	}
	return fromMillis(int64(f*1000), zone)
}

func parseUnixMillis(_ *Runner, text []byte, zone *time.Location) (int64, int, bool) {
	n, err := strconv.ParseInt(view(text), 10, 64)
	if err != nil {
		return 0, 0, false
	}
	return fromMillis(n, zone)
}

// fromMillis is a time in ms since the epoch; false beyond what nanoseconds reach.
func fromMillis(ms int64, zone *time.Location) (int64, int, bool) {
	if ms > math.MaxInt64/1_000_000 || ms < math.MinInt64/1_000_000 {
		return 0, 0, false
	}
	return ms * 1e6, offsetOf(ms*1e6, zone), true
}

func parseEpochSecond(_ *Runner, text []byte, zone *time.Location) (int64, int, bool) {
	return parseEpoch(text, zone, 1e9)
}

func parseEpochMillis(_ *Runner, text []byte, zone *time.Location) (int64, int, bool) {
	return parseEpoch(text, zone, 1e6)
}

// parseEpoch reads a decimal number of units, each of so many ns, to the millisecond, as Elasticsearch does.
func parseEpoch(text []byte, zone *time.Location, unit int64) (int64, int, bool) {
	whole, fraction, _ := bytes.Cut(text, []byte("."))
	n, err := strconv.ParseInt(view(whole), 10, 64)
	if err != nil || whole[0] == '+' || n > math.MaxInt64/unit || n < math.MinInt64/unit {
		return 0, 0, false
	}
	ns, scale := n*unit, unit
	if len(whole) > 0 && whole[0] == '-' {
		scale = -scale
	}
	for _, c := range fraction {
		if c-'0' > 9 {
			return 0, 0, false
		}
		scale /= 10
		ns += scale * int64(c-'0')
	}
	ns -= (ns%1e6 + 1e6) % 1e6
	return ns, offsetOf(ns, zone), true
}
