package shipper

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

func TestMain(m *testing.M) {
	if !sendIfAsked() {
		goleak.VerifyTestMain(m)
	}
}

// memory is a spool that keeps what it gets.
type memory struct {
	mu      sync.Mutex
	lanes   map[string]*event.Batch
	batches int
	err     error // of the next appends
}

func (m *memory) Append(ctx context.Context, lane string, b *event.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	if m.lanes == nil {
		m.lanes = map[string]*event.Batch{}
	}
	all := m.lanes[lane]
	if all == nil {
		all = new(event.Batch)
		m.lanes[lane] = all
	}
	for i := range b.Len() {
		all.AddLine(b, i)
	}
	m.batches++
	return nil
}

// stuckSpool is a memory in which one lane does not get an answer.
type stuckSpool struct {
	memory
	lane  string
	until chan struct{} // closed
}

func (s *stuckSpool) Append(ctx context.Context, lane string, b *event.Batch) error {
	if lane == s.lane {
		select {
		case <-s.until:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.memory.Append(ctx, lane, b)
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *memory) messages(lane string) (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b := m.lanes[lane]; b != nil {
		for i := range b.Len() {
			all = append(all, string(b.Message(i)))
		}
	}
	return all
}

// batch returns a copy of what a lane has so far; it may be empty.
func (m *memory) batch(lane string) *event.Batch {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := new(event.Batch)
	if all := m.lanes[lane]; all != nil {
		for i := range all.Len() {
			b.AddLine(all, i)
		}
	}
	return b
}

// inTime is how long is waited for what is soon there, unless the machine is very busy.
const inTime = time.Minute

// receiver is a running Shipper.
type receiver struct {
	*Shipper
	t      testing.TB
	dir    string
	spool  *memory
	logs   *observer.ObservedLogs
	cancel context.CancelFunc
	done   chan error
}

// start runs a receiver with the default routes on free ports of 127.0.0.1: TCP, then UDP.
func start(t testing.TB, change func(*Config)) *receiver {
	t.Helper()
	return startIn(t, t.TempDir(), new(memory), change)
}

func testConfig() Config {
	cfg := DefaultConfig()
	cfg.Listeners = []ListenerConfig{{Listen: "tcp://127.0.0.1:0"}, {Listen: "udp://127.0.0.1:0"}}
	cfg.Files.FlushInterval = 5 * time.Millisecond
	return cfg
}

func startIn(t testing.TB, dir string, spool *memory, change func(*Config)) *receiver {
	t.Helper()
	cfg := testConfig()
	if change != nil {
		change(&cfg)
	}
	r := launch(t, cfg, dir, spool)
	r.spool = spool
	return r
}

// startSpool runs a receiver on another spool.
func startSpool(t testing.TB, cfg Config, spool Spool) *receiver {
	t.Helper()
	return launch(t, cfg, t.TempDir(), spool)
}

func launch(t testing.TB, cfg Config, dir string, spool Spool) *receiver {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	r := &receiver{t: t, dir: dir, logs: logs, done: make(chan error, 1)}
	var err error
	if r.Shipper, err = New(cfg, Deps{Spool: spool, IDs: event.NewIDs(), Folder: dir}, zap.New(core)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() { r.done <- r.Run(ctx) }()
	t.Cleanup(func() { r.stop() })
	return r
}

// stop ends the receiver and waits until it has drained.
func (r *receiver) stop() {
	r.t.Helper()
	if r.cancel == nil {
		return
	}
	r.cancel()
	r.cancel = nil
	select {
	case err := <-r.done:
		if err != nil {
			r.t.Errorf("Run: %v", err)
		}
	case <-time.After(inTime):
		r.t.Fatal("the receiver does not stop")
	}
}

func (r *receiver) dial(listener int) net.Conn {
	r.t.Helper()
	addr := r.Addrs()[listener]
	c, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

func (r *receiver) send(c net.Conn, text string) {
	r.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		r.t.Fatal(err)
	}
}

// received waits until so many lines have been received.
func (r *receiver) received(n int) {
	r.t.Helper()
	testbed.Eventually(r.t, inTime, func() bool {
		s := r.Stats()
		lines, _ := s.Received()
		return lines >= uint64(n)
	}, "lines received")
}

// want waits until a lane has these messages, in any order.
func (r *receiver) want(lane string, messages ...string) {
	r.t.Helper()
	slices.Sort(messages)
	var got []string
	for deadline := time.Now().Add(inTime); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if got = r.spool.messages(lane); len(got) >= len(messages) {
			break
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, messages) {
		r.t.Errorf("lane %s has\n%.500q, want\n%.500q", lane, got, messages)
	}
}

// files returns the content of every file below the receiver's folder, by a name in which time is left out.
func (r *receiver) files() map[string]string {
	r.t.Helper()
	files := map[string]string{}
	now := time.Now()
	names := strings.NewReplacer(now.Format("2006/01"), "YM", now.Format(time.DateOnly), "DATE")
	err := filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(r.dir, path)
		files[names.Replace(filepath.ToSlash(rel))] = string(b)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return files
}
