package indexer

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/event"
)

// retry holds the items of a lane that the index would not take while it answered: one shard is busy,
// one day's index is closed. They are sent again by themselves, so that the others pass them by.
type retry struct {
	lane  *Lane
	limit int           // bytes that may wait here
	lock  chan struct{} // held by whoever touches items
	items *Batch
	come  chan struct{} // something waits
	room  chan struct{} // closed and made anew when room was made; guarded by lock

	waiting atomic.Int64 // items here, those that are being sent again included
}

func newRetry(l *Lane) *retry {
	return &retry{
		lane: l, limit: int(l.cfg.Bulk.Bytes), items: &Batch{},
		lock: make(chan struct{}, 1), come: make(chan struct{}, 1), room: make(chan struct{}),
	}
}

// take copies the items of b that are in trouble. It waits while there is no room, until ctx ends:
// items that were not taken stay in the spool.
func (r *retry) take(ctx context.Context, b *Batch) {
	now := time.Now().UnixNano()
	for i := range b.Items {
		it := &b.Items[i]
		if it.Outcome != Trouble {
			continue
		}
		if it.troubled == 0 {
			it.troubled = now
		}
		put := r.put(ctx, b, i)
		r.lane.health.trouble(it.Err)
		if !put {
			return
		}
	}
}

func (r *retry) put(ctx context.Context, b *Batch, i int) bool {
	for {
		r.lock <- struct{}{}
		room := r.room
		fits := len(r.items.buf) < r.limit
		if fits {
			r.items.addItem(b, i)
			r.waiting.Add(1)
		}
		<-r.lock
		if fits {
			select {
			case r.come <- struct{}{}:
			default:
			}
			return true
		}
		select {
		case <-room:
		case <-ctx.Done():
			return false
		}
	}
}

// run sends what waits, with growing pauses, until ctx ends, or until it is idle and nothing waits.
func (r *retry) run(ctx context.Context, idle <-chan struct{}) {
	sending := &Batch{}
	failures := 0
	for {
		if sending.Len() == 0 && !r.wait(ctx, idle) {
			return
		}
		pause(ctx, r.lane.cfg.Retry.backoff(failures))
		if ctx.Err() != nil {
			return
		}
		r.fill(sending)
		if sending.Len() == 0 {
			continue // what the signal was for went with an earlier request
		}
		r.lane.count.retries.Add(float64(sending.Len()))
		before := sending.Len()
		sending.forget()
		err := r.lane.bulk(ctx, sending, failures)
		if ctx.Err() != nil && err != nil {
			return
		}
		if err != nil {
			r.lane.health.trouble(err)
			failures++
			continue
		}
		r.lane.settle(ctx, sending)
		sending = r.left(sending)
		if failures++; sending.Len() < before {
			failures = 0
		}
		r.waiting.Add(int64(sending.Len() - before))
		if sending.Len() > 0 {
			r.lane.health.trouble(sending.Items[0].Err)
		} else {
			r.lane.health.through(&r.waiting)
		}
	}
}

// wait returns true when something waits, false when nothing will.
func (r *retry) wait(ctx context.Context, idle <-chan struct{}) bool {
	select {
	case <-r.come:
		return true
	default:
	}
	select {
	case <-r.come:
		return true
	case <-idle:
		select {
		case <-r.come: // came before the last sender ended
			return true
		default:
			return false
		}
	case <-ctx.Done():
		return false
	}
}

// fill moves what waits to b, as far as it fits, and wakes those who wait for room.
func (r *retry) fill(b *Batch) {
	r.lock <- struct{}{}
	defer func() { <-r.lock }()
	if r.items.Len() == 0 || len(b.buf) >= r.limit {
		return
	}
	for i := range r.items.Items {
		b.addItem(r.items, i)
	}
	r.items.Reset()
	close(r.room)
	r.room = make(chan struct{})
}

// left is what of b is still in trouble and has not been so for long. Lines that have are deferred.
func (r *retry) left(b *Batch) *Batch {
	rest := &Batch{}
	long := time.Now().Add(-r.lane.cfg.Retry.DeferAfter).UnixNano()
	var n [verdicts]int
	for i := range b.Items {
		it := &b.Items[i]
		switch {
		case it.Outcome != Trouble:
		case it.troubled <= long:
			n[event.Deferred]++
			it.Ref.Settle(event.Deferred)
		default:
			rest.addItem(b, i)
		}
	}
	r.lane.count.settled(n)
	return rest
}
