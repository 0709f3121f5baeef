package disklog

import (
	"bytes"
	"errors"
	"testing"

	"github.com/millrace/millrace/spooler/frame"
	"github.com/millrace/millrace/spooler/spooltest"
)

// Whatever lies in a segment, reading gets to its end, and takes nothing for a frame that is not.
func FuzzSegment(f *testing.F) {
	s := &segment{mark: [markLen]byte{1, 2, 3, 4, 5, 6, 7, 8}}
	var whole []byte
	for i := range 3 {
		whole = append(whole, s.mark[:]...)
		whole, _ = new(frame.Encoder).Append(whole, spooltest.Batch(i, i+1), frame.S2)
	}
	f.Add(whole)
	f.Add(whole[5:])
	f.Add(append(bytes.Clone(whole[:50]), whole...))
	f.Fuzz(func(t *testing.T, src []byte) {
		in, limit := bytes.NewReader(src), int64(len(src))
		var buf []byte
		for offset := int64(0); offset < limit; {
			h, got, err := s.readRecord(in, offset, limit, buf)
			buf = got
			next := offset + markLen + int64(h.Len())
			switch {
			case err == nil:
				if _, err := frame.Check(got); err != nil {
					t.Fatalf("offset %d: %v", offset, err)
				}
			case errors.Is(err, frame.ErrDamaged) || errors.Is(err, errTorn):
				if next, err = s.findMark(in, offset+1, limit); err != nil {
					t.Fatal(err)
				}
			default:
				return // of an unknown version: reading stops
			}
			if next <= offset {
				t.Fatalf("reading goes from %d to %d", offset, next)
			}
			offset = next
		}
		if cap(buf) > 2*len(src)+1024 {
			t.Fatalf("%d bytes of memory for a segment of %d", cap(buf), len(src))
		}
	})
}
