package indexer

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/millrace/millrace/event"
)

// send delivers the buffers that are ready, until there are no more.
func (l *Lane) send(ctx context.Context) {
	for b := range l.ready {
		l.deliver(ctx, b)
		b.Reset()
		l.free <- b
	}
}

// deliver sends b until each of its items is settled or has been taken over by the retry buffer, or
// ctx ends. Trouble of the whole request (nothing answers, or nothing is let in) holds the sender, so
// that the lane stops taking lines; trouble of single items does not, while the retry buffer has room.
func (l *Lane) deliver(ctx context.Context, b *Batch) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := l.bulk(ctx, b, attempt)
		if err == nil {
			if l.settle(ctx, b) > 0 {
				l.again.take(ctx, b)
			}
			l.health.through(&l.again.waiting)
			return
		}
		if ctx.Err() != nil {
			return
		}
		l.health.trouble(err)
		pause(ctx, l.cfg.Retry.backoff(attempt))
		b.forget()
	}
}

// bulk sends b, whose items have no outcomes, in smaller and smaller parts when it is refused as a whole. With nil every
// item has one.
func (l *Lane) bulk(ctx context.Context, b *Batch, attempt int) error {
	l.count.bulks.Inc()
	l.count.bytes.Add(float64(b.Size()))
	err := l.sink.Bulk(ctx, b)
	// A request that is too large for what the index has in memory is refused as overload, every time.
	tooBusy := errors.Is(err, ErrOverloaded) && attempt >= splitOverloaded
	if !errors.Is(err, ErrRefused) && !tooBusy { // nil as well
		return err
	}
	s := splitter{lane: l}
	if err := s.split(ctx, b, err); err != nil {
		return err
	}
	s.judge(b)
	return nil
}

// splitOverloaded is how often a request is refused as overload before smaller ones are tried.
const splitOverloaded = 3

// splitter finds the items for which a request is refused as a whole.
type splitter struct {
	lane     *Lane
	accepted bool // some part got through
	refused  int  // requests that were refused before any got through
}

// maxRefused bounds how often a sink that refuses everything is asked in one attempt.
const maxRefused = 256

// split sends the halves of b, which was refused with err. It gives items that are refused by
// themselves the outcome Unknown and that error.
func (s *splitter) split(ctx context.Context, b *Batch, err error) error {
	s.refused++
	if !s.accepted && s.refused > maxRefused {
		return err
	}
	if b.Len() == 1 {
		kind := "request_refused"
		if errors.Is(err, ErrOverloaded) {
			kind = "overloaded"
		}
		b.Items[0].Outcome, b.Items[0].Err = Unknown, &ItemError{kind, err.Error()}
		return nil
	}
	half := b.Len() / 2
	for _, part := range []*Batch{b.part(0, half), b.part(half, b.Len())} {
		s.lane.count.bulks.Inc()
		switch err := s.lane.sink.Bulk(ctx, part); {
		case err == nil:
			s.accepted = true
		case errors.Is(err, ErrRefused), errors.Is(err, ErrOverloaded):
			if err := s.split(ctx, part, err); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return nil
}

// judge decides on items that were refused alone: they are dead if the same request without them was
// accepted. If nothing was, the fault may as well be the sink's (a proxy, a setting), and they wait. So do items that name
// their index, which a setting of Elasticsearch's refuses: they come again in a request to that index.
func (s *splitter) judge(b *Batch) {
	for i := range b.Items {
		it := &b.Items[i]
		if it.Outcome != Unknown || it.Err == nil {
			continue
		}
		it.Outcome = Trouble
		if s.accepted && it.Err.Type == "request_refused" && it.index == 0 {
			it.Outcome = Dead
		}
	}
}

// settle settles the lines whose fate is known, and leaves in b, as Trouble, those whose is not. It returns how many
// these are.
func (l *Lane) settle(ctx context.Context, b *Batch) (troubled int) {
	if hasDead(b) {
		l.dead.write(ctx, b) // turns those that could not be kept into Trouble
	}
	var n [verdicts]int
	for i := range b.Items {
		it := &b.Items[i]
		v := verdict(it.Outcome)
		n[v]++
		if v == event.Pending {
			it.Outcome = Trouble
			if it.Err == nil {
				it.Err = &ItemError{Type: "no_answer", Reason: "the reply says nothing of this item"}
			}
			continue
		}
		it.Ref.Settle(v)
	}
	l.count.settled(n)
	return n[event.Pending]
}

const verdicts = int(event.Deferred) + 1

func verdict(o Outcome) event.Verdict {
	switch o {
	case Stored:
		return event.Stored
	case Duplicate:
		return event.Duplicate
	case Dead:
		return event.Dead
	}
	return event.Pending
}

func hasDead(b *Batch) bool {
	for i := range b.Items {
		if b.Items[i].Outcome == Dead {
			return true
		}
	}
	return false
}

// backoff is the pause after that many failures: it doubles up to Max, and half of it is random, so
// that workers don't come back together.
func (c *RetryConfig) backoff(failures int) time.Duration {
	d := c.Max
	if failures < 30 && c.Min<<failures < c.Max {
		d = c.Min << failures
	}
	return d/2 + rand.N(d/2+1)
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
