package disklog

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
)

// What was appended last can be read again after a restart, acknowledged or not.
func TestRecent(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Folder = t.TempDir()
	cfg.SegmentSize = 64 << 10
	open := func() *Log {
		l, err := Open(cfg, nil, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	recent := func(l *Log) (lines []string) {
		if err := l.Recent("auth", func(b *event.Batch) {
			for i := range b.Len() {
				lines = append(lines, string(b.Message(i)))
			}
		}); err != nil {
			t.Fatal(err)
		}
		return lines
	}
	l := open()
	if got := recent(l); got != nil {
		t.Errorf("a new lane has %q", got)
	}
	ids := event.NewIDs()
	origin := event.Origin{Transport: event.RELP, Boot: ids.Boot()}
	var all []string
	for n := range 300 {
		var b event.Batch
		text := fmt.Sprintf("line %d %x", n, make([]byte, 600))
		all = append(all, text)
		b.Add(b.AddOrigin(&origin), int64(n), ids.Reserve(1), 0, []byte(text))
		if err := l.Append(context.Background(), "auth", &b); err != nil {
			t.Fatal(err)
		}
	}
	if got := recent(l); !slices.Equal(got, all) {
		t.Errorf("%d lines, want %d", len(got), len(all))
	}
	src, err := l.Source("auth")
	if err != nil {
		t.Fatal(err)
	}
	for range all {
		d, err := src.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if err := src.Ack(context.Background(), []*event.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open()
		got := recent(l)
		if len(got) == 0 || !slices.Equal(got, all[len(all)-len(got):]) {
			t.Errorf("%d lines are left, or not the last ones", len(got))
		}
		if st := l.Stats("auth"); st.Lines != 0 {
			t.Errorf("%d lines are waiting", st.Lines)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
