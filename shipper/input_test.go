package shipper

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

// one sends everything to one lane.
func one(c *Config) {
	c.Routes = []RouteConfig{{Lane: "all", Files: []string{"{listener}"}}}
}

func TestBadInputIsKept(t *testing.T) {
	r := start(t, one)
	binary := "<13>\x00\x01\n\x1b[31m\xff\xfe\r\n\t"
	word := "<13>" + strings.Repeat("w", 40<<10)
	r.send(r.dial(0), fmt.Sprintf("%d %s", len(binary), binary)+"\n\n\r\n<13>\xff\xfe\n99999999999 <13>x\n0 <13>y\n-5 <13>z\n"+word+"\nweb1.example.org\n")
	r.want("all", binary, "\r", "<13>\xff\xfe", "99999999999 <13>x", "0 <13>y", "-5 <13>z", word, "web1.example.org")
	r.stop()
	file := r.files()["tcp"]
	if n := strings.Count(file, "\n"); n != 8 || !strings.Contains(file, "#000#001#012#033[31m\xff\xfe#015#012#011\n") {
		t.Errorf("%d lines in the file: %.300q", n, file)
	}
	if s := r.Stats(); s.Listeners[0].Empty != 2 || s.Listeners[0].Lines != 8 {
		t.Errorf("%+v", s.Listeners[0])
	}
}

func TestLongMessagesAreCutAndMarked(t *testing.T) {
	r := start(t, one)
	limit := int(DefaultMaxMessage)
	long := "<13>" + strings.Repeat("a", 1<<20)
	exact := "<13>" + strings.Repeat("b", limit-4)
	r.send(r.dial(0), long+"\n"+exact+"\n"+fmt.Sprintf("%d %s", len(long), long)+fmt.Sprintf("%d %s", limit, exact)+"<13>end\n")
	r.want("all", long[:limit], exact, long[:limit], exact, "<13>end")
	r.stop()
	b := r.spool.batch("all")
	for i := range b.Len() {
		if got := b.Lines[i].Flags&event.Truncated != 0; got != (i%2 == 0 && i < 4) {
			t.Errorf("line %d is marked as cut short: %v", i, got)
		}
	}
	if n := r.Stats().Listeners[0].Truncated; n != 2 {
		t.Errorf("%d lines counted as cut short", n)
	}
}

func TestDatagrams(t *testing.T) {
	r := start(t, one)
	u := r.dial(1)
	largest := "<13>" + strings.Repeat("x", 65507-4)
	for _, d := range []string{"", largest, "\n", "<13>ends\n", "<13>a\nb\n", "7 <13>one"} {
		r.send(u, d)
	}
	r.want("all", largest, "\n", "<13>ends\n", "<13>a\nb\n", "7 <13>one")
	if s := r.Stats(); s.Listeners[1].Empty != 1 || s.Listeners[1].Truncated != 0 {
		t.Errorf("%+v", s.Listeners[1])
	}
}

func TestDatagramsAreCutToo(t *testing.T) {
	r := start(t, func(c *Config) { one(c); c.Listeners[1].MaxMessage = 480 })
	u := r.dial(1)
	long := "<13>" + strings.Repeat("x", 600)
	r.send(u, long[:480])
	r.send(u, long[:481])
	r.want("all", long[:480], long[:480])
	if n := r.Stats().Listeners[1].Truncated; n != 1 {
		t.Errorf("%d datagrams counted as cut short", n)
	}
}

func TestManyPeersByDatagram(t *testing.T) {
	r := start(t, func(c *Config) { one(c); c.Routes[0].Files = nil })
	const peers = 50
	var want []string
	for i := range peers {
		u := r.dial(1)
		for j := range 3 {
			want = append(want, fmt.Sprintf("<13>peer %d line %d", i, j))
			r.send(u, want[len(want)-1])
		}
	}
	r.want("all", want...)
	r.stop()
	ports := map[uint16]bool{}
	b := r.spool.batch("all")
	for i := range b.Len() {
		ports[b.OriginOf(i).Peer.Port()] = true
	}
	if len(ports) != peers {
		t.Errorf("%d peers, want %d", len(ports), peers)
	}
}

// TestSendersTakeTurnsByDatagram: what is read at once of several senders is told apart, and that of each stays in order.
func TestSendersTakeTurnsByDatagram(t *testing.T) {
	r := start(t, one)
	const lines = 200
	senders := []string{"127.0.0.1", "127.0.0.2", "127.0.0.3"}
	want, conns := map[string]string{}, map[string]net.Conn{}
	for _, from := range senders {
		conns[from] = r.dialFrom(1, from)
	}
	for i := range lines {
		for _, from := range senders {
			text := fmt.Sprintf("<13>Nov 21 23:40:00 web1 app: %s line %d", from, i)
			r.send(conns[from], text)
			want[from] += text + "\n"
		}
	}
	r.received(lines * len(senders))
	r.stop()
	got := map[string]string{}
	for b, i := r.spool.batch("all"), 0; i < b.Len(); i++ {
		got[b.OriginOf(i).Peer.Addr().String()] += string(b.Message(i)) + "\n"
	}
	for from, text := range want {
		if got[from] != text {
			t.Errorf("%s sent\n%.500q, there is\n%.500q", from, text, got[from])
		}
	}
}

// TestOneSenderCostsItself has senders that say nothing, half a frame, or garbage, beside a good one.
func TestOneSenderCostsItself(t *testing.T) {
	r := start(t, one)
	r.dial(0)
	half := r.dial(0)
	r.send(half, "100 <13>half a frame")
	r.send(r.dial(0), "<13>half a line")
	garbage := r.dial(0)
	r.send(garbage, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"+strings.Repeat("\x00", 100))
	good := r.dial(0)
	r.send(good, "<13>good\n")
	r.want("all", "<13>good")
	half.Close()
	r.want("all", "<13>good", "<13>half a frame")
	r.stop()
	if n := len(r.spool.messages("all")); n != 4 { // what was there at the stop is kept
		t.Errorf("%q", r.spool.messages("all"))
	}
}

func TestSlowSendersAreUnderstood(t *testing.T) {
	r := start(t, one)
	c := r.dial(0)
	for _, b := range []byte("8 <13>slow<13>line\n10 <13>second") {
		r.send(c, string(b))
		time.Sleep(time.Millisecond) // so that reads get a byte each, more or less
	}
	r.want("all", "<13>slow", "<13>line", "<13>second")
}

func TestBusyConnectionBecomesQuietAgain(t *testing.T) {
	r := start(t, one)
	c := r.dial(0)
	var want []string
	for round := range 3 {
		for i := range 40 {
			want = append(want, fmt.Sprintf("<13>%d %d", round, i))
			r.send(c, want[len(want)-1]+"\n")
			time.Sleep(time.Millisecond)
		}
		r.want("all", want...)
		time.Sleep(3 * pause)
	}
	testbed.Eventually(t, inTime, func() bool { return r.listeners[0].listener.(*tcpListener).pool.busy.Load() == 0 }, "no busy connection")
}

func TestConnectionLimit(t *testing.T) {
	r := start(t, func(c *Config) { one(c); c.Listeners[0].MaxConnections, c.Listeners[0].MaxConnectionsPerPeer = 3, 3 })
	var open []net.Conn
	for i := range 3 {
		c := r.dial(0)
		open = append(open, c)
		r.send(c, fmt.Sprintf("<13>%d\n", i))
	}
	r.want("all", "<13>0", "<13>1", "<13>2")
	for range 5 {
		c := r.dial(0)
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a connection over the limit is not closed")
		}
	}
	if n := r.logs.FilterMessageSnippet("there are too many").Len(); n != 1 {
		t.Errorf("logged %d times", n)
	}
	if s := r.Stats().Listeners[0]; s.RefusedFor["limit"] != 5 || s.Accepted != 3 || s.Connections != 3 {
		t.Errorf("%+v", s)
	}
	open[0].Close()
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].Connections == 2 }, "the closed connection to be noticed")
	r.send(r.dial(0), "<13>3\n")
	r.want("all", "<13>0", "<13>1", "<13>2", "<13>3")
}

func TestIdleConnectionsAreSmall(t *testing.T) {
	const connections = 500
	const most = 6 << 10 // bytes each, with this test's own end of the connection, and its goroutines' stacks
	r := start(t, nil)
	memory := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := memory()
	var want []string
	for i := range connections {
		c := r.dial(0)
		want = append(want, fmt.Sprintf("<38>Nov 21 23:40:00 web1 sshd[%d]: hello", i))
		r.send(c, want[i]+"\n<38>and half a line")
	}
	r.want("auth", want...)
	testbed.Eventually(t, inTime, func() bool {
		return r.listeners[0].listener.(*tcpListener).pool.busy.Load() == 0
	}, "connections to become quiet")
	pool := r.listeners[0].listener.(*tcpListener).pool
	pool.mu.Lock()
	buffers := len(pool.free)
	pool.free = nil
	pool.mu.Unlock()
	if after := memory(); after > before && (after-before)/connections > most {
		t.Errorf("%d bytes for each idle connection, want at most %d", (after-before)/connections, most)
	}
	if buffers > maxBusy {
		t.Errorf("%d buffers are kept", buffers)
	}
}

func TestPeerThatResets(t *testing.T) {
	r := start(t, one)
	c := r.dial(0).(*net.TCPConn)
	r.send(c, "<13>first\n")
	r.want("all", "<13>first")
	if err := c.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	c.Close()
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].Connections == 0 }, "the connection to end")
	r.send(r.dial(0), "<13>second\n")
	r.want("all", "<13>first", "<13>second")
}

func TestFloodWhileStopping(t *testing.T) {
	r := start(t, one)
	c := r.dial(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for line := strings.Repeat("<13>"+strings.Repeat("flood ", 100)+"\n", 100); ; {
			if _, err := io.WriteString(c, line); err != nil {
				return
			}
		}
	}()
	r.received(1000)
	r.stop() // fails the test if it takes for ever
	<-done
}
