package grok

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// corpus returns the lines of a real log, without CR; the test is left out
// where it is not at hand.
func corpus(t testing.TB, name string) [][]byte {
	t.Helper()
	return readLines(t, testbed.Corpus(t, "logs/"+name))
}

// corpusIfThere returns no lines where the log is not at hand.
func corpusIfThere(t testing.TB, name string) [][]byte {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "corpora", "logs", name)
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	return readLines(t, path)
}

func readLines(t testing.TB, path string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
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
