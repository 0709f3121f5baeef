package disklog

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/units"
	"github.com/millrace/millrace/spooler/frame"
	"github.com/millrace/millrace/spooler/spooltest"
)

// extent is where the record of a frame lies.
type extent struct {
	file       string
	start, end int
}

// extents finds the records of a lane, in order.
func extents(t testing.TB, folder string) (list []extent) {
	t.Helper()
	segments, err := listSegments(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range segments {
		src, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(src); {
			h, ok := s.header(bytes.NewReader(src), int64(at))
			if !ok {
				t.Fatalf("no record at %d of %s", at, s.path)
			}
			list = append(list, extent{s.path, at, at + markLen + h.Len()})
			at = list[len(list)-1].end
		}
	}
	return list
}

// change writes p over a file at offset, or cuts the file there when p is nil.
func change(t testing.TB, file string, offset int, p []byte) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err == nil {
		if p == nil {
			err = f.Truncate(int64(offset))
		} else {
			_, err = f.WriteAt(p, int64(offset))
		}
		_ = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func openQuiet(t testing.TB, cfg Config) *Log {
	t.Helper()
	l, err := Open(cfg, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestOnlyDamagedFramesAreLost(t *testing.T) {
	base := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		folder, err := os.MkdirTemp(base, "log")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		cfg := testConfig(folder)
		cfg.SegmentSize, cfg.Sync = 64*units.KiB, SyncOS
		frames := rapid.IntRange(1, 30).Draw(rt, "frames")
		l := openQuiet(t, cfg)
		for i := range frames {
			put(t, l, "auth", i*10_000, 1+i%5*300)
		}
		mustClose(t, l)
		records := extents(t, filepath.Join(folder, "auth"))
		if len(records) != frames {
			t.Fatalf("%d records of %d frames", len(records), frames)
		}
		hit := make(map[int]bool)
		for range rapid.IntRange(1, 4).Draw(rt, "wounds") {
			i := rapid.IntRange(0, frames-1).Draw(rt, "record")
			r := records[i]
			at := rapid.IntRange(r.start, r.end-1).Draw(rt, "offset")
			length := rapid.IntRange(1, 300).Draw(rt, "length")
			src, err := os.ReadFile(r.file)
			if err != nil {
				t.Fatal(err)
			}
			end := min(at+length, len(src))
			wound := make([]byte, max(0, end-at))
			if rapid.Bool().Draw(rt, "flip") {
				for j := range wound {
					wound[j] = src[at+j] ^ 0xff
				}
			}
			change(t, r.file, at, wound)
			for j, other := range records {
				if other.file == r.file && other.start < end && at < other.end {
					hit[j] = true
				}
			}
		}
		l = openQuiet(t, cfg)
		put(t, l, "auth", frames*10_000, 1)
		seen := drain(t, source(t, l, "auth"))
		for i := range frames + 1 {
			if !hit[i] && seen[i*10_000] != 1 {
				rt.Errorf("frame %d is whole and came %d times", i, seen[i*10_000])
			}
		}
		if st := l.Stats("auth"); st.Damaged > int64(len(hit)) || st.Stopped != nil {
			rt.Errorf("%d frames were damaged, stats are %+v", len(hit), st)
		}
		mustClose(t, l)
	})
}

func TestTornTail(t *testing.T) {
	for _, keep := range []int{1, markLen, recordMin - 1, recordMin, recordMin + 10} {
		cfg := testConfig(t.TempDir())
		l := open(t, cfg)
		put(t, l, "auth", 0, 1)
		put(t, l, "auth", 1, 1)
		mustClose(t, l)
		records := extents(t, filepath.Join(cfg.Folder, "auth"))
		change(t, records[1].file, records[1].start+keep, nil)
		l = open(t, cfg)
		put(t, l, "auth", 2, 1)
		seen := drain(t, source(t, l, "auth"))
		if len(seen) != 2 || seen[0] != 1 || seen[2] != 1 {
			t.Errorf("%d bytes of the last record left: read %v", keep, seen)
		}
		if st := l.Stats("auth"); st.Damaged != 0 || st.Lines != 0 {
			t.Errorf("%d bytes of the last record left: stats are %+v", keep, st)
		}
		mustClose(t, l)
	}
}

// After a power cut the acknowledgements may be newer than what is left of the frames.
func TestAcksOfFramesThatAPowerCutTook(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := open(t, cfg)
	s := source(t, l, "auth")
	for i := range 10 {
		put(t, l, "auth", i, 1)
	}
	for range 5 {
		d, err := s.Next(t.Context())
		if err == nil {
			err = s.Ack(t.Context(), []*event.Delivery{d})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, _ = s.Next(t.Context())
	for range 4 { // out of order
		d, err := s.Next(t.Context())
		if err == nil {
			err = s.Ack(t.Context(), []*event.Delivery{d})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	mustClose(t, l)
	records := extents(t, filepath.Join(cfg.Folder, "auth"))
	change(t, records[0].file, records[2].start, nil)
	l = open(t, cfg)
	for i := range 20 {
		put(t, l, "auth", 100+i, 1)
	}
	mustClose(t, l)
	l = open(t, cfg)
	defer mustClose(t, l)
	seen := drain(t, source(t, l, "auth"))
	for i := range 20 {
		if seen[100+i] != 1 {
			t.Errorf("line %d came %d times", 100+i, seen[100+i])
		}
	}
}

func TestDamagedAcksLoseNothing(t *testing.T) {
	cfg := testConfig(t.TempDir())
	for offset := 0; offset < 3*factLen; offset += 5 {
		cfg.Folder = t.TempDir()
		l := open(t, cfg)
		s := source(t, l, "auth")
		for i := range 6 {
			put(t, l, "auth", i, 1)
		}
		for i := range 6 {
			d, err := s.Next(t.Context())
			if err == nil && i%2 == 0 {
				err = s.Ack(t.Context(), []*event.Delivery{d})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		mustClose(t, l)
		change(t, filepath.Join(cfg.Folder, "auth", "acks"), offset, []byte{0x55})
		l = open(t, cfg)
		seen := drain(t, source(t, l, "auth"))
		mustClose(t, l)
		for i := 1; i < 6; i += 2 {
			if seen[i] != 1 {
				t.Errorf("acks damaged at %d: line %d came %d times", offset, i, seen[i])
			}
		}
	}
}

// What a sender writes can't pass for a record, because it does not know the mark.
func TestNoLineForgesARecord(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := open(t, cfg)
	inner, err := new(frame.Encoder).Append(make([]byte, markLen), spooltest.Batch(666, 1), frame.S2)
	if err != nil {
		t.Fatal(err)
	}
	b := noise(1, 3000)
	b.Add(0, 1, 1, 0, inner)
	if err := l.Append(t.Context(), "auth", b); err != nil {
		t.Fatal(err)
	}
	put(t, l, "auth", 1, 1)
	mustClose(t, l)
	records := extents(t, filepath.Join(cfg.Folder, "auth"))
	change(t, records[0].file, records[0].start+markLen, []byte{0})
	l = open(t, cfg)
	defer mustClose(t, l)
	if seen := drain(t, source(t, l, "auth")); len(seen) != 1 || seen[1] != 1 {
		t.Errorf("read %v", seen)
	}
}
