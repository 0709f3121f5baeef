package shipper

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/cputime"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// BenchmarkConnections receives lines over a number of connections, which take turns, to files. The sender is another
// process: cpu-ns/op is what the receiver takes for one line. However many connections there are, the lines come in as
// many writes, and as fast. A line that comes alone costs the kernel a packet and us a read at least: of 5,000
// connections most come so, of 50 a few lines of each can wait for a read.
func BenchmarkConnections(b *testing.B) {
	const pace = 50_000
	for _, s := range []lineSender{
		{Scheme: "tcp", Connections: 4, PerWrite: 20},
		{Scheme: "tls", Connections: 4, PerWrite: 20},
		{Scheme: "tcp", Connections: 50, PerWrite: 20},
		{Scheme: "tcp", Connections: 5000, PerWrite: 20},
		{Scheme: "tcp", Connections: 50, PerWrite: 20, PerSecond: pace},
		{Scheme: "tcp", Connections: 5000, PerWrite: 20, PerSecond: pace},
		{Scheme: "tcp", Connections: 50, PerWrite: 1, PerSecond: pace},
		{Scheme: "tcp", Connections: 5000, PerWrite: 1, PerSecond: pace},
		{Scheme: "tls", Connections: 50, PerWrite: 1, PerSecond: pace},
		{Scheme: "tls", Connections: 1000, PerWrite: 1, PerSecond: pace},
	} {
		rate := "full speed"
		if s.PerSecond > 0 {
			rate = fmt.Sprintf("%d a second", s.PerSecond)
		}
		b.Run(fmt.Sprintf("%s %d connections, %d lines a write, %s", s.Scheme, s.Connections, s.PerWrite, rate), s.benchmark)
	}
}

// lineSender is a process that sends lines.
type lineSender struct {
	Scheme, Address string
	Connections     int
	PerWrite        int // lines
	PerSecond       int // lines; 0: as fast as can be
}

const linesPerPass = 100_000

func (s lineSender) benchmark(b *testing.B) {
	pki := testbed.NewPKI(b)
	cert, key := pki.Issue(b, "127.0.0.1")
	cfg := testConfig()
	one(&cfg)
	cfg.Routes[0].Lane = ""
	cfg.Listeners = []ListenerConfig{{Listen: s.Scheme + "://127.0.0.1:0"}}
	if s.Scheme == "tls" {
		cfg.Listeners[0].TLS = &tlsserver.Config{Certificate: cert, Key: key, MinVersion: "1.3"}
	}
	r := startSpool(b, cfg, discard{})
	s.Address = r.Addrs()[0].String()
	pass := s.start(b)
	sent := uint64(0)
	receive := func() {
		pass()
		sent += linesPerPass
		testbed.Eventually(b, inTime, func() bool { return r.Stats().Listeners[0].Lines >= sent }, "all lines")
	}
	receive()
	defer cputime.Measure(b, linesPerPass)()
	for b.Loop() {
		receive()
	}
}

// senderEnv has the test binary be a lineSender.
const senderEnv = "MILLRACE_TEST_SENDER"

// start starts the process, and returns what has it send once; then all is written.
func (s lineSender) start(b *testing.B) (pass func()) {
	b.Helper()
	text, _ := json.Marshal(s)
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), senderEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	to, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = to.Close()
		_ = cmd.Wait()
	})
	answers := bufio.NewScanner(from)
	return func() {
		b.Helper()
		_, _ = io.WriteString(to, "go\n")
		if !answers.Scan() {
			b.Fatal("the sender has ended")
		}
	}
}

// sendIfAsked is the sender's main function: it sends once for each line it is told, and reports whether it was one.
func sendIfAsked() bool {
	text, ok := os.LookupEnv(senderEnv)
	if !ok {
		return false
	}
	var s lineSender
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		panic(err)
	}
	var open []net.Conn
	for range s.Connections {
		c, err := net.Dial("tcp", s.Address)
		if err != nil {
			panic(err)
		}
		if s.Scheme == "tls" {
			c = tls.Client(c, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the test of the server
		}
		open = append(open, c)
	}
	for told := bufio.NewScanner(os.Stdin); told.Scan(); {
		s.pass(open)
		fmt.Println("sent")
	}
	return true
}

// pass sends linesPerPass lines, the connections taking turns.
func (s lineSender) pass(open []net.Conn) {
	line := "<38>Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2\n"
	piece := []byte(strings.Repeat(line, s.PerWrite))
	writes, begin := linesPerPass/s.PerWrite, time.Now()
	const senders = 2
	var running sync.WaitGroup
	for i := range senders {
		running.Go(func() {
			for n := i; n < writes; n += senders {
				if s.PerSecond > 0 {
					if early := time.Duration(n*s.PerWrite)*time.Second/time.Duration(s.PerSecond) - time.Since(begin); early > 0 {
						time.Sleep(max(early, time.Millisecond))
					}
				}
				_, _ = open[n%len(open)].Write(piece)
			}
		})
	}
	running.Wait()
}
