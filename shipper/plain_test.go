package shipper

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"testing"
	"time"

	"github.com/millrace/millrace/event/syslog"
	"github.com/millrace/millrace/shipper/hostfile"
)

// agrees checks that a line which is read as a plain one is what the full parser makes of it.
func agrees(t *testing.T, r *headerReader, line []byte) bool {
	t.Helper()
	var got header
	if !r.readPlain(&got, line) {
		return false
	}
	var want syslog.Header
	want.Parse(line)
	if got.priority != want.Facility<<3|want.Severity || got.host != want.Host || got.program != want.App {
		t.Fatalf("%q:\n got %+v\nwant %+v", line, got, want)
	}
	var received hostfile.Clock
	received.Set(time.Now())
	full := hostfile.AppendTraditional(nil, line, &want, []byte("192.0.2.1"), &received)
	if quick := r.appendPlain(nil, &got, line); !bytes.Equal(quick, full) {
		t.Fatalf("%q:\n got %q\nwant %q", line, quick, full)
	}
	return true
}

func TestPlainLines(t *testing.T) {
	var r headerReader
	for _, test := range []struct {
		line  string
		plain bool
	}{
		{"<38>Nov 21 23:40:00 web1 sshd[7]: x", false}, // its day is new
		{"<38>Nov 21 23:40:00 web1 sshd[7]: x", true},
		{"<4>Nov 21 23:40:00 192.0.2.7 kernel: x\ty\n", true},
		{"<4>Nov 21 23:40:00 web-1.example.org systemd-logind[123]:  x", true},
		{"<4>Nov 21 23:40:01 web1 kernel: x", true},
		{"<4>Nov 21 19:59:59 web1 kernel: x", true},
		{"<4>Nov 21 24:00:00 web1 kernel: x", false},
		{"<4>Nov 21 23:60:00 web1 kernel: x", false},
		{"<4>Nov 21 23:40:60 web1 kernel: x", false},
		{"<4>Nov 21 23:4a:00 web1 kernel: x", false},
		{"<4>Nov 21 23.40:00 web1 kernel: x", false},
		{"<4>Nov 21 23:40.00 web1 kernel: x", false},
		{"<4>Nov 21 23:40:00: web1 kernel: x", false},
		{"<4>Nov 22 23:40:00 web1 kernel: x", false}, // the next day
		{"<4>Nov 21 23:40:00 web1 kernel: x", false},
		{"<4>Nov 21 23:40:00 web1 kernel:x", false},
		{"<4>Nov 21 23:40:00 web1 two words: x", false},
		{"<4>Nov 21 23:40:00 2026 kernel: x", false}, // a year
		{"<4>Nov 21 23:40:00 web1  kernel: x", false},
		{"<4>Nov 21 23:40:00 sshd[7]: x y: z", false},
		{"<192>Nov 21 23:40:00 web1 kernel: x", false},
		{"<4>2026-11-21T23:40:00.000001+01:00 web1 kernel: x", false},
		{"<38>2026-11-21T23:40:00.999999+01:00 web1 sshd[7]: x", true},
		{"<4>2026-11-21T23:40:00.99999+01:00 web1 kernel: x", false}, // a digit less
		{"<4>2026-11-21T23:40:00.99999 +01:00 web1 kernel: x", false},
		{"<4>2026-11-21T23:40:01+01:00 web1 kernel: x", false},
		{"<38>2026-11-21T23:40:01+01:00 web1 kernel: x", true},
		{"<4>1 2026-11-21T23:40:00Z web1 app 7 - - x", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app 7 - - x", true},
		{"<4>1 2026-11-21T23:40:00Z web1 app - - - x\ty\n", true},
		{"<4>1 2026-11-21T23:40:00Z web1 app - - -  x", true},
		{"<4>1 2026-11-21T23:40:00Z web1 app - - -  ", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app 7 ID - x", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app 7 - [a b=\"c\"] x", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app 7 - - \ufeffx", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app 7 - - ", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app[7]: x", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app: x - - - y", false},
		{"<4>1 2026-11-21T23:40:00Z - app 7 - - x", false},
		{"<4>1 2026-11-21T23:40:00Z web1 - 7 - - x", false},
		{"<4>1 2026-11-21T23:40:00Z web1 app x7 - - x", false},
		{"<4>1 - web1 app 7 - - x", false},
		{"<4>1 Nov 21 23:40:00 web1 app 7 - - x", false},
		{"<4>2026-11-21T23:40:00Z web1 app 7 - - x", false},
		{"<4>2026-11-21T23:40:00Z web1 app: x", true}, // the time is known from a line of RFC 5424
		{"<4>Nov 21 23:40:00", false},
		{"", false},
	} {
		if got := agrees(t, &r, []byte(test.line)); got != test.plain {
			t.Errorf("%q is plain: %v", test.line, got)
		}
		r.read(new(header), []byte(test.line))
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("web1 sshd[7]: x", "web1 sshd: x")
	f.Add("23:59:59 sshd[7]: x", "24:00:00 sshd: x")
	f.Add("web1 sshd 7 - - x\ty", "web1 sshd - - - \ufeffx")
	f.Add("2026 web1 su: Nov  1 22:14:13 web1 app[1]: x", "web1 ssh[7]: x")
	f.Add("last message: repeated\x00\n", "last message repeated 7 times")
	f.Add("1.2 a: <5>Nov  1 22:14:13 h b: c", "1.2 a[1]: <5>Nov  1 22:14:13 h b: c")
	f.Fuzz(func(t *testing.T, rest, other string) {
		var r headerReader
		r.read(new(header), []byte("<13>Nov 21 23:40:00 web1 sshd[7]: x"))
		r.read(new(header), []byte("<13>2026-11-21T23:40:00.654321+01:00 web1 sshd[7]: x"))
		for _, rest := range []string{rest, other, rest} { // what is known of the one must not show in the other
			agrees(t, &r, []byte("<38>Nov 21 23:40:00 "+rest))
			agrees(t, &r, []byte(rest))
			agrees(t, &r, []byte("<38>Nov 21 "+rest))
			agrees(t, &r, []byte("<38>2026-11-21T23:40:00.123456+01:00 "+rest))
			agrees(t, &r, []byte("<38>1 2026-11-21T23:40:00.123456+01:00 "+rest))
		}
	})
}

func TestIsClock(t *testing.T) {
	valid := regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$`)
	for _, text := range []string{"00:00:00", "19:59:59", "23:59:59", "06:30:07"} {
		for i := range text {
			for c := range 256 {
				b := []byte(text)
				b[i] = byte(c)
				if got, want := isClock(binary.LittleEndian.Uint64(b)), valid.Match(b); got != want {
					t.Errorf("%q: %v", b, got)
				}
			}
		}
	}
}
