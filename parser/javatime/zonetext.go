package javatime

import (
	_ "embed"
	"strings"
	"sync"
	"time"
)

// zoneTextTable has the names that Java's COMPAT provider, which Elasticsearch uses, writes for zones, and the zones
// that have them. A zone without names is written by its id.
//
//go:embed zonetexts.txt
var zoneTextTable string

// zoneText are the names of a zone: in standard time, in daylight saving time and of both, short and then long.
type zoneText [6]string

var zoneTexts = sync.OnceValue(func() map[string]*zoneText {
	zones := map[string]*zoneText{}
	for line := range strings.Lines(zoneTextTable) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		text := zoneText(parts)
		for _, zone := range strings.Fields(parts[len(text)]) {
			zones[zone] = &text
		}
	}
	return zones
})

// appendZone appends what a field writes for the zone.
func (w *writer) appendZone(dst []byte, f *field) []byte {
	if w.zone == nil {
		return appendOffset(dst, &field{letter: 'X', count: 5}, w.Offset)
	}
	return append(dst, w.zoneName(f)...)
}

func (w *writer) zoneName(f *field) string {
	id := w.zone.String()
	text, ok := zoneTexts()[id]
	if f.letter == 'V' || !ok {
		return id
	}
	name := 0
	switch {
	case f.letter == 'v':
		name = 2
	case isDaylight(time.Unix(w.Seconds, 0).In(w.zone)):
		name = 1
	}
	if f.count == 4 {
		name += len(text) / 2
	}
	return text[name]
}

// isDaylight tells whether Java has daylight saving time at t: it takes the earlier of two offsets of a year for standard
// time also where the law has winter time for the exception, as in Ireland and Morocco.
func isDaylight(t time.Time) bool {
	start, end := t.ZoneBounds()
	if end.IsZero() || end.Sub(start) > 366*24*time.Hour {
		return t.IsDST()
	}
	next := end.AddDate(0, 0, 3)
	if next.IsDST() == t.IsDST() { // in years that the database does not list, periods end with the year, or a day off
		_, next = next.ZoneBounds()
	}
	_, offset := t.Zone()
	_, other := next.Zone()
	if next.IsZero() || next.IsDST() == t.IsDST() || other == offset {
		return t.IsDST()
	}
	return offset > other
}
