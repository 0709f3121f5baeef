package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/shipper"
	"github.com/millrace/millrace/shipper/hostfile"
	"github.com/millrace/millrace/spooler"
	"github.com/millrace/millrace/spooler/disklog"
	"github.com/millrace/millrace/spooler/redisstream"
)

// node is the stages of one process, wired together.
type node struct {
	cfg      config.Config
	log      *zap.Logger
	registry *prometheus.Registry

	disk      *disklog.Log       // of a receiver
	receiver  *shipper.Shipper   // nil in a worker
	redis     *redisstream.Spool // nil when the disk log is the whole spool
	forwarder *spooler.Forwarder // from disk to redis
	index     *index             // nil in a receiver

	unlisted atomic.Pointer[string] // why the lanes of the spool are not known now

	mu    sync.Mutex
	lanes map[string]*indexer.Lane // that are being parsed and indexed
}

func newNode(cfg config.Config, log *zap.Logger) *node {
	n := &node{cfg: cfg, log: log, registry: prometheus.NewRegistry(), lanes: map[string]*indexer.Lane{}}
	n.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return n
}

// makeData makes the data folder.
func (n *node) makeData() error {
	if err := os.MkdirAll(n.cfg.Data, 0o750); err != nil {
		return fmt.Errorf("data: %w: write a folder that this user may write to", err)
	}
	return nil
}

// openReceiver opens the disk log and binds the sockets.
func (n *node) openReceiver() error {
	if err := n.makeData(); err != nil {
		return err
	}
	disk := n.cfg.Spool.Disk
	if disk.Folder == "" {
		disk.Folder = n.cfg.Folder("spool")
	}
	if n.cfg.Spool.Redis.URL != "" {
		disk.CompressAfter = 0 // frames go on as they lie, and Redis has them in memory
	}
	var err error
	if n.disk, err = disklog.Open(disk, n.registry, n.log); err != nil {
		return err
	}
	n.receiver, err = shipper.New(n.cfg.Receive, shipper.Deps{
		Spool: n.disk, Recent: n.disk, IDs: event.NewIDs(), Folder: n.cfg.Data, Registerer: n.registry,
	}, n.log)
	return err
}

// openRedis makes the client; Redis is not asked anything yet.
func (n *node) openRedis() (err error) {
	if n.cfg.Spool.Redis.URL != "" {
		n.redis, err = redisstream.Open(n.cfg.Spool.Redis, n.registry, n.log)
	}
	return err
}

// close closes what is open, downstream last, and joins the errors to err.
func (n *node) close(err error) error {
	if n.index != nil {
		err = errors.Join(err, n.index.close())
	}
	if n.redis != nil {
		err = errors.Join(err, n.redis.Close())
	}
	if n.disk != nil {
		err = errors.Join(err, n.disk.Close())
	}
	return err
}

// part is a stage that runs until its context ends.
type part struct {
	name string
	run  func(context.Context) error
}

// run runs the parts, /metrics and /health until ctx ends or one of them fails; then it stops them all and waits.
func (n *node) run(ctx context.Context, parts ...part) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	parts = append(parts, part{"reload", n.reloadOnSignal})
	if n.cfg.HTTP.Address != "" {
		parts = append(parts, part{"http", func(ctx context.Context) error {
			return serveHTTP(ctx, n.cfg.HTTP, n.registry, n.health, n.log)
		}})
	}
	errs := make([]error, len(parts))
	var running sync.WaitGroup
	for i, p := range parts {
		running.Go(func() {
			if err := p.run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				errs[i] = err
				n.log.Error("stopping because a part failed", zap.String("part", p.name), zap.Error(err))
			}
			stop()
		})
	}
	n.log.Info("ready", zap.String("data", n.cfg.Data), zap.String("version", version))
	running.Wait()
	n.log.Info("stopped")
	return errors.Join(errs...)
}

// reloadOnSignal opens the per-host files and the GeoIP databases anew on SIGHUP.
func (n *node) reloadOnSignal(ctx context.Context) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangups:
		}
		n.log.Info("reloading: files, GeoIP databases")
		if n.receiver != nil {
			n.receiver.Reopen()
		}
		if n.index != nil {
			if err := n.index.geoip.Reload(); err != nil {
				n.log.Error("GeoIP databases stay as they were", zap.Error(err))
			} else if err := n.index.pipelines.CheckDatabases(); err != nil {
				n.log.Error("events get no place from a GeoIP database of another type", zap.Error(err))
			}
		}
	}
}

// health lists what does not do its work now.
func (n *node) health() []trouble {
	var all []trouble
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.index != nil {
		if why := n.index.waiting(); why != "" {
			all = append(all, trouble{Part: "index", Why: why})
		}
	}
	if why := n.unlisted.Load(); why != nil {
		all = append(all, trouble{Part: "spool", Why: *why})
	}
	for name, l := range n.lanes {
		if h := l.Health(); h.Red {
			all = append(all, trouble{"lane " + name, h.Why, h.Since})
		}
	}
	if n.forwarder != nil {
		if err := n.forwarder.Err(); err != nil {
			all = append(all, trouble{Part: "forwarding to Redis", Why: err.Error()})
		}
	}
	if n.receiver != nil {
		all = append(all, receiving(n.receiver.Stats())...)
	}
	if n.disk != nil {
		for _, name := range n.disk.Lanes() {
			if err := n.disk.Stats(name).Stopped; err != nil {
				all = append(all, trouble{Part: "spool lane " + name, Why: err.Error()})
			}
		}
	}
	return all
}

// receiving lists what the receiver could not write in the last minute.
func receiving(stats shipper.Stats) (all []trouble) {
	add := func(part string, f *hostfile.Failure) {
		if f != nil && time.Since(f.Time) < time.Minute {
			all = append(all, trouble{Part: part, Why: f.Why.Error()})
		}
	}
	add("per-host files", stats.Files.Failure)
	for i := range stats.Lanes {
		add("spool lane "+stats.Lanes[i].Name, stats.Lanes[i].Failure)
	}
	return all
}

// start opens what open opens and runs the parts that it returns.
func start(ctx context.Context, cfg config.Config, term terminal, open func(*node) ([]part, error)) error {
	log, err := newLogger(cfg.Log, term)
	if err != nil {
		return err
	}
	defer func() { _ = log.Sync() }()
	n := newNode(cfg, log)
	parts, err := open(n)
	if err != nil {
		return n.close(fmt.Errorf("start: %w", err))
	}
	return n.close(n.run(ctx, parts...))
}
