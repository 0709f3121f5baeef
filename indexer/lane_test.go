package indexer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/sinktest"
	"github.com/millrace/millrace/internal/cputime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a sink in memory. answer, if set, decides on a request as a whole; item on one of its items.
type fake struct {
	answer func(b *indexer.Batch) error
	item   func(index string, doc []byte) (indexer.Outcome, *indexer.ItemError)

	mu     sync.Mutex
	stored map[string]string // index/id: document
	bulks  []int             // items of each request
}

func (f *fake) Bulk(ctx context.Context, b *indexer.Batch) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	f.bulks = append(f.bulks, b.Len())
	if b.Len() == 0 {
		return errors.New("a request for nothing")
	}
	if f.answer != nil {
		if err := f.answer(b); err != nil {
			return err
		}
	}
	if f.stored == nil {
		f.stored = make(map[string]string)
	}
	for i := range b.Items {
		it := &b.Items[i]
		if f.item != nil {
			if o, err := f.item(b.IndexOf(i), b.Doc(i)); o != indexer.Unknown {
				it.Outcome, it.Err = o, err
				continue
			}
		}
		key := b.IndexOf(i) + "/" + string(b.ID(i))
		it.Outcome = indexer.Stored
		if _, ok := f.stored[key]; ok {
			it.Outcome = indexer.Duplicate
		}
		f.stored[key] = string(b.Doc(i))
	}
	return nil
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.stored)
}

func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// bench is a running lane and a delivery whose lines are added to it.
type bench struct {
	t    *testing.T
	lane *indexer.Lane
	sink *fake
	dir  string
	stop func() error

	mu      sync.Mutex
	settled []*event.Delivery
}

func start(t *testing.T, sink *fake, change func(*indexer.Config)) *bench {
	t.Helper()
	cfg := indexer.DefaultConfig()
	cfg.Bulk.Documents = 10
	if change != nil {
		change(&cfg)
	}
	x := &bench{t: t, sink: sink, dir: filepath.Join(t.TempDir(), "dead")}
	var err error
	x.lane, err = indexer.NewLane("auth", cfg, sink, indexer.Deps{DeadDir: x.dir}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- x.lane.Run(ctx) }()
	x.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = x.stop() })
	return x
}

// add adds a delivery of n lines; line i has doc(i), or a good document.
func (x *bench) add(n int, doc func(i int) string) *event.Delivery {
	x.t.Helper()
	d := sinktest.Delivery(n, sinktest.Received.Add(time.Hour))
	d.Begin(func(d *event.Delivery) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.settled = append(x.settled, d)
	})
	feed := x.lane.Feed()
	defer feed.Rest()
	for i := range n {
		text := string(sinktest.Doc(d, i))
		if doc != nil {
			if special := doc(i); special != "" {
				text = special
			}
		}
		if err := sinktest.Feed(x.t.Context(), feed, []byte(text), d.Ref(i)); err != nil {
			x.t.Fatal(err)
		}
	}
	return d
}

func (x *bench) isSettled(d *event.Delivery) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.settled {
		if s == d {
			return true
		}
	}
	return false
}

// expect checks that d is settled with these verdicts of its lines.
func (x *bench) expect(d *event.Delivery, want map[event.Verdict]int) {
	x.t.Helper()
	if !x.isSettled(d) {
		x.t.Fatalf("not settled; health %+v", x.lane.Health())
	}
	for v, n := range d.Count() {
		if n != want[event.Verdict(v)] {
			x.t.Errorf("%d lines are %s, want %d", n, event.Verdict(v), want[event.Verdict(v)])
		}
	}
}

func poison(i int) func(int) string {
	return func(j int) string {
		if i == j {
			return `{"poison":true}`
		}
		return ""
	}
}

func isPoison(doc []byte) bool {
	return bytes.Contains(doc, []byte("poison")) && !bytes.Contains(doc, []byte("error"))
}

func deadly(_ string, doc []byte) (indexer.Outcome, *indexer.ItemError) {
	if isPoison(doc) {
		return indexer.Dead, &indexer.ItemError{Type: "document_parsing_exception", Reason: "it's poison"}
	}
	return indexer.Unknown, nil
}

func TestLaneFlushes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{}, nil)
		full := x.add(20, nil)
		synctest.Wait()
		x.expect(full, map[event.Verdict]int{event.Stored: 20}) // by count, at once
		few := x.add(3, nil)
		synctest.Wait()
		if x.isSettled(few) {
			t.Error("sent before its time")
		}
		time.Sleep(indexer.DefaultConfig().Bulk.Interval) // of the bubble: takes no time
		synctest.Wait()
		x.expect(few, map[event.Verdict]int{event.Stored: 3})
	})
}

func TestLaneFlushesByBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{}, func(c *indexer.Config) { c.Bulk.Bytes = 1024; c.Bulk.Documents = 1000 })
		d := x.add(1, func(int) string { return `{"message":"` + strings.Repeat("x", 1024) + `"}` })
		synctest.Wait()
		x.expect(d, map[event.Verdict]int{event.Stored: 1})
	})
}

func TestLaneSettlesDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{}, nil)
		d := x.add(10, nil)
		synctest.Wait()
		again := event.NewDelivery(d.Batch, nil)
		again.Begin(func(*event.Delivery) {})
		feed := x.lane.Feed()
		for i := range 10 {
			if err := sinktest.Feed(t.Context(), feed, sinktest.Doc(d, i), again.Ref(i)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if n := again.Count()[event.Duplicate]; n != 10 || x.sink.count() != 10 {
			t.Errorf("%d duplicates, %d stored", n, x.sink.count())
		}
	})
}

func TestLaneKeepsDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{item: deadly}, nil)
		d := x.add(10, poison(4))
		synctest.Wait()
		x.expect(d, map[event.Verdict]int{event.Stored: 9, event.Dead: 1})
		letter := x.sink.stored["millrace-dead-2026.11.22/"+d.Ref(4).ID().String()]
		want := `{"@timestamp":"2026-11-22T00:59:59.999Z","error":{"type":"document_parsing_exception","message":"it's poison"},` +
			`"event":{"original":"<13>line 4"},"millrace":{"lane":"auth","index":"millrace-auth-2026.11.22","peer":"192.0.2.7","document":"{\"poison\":true}"}}`
		if letter = strings.Replace(letter, "01:00:00.039", "00:59:59.999", 1); letter != want {
			t.Errorf("dead letter\n%s, want\n%s", letter, want)
		}
		if h := x.lane.Health(); h.Red {
			t.Errorf("a dead letter is no trouble of the lane: %+v", h)
		}
	})
}

func TestLaneKeepsDeadLettersInFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{item: func(index string, doc []byte) (indexer.Outcome, *indexer.ItemError) {
			if strings.Contains(index, "-dead-") {
				return indexer.Trouble, &indexer.ItemError{Type: "index_closed_exception"}
			}
			return deadly(index, doc)
		}}, nil)
		d := x.add(10, poison(4))
		time.Sleep(time.Minute)
		x.expect(d, map[event.Verdict]int{event.Stored: 9, event.Dead: 1})
		file, err := os.ReadFile(filepath.Join(x.dir, "auth.ndjson"))
		action := fmt.Sprintf(`{"create":{"_index":"millrace-dead-2026.11.22","_id":"%s"}}`+"\n", d.Ref(4).ID())
		if err != nil || !strings.HasPrefix(string(file), action) || bytes.Count(file, []byte("\n")) != 2 {
			t.Errorf("%v, file %s", err, file)
		}
	})
}

func TestLaneHoldsDeadLettersThatCannotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{item: func(index string, doc []byte) (indexer.Outcome, *indexer.ItemError) {
			if strings.Contains(index, "-dead-") {
				return indexer.Trouble, &indexer.ItemError{Type: "index_closed_exception"}
			}
			return deadly(index, doc)
		}}, nil)
		if err := os.WriteFile(x.dir, nil, 0o600); err != nil { // a file where the folder should be
			t.Fatal(err)
		}
		d := x.add(10, poison(4))
		time.Sleep(time.Minute)
		if x.isSettled(d) || !strings.Contains(x.lane.Health().Why, "dead_letter_not_kept") {
			t.Errorf("settled, or not red: %+v", x.lane.Health())
		}
		x.sink.set(func() { x.sink.item = deadly })
		time.Sleep(time.Minute)
		x.expect(d, map[event.Verdict]int{event.Stored: 9, event.Dead: 1})
	})
}

func TestLaneBisectsRefusedRequests(t *testing.T) {
	refuse := func(b *indexer.Batch) error {
		for i := range b.Items {
			if isPoison(b.Doc(i)) {
				return fmt.Errorf("status 400: %w", indexer.ErrRefused)
			}
		}
		return nil
	}
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{answer: refuse}, nil)
		d := x.add(10, poison(4))
		synctest.Wait()
		x.expect(d, map[event.Verdict]int{event.Stored: 9, event.Dead: 1})

		// Alone, it can't be told from a sink that refuses everything: it waits.
		alone := x.add(1, poison(0))
		time.Sleep(10 * time.Second)
		if x.isSettled(alone) || !x.lane.Health().Red {
			t.Errorf("settled, or not red: %+v", x.lane.Health())
		}
		more := x.add(10, nil)
		synctest.Wait()
		x.expect(more, map[event.Verdict]int{event.Stored: 10})
	})
}

// Elasticsearch does so with rest.action.multi.allow_explicit_index: false.
func TestLaneGetsTwoDaysThroughToASinkThatTakesOneInARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{answer: func(b *indexer.Batch) error {
			for i := range b.Items {
				if b.IndexOf(i) != b.Index() {
					return fmt.Errorf("status 400: explicit index: %w", indexer.ErrRefused)
				}
			}
			return nil
		}}, nil)
		d := sinktest.Delivery(10, sinktest.Received.Add(-45*time.Millisecond)) // five before midnight
		settled := false
		d.Begin(func(*event.Delivery) { settled = true })
		feed := x.lane.Feed()
		for _, i := range []int{0, 5, 1, 6, 7, 2, 8, 3, 9, 4} {
			if err := sinktest.Feed(t.Context(), feed, sinktest.Doc(d, i), d.Ref(i)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := d.Count()[event.Stored]; !settled || n != 10 || x.lane.Health().Red {
			t.Errorf("%d of 10 are stored; health %+v", n, x.lane.Health())
		}
	})
}

func TestLaneSplitsWhatIsTooLargeForAnOverloadedIndex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{answer: func(b *indexer.Batch) error {
			if b.Len() > 3 {
				return fmt.Errorf("status 429: %w", indexer.ErrOverloaded)
			}
			return nil
		}}, nil)
		d := x.add(10, nil)
		time.Sleep(time.Minute)
		x.expect(d, map[event.Verdict]int{event.Stored: 10})
	})
}

func TestLaneWaitsForTheIndex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("connection refused")
		x := start(t, &fake{answer: func(*indexer.Batch) error { return down }}, nil)
		d := x.add(30, nil)
		time.Sleep(time.Hour)
		if h := x.lane.Health(); x.isSettled(d) || !h.Red || h.Why != "connection refused" || h.Waiting != 30 {
			t.Errorf("health %+v", h)
		}
		// Full: Add blocks, and ends with its context.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		more := sinktest.Delivery(100, sinktest.Received)
		more.Begin(func(*event.Delivery) {})
		var err error
		feed := x.lane.Feed()
		for i := 0; i < 100 && err == nil; i++ {
			err = sinktest.Feed(ctx, feed, sinktest.Doc(more, i), more.Ref(i))
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		x.sink.set(func() { x.sink.answer = nil })
		time.Sleep(time.Minute)
		x.expect(d, map[event.Verdict]int{event.Stored: 30})
		if h := x.lane.Health(); h.Red {
			t.Errorf("health %+v", h)
		}
	})
}

func TestLaneRetriesItemsBesideTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := true
		x := start(t, &fake{item: func(_ string, doc []byte) (indexer.Outcome, *indexer.ItemError) {
			if closed && isPoison(doc) {
				return indexer.Trouble, &indexer.ItemError{Type: "index_closed_exception", Reason: "closed"}
			}
			return indexer.Unknown, nil
		}}, nil)
		d := x.add(10, poison(4))
		for range 100 {
			others := x.add(10, nil)
			synctest.Wait()
			x.expect(others, map[event.Verdict]int{event.Stored: 10})
		}
		if h := x.lane.Health(); x.isSettled(d) || !h.Red || !strings.HasPrefix(h.Why, "index_closed_exception") {
			t.Errorf("health %+v", h)
		}
		time.Sleep(time.Minute)
		x.sink.set(func() { closed = false })
		time.Sleep(time.Minute)
		x.expect(d, map[event.Verdict]int{event.Stored: 10})
		if h := x.lane.Health(); h.Red || h.Waiting != 0 {
			t.Errorf("health %+v", h)
		}
	})
}

func TestLaneRetriesWhatComesDuringRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := true
		x := start(t, &fake{item: func(_ string, doc []byte) (indexer.Outcome, *indexer.ItemError) {
			if closed && isPoison(doc) {
				return indexer.Trouble, &indexer.ItemError{Type: "index_closed_exception"}
			}
			return indexer.Unknown, nil
		}}, nil)
		first := x.add(10, poison(4))
		time.Sleep(3 * time.Second)
		second := x.add(10, poison(5))
		time.Sleep(10 * time.Second)
		x.sink.set(func() { closed = false })
		time.Sleep(time.Minute)
		x.expect(first, map[event.Verdict]int{event.Stored: 10})
		x.expect(second, map[event.Verdict]int{event.Stored: 10})
		if h := x.lane.Health(); h.Red || slices.Contains(x.sink.bulks, 0) {
			t.Errorf("health %+v, requests of %v items", h, x.sink.bulks)
		}
	})
}

func TestLaneDefersWhatIsInTroubleForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{item: func(_ string, doc []byte) (indexer.Outcome, *indexer.ItemError) {
			if isPoison(doc) {
				return indexer.Trouble, &indexer.ItemError{Type: "index_closed_exception"}
			}
			return indexer.Unknown, nil
		}}, nil)
		d := x.add(10, poison(4))
		time.Sleep(indexer.DefaultConfig().Retry.DeferAfter + time.Minute)
		x.expect(d, map[event.Verdict]int{event.Stored: 9, event.Deferred: 1})
		if d.Verdict(4) != event.Deferred {
			t.Error("another line was deferred")
		}
	})
}

// Documents of many feeds go together, and none is held back by a feed that rests.
func TestFeedsShareBuffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{}, nil)
		for range 5 {
			x.add(2, nil)
		}
		synctest.Wait()
		if n := x.sink.count(); n != 10 {
			t.Errorf("%d documents came at once, want the 10 of a full buffer", n)
		}
		d := x.add(3, nil)
		time.Sleep(indexer.DefaultConfig().Bulk.Interval)
		synctest.Wait()
		x.expect(d, map[event.Verdict]int{event.Stored: 3})

		busy, first, second := x.lane.Feed(), sinktest.Delivery(1, sinktest.Received), sinktest.Delivery(1, sinktest.Received)
		for _, d := range []*event.Delivery{first, second} {
			d.Begin(func(*event.Delivery) {})
			if err := sinktest.Feed(t.Context(), busy, sinktest.Doc(d, 0), d.Ref(0)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(indexer.DefaultConfig().Bulk.Interval)
		}
		busy.Rest() // longer than the interval after the first document
		synctest.Wait()
		if first.Verdict(0) != event.Stored || second.Verdict(0) != event.Stored {
			t.Errorf("verdicts %v and %v", first.Verdict(0), second.Verdict(0))
		}
	})
}

// A line without a document leaves nothing behind.
func TestFeedOfDroppedLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := start(t, &fake{}, nil)
		feed, d := x.lane.Feed(), sinktest.Delivery(3, sinktest.Received)
		d.Begin(func(*event.Delivery) {})
		for i := range 3 {
			dst, err := feed.Room(t.Context(), d.Ref(i))
			if err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				feed.Take(append(dst, sinktest.Doc(d, i)...))
			}
		}
		feed.Rest()
		time.Sleep(indexer.DefaultConfig().Bulk.Interval)
		synctest.Wait()
		if n := x.sink.count(); n != 1 || d.Verdict(1) != event.Stored {
			t.Errorf("%d documents came, verdict %s", n, d.Verdict(1))
		}
	})
}

func TestLaneStops(t *testing.T) {
	t.Run("drains", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := start(t, &fake{}, nil)
			d := x.add(13, nil)
			if err := x.stop(); err != nil {
				t.Error(err)
			}
			x.expect(d, map[event.Verdict]int{event.Stored: 13})
			if err := sinktest.Feed(t.Context(), x.lane.Feed(), sinktest.Doc(d, 0), d.Ref(0)); !errors.Is(err, indexer.ErrStopped) {
				t.Errorf("Add after the end: %v", err)
			}
		})
	})
	t.Run("leaves what is not settled, after the deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := start(t, &fake{answer: func(*indexer.Batch) error { return errors.New("down") }}, nil)
			d := x.add(13, nil)
			began := time.Now()
			err := x.stop()
			if err == nil || !strings.Contains(err.Error(), "13 lines stay in the spool: down") {
				t.Errorf("error %v", err)
			}
			if took := time.Since(began); took != indexer.DefaultConfig().DrainTimeout || x.isSettled(d) {
				t.Errorf("took %s", took)
			}
		})
	})
}

func TestNewLaneRefuses(t *testing.T) {
	for _, name := range []string{"", "dead", "Auth", "a/b", strings.Repeat("a", 65)} {
		if _, err := indexer.NewLane(name, indexer.DefaultConfig(), &fake{}, indexer.Deps{}, zap.NewNop()); err == nil {
			t.Errorf("lane %q: no error", name)
		}
	}
	cfg := indexer.DefaultConfig()
	cfg.Prefix = "Mill Race"
	if _, err := indexer.NewLane("auth", cfg, &fake{}, indexer.Deps{}, zap.NewNop()); err == nil || !strings.Contains(err.Error(), "index.prefix") {
		t.Errorf("error %v", err)
	}
}

// discard takes everything at once.
type discard struct{}

func (discard) Bulk(_ context.Context, b *indexer.Batch) error {
	for i := range b.Items {
		b.Items[i].Outcome = indexer.Stored
	}
	return nil
}

func BenchmarkLaneAdd(b *testing.B) {
	lane, err := indexer.NewLane("auth", indexer.DefaultConfig(), discard{}, indexer.Deps{}, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- lane.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	const lines = 1000
	d := sinktest.Delivery(lines, sinktest.Received.Add(time.Hour))
	for i := range d.Batch.Lines {
		d.Batch.Lines[i].Received = d.Batch.Lines[0].Received // as lines are that were read together
	}
	doc := []byte(`{"@timestamp":"2026-11-22T01:00:00.000Z","message":"` + strings.Repeat("word ", 120) + `"}`)
	done := make(chan struct{}, 1)
	feed := lane.Feed()
	defer feed.Rest()
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	defer cputime.Measure(b, 1)()
	for i := 0; b.Loop(); i++ {
		if i%lines == 0 {
			d = event.NewDelivery(d.Batch, nil)
			d.Begin(func(*event.Delivery) {
				select {
				case done <- struct{}{}:
				default:
				}
			})
		}
		if err := sinktest.Feed(ctx, feed, doc, d.Ref(i%lines)); err != nil {
			b.Fatal(err)
		}
	}
}
