package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/millrace/millrace/parser/javatime"
)

// parseDateFormat compiles one of a date processor's formats, with names of months and days in the language of a
// locale. One that is no pattern is no error: Elasticsearch takes it too, and it never matches.
func parseDateFormat(name, locale string) (dateFormat, error) {
	switch name {
	case "ISO8601":
		return dateFormat{parseISO8601, notEmpty(javatime.FaultISO8601)}, nil
	case "UNIX":
		return dateFormat{parseUnix, unixFault}, nil
	case "UNIX_MS":
		return dateFormat{parseUnixMillis, unixMillisFault}, nil
	case "TAI64N":
		return dateFormat{parseTAI64N, tai64nFault}, nil
	}
	patterns, err := javatime.Alternatives(name)
	if err != nil {
		f := noFormat(err)
		f.parse = never
		return f, nil
	}
	var alternatives []dateFormat
	for _, pattern := range patterns {
		f, err := parseNamedFormat(pattern, locale)
		if err != nil {
			return dateFormat{}, err
		}
		if f.parse == nil {
			f.parse = never
			return f, nil
		}
		alternatives = append(alternatives, f)
	}
	if len(alternatives) == 1 {
		return alternatives[0], nil
	}
	return dateFormat{func(r *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
		for i := range alternatives {
			if m, ok := alternatives[i].parse(r, text, zone); ok {
				return m, true
			}
		}
		return javatime.Moment{}, false
	}, severalFault}, nil
}

func never(*Runner, []byte, *time.Location) (m javatime.Moment, ok bool) { return m, false }

// parseNamedFormat compiles a pattern, or a name that Elasticsearch has for one; it never matches when it is neither, and
// is without parse.
func parseNamedFormat(name, locale string) (dateFormat, error) {
	switch name {
	case "iso8601":
		return dateFormat{parseISO8601, notEmpty(javatime.FaultISO8601)}, nil
	case "strict_date_optional_time":
		return dateFormat{parseOptionalTime, notEmpty(javatime.FaultOptionalTime)}, nil
	case "strict_date_optional_time_nanos":
		return dateFormat{parseISO8601Full, notEmpty(javatime.FaultISO8601Full)}, nil
	case "epoch_second":
		return dateFormat{parseEpochSecond, severalFault}, nil
	case "epoch_millis":
		return dateFormat{parseEpochMillis, severalFault}, nil
	case "":
		return noFormat(errors.New("No date pattern provided")), nil //nolint:staticcheck // Elasticsearch's text
	}
	if p, ok := javatime.Named(name); ok {
		return patternFormat(p), nil
	}
	p, known, err := javatime.CompileIn(name, locale)
	switch {
	case err != nil:
		return noFormat(err), nil
	case known:
		return patternFormat(p), nil
	}
	if p, err = javatime.Compile(name); err != nil {
		return noFormat(err), nil
	}
	if p.HasNames() {
		return dateFormat{}, fmt.Errorf("names of months and days are not known here in the language of the locale [%s]", locale)
	}
	return patternFormat(p), nil
}

func patternFormat(p *javatime.Format) dateFormat {
	return dateFormat{func(r *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
		d, ok := p.Parse(text)
		if ok && d.Has&javatime.HasYear == 0 {
			d.Year = r.yearOf(d.Month, zone)
			d.Has &^= javatime.HasZone // as in Elasticsearch
		}
		return resolved(&d, ok, zone)
	}, notEmpty(p.Fault)}
}

// parseUnix reads seconds as Java's Double.parseDouble does, to the millisecond.
func parseUnix(_ *Runner, text []byte, zone *time.Location) (m javatime.Moment, ok bool) {
	if n, err := strconv.ParseInt(view(text), 10, 64); err == nil && n < 1<<43 && n > -1<<43 {
		return fromMillis(n*1000, zone), true
	}
	f, ok := parseDecimal(text, 64)
	switch f *= 1000; {
	case !ok:
		return m, false
	case math.IsNaN(f):
		f = 0
	case f >= math.MaxInt64:
		return fromMillis(math.MaxInt64, zone), true
	case f <= math.MinInt64:
		return fromMillis(math.MinInt64, zone), true
	}
	return fromMillis(int64(f), zone), true
}

func parseUnixMillis(_ *Runner, text []byte, zone *time.Location) (m javatime.Moment, ok bool) {
	n, err := strconv.ParseInt(view(text), 10, 64)
	if err != nil {
		return m, false
	}
	return fromMillis(n, zone), true
}

// fromMillis is a time in ms since the epoch.
func fromMillis(ms int64, zone *time.Location) javatime.Moment {
	seconds := ms / 1000
	if ms%1000 < 0 {
		seconds--
	}
	return javatime.Moment{Seconds: seconds, Nanos: int(ms-seconds*1000) * 1e6, Offset: offsetOf(seconds, zone)}
}

func parseEpochSecond(_ *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
	return parseEpoch(text, zone, 1e9)
}

func parseEpochMillis(_ *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
	return parseEpoch(text, zone, 1e6)
}

// parseEpoch reads a decimal number of units, each of so many ns, to the millisecond, as Elasticsearch does.
func parseEpoch(text []byte, zone *time.Location, unit int64) (m javatime.Moment, ok bool) {
	whole, fraction, _ := bytes.Cut(text, []byte("."))
	n, err := strconv.ParseInt(view(whole), 10, 64)
	millis := unit / 1e6
	if err != nil || whole[0] == '+' || n == math.MinInt64 || millis > 1 && (n >= math.MaxInt64/millis || n <= math.MinInt64/millis) {
		return m, false
	}
	ns, scale := int64(0), unit
	for _, c := range fraction {
		if c-'0' > 9 {
			return m, false
		}
		scale /= 10
		ns += scale * int64(c-'0')
	}
	ms := n*millis + ns/1e6
	if whole[0] == '-' {
		ms = n*millis - (ns+999_999)/1e6
	}
	return fromMillis(ms, zone), true
}
