package javatime

import (
	"testing"
	"time"
)

// TestTemporal has what scripts write in Elasticsearch 8.19, whose locale is that of the USA.
func TestTemporal(t *testing.T) {
	const date, local = LacksTime | LacksNanos | LacksOffset | LacksZone, LacksOffset | LacksZone
	at := time.Date(2021, 8, 1, 7, 8, 7, 123456789, time.UTC) // a Sunday
	for _, c := range []struct {
		pattern string
		lacks   Lack
		want    string
	}{
		{"Y w W e c", 0, "2021 32 1 1 1"},
		{"QQQQ MMMMM EEEEE", 0, "3rd quarter A S"},
		{"VV z zzzz v", 0, "Europe/Berlin CEST Central European Summer Time CET"},
		{"[HH]yyyy[XXX]", 0, "092021+02:00"},
		{"[HH]yyyy[XXX]", date, "2021"},
		{"[HH]yyyy[XXX]", local, "092021"},
		{"[yyyy]HH", date, "Unsupported field: HourOfDay"},
		{"[VV]SSS", local, "123"},
		{"VV", local, "Unable to extract ZoneId from temporal"},
		{"ppyyyy", date, "Cannot print as output of 4 characters exceeds pad width of 2"},
		{"E", LacksDate | local, "Unsupported field: DayOfWeek"},
		{"a", date, "Unsupported field: AmPmOfDay"},
	} {
		zone, err := ParseZone("Europe/Berlin")
		if err != nil {
			t.Skip("this machine has no time zone database")
		}
		f, err := Compile(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		text, err := f.AppendTemporal(nil, Temporal{Moment{at.Unix(), at.Nanosecond(), 7200}, zone, c.lacks})
		if err != nil {
			text = []byte(err.Error())
		}
		if string(text) != c.want {
			t.Errorf("%s of what lacks %b: %s, want %s", c.pattern, c.lacks, text, c.want)
		}
	}
}
