package disklog

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/millrace/millrace/spooler/frame"
)

const (
	markLen   = 8
	recordMin = markLen + frame.HeaderLen
)

// segment is one file of a queue.
type segment struct {
	path  string
	base  int64 // position of its first byte
	lines int64 // appended to the queue before it
	mark  [markLen]byte
	size  int64 // bytes of whole records; guarded by queue.mu while the segment is written
}

func (s *segment) end() int64 { return s.base + s.size }

func newSegment(folder string, base, lines int64) *segment {
	s := &segment{base: base, lines: lines}
	_, _ = rand.Read(s.mark[:])
	s.path = filepath.Join(folder, fmt.Sprintf("%016x-%016x-%x.log", base, lines, s.mark))
	return s
}

// parseSegment reads the name of a segment file; ok is false for other files.
func parseSegment(folder, name string) (s *segment, ok bool) {
	s = &segment{path: filepath.Join(folder, name)}
	var mark uint64
	if n, err := fmt.Sscanf(name, "%16x-%16x-%16x.log", &s.base, &s.lines, &mark); n != 3 || err != nil || s.base < 0 {
		return nil, false
	}
	binary.BigEndian.PutUint64(s.mark[:], mark)
	return s, name == filepath.Base(fmt.Sprintf("%016x-%016x-%x.log", s.base, s.lines, s.mark))
}

// listSegments returns the segments in folder in order of position, and deletes empty ones.
func listSegments(folder string) ([]*segment, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var list []*segment
	for _, e := range entries {
		s, ok := parseSegment(folder, e.Name())
		if !ok {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		if s.size = info.Size(); s.size > 0 {
			list = append(list, s)
		} else if err := os.Remove(s.path); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b *segment) int { return cmp.Compare(a.base, b.base) })
	for i := 1; i < len(list); i++ {
		if list[i].base < list[i-1].end() {
			return nil, fmt.Errorf("segments %s and %s overlap: they are of different logs, move one of them away", list[i-1].path, list[i].path)
		}
	}
	return list, nil
}

// errTorn is a record that the end of its segment cuts off: the tail that a crash leaves.
var errTorn = errors.New("record torn by the end of its segment")

// readRecord reads the frame of the record at offset, in the memory of buf, which it returns in any case. limit is the end
// of the segment. The error is frame.ErrDamaged, errTorn, *frame.VersionError (the header is valid then), or of the file.
func (s *segment) readRecord(f io.ReaderAt, offset, limit int64, buf []byte) (frame.Header, []byte, error) {
	if limit-offset < recordMin {
		return frame.Header{}, buf, errTorn
	}
	buf = slices.Grow(buf[:0], recordMin)[:recordMin]
	if err := readAt(f, buf, offset); err != nil {
		return frame.Header{}, buf, err
	}
	if !bytes.Equal(buf[:markLen], s.mark[:]) {
		return frame.Header{}, buf, frame.ErrDamaged
	}
	h, err := frame.ParseHeader(buf[markLen:])
	if err != nil {
		return h, buf, err
	}
	if offset += markLen; int64(h.Len()) > limit-offset {
		return h, buf, errTorn
	}
	buf = slices.Grow(buf[:0], h.Len())[:h.Len()]
	if err := readAt(f, buf, offset); err != nil {
		return h, buf, err
	}
	h, err = frame.Check(buf)
	return h, buf, err
}

// readAt fills p. A file that is shorter than it should be is torn.
func readAt(f io.ReaderAt, p []byte, offset int64) error {
	_, err := f.ReadAt(p, offset)
	if errors.Is(err, io.EOF) {
		return errTorn
	}
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// findMark returns the offset of the next mark at or after offset, or limit when there is none.
func (s *segment) findMark(f io.ReaderAt, offset, limit int64) (int64, error) {
	var chunk [64 << 10]byte
	for limit-offset >= markLen {
		n := min(int64(len(chunk)), limit-offset)
		if err := readAt(f, chunk[:n], offset); errors.Is(err, errTorn) {
			return limit, nil
		} else if err != nil {
			return offset, err
		}
		if i := bytes.Index(chunk[:n], s.mark[:]); i >= 0 {
			return offset + int64(i), nil
		}
		offset += n - markLen + 1
	}
	return limit, nil
}

// countLines returns the number of lines of the records from offset 0 to limit, by their headers alone.
func (s *segment) countLines(limit int64) (lines int64, err error) {
	f, err := os.Open(s.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for offset := int64(0); limit-offset >= recordMin; {
		if h, ok := s.header(f, offset); ok {
			lines += int64(h.Lines)
			offset += int64(markLen + h.Len())
			continue
		}
		if offset, err = s.findMark(f, offset+1, limit); err != nil {
			return lines, fmt.Errorf("%s: %w", s.path, err)
		}
	}
	return lines, nil
}

// header reads the header of the record at offset alone; ok is false when there is none.
func (s *segment) header(f io.ReaderAt, offset int64) (h frame.Header, ok bool) {
	var buf [recordMin]byte
	if readAt(f, buf[:], offset) != nil || !bytes.Equal(buf[:markLen], s.mark[:]) {
		return h, false
	}
	h, err := frame.ParseHeader(buf[markLen:])
	return h, err == nil
}
