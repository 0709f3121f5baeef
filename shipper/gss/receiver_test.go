package gss

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

const within = 60 * time.Second

// receiver is what a shipper's listener does: it accepts connections, and keeps what they send.
type receiver struct {
	acc  *Acceptor
	ln   net.Listener
	work sync.WaitGroup

	mu       sync.Mutex
	data     bytes.Buffer
	lines    int
	wire     bytes.Buffer // the first connection's bytes
	sessions []*Session
	refused  map[Reason]int
	ended    map[Reason]int
}

func startReceiver(t testing.TB, cfg Config) *receiver {
	t.Helper()
	acc, err := NewAcceptor(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{acc: acc, ln: ln, refused: map[Reason]int{}, ended: map[Reason]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	r.work.Go(func() { r.serve(ctx) })
	t.Cleanup(func() {
		ln.Close()
		cancel()
		for _, s := range r.list() {
			s.Close()
		}
		r.work.Wait()
	})
	return r
}

func (r *receiver) list() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*Session(nil), r.sessions...)
}

func (r *receiver) port() int { return r.ln.Addr().(*net.TCPAddr).Port }

func (r *receiver) serve(ctx context.Context) {
	for first := true; ; first = false {
		conn, err := r.ln.Accept()
		if err != nil {
			return
		}
		if first {
			conn = &taped{conn, r}
		}
		r.work.Go(func() { r.receive(ctx, conn) })
	}
}

// taped keeps what it reads.
type taped struct {
	net.Conn
	r *receiver
}

func (c *taped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	c.r.wire.Write(p[:n])
	return n, err
}

func (r *receiver) receive(ctx context.Context, conn net.Conn) {
	s, err := r.acc.Accept(ctx, conn)
	r.mu.Lock()
	if err != nil {
		r.refused[ReasonOf(err)]++
		r.mu.Unlock()
		return
	}
	r.sessions = append(r.sessions, s)
	r.mu.Unlock()
	defer s.Close()
	buf := make([]byte, 4096)
	for {
		n, err := s.Read(buf)
		r.mu.Lock()
		r.data.Write(buf[:n])
		r.lines += bytes.Count(buf[:n], []byte("\n"))
		if err != nil {
			r.ended[ReasonOf(err)]++
		}
		r.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (r *receiver) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.data.String()
}

func (r *receiver) count(m map[Reason]int, reason Reason) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return m[reason]
}

func (r *receiver) outcomes() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("refused %v, ended %v", r.refused, r.ended)
}

// await waits until each of the numbered messages from..to-1 has arrived, and fails if one came twice.
func (r *receiver) await(t *testing.T, rs *testbed.Rsyslogd, from, to int) {
	t.Helper()
	missing := func() (n int, which string) {
		text := r.text()
		for i := from; i < to; i++ {
			if !strings.Contains(text, number(i)) {
				n, which = n+1, number(i)
			}
		}
		return n, which
	}
	for deadline := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		n, which := missing()
		if n == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d messages are missing, %s among them; %s; rsyslogd: %s", n, which, r.outcomes(), rs.Output())
		}
	}
	text := r.text()
	for i := from; i < to; i++ {
		if strings.Count(text, number(i)) != 1 {
			t.Errorf("%s came %d times", number(i), strings.Count(text, number(i)))
		}
	}
}

func number(i int) string { return fmt.Sprintf("number-%06d.", i) }

func logNumbers(rs *testbed.Rsyslogd, from, to int) {
	for i := from; i < to; i++ {
		rs.Log("<13>testbed[1]: " + number(i) + strings.Repeat(" filler", i%40))
	}
}

// realm is a KDC with one service and one client.
type realm struct {
	*testbed.KDC
	service, client string // keytabs
}

func startRealm(t testing.TB, options ...string) *realm {
	t.Helper()
	k := testbed.StartKDC(t)
	k.AddPrincipalWith("host/localhost", options...)
	k.AddPrincipal("client/localhost")
	return &realm{k, k.Keytab("host/localhost"), k.Keytab("client/localhost")}
}

func (r *realm) config() Config {
	cfg := DefaultConfig()
	cfg.Keytab = r.service
	cfg.AllowedPrincipals = []string{"client/*"}
	return cfg
}

func (r *realm) rsyslogd(t testing.TB, port int, mode, options, krb5conf string) *testbed.Rsyslogd {
	t.Helper()
	testbed.Need(t, "rsyslog/omgssapi")
	return testbed.StartRsyslogd(t, testbed.Omgssapi(port, mode, options), r.ClientEnv(r.client, krb5conf)...)
}

var encTypeNames = map[int32]string{17: "aes128-sha1", 18: "aes256-sha1", 19: "aes128-sha2", 20: "aes256-sha2"}

// unframe cuts a stream as RFC 6587 says, and inflates what rsyslog has compressed.
func unframe(t *testing.T, stream string) (lines []string, octetCounted, deflated int) {
	t.Helper()
	for len(stream) > 0 {
		if stream[0] < '1' || stream[0] > '9' {
			line, rest, ok := strings.Cut(stream, "\n")
			if !ok {
				t.Fatalf("no end: %q", stream)
			}
			lines, stream = append(lines, line), rest
			continue
		}
		count, rest, _ := strings.Cut(stream, " ")
		n, err := strconv.Atoi(count)
		if err != nil || n > len(rest) {
			t.Fatalf("no frame: %.40q", stream)
		}
		msg := []byte(rest[:n])
		octetCounted++
		if IsDeflated(msg) {
			deflated++
			if msg, err = Inflate(nil, msg[1:], 64<<10); err != nil {
				t.Fatal(err)
			}
		}
		lines, stream = append(lines, string(msg)), rest[n:]
	}
	return lines, octetCounted, deflated
}

// tryUnframe is unframe of a stream that may not be complete.
func tryUnframe(t *testing.T, stream string) (lines []string, counted, deflated int) {
	end := 0
	for end < len(stream) {
		if c := stream[end]; c < '1' || c > '9' {
			i := strings.IndexByte(stream[end:], '\n')
			if i < 0 {
				break
			}
			end += i + 1
			continue
		}
		count, _, ok := strings.Cut(stream[end:], " ")
		n, err := strconv.Atoi(count)
		if !ok || err != nil || end+len(count)+1+n > len(stream) {
			break
		}
		end += len(count) + 1 + n
	}
	return unframe(t, stream[:end])
}
