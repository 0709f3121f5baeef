package disklog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/spooler/frame"
)

// ErrClosed says that the log or the source has been closed.
var ErrClosed = errors.New("disklog: closed")

// laneLog is a lane: what was appended to it, and what of that is deferred.
type laneLog struct {
	log     *Log
	name    string
	main    *queue
	retry   *queue
	metrics laneMetrics

	mu        sync.Mutex
	wake      chan struct{} // closed when there may be something to read
	waiting   int           // of Next
	turn      bool          // the retry queue has its turn
	passUntil int64         // position up to which deferred lines are tried in this pass
	nextPass  time.Time
}

// Source reads one lane. Every frame goes to one of the lane's sources, in order of append, and stays with it
// until it is acknowledged or the source is closed. The methods of a Source may be called by several goroutines
// at once; each frame then goes to one of them.
type Source struct {
	lane   *laneLog
	closed chan struct{}
	once   sync.Once
}

// Next waits for the next batch of the lane. The delivery and its batch belong to the caller until Ack.
//
// It returns ctx.Err() when ctx ends, ErrClosed when the log or source is closed, a *frame.VersionError
// (wrapped) while the next frame is one that only a newer version can read, and the error of the disk
// otherwise; after the last two the caller may try again, better not at once.
func (s *Source) Next(ctx context.Context) (*event.Delivery, error) {
	for {
		buf := s.lane.log.reads.get()
		var r *record
		var err error
		if r, buf.b, err = s.lane.next(ctx, s, buf.b); err != nil {
			s.lane.log.reads.put(buf)
			return nil, err
		}
		b := s.lane.log.batches.Get()
		buf.b, err = frame.Unpack(b, buf.b)
		s.lane.log.reads.put(buf)
		if err == nil {
			return event.NewDelivery(b, r), nil
		}
		// The checksum was right: the frame has been written so.
		s.lane.log.batches.Put(b)
		r.q.spoiledRecord(r)
	}
}

// Frame is a frame as it was appended.
type Frame struct {
	Bytes []byte // valid until Free
	Lines int

	record *record
	memory *readBuffer
	log    *Log
}

// Free lets go of the frame's bytes. It can still be acknowledged.
func (f *Frame) Free() {
	if f.memory != nil {
		f.log.reads.put(f.memory)
		f.memory, f.Bytes = nil, nil
	}
}

// NextFrames is Next without decoding: it waits for the first frame, and adds those behind it that are there
// already, up to n. They are acknowledged with AckFrames.
func (s *Source) NextFrames(ctx context.Context, n int) ([]Frame, error) {
	var list []Frame
	for len(list) < n {
		memory := s.lane.log.reads.get()
		var r *record
		var err error
		if len(list) == 0 {
			r, memory.b, err = s.lane.next(ctx, s, memory.b)
		} else {
			r, memory.b, _ = s.lane.pick(s, memory.b) // an error comes again when it is the first
		}
		if r == nil {
			s.lane.log.reads.put(memory)
			return list, err
		}
		list = append(list, Frame{Bytes: memory.b, Lines: int(r.lines), record: r, memory: memory, log: s.lane.log})
	}
	return list, nil
}

// Ack tells that every line of the deliveries is settled. Lines whose verdict is Deferred are appended to the
// lane's retry log before their batch counts as done, so that a crash in between loses none of them. When Ack
// returns nil the batches are used again and must not be touched any more; otherwise Ack may be repeated.
func (s *Source) Ack(_ context.Context, deliveries []*event.Delivery) error {
	byQueue := make(map[*queue][]*record, 1)
	for _, d := range deliveries {
		r, ok := d.Place.(*record)
		if !ok {
			return fmt.Errorf("disklog: lane %s: delivery of another source", s.lane.name)
		}
		if err := s.lane.deferLines(d); err != nil {
			return err
		}
		byQueue[r.q] = append(byQueue[r.q], r)
	}
	for q, records := range byQueue {
		q.ack(records)
	}
	for _, d := range deliveries {
		s.lane.log.batches.Put(d.Batch)
		d.Batch = nil
	}
	return nil
}

// AckFrames tells that the frames are safe elsewhere.
func (s *Source) AckFrames(frames []Frame) {
	for _, q := range []*queue{s.lane.main, s.lane.retry} {
		var records []*record
		for _, f := range frames {
			if f.record.q == q {
				records = append(records, f.record)
			}
		}
		if len(records) > 0 {
			q.ack(records)
		}
	}
}

// Close gives back what is not acknowledged, to the lane's other sources; it does not wait for Next, which
// returns ErrClosed. A late Ack still counts.
func (s *Source) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.lane.main.release(s)
		s.lane.retry.release(s)
		s.lane.broadcast()
	})
	return nil
}

// deferLines appends the deferred lines of d to the retry log.
func (l *laneLog) deferLines(d *event.Delivery) error {
	if d.Count()[event.Deferred] == 0 {
		return nil
	}
	b := l.log.batches.Get()
	defer l.log.batches.Put(b)
	d.AppendDeferred(b, event.Retried)
	return l.append(l.retry, b, 0)
}

// next waits for a record of either queue.
func (l *laneLog) next(ctx context.Context, s *Source, buf []byte) (*record, []byte, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, buf, err
		}
		select {
		case <-s.closed:
			return nil, buf, ErrClosed
		case <-l.log.closed:
			return nil, buf, ErrClosed
		default:
		}
		wake := l.await()
		r, src, err := l.pick(s, buf)
		if r != nil || err != nil {
			l.attended()
			return l.unlessClosed(s, r, src, err)
		}
		buf = src
		l.sleep(ctx, s, wake)
		l.attended()
	}
}

// unlessClosed gives back a record that was read while its source was closed.
func (l *laneLog) unlessClosed(s *Source, r *record, src []byte, err error) (*record, []byte, error) {
	select {
	case <-s.closed:
		l.main.release(s)
		l.retry.release(s)
		l.broadcast()
		return nil, src, ErrClosed
	default:
		return r, src, err
	}
}

// pick reads from the retry log and the main log in turn.
func (l *laneLog) pick(s *Source, buf []byte) (r *record, src []byte, err error) {
	order := [2]*queue{l.main, l.retry}
	limits := [2]int64{math.MaxInt64, l.pass()}
	l.mu.Lock()
	first := 0
	if l.turn {
		first = 1
	}
	l.turn = !l.turn
	l.mu.Unlock()
	for _, i := range [2]int{first, 1 - first} {
		var e error
		r, buf, e = order[i].next(s, limits[i], buf)
		if r != nil {
			return r, buf, nil
		}
		err = errors.Join(err, e)
	}
	return nil, buf, err
}

// pass is the position up to which deferred lines are tried now. A pass takes what was there when it began:
// so lines wait at least until the next one, and those that are deferred again never keep it going.
func (l *laneLog) pass() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.log.now(); !now.Before(l.nextPass) {
		l.nextPass = now.Add(l.log.cfg.RetryAfter)
		l.passUntil = l.retry.end()
	}
	return l.passUntil
}

// sleep waits until there may be something to read.
func (l *laneLog) sleep(ctx context.Context, s *Source, wake chan struct{}) {
	var pass <-chan time.Time
	if l.retry.waiting() {
		l.mu.Lock()
		timer := time.NewTimer(l.nextPass.Sub(l.log.now()))
		l.mu.Unlock()
		defer timer.Stop()
		pass = timer.C
	}
	select {
	case <-ctx.Done():
	case <-s.closed:
	case <-l.log.closed:
	case <-wake:
	case <-pass:
	}
}

// await returns a channel that is closed at the next broadcast. The caller reports with attended.
func (l *laneLog) await() chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting++
	return l.wake
}

func (l *laneLog) attended() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
}

// broadcast wakes every Next that waits.
func (l *laneLog) broadcast() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting > 0 {
		close(l.wake)
		l.wake = make(chan struct{})
	}
}

// end is the position of the next append.
func (q *queue) end() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.endLocked()
}

// waiting tells whether there are records that nobody has read yet.
func (q *queue) waiting() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := len(q.segments)
	return len(q.returned) > 0 || n > 0 && q.segments[n-1].end() > q.cursor
}

// spoiledRecord counts a record that can't be decoded, and is done with it.
func (q *queue) spoiledRecord(r *record) {
	q.mu.Lock()
	i := slices.IndexFunc(q.segments, func(s *segment) bool { return r.start < s.end() })
	s := q.segments[i]
	q.mu.Unlock()
	q.spoiled(s, r.start-s.base, r.end-s.base)
	q.ack([]*record{r})
}
