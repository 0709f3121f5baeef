package disklog

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/units"
)

// syslogLines are lines of 120 bytes as sshd writes them.
func syslogLines(n int) [][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var list [][]byte
	for i := range n {
		msg := fmt.Sprintf("<38>Nov 21 10:%02d:%02d node%03d sshd[%d]: Failed password for invalid user admin%d from 203.0.113.%d port %d ssh2",
			i/60%60, i%60, rng.IntN(100), rng.IntN(30000), rng.IntN(1000), rng.IntN(255), rng.IntN(60000))
		list = append(list, []byte((msg + strings.Repeat(" ", 120))[:120]))
	}
	return list
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// One op is 1,000 lines of 120 bytes: gathered into a batch, encoded as a frame, appended and synced.
func BenchmarkAppend(b *testing.B) {
	lines := syslogLines(1000)
	for _, sync := range []Sync{SyncOS, SyncInterval, SyncAlways} {
		b.Run(string(sync), func(b *testing.B) {
			cfg := DefaultConfig()
			cfg.Folder, cfg.Sync, cfg.MaxSize = b.TempDir(), sync, units.TiB
			l, err := Open(cfg, nil, zap.NewNop())
			if err != nil {
				b.Fatal(err)
			}
			src, _ := l.Source("auth")
			o := event.Origin{Boot: event.Boot{1}, Peer: netip.MustParseAddrPort("192.0.2.1:514"), Transport: event.TCP, Listener: "tcp"}
			var batch event.Batch
			now := int64(1_790_000_000_000_000_000)
			b.ReportAllocs()
			b.ResetTimer()
			cpu := cpuSeconds()
			for n := range b.N {
				batch.Reset()
				origin := batch.AddOrigin(&o)
				for i, msg := range lines {
					now += 700
					batch.Add(origin, now, uint64(n*1000+i), 0, msg)
				}
				if err := l.Append(b.Context(), "auth", &batch); err != nil {
					b.Fatal(err)
				}
			}
			cpu = cpuSeconds() - cpu
			b.StopTimer()
			b.ReportMetric(float64(b.N)*1000/cpu/1e6, "Mlines/cpu-s")
			for range b.N { // or the disk fills up
				d, err := src.Next(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				if err := src.Ack(b.Context(), []*event.Delivery{d}); err != nil {
					b.Fatal(err)
				}
			}
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// One op is a frame of 1,000 lines of 120 bytes: read, decoded and acknowledged.
func BenchmarkRead(b *testing.B) {
	const frames = 500
	cfg := DefaultConfig()
	cfg.Folder = b.TempDir()
	l, err := Open(cfg, nil, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	var batch event.Batch
	o := event.Origin{Listener: "tcp"}
	for i, msg := range syslogLines(1000) {
		batch.Add(batch.AddOrigin(&o), int64(i)*700, uint64(i), 0, msg)
	}
	src, _ := l.Source("auth")
	b.ReportAllocs()
	b.ResetTimer()
	cpu := 0.0
	for n := range b.N {
		if n%frames == 0 {
			b.StopTimer()
			for range frames {
				if err := l.Append(b.Context(), "auth", &batch); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
			cpu -= cpuSeconds()
		}
		d, err := src.Next(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := src.Ack(b.Context(), []*event.Delivery{d}); err != nil {
			b.Fatal(err)
		}
		if n%frames == frames-1 || n == b.N-1 {
			cpu += cpuSeconds()
		}
	}
	b.ReportMetric(float64(b.N)*1000/cpu/1e6, "Mlines/cpu-s")
}
