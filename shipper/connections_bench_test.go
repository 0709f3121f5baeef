package shipper

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/cputime"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// BenchmarkConnections receives lines over a number of connections to files. cpu-ns/op is for one line, with what its
// sender costs, which is in this process too: the text is made beforehand, and written in pieces.
func BenchmarkConnections(b *testing.B) {
	for _, bench := range []struct {
		scheme      string
		connections int
	}{{"tcp", 4}, {"tls", 4}, {"tcp", 50}, {"tcp", 5000}} {
		b.Run(fmt.Sprintf("%s %d", bench.scheme, bench.connections), func(b *testing.B) {
			benchmarkConnections(b, bench.scheme, bench.connections)
		})
	}
}

func benchmarkConnections(b *testing.B, scheme string, connections int) {
	const lines, perWrite = 100_000, 20 // in one iteration, and in each write of it
	pki := testbed.NewPKI(b)
	cert, key := pki.Issue(b, "127.0.0.1")
	cfg := testConfig()
	one(&cfg)
	cfg.Routes[0].Lane = ""
	cfg.Listeners = []ListenerConfig{{Listen: scheme + "://127.0.0.1:0"}}
	if scheme == "tls" {
		cfg.Listeners[0].TLS = &tlsserver.Config{Certificate: cert, Key: key, MinVersion: "1.3"}
	}
	r := startSpool(b, cfg, discard{})
	var open []net.Conn
	for range connections {
		c := r.dial(0)
		if scheme == "tls" {
			c = tls.Client(c, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the test of the server
		}
		open = append(open, c)
	}
	line := "<38>Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2\n"
	piece := []byte(strings.Repeat(line, perWrite))
	sent := uint64(0)
	pass := func() {
		var senders sync.WaitGroup
		for i := range 4 {
			senders.Go(func() {
				for range lines / perWrite / connections {
					for at := i; at < len(open); at += 4 {
						_, _ = open[at].Write(piece)
					}
				}
			})
		}
		senders.Wait()
		sent += uint64(lines)
		testbed.Eventually(b, time.Minute, func() bool { return r.Stats().Listeners[0].Lines >= sent }, "all lines")
	}
	pass()
	defer cputime.Measure(b, lines)()
	for b.Loop() {
		pass()
	}
}
