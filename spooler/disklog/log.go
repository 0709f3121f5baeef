package disklog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/spooler/frame"
	"github.com/millrace/millrace/spooler/lane"
)

// Log is the disk log of one folder. It is safe for concurrent use.
type Log struct {
	cfg     Config
	log     *zap.Logger
	lock    *os.File
	total   atomic.Int64
	metrics *metrics
	batches *frame.Pool
	reads   pool[readBuffer, *readBuffer]
	writes  pool[writeBuffer, *writeBuffer]
	now     func() time.Time

	mu    sync.RWMutex
	lanes map[string]*laneLog

	dirty   chan struct{} // something was written and is not synced
	closed  chan struct{}
	once    sync.Once
	flusher sync.WaitGroup
	err     error // of Close
}

// Free lists: enough for the frames in flight of a few lanes, little enough to keep at rest.
const (
	freeBatches = 32
	freeReads   = 16
	freeWrites  = 8
)

// Open opens the log in cfg.Folder, which it makes when it is not there, and locks it: it is an error when
// another process has it. reg may be nil.
func Open(cfg Config, reg prometheus.Registerer, log *zap.Logger) (*Log, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Folder == "" {
		return nil, errors.New("spool.disk.folder: no folder for the spool: name one")
	}
	if err := os.MkdirAll(cfg.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("spool.disk.folder: %w", err)
	}
	lock, err := lockFolder(cfg.Folder)
	if err != nil {
		return nil, fmt.Errorf("spool.disk.folder: %w", err)
	}
	l := &Log{
		cfg: cfg, log: log, lock: lock, now: time.Now,
		batches: frame.NewPool(freeBatches), reads: make(pool[readBuffer, *readBuffer], freeReads), writes: make(pool[writeBuffer, *writeBuffer], freeWrites),
		lanes: make(map[string]*laneLog), dirty: make(chan struct{}, 1), closed: make(chan struct{}),
	}
	l.metrics = newMetrics(l)
	if err := l.openLanes(); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("spool.disk.folder: %w", err)
	}
	if reg != nil {
		if err := reg.Register(l.metrics); err != nil {
			_ = l.Close()
			return nil, err
		}
	}
	if cfg.Sync == SyncInterval {
		l.flusher.Go(l.flushEvery)
	}
	return l, nil
}

// lockFolder takes the folder for this process, until the file is closed or the process ends, however it ends.
func lockFolder(folder string) (*os.File, error) {
	path := filepath.Join(folder, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		owner := make([]byte, 20)
		n, _ := f.ReadAt(owner, 0)
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s is in use by another millrace (process %s): stop it, or choose another folder", folder, owner[:n])
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "%d", os.Getpid()) // for the message above only
	}
	return f, nil
}

// openLanes opens the lanes that are on disk, those that are no longer configured too: they drain.
func (l *Log) openLanes() error {
	entries, err := os.ReadDir(l.cfg.Folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || lane.CheckName(e.Name()) != nil {
			continue
		}
		if l.lanes[e.Name()], err = l.openLane(e.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) openLane(name string) (*laneLog, error) {
	o := options{sync: l.cfg.Sync, segmentSize: l.cfg.segmentSize(), compressAfter: l.cfg.compressAfter(), total: &l.total, log: l.log.With(zap.String("lane", name))}
	folder := filepath.Join(l.cfg.Folder, name)
	main, err := openQueue(folder, o)
	if err != nil {
		return nil, err
	}
	retry, err := openQueue(filepath.Join(folder, "retry"), o)
	if err != nil {
		return nil, errors.Join(err, main.close())
	}
	return &laneLog{log: l, name: name, main: main, retry: retry, wake: make(chan struct{}), metrics: l.metrics.lane(name)}, nil
}

// lane returns a lane, and opens it when it is new.
func (l *Log) lane(name string) (*laneLog, error) {
	l.mu.RLock()
	known := l.lanes[name]
	l.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	if err := lane.CheckName(name); err != nil {
		return nil, fmt.Errorf("disklog: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lanes[name] == nil {
		opened, err := l.openLane(name)
		if err != nil {
			return nil, fmt.Errorf("disklog: %w", err)
		}
		l.lanes[name] = opened
	}
	return l.lanes[name], nil
}

// Append writes b to the lane as one frame. When it returns nil, the batch survives a kill -9 of this process,
// and of a power cut what Config.Sync says. b may be reused as soon as it returns. Appends at the same time
// share one write and one sync.
//
// The error is event.ErrSpoolFull when the log, the lane's quota or the disk is full. After any error the batch
// may still turn up, as lines whose ids are known.
func (l *Log) Append(ctx context.Context, name string, b *event.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ln, err := l.lane(name)
	if err != nil {
		return err
	}
	select {
	case <-l.closed:
		return ErrClosed
	default:
		return ln.append(ln.main, b, l.cfg.laneQuota())
	}
}

// append writes b as a frame to q. A quota of 0 is none: what moves to the retry log was counted before.
func (l *laneLog) append(q *queue, b *event.Batch, quota int64) error {
	buf := l.log.writes.get()
	defer l.log.writes.put(buf)
	codec := frame.Plain
	if q.isBehind() {
		codec = frame.S2
	}
	record, err := buf.encoder.Append(append(buf.write.buf[:0], make([]byte, markLen)...), b, codec)
	buf.write.buf = record
	if err != nil {
		return fmt.Errorf("disklog: lane %s: %w", l.name, err)
	}
	size := int64(len(record))
	if quota > 0 {
		if used := l.main.bytes() + l.retry.bytes(); used+size > quota {
			l.metrics.refused.Inc()
			return fmt.Errorf("disklog: lane %s has %d of %d bytes: %w", l.name, used, quota, event.ErrSpoolFull)
		}
		if used := l.log.total.Load(); used+size > int64(l.log.cfg.MaxSize) {
			l.metrics.refused.Inc()
			return fmt.Errorf("disklog: %d of %d bytes: %w", used, int64(l.log.cfg.MaxSize), event.ErrSpoolFull)
		}
	}
	buf.write.lines = int64(b.Len())
	buf.write.sync = quota == 0 && q.sync != SyncOS // before the ack of the batch it came from
	if err := q.append(&buf.write); err != nil {
		l.metrics.refused.Inc()
		return err
	}
	select {
	case l.log.dirty <- struct{}{}:
	default:
	}
	l.metrics.lines.Add(float64(b.Len()))
	l.metrics.bytes.Add(float64(size))
	l.broadcast()
	return nil
}

// Source makes a new reader of a lane.
func (l *Log) Source(name string) (*Source, error) {
	ln, err := l.lane(name)
	if err != nil {
		return nil, err
	}
	return &Source{lane: ln, closed: make(chan struct{})}, nil
}

// Lanes returns the names of all lanes, in order: those that were appended to or read in this process, and those
// found on disk.
func (l *Log) Lanes() []string {
	var names []string
	for _, ln := range l.all() {
		names = append(names, ln.name)
	}
	return names
}

func (l *Log) all() []*laneLog {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var list []*laneLog
	for _, ln := range l.lanes {
		list = append(list, ln)
	}
	slices.SortFunc(list, func(a, b *laneLog) int { return cmp.Compare(a.name, b.name) })
	return list
}

// flushEvery syncs what was written sync_interval ago, until Close. It sleeps when nothing is.
func (l *Log) flushEvery() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-l.closed:
			return
		case <-l.dirty:
		}
		timer.Reset(l.cfg.SyncInterval)
		select {
		case <-l.closed:
			return
		case <-timer.C:
		}
		for _, ln := range l.all() {
			if err := errors.Join(ln.main.flush(), ln.retry.flush()); err != nil {
				l.log.Error("frames may not survive a power cut", zap.Error(err))
			}
		}
	}
}

// Close ends every Next, syncs (unless sync is os), and lets go of the folder. Appends and acks must have ended.
func (l *Log) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.flusher.Wait()
		var errs []error
		for _, ln := range l.all() {
			errs = append(errs, ln.main.close(), ln.retry.close())
		}
		l.err = errors.Join(append(errs, l.lock.Close())...)
	})
	return l.err
}
