package redisstream

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/spooler/frame"
	"github.com/millrace/millrace/spooler/lane"
)

// ErrClosed says that the source has been closed.
var ErrClosed = errors.New("redisstream: closed")

// Source reads one lane, all of its partitions, as one consumer. Its methods may be called by several goroutines at
// once; each frame goes to one of them. It holds what it has read, and up to a few frames more, until they are
// acknowledged, and renews the hold by itself. Close must be called.
type Source struct {
	spool    *Spool
	lane     string
	consumer string
	log      *zap.Logger
	ready    chan *entry
	closed   chan struct{}
	halted   chan struct{} // closed when stopped is set
	once     sync.Once
	running  sync.WaitGroup

	mu      sync.Mutex
	demand  sync.Cond // signalled when Next begins to wait, and at the end
	waiting int       // of Next
	ended   bool      // closed, or stopped
	stopped error     // by a frame of an unknown version; set once, before halted is closed
	held    map[place]*entry
	trouble bool      // with Redis, and logged
	alone   time.Time // until then nothing is taken from those who live, as far as is known
	streams map[string]partition
}

// place names an entry in Redis.
type place struct{ stream, id string }

// entry is a frame that this consumer holds.
type entry struct {
	place
	partition partition
	frame     string
}

const (
	readCount  = 4              // frames of one read
	readBlock  = time.Second    // the longest that Close waits for a read
	pause      = time.Second    // after an error of Redis, and between looks for new partitions
	released   = 24 * time.Hour // given back: idle for so long that nobody has to wait
	tidyAfter  = time.Hour      // until a consumer that holds nothing is forgotten
	renewChunk = 200            // ids of one XCLAIM
	renewals   = 4              // in claim_after
)

// Source makes a consumer of a lane, which need not exist yet.
func (s *Spool) Source(name string) (*Source, error) {
	if err := lane.CheckName(name); err != nil {
		return nil, fmt.Errorf("redisstream: %w", err)
	}
	host, _ := os.Hostname()
	src := &Source{
		spool: s, lane: name, consumer: fmt.Sprintf("%s-%d-%08x", host, os.Getpid(), rand.Uint32()),
		log:   s.log.With(zap.String("lane", name)),
		ready: make(chan *entry, readCount), closed: make(chan struct{}), halted: make(chan struct{}),
		held: make(map[place]*entry), streams: make(map[string]partition),
	}
	src.demand.L = &src.mu
	src.spare()
	src.running.Go(src.discover)
	src.running.Go(src.keepHold)
	src.running.Go(src.takeOvers)
	return src, nil
}

// Next waits for the next batch of the lane. The delivery and its batch belong to the caller until Ack.
//
// It waits as long as Redis is away. It returns ctx.Err() when ctx ends, ErrClosed when the source is closed, and a
// *frame.VersionError (wrapped) once it has met a frame that only a newer version can read; that one and what else was
// read ahead is given back for other workers, and nothing more is read.
func (s *Source) Next(ctx context.Context) (*event.Delivery, error) {
	for {
		e, err := s.wait(ctx)
		if err != nil {
			return nil, err
		}
		b := s.spool.batches.Get()
		err = frame.Decode(b, []byte(e.frame))
		if err == nil {
			e.frame = ""
			return event.NewDelivery(b, e), nil
		}
		s.spool.batches.Put(b)
		var version *frame.VersionError
		if errors.As(err, &version) {
			return nil, s.stop(e, err)
		}
		s.skip(ctx, e)
	}
}

// wait returns the next entry, and tells the readers that one is wanted.
func (s *Source) wait(ctx context.Context) (*entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.waiting++
	s.mu.Unlock()
	s.demand.Broadcast()
	defer func() {
		s.mu.Lock()
		s.waiting--
		s.mu.Unlock()
	}()
	select { // the end goes before what was read ahead
	case <-s.closed:
		return nil, ErrClosed
	case <-s.halted:
		return nil, s.stopped
	default:
	}
	select {
	case e := <-s.ready:
		return e, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closed:
		return nil, ErrClosed
	case <-s.halted:
		return nil, s.stopped
	}
}

// wanted waits until a Next waits. It returns false when the source has ended.
func (s *Source) wanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.waiting == 0 && !s.ended {
		s.demand.Wait()
	}
	return !s.ended
}

// stop ends reading at a frame of an unknown version, and gives back what nobody has begun with.
func (s *Source) stop(e *entry, cause error) error {
	err := fmt.Errorf("redisstream: %s, entry %s: %w", e.stream, e.id, cause)
	s.mu.Lock()
	if s.stopped != nil {
		s.mu.Unlock()
		s.release([]*entry{e})
		return s.stopped
	}
	s.stopped, s.ended = err, true
	close(s.halted)
	s.mu.Unlock()
	s.demand.Broadcast()
	s.log.Error("reading of a lane has stopped", zap.Error(err))
	s.spool.state(s.lane, func(l *laneState) { l.stopped = err })
	back := []*entry{e}
	for {
		select {
		case e := <-s.ready:
			back = append(back, e)
		default:
			s.release(back)
			return err
		}
	}
}

// skip counts, reports and deletes a damaged frame.
func (s *Source) skip(ctx context.Context, e *entry) {
	s.log.Error("a frame is damaged and lost", zap.String("stream", e.stream), zap.String("entry", e.id))
	s.spool.damaged.WithLabelValues(s.lane).Inc()
	s.spool.state(s.lane, func(l *laneState) { l.damaged++ })
	if err := s.ack(ctx, e.stream, e.partition, []*entry{e}, nil); err != nil {
		s.failed("delete a damaged frame", err)
	}
}

// Ack tells that every line of the deliveries is settled. In the same step, lines whose verdict is Deferred are added
// to the lane's retry stream. When Ack returns nil the batches are used again and must not be touched any more;
// otherwise Ack may be repeated. Deliveries that another consumer has taken over meanwhile may be acknowledged too.
func (s *Source) Ack(ctx context.Context, deliveries []*event.Delivery) error {
	type work struct {
		partition partition
		entries   []*entry
		frames    [][]byte
	}
	byStream := make(map[string]*work, 1)
	for _, d := range deliveries {
		e, ok := d.Place.(*entry)
		if !ok {
			return fmt.Errorf("redisstream: lane %s: delivery of another source", s.lane)
		}
		w := byStream[e.stream]
		if w == nil {
			w = &work{partition: e.partition}
			byStream[e.stream] = w
		}
		w.entries = append(w.entries, e)
		src, err := s.deferred(d)
		if err != nil {
			return err
		}
		if src != nil {
			w.frames = append(w.frames, src)
		}
	}
	for stream, w := range byStream {
		if err := s.ack(ctx, stream, w.partition, w.entries, w.frames); err != nil {
			return fmt.Errorf("redisstream: lane %s: acknowledge: %w", s.lane, err)
		}
	}
	for _, d := range deliveries {
		s.spool.batches.Put(d.Batch)
		d.Batch = nil
	}
	return nil
}

// deferred is a frame of the deferred lines of d; nil when there are none.
func (s *Source) deferred(d *event.Delivery) ([]byte, error) {
	if d.Count()[event.Deferred] == 0 {
		return nil, nil
	}
	b := s.spool.batches.Get()
	defer s.spool.batches.Put(b)
	d.AppendDeferred(b, event.Retried)
	return new(frame.Encoder).Append(nil, b, frame.S2)
}

// ack runs the script. The frames go with the first of several calls, before anything is acknowledged.
func (s *Source) ack(ctx context.Context, stream string, p partition, entries []*entry, frames [][]byte) error {
	keys := []string{stream, s.spool.retry(p)}
	for start := 0; start < len(entries); start += ackChunk {
		chunk := entries[start:min(start+ackChunk, len(entries))]
		args := make([]any, 0, 2+len(chunk)+len(frames))
		args = append(args, group, len(chunk))
		for _, e := range chunk {
			args = append(args, e.id)
		}
		for _, src := range frames {
			args = append(args, src)
		}
		frames = nil
		if err := ackScript.Run(ctx, s.spool.client, keys, args...).Err(); err != nil {
			return err
		}
		s.mu.Lock()
		for _, e := range chunk {
			delete(s.held, e.place)
		}
		s.mu.Unlock()
	}
	return nil
}

// Close ends Next and gives back what is not acknowledged, for others to take at once. It waits for reads that are
// under way, up to a second.
func (s *Source) Close() error {
	s.once.Do(func() {
		s.end()
		s.mu.Lock()
		var list []*entry
		for _, e := range s.held {
			list = append(list, e)
		}
		s.mu.Unlock()
		s.release(list)
		s.leave()
	})
	return nil
}

// end stops the goroutines, and says nothing to Redis.
func (s *Source) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	close(s.closed)
	s.demand.Broadcast()
	s.running.Wait()
}

// failed logs trouble with Redis, once until it is over. When it is, other consumers need time to renew their hold.
func (s *Source) failed(what string, err error) {
	s.spare()
	s.mu.Lock()
	known := s.trouble
	s.trouble = true
	s.mu.Unlock()
	if !known {
		s.log.Warn("redis is in trouble, trying on", zap.String("to", what), zap.Error(err))
	}
}

// worked ends the trouble.
func (s *Source) worked() {
	s.mu.Lock()
	known := s.trouble
	s.trouble = false
	s.mu.Unlock()
	if known {
		s.log.Info("redis answers again")
	}
}

// sleep returns false when the source is closed meanwhile.
func (s *Source) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.closed:
		return false
	case <-timer.C:
		return true
	}
}

// isNoGroup tells that a stream is not there any more: Redis has lost it, and the receiver will make it again.
func isNoGroup(err error) bool { return redis.HasErrorPrefix(err, "NOGROUP") }
