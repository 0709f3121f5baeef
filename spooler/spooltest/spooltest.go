// Package spooltest is the contract of a spool, as tests that run against every one of them.
package spooltest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/spooler/lane"
)

// Source is one consumer of one lane.
type Source interface {
	Next(ctx context.Context) (*event.Delivery, error)
	Ack(ctx context.Context, d []*event.Delivery) error
	Close() error
}

// Spool is an open spool.
type Spool interface {
	Append(ctx context.Context, lane string, b *event.Batch) error
	Lanes() []string
	Close() error
}

// Backend is a spool under test and the storage below it. Deferred lines must come again soon after they
// were deferred, and a dead consumer's frames soon after TakeOver.
type Backend interface {
	// Open opens the spool over the same storage each time, after the one before was closed.
	Open(t *testing.T) Spool
	Source(t *testing.T, s Spool, lane string) Source
	Stats(s Spool, lane string) lane.Stats
	// Put appends bytes to the lane as they are, where a frame should be.
	Put(t *testing.T, s Spool, lane string, src []byte)
	// Kill ends a consumer as a crash does.
	Kill(t *testing.T, src Source)
	// TakeOver is how long a consumer may be silent before it counts as dead.
	TakeOver() time.Duration
}

const (
	testLane = "auth"
	patience = 20 * time.Second       // until something that must come
	quiet    = 100 * time.Millisecond // long enough to see what must not come
)

// Run runs the contract against backends that fresh makes, each with storage of its own.
func Run(t *testing.T, fresh func(t *testing.T) Backend) {
	for name, test := range map[string]func(*testing.T, Backend){
		"InOrder":                   inOrder,
		"OneOfSeveral":              oneOfSeveral,
		"ConsumerDies":              consumerDies,
		"ClosedConsumer":            closedConsumer,
		"Restart":                   restart,
		"AcksOutOfOrder":            acksOutOfOrder,
		"Damaged":                   damaged,
		"UnknownVersionIsKept":      unknownVersionIsKept,
		"Deferred":                  deferred,
		"LanesApart":                lanesApart,
		"CancelledNextsLoseNothing": cancelledNext,
		"CloseEndsNext":             closeEndsNext,
		"BadLane":                   badLane,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

// Batch makes a batch whose lines carry the numbers from to from+n-1.
func Batch(from, n int) *event.Batch {
	b := &event.Batch{}
	for i := from; i < from+n; i++ {
		o := event.Origin{Boot: event.Boot{7}, Peer: netip.MustParseAddrPort("192.0.2.1:514"), Transport: event.TCP, Listener: "test"}
		b.Add(b.AddOrigin(&o), int64(1_790_000_000_000_000_000+i), uint64(i), 0, fmt.Appendf(nil, "<38>line %d", i))
	}
	return b
}

// Numbers reads the numbers of the lines of b.
func Numbers(t testing.TB, b *event.Batch) (list []int) {
	for i := range b.Lines {
		n, err := strconv.Atoi(string(b.Message(i)[len("<38>line "):]))
		if err != nil {
			t.Fatalf("a line that nobody sent: %q", b.Message(i))
		}
		list = append(list, n)
	}
	return list
}

func appendTo(t *testing.T, s Spool, name string, from, n int) {
	t.Helper()
	if err := s.Append(t.Context(), name, Batch(from, n)); err != nil {
		t.Fatalf("append of line %d: %v", from, err)
	}
}

func next(t *testing.T, s Source) *event.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d, err := s.Next(ctx)
	if err != nil {
		t.Fatalf("Next: %v", err)
	}
	return d
}

// expect takes the next batch, which must be the n lines from from.
func expect(t *testing.T, s Source, from, n int) *event.Delivery {
	t.Helper()
	d := next(t, s)
	got := Numbers(t, d.Batch)
	if len(got) != n || n > 0 && got[0] != from {
		t.Fatalf("got lines %v, want %d from %d", got, n, from)
	}
	return d
}

func expectNothing(t *testing.T, s Source, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if d, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Next = %v, %v, want nothing", d, err)
	}
}

// settle gives every line the verdict and acknowledges the deliveries.
func settle(t *testing.T, s Source, v event.Verdict, list ...*event.Delivery) {
	t.Helper()
	for _, d := range list {
		d.Begin(func(*event.Delivery) {})
		for i := range d.Batch.Lines {
			d.Ref(i).Settle(v)
		}
	}
	if err := s.Ack(t.Context(), list); err != nil {
		t.Fatalf("Ack: %v", err)
	}
}

func closeAll(t *testing.T, list ...interface{ Close() error }) {
	t.Helper()
	for _, c := range list {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func inOrder(t *testing.T, be Backend) {
	s := be.Open(t)
	src := be.Source(t, s, testLane)
	defer closeAll(t, src, s)
	line := 0
	for i := range 50 {
		appendTo(t, s, testLane, line, i%7+1)
		line += i%7 + 1
	}
	line = 0
	for i := range 50 {
		settle(t, src, event.Stored, expect(t, src, line, i%7+1))
		line += i%7 + 1
	}
	expectNothing(t, src, quiet)
	if st := be.Stats(s, testLane); st.Lines != 0 || !st.Oldest.IsZero() {
		t.Errorf("all is acknowledged, but stats are %+v", st)
	}
}

func oneOfSeveral(t *testing.T, be Backend) {
	const frames, consumers = 300, 4
	s := be.Open(t)
	defer closeAll(t, s)
	for i := range frames / 2 {
		appendTo(t, s, testLane, i, 1)
	}
	var mu sync.Mutex
	seen := make(map[int]int)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var wg sync.WaitGroup
	for i := range consumers {
		src := be.Source(t, s, testLane)
		defer closeAll(t, src)
		for range 1 + i%2 { // some sources are read by two goroutines
			wg.Go(func() {
				for {
					d, err := src.Next(ctx)
					if err != nil {
						return
					}
					mu.Lock()
					for _, n := range Numbers(t, d.Batch) {
						seen[n]++
					}
					if len(seen) == frames {
						cancel()
					}
					mu.Unlock()
					if err := src.Ack(context.Background(), []*event.Delivery{d}); err != nil {
						t.Errorf("Ack: %v", err)
					}
				}
			})
		}
	}
	for i := frames / 2; i < frames; i++ {
		appendTo(t, s, testLane, i, 1)
	}
	wg.Wait()
	for i := range frames {
		if seen[i] != 1 {
			t.Errorf("line %d was delivered %d times", i, seen[i])
		}
	}
}

func consumerDies(t *testing.T, be Backend) {
	s := be.Open(t)
	defer closeAll(t, s)
	for i := range 4 {
		appendTo(t, s, testLane, i, 1)
	}
	dying, other := be.Source(t, s, testLane), be.Source(t, s, testLane)
	defer closeAll(t, other)
	var held []*event.Delivery
	for range 4 {
		held = append(held, next(t, dying))
	}
	settle(t, dying, event.Stored, held[1])
	// It lives, however slow it is.
	expectNothing(t, other, 2*be.TakeOver()+quiet)
	be.Kill(t, dying)
	for _, line := range []int{0, 2, 3} {
		settle(t, other, event.Stored, expect(t, other, line, 1))
	}
	expectNothing(t, other, quiet)
}

func closedConsumer(t *testing.T, be Backend) {
	s := be.Open(t)
	defer closeAll(t, s)
	appendTo(t, s, testLane, 0, 1)
	appendTo(t, s, testLane, 1, 1)
	first, second := be.Source(t, s, testLane), be.Source(t, s, testLane)
	defer closeAll(t, second)
	settle(t, first, event.Stored, expect(t, first, 0, 1))
	expect(t, first, 1, 1)
	closeAll(t, first)
	settle(t, second, event.Stored, expect(t, second, 1, 1))
	expectNothing(t, second, quiet)
}

func restart(t *testing.T, be Backend) {
	s := be.Open(t)
	src := be.Source(t, s, testLane)
	for i := range 6 {
		appendTo(t, s, testLane, i, 2)
	}
	_ = next(t, src)
	settle(t, src, event.Stored, next(t, src))
	closeAll(t, src, s)

	s = be.Open(t)
	src = be.Source(t, s, testLane)
	defer closeAll(t, src, s)
	if lanes := s.Lanes(); len(lanes) != 1 || lanes[0] != testLane {
		t.Errorf("lanes are %v", lanes)
	}
	appendTo(t, s, testLane, 6, 2)
	if st := be.Stats(s, testLane); st.Lines != 12 {
		t.Errorf("%d lines wait, want 12", st.Lines)
	}
	got := make(map[int]bool)
	for range 6 {
		d := next(t, src)
		got[Numbers(t, d.Batch)[0]] = true
		settle(t, src, event.Stored, d)
	}
	for _, line := range []int{0, 2, 3, 4, 5, 6} {
		if !got[line] {
			t.Errorf("line %d did not come again", line)
		}
	}
	expectNothing(t, src, quiet)
}

func acksOutOfOrder(t *testing.T, be Backend) {
	const frames = 40
	s := be.Open(t)
	src := be.Source(t, s, testLane)
	var odd []*event.Delivery
	for i := range frames {
		appendTo(t, s, testLane, i, 1)
		if d := next(t, src); i%2 == 1 {
			odd = append([]*event.Delivery{d}, odd...)
		}
	}
	settle(t, src, event.Stored, odd...)
	closeAll(t, src, s)
	s = be.Open(t)
	src = be.Source(t, s, testLane)
	defer closeAll(t, src, s)
	for i := 0; i < frames; i += 2 {
		settle(t, src, event.Stored, expect(t, src, i, 1))
	}
	expectNothing(t, src, quiet)
	if st := be.Stats(s, testLane); st.Lines != 0 {
		t.Errorf("%d lines wait, want none", st.Lines)
	}
}

func lanesApart(t *testing.T, be Backend) {
	s := be.Open(t)
	auth, kern := be.Source(t, s, "auth"), be.Source(t, s, "kern")
	defer closeAll(t, auth, kern, s)
	appendTo(t, s, "auth", 0, 1)
	appendTo(t, s, "kern", 10, 1)
	expect(t, auth, 0, 1)
	settle(t, kern, event.Stored, expect(t, kern, 10, 1))
	expectNothing(t, kern, quiet)
	if a, k := be.Stats(s, "auth"), be.Stats(s, "kern"); a.Lines != 1 || k.Lines != 0 {
		t.Errorf("%d and %d lines wait, want 1 and 0", a.Lines, k.Lines)
	}
}

func cancelledNext(t *testing.T, be Backend) {
	s := be.Open(t)
	src := be.Source(t, s, testLane)
	defer closeAll(t, src, s)
	for i := range 30 {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan *event.Delivery)
		go func() {
			d, _ := src.Next(ctx)
			done <- d
		}()
		go cancel()
		appendTo(t, s, testLane, i, 1)
		d := <-done
		if d == nil {
			d = next(t, src)
		}
		if got := Numbers(t, d.Batch); got[0] != i {
			t.Fatalf("got line %d, want %d", got[0], i)
		}
		settle(t, src, event.Stored, d)
	}
}

func closeEndsNext(t *testing.T, be Backend) {
	s := be.Open(t)
	defer closeAll(t, s)
	src := be.Source(t, s, testLane)
	done := make(chan error)
	go func() {
		_, err := src.Next(context.Background())
		done <- err
	}()
	closeAll(t, src)
	select {
	case err := <-done:
		if err == nil {
			t.Error("Next returned a delivery from nowhere")
		}
	case <-time.After(patience):
		t.Fatal("Next goes on after Close")
	}
}

func badLane(t *testing.T, be Backend) {
	s := be.Open(t)
	defer closeAll(t, s)
	for _, name := range []string{"", "Auth", "a_b", "../x", "a/b", "ä", string(make([]byte, 100))} {
		if err := s.Append(t.Context(), name, Batch(0, 1)); err == nil {
			t.Errorf("lane %q is taken", name)
		}
	}
}
