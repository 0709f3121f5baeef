package pathname

import (
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	month := func(y int, m time.Month) (from, until time.Time) {
		from = time.Date(y, m, 1, 0, 0, 0, 0, time.Local)
		return from, from.AddDate(0, 1, 0)
	}
	nov, dec := month(2026, 11)
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.Local)
	const perHost, perDay = "hosts/{year}/{month}/{peer_ip}/auth.log", "hosts/auth/{year}/{month}/auth.log.{date}"
	for _, test := range []struct {
		template, path, name, peer string
		from, until                time.Time
	}{
		{perHost, "/data/hosts/2026/11/192.0.2.7/auth.log", "hosts/2026/11/192.0.2.7/auth.log", "192.0.2.7", nov, dec},
		{perHost, "hosts/2026/11/2001:db8::7/auth.log.2.gz", "hosts/2026/11/2001:db8::7/auth.log", "2001:db8::7", nov, dec},
		{perHost, "/mnt/hosts/2026/11/192.0.2.7/auth.log-20261122.zst", "hosts/2026/11/192.0.2.7/auth.log", "192.0.2.7", nov, dec},
		{perHost, "/data/hosts/2026/11/overflow/auth.log", "hosts/2026/11/overflow/auth.log", "", nov, dec},
		{perHost, "/data/hosts/2026/11/-/auth.log", "hosts/2026/11/-/auth.log", "", nov, dec},
		{perHost, "/data/hosts/2026/11/192.0.2.7/auth_log", "", "", nov, dec},
		{perHost, "/data/hosts/2026/13/192.0.2.7/auth.log", "", "", nov, dec},
		{perHost, "/data/myhosts/2026/11/192.0.2.7/auth.log", "", "", nov, dec},
		{perDay, "/d/hosts/auth/2026/11/auth.log.2026-11-22.gz", "hosts/auth/2026/11/auth.log.2026-11-22", "", day, day.AddDate(0, 0, 1)},
		{perDay, "/d/hosts/auth/2026/11/auth.log.2026-11-22.1", "hosts/auth/2026/11/auth.log.2026-11-22", "", day, day.AddDate(0, 0, 1)},
		{"{year}-{month}-{day}/{hour}", "2026-11-22/05", "2026-11-22/05", "", day.Add(5 * time.Hour), day.Add(6 * time.Hour)},
		{"{year}/{host}", "2026/web-1", "2026/web-1", "", time.Date(2026, 1, 1, 0, 0, 0, 0, time.Local), time.Date(2027, 1, 1, 0, 0, 0, 0, time.Local)},
		{"/var/log/{host}", "/var/log/web-1.gz", "/var/log/web-1", "", time.Time{}, time.Time{}},
		{"/var/log/{host}", "/mnt/var/log/web-1", "/var/log/web-1", "", time.Time{}, time.Time{}},
		{"hosts/{peer_ip}", "hosts/192.0.2.7.gz", "hosts/192.0.2.7", "192.0.2.7", time.Time{}, time.Time{}},
	} {
		template, err := Parse(test.template)
		if err != nil {
			t.Fatal(err)
		}
		found, ok := template.Matcher().Match(test.path)
		if ok != (test.name != "") {
			t.Errorf("%s: %s: %v", test.template, test.path, ok)
			continue
		}
		if !ok {
			continue
		}
		peer := ""
		if found.Peer.IsValid() {
			peer = found.Peer.String()
		}
		if found.Name != test.name || peer != test.peer || !found.From.Equal(test.from) || !found.Until.Equal(test.until) {
			t.Errorf("%s: %s: %+v", test.template, test.path, found)
		}
	}
}
