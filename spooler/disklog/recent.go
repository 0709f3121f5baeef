package disklog

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/spooler/frame"
)

// recentBytes is how far Recent goes back: many times what senders can have under way.
const recentBytes = 32 << 20

// Recent calls each with the last batches that were appended to a lane, oldest first, whether they are done or not,
// until each returns. They go back as far as their segments have not been deleted, but not much further than the last
// 32 MiB; the last segment is there always. Damaged frames, and those of a newer version, are left out. It is for a
// receiver that starts, before it appends.
func (l *Log) Recent(name string, each func(*event.Batch)) error {
	ln, err := l.lane(name)
	if err != nil {
		return err
	}
	q := ln.main
	q.mu.Lock()
	segments := slices.Clone(q.segments)
	q.mu.Unlock()
	first, skip := len(segments), int64(0)
	for size := int64(0); first > 0 && size < recentBytes; {
		first--
		size += segments[first].size
		skip = max(0, size-recentBytes)
	}
	b := l.batches.Get()
	defer l.batches.Put(b)
	for _, s := range segments[first:] {
		if err := s.each(skip, b, each); err != nil {
			return fmt.Errorf("%v: %w", q, err)
		}
		skip = 0
	}
	return nil
}

// each decodes the frames from offset on, one after the other, into b.
func (s *segment) each(offset int64, b *event.Batch, each func(*event.Batch)) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	if offset, err = s.findMark(f, offset, s.size); err != nil {
		return err
	}
	var buf []byte
	for offset < s.size {
		var h frame.Header
		h, buf, err = s.readRecord(f, offset, s.size, buf)
		var unknown *frame.VersionError
		switch {
		case err == nil:
			if buf, err = frame.Unpack(b, buf); err == nil {
				each(b)
			}
			offset += int64(markLen + h.Len())
		case errors.Is(err, frame.ErrDamaged) || errors.Is(err, errTorn) || errors.As(err, &unknown):
			if offset, err = s.findMark(f, offset+1, s.size); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return nil
}
