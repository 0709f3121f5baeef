package shipper

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// asSent are lines in many of the forms that senders write.
var asSent = []string{
	"<38>Nov 21 23:40:00 web1 sshd[7]: Accepted publickey for anna from 192.0.2.9 port 5000 ssh2",
	"<38>Nov  1 03:04:05 web1 sshd[7]: day of one digit",
	"<4>Nov 21 23:40:00 web1 kernel: [12.5] eth0: link down",
	"<4>Nov 21 23:40:00 web1 kernel:no space",
	"<30>Nov 21 23:40:00 web1 su:  two spaces",
	"<30>Nov 21 23:40:00 web1 app: tab\there, escape \x1b[31m, bell \a, delete \x7f, NUL in \x00 the middle",
	"<30>Nov 21 23:40:00 web1 app: Grüße, \xe4 in Latin-1",
	"<30>Nov 21 23:40:00 web1 app: carriage return\r",
	"<30>Nov 21 23:40:00 192.0.2.7 app[pool]: host by address",
	"<30>Nov 21 23:40:00 web-1.example.org /usr/sbin/cron[12]: (root) CMD (true)",
	"<30>2026-11-01T23:40:00+01:00 web1 app[1]: ISO time",
	"<30>2026-11-21T23:40:00.123456Z web1 app[1]: ISO time with fraction",
	"<165>1 2026-11-21T22:14:15.003Z web1 evntslog 12 ID47 [a@32473 b=\"c\"] RFC 5424",
	"<165>1 2026-11-01T22:14:15+05:00 web1 evntslog - - - RFC 5424 without more",
	"<165>1 2026-11-21T22:14:15.003Z web1 sshd 12 - -  RFC 5424 as rsyslog sends it",
	"<165>1 2026-11-21T22:14:16.003Z web1 sshd 12 - -  RFC 5424 as rsyslog sends it",
	"<165>1 2026-11-21T22:14:15.003Z web1 sshd - - -   two spaces",
	"<30>Nov 21 23:40:00 web1 app: ",
	"<30>Nov 21 23:40:00 web1 app:",
}

// TestTraditionalFormatIsRsyslogs sends the same lines to rsyslogd and to the receiver.
func TestTraditionalFormatIsRsyslogs(t *testing.T) {
	compareFiles(t, asSent)
}

func TestTraditionalFormatIsRsyslogsOnRealLogs(t *testing.T) {
	for _, name := range []string{"openssh-2k.log", "linux-2k.log", "auth-7k.log", "auth-ec2-10k.log"} {
		t.Run(name, func(t *testing.T) { compareFiles(t, corpus(t, name)) })
	}
}

// corpus returns the lines of a log, each with a priority.
func corpus(t *testing.T, name string) (lines []string) {
	t.Helper()
	f, err := os.Open(testbed.Corpus(t, "logs/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if line := strings.TrimRight(s.Text(), "\r"); len(line) > 20 { // the last one of a log may be torn within its header
			lines = append(lines, "<38>"+line)
		}
	}
	return lines
}

func compareFiles(t *testing.T, lines []string) {
	t.Helper()
	port := testbed.FreePort(t)
	reference := testbed.StartRsyslogd(t, fmt.Sprintf(`module(load="imptcp")
input(type="imptcp" address="127.0.0.1" port="%d" ruleset="file")
ruleset(name="file") { action(type="omfile" file="{dir}/out" template="RSYSLOG_TraditionalFileFormat") }
`, port))
	r := start(t, one)
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ours := r.dial(0)
	for _, line := range lines {
		r.send(c, line+"\n")
		r.send(ours, line+"\n")
	}
	r.received(len(lines))
	r.stop()
	path := filepath.Join(reference.Dir, "out")
	testbed.Eventually(t, inTime, func() bool {
		b, _ := os.ReadFile(path)
		return strings.Count(string(b), "\n") >= len(lines)
	}, "rsyslogd to write its file")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, got := strings.SplitAfter(string(b), "\n"), strings.SplitAfter(r.files()["tcp"], "\n")
	if len(want) != len(got) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	differ := 0
	for i := range want {
		if want[i] != got[i] {
			if differ++; differ <= 10 {
				t.Errorf("line %d\n     %q\n got %q\nwant %q", i, lines[min(i, len(lines)-1)], got[i], want[i])
			}
		}
	}
	if differ > 10 {
		t.Errorf("%d lines differ", differ)
	}
}

// TestRsyslogForwards has rsyslogd forward in each way; what arrives is compared with a copy that it writes.
func TestRsyslogForwards(t *testing.T) {
	for _, test := range []struct{ name, network, template, framing string }{
		{"tcp, lines", "tcp", "RSYSLOG_TraditionalForwardFormat", "traditional"},
		{"tcp, octets", "tcp", "RSYSLOG_TraditionalForwardFormat", "octet-counted"},
		{"tcp, ISO time", "tcp", "RSYSLOG_ForwardFormat", "traditional"},
		{"tcp, RFC 5424, octets", "tcp", "RSYSLOG_SyslogProtocol23Format", "octet-counted"},
		{"udp", "udp", "RSYSLOG_TraditionalForwardFormat", "traditional"},
		{"udp, RFC 5424", "udp", "RSYSLOG_SyslogProtocol23Format", "traditional"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := start(t, one)
			addrs := r.Addrs()
			port := addrs[0].(*net.TCPAddr).Port
			if test.network == "udp" {
				port = addrs[1].(*net.UDPAddr).Port
			}
			sender := testbed.StartRsyslogd(t, fmt.Sprintf(`
if $syslogtag contains "test" then {
	action(type="omfwd" target="127.0.0.1" port="%d" protocol="%s" template="%s" TCP_Framing="%s")
	action(type="omfile" file="{dir}/copy" template="%s")
}
`, port, test.network, test.template, test.framing, test.template))
			var lines []string
			for i := range 300 {
				lines = append(lines, fmt.Sprintf("<%d>Nov 21 23:40:00 test[%d]: message %d, tab\tand Grüße", 8*(i%24)+i%8, i, i))
			}
			sender.Log(lines...)
			r.received(len(lines))
			r.stop()
			sender.Stop()
			b, err := os.ReadFile(filepath.Join(sender.Dir, "copy"))
			if err != nil {
				t.Fatal(err)
			}
			got, want := r.spool.messages("all"), messages(string(b))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%d messages, want %d; the first are\n got %q\nwant %q", len(got), len(want), got[:min(len(got), 3)], want[:min(len(want), 3)])
			}
		})
	}
}

// messages takes apart what omfile wrote: most templates for forwarding have no newline at their end.
func messages(text string) (all []string) {
	const end = "Grüße"
	for {
		i := strings.Index(text, end)
		if i < 0 {
			slices.Sort(all)
			return all
		}
		i += len(end)
		if strings.HasPrefix(text[i:], "\n") { // a template's own newline is a part of the frame
			i++
		}
		all, text = append(all, text[:i]), text[i:]
	}
}
