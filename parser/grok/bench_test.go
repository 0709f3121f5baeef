package grok

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/patterns/pipelines"
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

// sshdSet is the list of patterns of the shipped sshd pipeline.
func sshdSet(t testing.TB) (lib *Library, patterns []string) {
	t.Helper()
	data, err := pipelines.FS.ReadFile("sshd.yml")
	if err != nil {
		t.Fatal(err)
	}
	var pipe struct {
		Processors []struct {
			Grok struct {
				Patterns    []string          `yaml:"patterns"`
				Definitions map[string]string `yaml:"pattern_definitions"`
			} `yaml:"grok"`
		} `yaml:"processors"`
	}
	if err := yaml.Unmarshal(data, &pipe); err != nil {
		t.Fatal(err)
	}
	for _, p := range pipe.Processors {
		if len(p.Grok.Patterns) > len(patterns) {
			patterns = p.Grok.Patterns
			lib, err = ECSLibrary().With(p.Grok.Definitions)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(patterns) < 5 {
		t.Skip("the shipped sshd pipeline has no long list of patterns")
	}
	return lib, patterns
}

// sshdMessages returns what sshd wrote, without the header.
func sshdMessages(t testing.TB) [][]byte {
	t.Helper()
	var out [][]byte
	for _, log := range []string{"openssh-2k.log", "auth-ec2-10k.log"} {
		for _, l := range corpus(t, log) {
			if i := bytes.Index(l, []byte("]: ")); i > 0 && bytes.Contains(l[:i], []byte("sshd[")) {
				out = append(out, l[i+3:])
			}
		}
	}
	return out
}

func BenchmarkSSHDSet(b *testing.B) {
	lib, sshd := sshdSet(b)
	others := []string{}
	for i := len(sshd); i < 64; i++ {
		words := []string{"Accepted", "session", "Starting", "Stopped", "New", "Removed", "kernel", "Out", "usb", "CRON", "Failed", "Connection", "Received", "User", "reverse", "Invalid"}
		others = append(others, fmt.Sprintf(`^%s made up %d: %%{WORD:w%d} %%{INT:i%d}`, words[i%len(words)], i, i, i))
	}
	for _, c := range []struct {
		name     string
		patterns []string
	}{
		{fmt.Sprint(len(sshd)), sshd},
		{"64", append(sshd[:len(sshd):len(sshd)], others...)},
		{"64-first", append(others, sshd...)},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := mustCompile(b, lib, c.patterns...).NewMatcher()
			hits, lines := 0, sshdMessages(b)
			loop(b, lines, func(line []byte) {
				if _, ok := m.Match(line); ok {
					hits++
				}
			})
			b.ReportMetric(float64(hits)/float64(b.N+len(lines)), "hits/line")
		})
	}
}
