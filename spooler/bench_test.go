package spooler

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/spooler/disklog"
	"github.com/millrace/millrace/spooler/redisstream"
)

func cpuSeconds() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// One op is a frame of 1,000 lines of 120 bytes: read from the disk log, and added to Redis.
func BenchmarkForward(b *testing.B) {
	server := testbed.StartRedis(b, "--appendonly", "no")
	cfg := disklog.DefaultConfig()
	cfg.Folder = b.TempDir()
	disk, err := disklog.Open(cfg, nil, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer disk.Close()
	rs, err := redisstream.Open(redisConfig(server, time.Second), nil, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer rs.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer client.Close()
	batch := &event.Batch{}
	for i := range 1000 {
		msg := fmt.Sprintf("<38>Nov 21 10:%02d:%02d node%03d sshd[%d]: Failed password for invalid user admin%d from 203.0.113.%d port %d ssh2",
			i/60%60, i%60, i*7%100, i*7919%30000, i*31%1000, i%255, i*104729%60000)
		batch.Add(batch.AddOrigin(&event.Origin{Listener: "tcp"}), int64(i)*700, uint64(i), 0, fmt.Appendf(nil, "%-120s", msg))
	}
	for range b.N {
		if err := disk.Append(b.Context(), "auth", batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	cpu := cpuSeconds()
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(b.Context())
	go func() { done <- NewForwarder(disk, rs, time.Second, zap.NewNop()).Run(ctx) }()
	for client.XLen(b.Context(), "millrace:{auth:0}").Val() < int64(b.N) {
		time.Sleep(5 * time.Millisecond)
	}
	b.ReportMetric(float64(b.N)*1000/(cpuSeconds()-cpu)/1e6, "Mlines/cpu-s")
	b.StopTimer()
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
