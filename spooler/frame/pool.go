package frame

import "github.com/millrace/millrace/event"

// Pool is a bounded free list of batches, safe for concurrent use. It forgets batches that have grown large.
type Pool struct {
	free chan *event.Batch
}

// NewPool makes a free list that keeps up to n batches.
func NewPool(n int) *Pool { return &Pool{free: make(chan *event.Batch, n)} }

// Get returns an empty batch.
func (p *Pool) Get() *event.Batch {
	select {
	case b := <-p.free:
		return b
	default:
		return &event.Batch{}
	}
}

// Put takes back b, which the caller must not touch any more.
func (p *Pool) Put(b *event.Batch) {
	if cap(b.Data) > maxKept {
		return
	}
	b.Reset()
	select {
	case p.free <- b:
	default:
	}
}
