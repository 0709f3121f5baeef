package shipper

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/cputime"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// connectionShapes are ways in which lines come in over connections, which take turns.
var connectionShapes = []lineSender{
	{Scheme: "tcp", Connections: 4, PerWrite: 20},
	{Scheme: "tls", Connections: 4, PerWrite: 20},
	{Scheme: "tcp", Connections: 50, PerWrite: 20},
	{Scheme: "tcp", Connections: 5000, PerWrite: 20},
	{Scheme: "tcp", Connections: 50, PerWrite: 20, PerSecond: 50_000},
	{Scheme: "tcp", Connections: 5000, PerWrite: 20, PerSecond: 50_000},
	{Scheme: "tcp", Connections: 50, PerWrite: 1, PerSecond: 50_000},
	{Scheme: "tcp", Connections: 5000, PerWrite: 1, PerSecond: 50_000},
	{Scheme: "tcp", Connections: 50, PerWrite: 1, PerSecond: 500}, // ten lines a second each, as 5,000 have above
	{Scheme: "tcp", Connections: 50, PerWrite: 1, PerSecond: 50_000, Hosts: true},
	{Scheme: "tcp", Connections: 5000, PerWrite: 1, PerSecond: 50_000, Hosts: true},
	{Scheme: "tls", Connections: 50, PerWrite: 1, PerSecond: 50_000},
	{Scheme: "tls", Connections: 1000, PerWrite: 1, PerSecond: 50_000},
}

// BenchmarkConnections receives lines over a number of connections, which take turns, to files. The sender is another
// process: cpu-ns/op is what the receiver takes for one line. However many connections there are, the lines come in as
// many writes, and as fast.
//
// A line that comes alone costs the kernel a packet and us a read at least. Where 50 connections have 1,000 lines a
// second each, ten of one wait for a read; where 5,000 have ten each, every line is a read of its own, unless lines
// were left in the kernel for longer than 100 ms. BenchmarkConnectionsFloor says what of that is the kernel's. With ten
// lines a second each, as in a fleet, 50 connections cost more for each line than 5,000.
func BenchmarkConnections(b *testing.B) {
	for _, s := range connectionShapes {
		b.Run(s.String(), func(b *testing.B) {
			pki := testbed.NewPKI(b)
			cert, key := pki.Issue(b, "127.0.0.1")
			cfg := DefaultConfig()
			if !s.Hosts {
				cfg.Routes = []RouteConfig{{Files: []string{"{listener}"}}}
			}
			cfg.Listeners = []ListenerConfig{{Listen: s.Scheme + "://127.0.0.1:0"}}
			if s.Scheme == "tls" {
				cfg.Listeners[0].TLS = &tlsserver.Config{Certificate: cert, Key: key, MinVersion: "1.3"}
			}
			r := startSpool(b, cfg, discard{})
			s.benchmark(b, r.Addrs()[0], func() uint64 { return r.Stats().Listeners[0].Lines })
		})
	}
}

// lineSender is a process that sends lines.
type lineSender struct {
	Scheme, Address string
	Connections     int
	PerWrite        int  // lines
	PerSecond       int  // lines; 0: as fast as can be
	Hosts           bool // each connection has an address of its own, and by the default routes a file
}

func (s lineSender) String() string {
	rate := "full speed"
	if s.PerSecond > 0 {
		rate = fmt.Sprintf("%d a second", s.PerSecond)
	}
	from := "connections"
	if s.Hosts {
		from = "hosts"
	}
	return fmt.Sprintf("%s %d %s, %d lines a write, %s", s.Scheme, s.Connections, from, s.PerWrite, rate)
}

// perPass is how many lines are sent in one go: for two seconds, or enough to be at full speed for most of the time.
func (s lineSender) perPass() int {
	if s.PerSecond > 0 {
		return 2 * s.PerSecond
	}
	return 1_000_000
}

// benchmark measures this process while it receives; lines is how many it has received so far.
func (s lineSender) benchmark(b *testing.B, to net.Addr, lines func() uint64) {
	s.Address = to.String()
	sender, sent := testbed.Again(b, senderRole, s), uint64(0)
	receive := func() {
		sender.Ask(b, []byte("go"))
		sent += uint64(s.perPass())
		testbed.Eventually(b, inTime, func() bool { return lines() >= sent }, "all lines")
	}
	receive()
	defer cputime.Measure(b, s.perPass())()
	for b.Loop() {
		receive()
	}
}

// senderRole is the test binary's as a lineSender.
const senderRole = "SENDER"

// sendIfAsked is the sender's main function: it sends once for each line it is told, and reports whether it was one.
func sendIfAsked() bool {
	var s lineSender
	if !testbed.Plays(senderRole, &s) {
		return false
	}
	var open []net.Conn
	for i := range s.Connections {
		var d net.Dialer
		if s.Hosts {
			d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 1, byte(i>>8), byte(i))}
		}
		c, err := d.Dial("tcp", s.Address)
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

// pass sends all lines of a pass, the connections taking turns.
func (s lineSender) pass(open []net.Conn) {
	line := "<38>Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2\n"
	piece := []byte(strings.Repeat(line, s.PerWrite))
	writes, begin := s.perPass()/s.PerWrite, time.Now()
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
