package pipeline

import (
	"bytes"
	"strconv"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javatime"
)

// dateProcessor is `date`.
type dateProcessor struct {
	field, target event.Path
	formats       []dateFormat
	output        *javatime.Format // nil: iso, by a shorter way
	iso           *javatime.Format // yyyy-MM-dd'T'HH:mm:ss.SSSXXX
	zone          *time.Location
	zoneTemplate  *template
	unnamed       bool // no zone is named: UTC is Z then
	slot          int
	at            int32 // the reading of field
}

// dateScratch is a runner's share of a date processor: the zone that events named last, and the last date.
type dateScratch struct {
	name  []byte
	zone  *time.Location
	times event.Times // by which dates are written
	last  lastDate
}

// lastDate is the last date that was read, as most lines have that of the one before, or one of the same minute.
type lastDate struct {
	text     []byte // empty: there is none
	zone     *time.Location
	received int64 // s since the epoch: dates without a year depend on it
	secondAt int   // see [javatime.Format.SecondAt]
	moment   javatime.Moment
}

// read reads a date that is the last one, but for its second.
func (l *lastDate) read(text []byte, zone *time.Location, received int64) (m javatime.Moment, ok bool) {
	if len(text) != len(l.text) || len(text) == 0 || l.zone != zone || l.received != received {
		return m, false
	}
	m, at := l.moment, l.secondAt
	if at == 0 {
		return m, string(l.text) == string(text)
	}
	before, _ := javatime.Second(l.text, at)
	second, ok := javatime.Second(text, at)
	if !ok || string(l.text[:at]) != string(text[:at]) || string(l.text[at+2:]) != string(text[at+2:]) {
		return m, false
	}
	m.Seconds += int64(second - before)
	m.Offset = offsetOf(m.Seconds, zone)
	return m, true
}

// keep notes a date that the format has read; first: no other one was tried before it.
func (l *lastDate) keep(f *dateFormat, first bool, text []byte, zone *time.Location, received int64, m javatime.Moment) {
	if len(text) > maxLast {
		return
	}
	*l = lastDate{append(l.text[:0], text...), zone, received, 0, m}
	if first && f.pattern != nil { // else one before may read another second
		l.secondAt = f.pattern.SecondAt(text, zone)
	}
}

// maxLast bounds the texts that are remembered, in bytes.
const maxLast = 64

func (p *dateProcessor) scratch(r *Runner) *dateScratch {
	s, ok := r.scratch[p.slot].(*dateScratch)
	if !ok {
		s = &dateScratch{}
		r.scratch[p.slot] = s
	}
	return s
}

// zoneNamed is the zone of that name.
func (s *dateScratch) zoneNamed(name []byte) (*time.Location, error) {
	if s.zone != nil && string(s.name) == string(name) {
		return s.zone, nil
	}
	zone, err := javatime.ParseZone(string(name))
	if err != nil {
		return nil, err
	}
	s.name, s.zone = append(s.name[:0], name...), zone
	return zone, nil
}

// dateFormat reads dates.
type dateFormat struct {
	parse   parseDate
	fault   func(text []byte) string // what Java says of a text that parse does not read; nil is null
	pattern *javatime.Format         // nil for those that are none
}

// parseDate reads a date; the moment's offset is that of zone.
type parseDate func(r *Runner, text []byte, zone *time.Location) (m javatime.Moment, ok bool)

func newDate(o *options) processor {
	p := &dateProcessor{field: o.path("field"), target: o.optionalPath("target_field", event.MustPath("@timestamp")), zone: o.c.set.deps.Zone, slot: o.slot()}
	name := o.optionalText("timezone", "")
	if p.unnamed = name == ""; isTemplate(name) {
		p.zoneTemplate = o.parseTemplate("timezone", name, plain)
	} else if name != "" {
		var err error
		if p.zone, err = javatime.ParseZone(name); err != nil {
			o.fail(o.node.get("timezone"), "[timezone] %w", err)
		}
	}
	p.at = o.reading(p.field)
	locale := o.optionalText("locale", "en")
	names := o.texts("formats", false)
	if o.find("formats") == nil {
		o.fail(nil, "[formats] required property is missing")
	}
	for _, name := range names {
		f, err := parseDateFormat(name, locale)
		if err != nil {
			o.fail(o.node.get("formats"), "[formats] %w", err)
		}
		p.formats = append(p.formats, f)
	}
	iso, err := javatime.Compile("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
	if err != nil {
		o.fail(o.node, "%w", err)
	}
	p.iso = iso
	if n := o.node.get("output_format"); n != nil {
		if p.output, err = javatime.CompileOutput(o.optionalText("output_format", "")); err != nil {
			o.fail(n, "[output_format] %w", err)
		}
	}
	return p
}

// yearOf is the year of a date that has none: that of the receipt, except around the turn of the year.
func (r *Runner) yearOf(month int, zone *time.Location) int {
	t := &r.today
	if second := r.now / 1e9; t.zone != zone || t.second != second {
		now := time.Unix(0, r.now).In(zone)
		*t = today{zone, second, now.Year(), now.Month()}
	}
	switch {
	case month == 12 && t.month == time.January:
		return t.year - 1
	case month == 1 && t.month == time.December:
		return t.year + 1
	}
	return t.year
}

// today is the month of the last receipt in a zone, as lines come many to a second.
type today struct {
	zone   *time.Location
	second int64 // s since the epoch
	year   int
	month  time.Month
}

func parseISO8601(_ *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
	d, ok := javatime.ParseISO8601(text)
	return resolved(&d, ok, zone)
}

func parseOptionalTime(_ *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
	d, ok := javatime.ParseOptionalTime(text)
	return resolved(&d, ok, zone)
}

func parseISO8601Full(_ *Runner, text []byte, zone *time.Location) (javatime.Moment, bool) {
	d, ok := javatime.ParseISO8601Full(text)
	return resolved(&d, ok, zone)
}

// resolved is the time of a date that could be read.
func resolved(d *javatime.Date, ok bool, zone *time.Location) (m javatime.Moment, read bool) {
	if !ok {
		return m, false
	}
	m = d.Moment(zone)
	m.Offset = offsetOf(m.Seconds, zone)
	return m, true
}

func offsetOf(seconds int64, zone *time.Location) int {
	if zone == time.UTC {
		return 0
	}
	_, offset := time.Unix(seconds, 0).In(zone).Zone()
	return offset
}

// parseTAI64N reads "@" and 24 hexadecimal digits, whatever is behind them.
func parseTAI64N(_ *Runner, text []byte, zone *time.Location) (m javatime.Moment, ok bool) {
	text = bytes.TrimPrefix(text, []byte("@"))
	if len(text) < 24 {
		return m, false
	}
	seconds, err := strconv.ParseInt(view(text[1:16]), 16, 64) // Elasticsearch does not look at the label before them
	nanos, err2 := strconv.ParseInt(view(text[16:24]), 16, 64)
	const leap = 10 // seconds that Elasticsearch takes off
	if err != nil || err2 != nil {
		return m, false
	}
	return fromMillis((seconds-leap)*1000+nanos/1e6, zone), true
}

func (p *dateProcessor) run(r *Runner) error {
	var err error
	v := r.textAt(p.at, p.field)
	if v.IsNull() {
		if _, err = r.ev.Resolve(p.field); err == nil {
			err = notRead(p.formats, nil)
		}
		return err
	}
	s, zone := p.scratch(r), p.zone
	if p.zoneTemplate != nil {
		if r.buf, err = p.zoneTemplate.append(r.buf[:0], r.ev); err != nil {
			return err
		}
		if len(r.buf) > 0 {
			if zone, err = s.zoneNamed(r.buf); err != nil {
				return err
			}
		}
	}
	text, received := r.text(v), r.now/1e9
	if m, ok := s.last.read(text, zone, received); ok {
		return p.set(r, &s.times, m, zone)
	}
	for i := range p.formats {
		if m, ok := p.formats[i].parse(r, text, zone); ok {
			s.last.keep(&p.formats[i], i == 0, text, zone, received, m)
			return p.set(r, &s.times, m, zone)
		}
	}
	return notRead(p.formats, text)
}

// set writes the date as text, by default as yyyy-MM-dd'T'HH:mm:ss.SSSXXX.
func (p *dateProcessor) set(r *Runner, times *event.Times, m javatime.Moment, zone *time.Location) error {
	f := p.output
	if f == nil && m.Seconds <= maxSeconds && m.Seconds >= -maxSeconds {
		return r.ev.Set(p.target, isoTime(r, times, m))
	}
	if f == nil {
		f = p.iso
	}
	if p.unnamed && zone == time.UTC {
		zone = nil
	}
	mark := r.ev.Mark()
	text, err := f.Append(r.ev.Buffer(), m, zone)
	if err != nil {
		return err
	}
	r.ev.SetBuffer(text)
	return r.ev.Set(p.target, r.ev.Since(mark))
}

func isoTime(r *Runner, times *event.Times, m javatime.Moment) event.Value {
	ms := (m.Seconds+int64(m.Offset))*1e9 + int64(m.Nanos)/1e6*1e6
	if m.Offset/60 == 0 {
		return r.ev.Time(times, ms)
	}
	mark := r.ev.Mark()
	b := times.Append(r.ev.Buffer(), ms)
	r.ev.SetBuffer(appendOffset(b[:len(b)-1], m.Offset))
	return r.ev.Since(mark)
}

// maxSeconds is how far from the epoch 64 bits of nanoseconds reach, with any offset.
const maxSeconds = 9_200_000_000

func appendOffset(dst []byte, offset int) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	hours, minutes := offset/3600, offset/60%60
	return append(dst, sign, byte('0'+hours/10), byte('0'+hours%10), ':', byte('0'+minutes/10), byte('0'+minutes%10))
}
