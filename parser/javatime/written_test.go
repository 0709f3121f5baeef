package javatime

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestWritten writes what Elasticsearch 8.19 was asked to: the first line has moments and zones, the others a format and
// what it makes of each, - where it is none and ! before what an event is refused with.
func TestWritten(t *testing.T) {
	text, err := os.ReadFile("testdata/written.txt")
	if err != nil {
		t.Fatal(err)
	}
	read, err := Compile("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	_, header, _ := strings.Cut(lines[0], "\t")
	moments := strings.Split(header, " | ")
	for _, line := range lines[1:] {
		name, answers, _ := strings.Cut(line, "\t")
		f, err := CompileOutput(name)
		if err != nil {
			if answers != "-" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		wants := strings.Split(answers, " | ")
		for i, moment := range moments {
			text, zoneName, _ := strings.Cut(moment, " ")
			zone, err := ParseZone(zoneName)
			d, ok := read.Parse([]byte(text))
			if err != nil || !ok {
				t.Fatalf("%s: %v", moment, err)
			}
			m := d.Moment(time.UTC)
			m.Offset = int(offsetAt(m.Seconds, zone))
			if got := write(f, m, zone); i >= len(wants) || got != wants[i] {
				t.Errorf("%s of %s: %s, want %s", name, moment, got, wants[min(i, len(wants)-1)])
			}
		}
	}
}

// write is what f writes, or ! and why it does not.
func write(f *Format, m Moment, zone *time.Location) string {
	text, err := f.Append(nil, m, zone)
	if err != nil {
		return "! " + err.Error()
	}
	return string(text)
}
