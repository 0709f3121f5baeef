package disklog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/event"
)

// write is one append on its way: room for the mark, and a frame.
type write struct {
	buf   []byte
	lines int64
	sync  bool // wait for the disk, whatever the configuration says
	done  bool
	err   error
}

// append writes w and whatever else waits to be written, in one go.
func (q *queue) append(w *write) error {
	w.done, w.err = false, nil
	q.pendingMu.Lock()
	q.pending = append(q.pending, w)
	q.pendingMu.Unlock()

	q.writeMu.Lock()
	defer q.writeMu.Unlock()
	if w.done {
		return w.err // went with the group of another
	}
	q.pendingMu.Lock()
	group := q.pending
	q.pending = q.group[:0]
	q.pendingMu.Unlock()
	err := q.commit(group)
	for _, w := range group {
		w.done, w.err = true, err
	}
	clear(group)
	q.group = group
	return err
}

// commit writes a group to the last segment, or to a new one when that has its size.
func (q *queue) commit(group []*write) error {
	if q.closed {
		return ErrClosed
	}
	q.mu.Lock()
	var s *segment
	if n := len(q.segments); n > 0 {
		s = q.segments[n-1]
	}
	q.mu.Unlock()
	if q.out != nil && s.size >= q.segmentSize {
		q.seal()
	}
	if q.out == nil {
		var err error
		if s, err = q.begin(); err != nil {
			return q.failed("begin a segment", err)
		}
	}
	var lines int64
	sync := q.sync == SyncAlways
	buf := q.joined[:0]
	for _, w := range group {
		copy(w.buf, s.mark[:])
		lines += w.lines
		sync = sync || w.sync
		if len(group) > 1 {
			buf = append(buf, w.buf...)
		}
	}
	if len(group) == 1 {
		buf = group[0].buf
	} else {
		q.joined = buf
	}
	if _, err := q.out.WriteAt(buf, s.size); err != nil {
		if q.out.Truncate(s.size) != nil {
			q.abandon(s, int64(len(buf)))
		}
		return q.failed("append", err)
	}
	q.mu.Lock()
	s.size += int64(len(buf))
	q.appended += lines
	q.dirty = true
	q.mu.Unlock()
	q.total.Add(int64(len(buf)))
	if sync {
		if err := datasync(q.out); err != nil {
			q.seal() // what the kernel did with the pages of this file is unknown
			return q.failed("sync", err)
		}
	}
	return nil
}

// failed names the queue, and makes a full disk known as a full spool.
func (q *queue) failed(op string, err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return fmt.Errorf("%v: %s: %w: %w", q, op, event.ErrSpoolFull, err)
	}
	return fmt.Errorf("%v: %s: %w", q, op, err)
}

// begin makes the next segment, the folder too when it is not there yet.
func (q *queue) begin() (*segment, error) {
	if !q.made {
		if err := os.MkdirAll(q.folder, 0o700); err != nil {
			return nil, err
		}
		if err := q.syncFolder(filepath.Dir(q.folder)); err != nil {
			return nil, err
		}
		q.made = true
	}
	q.mu.Lock()
	s := newSegment(q.folder, q.endLocked(), q.appended)
	q.mu.Unlock()
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := q.syncFolder(q.folder); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(s.path))
	}
	q.mu.Lock()
	q.out = f
	q.segments = append(q.segments, s)
	gone := q.reapLocked()
	q.mu.Unlock()
	q.remove(gone)
	return s, nil
}

// abandon seals a segment with a torn record of up to n bytes at its end, as a crash would leave it.
func (q *queue) abandon(s *segment, n int64) {
	q.mu.Lock()
	size := s.size + n
	if info, err := q.out.Stat(); err == nil {
		size = max(s.size, info.Size())
	}
	q.total.Add(size - s.size)
	s.size = size
	q.mu.Unlock()
	q.seal()
}

// seal ends the segment that is written.
func (q *queue) seal() {
	f := q.out
	q.mu.Lock()
	q.out = nil
	q.mu.Unlock()
	if q.sync == SyncInterval {
		q.unsyncedMu.Lock()
		q.unsynced = append(q.unsynced, f)
		q.unsyncedMu.Unlock()
		return
	}
	_ = f.Close() // synced already, or left to the kernel
}

// flush syncs what was written since the last time. It does not hold up appends.
func (q *queue) flush() error {
	q.mu.Lock()
	dirty, out := q.dirty, q.out
	q.dirty = false
	q.mu.Unlock()
	q.unsyncedMu.Lock()
	sealed := q.unsynced
	q.unsynced = nil
	q.unsyncedMu.Unlock()
	var errs []error
	for _, f := range sealed {
		errs = append(errs, datasync(f), f.Close())
	}
	if dirty && out != nil {
		errs = append(errs, datasync(out))
	}
	if err := errors.Join(errs...); err != nil {
		return q.failed("sync", err)
	}
	return nil
}

// close syncs, unless that is left to the kernel, and closes the files.
func (q *queue) close() error {
	q.writeMu.Lock()
	defer q.writeMu.Unlock()
	q.closed = true
	var errs []error
	if q.sync == SyncInterval {
		errs = append(errs, q.flush())
	}
	if q.out != nil {
		errs = append(errs, q.out.Close())
		q.out = nil
	}
	q.readMu.Lock()
	defer q.readMu.Unlock()
	if q.in != nil {
		errs = append(errs, q.in.Close())
		q.in = nil
	}
	return errors.Join(append(errs, q.acks.close())...)
}

func (q *queue) syncFolder(path string) error {
	if q.sync == SyncOS {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// datasync is fdatasync, which spares the disk the file's times.
func datasync(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var syncErr error
	if err := conn.Control(func(fd uintptr) {
		for {
			if syncErr = unix.Fdatasync(int(fd)); !errors.Is(syncErr, unix.EINTR) {
				return
			}
		}
	}); err != nil {
		return err
	}
	return syncErr
}
