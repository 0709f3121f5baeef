package javatime

import (
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
		if end := d.parseOffset(b, pos+3, false); end >= 0 {
			return end
		}
		return pos + 3
	}
	zulu := f.letter == 'X' || f.letter == 'Z' && f.count == 5
	if pos < len(b) && b[pos] == 'Z' && !zulu {
		return -1
	}
	colon := f.count == 3 && f.letter != 'Z' || f.count == 5
	end := d.parseOffset(b, pos, zulu)
	if end > pos+3 && (b[pos+3] == ':') != colon {
		return -1
	}
	if f.count > 1 && end == pos+3 || f.letter == 'Z' && end == pos+3 { // minutes are not optional
		return -1
	}
	return end
}

// parseOffset reads +01, +0100, +01:00, and Z where zulu is set.
func (d *Date) parseOffset(b []byte, pos int, zulu bool) int {
	if pos >= len(b) {
		return -1
	}
	sign := 1
	switch b[pos] {
	case 'Z':
		if zulu {
			d.Offset = 0
			return pos + 1
		}
		return -1
	case '-':
		sign = -1
	case '+':
	default:
		return -1
	}
	hours, ok := twoDigits(b, pos+1)
	if !ok || hours > 18 {
		return -1
	}
	d.Offset = sign * hours * 3600
	next := pos + 3
	if next < len(b) && b[next] == ':' {
		next++
	}
	minutes, ok := twoDigits(b, next)
	if !ok || minutes > 59 {
		return pos + 3
	}
	d.Offset += sign * minutes * 60
	return next + 2
}

// zoneText tells whether an offset, if text is one, is written as names of zones have it: +01:00.
func zoneText(text string) bool {
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok && rest != "" {
			text = rest
			break
		}
	}
	return text[0] != '+' && text[0] != '-' || len(text) == 6 && text[3] == ':'
}

// zones keeps the zones that were named in texts. A sender can name at most as many as the database has.
var zones sync.Map // string → *time.Location

// parseZoneName reads the name of a zone, which may be one of zoneNames where short is set.
func (d *Date) parseZoneName(b []byte, pos int, short bool) int {
	end := pos
	for end < len(b) && end-pos < 40 && (b[end]|0x20-'a' < 26 || b[end]-'0' <= 9 || b[end] == '/' || b[end] == '_' || b[end] == '-' || b[end] == '+' || b[end] == ':') {
		end++
	}
	if end == pos {
		return -1
	}
	text := string(b[pos:end])
	if !zoneText(text) {
		return -1
	}
	if long, ok := zoneNames[text]; ok && short {
		text = long
	}
	if zone, ok := zones.Load(text); ok {
		d.Zone = zone.(*time.Location)
		return end
	}
	zone, err := ParseZone(text)
	if err != nil {
		return -1
	}
	if text[0]|0x20-'a' < 26 {
		zones.Store(text, zone)
	}
	d.Zone = zone
	return end
}
