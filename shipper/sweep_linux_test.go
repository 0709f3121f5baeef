package shipper

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// parked is how many connections of the first listener the sweeper has.
func (r *receiver) parked() (n int) {
	w := r.listeners[0].listener.(*tcpListener).quiet
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.parked {
		if c != nil {
			n++
		}
	}
	return n
}

func (r *receiver) wantParked(n int) {
	r.t.Helper()
	testbed.Eventually(r.t, inTime, func() bool { return r.parked() == n }, "connections parked")
}

// startSwept runs a receiver whose first listener has a sweeper; dial connects to it.
func startSwept(t *testing.T, scheme string) (r *receiver, dial func() net.Conn) {
	if scheme == "tcp" {
		r = start(t, one)
		return r, func() net.Conn { return r.dial(0) }
	}
	cert, key := testbed.NewPKI(t).Issue(t, "127.0.0.1")
	r = start(t, func(c *Config) {
		one(c)
		c.Listeners = []ListenerConfig{{Listen: "tls://127.0.0.1:0", TLS: &tlsserver.Config{Certificate: cert, Key: key}}}
	})
	return r, func() net.Conn {
		c := tls.Client(r.dial(0), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the test of the server
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		return c
	}
}

func eachSwept(t *testing.T, test func(t *testing.T, r *receiver, dial func() net.Conn)) {
	for _, scheme := range []string{"tcp", "tls"} {
		t.Run(scheme, func(t *testing.T) {
			r, dial := startSwept(t, scheme)
			test(t, r, dial)
		})
	}
}

// Connections that are busy by turns, and stop in the middle of a line, keep their lines in order.
func TestConnectionsAreParkedWhileTheyAreQuiet(t *testing.T) {
	eachSwept(t, testConnectionsAreParked)
}

func testConnectionsAreParked(t *testing.T, r *receiver, dial func() net.Conn) {
	const connections, rounds, lines = 5, 4, 2000
	var open []net.Conn
	for range connections {
		open = append(open, dial())
	}
	r.wantParked(connections)
	want, sent := make([][]string, connections), 0
	for range rounds {
		for i, c := range open {
			var text strings.Builder
			if n := len(want[i]); n > 0 {
				text.WriteString(want[i][n-1][4:] + "\n") // the rest of the line before
			}
			for range lines {
				want[i] = append(want[i], fmt.Sprintf("<13>%d of %d %s", len(want[i]), i, strings.Repeat("x", 30)))
				text.WriteString(want[i][len(want[i])-1] + "\n")
			}
			want[i] = append(want[i], fmt.Sprintf("<13>%d of %d", len(want[i]), i))
			text.WriteString("<13>")
			r.send(c, text.String())
			sent = len(want[i]) - 1
		}
		r.received(connections * sent)
		r.wantParked(connections)
	}
	for i, c := range open {
		r.send(c, want[i][sent][4:]) // has no end
		c.Close()
	}
	r.received(connections * len(want[0]))
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].Connections == 0 && r.parked() == 0 }, "connections to end")
	r.stop()
	got := map[string][]string{}
	for _, m := range r.spool.messages("all") {
		from := strings.Fields(m)[2]
		got[from] = append(got[from], m)
	}
	for i := range want {
		if g := got[fmt.Sprint(i)]; strings.Join(g, "\n") != strings.Join(want[i], "\n") {
			t.Errorf("connection %d: %d lines, want %d in their order", i, len(g), len(want[i]))
		}
	}
}

// What has arrived on parked connections at a stop is received.
func TestStopDrainsParkedConnections(t *testing.T) {
	eachSwept(t, testStopDrains)
}

func testStopDrains(t *testing.T, r *receiver, dial func() net.Conn) {
	const connections = 50
	var want []string
	for i := range connections {
		c := dial()
		want = append(want, fmt.Sprintf("<13>%d", i), fmt.Sprintf("<13>unfinished %d", i))
		r.send(c, fmt.Sprintf("<13>%d\n<13>unfinished %d", i, i))
	}
	r.received(1)
	r.wantParked(connections)
	r.stop()
	r.want("all", want...)
	if n := r.Stats().Listeners[0].Connections; n != 0 {
		t.Errorf("%d connections are counted after the stop", n)
	}
}

// A sender whose connections are all busy at once: those beyond the buffers there are stay with the sweeper.
func TestMoreBusyConnectionsThanBuffers(t *testing.T) {
	eachSwept(t, testMoreBusyThanBuffers)
}

func testMoreBusyThanBuffers(t *testing.T, r *receiver, dial func() net.Conn) {
	const connections, lines = 20, 150
	pool := r.listeners[0].listener.(*tcpListener).pool
	pool.busy.Add(maxBusy - 3)
	text := strings.Repeat("<13>"+strings.Repeat("y", 995)+"\n", lines)
	done := make(chan struct{})
	for range connections {
		c := dial()
		go func() { _, _ = c.Write([]byte(text)); done <- struct{}{} }()
	}
	for range connections {
		<-done
	}
	r.received(connections * lines)
	pool.busy.Add(3 - maxBusy)
	r.wantParked(connections)
}

// Connections whose lines wait for their lane leave the sweeper, with what was read of others after them; these go on.
func TestConnectionsOfAStuckLaneLeaveTheSweeper(t *testing.T) {
	const connections, lines = 20, 30
	spool := &stuckSpool{lane: "stuck", until: make(chan struct{})}
	cfg := testConfig()
	cfg.Batch.Lines = 1
	cfg.Routes = []RouteConfig{{Lane: "stuck", ProgramEquals: []string{"stuck"}}, {Lane: "all"}}
	r := startSpool(t, cfg, spool)
	for _, l := range r.intake.lanes {
		l.mu.Lock()
		l.patience = inTime
		l.mu.Unlock()
	}
	var stuck, good []net.Conn
	for range connections {
		stuck, good = append(stuck, r.dial(0)), append(good, r.dial(0))
	}
	r.wantParked(2 * connections)
	send := func(to []net.Conn, program string, line int) {
		for i, c := range to {
			r.send(c, fmt.Sprintf("<13>Nov 21 23:40:00 web1 %s: line %d of %d\n", program, line, i))
		}
	}
	arrived := func(lane string, n int) {
		t.Helper()
		testbed.Eventually(t, inTime, func() bool { return len(spool.messages(lane)) == n }, "lines of ", lane)
	}
	for line := range lines {
		send(stuck, "stuck", line)
		send(good, "good", line)
		arrived("all", connections*(line+1))
	}
	r.wantParked(connections)
	close(spool.until)
	arrived("stuck", connections*lines)
	r.wantParked(2 * connections)
	next := map[string]int{}
	for _, m := range append(spool.messages("stuck"), spool.messages("all")...) {
		w := strings.Fields(m)
		if from := w[4] + w[8]; w[6] != fmt.Sprint(next[from]) {
			t.Errorf("%q, want line %d", m, next[from])
		} else {
			next[from]++
		}
	}
}
