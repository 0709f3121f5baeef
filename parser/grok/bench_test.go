package grok

import (
	"bytes"
	"testing"

	"os"
)

func corpus(t testing.TB, name string) [][]byte {
	t.Helper()
	data, err := os.ReadFile("/work/shared/corpora/logs/" + name)
	if err != nil {
		t.Skip("no corpora beside the project")
	}
	lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	for i := range lines {
		lines[i] = bytes.TrimSuffix(lines[i], []byte("\r"))
	}
	return lines
}

func BenchmarkUpstream(b *testing.B) {
	for _, c := range []struct{ name, expr, log string }{
		{"syslog/openssh", `%{SYSLOGBASE} %{GREEDYDATA:message}`, "openssh-2k.log"},
		{"syslog/ec2", `%{SYSLOGBASE} %{GREEDYDATA:message}`, "auth-ec2-10k.log"},
		{"syslog/linux", `%{SYSLOGBASE} %{GREEDYDATA:message}`, "linux-2k.log"},
		{"apache", `%{COMBINEDAPACHELOG}`, "apache-combined-10k.log"},
		{"miss/syslog-apache", `%{SYSLOGBASE} %{GREEDYDATA:message}`, "apache-combined-10k.log"},
		{"miss/apache-syslog", `%{COMBINEDAPACHELOG}`, "openssh-2k.log"},
	} {
		for _, plain := range []bool{false, true} {
			name := c.name
			if plain {
				name += "/generic"
			}
			b.Run(name, func(b *testing.B) {
				s, err := Compile(upstream(b, "legacy"), []string{c.expr}, Options{NoScanners: plain})
				if err != nil {
					b.Fatal(err)
				}
				lines := corpus(b, c.log)
				m := s.NewMatcher()
				hits := 0
				loop(b, lines, func(line []byte) {
					if _, ok := m.Match(line); ok {
						hits++
					}
				})
				b.ReportMetric(float64(hits)/float64(b.N+len(lines)), "hits/line")
			})
		}
	}
}
