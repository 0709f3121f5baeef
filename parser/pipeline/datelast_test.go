package pipeline

import (
	"fmt"
	"strconv"
	"strings"
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
		{"Mar 1 10:20:07", "UTC", at(2027, 4, 1), "2027-03-01T10:20:07.000Z"},
		{"Mar 1 10:20:60", "UTC", at(2027, 4, 1), ""},
		{"Mar 1 10:20:7x", "UTC", at(2027, 4, 1), ""},
		{"Mar 1 10:21:08", "UTC", at(2027, 4, 1), "2027-03-01T10:21:08.000Z"},
		{"02.01.2020 03:04", "UTC", at(2027, 4, 1), "2020-01-02T03:04:00.000Z"},
	} {
		load(t, ev, `{"at":"`+c.at+`","zone":"`+c.zone+`"}`)
		err := r.Run(set.Pipeline("test"), ev, c.received)
		if got := string(ev.Bytes(ev.Get(event.MustPath("@timestamp")))); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%d: %s, %v; want %s", i, got, err, c.want)
		}
	}
}

// TestLastMinute has dates that differ from the one before in the second alone, where that is a matter of their zone, or of
// another format.
func TestLastMinute(t *testing.T) {
	for _, c := range []struct{ formats, zone string }{
		{`"dd/MMM/yyyy:H:m:s Z"`, "Europe/Berlin"},
		{`"dd/MMM/yyyy:H:m:s Z"`, ""},
		{`"dd/MMM H:m:s Z"`, "Africa/Monrovia"},
		{`"yyyy-MM-dd HH:mm:ss"`, "Africa/Monrovia"},
		{`"yyyy-MM-dd HH:mm:ss"`, "America/New_York"},
		{`"yyyy-MM-dd HH:mm:'07'","yyyy-MM-dd HH:mm:ss"`, ""},
		{`"yyyy-MM-dd HH:mm:ss zzz"`, ""},
	} {
		set := compileOne(t, `{"processors":[{"date":{"field":"at","formats":[`+c.formats+`],"timezone":"`+c.zone+`"}}]}`)
		again, ev := set.NewRunner(), event.New()
		for _, minute := range []string{"01/Jan/1972:0:44:%d +0000", "31/Dec/1971:23:59:%d +0500", "07/Jan 0:44:%d +0100", "1972-01-07 00:44:%d", "1883-11-18 12:03:%d", "1972-01-07 00:44:%d Africa/Monrovia"} {
			for second := 61; second >= 0; second -= 6 {
				load(t, ev, `{"at":"`+strings.Replace(minute, "%d", strconv.Itoa(second + 100)[1:], 1)+`"}`)
				run := func(r *Runner) string {
					err := r.Run(set.Pipeline("test"), ev, 1e18)
					return fmt.Sprint(string(ev.Bytes(ev.Get(event.MustPath("@timestamp")))), err)
				}
				want := run(set.NewRunner())
				load(t, ev, `{"at":"`+strings.Replace(minute, "%d", strconv.Itoa(second + 100)[1:], 1)+`"}`)
				if got := run(again); got != want {
					t.Errorf("%s in %q, %s and %d s: %s; want %s", c.formats, c.zone, minute, second, got, want)
				}
			}
		}
	}
}
