package indexer

import (
	"context"
	"time"

	"github.com/millrace/millrace/event"
)

// Feed is the way of one goroutine's documents into a lane. They are rendered where they are sent from: in a bulk buffer that
// nobody else touches meanwhile.
type Feed struct {
	lane  *Lane
	names names
	batch *Batch    // nil: Room gets one
	line  event.Ref // that Room was called for last
	taken int       // into batch, and not counted by the lane yet
}

// Feed makes one more way into the lane.
func (l *Lane) Feed() *Feed {
	return &Feed{lane: l, names: names{prefix: l.cfg.Prefix, lane: l.name}}
}

// Room returns where the document of a line goes: it is to be appended. Room blocks while the lane is full, until ctx ends.
// Its error is that of ctx, or ErrStopped.
func (f *Feed) Room(ctx context.Context, line event.Ref) (dst []byte, err error) {
	if f.batch == nil {
		if err := f.take(ctx); err != nil {
			return nil, err
		}
	}
	f.line = line
	return f.batch.room(f.names.of(line.Received()), line), nil
}

// Take takes the document, a JSON object without a line feed, behind what Room returned for it, and settles the line when
// its fate is known. The document may stay with the feed until Rest.
func (f *Feed) Take(doc []byte) {
	b, bulk := f.batch, &f.lane.cfg.Bulk
	b.take(doc, f.line)
	f.taken++
	if len(b.Items) >= bulk.Documents || len(b.buf) >= int(bulk.Bytes) {
		f.giveTo(f.lane.ready)
	}
}

// Rest lets go of what was taken: it is sent within the bulk interval of its first document, together with what other feeds
// take. It is called before a wait of unknown length.
func (f *Feed) Rest() {
	l := f.lane
	switch {
	case f.batch == nil:
	case f.batch.Len() == 0: // all lines were dropped
		f.giveTo(l.free)
	case time.Since(f.batch.began) >= l.cfg.Bulk.Interval:
		f.giveTo(l.ready)
	default:
		f.giveTo(l.open)
		select {
		case l.began <- struct{}{}:
		default:
		}
	}
}

// take gets a buffer, one that is begun if there is any.
func (f *Feed) take(ctx context.Context) error {
	l := f.lane
	select {
	case <-l.stopped:
		return ErrStopped
	default:
	}
	select {
	case f.batch = <-l.open:
		return nil
	default:
	}
	select {
	case f.batch = <-l.open:
	case f.batch = <-l.free:
		f.batch.began = time.Now()
	case <-ctx.Done():
		return ctx.Err()
	case <-l.stopped:
		return ErrStopped
	}
	return nil
}

func (f *Feed) giveTo(next chan<- *Batch) {
	f.lane.count.unsettled.Add(int64(f.taken))
	next <- f.batch
	f.batch, f.taken = nil, 0
}
