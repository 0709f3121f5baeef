//go:build linux

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/internal/testbed"
)

// Memory that all of it may take, in KiB.
const harmMemory = 256 << 10

// TestHarm has senders that mean harm beside two that don't: these lose nothing. With MILLRACE_HARM=full, as
// `make harm` sets it, there are as many as the table says that it prints.
func TestHarm(t *testing.T) {
	h, lines := harm{Idle: 100, Slow: 20, Frozen: 5, Handshakes: 100, Stalled: 80, Garbage: 20, Spoofed: 500}, 2000
	if os.Getenv("MILLRACE_HARM") == "full" {
		h, lines = harm{Idle: 1000, Slow: 200, Frozen: 50, Handshakes: 2000, Stalled: 500, Garbage: 200, Spoofed: 5000}, 10_000
	}
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	e := &harmed{t: t, lines: lines, data: t.TempDir(), arrived: map[int]time.Time{}, sent: map[int]time.Time{}}
	config := writeConfig(t, fmt.Sprintf(`data: %q
listeners:
- {listen: "tcp://127.0.0.1:0"}
- {listen: "udp://127.0.0.1:0"}
- {listen: "tls://127.0.0.1:0", tls: {certificate: %q, key: %q}}
routes: [{name: numbered, select: "authpriv.*", files: [all]}, {name: rest, files: [rest]}]
files: {flush_interval: 5ms}
`, e.data, cert, key))
	e.p = start(t, "ship", "--config", config)
	for _, protocol := range []string{"tcp", "udp", "tls"} {
		e.addrs = append(e.addrs, e.p.addr(protocol))
	}
	quiet := e.behave(0)
	before := time.Now()
	h.TCP, h.UDP, h.TLS = e.addrs[0], e.addrs[1], e.addrs[2]
	end := h.begin(t)
	harmed := e.behave(2 * lines)
	done := end()
	e.logIsShort(time.Since(before))
	memory := e.memory()
	if memory > harmMemory {
		t.Errorf("%d KiB of memory, want at most %d", memory, harmMemory)
	}
	t.Logf("idle %d, 1 B/s %d, SIGSTOP %d, stalled %d; while %d numbered lines were sent, of which none was lost: handshakes %d, garbage %d, spoofed %d",
		h.Idle, h.Slow, h.Frozen, h.Stalled, 2*lines, done.Handshakes, done.Garbage, done.Spoofed)
	t.Logf("%-14s %10s %10s %10s", "latency", "p50", "p99", "max")
	for i, protocol := range []string{"TCP", "TLS"} {
		for _, row := range []struct {
			name string
			l    []time.Duration
		}{{"quiet", quiet[i]}, {"harmed", harmed[i]}} {
			n := len(row.l)
			t.Logf("%-14s %10v %10v %10v", protocol+" "+row.name, row.l[n/2].Round(10*time.Microsecond), row.l[n*99/100].Round(10*time.Microsecond), row.l[n-1].Round(10*time.Microsecond))
		}
	}
	t.Logf("peak memory of the receiver: %d MiB, allowed %d", memory>>10, harmMemory>>10)
}

type harmed struct {
	t             *testing.T
	lines         int // of each sender, in each run
	p             *process
	data          string
	addrs         []string // tcp, udp, tls
	mu            sync.Mutex
	sent, arrived map[int]time.Time
	seen          int64 // bytes of the file
}

// behave sends numbered lines over TCP and TLS, waits for them all, and returns how long they took, sorted, of either
// protocol.
func (e *harmed) behave(first int) (took [2][]time.Duration) {
	e.t.Helper()
	done := make(chan struct{})
	var followed, senders sync.WaitGroup
	followed.Go(func() { e.follow(done) })
	for i, dial := range []func() (net.Conn, error){func() (net.Conn, error) { return net.Dial("tcp", e.addrs[0]) }, func() (net.Conn, error) { return dialTLS(e.addrs[2]) }} {
		senders.Go(func() { e.sendNumbered(dial, first+i*e.lines) })
	}
	senders.Wait()
	testbed.Eventually(e.t, time.Minute, func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.arrived) == first+2*e.lines
	}, "every numbered line")
	close(done)
	followed.Wait()
	for i := range took {
		for n := first + i*e.lines; n < first+(i+1)*e.lines; n++ {
			took[i] = append(took[i], e.arrived[n].Sub(e.sent[n]))
		}
		slices.Sort(took[i])
	}
	return took
}

func (e *harmed) sendNumbered(dial func() (net.Conn, error), first int) {
	c, err := dial()
	if err != nil {
		e.t.Error(err)
		return
	}
	defer func() { _ = c.Close() }()
	for n := first; n < first+e.lines; n++ {
		e.mu.Lock()
		e.sent[n] = time.Now()
		e.mu.Unlock()
		if _, err := io.WriteString(c, numbered(n)+"\n"); err != nil {
			e.t.Error(err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}

var numberedLine = regexp.MustCompile(`n=(\d{7})\n`)

// follow notes when each number appears in the file.
func (e *harmed) follow(done chan struct{}) {
	var f *os.File
	buf := make([]byte, 1<<20)
	var rest []byte
	for {
		select {
		case <-done:
			if f != nil {
				_ = f.Close()
			}
			return
		case <-time.After(time.Millisecond):
		}
		if f == nil {
			if f, _ = os.Open(filepath.Join(e.data, "all")); f == nil || e.skip(f) != nil {
				continue
			}
		}
		n, _ := f.Read(buf)
		rest = append(rest, buf[:n]...)
		last := bytes.LastIndexByte(rest, '\n') + 1
		e.mu.Lock()
		for _, m := range numberedLine.FindAllSubmatch(rest[:last], -1) {
			i, _ := strconv.Atoi(string(m[1]))
			if _, twice := e.arrived[i]; twice {
				e.t.Errorf("number %d is in the file twice", i)
			}
			e.arrived[i] = time.Now()
		}
		e.mu.Unlock()
		e.seen += int64(last)
		rest = append(rest[:0], rest[last:]...)
	}
}

// skip leaves out what an earlier follow has seen.
func (e *harmed) skip(f *os.File) error {
	_, err := f.Seek(e.seen, io.SeekStart)
	return err
}

// memory is the most that the receiver has taken, in KiB.
func (e *harmed) memory() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", e.p.cmd.Process.Pid))
	if err != nil {
		e.t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// logIsShort fails when something was logged more than once a second.
func (e *harmed) logIsShort(over time.Duration) {
	e.t.Helper()
	e.p.mu.Lock()
	defer e.p.mu.Unlock()
	times := map[string]int{}
	for _, entry := range e.p.log {
		if entry["msg"] != "listening" {
			times[fmt.Sprint(entry["msg"])]++
		}
	}
	for msg, n := range times {
		if n > int(over.Seconds())+1 {
			e.t.Errorf("%q is logged %d times in %v", msg, n, over)
		}
	}
}

// kept is the content of the file "all".
func kept(t *testing.T, data string) []byte {
	t.Helper()
	text, _ := os.ReadFile(filepath.Join(data, "all"))
	return text
}

// At the limit of file descriptors those who are connected go on, and others can connect once there are some again.
func TestFileDescriptorLimit(t *testing.T) {
	data := t.TempDir()
	p := start(t, "ship", "--config", writeConfig(t, fmt.Sprintf("data: %q\nlisteners: [{listen: \"tcp://127.0.0.1:0\"}]\nroutes: [{files: [all]}]\n", data)))
	addr := p.addr("tcp")
	early, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = early.Close() }()
	arrives := func(c net.Conn, n int) {
		t.Helper()
		_, _ = io.WriteString(c, numbered(n)+"\n")
		testbed.Eventually(t, 20*time.Second, func() bool { return bytes.Contains(kept(t, data), fmt.Appendf(nil, "n=%07d\n", n)) }, "a line in the file")
	}
	arrives(early, 1)
	limit := &unix.Rlimit{Cur: 60, Max: 1024}
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, limit, nil); err != nil {
		t.Fatal(err)
	}
	var open []net.Conn
	for range 100 {
		if c, err := net.Dial("tcp", addr); err == nil {
			open = append(open, c)
		}
	}
	p.awaitLog("cannot accept connections, will try again")
	arrives(early, 2)
	for _, c := range open {
		_ = c.Close()
	}
	late, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = late.Close() }()
	arrives(late, 3)
}
