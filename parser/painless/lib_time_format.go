package painless

import (
	"errors"
	"strings"
	"time"

	"github.com/millrace/millrace/parser/javatime"
)

func declareFormatter(l *lib, k *class) {
	k.method(l, "static DateTimeFormatter ofPattern(String)", func(c *Context, _ value, a []value) value {
		f, err := javatime.Compile(string(c.arg(a[0])))
		if err != nil {
			c.throw("java.lang.IllegalArgumentException", "%s", err.Error())
		}
		return object(&formatter{f: f})
	})
	k.method(l, "static DateTimeFormatter ofPattern(String,Locale)", k.statics["ofPattern/1"].run)
	for name, kind := range map[string]temporalKind{
		"ISO_ZONED_DATE_TIME": kindZoned, "ISO_OFFSET_DATE_TIME": kindOffset, "ISO_INSTANT": kindInstant,
		"ISO_LOCAL_DATE_TIME": kindDateTime, "ISO_LOCAL_DATE": kindDate, "ISO_LOCAL_TIME": kindTime,
	} {
		k.constant(name, k, func() value { return object(&formatter{iso: kind, name: name}) })
	}
	k.method(l, "String format(TemporalAccessor)", func(c *Context, x value, a []value) value { return c.formatDate(x, c.temporal(a[0])) })
	k.method(l, "DateTimeFormatter withZone(ZoneId)", func(_ *Context, x value, a []value) value {
		f := *x.ref.(*formatter)
		f.zone = a[0].ref.(*zoneID)
		return object(&f)
	})
}

// formatDate writes a date.
func (c *Context) formatDate(x value, d *temporal) value {
	f, ok := x.ref.(*formatter)
	if !ok {
		c.nullPointer(-1, "formatter")
	}
	t := d.t
	if f.zone != nil && d.kind <= kindInstant {
		t = t.In(f.zone.loc)
	} else if d.kind == kindInstant && f.f == nil && f.iso != kindInstant {
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unsupported field: YearOfEra")
	}
	if f.f == nil {
		zone := d.zone
		if f.iso == kindInstant {
			t = t.UTC()
		}
		iso := &temporal{f.iso, t, zone}
		out := iso.appendText(c, nil)
		if f.iso != kindDate && f.iso != kindInstant && t.Second() == 0 && t.Nanosecond() == 0 { // formatters write the seconds always
			at := strings.IndexByte(string(out), ':') + 3
			out = append(out[:at:at], append([]byte(":00"), out[at:]...)...)
		}
		if t.Nanosecond() != 0 && f.iso != kindInstant {
			out = trimFraction(out)
		}
		return c.textValue(out)
	}
	return c.textValue(c.formatPattern(f, d, t))
}

// lackOf is what the classes lack.
var lackOf = [temporalKinds]javatime.Lack{
	kindOffset:   javatime.LacksZone,
	kindInstant:  javatime.LacksDate | javatime.LacksTime | javatime.LacksOffset | javatime.LacksZone,
	kindDateTime: javatime.LacksOffset | javatime.LacksZone,
	kindDate:     javatime.LacksTime | javatime.LacksNanos | javatime.LacksOffset | javatime.LacksZone,
	kindTime:     javatime.LacksDate | javatime.LacksOffset | javatime.LacksZone,
}

// formatPattern writes t, which is d in the formatter's zone.
func (c *Context) formatPattern(f *formatter, d *temporal, t time.Time) []byte {
	lacks, id, zone := lackOf[d.kind], d.zone, t.Location()
	if f.zone != nil { // which says nothing of the offset of what is local
		id, zone, lacks = f.zone.id, f.zone.loc, lacks&^javatime.LacksZone
		if d.kind <= kindInstant {
			lacks = 0
		}
	}
	if id == "" || id == "Z" || id[0] == '+' || id[0] == '-' {
		zone = nil
	}
	_, offset := t.Zone()
	moment := javatime.Moment{Seconds: t.Unix(), Nanos: t.Nanosecond(), Offset: offset}
	text, err := f.f.AppendTemporal(nil, javatime.Temporal{Moment: moment, Zone: zone, Lacks: lacks})
	var unsupported javatime.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "%s", err.Error())
	case errors.Is(err, javatime.ErrNoZone):
		c.throw("java.time.DateTimeException", "%s %s", err.Error(), d.appendText(c, nil))
	case err != nil:
		c.throw("java.time.DateTimeException", "%s", err.Error())
	}
	return text
}

// trimFraction cuts zeros off the end of a fraction.
func trimFraction(b []byte) []byte {
	s := string(b)
	at := strings.IndexByte(s, '.') + 1
	end := at
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	return []byte(strings.TrimRight(s[:end], "0") + s[end:])
}

func (c *Context) parseWith(kind temporalKind, s []byte, x value) value {
	f, ok := x.ref.(*formatter)
	if !ok {
		c.nullPointer(-1, "formatter")
	}
	if f.f == nil {
		v := c.parseTemporal(f.iso, c.textValue(s)).ref.(*temporal)
		return object(&temporal{kind, v.t, v.zone})
	}
	d, ok := f.f.Parse(s)
	if !ok {
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed at index 0", s)
	}
	loc, zone := time.UTC, ""
	switch {
	case d.Has&javatime.HasZone != 0 && d.Zone != nil:
		loc, zone = d.Zone, d.Zone.String()
	case d.Has&javatime.HasZone != 0:
		if d.Offset != 0 {
			loc = time.FixedZone("", d.Offset)
		}
		zone = offsetID(time.Unix(0, 0).In(loc))
	case f.zone != nil:
		loc, zone = f.zone.loc, f.zone.id
	case kind == kindZoned || kind == kindOffset:
		c.throw("java.time.format.DateTimeParseException", "Text '%s' could not be parsed: Unable to obtain %s from TemporalAccessor", s, temporalNames[kind])
	}
	at := d.Moment(loc)
	t := time.Unix(at.Seconds, int64(at.Nanos)).In(loc)
	if kind > kindInstant {
		t, zone = local(t), ""
	}
	return object(&temporal{kind, t, zone})
}
