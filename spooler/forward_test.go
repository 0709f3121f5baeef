package spooler

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/spooler/disklog"
	"github.com/millrace/millrace/spooler/redisstream"
	"github.com/millrace/millrace/spooler/spooltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 30 * time.Second

// receiver is what a receiver has of the spool: a disk log and a forwarder.
type receiver struct {
	disk    *disklog.Log
	forward *Forwarder
	redis   *redisstream.Spool
	stop    func() error
}

func redisConfig(server *testbed.Redis, window time.Duration) redisstream.Config {
	cfg := redisstream.DefaultConfig()
	cfg.URL = server.URL
	cfg.ResendWindow = window
	cfg.ClaimAfter = 2 * time.Second
	cfg.Timeout = 2 * time.Second
	return cfg
}

func startReceiver(t *testing.T, folder string, server *testbed.Redis, window time.Duration) *receiver {
	t.Helper()
	cfg := disklog.DefaultConfig()
	cfg.Folder = folder
	log := zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel))
	disk, err := disklog.Open(cfg, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := redisstream.Open(redisConfig(server, window), nil, log)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{disk: disk, redis: rs, forward: NewForwarder(disk, rs, window, log)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.forward.Run(ctx) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-done, rs.Close(), disk.Close())
	})
	t.Cleanup(func() { _ = r.stop() })
	return r
}

// put appends lines from to from+n-1, 10 a frame.
func (r *receiver) put(t *testing.T, from, n int) {
	t.Helper()
	for i := from; i < from+n; i += 10 {
		if err := r.disk.Append(t.Context(), "auth", spooltest.Batch(i, min(10, from+n-i))); err != nil {
			t.Fatal(err)
		}
	}
}

// worker takes lines from Redis and notes them.
type worker struct {
	mu   sync.Mutex
	seen map[int]int
	stop func()
}

func startWorker(t *testing.T, server *testbed.Redis) *worker {
	t.Helper()
	rs, err := redisstream.Open(redisConfig(server, 0), nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	src, err := rs.Source("auth")
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{seen: make(map[int]int)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			d, err := src.Next(ctx)
			if err != nil {
				return
			}
			w.mu.Lock()
			for i := range d.Batch.Lines {
				w.seen[int(d.Batch.Lines[i].Counter)]++
			}
			w.mu.Unlock()
			for ctx.Err() == nil && src.Ack(ctx, []*event.Delivery{d}) != nil {
				sleep(ctx, 50*time.Millisecond)
			}
		}
	}()
	w.stop = sync.OnceFunc(func() {
		cancel()
		<-done
		_ = src.Close()
		_ = rs.Close()
	})
	t.Cleanup(w.stop)
	return w
}

// has waits until the lines 0 to n-1 have been seen.
func (w *worker) has(t *testing.T, n int) {
	t.Helper()
	testbed.Eventually(t, patience, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.seen) >= n
	}, "not all lines arrive")
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range n {
		if w.seen[i] == 0 {
			t.Fatalf("line %d did not arrive", i)
		}
	}
}

func TestForwardsInOrderAndLetsGo(t *testing.T) {
	server := testbed.StartRedis(t)
	r := startReceiver(t, t.TempDir(), server, 100*time.Millisecond)
	w := startWorker(t, server)
	r.put(t, 0, 1000)
	w.has(t, 1000)
	for n, times := range w.seen {
		if times != 1 {
			t.Errorf("line %d arrived %d times", n, times)
		}
	}
	testbed.Eventually(t, patience, func() bool { return r.disk.Stats("auth").Lines == 0 }, "the disk log keeps what is in Redis")
	testbed.Eventually(t, patience, func() bool {
		st, err := r.forward.Stats(t.Context(), "auth")
		return err == nil && st.Lines == 0
	}, "lines seem to wait")
	if err := r.forward.Err(); err != nil {
		t.Error(err)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func TestRedisAwayAtStart(t *testing.T) {
	server := testbed.StartRedis(t)
	server.Stop()
	r := startReceiver(t, t.TempDir(), server, 100*time.Millisecond)
	r.put(t, 0, 500)
	testbed.Eventually(t, patience, func() bool { return r.forward.Err() != nil }, "nothing is said of a Redis that is away")
	server.Restart()
	startWorker(t, server).has(t, 500)
	testbed.Eventually(t, patience, func() bool { return r.forward.Err() == nil }, "the trouble stays")
}

func TestEvictingRedisIsRefused(t *testing.T) {
	server := testbed.StartRedis(t, "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru")
	r := startReceiver(t, t.TempDir(), server, time.Second)
	testbed.Eventually(t, patience, func() bool { return r.forward.Err() != nil }, "an evicting Redis passes")
	if err := r.stop(); !errors.Is(err, redisstream.ErrUnfit) {
		t.Errorf("Run: %v", err)
	}
}

// Redis is killed again and again while lines come in; with nothing of its own to come back with, too.
func TestRedisKilledUnderLoad(t *testing.T) {
	for _, aof := range []string{"yes", "no"} {
		t.Run("appendonly="+aof, func(t *testing.T) {
			const rounds, lines = 3, 2000
			server := testbed.StartRedis(t, "--appendonly", aof)
			r := startReceiver(t, t.TempDir(), server, 5*time.Minute) // without a file, all of it is the window
			w := startWorker(t, server)
			for i := range rounds {
				r.put(t, i*lines, lines/2)
				server.Kill9()
				r.put(t, i*lines+lines/2, lines/2)
				server.Restart()
			}
			w.has(t, rounds*lines)
		})
	}
}

// A full Redis takes no frames. Workers make room, because acks work all the same.
func TestFullRedis(t *testing.T) {
	server := testbed.StartRedis(t, "--maxmemory", "4mb")
	r := startReceiver(t, t.TempDir(), server, 100*time.Millisecond)
	const frames = 60
	for i := range frames {
		b := spooltest.Batch(i, 1)
		random := make([]byte, 200_000) // does not compress: 12 MB in all
		_, _ = rand.Read(random)
		b.Data = append(b.Data, random...)
		b.Lines[0].End = uint32(len(b.Data))
		if err := r.disk.Append(t.Context(), "auth", b); err != nil {
			t.Fatal(err)
		}
	}
	testbed.Eventually(t, patience, func() bool { return errors.Is(r.forward.Err(), event.ErrSpoolFull) }, "Redis does not fill up")
	w := startWorker(t, server)
	testbed.Eventually(t, patience, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.seen) == frames
	}, "not all lines arrive")
	testbed.Eventually(t, patience, func() bool { return r.forward.Err() == nil }, "Redis stays full")
}

// A receiver that is killed sends again what was in its window, and loses nothing.
func TestReceiverRestarts(t *testing.T) {
	server := testbed.StartRedis(t)
	folder := t.TempDir()
	r := startReceiver(t, folder, server, 5*time.Minute)
	r.put(t, 0, 100)
	w := startWorker(t, server)
	w.has(t, 100)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = startReceiver(t, folder, server, 100*time.Millisecond)
	r.put(t, 100, 100)
	w.has(t, 200)
	testbed.Eventually(t, patience, func() bool { return r.disk.Stats("auth").Lines == 0 }, "the disk log keeps what is in Redis")
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	testbed.Eventually(t, patience, func() bool { return client.XLen(t.Context(), "millrace:{auth:0}").Val() == 0 }, "frames stay in Redis")
}
