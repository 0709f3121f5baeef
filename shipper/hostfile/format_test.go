package hostfile

import (
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event/syslog"
)

func traditional(line string) string {
	var h syslog.Header
	var c Clock
	h.Parse([]byte(line))
	c.Set(time.Date(2026, 11, 2, 3, 4, 5, 0, time.Local))
	return string(AppendTraditional(nil, []byte(line), &h, []byte("192.0.2.7"), &c))
}

func TestTraditional(t *testing.T) {
	for line, want := range map[string]string{
		"<38>Nov  1 22:14:15 web1 sshd[7]: hello":                          "Nov  1 22:14:15 web1 sshd[7]: hello\n",
		"<38>Nov 01 22:14:15 web1 sshd[7]:hello":                           "Nov  1 22:14:15 web1 sshd[7]: hello\n",
		"<38>Nov 11 22:14:15 web1 sshd[7]:  two":                           "Nov 11 22:14:15 web1 sshd[7]:  two\n",
		"<38>Nov 11 22:14:15 web1  sshd[7]: x":                             "Nov 11 22:14:15 web1  sshd[7]: x\n",
		"<38>2026-11-01T22:14:15.123+01:00 web1 sshd[7]: hello":            "Nov  1 22:14:15 web1 sshd[7]: hello\n",
		"<38>1 2026-11-21T22:14:15Z web1 app 7 ID [a@1 b=\"c\"] hello":     "Nov 21 22:14:15 web1 app[7] hello\n",
		"<38>1 2026-11-21T22:14:15Z web1 app - - - hello":                  "Nov 21 22:14:15 web1 app hello\n",
		"<38>sshd[7]: hello":                                               "Nov  2 03:04:05 192.0.2.7 sshd[7]: hello\n",
		"some text":                                                        "Nov  2 03:04:05 192.0.2.7 some text\n",
		"<38>Nov  1 22:14:15 web1 sshd[7]: a\tb\x00c\nd\x1b[me\x7f\xe4":    "Nov  1 22:14:15 web1 sshd[7]: a#011b#000c#012d#033[me\x7f\xe4\n",
		"<38>Nov  1 22:14:15 web1 sshd[7]: ends\n":                         "Nov  1 22:14:15 web1 sshd[7]: ends\n",
		"<38>Nov  1 22:14:15 web1 sshd[7]: ends\n\x00":                     "Nov  1 22:14:15 web1 sshd[7]: ends\n",
		"<38>Nov  1 22:14:15 web1 sshd[7]: ends\r":                         "Nov  1 22:14:15 web1 sshd[7]: ends#015\n",
		"<38>Nov  1 22:14:15 web1 sshd[7]: eight\x1f bytes and more\x01":   "Nov  1 22:14:15 web1 sshd[7]: eight#037 bytes and more#001\n",
		"<38>Nov  1 22:14:15 web1 sshd[7]: " + strings.Repeat("é ", 40000): "Nov  1 22:14:15 web1 sshd[7]: " + strings.Repeat("é ", 40000) + "\n",
	} {
		if got := traditional(line); got != want {
			t.Errorf("%.200q:\n got %.200q\nwant %.200q", line, got, want)
		}
	}
}

func TestRaw(t *testing.T) {
	if got := string(AppendRaw(nil, []byte("<38>Nov  1 x\ty\n"), 0)); got != "<38>Nov  1 x#011y\n" {
		t.Errorf("%q", got)
	}
}

func FuzzTraditional(f *testing.F) {
	f.Add("<38>Nov  1 22:14:15 web1 sshd[7]: hello")
	f.Add("<38>1 2026-11-21T22:14:15Z web1 app 7 ID - \x00\x1f\n\n")
	f.Add("\n\x00\n")
	f.Fuzz(func(t *testing.T, line string) {
		for _, got := range []string{traditional(line), string(AppendRaw(nil, []byte(line), 0))} {
			text, ended := strings.CutSuffix(got, "\n")
			if !ended || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
				t.Fatalf("%q became %q", line, got)
			}
		}
	})
}

func BenchmarkTraditional(b *testing.B) {
	line := []byte("<38>Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2")
	var h syslog.Header
	var c Clock
	c.Set(time.Now())
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			h.Parse(line)
		}
	})
	b.Run("append", func(b *testing.B) {
		h.Parse(line)
		var dst []byte
		b.ReportAllocs()
		for b.Loop() {
			dst = AppendTraditional(dst[:0], line, &h, line[:7], &c)
		}
	})
}
