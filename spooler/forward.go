package spooler

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/spooler/disklog"
	"github.com/millrace/millrace/spooler/lane"
	"github.com/millrace/millrace/spooler/redisstream"
)

// Forwarder moves frames from a disk log to Redis, lane by lane, in order. A frame stays in the disk log until it
// has been in Redis for the resend window and Redis has not restarted or failed over meanwhile; if it has, the
// frames of the window are sent again. While Redis is away or full, the disk log holds.
type Forwarder struct {
	disk   *disklog.Log
	redis  *redisstream.Spool
	window time.Duration
	log    *zap.Logger

	mu     sync.Mutex
	server server
	lanes  map[string]*laneState
}

// server is what the last look at Redis found.
type server struct {
	runID   string
	epoch   int       // number of servers seen; 0 before the first
	checked time.Time // when the last good look began
	err     error     // of the last look
}

type laneState struct {
	kept int64 // lines that are in Redis and kept on disk
	err  error
}

const (
	atOnce   = 16 // frames sent together
	newLanes = 100 * time.Millisecond
	maxPause = 2 * time.Second // between tries
)

// NewForwarder makes a forwarder; window is redisstream.Config.ResendWindow.
func NewForwarder(disk *disklog.Log, redis *redisstream.Spool, window time.Duration, log *zap.Logger) *Forwarder {
	return &Forwarder{disk: disk, redis: redis, window: window, log: log, lanes: make(map[string]*laneState)}
}

// Run forwards until ctx ends. It returns an error at once when Redis answers and can't be the spool
// (redisstream.ErrUnfit); when it does not answer, or is unfit later, Run says so and tries on.
func (f *Forwarder) Run(ctx context.Context) error {
	f.look(ctx)
	if err := f.serverState().err; errors.Is(err, redisstream.ErrUnfit) {
		return err
	} else if err != nil {
		f.log.Warn("redis does not answer; lines are kept in the disk log until it does", zap.Error(err))
	}
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { f.watch(ctx) })
	for {
		for _, name := range f.disk.Lanes() {
			f.mu.Lock()
			known := f.lanes[name] != nil
			if !known {
				f.lanes[name] = &laneState{}
			}
			f.mu.Unlock()
			if !known {
				running.Go(func() { f.forward(ctx, name) })
			}
		}
		if !sleep(ctx, newLanes) {
			return nil
		}
	}
}

// Err tells why frames are not forwarded now; nil when all is well.
func (f *Forwarder) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	errs := []error{f.server.err}
	for _, l := range f.lanes {
		errs = append(errs, l.err)
	}
	return errors.Join(errs...)
}

// Stats returns the state of a lane on disk and in Redis together; frames that are in both count once. When Redis does
// not answer, it returns what is on disk, and the error.
func (f *Forwarder) Stats(ctx context.Context, name string) (lane.Stats, error) {
	st := f.disk.Stats(name)
	there, err := f.redis.Stats(ctx, name)
	if err != nil {
		return st, err
	}
	f.mu.Lock()
	if l := f.lanes[name]; l != nil {
		st.Lines = max(0, st.Lines-l.kept)
	}
	f.mu.Unlock()
	if st.Lines == 0 || !there.Oldest.IsZero() && there.Oldest.Before(st.Oldest) {
		st.Oldest = there.Oldest
	}
	st.Lines += there.Lines
	st.Bytes += there.Bytes
	st.Deferred += there.Deferred
	st.Damaged += there.Damaged
	if st.Stopped == nil {
		st.Stopped = there.Stopped
	}
	return st, nil
}

// watch looks at the server, often enough to see a restart before the window has passed.
func (f *Forwarder) watch(ctx context.Context) {
	every := time.Second
	if f.window > 0 {
		every = min(every, max(f.window/4, 10*time.Millisecond))
	}
	for sleep(ctx, every) {
		f.look(ctx)
	}
}

func (f *Forwarder) look(ctx context.Context) {
	began := time.Now()
	found, err := f.redis.Check(ctx)
	if ctx.Err() != nil {
		return
	}
	f.mu.Lock()
	before := f.server
	f.server.err = err
	if err == nil {
		f.server.checked = began
		if found.RunID != f.server.runID {
			f.server.runID = found.RunID
			f.server.epoch++
		}
	}
	after := f.server
	f.mu.Unlock()
	switch {
	case err != nil && before.err == nil && before.epoch > 0:
		f.log.Warn("redis is in trouble; lines are kept in the disk log until it is over", zap.Error(err))
	case err == nil && before.err != nil:
		f.log.Info("redis answers", zap.String("version", found.Version))
	}
	if before.epoch > 0 && after.epoch != before.epoch {
		f.log.Warn("redis has restarted or failed over; the frames of the last seconds are sent again", zap.Duration("window", f.window))
	}
}

func (f *Forwarder) serverState() server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.server
}

// sleep returns false when ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
