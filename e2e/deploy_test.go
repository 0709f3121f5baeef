package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// snippet is a file of deploy/rsyslog.
type snippet struct {
	file   string
	part   string // of the testbed, beside rsyslogd
	listen string
	queued bool // keeps what the receiver can't take
}

var snippets = []snippet{
	{"udp.conf", "", "udp", false},
	{"tcp.conf", "", "tcp", true},
	{"tcp-legacy.conf", "", "tcp", true},
	{"tls-gtls.conf", "rsyslog/lmnsd_gtls", "tls", true},
	{"tls-gtls-legacy.conf", "rsyslog/lmnsd_gtls", "tls", true},
	{"tls-ossl.conf", "rsyslog/lmnsd_ossl", "tls", true},
	{"tls-ossl-legacy.conf", "rsyslog/lmnsd_ossl", "tls", true},
	{"relp.conf", "rsyslog/omrelp", "relp", true},
	{"relp-tls.conf", "rsyslog/omrelp", "relps", true},
}

// site is a receiver and a host that forwards to it as a snippet says, and keeps a local file.
type site struct {
	t      *testing.T
	config string
	data   string
	port   string
	sender *testbed.Rsyslogd
}

// newSite starts the host; its receiver is still away. edits change what is in the snippet, in pairs.
func newSite(t *testing.T, s snippet, edits ...string) *site {
	t.Helper()
	if s.part != "" {
		testbed.Need(t, s.part)
	}
	text, err := os.ReadFile(filepath.Join("..", "deploy", "rsyslog", s.file))
	if err != nil {
		t.Fatal(err)
	}
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	own, ownKey := pki.Issue(t, "web1.grid.example.org")
	e := &site{t: t, data: t.TempDir(), port: fmt.Sprint(testbed.FreePort(t))}
	section := ""
	if s.listen == "tls" || s.listen == "relps" {
		section = fmt.Sprintf(", tls: {certificate: %q, key: %q, ca: [%q], permitted_peers: [\"*.grid.example.org\"]}", cert, key, pki.CA)
	}
	e.config = writeConfig(t, fmt.Sprintf("data: %q\nlisteners: [{listen: \"%s://127.0.0.1:%s\"%s}]\nroutes: [{files: [all]}]\n", e.data, s.listen, e.port, section))
	conf := strings.NewReplacer(append(edits, "logs.example.org", "127.0.0.1",
		`"5514"`, `"`+e.port+`"`, ":5514", ":"+e.port, `"6514"`, `"`+e.port+`"`, ":6514", ":"+e.port, `"2514"`, `"`+e.port+`"`, `"2515"`, `"`+e.port+`"`,
		"/etc/rsyslog.d/ca.pem", pki.CA, "/etc/rsyslog.d/cert.pem", own, "/etc/rsyslog.d/key.pem", ownKey,
		`resumeInterval="5"`, `resumeInterval="1"`, "ResumeInterval 5", "ResumeInterval 1")...).Replace(string(text))
	e.sender = testbed.StartRsyslogd(t, conf+"\naction(type=\"omfile\" file=\"{dir}/local\")\n")
	return e
}

func (e *site) receive() *process { return start(e.t, "ship", "--config", e.config) }

// log logs the numbers from first to last on the host.
func (e *site) log(first, last int) {
	for n := first; n <= last; n++ {
		e.sender.Log(fmt.Sprintf("<86>sshd[7]: Accepted password n=%07d %s", n, strings.Repeat("x", 200)))
	}
}

// numbers are those in a file, with how often.
func (e *site) numbers(file string) map[int]int {
	text, _ := os.ReadFile(file)
	found := map[int]int{}
	for _, m := range number.FindAllStringSubmatch(string(text), -1) {
		var n int
		_, _ = fmt.Sscanf(m[1], "%d", &n)
		found[n]++
	}
	return found
}

func (e *site) await(what, file string, n int) {
	e.t.Helper()
	testbed.Eventually(e.t, time.Minute, func() bool { return len(e.numbers(file)) >= n }, what, e.sender.Output())
}

func (e *site) received() string { return filepath.Join(e.data, "all") }
func (e *site) local() string    { return filepath.Join(e.sender.Dir, "local") }

// Each client snippet gets lines through; those with a queue lose none while the receiver is away, but for the first
// that plain TCP and TLS take for sent.
func TestClientSnippets(t *testing.T) {
	for _, s := range snippets {
		t.Run(s.file, func(t *testing.T) {
			t.Parallel()
			e := newSite(t, s)
			p := e.receive()
			e.log(0, 99)
			e.await("the lines", e.received(), 100)
			if err := p.stop(); err != nil {
				t.Errorf("exit: %v", err)
			}
			if !s.queued {
				e.log(100, 199)
				e.await("local lines while the receiver is away", e.local(), 200)
				return
			}
			e.log(100, 100) // the one that finds out that the receiver is away
			time.Sleep(200 * time.Millisecond)
			e.log(101, 499)
			e.await("local lines while the receiver is away", e.local(), 500)
			e.receive()
			testbed.Eventually(t, time.Minute, func() bool {
				got := e.numbers(e.received())
				for n := 101; n < 500; n++ {
					if got[n] == 0 {
						return false
					}
				}
				return true
			}, "what was logged while the receiver was away", e.sender.Output())
		})
	}
}

// A full queue costs lines of the queue, never the host: its local file goes on.
func TestFullClientQueueDoesNotHoldUpTheHost(t *testing.T) {
	for _, s := range snippets {
		if !s.queued {
			continue
		}
		t.Run(s.file, func(t *testing.T) {
			t.Parallel()
			const lines = 3000
			e := newSite(t, s, `queue.size="50000"`, `queue.size="1000"`, "QueueSize 50000", "QueueSize 1000",
				`maxDiskSpace="1g"`, `maxDiskSpace="64k"`, "MaxDiskSpace 1g", "MaxDiskSpace 64k")
			l, err := net.Listen("tcp", "127.0.0.1:"+e.port) // takes connections, and never reads
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			done := make(chan struct{})
			go func() { defer close(done); e.log(0, lines-1) }()
			e.await("local lines with the queue full", e.local(), lines)
			<-done
			if n := len(e.numbers(e.local())); n != lines {
				t.Errorf("%d local lines", n)
			}
		})
	}
}
