package shipper

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/hostfile"
	"github.com/millrace/millrace/shipper/internal/quiet"
)

const (
	// batchesPerLane bounds the memory of a lane: batches that are being filled, wait, or are being appended.
	batchesPerLane = 8
	// patience is how long a receiver waits for a lane whose batches are all waiting, before lines become a gap.
	patience = time.Second
	// impatience is how long one waits before something else is done meanwhile, if that can be.
	impatience = 10 * time.Millisecond
	// answerLinger bounds the linger of answered lines: their sender waits, with no more than its window under way.
	answerLinger = time.Millisecond
	// appendAgain is the time between tries to append answered lines.
	appendAgain = 100 * time.Millisecond
)

// lane gathers the lines of one lane into batches, and has them appended to the spool one after the other. Lines of
// senders that wait for an answer have a lane object of their own: what the spool does not take of them is no gap, it
// is appended again until the spool takes it, and all that wait with it are those senders.
type lane struct {
	name     string
	answered bool
	cfg      BatchConfig
	spool    Spool
	gaps     *gapLog
	log      *zap.Logger
	full     quiet.Gate
	stats    *laneStats

	patience time.Duration
	closed   chan *batch   // in order; has room for all there are
	room     chan struct{} // there is a free batch again
	linger   *time.Timer   // set by the first line of the open batch

	mu     sync.Mutex
	free   []*batch // the last one is taken first: it is in the processor's cache
	open   *batch   // nil: the next line has to take a free one
	stuck  bool     // the spool is waited for, longer than anyone likes
	behind bool     // it was waited for in vain, and has not caught up yet
}

type laneStats struct {
	appended, batches, gapped, lost, unanswered atomic.Uint64
	failure                                     atomic.Pointer[hostfile.Failure]
}

// batch is an event.Batch, and where its lines stand in files.
type batch struct {
	event.Batch
	places   []place
	receipts []*receipt // each held once
}

// place is where a run of a batch's lines stands in a file. Without one, a gap in the spool is a loss.
type place struct {
	at          hostfile.Extent
	lines       int
	first, last int64 // times of receipt, ns since the epoch
}

func newLane(name string, cfg BatchConfig, spool Spool, gaps *gapLog, log *zap.Logger) *lane {
	l := &lane{
		name: name, cfg: cfg, spool: spool, gaps: gaps, log: log, full: quiet.Gate{Every: 10 * time.Second}, stats: new(laneStats), patience: patience,
		closed: make(chan *batch, batchesPerLane), room: make(chan struct{}, 1), linger: time.NewTimer(0),
	}
	l.linger.Stop()
	for range batchesPerLane {
		l.free = append(l.free, new(batch))
	}
	return l
}

// forAnswers makes the lane's counterpart for senders that wait for an answer.
func (l *lane) forAnswers() *lane {
	other := newLane(l.name, l.cfg, l.spool, l.gaps, l.log)
	other.answered, other.stats = true, l.stats
	other.cfg.Linger = min(l.cfg.Linger, answerLinger)
	return other
}

// add copies the lines of r that are for lane index into batches; counter is the id of the run's first line.
func (l *lane) add(s *session, r *run, index int, counter uint64) {
	received := r.now.UnixNano()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := 0; i < len(r.lines); {
		if line := &r.lines[i]; line.lane != index {
			i++
		} else if l.open == nil && !l.take(r) {
			l.gap([]place{{r.extent(line.target, line.start, line.end), 1, received, received}})
			i++
		} else {
			i = l.fill(s, r, i, counter)
		}
	}
}

// fill copies the lines of r from i on that are for the same lane as that one into the open batch, until it is full, and
// returns the index of the next line.
func (l *lane) fill(s *session, r *run, i int, counter uint64) int {
	b, index, received := l.open, r.lines[i].lane, r.now.UnixNano()
	if b.Len() == 0 {
		l.linger.Reset(l.cfg.Linger)
	}
	if r.receipt != nil {
		r.receipt.hold()
		b.receipts = append(b.receipts, r.receipt)
	}
	origin := b.AddOrigin(&s.origin)
	var span placing
	for ; i < len(r.lines) && b.Len() < l.cfg.Lines && len(b.Data) < int(l.cfg.Size); i++ {
		if line := &r.lines[i]; line.lane == index {
			b.Add(origin, received, counter+uint64(i), line.flags, line.message)
			span.add(r, b, line, received)
		}
	}
	span.end(r, b, received)
	if b.Len() >= l.cfg.Lines || len(b.Data) >= int(l.cfg.Size) {
		l.closed <- b
		l.open = nil
	}
	return i
}

// await holds rc until all lines that were added before are appended.
func (l *lane) await(rc *receipt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil && !l.take(nil) {
		return // only where lines become a gap too
	}
	if l.open.Len() == 0 {
		l.linger.Reset(l.cfg.Linger)
	}
	rc.hold()
	l.open.receipts = append(l.open.receipts, rc)
}

// placing gathers lines of a batch that follow each other in a file.
type placing struct{ target, start, stop, lines int }

func (p *placing) add(r *run, b *batch, line *runLine, received int64) {
	if p.lines > 0 && p.target == line.target && p.stop == line.start {
		p.stop = line.end
		p.lines++
		return
	}
	p.end(r, b, received)
	*p = placing{line.target, line.start, line.end, 1}
}

// end notes in b what was gathered.
func (p *placing) end(r *run, b *batch, received int64) {
	if p.lines > 0 {
		b.place(place{r.extent(p.target, p.start, p.stop), p.lines, received, received})
		p.lines = 0
	}
}

// place notes where the batch's last lines stand.
func (b *batch) place(p place) {
	if n := len(b.places); n > 0 {
		if last := &b.places[n-1]; last.at.Joined(p.at) {
			last.lines += p.lines
			last.last = p.last
			return
		}
	}
	b.places = append(b.places, p)
}

// take makes a free batch the open one; l.mu is held, and released while there is none. It gives up after patience,
// and then at once until there is one again; with answered lines, never. r is the run whose lines wait, if any.
func (l *lane) take(r *run) bool {
	if len(l.free) == 0 && !l.behind {
		var timeout <-chan time.Time
		if !l.answered {
			timer := time.NewTimer(l.patience)
			defer timer.Stop()
			timeout = timer.C
		}
		var long <-chan time.Time
		if r != nil && r.waits != nil {
			after := impatience
			if l.stuck {
				after = 0
			}
			timer := time.NewTimer(after)
			defer timer.Stop()
			long = timer.C
		}
		for expired := false; l.open == nil && len(l.free) == 0 && !expired; {
			l.mu.Unlock()
			waits := false
			select {
			case <-l.room:
			case <-long:
				waits = true
				r.waits()
			case <-timeout:
				expired = true
			}
			l.mu.Lock()
			l.stuck = l.stuck || waits
		}
	}
	if l.open != nil { // another one has taken one meanwhile
		signal(l.room) // the signal may have been for yet another one
		return true
	}
	n := len(l.free)
	l.stuck, l.behind = false, n == 0
	if l.behind {
		return false
	}
	l.open, l.free = l.free[n-1], l.free[:n-1]
	if n > 1 {
		signal(l.room)
	}
	return true
}

// run appends batches until stop is closed and everything is appended, or has become a gap because ctx ended.
func (l *lane) run(ctx context.Context, stop <-chan struct{}) {
	defer l.linger.Stop()
	for {
		select {
		case b := <-l.closed:
			l.append(ctx, b)
		case <-l.linger.C:
			l.appendAll(ctx)
		case <-stop:
			l.appendAll(ctx)
			return
		}
	}
}

// appendAll appends what is closed, and the open batch.
func (l *lane) appendAll(ctx context.Context) {
	for {
		select {
		case b := <-l.closed: // also while others hold the lock and wait for a free one
			l.append(ctx, b)
			continue
		default:
		}
		l.mu.Lock()
		if len(l.closed) > 0 {
			l.mu.Unlock()
			continue
		}
		b := l.open
		l.open = nil
		l.mu.Unlock()
		if b != nil {
			l.append(ctx, b)
		}
		return
	}
}

// append hands b to the spool, or makes a gap of it, and frees it.
func (l *lane) append(ctx context.Context, b *batch) {
	defer l.release(b)
	if b.Len() == 0 {
		b.settle(true)
		return
	}
	err := l.spool.Append(ctx, l.name, &b.Batch)
	for l.answered && err != nil && ctx.Err() == nil {
		l.complain(err, "senders that wait for an answer wait on")
		sleep(ctx, appendAgain)
		err = l.spool.Append(ctx, l.name, &b.Batch)
	}
	switch {
	case err == nil:
		l.stats.appended.Add(uint64(b.Len()))
		l.stats.batches.Add(1)
	case l.answered:
		l.stats.unanswered.Add(uint64(b.Len()))
	default:
		l.complain(err, "lines stay in their files, and the gap is written down for millrace replay --gaps")
		l.gap(b.places)
	}
	b.settle(err == nil)
}

func (l *lane) complain(err error, consequence string) {
	now := time.Now()
	l.stats.failure.Store(&hostfile.Failure{Time: now, Why: err})
	n, ok := l.full.Pass(now)
	if !ok {
		return
	}
	text := "cannot append to the spool: "
	if errors.Is(err, event.ErrSpoolFull) {
		text = "the spool is full: "
	}
	l.log.Error(text+consequence, zap.String("lane", l.name), zap.Error(err), zap.Int("not_logged", n))
}

// settle tells those who wait for the batch whether the spool has it.
func (b *batch) settle(ok bool) {
	for _, rc := range b.receipts {
		rc.release(ok)
	}
}

// release makes b free again.
func (l *lane) release(b *batch) {
	b.Reset()
	clear(b.places)
	clear(b.receipts)
	b.places, b.receipts = b.places[:0], b.receipts[:0]
	l.mu.Lock()
	l.free = append(l.free, b)
	l.mu.Unlock()
	signal(l.room)
}

// gap writes down where lines stand that the spool did not take.
func (l *lane) gap(places []place) {
	gapped, lost := l.gaps.add(l.name, places)
	l.stats.gapped.Add(uint64(gapped))
	l.stats.lost.Add(uint64(lost))
}

// signal wakes the receiver of a channel with room for one, if it is not to be woken already.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
