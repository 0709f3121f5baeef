package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/event/syslog"
	"github.com/millrace/millrace/shipper"
)

// Counts are what has become of the lines of any number of sources.
type Counts struct {
	Read    atomic.Int64 // but for those outside of the wanted time
	Stored  atomic.Int64
	Already atomic.Int64 // were stored before
	Dropped atomic.Int64 // by their pipeline
	Dead    atomic.Int64 // are dead letters
	Done    atomic.Int64 // parts all of whose lines are settled
	Failed  atomic.Int64 // parts that could not be read to their end, or not be written down as done
}

// Config is what sources have in common.
type Config struct {
	Since, Until time.Time // lines received from the one on, and before the other; zero: any
	Counts       *Counts
	Done         *Done // nil when no part is a gap
}

// Source is the lines of one lane's parts. It is safe for concurrent use.
type Source struct {
	cfg      Config
	log      *zap.Logger
	limits   shipper.BatchConfig // as a receiver has them
	finished chan struct{}
	again    chan struct{} // something is in deferred

	mu       sync.Mutex
	parts    []part
	at       int // the part that is read
	left     int // parts that are not finished
	reader   reader
	header   syslog.Header
	received int64 // the last line of the part; 0 before the first one
	text     []byte
	deferred []*event.Delivery
}

type part struct {
	Part
	open int   // batches that are not settled, and 1 until it is read
	err  error // why it was not read to its end
}

// NewSource makes the source of parts, which are of one lane.
func NewSource(parts []Part, cfg Config, log *zap.Logger) *Source {
	s := &Source{
		cfg: cfg, log: log, limits: shipper.DefaultConfig().Batch,
		finished: make(chan struct{}), again: make(chan struct{}, 1), left: len(parts),
	}
	for _, p := range parts {
		s.parts = append(s.parts, part{Part: p, open: 1})
	}
	return s
}

// Finished is closed when all lines of all parts are settled, but for parts that failed.
func (s *Source) Finished() <-chan struct{} { return s.finished }

// Close closes what is open.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reader.close()
	return nil
}

// Next returns the next lines. Behind the last ones it waits for lines that are deferred, until ctx ends.
func (s *Source) Next(ctx context.Context) (*event.Delivery, error) {
	for {
		if d := s.next(ctx); d != nil {
			return d, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.again:
		}
	}
}

// next returns lines that were deferred, or else reads some; nil if there are none, or ctx ends.
func (s *Source) next(ctx context.Context) *event.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.deferred); n > 0 {
		d := s.deferred[n-1]
		s.deferred = s.deferred[:n-1]
		if n > 1 {
			s.wake()
		}
		return d
	}
	for s.at < len(s.parts) && ctx.Err() == nil {
		p := &s.parts[s.at]
		b := &event.Batch{}
		err := s.read(p, b)
		if b.Len() > 0 {
			p.open++
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				p.err = err
			} else if s.reader.unended {
				s.log.Warn("the file ends with a part of a line, which is left out: end it with a line feed if it is a whole one", zap.String("file", p.Path))
			}
			s.at, s.received = s.at+1, 0
			s.settled(p)
		}
		if b.Len() > 0 {
			s.cfg.Counts.Read.Add(int64(b.Len()))
			return event.NewDelivery(b, p)
		}
	}
	return nil
}

func (s *Source) wake() {
	select {
	case s.again <- struct{}{}:
	default:
	}
}

// Ack counts what became of the lines. Those that are deferred are delivered again, before any others are read.
func (s *Source) Ack(_ context.Context, deliveries []*event.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cfg.Counts
	for _, d := range deliveries {
		n := d.Count()
		c.Stored.Add(int64(n[event.Stored]))
		c.Already.Add(int64(n[event.Duplicate]))
		c.Dropped.Add(int64(n[event.Dropped]))
		c.Dead.Add(int64(n[event.Dead]))
		if n[event.Deferred] == 0 {
			s.settled(d.Place.(*part))
			continue
		}
		b := &event.Batch{}
		d.AppendDeferred(b, 0)
		s.deferred = append(s.deferred, event.NewDelivery(b, d.Place))
		s.wake()
	}
	return nil
}

// settled notes that a batch of p is settled, or that p is read.
func (s *Source) settled(p *part) {
	if p.open--; p.open > 0 {
		return
	}
	err := p.err
	if err == nil && p.gap != "" {
		err = s.cfg.Done.Add(&p.Part)
	}
	if err != nil {
		s.cfg.Counts.Failed.Add(1)
		s.log.Error("not done to the end", zap.String("file", p.Path), zap.Error(err))
	} else {
		s.cfg.Counts.Done.Add(1)
	}
	if s.left--; s.left == 0 {
		close(s.finished)
	}
}

// read adds the next lines of p to b, those that are wanted. io.EOF: there are no more.
func (s *Source) read(p *part, b *event.Batch) error {
	if s.received == 0 {
		if err := s.reader.seek(p.Path, p.Offset); err != nil {
			return unexpected(err)
		}
		s.received = p.From
	}
	origin := event.Origin{Transport: event.Replay, Listener: event.Replay.String(), Peer: netip.AddrPortFrom(p.Peer, 0)}
	for lines := 0; lines < s.limits.Lines && len(b.Data) < int(s.limits.Size); lines++ {
		at := s.reader.offset
		if p.Size != toTheEnd && at >= p.Offset+p.Size {
			return io.EOF
		}
		line, cut, err := s.reader.next()
		if err != nil && p.Size != toTheEnd {
			return unexpected(err)
		} else if err != nil {
			return err
		}
		s.header.Parse(line)
		s.received = p.receipt(&s.header.Time, s.received)
		if !s.wanted(s.received) {
			continue
		}
		s.text = append(append(append(s.text[:0], p.Name...), 0), line...)
		sum := sha256.Sum256(s.text)
		origin.Boot = event.Boot(sum[:])
		b.Origins = append(b.Origins, origin)
		flags := event.Flags(0)
		if cut {
			flags = event.Truncated
		}
		b.Add(uint32(len(b.Origins)-1), s.received, uint64(at), flags, line)
	}
	return nil
}

// receipt is the time of receipt of a line that says t, behind one that was received at last.
func (p *Part) receipt(t *syslog.Time, last int64) int64 {
	ns, ok := t.Resolve(p.Until, time.Local)
	if !ok {
		return last
	}
	return min(max(ns, p.From), p.Until)
}

func (s *Source) wanted(received int64) bool {
	return (s.cfg.Since.IsZero() || received >= s.cfg.Since.UnixNano()) && (s.cfg.Until.IsZero() || received < s.cfg.Until.UnixNano())
}
