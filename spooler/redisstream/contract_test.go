package redisstream

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/spooler/lane"
	"github.com/millrace/millrace/spooler/spooltest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		child(url)
	}
	goleak.VerifyTestMain(m)
}

func testConfig(url string) Config {
	cfg := DefaultConfig()
	cfg.URL = url
	cfg.ClaimAfter = 400 * time.Millisecond
	cfg.RetryAfter = 50 * time.Millisecond
	cfg.Timeout = 2 * time.Second
	return cfg
}

func open(t testing.TB, cfg Config) *Spool {
	t.Helper()
	s, err := Open(cfg, nil, zaptest.NewLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// backend is the spool in Redis under the contract.
type backend struct{ cfg Config }

// spool finds its lanes as the contract wants to.
type spool struct{ *Spool }

func (s spool) Lanes() []string {
	names, _ := s.Spool.Lanes(context.Background())
	return names
}

func (b *backend) Open(t *testing.T) spooltest.Spool { return spool{open(t, b.cfg)} }

func (b *backend) Source(t *testing.T, s spooltest.Spool, name string) spooltest.Source {
	src, err := s.(spool).Source(name)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (b *backend) Stats(s spooltest.Spool, name string) lane.Stats {
	st, _ := s.(spool).Stats(context.Background(), name)
	return st
}

func (b *backend) Put(t *testing.T, s spooltest.Spool, name string, src []byte) {
	if _, err := s.(spool).AppendFrames(t.Context(), name, [][]byte{src}); err != nil {
		t.Fatal(err)
	}
}

func (b *backend) Kill(_ *testing.T, src spooltest.Source) {
	s := src.(*Source)
	s.once.Do(s.end) // without a word to Redis
}

func (b *backend) TakeOver() time.Duration { return b.cfg.ClaimAfter }

func TestContract(t *testing.T) {
	server := testbed.StartRedis(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	spooltest.Run(t, func(t *testing.T) spooltest.Backend {
		if err := client.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		return &backend{testConfig(server.URL)}
	})
}
