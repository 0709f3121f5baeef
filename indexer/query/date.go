package query

import (
	"math"
	"regexp"
	"strconv"
	"time"
)

// Clock is the time that "now" stands for.
type Clock = time.Time

// The ends of time, in ms since the epoch.
const (
	minMillis = math.MinInt64
	maxMillis = math.MaxInt64
)

// ceilMillis is the first ms that is not before t.
func ceilMillis(t time.Time) int64 {
	ms := t.UnixMilli()
	if t.Nanosecond()%1e6 != 0 {
		ms++
	}
	return ms
}

// layouts of dates, each with the length of time that it stands for.
var layouts = []struct {
	layout string
	until  func(time.Time) time.Time
}{
	{"2006-01-02T15:04:05.999999999Z07:00", nil}, // see interval
	{"2006-01-02T15:04:05.999999999", nil},
	{"2006-01-02 15:04:05.999999999", nil},
	{"2006-01-02T15:04Z07:00", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02 15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15", func(t time.Time) time.Time { return t.Add(time.Hour) }},
	{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
}

var (
	nowSyntax      = regexp.MustCompile(`^now(?:([+-])(\d{1,6})([smhdwMy]))?$`)
	fractionSyntax = regexp.MustCompile(`\.\d+`)
)

// interval is what a date stands for: the ms from from to before to.
func interval(text string, now time.Time) (from, to int64, ok bool) {
	if m := nowSyntax.FindStringSubmatch(text); m != nil {
		t := now.UTC()
		if m[1] != "" {
			n, _ := strconv.Atoi(m[1] + m[2])
			switch m[3] {
			case "s":
				t = t.Add(time.Duration(n) * time.Second)
			case "m":
				t = t.Add(time.Duration(n) * time.Minute)
			case "h":
				t = t.Add(time.Duration(n) * time.Hour)
			case "d":
				t = t.AddDate(0, 0, n)
			case "w":
				t = t.AddDate(0, 0, 7*n)
			case "M":
				t = t.AddDate(0, n, 0)
			case "y":
				t = t.AddDate(n, 0, 0)
			}
		}
		ms := t.UnixMilli()
		return ms, ms + 1, true
	}
	for _, l := range layouts {
		t, err := time.Parse(l.layout, text)
		if err != nil {
			continue
		}
		switch {
		case l.until != nil:
			return t.UnixMilli(), l.until(t).UnixMilli(), true
		case fractionSyntax.MatchString(text):
			return t.UnixMilli(), t.UnixMilli() + 1, true
		default:
			return t.UnixMilli(), t.UnixMilli() + 1000, true
		}
	}
	return 0, 0, false
}

// dates makes a range of dates. A date stands for all of its time: <=2026-11-21 is up to the end of that day.
func (p *parser) dates(field string, lo, hi *bound, at int) (node, error) {
	r := dateRange{field, minMillis, maxMillis}
	for _, b := range []*bound{lo, hi} {
		if b == nil {
			continue
		}
		from, to, ok := interval(b.value, p.clock)
		if !ok {
			return nil, p.fail(at, "%s is a date, %q is none: write 2026-11-21, 2026-11-21T10:00:00Z or now-2h", field, b.value)
		}
		if b == lo {
			if r.from = from; !b.inclusive {
				r.from = to
			}
		}
		if b == hi {
			if r.to = from; b.inclusive {
				r.to = to
			}
		}
	}
	return r, nil
}
