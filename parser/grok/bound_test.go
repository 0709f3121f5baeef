package grok

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// cruel are patterns and lines that send a naive backtracker away for ever.
var cruel = []struct {
	name, expr string
	line       func(n int) string
}{
	{"nested plus", `^(a+)+$`, func(n int) string { return strings.Repeat("a", n) + "!" }},
	{"nested star", `(?:(?:a*)*)*b`, func(n int) string { return strings.Repeat("a", n) }},
	{"nested groups", `^(?:(?:ab?)+c?)+$`, func(n int) string { return strings.Repeat("ab", n/2) + "!" }},
	{"alternatives that overlap", `^(?:a|aa)+$`, func(n int) string { return strings.Repeat("a", n) + "b" }},
	{"alternatives that are the same", `^(?:a|a|a)*$`, func(n int) string { return strings.Repeat("a", n) + "b" }},
	{"many dots", `.*.*.*.*.*=x`, func(n int) string { return strings.Repeat("=", n) }},
	{"lazy dots", `%{DATA:a} %{DATA:b} %{DATA:c} %{DATA:d} end$`, func(n int) string { return strings.Repeat(" ", n) }},
	{"greedy fields", `%{GREEDYDATA:a}:%{GREEDYDATA:b}:%{GREEDYDATA:c}:%{GREEDYDATA:d}!`, func(n int) string { return strings.Repeat(":", n) }},
	{"unanchored run", `\w+@`, func(n int) string { return strings.Repeat("a", n) }},
	{"unanchored lazy", `a.*?x`, func(n int) string { return strings.Repeat("a", n) }},
	{"atomic in loop", `(?>a|ab)*c`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"look-ahead", `(?=a*b)a`, func(n int) string { return strings.Repeat("a", n) }},
	{"negative look-ahead", `(?:(?!.*x)a)*b`, func(n int) string { return strings.Repeat("a", n) }},
	{"empty loop", `(?:a?|b?)*c`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"captures in loop", `^(?:(?<x>a)|(?<y>b))*c`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"back-reference", `(?<x>a+)b\k<x>c`, func(n int) string { return strings.Repeat("a", n/2) + "b" + strings.Repeat("a", n/2) }},
	{"host of labels", `%{HOSTNAME:h}!`, func(n int) string { return strings.Repeat("a.", n/2) }},
	{"hosts", `%{IPORHOST:h}:%{POSINT:p} x`, func(n int) string { return strings.Repeat("1.2.3.4:5 ", n/10) }},
	{"colons", `%{IPV6:h}!`, func(n int) string { return strings.Repeat("1:", n/2) }},
	{"paths", `%{PATH:p}!`, func(n int) string { return strings.Repeat("/a", n/2) }},
	{"URIs", `%{URI:p}!`, func(n int) string { return "http://" + strings.Repeat("a/", n/2) }},
	{"quotes", `%{QS:q}%{QS:r}!`, func(n int) string { return strings.Repeat("\"'", n/2) }},
	{"escaped quotes", `%{QS:q}!`, func(n int) string { return strings.Repeat("\"\\", n/2) }},
	{"apache", `%{COMBINEDAPACHELOG}`, func(n int) string { return strings.Repeat("a a a [1/Jan/2020:00:00:00 0] \"", n/31) }},
	{"syslog", `%{SYSLOGBASE} x`, func(n int) string { return strings.Repeat("Jan 1 00:00:00 a b: ", n/20) }},
	{"mail", `%{EMAILADDRESS:e}!`, func(n int) string { return strings.Repeat("a.", n/2) + "@" }},
	{"reason", `%{CISCO_REASON:r}!`, func(n int) string { return strings.Repeat("a ", n/2) }},
	{"java", `%{JAVACLASS:c}!`, func(n int) string { return strings.Repeat("a.", n/2) }},
	{"rails", `%{RAILS3}!`, func(n int) string {
		return `Started GET "/" for 1.2.3.4 at 2020-01-01 00:00:00 Z` + strings.Repeat("\n", n)
	}},
	{"exim", `%{EXIM}!`, func(n int) string {
		return `2020-01-01 00:00:00 aaaaaa-aaaaaa-aa <= a@b` + strings.Repeat(" P=a", n/4)
	}},
	{"nagios", `%{NAGIOSLOGLINE}!`, func(n int) string { return `[1] SERVICE ALERT: ` + strings.Repeat("a;", n/2) }},
	{"look-ahead in loop", `(?:(?=a{1000})a)*b`, func(n int) string { return strings.Repeat("a", n) }},
	{"look-behind in loop", `a{1000}(?:(?<=a{1000})a)*b`, func(n int) string { return strings.Repeat("a", n) }},
	{"back-reference in loop", `(?<x>)(?:(?<y>a)\k<x>)*b`, func(n int) string { return strings.Repeat("a", n) }},
	{"lazy interval in loop", `(?:[ab]{1,1000}?)+c`, func(n int) string { return strings.Repeat("a", n) }},
	{"lazy interval of what is decoded", `(?:\P{L}{1,50}?)+(?:=x|é)`, func(n int) string { return strings.Repeat("\xff", n) }},
	{"words", `(?:%{WORD}[ ,]?)+!`, func(n int) string { return strings.Repeat("ab ", n/3) }},
	{"not UTF-8", `(?:.)*é`, func(n int) string { return strings.Repeat("\xff\xc3", n/2) }},
}

// TestBound: whatever the line, the steps are within the bound, or the
// matcher says that it gave up.
func TestBound(t *testing.T) {
	for _, c := range cruel {
		t.Run(c.name, func(t *testing.T) {
			for _, plain := range []bool{false, true} {
				s, err := Compile(ECSLibrary(), []string{c.expr}, Options{NoScanners: plain})
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range []int{1 << 10, 1 << 14} {
					m := s.NewMatcher()
					line := c.line(n)
					_, ok := m.Match([]byte(line))
					if most := baseSteps + stepsPerByte*len(line) + len(line); m.steps > most {
						t.Errorf("%d bytes: %d steps, %d at most", n, m.steps, most)
					}
					if ok && m.Err() != nil {
						t.Errorf("%d bytes: a match and %v", n, m.Err())
					}
					if err := m.Err(); err != nil && !errors.Is(err, ErrLimit) {
						t.Error(err)
					}
				}
			}
		})
	}
}

// BenchmarkBound shows what the bound is worth: CPU time a KiB of line.
func BenchmarkBound(b *testing.B) {
	for _, c := range cruel {
		for _, n := range []int{1 << 10, 1 << 14} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				m := mustCompile(b, ECSLibrary(), c.expr).NewMatcher()
				line := []byte(c.line(n))
				m.Match(line)
				start := cpuTime()
				for b.Loop() {
					m.Match(line)
				}
				b.ReportMetric(float64((cpuTime()-start).Microseconds())/float64(b.N)/float64(len(line))*1024, "cpu-µs/KiB")
				b.ReportMetric(float64(m.steps)/float64(len(line)), "steps/byte")
			})
		}
	}
}

// TestBoundLeavesFields: a line with more tabs than a pattern of many fields
// has is long work, and is done.
func TestBoundLeavesFields(t *testing.T) {
	m := mustCompile(t, LegacyLibrary(), "%{BRO_HTTP}").NewMatcher()
	line := "1602164975.5\tCt73\t192.0.2.59\t55240\t192.0.2.29\t80\t1" + strings.Repeat("\t-", 7) + "\t0\t471" + strings.Repeat("\t-", 16)
	if _, ok := m.Match([]byte(line)); !ok || m.Err() != nil {
		t.Errorf("%v, %v after %d of %d steps", ok, m.Err(), m.steps, m.hard)
	}
}

// TestBoundIsWide: real lines are far from the bound, whatever definition is
// looked for in them.
func TestBoundIsWide(t *testing.T) {
	mut := newMutator(t, 5)
	for _, lib := range []*Library{ECSLibrary(), LegacyLibrary()} {
		for _, name := range lib.Names() {
			m := mustPlain(t, lib, "%{"+name+"}").NewMatcher()
			for range 40 {
				line := mut.next()
				m.Match([]byte(line))
				if m.Err() != nil {
					t.Errorf("%s gives up on %q", name, line)
				}
			}
		}
	}
}

// TestNoDoubt: a line that matches a common pattern is not searched for required texts, which costs as much as the match.
func TestNoDoubt(t *testing.T) {
	const (
		list   = `(?:%{IP}|%{WORD})("?,?\s*(?:%{IP}|%{WORD}))*`
		nginx  = `((?:%{IP:host}|(?<name>[^\t ,:]+))(:%{NUMBER:port})? )?"?(?:(?<list>` + list + `)|%{NOTSPACE:source}) - (-|%{DATA:user}) \[%{HTTPDATE:time}\] "%{DATA:info}" %{NUMBER:code:long} %{NUMBER:bytes:long} "(-|%{DATA:from})" "(-|%{DATA:agent})"`
		access = ` - - [17/May/2015:10:05:46 +0000] "GET /blog/tags/release?flav=rss20 HTTP/1.1" 200 40693 "http://www.example.com/search?q=url&source=web" "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/27.0.1453.110 Safari/537.36"`
	)
	for _, c := range []struct{ expr, line string }{
		{nginx, "81.2.69.160" + access},
		{nginx, "2001:480:10::1" + access},
		{`%{COMBINEDAPACHELOG}`, "81.2.69.160" + access},
		{`%{SYSLOGBASE} %{GREEDYDATA:message}`, "Dec 10 06:55:46 LabSZ sshd[24200]: reverse mapping checking getaddrinfo for ns.example.com [173.234.31.186] failed"},
	} {
		m := mustCompile(t, LegacyLibrary(), c.expr).NewMatcher()
		if _, ok := m.Match([]byte(c.line)); !ok || m.latest != unknown {
			t.Errorf("%s on %s: %v, doubted after %d steps", c.expr, c.line, ok, m.steps)
		}
	}
}
