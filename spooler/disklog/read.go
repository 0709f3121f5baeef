package disklog

import (
	"errors"
	"fmt"
	"os"

	"go.uber.org/zap"

	"github.com/millrace/millrace/spooler/frame"
)

// next reads the next record that is not done and that nobody holds, of those before limit, into buf, and
// makes owner hold it. It returns nil when there is none now, and the buffer in any case.
// Damage is stepped over; the error is *frame.VersionError, or of the file.
func (q *queue) next(owner *Source, limit int64, buf []byte) (r *record, src []byte, err error) {
	q.readMu.Lock()
	defer q.readMu.Unlock()
	for {
		r, s := q.takeReturned(owner)
		if r != nil {
			if buf, err = q.reread(r, s, buf); err != nil {
				return nil, buf, err
			}
			if r.done {
				continue // damaged since
			}
			return r, buf, nil
		}
		s, position, end := q.ahead(limit)
		if s == nil {
			return nil, buf, nil
		}
		if err := q.open(s); err != nil {
			return nil, buf, err
		}
		offset := position - s.base
		var h frame.Header
		h, buf, err = s.readRecord(q.in, offset, end-s.base, buf)
		switch {
		case err == nil:
			if r = q.hold(owner, position, &h); r != nil {
				return r, buf, nil
			}
		case errors.Is(err, frame.ErrDamaged) || errors.Is(err, errTorn):
			if err := q.resync(s, offset, end-s.base, err, &h); err != nil {
				return nil, buf, err
			}
		default:
			return nil, buf, q.stopped(s, offset, err)
		}
	}
}

// takeReturned gives owner the first record that was given back.
func (q *queue) takeReturned(owner *Source) (*record, *segment) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.returned) > 0 {
		r := q.returned[0]
		q.returned = q.returned[1:]
		if r.done {
			continue
		}
		for _, s := range q.segments {
			if r.start < s.end() {
				r.owner = owner
				return r, s
			}
		}
	}
	return nil, nil
}

// reread reads a record that was read before. When it has become unreadable since, it is done.
func (q *queue) reread(r *record, s *segment, buf []byte) (src []byte, err error) {
	f, err := os.Open(s.path)
	if err == nil {
		_, buf, err = s.readRecord(f, r.start-s.base, r.end-s.base, buf)
		_ = f.Close()
	}
	switch {
	case err == nil:
		return buf, nil
	case errors.Is(err, frame.ErrDamaged) || errors.Is(err, errTorn):
		q.spoiled(s, r.start-s.base, r.end-s.base)
		q.ack([]*record{r})
		return buf, nil
	}
	q.mu.Lock()
	r.owner = nil
	q.returned = append([]*record{r}, q.returned...)
	q.mu.Unlock()
	return buf, fmt.Errorf("%v: %w", q, err)
}

// ahead finds the segment with the next record, its position, and how far the segment may be read.
func (q *queue) ahead(limit int64) (s *segment, position, end int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range q.segments {
		if s.end() > q.cursor {
			q.cursor = max(q.cursor, s.base)
			if q.cursor >= limit {
				return nil, 0, 0
			}
			return s, q.cursor, s.end()
		}
	}
	return nil, 0, 0
}

// hold moves the cursor behind the record at position. It returns nil when the record was done in an earlier run.
func (q *queue) hold(owner *Source, position int64, h *frame.Header) *record {
	q.mu.Lock()
	defer q.mu.Unlock()
	r := &record{
		q: q, start: position, end: position + int64(markLen+h.Len()),
		lines: int64(h.Lines), oldest: h.Oldest, owner: owner,
	}
	q.cursor = r.end
	q.held = append(q.held, r)
	if _, ok := q.skip[position]; !ok {
		return r
	}
	delete(q.skip, position) // its lines were counted when the log was opened
	r.done = true
	q.popLocked()
	return nil
}

// resync moves the cursor to the next mark after damage at offset.
func (q *queue) resync(s *segment, offset, limit int64, cause error, h *frame.Header) error {
	next, err := s.findMark(q.in, min(offset+1, limit), limit)
	if err != nil {
		return fmt.Errorf("%v: %w", q, err)
	}
	if next == limit && errors.Is(cause, errTorn) {
		q.log.Info("stepped over the torn end of a segment, as a crash leaves it",
			zap.String("file", s.path), zap.Int64("offset", offset), zap.Int64("bytes", limit-offset))
	} else {
		q.spoiled(s, offset, next)
	}
	q.mu.Lock()
	q.cursor = s.base + next
	q.done += int64(h.Lines)
	q.popLocked()
	gone := q.reapLocked()
	q.mu.Unlock()
	q.remove(gone)
	return nil
}

// spoiled counts and reports a damaged frame.
func (q *queue) spoiled(s *segment, offset, next int64) {
	q.mu.Lock()
	q.damaged++
	q.mu.Unlock()
	q.log.Error("a frame is damaged and lost; is the disk all right?",
		zap.String("file", s.path), zap.Int64("offset", offset), zap.Int64("bytes", next-offset))
}

// stopped says, once, why reading goes no further.
func (q *queue) stopped(s *segment, offset int64, cause error) error {
	err := fmt.Errorf("%s at offset %d: %w", s.path, offset, cause)
	if q.reported == nil || q.reported.Error() != err.Error() {
		q.log.Error("reading of a lane has stopped", zap.Error(err))
	}
	q.mu.Lock()
	q.reported = err
	q.mu.Unlock()
	return err
}

// open makes q.in the file of s.
func (q *queue) open(s *segment) error {
	if q.inOf == s && q.in != nil {
		return nil
	}
	if q.in != nil {
		_ = q.in.Close()
		q.in = nil
	}
	f, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("%v: %w", q, err)
	}
	q.in, q.inOf = f, s
	return nil
}
