package disklog

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap/zaptest"
	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/units"
	"github.com/millrace/millrace/spooler/frame"
	"github.com/millrace/millrace/spooler/spooltest"
)

func put(t testing.TB, l *Log, name string, from, n int) {
	t.Helper()
	if err := l.Append(t.Context(), name, spooltest.Batch(from, n)); err != nil {
		t.Fatal(err)
	}
}

func source(t testing.TB, l *Log, name string) *Source {
	t.Helper()
	s, err := l.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drain reads and acknowledges what is there, and returns how often each number came.
func drain(t testing.TB, s *Source) map[int]int {
	t.Helper()
	seen := make(map[int]int)
	for {
		r, src, err := s.lane.pick(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r == nil {
			return seen
		}
		b := &event.Batch{}
		if err := frame.Decode(b, src); err != nil {
			t.Fatal(err)
		}
		for _, n := range spooltest.Numbers(t, b) {
			seen[n]++
		}
		if err := s.Ack(t.Context(), []*event.Delivery{event.NewDelivery(b, r)}); err != nil {
			t.Fatal(err)
		}
	}
}

func mustClose(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func segmentFiles(t testing.TB, l *Log, name string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(l.cfg.Folder, name, "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// noise is a batch that compresses little, of n lines of size bytes.
func noise(n, size int) *event.Batch {
	rng := rand.New(rand.NewPCG(3, 4))
	b := &event.Batch{}
	msg := make([]byte, size)
	for i := range n {
		for j := range msg {
			msg[j] = byte(rng.Uint32())
		}
		b.Add(b.AddOrigin(&event.Origin{}), int64(i), uint64(i), 0, msg)
	}
	return b
}

func TestOneProcessAtATime(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := open(t, cfg)
	if _, err := Open(cfg, nil, zaptest.NewLogger(t)); err == nil || !strings.Contains(err.Error(), "in use by another millrace") {
		t.Errorf("second Open: %v", err)
	}
	mustClose(t, l)
	mustClose(t, open(t, cfg))
}

func TestFolderThatCanNotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"", file, filepath.Join(file, "below")} {
		cfg := testConfig(folder)
		if _, err := Open(cfg, nil, zaptest.NewLogger(t)); err == nil || !strings.Contains(err.Error(), "spool.disk.folder") {
			t.Errorf("folder %q: %v", folder, err)
		}
	}
}

func TestQuotaOfALaneAndOfAll(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.MaxSize, cfg.LaneQuota = 3*units.MiB, 2*units.MiB
	l := open(t, cfg)
	defer mustClose(t, l)
	fill := func(name string) (n int) {
		for {
			err := l.Append(t.Context(), name, noise(100, 1000))
			if errors.Is(err, event.ErrSpoolFull) {
				return n
			}
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	if n := fill("auth"); n != 20 {
		t.Errorf("%d frames of 100 kB in a quota of 2 MiB", n)
	}
	if n := fill("kern"); n < 10 || n > 11 {
		t.Errorf("%d frames of 100 kB in the other 1 MiB", n)
	}
	// A part that is stored makes room again.
	s := source(t, l, "auth")
	for range 5 {
		d, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Ack(t.Context(), []*event.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	if n := fill("auth"); n < 2 {
		t.Errorf("%d frames fit after 5 of 20 were stored", n)
	}
	size := l.Size()
	mustClose(t, l)
	again := open(t, cfg)
	defer mustClose(t, again)
	if got := again.Size(); got != size {
		t.Errorf("size is %d after a restart, was %d", got, size)
	}
}

func TestStoredSegmentsAreDeleted(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.SegmentSize = 64 * units.KiB
	l := open(t, cfg)
	for range 50 {
		if err := l.Append(t.Context(), "auth", noise(10, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(segmentFiles(t, l, "auth")); n < 7 {
		t.Errorf("%d segments of 64 KiB hold 500 kB", n)
	}
	s := source(t, l, "auth")
	for range 50 {
		d, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Ack(t.Context(), []*event.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(segmentFiles(t, l, "auth")); n != 1 {
		t.Errorf("%d segments are left", n)
	}
	mustClose(t, l)
	l = open(t, cfg)
	defer mustClose(t, l)
	if n := len(segmentFiles(t, l, "auth")); n != 1 {
		t.Errorf("%d segments are left after a restart", n)
	}
}

// A frame that was given back and cannot be read now, for want of descriptors say, comes once it can.
func TestFrameGivenBackIsReadLater(t *testing.T) {
	l := open(t, testConfig(t.TempDir()))
	defer mustClose(t, l)
	put(t, l, "auth", 0, 10)
	first := source(t, l, "auth")
	if _, err := first.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	file := segmentFiles(t, l, "auth")[0]
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	s := source(t, l, "auth")
	if d, err := s.Next(t.Context()); err == nil {
		t.Errorf("a delivery of %d lines from a file that is away", d.Batch.Len())
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	if n := len(drain(t, s)); n != 10 {
		t.Errorf("%d of 10 lines", n)
	}
}

// Frames are compressed while much waits to be read, and not any more once it was.
func TestCompressionOfALaneThatIsBehind(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.CompressAfter = 64 * units.KiB
	l := open(t, cfg)
	defer mustClose(t, l)
	s := source(t, l, "auth")
	appended := 0
	size := func() int64 {
		before := l.total.Load()
		put(t, l, "auth", appended, 1000)
		appended += 1000
		return l.total.Load() - before
	}
	plain, packed := size(), int64(0)
	for range 10 {
		packed = size()
	}
	if packed > plain/2 {
		t.Errorf("a frame has %d bytes when the lane is behind, and %d when it is not", packed, plain)
	}
	if n := len(drain(t, s)); n != appended {
		t.Errorf("%d of %d lines", n, appended)
	}
	if again := size(); again < plain {
		t.Errorf("a frame has %d bytes once all is read, %d before", again, plain)
	}
}

func TestAcksFileStaysSmall(t *testing.T) {
	const frames = 3 * maxStale / factLen
	cfg := testConfig(t.TempDir())
	cfg.Sync = SyncOS
	l := open(t, cfg)
	s := source(t, l, "auth")
	b := spooltest.Batch(0, 1)
	var slow *event.Delivery
	for i := range frames {
		if err := l.Append(t.Context(), "auth", b); err != nil {
			t.Fatal(err)
		}
		d, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if i == 10 {
			slow = d // and all that follows is done out of order
			continue
		}
		if i == frames/2 {
			if err := s.Ack(t.Context(), []*event.Delivery{slow}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Ack(t.Context(), []*event.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(cfg.Folder, "auth", "acks"))
	if err != nil || info.Size() > 2*maxStale {
		t.Errorf("acks: %v, %v", info.Size(), err)
	}
	mustClose(t, l)
	l = open(t, cfg)
	defer mustClose(t, l)
	if seen := drain(t, source(t, l, "auth")); len(seen) != 0 {
		t.Errorf("%d frames come again", len(seen))
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full on this system")
	}
	cfg := testConfig(t.TempDir())
	cfg.Sync = SyncOS
	l := open(t, cfg)
	defer mustClose(t, l)
	put(t, l, "auth", 0, 1)
	q := l.lanes["auth"].main
	_ = q.out.Close()
	q.mu.Lock()
	q.out = full
	q.mu.Unlock()
	err = l.Append(t.Context(), "auth", spooltest.Batch(1, 1))
	if !errors.Is(err, event.ErrSpoolFull) || !errors.Is(err, unix.ENOSPC) {
		t.Errorf("append to a full disk: %v", err)
	}
	put(t, l, "auth", 2, 1)
	if seen := drain(t, source(t, l, "auth")); len(seen) != 2 || seen[0] != 1 || seen[2] != 1 {
		t.Errorf("read %v", seen)
	}
}

// A real full disk: a small tmpfs, where the system lets us mount one.
func TestFullFilesystem(t *testing.T) {
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("no file system to fill: mount: %v", err)
	}
	defer func() { _ = unix.Unmount(folder, unix.MNT_DETACH) }()
	cfg := testConfig(filepath.Join(folder, "spool"))
	cfg.SegmentSize = 256 * units.KiB
	l := open(t, cfg)
	n := 0
	for ; n < 100; n++ {
		if err := l.Append(t.Context(), "auth", noise(30, 1000)); errors.Is(err, event.ErrSpoolFull) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n < 50 || n > 70 {
		t.Errorf("%d frames of 30 kB in 2 MiB", n)
	}
	s := source(t, l, "auth")
	for range n {
		d, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Ack(t.Context(), []*event.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	put(t, l, "auth", 7, 1)
	mustClose(t, l)
	l = open(t, cfg)
	defer mustClose(t, l)
	if seen := drain(t, source(t, l, "auth")); len(seen) != 1 || seen[7] != 1 || l.Stats("auth").Damaged != 0 {
		t.Errorf("read %v, %+v", seen, l.Stats("auth"))
	}
}

func TestManyAppendersShareWrites(t *testing.T) {
	const appenders, each = 16, 50
	cfg := testConfig(t.TempDir())
	cfg.Sync, cfg.SegmentSize = SyncAlways, 64*units.KiB
	l := open(t, cfg)
	defer mustClose(t, l)
	var wg sync.WaitGroup
	for a := range appenders {
		wg.Go(func() {
			for i := range each {
				if err := l.Append(context.Background(), "auth", spooltest.Batch((a*each+i)*3, 3)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	seen := drain(t, source(t, l, "auth"))
	for i := range appenders * each * 3 {
		if seen[i] != 1 {
			t.Fatalf("line %d came %d times", i, seen[i])
		}
	}
}

func TestDeferredLinesDoNotHoldOthers(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := open(t, cfg)
	defer mustClose(t, l)
	s := source(t, l, "auth")
	put(t, l, "auth", 0, 1)
	fresh := 1
	put(t, l, "auth", fresh, 1)
	tries := 0
	for tries < 5 || fresh < 100 { // line 0 is deferred again and again
		d, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d.Begin(func(*event.Delivery) {})
		if spooltest.Numbers(t, d.Batch)[0] == 0 {
			tries++
			d.Ref(0).Settle(event.Deferred)
		} else {
			fresh++
			put(t, l, "auth", fresh, 1)
			d.Ref(0).Settle(event.Stored)
		}
		if err := s.Ack(t.Context(), []*event.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	l, err := Open(testConfig(t.TempDir()), reg, zaptest.NewLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, l)
	put(t, l, "auth", 0, 7)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string]float64)
	for _, f := range families {
		m := f.GetMetric()[0]
		values[f.GetName()] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	if values["millrace_spooler_disk_appended_lines_total"] != 7 || values["millrace_spooler_disk_waiting_lines"] != 7 {
		t.Errorf("metrics are %v", values)
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"max_size":      func(c *Config) { c.MaxSize = 5 },
		"lane_quota":    func(c *Config) { c.LaneQuota = 100 * units.GiB },
		"segment_size":  func(c *Config) { c.SegmentSize = 1 },
		"sync":          func(c *Config) { c.Sync = "sometimes" },
		"sync_interval": func(c *Config) { c.SyncInterval = 0 },
		"retry_after":   func(c *Config) { c.RetryAfter = -1 },
	} {
		cfg := DefaultConfig()
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "spool.disk."+key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
