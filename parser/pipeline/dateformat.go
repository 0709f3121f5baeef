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
		return dateFormat{parse: parseISO8601, fault: notEmpty(javatime.FaultISO8601)}, nil
	case "UNIX":
		return dateFormat{parse: parseUnix, fault: unixFault}, nil
	case "UNIX_MS":
		return dateFormat{parse: parseUnixMillis, fault: unixMillisFault}, nil
	case "TAI64N":
		return dateFormat{parse: parseTAI64N, fault: tai64nFault}, nil
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
	return dateFormat{parse: func(r *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
		for i := range alternatives {
			if m, ok := alternatives[i].parse(r, text, zone); ok {
				return m, faultOfDate(alternatives[:i], text) == ""
			}
		}
		return javatime.Moment{}, false
	}, fault: notEmpty(func(text []byte) string {
		if fault := faultOfDate(alternatives, text); fault != "" {
			return fault
		}
		return javatime.SeveralFault
	})}, nil
}

// faultOfDate is what is said of a text for which one of the patterns has no date; empty when there is none of the kind.
func faultOfDate(formats []dateFormat, text []byte) string {
	for i := range formats {
		if p := formats[i].pattern; p != nil {
			if fault := p.FaultOfDate(text); fault != "" {
				return fault
			}
		}
	}
	return ""
}

func never(*Runner, []byte, *time.Location) (m javatime.Moment, ok bool) { return m, false }

// parseNamedFormat compiles a pattern, or a name that Elasticsearch has for one; it never matches when it is neither, and
// is without parse.
func parseNamedFormat(name, locale string) (dateFormat, error) {
	switch name {
	case "iso8601":
		return dateFormat{parse: parseISO8601, fault: notEmpty(javatime.FaultISO8601)}, nil
	case "strict_date_optional_time":
		return dateFormat{parse: parseOptionalTime, fault: notEmpty(javatime.FaultOptionalTime)}, nil
	case "strict_date_optional_time_nanos":
		return dateFormat{parse: parseISO8601Full, fault: notEmpty(javatime.FaultISO8601Full)}, nil
	case "epoch_second":
		return dateFormat{parse: parseEpochSecond, fault: epochSecondFault}, nil
	case "epoch_millis":
		return dateFormat{parse: parseEpochMillis, fault: severalFault}, nil
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
	return dateFormat{pattern: p, parse: func(r *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
		d, ok := p.Parse(text)
		if ok && d.Has&javatime.HasYear == 0 {
			d.Year = r.yearOf(d.Month, zone)
			d.Has &^= javatime.HasZone // as in Elasticsearch
		}
		return resolved(&d, ok, zone)
	}, fault: notEmpty(p.Fault)}
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

// parseEpoch reads a decimal number of units, each of so many ns.
func parseEpoch(text []byte, zone *time.Location, unit int64) (m javatime.Moment, ok bool) {
	whole, fraction, _ := bytes.Cut(text, []byte("."))
	n, err := strconv.ParseInt(view(whole), 10, 64)
	if err != nil || whole[0] == '+' || n == math.MinInt64 || unit == 1e9 && beyondInstants(n) {
		return m, false
	}
	ns, scale := int64(0), unit
	for _, c := range fraction {
		if scale /= 10; c-'0' > 9 || scale == 0 {
			return m, false
		}
		ns += scale * int64(c-'0')
	}
	if whole[0] == '-' {
		if ns = -ns; ns == 0 && len(fraction) > 0 && unit == 1e9 { // which Elasticsearch makes a second of
			return m, false
		}
	}
	seconds := n / (1e9 / unit)
	if ns += n % (1e9 / unit) * unit; ns < 0 {
		seconds, ns = seconds-1, ns+1e9
	}
	return javatime.Moment{Seconds: seconds, Nanos: int(ns), Offset: offsetOf(seconds, zone)}, true
}

// beyondInstants tells whether there is no java.time.Instant of so many seconds since the epoch.
func beyondInstants(seconds int64) bool {
	return seconds < -31557014167219200 || seconds > 31556889864403199
}

// epochSecondFault is what Java says of a text that parseEpochSecond does not read.
var epochSecondFault = notEmpty(func(text []byte) string {
	whole, _, _ := bytes.Cut(text, []byte("."))
	if n, err := strconv.ParseInt(view(whole), 10, 64); err == nil && whole[0] != '+' && n > math.MinInt64 && beyondInstants(n) {
		return "Instant exceeds minimum or maximum instant"
	}
	return javatime.SeveralFault
})
