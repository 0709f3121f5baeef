package event

import (
	"errors"
	"sync/atomic"
)

// Verdict is what became of a line that a worker took from the spool.
type Verdict uint8

// Verdicts. All but Pending settle the line.
const (
	Pending   Verdict = iota
	Stored            // indexed now
	Duplicate         // was indexed before (409): a redelivery
	Dead              // can't be indexed as a document; kept as a dead letter
	Dropped           // the pipeline said so
	Deferred          // in trouble for long: to be moved to the lane's retry stream with the ack
	verdicts
)

var verdictNames = [verdicts]string{"pending", "stored", "duplicate", "dead", "dropped", "deferred"}

func (v Verdict) String() string {
	if v >= verdicts {
		return "unknown"
	}
	return verdictNames[v]
}

// Delivery is one batch that a source handed to a worker, and the verdict of each of its lines.
// The batch must not be changed and not be reused before the delivery is acknowledged.
type Delivery struct {
	Batch *Batch
	// Place is where the batch stands in the spool; only the source that made the delivery reads it.
	Place any

	verdicts []Verdict
	pending  atomic.Int32
	settled  func(*Delivery)
}

// NewDelivery makes a delivery of b; the worker that takes it calls Begin.
func NewDelivery(b *Batch, place any) *Delivery { return &Delivery{Batch: b, Place: place} }

// Begin marks every line as pending. settled is called once, by the goroutine that settles the last line
// (at once when the batch is empty); it must not block for long.
func (d *Delivery) Begin(settled func(*Delivery)) {
	d.settled = settled
	d.verdicts = make([]Verdict, d.Batch.Len())
	d.pending.Store(int32(d.Batch.Len()))
	if d.Batch.Len() == 0 {
		settled(d)
	}
}

// Ref names line i of the delivery.
func (d *Delivery) Ref(i int) Ref { return Ref{d, i} }

// Verdict is the verdict of line i. It may be read once all lines are settled.
func (d *Delivery) Verdict(i int) Verdict { return d.verdicts[i] }

// Count returns how many lines have each verdict, indexed by Verdict, once all lines are settled.
func (d *Delivery) Count() (n [int(verdicts)]int) {
	for _, v := range d.verdicts {
		n[v]++
	}
	return n
}

// AppendDeferred adds the lines whose verdict is Deferred to b, with the flags more than they have, once all lines are settled.
func (d *Delivery) AppendDeferred(b *Batch, flags Flags) {
	for i := range d.Batch.Lines {
		if d.verdicts[i] == Deferred {
			b.AddLine(d.Batch, i)
			b.Lines[len(b.Lines)-1].Flags |= flags
		}
	}
}

// Ref names one line of a delivery.
type Ref struct {
	D    *Delivery
	Line int
}

// Settle gives the line its verdict. Each line is settled exactly once; lines of one delivery may be
// settled by several goroutines.
func (r Ref) Settle(v Verdict) {
	if r.D.verdicts[r.Line] != Pending || v == Pending {
		panic("event: line settled twice, or as pending") // a bug of ours, never caused by input
	}
	r.D.verdicts[r.Line] = v
	if r.D.pending.Add(-1) == 0 {
		r.D.settled(r.D)
	}
}

// ID is the id of the line.
func (r Ref) ID() ID { return r.D.Batch.ID(r.Line) }

// Received is the time of receipt in ns since the epoch.
func (r Ref) Received() int64 { return r.D.Batch.Lines[r.Line].Received }

// Message is the line as framed on the wire, valid until the delivery is acknowledged.
func (r Ref) Message() []byte { return r.D.Batch.Message(r.Line) }

// ErrSpoolFull says that a spool has reached its size limit or the lane its quota. The line stays in
// the per-host files, and the receiver remembers the gap.
var ErrSpoolFull = errors.New("spool is full")
