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
		return d.parseFromGMT(b, pos, f.count == 1)
	}
	if f.letter == 'Z' && f.count < 4 && len(b)-pos >= 5 && string(b[pos:pos+5]) == "+0000" { // the commonest
		d.setOffset(0)
		return pos + 5
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
	hoursAlone bool   // minutes are optional
	seconds    bool   // optional
}

func (d *Date) parseOffsetAs(b []byte, pos int, form offsetForm) int {
	sign := 1
	switch {
	case pos >= len(b):
		return -1
	case form.zero != "" && bytes.HasPrefix(b[pos:], []byte(form.zero)):
		d.setOffset(0)
		return pos + len(form.zero)
	case b[pos] == '-':
		sign = -1
	case b[pos] != '+':
		return -1
	}
	end := pos + 3
	hours, ok := twoDigits(b, pos+1)
	offset := hours * 3600
	minutes, next := offsetPart(b, end, form.colon)
	switch {
	case !ok || hours > 59 || next < 0 && !form.hoursAlone:
		return -1
	case next >= 0:
		end = next
		offset += minutes * 60
		if seconds, next := offsetPart(b, end, form.colon); next >= 0 && form.seconds {
			end = next
			offset += seconds
		}
	}
	if hours > 23 {
		d.thrown = wrongOffsetHour
		return -1
	}
	d.setOffset(sign * offset)
	return end
}

// setOffset notes an offset, unless that of a zone is known.
func (d *Date) setOffset(offset int) {
	if d.has&hasZoneOffset == 0 {
		d.Offset = offset
	}
}

// tooFar tells of an offset that Java takes for none.
func tooFar(offset int) bool { return offset < -18*3600 || offset > 18*3600 }

// parseFromGMT reads GMT, GMT+8 and GMT+8:30:00 where short is set, or else GMT+08:30 and GMT+08:30:00.
func (d *Date) parseFromGMT(b []byte, pos int, short bool) int {
	if !bytes.HasPrefix(b[pos:], []byte("GMT")) {
		return -1
	}
	if pos += 3; pos == len(b) || b[pos] != '+' && b[pos] != '-' {
		d.setOffset(0)
		return pos
	}
	sign, end := ','-int(b[pos]), pos+3 // the comma stands between them
	hours, ok := twoDigits(b, pos+1)
	if !ok && short && pos+1 < len(b) && b[pos+1]-'0' <= 9 {
		hours, ok, end = int(b[pos+1]-'0'), true, pos+2
	}
	minutes := ok && end < len(b) && b[end] == ':'
	switch { // where Java looks behind the end of the text
	case short && len(b) == pos+1, !short && (len(b) < pos+3 || ok && len(b) == pos+3 || minutes && len(b) < pos+6):
		d.thrown = endOfText
		return -1
	case !ok || !short && !minutes:
		return -1
	}
	offset := hours * 3600
	for unit := 60; unit > 0 && end < len(b) && b[end] == ':'; unit /= 60 {
		n, ok := twoDigits(b, end+1)
		switch {
		case !ok && !short && unit == 60:
			return -1
		case !ok:
			unit = 0
		default:
			offset, end = offset+n*unit, end+3
		}
	}
	d.setOffset(sign * offset)
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
	end := d.parseOffsetAs(b, pos, form)
	if end >= 0 && tooFar(d.Offset) {
		return -1
	}
	return end
}

// zoneOffset reads an offset as ids of zones have it, +01:00 or +01:00:30; end is -1 where there is none.
func (d *Date) zoneOffset(b []byte, pos int) (offset, end int) {
	var of Date
	end = of.parseOffsetAs(b, pos, offsetForm{colon: true, seconds: true})
	d.thrown = of.thrown
	return of.Offset, end
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
		offset, end := d.zoneOffset(b, pos)
		if end < 0 || tooFar(offset) {
			return -1
		}
		d.Zone, d.Offset, d.has = nil, offset, d.has|hasZoneOffset
		return end
	}
	for _, prefix := range [...]string{"UTC", "GMT", "UT"} {
		if bytes.HasPrefix(b[pos:], []byte(prefix)) {
			return d.zoneOfPrefix(b, pos, pos+len(prefix))
		}
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
	if pos < len(b) && b[pos] == 'Z' {
		d.Zone = zoneOf("Z")
		return pos + 1
	}
	return -1
}

// zoneOfPrefix reads what may stand behind UTC, GMT or UT, which ends at end: an offset, or 0 behind GMT.
func (d *Date) zoneOfPrefix(b []byte, pos, end int) int {
	d.Zone = time.UTC
	switch {
	case end == len(b):
	case b[end] == '0' && b[pos] == 'G':
		end++
	case b[end] == '+' || b[end] == '-':
		offset, after := d.zoneOffset(b, end)
		switch {
		case d.thrown != nothing || after >= 0 && tooFar(offset):
			return -1
		case after >= 0:
			if d.Zone = zoneOf(string(b[pos:after])); d.Zone == nil {
				d.Zone = time.FixedZone("", offset)
			}
			return after
		}
	}
	return end
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
