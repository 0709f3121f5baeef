package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
)

// ErrStopped says that the lane takes no more documents. Lines that it was not given stay in the spool.
var ErrStopped = errors.New("lane is stopped")

// Deps are the parts of its surroundings that a lane uses.
type Deps struct {
	Metrics *Metrics // from NewMetrics; may be shared by lanes
	DeadDir string   // folder of the files of dead letters; made when the first one is written
}

// Lane is the path of one lane's documents into the index.
type Lane struct {
	name  string
	cfg   Config
	sink  Sink
	log   *zap.Logger
	count laneMetrics

	// Buffers are the lane's credit. Each is in one place at a time: current, ready, with a sender, or free.
	free  chan *Batch
	ready chan *Batch

	mu      sync.Mutex // never held while waiting
	current *Batch     // nil when it was handed to a sender
	names   names
	closed  bool          // nothing goes into current any more
	stopped chan struct{} // closed when no more documents are taken

	oldest chan struct{} // a document came into an empty buffer: see flush
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
	buffers := cfg.Bulk.InFlight + 2 // one that is filled, and one that waits
	l := &Lane{
		name: name, cfg: cfg, sink: sink, log: log.With(zap.String("lane", name)),
		free:    make(chan *Batch, buffers),
		ready:   make(chan *Batch, buffers),
		stopped: make(chan struct{}),
		oldest:  make(chan struct{}, 1),
		names:   names{prefix: cfg.Prefix, lane: name},
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

// Add takes the document of one line, a JSON object without a line feed, and settles the line when its fate is known.
// doc is copied before Add returns. Add blocks while the lane is full, until ctx ends; with an error
// (that of ctx, or ErrStopped) the line was not taken. Safe for concurrent use.
func (l *Lane) Add(ctx context.Context, doc []byte, ref event.Ref) error {
	l.mu.Lock()
	for l.current == nil && !l.closed {
		l.mu.Unlock()
		var b *Batch
		select {
		case b = <-l.free:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.stopped:
			return ErrStopped
		}
		l.mu.Lock()
		if l.current != nil || l.closed { // another one was quicker
			l.free <- b // never blocks: there are no more buffers than it takes
			continue
		}
		l.current = b
	}
	if l.closed {
		l.mu.Unlock()
		return ErrStopped
	}
	b := l.current
	b.Add(l.names.of(ref.Received()), ref, doc)
	full := len(b.Items) >= l.cfg.Bulk.Documents || len(b.buf) >= int(l.cfg.Bulk.Bytes)
	if full {
		l.handOver()
	}
	first := !full && len(b.Items) == 1
	l.mu.Unlock()
	if first {
		select {
		case l.oldest <- struct{}{}:
		default:
		}
	}
	return nil
}

// handOver gives the current buffer to the senders. The lock is held. It never blocks: there are no
// more buffers than ready takes.
func (l *Lane) handOver() {
	if l.current != nil && l.current.Len() > 0 {
		l.count.unsettled.Add(int64(l.current.Len()))
		l.ready <- l.current
		l.current = nil
	}
}

// Run sends what is added until ctx ends, then what is left until the drain timeout is over. It returns
// nil when everything was settled, and an error that says how many lines stay in the spool otherwise.
// It is called once; every goroutine of the lane has ended when it returns.
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
	l.mu.Lock()
	l.closed = true
	l.handOver()
	close(l.ready)
	l.mu.Unlock()
	senders.Wait()
	close(idle)
	others.Wait()
	if n := l.count.waiting(); n > 0 {
		why := cmp.Or(l.Health().Why, "the time to stop is over")
		return fmt.Errorf("lane %s: %d lines stay in the spool: %s", l.name, n, why)
	}
	return nil
}

// flush hands over buffers that nobody filled in time, until ctx ends.
func (l *Lane) flush(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-l.oldest:
		case <-ctx.Done():
			return
		}
		timer.Reset(l.cfg.Bulk.Interval)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		l.mu.Lock()
		l.handOver() // another buffer than the one that set the timer may be current; it goes a little early
		l.mu.Unlock()
	}
}
