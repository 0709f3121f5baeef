package pipeline

import (
	"testing"
	"time"

	"github.com/millrace/millrace/event"
)

// TestLastDate has dates whose text is that of the one before, but not what it means.
func TestLastDate(t *testing.T) {
	set := compileOne(t, `{"processors":[{"date":{"field":"at","formats":["MMM d HH:mm:ss","dd.MM.yyyy HH:mm"],"timezone":"{{zone}}"}}]}`)
	r, ev := set.NewRunner(), event.New()
	at := func(year int, month time.Month, second int) int64 {
		return time.Date(year, month, 1, 0, 0, second, 0, time.UTC).UnixNano()
	}
	for i, c := range []struct {
		at, zone string
		received int64
		want     string
	}{
		{"Mar 1 10:20:30", "UTC", at(2026, 4, 0), "2026-03-01T10:20:30.000Z"},
		{"Mar 1 10:20:30", "UTC", at(2026, 4, 0), "2026-03-01T10:20:30.000Z"},
		{"Mar 1 10:20:30", "UTC", at(2026, 4, 0) + 999, "2026-03-01T10:20:30.000Z"},
		{"Mar 1 10:20:30", "+02:00", at(2026, 4, 0), "2026-03-01T10:20:30.000+02:00"},
		{"Mar 1 10:20:30", "UTC", at(2027, 4, 0), "2027-03-01T10:20:30.000Z"},
		{"never", "UTC", at(2027, 4, 0), ""},
		{"Mar 1 10:20:30", "UTC", at(2027, 4, 1), "2027-03-01T10:20:30.000Z"},
		{"Mar 1 10:20:31", "UTC", at(2027, 4, 1), "2027-03-01T10:20:31.000Z"},
		{"02.01.2020 03:04", "UTC", at(2027, 4, 1), "2020-01-02T03:04:00.000Z"},
	} {
		load(t, ev, `{"at":"`+c.at+`","zone":"`+c.zone+`"}`)
		err := r.Run(set.Pipeline("test"), ev, c.received)
		if got := string(ev.Bytes(ev.Get(event.MustPath("@timestamp")))); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%d: %s, %v; want %s", i, got, err, c.want)
		}
	}
}
