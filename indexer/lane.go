package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// ErrStopped says that the lane takes no more documents. Lines that it was not given stay in the spool.
var ErrStopped = errors.New("lane is stopped")

// Deps are the parts of its surroundings that a lane uses.
type Deps struct {
	Metrics *Metrics // from NewMetrics; may be shared by lanes
	DeadDir string   // folder of the files of dead letters; made when the first one is written
	Feeds   int      // that are filled at a time, for which there are buffers; at least 2
}

// Lane is the path of one lane's documents into the index.
type Lane struct {
	name  string
	cfg   Config
	sink  Sink
	log   *zap.Logger
	count laneMetrics

	// Buffers are the lane's credit. Each is in one place at a time: free, with a feed, open, ready, or with a sender.
	// No channel blocks who sends to it: it takes as many as there are.
	free  chan *Batch
	open  chan *Batch // have documents, and room for more
	ready chan *Batch

	began   chan struct{} // a buffer came to open: see flush
	stopped chan struct{} // closed when no more documents are taken

	again  *retry
	dead   *deadLetters
	health health
}

// NewLane makes a lane that sends to sink, which may be shared by lanes.
func NewLane(name string, cfg Config, sink Sink, deps Deps, log *zap.Logger) (*Lane, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if !laneSyntax.MatchString(name) || name == DeadLane {
		return nil, fmt.Errorf("lane %q: a name is made of a-z, 0-9 and '-', and is not %q", name, DeadLane)
	}
	buffers := cfg.Bulk.InFlight + max(deps.Feeds, 2)
	l := &Lane{
		name: name, cfg: cfg, sink: sink, log: log.With(zap.String("lane", name)),
		free:    make(chan *Batch, buffers),
		open:    make(chan *Batch, buffers),
		ready:   make(chan *Batch, buffers),
		began:   make(chan struct{}, 1),
		stopped: make(chan struct{}),
	}
	if deps.Metrics == nil {
		deps.Metrics = NewMetrics(nil)
	}
	l.count = deps.Metrics.lane(name)
	l.health.init(l.log, l.count)
	l.again = newRetry(l)
	l.dead = newDeadLetters(l, deps.DeadDir)
	for range buffers {
		l.free <- &Batch{size: int(cfg.Bulk.Bytes)}
	}
	return l, nil
}

// Name is the lane's name.
func (l *Lane) Name() string { return l.name }

// Run sends what is added until ctx ends, then what is left until the drain timeout is over. It returns
// nil when everything was settled, and an error that says how many lines stay in the spool otherwise.
// It is called once, and ctx ends when no feed is filled any more; every goroutine of the lane has ended when it returns.
func (l *Lane) Run(ctx context.Context) error {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var senders, others sync.WaitGroup
	for range l.cfg.Bulk.InFlight {
		senders.Go(func() { l.send(sending) })
	}
	idle := make(chan struct{})
	others.Go(func() { l.again.run(sending, idle) })
	l.flush(ctx)

	// Stopped from here on: no document comes in, and the deadline runs.
	deadline := time.AfterFunc(l.cfg.DrainTimeout, stop)
	defer deadline.Stop()
	close(l.stopped)
	l.sendOpen()
	close(l.ready)
	senders.Wait()
	close(idle)
	others.Wait()
	if n := l.count.waiting(); n > 0 {
		why := cmp.Or(l.Health().Why, "the time to stop is over")
		return fmt.Errorf("lane %s: %d lines stay in the spool: %s", l.name, n, why)
	}
	return nil
}

// flush has open buffers sent that nobody filled in time, until ctx ends.
func (l *Lane) flush(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-l.began:
		case <-ctx.Done():
			return
		}
		timer.Reset(l.cfg.Bulk.Interval)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		l.sendOpen() // others than the one that set the timer go a little early
	}
}

// sendOpen gives the open buffers to the senders.
func (l *Lane) sendOpen() {
	for {
		select {
		case b := <-l.open:
			l.ready <- b
		default:
			return
		}
	}
}
