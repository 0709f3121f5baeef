package javatime

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"time"
)

func (d *Date) parseZoneField(f *field, b []byte, pos int) int {
	switch {
	case f.letter == 'z' || f.letter == 'V':
		return d.parseZoneName(b, pos, f.letter == 'z')
	case f.letter == 'O' || f.letter == 'Z' && f.count == 4:
		if len(b)-pos < 3 || string(b[pos:pos+3]) != "GMT" {
			return -1
		}
		if pos += 3; pos == len(b) || b[pos] != '+' && b[pos] != '-' {
			return pos
		}
		short := f.count == 1
		return d.parseOffsetAs(b, pos, offsetForm{colon: true, seconds: true, shortHours: short, hoursAlone: short})
	}
	form := offsetForm{
		zero:       "+0000",
		colon:      f.count == 3 && f.letter != 'Z' || f.count == 5,
		seconds:    f.count > 3,
		hoursAlone: f.count == 1 && f.letter != 'Z',
	}
	switch {
	case f.letter == 'X' || f.letter == 'Z' && f.count == 5:
		form.zero = "Z"
	case form.colon:
		form.zero = "+00:00"
	case form.hoursAlone:
		form.zero = "+00"
	}
	return d.parseOffsetAs(b, pos, form)
}

// offsetForm is how the letters of a pattern write an offset: of the optional parts those that follow are read.
type offsetForm struct {
	zero       string // what is looked for first; "" for nothing
	colon      bool   // between the parts
	shortHours bool   // hours may have one digit
	hoursAlone bool   // minutes are optional
	seconds    bool   // optional
}

func (d *Date) parseOffsetAs(b []byte, pos int, form offsetForm) int {
	sign := 1
	switch {
	case pos >= len(b):
		return -1
	case form.zero != "" && bytes.HasPrefix(b[pos:], []byte(form.zero)):
		d.Offset = 0
		return pos + len(form.zero)
	case b[pos] == '-':
		sign = -1
	case b[pos] != '+':
		return -1
	}
	end := pos + 3
	hours, ok := twoDigits(b, pos+1)
	if !ok && form.shortHours && pos+1 < len(b) && '0' <= b[pos+1] && b[pos+1] <= '9' {
		hours, ok, end = int(b[pos+1]-'0'), true, pos+2
	}
	offset := hours * 3600
	minutes, next := offsetPart(b, end, form.colon)
	switch {
	case !ok || next < 0 && !form.hoursAlone:
		return -1
	case next >= 0:
		end = next
		offset += minutes * 60
		if seconds, next := offsetPart(b, end, form.colon); next >= 0 && form.seconds {
			end = next
			offset += seconds
		}
	}
	if offset > 18*3600 {
		return -1
	}
	d.Offset = sign * offset
	return end
}

// offsetPart reads minutes or seconds of an offset; the end is below 0 where there are none.
func offsetPart(b []byte, pos int, colon bool) (n, end int) {
	if colon {
		if pos >= len(b) || b[pos] != ':' {
			return 0, -1
		}
		pos++
	}
	n, ok := twoDigits(b, pos)
	if !ok || n > 59 {
		return 0, -1
	}
	return n, pos + 2
}

// parseOffset reads +01, +0100, +01:00, and Z where zulu is set.
func (d *Date) parseOffset(b []byte, pos int, zulu bool) int {
	form := offsetForm{hoursAlone: true, colon: len(b)-pos > 3 && b[pos+3] == ':'}
	if zulu {
		form.zero = "Z"
	}
	return d.parseOffsetAs(b, pos, form)
}

// zoneOffset reads an offset as names of zones have it, +01:00 or +01:00:30.
func (d *Date) zoneOffset(b []byte, pos int) int {
	if len(b)-pos < 6 || b[pos+3] != ':' {
		return -1
	}
	end := d.parseOffset(b, pos, false)
	if end != pos+6 {
		return -1
	}
	if end < len(b) && b[end] == ':' {
		return d.parseSeconds(b, pos, end)
	}
	return end
}

// zones keeps the zones that were named in texts. A sender can name at most as many as the database has.
var zones sync.Map // string → *time.Location

// wholeZone reads the name of a zone, or an offset from UTC, that goes to the end of b.
func (d *Date) wholeZone(b []byte, pos int) int {
	zone := zoneOf(string(b[pos:]))
	if zone == nil {
		return -1
	}
	d.Zone = zone
	return len(b)
}

// parseZoneName reads the longest name of a zone at pos, an offset, or an offset from UTC, as Java does. The name may be
// one of zoneNames where short is set.
func (d *Date) parseZoneName(b []byte, pos int, short bool) int {
	if pos < len(b) && (b[pos] == '+' || b[pos] == '-') {
		return d.zoneOffset(b, pos)
	}
	for _, prefix := range [...]string{"UTC", "GMT", "UT"} {
		end := pos + len(prefix)
		if len(b) < end || string(b[pos:end]) != prefix {
			continue
		}
		d.Zone = time.UTC
		if end < len(b) && (b[end] == '+' || b[end] == '-') {
			said := d.Offset
			if after := d.zoneOffset(b, end); after >= 0 {
				if d.Zone = zoneOf(string(b[pos:after])); d.Zone == nil {
					d.Zone = time.FixedZone("", d.Offset)
				}
				end = after
			}
			d.Offset = said
		}
		return end
	}
	end := pos
	for end < len(b) && end-pos < 40 && (b[end]|0x20-'a' < 26 || b[end]-'0' <= 9 || b[end] == '/' || b[end] == '_' || b[end] == '-' || b[end] == '+') {
		end++
	}
	for whole := end; end > pos; end-- {
		text := string(b[pos:end])
		if long, ok := zoneNames()[text]; ok && short {
			text = long
		}
		// Not each beginning of what is no name is looked for in the database.
		if end < whole && zoneTexts()[text] == nil && !strings.HasPrefix(text, "Etc/GMT") {
			continue
		}
		if zone := zoneOf(text); zone != nil {
			d.Zone = zone
			return end
		}
	}
	return -1
}

// zoneOf is the zone of that name, nil when there is none.
func zoneOf(name string) *time.Location {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := ParseZone(name)
	if name == "" || err != nil {
		return nil
	}
	if name[0]|0x20-'a' < 26 {
		zones.Store(name, zone)
	}
	return zone
}

// ParseZone reads a zone as Java's ZoneId.of does: a name, or an offset such as +01:00 or UTC+1. Its String is the id
// that Java has for it.
func ParseZone(name string) (*time.Location, error) {
	prefix, text := "", name
	for _, p := range []string{"UTC", "GMT", "UT"} {
		if rest, ok := strings.CutPrefix(text, p); ok {
			prefix, text = p, rest
			break
		}
	}
	switch {
	case name == "UTC" || name == "":
		return time.UTC, nil
	case text == "" || name == "Z":
		return time.FixedZone(name, 0), nil
	}
	if text[0] == '+' || text[0] == '-' {
		d := Date{}
		if len(text) == 2 {
			text = text[:1] + "0" + text[1:]
		}
		if end := d.parseOffset([]byte(text), 0, false); end >= 0 && d.parseSeconds([]byte(text), 0, end) == len(text) {
			return fixedZone(prefix, d.Offset), nil
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("Unknown time-zone ID: %s", name) //nolint:staticcheck // Java's text
	}
	return zone, nil
}

// fixedZone is a zone of one offset, with Java's id: +01:00, UTC+01:00, Z.
func fixedZone(prefix string, offset int) *time.Location {
	switch {
	case offset != 0:
		prefix = string(appendOffset([]byte(prefix), &field{letter: 'x', count: 5}, offset))
	case prefix == "":
		prefix = "Z"
	case prefix == "UTC":
		return time.UTC
	}
	return time.FixedZone(prefix, offset)
}
