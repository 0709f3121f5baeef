package pathname

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func values() *Values {
	var c Clock
	c.Set(time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local))
	return &Values{
		Clock: &c, Peer: netip.MustParseAddr("192.0.2.7"), Host: []byte("web1"), Program: []byte("sshd"),
		Facility: 10, Severity: 6, Listener: "tcp", Name: "web1.example.org", Lane: "auth",
	}
}

func TestAppend(t *testing.T) {
	long := strings.Repeat("ä", 200)
	for _, test := range []struct {
		template, want string
		set            func(*Values)
	}{
		{"hosts/{year}/{month}/{peer_ip}/auth.log", "hosts/2026/01/192.0.2.7/auth.log", nil},
		{"hosts/auth/{year}/{month}/auth.log.{date}", "hosts/auth/2026/01/auth.log.2026-01-02", nil},
		{"/var/log/{day}-{hour}/{facility}.{severity}", "/var/log/02-03/authpriv.info", nil},
		{"{listener}/{name}/{lane}/{host}-{program}.log", "tcp/web1.example.org/auth/web1-sshd.log", nil},
		{"{host}", "192.0.2.7", func(v *Values) { v.Host = nil }},
		{"{program}/{name}/{lane}", "-/-/-", func(v *Values) { v.Program, v.Name, v.Lane = nil, "", "" }},
		{"{peer_ip}", "fe80::1", func(v *Values) { v.Peer = netip.MustParseAddr("fe80::1%eth0") }},
		{"{host}/{program}/x", "_./_/x", func(v *Values) { v.Host, v.Program = []byte(".."), []byte(".") }},
		{"x{host}", "x.._.._etc", func(v *Values) { v.Host = []byte("../../etc") }},
		{"{host}", "a_b_c_d_e__", func(v *Values) { v.Host = []byte("a\x00b\nc\x7fd e\xff\xc2\x80"[:10] + "\xff") }},
		{"{host}", strings.Repeat("ä", maxValue/2), func(v *Values) { v.Host = []byte(long) }},
		{"{host}{program}{name}/f", strings.Repeat("ä", 127) + "/f", func(v *Values) { v.Host, v.Program, v.Name = []byte(long), []byte(long), long }},
	} {
		v := values()
		if test.set != nil {
			test.set(v)
		}
		tmpl, err := Parse(test.template)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.template, err)
			continue
		}
		if got := string(tmpl.Append(nil, v)); got != test.want {
			t.Errorf("%s = %q, want %q", test.template, got, test.want)
		}
	}
}

func TestAppendOverflow(t *testing.T) {
	tmpl, _ := Parse("hosts/{year}/{peer_ip}/{host}-{program}/{name}.{severity}")
	if got := string(tmpl.AppendOverflow(nil, values())); got != "hosts/2026/overflow/overflow-overflow/overflow.info" {
		t.Error(got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "hosts/", "a//b", "a/../b", "./a", "..", "{peer}", "{year", "a\nb", "a\xff", strings.Repeat("a", 256)} {
		if _, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) is no error", text)
		}
	}
	if _, err := Parse("{peer}"); !strings.Contains(err.Error(), "{peer_ip}") {
		t.Errorf("%v does not name the placeholders", err)
	}
}

func TestClockFollowsTheHour(t *testing.T) {
	var c Clock
	start := time.Date(2026, 12, 31, 23, 59, 59, 0, time.Local)
	c.Set(start)
	slot := c.Slot
	if c.Set(start.Add(-time.Minute)); c.Slot != slot || string(c.Date[:]) != "2026-12-31" || string(c.Hour[:]) != "23" {
		t.Errorf("%s %s", c.Date, c.Hour)
	}
	if c.Set(start.Add(time.Second)); c.Slot == slot || string(c.Date[:]) != "2027-01-01" || string(c.Hour[:]) != "00" {
		t.Errorf("%s %s", c.Date, c.Hour)
	}
	if c.Set(start); string(c.Date[:]) != "2026-12-31" { // a clock that is set back
		t.Errorf("%s %s", c.Date, c.Hour)
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("hosts/{year}/{peer_ip}/{host}.log", "web1", "sshd", "name")
	f.Add("/{program}{name}", "..", "../../x", "a\x00b")
	f.Add("{host}/{host}{host}", "\xff\xc2\x85", strings.Repeat("é", 300), "")
	f.Fuzz(func(t *testing.T, text, host, program, name string) {
		tmpl, err := Parse(text)
		if err != nil {
			return
		}
		v := values()
		v.Host, v.Program, v.Name = []byte(host), []byte(program), name
		for _, path := range []string{string(tmpl.Append(nil, v)), string(tmpl.AppendOverflow(nil, v))} {
			components := strings.Split(path, "/")
			if len(components) != strings.Count(text, "/")+1 {
				t.Fatalf("%q became %q: another depth", text, path)
			}
			for i, c := range components {
				if c == "." || c == ".." || c == "" && i > 0 || len(c) > 255 || !utf8.ValidString(c) || strings.ContainsFunc(c, unicode.IsControl) {
					t.Fatalf("%q became %q: component %q", text, path, c)
				}
			}
			_, ok := tmpl.Matcher().Match(path)
			cut := strings.Contains(path, "_") || slices.ContainsFunc(components, func(c string) bool { return len(c) > 250 })
			if !ok && !cut {
				t.Fatalf("%q became %q, which it does not match", text, path)
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	tmpl, _ := Parse("hosts/{year}/{month}/{peer_ip}/{program}.log")
	v, dst := values(), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		dst = tmpl.Append(dst[:0], v)
	}
}
