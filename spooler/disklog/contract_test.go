package disklog

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"github.com/millrace/millrace/internal/units"
	"github.com/millrace/millrace/spooler/lane"
	"github.com/millrace/millrace/spooler/spooltest"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		child(folder)
	}
	goleak.VerifyTestMain(m)
}

func testConfig(folder string) Config {
	cfg := DefaultConfig()
	cfg.Folder = folder
	cfg.RetryAfter = 30 * time.Millisecond
	return cfg
}

func open(t testing.TB, cfg Config) *Log {
	t.Helper()
	l, err := Open(cfg, nil, zaptest.NewLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// backend is the disk log under the contract.
type backend struct{ cfg Config }

func (b *backend) Open(t *testing.T) spooltest.Spool { return open(t, b.cfg) }

func (b *backend) Source(t *testing.T, s spooltest.Spool, name string) spooltest.Source {
	src, err := s.(*Log).Source(name)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (b *backend) Stats(s spooltest.Spool, name string) lane.Stats { return s.(*Log).Stats(name) }

func (b *backend) Put(t *testing.T, s spooltest.Spool, name string, src []byte) {
	ln, err := s.(*Log).lane(name)
	if err == nil {
		err = ln.main.append(&write{buf: append(make([]byte, markLen), src...), lines: 1000})
	}
	if err != nil {
		t.Fatal(err)
	}
	ln.broadcast()
}

func (b *backend) Kill(t *testing.T, src spooltest.Source) {
	if err := src.Close(); err != nil { // consumers of one process die together; kill_test.go has that
		t.Error(err)
	}
}

func (b *backend) TakeOver() time.Duration { return 0 }

func TestContract(t *testing.T) {
	for _, sync := range []Sync{SyncOS, SyncInterval, SyncAlways} {
		t.Run(string(sync), func(t *testing.T) {
			spooltest.Run(t, func(t *testing.T) spooltest.Backend {
				cfg := testConfig(t.TempDir())
				cfg.Sync = sync
				if sync == SyncAlways {
					cfg.SegmentSize = 64 * units.KiB
				}
				return &backend{cfg}
			})
		})
	}
}
