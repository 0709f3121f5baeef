package redisstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/spooler/spooltest"
)

const patience = 20 * time.Second

func source(t testing.TB, s *Spool, name string) *Source {
	t.Helper()
	src, err := s.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	return src
}

func put(t testing.TB, s *Spool, name string, from, n int) {
	t.Helper()
	if err := s.Append(t.Context(), name, spooltest.Batch(from, n)); err != nil {
		t.Fatal(err)
	}
}

func next(t testing.TB, src *Source) *event.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d, err := src.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ack(t testing.TB, src *Source, d ...*event.Delivery) {
	t.Helper()
	if err := src.Ack(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"url":           func(c *Config) { c.URL = "http://localhost" },
		"url: has":      func(c *Config) { c.URL = "redis://:secret@localhost" },
		"key_prefix":    func(c *Config) { c.KeyPrefix = "a{b" },
		"partitions":    func(c *Config) { c.Partitions = 0 },
		"claim_after":   func(c *Config) { c.ClaimAfter = 1 },
		"retry_after":   func(c *Config) { c.RetryAfter = 0 },
		"resend_window": func(c *Config) { c.ResendWindow = -1 },
		"timeout":       func(c *Config) { c.Timeout = 0 },
		"ca_file":       func(c *Config) { c.URL, c.CAFile = "rediss://localhost", "/does/not/exist" },
		"ca_file: is":   func(c *Config) { c.URL, c.CAFile = "redis://localhost", "ca.pem" },
	} {
		cfg := DefaultConfig()
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		err := cfg.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "spool.redis."+key) {
			t.Errorf("%s: %v", key, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the password is shown: %v", key, err)
		}
	}
}

func TestTLSUnixSocketAndPassword(t *testing.T) {
	secure := testbed.StartRedisTLS(t)
	plain := testbed.StartRedis(t, "--requirepass", "open sesame")
	tls := testConfig(secure.URL)
	tls.CAFile = secure.CA
	socket := testConfig("unix://" + plain.Socket)
	socket.Password = "open sesame"
	for name, cfg := range map[string]Config{"rediss": tls, "unix": socket} {
		s := open(t, cfg)
		if _, err := s.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		put(t, s, "auth", 0, 3)
		src := source(t, s, "auth")
		ack(t, src, next(t, src))
		_ = src.Close()
		_ = s.Close()
	}
	tls.CAFile = ""
	socket.Password = "wrong"
	for name, cfg := range map[string]Config{"untrusted": tls, "wrong password": socket} {
		s := open(t, cfg)
		if _, err := s.Check(t.Context()); err == nil || errors.Is(err, ErrUnfit) {
			t.Errorf("%s: %v", name, err)
		}
		_ = s.Close()
	}
}

func TestServerIsChecked(t *testing.T) {
	server := testbed.StartRedis(t, "--appendonly", "no")
	core, logs := observer.New(zap.WarnLevel)
	s, err := Open(testConfig(server.URL), nil, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 3 {
		if _, err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := logs.FilterMessageSnippet("APPEND-ONLY").Len(); n != 1 {
		t.Errorf("warned %d times of no append-only file, want once", n)
	}
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	if err := client.ConfigSet(t.Context(), "maxmemory-policy", "volatile-ttl").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context()); !errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), "volatile-ttl") {
		t.Errorf("an evicting policy: %v", err)
	}
}

func TestPartitionsAndLanesAreFound(t *testing.T) {
	server := testbed.StartRedis(t)
	cfg := testConfig(server.URL)
	cfg.Partitions = 3
	s := open(t, cfg)
	defer s.Close()
	src := source(t, s, "auth") // before the lane is there
	for i := range 30 {
		put(t, s, "auth", i, 1)
	}
	put(t, s, "old-lane", 0, 1)
	if names, err := s.Lanes(t.Context()); err != nil || !slices.Equal(names, []string{"auth", "old-lane"}) {
		t.Errorf("lanes are %v, %v", names, err)
	}
	seen := make(map[int]int)
	for range 30 {
		d := next(t, src)
		seen[spooltest.Numbers(t, d.Batch)[0]]++
		ack(t, src, d)
	}
	if len(seen) != 30 {
		t.Errorf("%d of 30 frames", len(seen))
	}
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	keys := client.Keys(t.Context(), "*").Val()
	slices.Sort(keys)
	if want := "millrace:partitions millrace:{auth:0} millrace:{auth:0}:retry millrace:{auth:1}"; !strings.HasPrefix(strings.Join(keys, " "), want) {
		t.Errorf("keys are %v", keys)
	}
}

// Redis was away for longer than claim_after: those who live renew before anybody takes what they hold.
func TestRestartOfRedisTakesNothingFromTheLiving(t *testing.T) {
	server := testbed.StartRedis(t)
	s := open(t, testConfig(server.URL))
	defer s.Close()
	put(t, s, "auth", 0, 1)
	slow, other := source(t, s, "auth"), source(t, s, "auth")
	d := next(t, slow)
	ctx, cancel := context.WithCancel(t.Context())
	taken := make(chan error, 1)
	go func() {
		_, err := other.Next(ctx)
		taken <- err
	}()
	server.Kill9()
	time.Sleep(2 * s.cfg.ClaimAfter) // what is tested is that time passes
	server.Restart()
	time.Sleep(2 * s.cfg.ClaimAfter)
	cancel()
	if err := <-taken; !errors.Is(err, context.Canceled) {
		t.Errorf("Next of the other consumer: %v", err)
	}
	ack(t, slow, d)
	if st, err := s.Stats(t.Context(), "auth"); err != nil || st.Lines != 0 {
		t.Errorf("stats are %+v, %v", st, err)
	}
}

func TestConsumersAreForgottenWhenTheyHoldNothing(t *testing.T) {
	server := testbed.StartRedis(t)
	s := open(t, testConfig(server.URL))
	defer s.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	consumers := func() int {
		return len(client.XInfoConsumers(t.Context(), s.stream("auth:0"), group).Val())
	}
	put(t, s, "auth", 0, 1)
	put(t, s, "auth", 1, 1)
	first := source(t, s, "auth")
	ack(t, first, next(t, first))
	_ = next(t, first)
	_ = first.Close()
	if n := consumers(); n != 1 {
		t.Fatalf("%d consumers, want the closed one, whose frame is pending", n)
	}
	second := source(t, s, "auth")
	ack(t, second, next(t, second))
	if err := tidyScript.Run(t.Context(), client, []string{s.stream("auth:0")}, group, 0, first.consumer).Err(); err != nil {
		t.Fatal(err)
	}
	_ = second.Close()
	if n := consumers(); n != 0 {
		t.Errorf("%d consumers are left", n)
	}
}

func TestEntryThatIsNoFrame(t *testing.T) {
	server := testbed.StartRedis(t)
	s := open(t, testConfig(server.URL))
	defer s.Close()
	put(t, s, "auth", 0, 1)
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	for _, values := range [][]string{{"other", "field"}, {"f", ""}, {"f", "short"}, {"f", strings.Repeat("long", 100)}} {
		if err := client.XAdd(t.Context(), &redis.XAddArgs{Stream: s.stream("auth:0"), Values: values}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, "auth", 1, 1)
	src := source(t, s, "auth")
	ack(t, src, next(t, src))
	ack(t, src, next(t, src))
	if st, err := s.Stats(t.Context(), "auth"); err != nil || st.Damaged != 4 || st.Lines != 0 {
		t.Errorf("stats are %+v, %v", st, err)
	}
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// One op is a frame of 1,000 lines of 120 bytes: encoded and added.
func BenchmarkAppend(b *testing.B) {
	server := testbed.StartRedis(b, "--appendonly", "no")
	s, err := Open(testConfig("unix://"+server.Socket), nil, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	batch := &event.Batch{}
	o := event.Origin{Listener: "tcp"}
	for i := range 1000 {
		msg := fmt.Sprintf("<38>Nov 21 10:%02d:%02d node%03d sshd[%d]: Failed password for invalid user admin%d from 203.0.113.%d port %d ssh2",
			i/60%60, i%60, i*7%100, i*7919%30000, i*31%1000, i%255, i*104729%60000)
		batch.Add(batch.AddOrigin(&o), int64(i)*700, uint64(i), 0, []byte((msg + strings.Repeat(" ", 120))[:120]))
	}
	b.ReportAllocs()
	b.ResetTimer()
	cpu := cpuSeconds()
	for n := range b.N {
		if err := s.Append(b.Context(), "auth", batch); err != nil {
			b.Fatal(err)
		}
		if n%1000 == 999 {
			b.StopTimer()
			_ = client.XTrimMaxLen(b.Context(), s.stream("auth:0"), 0).Err()
			b.StartTimer()
		}
	}
	b.ReportMetric(float64(b.N)*1000/(cpuSeconds()-cpu)/1e6, "Mlines/cpu-s")
}
