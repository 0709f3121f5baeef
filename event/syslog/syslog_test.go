package syslog

import (
	"testing"
	"time"
)

type want struct {
	pri                             int // -1: none
	format                          Format
	stamp, host, tag, app, pid, msg string
	msgid, sd                       string
}

func check(t *testing.T, line string, w want) {
	t.Helper()
	var h Header
	h.Parse([]byte(line))
	of := func(s Span) string { return string(s.Of([]byte(line))) }
	pri := int(h.Facility)<<3 | int(h.Severity)
	if !h.HasPRI {
		if pri != DefaultFacility<<3|DefaultSeverity {
			t.Errorf("%q: priority %d without a PRI", line, pri)
		}
		pri = -1
	}
	got := want{pri, h.Format, of(h.Timestamp), of(h.Host), of(h.Tag), of(h.App), of(h.PID), of(h.Message), of(h.MsgID), of(h.Structured)}
	if got != w {
		t.Errorf("%q:\n got %+v\nwant %+v", line, got, w)
	}
}

func TestRFC3164(t *testing.T) {
	const o, f = RFC3164, "2024-05-06T07:08:09.123456+02:00"
	const b = "Oct  1 22:14:15"
	tests := []struct {
		line string
		want want
	}{
		{"<38>" + b + " web1 sshd[123]: hello", want{38, o, b, "web1", "sshd[123]:", "sshd", "123", "hello", "", ""}},
		{b + " web1 sshd[123]: hello", want{-1, o, b, "web1", "sshd[123]:", "sshd", "123", "hello", "", ""}},
		{"<38>" + f + " web1 sshd[123]: hello", want{38, o, f, "web1", "sshd[123]:", "sshd", "123", "hello", "", ""}},
		{"<38>2024-05-06 07:08:09,123 web1 app: hello", want{38, o, "2024-05-06 07:08:09,123", "web1", "app:", "app", "", "hello", "", ""}},
		{"<0>Oct 1 22:14:15 web1 kernel: [    1.5] eth0: up", want{0, o, "Oct 1 22:14:15", "web1", "kernel:", "kernel", "", "[    1.5] eth0: up", "", ""}},
		{"<5>" + b + " sudo:     joe : TTY=pts/0", want{5, o, b, "", "sudo:", "sudo", "", "    joe : TTY=pts/0", "", ""}},
		{"<5>" + b + " sshd[12]: no host", want{5, o, b, "", "sshd[12]:", "sshd", "12", "no host", "", ""}},
		{"<5>" + b + " web1 this has no tag", want{5, o, b, "web1", "", "", "", "this has no tag", "", ""}},
		{"<5>" + b + " web1 at 12:30:01 it rained", want{5, o, b, "web1", "", "", "", "at 12:30:01 it rained", "", ""}},
		{"<5>" + b + " web1 12:30:01 it rained", want{5, o, b, "web1", "", "", "", "12:30:01 it rained", "", ""}},
		{"<5>" + b + " web1 http://x/ is down", want{5, o, b, "web1", "", "", "", "http://x/ is down", "", ""}},
		{"<5>" + b + " 2001:db8::1 app: v6", want{5, o, b, "2001:db8::1", "app:", "app", "", "v6", "", ""}},
		{"<5>" + b + " 2001:db8:: app: v6", want{5, o, b, "2001:db8::", "app:", "app", "", "v6", "", ""}},
		{"<5>" + b + " [::1] app: v6", want{5, o, b, "[::1]", "app:", "app", "", "v6", "", ""}},
		{"<5>" + b + " ::ffff:192.0.2.1 app: v6", want{5, o, b, "::ffff:192.0.2.1", "app:", "app", "", "v6", "", ""}},
		{"<5>" + b + " relay/web1 app[1]: x", want{5, o, b, "relay/web1", "app[1]:", "app", "1", "x", "", ""}},
		{"<5>" + b + " src@relay app[1]: x", want{5, o, b, "src@relay", "app[1]:", "app", "1", "x", "", ""}},
		{"<5>" + b + " - app[1]: x", want{5, o, b, "", "app[1]:", "app", "1", "x", "", ""}},
		{"<5>" + b + " relay Oct  1 22:14:13 web1 app[1]: x", want{5, o, "Oct  1 22:14:13", "web1", "app[1]:", "app", "1", "x", "", ""}},
		{"<5>" + b + " relay <30>Oct  1 22:14:13 web1 app: x", want{5, o, "Oct  1 22:14:13", "web1", "app:", "app", "", "x", "", ""}},
		{"<5>" + b + " relay " + f + " web1 app: x", want{5, o, f, "web1", "app:", "app", "", "x", "", ""}},
		{"<5>" + b + " web1 2024-05-06 07:08:09 it rained", want{5, o, b, "web1", "", "", "", "2024-05-06 07:08:09 it rained", "", ""}},
		{"<5>" + b + " Message forwarded from aix1: sshd[7]: x", want{5, o, b, "aix1", "sshd[7]:", "sshd", "7", "x", "", ""}},
		{"<5>" + b + " web1 last message repeated 3 times", want{5, o, b, "web1", "", "", "", "last message repeated 3 times", "", ""}},
		{"<5>" + b + " last message repeated 3 times", want{5, o, b, "", "", "", "", "last message repeated 3 times", "", ""}},
		{"<5>" + b + " --- last message repeated 1 time ---", want{5, o, b, "", "", "", "", "--- last message repeated 1 time ---", "", ""}},
		{"<5>" + b + " web1 message repeated 2 times: [ again]", want{5, o, b, "web1", "", "", "", "message repeated 2 times: [ again]", "", ""}},
		{"<5>" + b + " web1 -- MARK --", want{5, o, b, "web1", "", "", "", "-- MARK --", "", ""}},
		{"<5>" + b + " web1 syslogd 1.4.1: restart.", want{5, o, b, "web1", "syslogd 1.4.1:", "syslogd", "", "restart.", "", ""}},
		{"<5>" + b + " web1 sshd(pam_unix)[77]: x", want{5, o, b, "web1", "sshd(pam_unix)[77]:", "sshd(pam_unix)", "77", "x", "", ""}},
		{"<5>" + b + " web1 postfix/smtpd[12]: x", want{5, o, b, "web1", "postfix/smtpd[12]:", "postfix/smtpd", "12", "x", "", ""}},
		{"<5>" + b + " web1 /usr/sbin/cron[12]: x", want{5, o, b, "web1", "/usr/sbin/cron[12]:", "/usr/sbin/cron", "12", "x", "", ""}},
		{"<5>" + b + " web1 Plex Media Server[12]: x", want{5, o, b, "web1", "Plex Media Server[12]:", "Plex Media Server", "12", "x", "", ""}},
		{"<5>" + b + " mac com.apple.launchd[1] (com.apple.x[21]): Exited", want{5, o, b, "mac", "com.apple.launchd[1]", "com.apple.launchd", "1", "(com.apple.x[21]): Exited", "", ""}},
		{"<5>" + b + " web1 java[main][12]: x", want{5, o, b, "web1", "java[main][12]:", "java", "12", "x", "", ""}},
		{"<5>" + b + " web1 app[pool-1 thread]: x", want{5, o, b, "web1", "app[pool-1 thread]:", "app", "pool-1 thread", "x", "", ""}},
		{"<5>" + b + " web1 app[]: x", want{5, o, b, "web1", "app[]:", "app", "", "x", "", ""}},
		{"<5>" + b + " web1 app:x", want{5, o, b, "web1", "app:", "app", "", "x", "", ""}},
		{"<5>" + b + " web1 app:", want{5, o, b, "web1", "app:", "app", "", "", "", ""}},
		{"<5>" + b + " web1 app[1]", want{5, o, b, "web1", "app[1]", "app", "1", "", "", ""}},
		{"<5>" + b + " web1 ", want{5, o, b, "web1", "", "", "", "", "", ""}},
		{"<5>" + b + " web1", want{5, o, b, "", "", "", "", "web1", "", ""}},
		{"<5>" + b, want{5, o, b, "", "", "", "", "", "", ""}},
		{"<13>app[12]: no time", want{13, o, "", "", "app[12]:", "app", "12", "no time", "", ""}},
		{"<13>no header at all", want{13, Unparsed, "", "", "", "", "", "no header at all", "", ""}},
		{"<13>{\"json\":1}", want{13, Unparsed, "", "", "", "", "", "{\"json\":1}", "", ""}},
		{"app[12]: nothing known", want{-1, Unparsed, "", "", "", "", "", "app[12]: nothing known", "", ""}},
		{"<192>x", want{-1, Unparsed, "", "", "", "", "", "<192>x", "", ""}},
		{"<>x", want{-1, Unparsed, "", "", "", "", "", "<>x", "", ""}},
		{"<1", want{-1, Unparsed, "", "", "", "", "", "<1", "", ""}},
		{"", want{-1, Unparsed, "", "", "", "", "", "", "", ""}},
		{"<13>Oct 32 22:14:15 web1 x: y", want{13, Unparsed, "", "", "", "", "", "Oct 32 22:14:15 web1 x: y", "", ""}},
		{"<189>29: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: Configured", want{189, o, "Mar  1 18:48:50.483 UTC", "", "%SYS-5-CONFIG_I:", "%SYS-5-CONFIG_I", "", "Configured", "", ""}},
		{"<189>29: router1: Mar  1 2023 18:48:50: %SYS-5-CONFIG_I: Configured", want{189, o, "Mar  1 2023 18:48:50", "", "%SYS-5-CONFIG_I:", "%SYS-5-CONFIG_I", "", "Configured", "", ""}},
		{"<166>Mar  1 2023 18:48:50 fw1 : %ASA-6-302013: Built", want{166, o, "Mar  1 2023 18:48:50", "fw1", "%ASA-6-302013:", "%ASA-6-302013", "", "Built", "", ""}},
		{"<166>Mar  1 18:48:50 2023 sw1 snmpd[3]: x", want{166, o, "Mar  1 18:48:50 2023", "sw1", "snmpd[3]:", "snmpd", "3", "x", "", ""}},
	}
	for _, tt := range tests {
		check(t, tt.line, tt.want)
	}
}

func TestRFC5424(t *testing.T) {
	const o, f = RFC5424, "2003-10-11T22:14:15.003Z"
	tests := []struct {
		line string
		want want
	}{
		{"<34>1 " + f + " host su 12 ID47 - \xef\xbb\xbfmsg", want{34, o, f, "host", "su", "su", "12", "msg", "ID47", ""}},
		{"<34>1 " + f + " host su 12 - -  as rsyslog sends it", want{34, o, f, "host", "su", "su", "12", "as rsyslog sends it", "", ""}},
		{"<34>1 " + f + " host su 12 - [b]    indented", want{34, o, f, "host", "su", "su", "12", "  indented", "", "[b]"}},
		{"<34>1 - - - - - -", want{34, o, "", "", "", "", "", "", "", ""}},
		{"<34>1 - - - - - - ", want{34, o, "", "", "", "", "", "", "", ""}},
		{`<165>1 ` + f + ` h evt - ID47 [a@1 x="1\"]" y=""][b] msg here`, want{165, o, f, "h", "evt", "evt", "", "msg here", "ID47", `[a@1 x="1\"]" y=""][b]`}},
		{"<34>1 " + f + " host su - - no structured data", want{34, o, f, "host", "su", "su", "", "no structured data", "", ""}},
		{"<34>1 " + f + ` host su - - [a x=1] broken`, want{34, o, f, "host", "su", "su", "", "[a x=1] broken", "", ""}},
		{"<34>1 " + f + ` host su - -`, want{34, o, f, "host", "su", "su", "", "", "", ""}},
		{"<34>1 2003-10-11T22:14:15 host su - - - x", want{34, o, "2003-10-11T22:14:15", "host", "su", "su", "", "x", "", ""}},
		{"<34>1 " + f + " host backup[12] - - - x", want{34, o, f, "host", "backup[12]", "backup", "12", "x", "", ""}},
		{"<34>1 " + f + " host backup[12] 13 - - x", want{34, o, f, "host", "backup[12]", "backup[12]", "13", "x", "", ""}},
		{"<34>1 " + f + " host [12] - - - x", want{34, o, f, "host", "[12]", "[12]", "", "x", "", ""}},
		{"<34>1 " + f + " host pool[a] - - - x", want{34, o, f, "host", "pool[a]", "pool[a]", "", "x", "", ""}},
		{"<34>1 yesterday host su - - - x", want{34, Unparsed, "", "", "", "", "", "1 yesterday host su - - - x", "", ""}},
	}
	for _, tt := range tests {
		check(t, tt.line, tt.want)
	}
}

func TestStructuredData(t *testing.T) {
	s := StructuredData{Rest: []byte(`[a@1 x="1\"\]\\\n" y=""][b][c z="2"]`)}
	var got []string
	for s.Next() {
		got = append(got, string(s.ID)+" "+string(s.Name)+"="+string(s.AppendValue(nil)))
	}
	want := []string{`a@1 x=1"]\\n`, "a@1 y=", "b =", "c z=2"}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("parameter %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestResolve(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("this machine has no time zone database")
	}
	tests := []struct {
		stamp, received, want string
		zone                  *time.Location
	}{
		{"Oct  1 22:14:15", "2024-10-01T22:14:16Z", "2024-10-01T22:14:15Z", nil},
		{"Oct  1 22:14:15", "2024-10-01T20:14:16Z", "2024-10-01T20:14:15Z", berlin},
		{"Dec 31 23:59:59", "2025-01-01T00:00:01Z", "2024-12-31T23:59:59Z", nil},
		{"Jan  1 00:00:02", "2024-12-31T23:59:59Z", "2025-01-01T00:00:02Z", nil},    // a clock that is ahead
		{"Jan  1 00:30:00", "2024-12-31T23:30:00Z", "2024-12-31T23:30:00Z", berlin}, // a zone that is ahead
		{"Dec 10 00:00:00", "2024-11-21T00:00:00Z", "2023-12-10T00:00:00Z", nil},    // an old line
		{"Nov 25 00:00:00", "2024-11-21T00:00:00Z", "2024-11-25T00:00:00Z", nil},    // within a week
		{"Feb 29 12:00:00", "2024-02-29T12:00:01Z", "2024-02-29T12:00:00Z", nil},
		{"Feb 29 12:00:00", "2027-03-01T00:00:00Z", "2024-02-29T12:00:00Z", nil},
		{"Feb 29 12:00:00", "1903-03-01T00:00:00Z", "1896-02-29T12:00:00Z", nil}, // 1900 was none
		{"Feb 28 23:59:59", "2025-03-01T00:00:00Z", "2025-02-28T23:59:59Z", nil},
		{"Oct 27 02:30:00", "2024-10-27T00:30:05Z", "2024-10-27T00:30:00Z", berlin}, // first pass of the hour
		{"Oct 27 02:30:00", "2024-10-27T01:30:05Z", "2024-10-27T01:30:00Z", berlin}, // second pass
		{"Mar 31 01:59:59", "2024-03-31T01:00:00Z", "2024-03-31T00:59:59Z", berlin},
		{"Mar 31 03:00:01", "2024-03-31T01:00:01Z", "2024-03-31T01:00:01Z", berlin},
		{"Mar 31 02:30:00", "2024-03-31T01:30:00Z", "2024-03-31T01:30:00Z", berlin}, // does not exist
		{"2018-08-14T14:30:02.203151+02:00", "2024-01-01T00:00:00Z", "2018-08-14T12:30:02.203151Z", nil},
		{"1986-04-26T01:23:45.101+0400", "2024-01-01T00:00:00Z", "1986-04-25T21:23:45.101Z", nil},
		{"2018-08-14T14:30:02.123456789Z", "2024-01-01T00:00:00Z", "2018-08-14T14:30:02.123456789Z", berlin},
		{"2018-08-14T14:30:02.1234567899Z", "2024-01-01T00:00:00Z", "2018-08-14T14:30:02.123456789Z", berlin},
		{"2018-08-14T14:30:02", "2024-01-01T00:00:00Z", "2018-08-14T12:30:02Z", berlin},
		{"2016-12-31T23:59:60Z", "2024-01-01T00:00:00Z", "2017-01-01T00:00:00Z", nil},
		{"Mar  1 18:48:50.5 CET:", "2024-03-02T00:00:00Z", "2024-03-01T17:48:50.5Z", nil},
		{"Mar  1 18:48:50 2021", "2024-03-02T00:00:00Z", "2021-03-01T18:48:50Z", nil},
	}
	for _, tt := range tests {
		var h Header
		h.Parse([]byte("<13>" + tt.stamp + " host app: x"))
		received, err := time.Parse(time.RFC3339Nano, tt.received)
		if err != nil {
			t.Fatal(err)
		}
		ns, ok := h.Time.Resolve(received.UnixNano(), tt.zone)
		if got := time.Unix(0, ns).UTC().Format(time.RFC3339Nano); !ok || got != tt.want {
			t.Errorf("%s received %s: %s (%v), want %s", tt.stamp, tt.received, got, ok, tt.want)
		}
	}
	var none Time
	if _, ok := none.Resolve(0, nil); ok {
		t.Error("no time was resolved")
	}
	for _, bad := range []string{"2023-02-29T00:00:00Z", "Feb 30 00:00:00", "Apr 31 00:00:00", "2023-13-01T00:00:00Z", "Oct  1 24:00:00", "Oct  0 00:00:00"} {
		var tm Time
		if tm.parse([]byte(bad), 0) >= 0 {
			t.Errorf("%s was taken for a time", bad)
		}
	}
}

const sshd = "<38>Dec 10 06:55:48 LabSZ sshd[24200]: Failed password for invalid user webmaster from 173.234.31.186 port 38926 ssh2"

func TestParseAllocatesNothing(t *testing.T) {
	for _, line := range []string{sshd, `<165>1 2003-10-11T22:14:15.003Z h evt - ID47 [a@1 x="1"] msg`, "<189>29: *Mar  1 18:48:50.483 UTC: %SYS-5-X: y"} {
		b := []byte(line)
		var h Header
		if n := testing.AllocsPerRun(100, func() { h.Parse(b); h.Time.Resolve(1733813749e9, time.Local) }); n != 0 {
			t.Errorf("%v allocations for %q", n, line)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, bench := range []struct{ name, line string }{
		{"rfc3164", sshd},
		{"forward", "<38>2024-12-10T06:55:48.123456+01:00 LabSZ sshd[24200]: Failed password for invalid user webmaster from 173.234.31.186 port 38926 ssh2"},
		{"rfc5424", `<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application"] An application event log entry`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			line := []byte(bench.line)
			var h Header
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				h.Parse(line)
				h.Time.Resolve(1733813749e9, nil)
			}
		})
	}
}
