package parser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/units"
	"github.com/millrace/millrace/parser/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeSpool hands out batches, and counts what is acknowledged.
type fakeSpool struct {
	mu      sync.Mutex
	batches []*event.Batch
	taken   int
	acked   map[string]int // messages
	ackErr  error          // of the next Ack
}

func (s *fakeSpool) Next(ctx context.Context) (*event.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == len(s.batches) {
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		return nil, ctx.Err()
	}
	s.taken++
	return event.NewDelivery(s.batches[s.taken-1], nil), nil
}

func (s *fakeSpool) Ack(_ context.Context, deliveries []*event.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ackErr; err != nil {
		s.ackErr = nil
		return err
	}
	for _, d := range deliveries {
		for i := range d.Batch.Len() {
			if d.Verdict(i) == event.Pending {
				return errors.New("acknowledged with a line pending")
			}
			s.acked[string(d.Batch.Message(i))]++
		}
	}
	return nil
}

func (s *fakeSpool) ackedLines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.acked)
}

// fakeIndex keeps documents, and settles them when it is told to.
type fakeIndex struct {
	mu   sync.Mutex
	hold bool
	held []event.Ref
	docs []string
}

// fakeFeed is one parser's.
type fakeFeed struct {
	*fakeIndex
	line event.Ref
}

const action = `{"create":{}}` // in front of documents

func (f *fakeFeed) Room(ctx context.Context, line event.Ref) ([]byte, error) {
	f.line = line
	return []byte(action), ctx.Err()
}

func (f *fakeFeed) Rest() {}

func (f *fakeFeed) Take(doc []byte) { f.add(strings.TrimPrefix(string(doc), action), f.line) }

func (x *fakeIndex) add(doc string, ref event.Ref) {
	x.mu.Lock()
	if !json.Valid([]byte(doc)) {
		panic("not JSON: " + doc)
	}
	x.docs = append(x.docs, doc)
	hold := x.hold
	if hold {
		x.held = append(x.held, ref)
	}
	x.mu.Unlock()
	if !hold {
		ref.Settle(event.Stored)
	}
}

func (x *fakeIndex) settleHeld() {
	x.mu.Lock()
	held := x.held
	x.held, x.hold = nil, false
	x.mu.Unlock()
	for _, ref := range held {
		ref.Settle(event.Stored)
	}
}

func (x *fakeIndex) count() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.docs)
}

func batches(n, lines int) []*event.Batch {
	var list []*event.Batch
	for i := range n {
		var texts [][]byte
		for j := range lines {
			texts = append(texts, fmt.Appendf(nil, "<38>Dec 10 06:55:48 web1 sshd[1]: line %d of batch %d", j, i))
		}
		list = append(list, batchOf(texts))
	}
	return list
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

// startWorker runs a worker; stop ends it and returns what Run returned.
func startWorker(t *testing.T, cfg Config, set *pipeline.Set, spool *fakeSpool, index *fakeIndex) (w *Worker, stop func() error) {
	t.Helper()
	settled := make(chan struct{})
	w, err := New("auth", cfg, Deps{Source: spool, Output: func() Output { return &fakeFeed{fakeIndex: index} }, Pipelines: set, Settled: settled}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- w.Run(ctx) }()
	return w, func() error {
		cancel()
		<-w.Fed()
		index.settleHeld()
		close(settled)
		return <-result
	}
}

func TestWorkerStoresAndAcknowledges(t *testing.T) {
	spool := &fakeSpool{batches: append(batches(50, 20), &event.Batch{}), acked: map[string]int{}, ackErr: errors.New("away")}
	index := &fakeIndex{}
	_, stop := startWorker(t, utcConfig(), shippedSet(t), spool, index)
	eventually(t, "all lines acknowledged", func() bool { return spool.ackedLines() == 1000 })
	if err := stop(); err != nil {
		t.Error(err)
	}
	if index.count() != 1000 {
		t.Errorf("%d documents of 1000 lines", index.count())
	}
	for line, n := range spool.acked {
		if n != 1 {
			t.Errorf("%q is acknowledged %d times", line, n)
		}
	}
}

func TestWorkerTakesNoMoreThanItsCredit(t *testing.T) {
	cfg := utcConfig()
	cfg.InFlight = InFlight{Batches: 4, Size: units.MiB}
	spool := &fakeSpool{batches: batches(20, 3), acked: map[string]int{}}
	index := &fakeIndex{hold: true}
	_, stop := startWorker(t, cfg, shippedSet(t), spool, index)
	eventually(t, "the credit used up", func() bool { return index.count() == 12 })
	time.Sleep(20 * time.Millisecond) // time in which it could do wrong
	spool.mu.Lock()
	taken, acked := spool.taken, len(spool.acked)
	spool.mu.Unlock()
	if taken != 4 || acked != 0 {
		t.Errorf("with 4 batches pending, %d are taken and %d lines acknowledged", taken, acked)
	}
	index.settleHeld()
	eventually(t, "all lines acknowledged", func() bool { return spool.ackedLines() == 60 })
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestWorkerAcknowledgesWhatSettlesWhileItStops(t *testing.T) {
	spool := &fakeSpool{batches: batches(3, 5), acked: map[string]int{}}
	index := &fakeIndex{hold: true}
	_, stop := startWorker(t, utcConfig(), shippedSet(t), spool, index)
	eventually(t, "all lines handed over", func() bool { return index.count() == 15 })
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := spool.ackedLines(); n != 15 {
		t.Errorf("%d of 15 lines acknowledged", n)
	}
}

func TestWorkerSettlesDroppedLines(t *testing.T) {
	set, err := pipeline.Compile([]pipeline.Source{{Name: "all", Text: []byte("processors: [{drop: {if: \"ctx.message.contains('line 1 ')\"}}]")}}, pipeline.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := utcConfig()
	cfg.Rules = []Rule{{Pipeline: "all"}}
	spool := &fakeSpool{batches: batches(2, 5), acked: map[string]int{}}
	index := &fakeIndex{}
	_, stop := startWorker(t, cfg, set, spool, index)
	eventually(t, "all lines acknowledged", func() bool { return spool.ackedLines() == 10 })
	if err := stop(); err != nil {
		t.Error(err)
	}
	if index.count() != 8 {
		t.Errorf("%d documents, want 8", index.count())
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	if err := (&Config{}).Validate(); err == nil {
		t.Error("an empty configuration must fail")
	}
	cfg := DefaultConfig()
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
	cfg.Rules = []Rule{{Pipeline: "nowhere"}}
	if _, err := New("auth", cfg, Deps{Pipelines: shippedSet(t)}, zap.NewNop()); err == nil {
		t.Error("a pipeline that is not there must fail")
	}
}
