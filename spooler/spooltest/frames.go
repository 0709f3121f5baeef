package spooltest

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/spooler/frame"
)

func encode(t *testing.T, b *event.Batch) []byte {
	t.Helper()
	src, err := new(frame.Encoder).Append(nil, b, frame.S2)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func damaged(t *testing.T, be Backend) {
	s := be.Open(t)
	src := be.Source(t, s, testLane)
	defer closeAll(t, src, s)
	appendTo(t, s, testLane, 0, 1)
	for _, at := range []int{0, 9, frame.HeaderLen + 2} {
		bad := encode(t, Batch(100, 3))
		bad[at] ^= 0x10
		be.Put(t, s, testLane, bad)
	}
	appendTo(t, s, testLane, 1, 1)
	settle(t, src, event.Stored, expect(t, src, 0, 1), expect(t, src, 1, 1))
	expectNothing(t, src, quiet)
	if st := be.Stats(s, testLane); st.Damaged != 3 || st.Lines != 0 {
		t.Errorf("%d damaged frames and %d lines that wait, want 3 and 0", st.Damaged, st.Lines)
	}
}

// Unknown is a whole frame of a version that nobody knows yet.
func Unknown(t *testing.T, from, n int) []byte {
	src := encode(t, Batch(from, n))
	src[4] = 99
	binary.LittleEndian.PutUint32(src[32:], frame.HeaderChecksum(src))
	return src
}

func unknownVersionIsKept(t *testing.T, be Backend) {
	s := be.Open(t)
	src := be.Source(t, s, testLane)
	appendTo(t, s, testLane, 0, 1)
	be.Put(t, s, testLane, Unknown(t, 1, 5))
	settle(t, src, event.Stored, expect(t, src, 0, 1))
	for range 3 {
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			_, err := src.Next(ctx)
			cancel()
			var version *frame.VersionError
			if !errors.As(err, &version) || version.Version != 99 {
				t.Fatalf("Next: %v, want an unknown version", err)
			}
		}
		if st := be.Stats(s, testLane); st.Stopped == nil || st.Damaged != 0 || st.Lines == 0 {
			t.Errorf("stats are %+v", st)
		}
		closeAll(t, src, s)
		s = be.Open(t)
		src = be.Source(t, s, testLane)
	}
	closeAll(t, src, s)
}

func deferred(t *testing.T, be Backend) {
	s := be.Open(t)
	src := be.Source(t, s, testLane)
	appendTo(t, s, testLane, 0, 4)
	d := expect(t, src, 0, 4)
	id := d.Batch.ID(2)
	d.Begin(func(*event.Delivery) {})
	for i, v := range []event.Verdict{event.Stored, event.Deferred, event.Deferred, event.Dead} {
		d.Ref(i).Settle(v)
	}
	if err := src.Ack(t.Context(), []*event.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	if st := be.Stats(s, testLane); st.Lines != 2 || st.Deferred != 2 {
		t.Errorf("stats are %+v, want 2 lines deferred", st)
	}
	// Deferred once more, and over a restart.
	d = expect(t, src, 1, 2)
	settle(t, src, event.Deferred, d)
	closeAll(t, src, s)
	s = be.Open(t)
	src = be.Source(t, s, testLane)
	defer closeAll(t, src, s)
	d = expect(t, src, 1, 2)
	if d.Batch.ID(1) != id || d.Batch.Lines[1].Flags&event.Retried == 0 {
		t.Errorf("line came back as %v with flags %b", d.Batch.ID(1), d.Batch.Lines[1].Flags)
	}
	settle(t, src, event.Stored, d)
	expectNothing(t, src, quiet)
	if st := be.Stats(s, testLane); st.Lines != 0 || st.Deferred != 0 {
		t.Errorf("stats are %+v, want nothing left", st)
	}
}
