package shipper

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/framing"
)

// discard is a spool that costs nothing.
type discard struct{}

func (discard) Append(context.Context, string, *event.Batch) error { return nil }

// cpuTime is the CPU time of this process so far: on a busy machine it says more than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkIntake is a line's way from the bytes of a read to file buffer and batch: framing, header, routes, format,
// copies, and the writing of files. ns/op and cpu-ns/op are for one line.
func BenchmarkIntake(b *testing.B) {
	line := "Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2"
	var hosts []string // of a relay
	for i := range 50 {
		hosts = append(hosts, fmt.Sprintf("<38>Nov 21 23:40:00 login-%02d sshd[%d]: Connection closed by 192.0.2.17 [preauth]", i*7%50, 12345+i))
	}
	for _, bench := range []struct {
		name  string
		lines []string
	}{
		{"one file", []string{"<30>" + line}},
		{"auth, two files", []string{"<38>" + line}},
		{"facilities mixed", []string{"<30>" + line, "<38>" + line, "<6>" + line}},
		{"hosts mixed", hosts},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var data []byte
			lines := 0
			for len(data) < 64<<10-200 {
				data = append(append(data, bench.lines[lines%len(bench.lines)]...), '\n')
				lines++
			}
			benchmarkIntake(b, data, lines)
		})
	}
}

func benchmarkIntake(b *testing.B, data []byte, lines int) {
	s, stop := startIntake(b, b.TempDir(), testConfig(), discard{}, time.Now)
	l := newListenerBase(&ListenerConfig{MaxMessage: DefaultMaxMessage}, s.intake, s.log)
	from := s.intake.session(event.Origin{Peer: netip.MustParseAddrPort("192.0.2.1:1"), Transport: event.TCP}, &l.stats)
	cutter := framing.New(int(DefaultMaxMessage))
	buf := &buffer{data: bytes.Clone(data), run: s.intake.newRun()}
	pass := func() {
		buf.start, buf.end = 0, len(data)
		l.cut(from, &cutter, buf)
	}
	for range 20 {
		pass()
	}
	b.ReportAllocs()
	b.ResetTimer()
	start := cpuTime()
	for n := 0; n < b.N; n += lines {
		pass()
	}
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-start)/float64(max(b.N, lines)), "cpu-ns/op")
	stop()
	if got := l.stats.lines.Load(); got == 0 || l.stats.unrouted.Load() > 0 {
		b.Fatal(fmt.Sprint("lines: ", got))
	}
}

// BenchmarkIntakeSenders is the same where a line is followed by one of another sender, each with files of its own, as it
// is with datagrams of a fleet, and with connections of which each says little.
func BenchmarkIntakeSenders(b *testing.B) {
	const senders = 1000
	line := "Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2"
	messages := [][]byte{[]byte("<38>" + line), []byte("<30>" + line), []byte("<78>" + line)}
	s, stop := startIntake(b, b.TempDir(), testConfig(), discard{}, time.Now)
	l := newListenerBase(&ListenerConfig{MaxMessage: DefaultMaxMessage}, s.intake, s.log)
	var from []*session
	for i := range senders {
		peer := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1)
		from = append(from, s.intake.session(event.Origin{Peer: peer, Transport: event.UDP}, &l.stats))
	}
	r := s.intake.newRun()
	pass := func(n int) {
		r.add(messages[n/senders%len(messages)], false)
		r.deliver(from[n%senders])
	}
	for n := range senders * len(messages) {
		pass(n)
	}
	b.ReportAllocs()
	b.ResetTimer()
	start := cpuTime()
	for n := range b.N {
		pass(n)
	}
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
	stop()
}
