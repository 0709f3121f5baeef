package parser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// Source is one lane of the spool. It is safe for concurrent use.
type Source interface {
	// Next waits for the next batch. The delivery belongs to the caller until Ack. It returns ctx.Err() when ctx ends.
	Next(ctx context.Context) (*event.Delivery, error)
	// Ack tells that every line of the deliveries is settled; those that are Deferred move to the lane's retry
	// stream in the same step. After an error it may be repeated; after nil the deliveries must not be touched.
	Ack(ctx context.Context, deliveries []*event.Delivery) error
}

// Output takes the documents of one parser.
type Output interface {
	// Room returns where the document of a line goes: it is to be appended. Room blocks while there is none; with an
	// error nothing more is taken.
	Room(ctx context.Context, line event.Ref) (dst []byte, err error)
	// Take takes the document, a JSON object without a line feed, behind what Room returned for it, and settles the
	// line when its fate is known. A line that has none is not taken.
	Take(doc []byte)
	// Rest says that Room may not be called for a while, so that what was taken is not held back.
	Rest()
}

// Deps are what a worker uses.
type Deps struct {
	Source    Source
	Output    func() Output // makes one for each parser
	Pipelines *pipeline.Set
	Metrics   *Metrics // from NewMetrics; shared by the workers of a process
	// Settled is closed when Output settles nothing more, because it has drained or given up.
	Settled <-chan struct{}
}

// Worker parses the lines of one lane.
type Worker struct {
	lane    string
	cfg     Config
	deps    Deps
	log     *zap.Logger
	counter *counters

	credit  *credit
	settled chan *event.Delivery
	fed     chan struct{}
}

// New makes the worker of a lane.
func New(lane string, cfg Config, deps Deps, log *zap.Logger) (*Worker, error) {
	if err := errors.Join(cfg.Validate(), CheckRules(cfg.Rules, deps.Pipelines)); err != nil {
		return nil, err
	}
	cfg.Parsers = cfg.PerLane()
	if deps.Metrics == nil {
		deps.Metrics = NewMetrics(nil)
	}
	return &Worker{
		lane: lane, cfg: cfg, deps: deps, log: log.With(zap.String("lane", lane)), counter: deps.Metrics.lane(lane),
		credit:  newCredit(cfg.InFlight.Batches, int64(cfg.InFlight.Size)),
		settled: make(chan *event.Delivery, cfg.InFlight.Batches), // room for all there are: settling never blocks
		fed:     make(chan struct{}),
	}, nil
}

// Fed is closed when Run will add nothing more to the output.
func (w *Worker) Fed() <-chan struct{} { return w.fed }

// Run takes batches until ctx ends, then acknowledges what is settled until Deps.Settled is closed.
// What is not settled by then stays in the spool. It is called once.
func (w *Worker) Run(ctx context.Context) error {
	var parsers sync.WaitGroup
	for range w.cfg.Parsers {
		parsers.Go(func() { w.parse(ctx) })
	}
	go func() {
		parsers.Wait()
		close(w.fed)
	}()
	return w.acknowledge(context.WithoutCancel(ctx))
}

// parse parses batch after batch until ctx ends.
func (w *Worker) parse(ctx context.Context) {
	p, out := w.newLineParser(), w.deps.Output()
	said := ""
	for w.credit.take(ctx) {
		d, err := w.deps.Source.Next(ctx)
		if err != nil {
			w.credit.give(0)
			if ctx.Err() != nil {
				return
			}
			if err.Error() != said {
				said = err.Error()
				w.log.Error("can't read from the spool, will try again", zap.Error(err))
			}
			sleep(ctx, time.Second)
			continue
		}
		said = ""
		size := int64(len(d.Batch.Data))
		w.credit.use(size)
		w.counter.lines.Add(float64(d.Batch.Len()))
		w.counter.batches.Inc()
		d.Begin(func(d *event.Delivery) {
			w.credit.give(size)
			w.settled <- d
		})
		fed := w.feed(ctx, p, out, d)
		out.Rest()
		if !fed {
			return
		}
	}
}

// feed hands the documents of d to out. It returns false when that takes no more.
func (w *Worker) feed(ctx context.Context, p *lineParser, out Output, d *event.Delivery) bool {
	n := d.Batch.Len() // d is not ours any more once its last line is taken
	for i := range n {
		room, err := out.Room(ctx, d.Ref(i))
		if err != nil {
			return false
		}
		p.doc, p.from = room, len(room)
		_, dropped, err := p.parse(d.Batch, i)
		switch {
		case dropped:
			w.counter.dropped.Inc()
			d.Ref(i).Settle(event.Dropped)
			continue
		case err != nil: // can't be: the event of a header alone always renders
			w.log.Error("line has no document", zap.Error(err))
			d.Ref(i).Settle(event.Dead)
			continue
		}
		out.Take(p.doc)
	}
	return true
}

func (w *Worker) newLineParser() *lineParser {
	p := &lineParser{
		ev: event.New(), choose: newChooser(w.lane, w.cfg.Rules, w.deps.Pipelines), zones: newZones(&w.cfg),
		runner: w.deps.Pipelines.NewRunner(), counter: w.counter,
	}
	if w.cfg.JSONTarget != "" {
		p.json = event.MustPath(w.cfg.JSONTarget)
	}
	return p
}

// acknowledge acks settled deliveries, as many at once as there are, until nothing more is settled.
func (w *Worker) acknowledge(ctx context.Context) error {
	var batch []*event.Delivery
	for {
		batch = batch[:0]
		select {
		case d := <-w.settled:
			batch = append(batch, d)
		case <-w.deps.Settled:
			batch = w.rest(batch)
			if len(batch) == 0 {
				return nil
			}
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			return w.comesAgain(batch, w.deps.Source.Ack(ctx, batch))
		}
		batch = w.rest(batch)
		for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
			err := w.deps.Source.Ack(ctx, batch)
			if err == nil {
				break
			}
			w.log.Error("can't acknowledge, will try again", zap.Int("batches", len(batch)), zap.Error(err))
			select {
			case <-time.After(pause):
			case <-w.deps.Settled:
				return w.comesAgain(batch, err)
			}
		}
	}
}

// comesAgain says what an ack that failed leads to; nil when it did not fail.
func (w *Worker) comesAgain(batch []*event.Delivery, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("lane %s: %d batches are stored but not acknowledged, and will come again: %w", w.lane, len(batch), err)
}

// rest takes what else is settled now.
func (w *Worker) rest(batch []*event.Delivery) []*event.Delivery {
	for {
		select {
		case d := <-w.settled:
			batch = append(batch, d)
		default:
			return batch
		}
	}
}

// credit bounds what is in flight: batches and bytes. At least one batch always may be.
type credit struct {
	batches chan struct{}
	limit   int64

	mu   sync.Mutex
	used int64
	room chan struct{} // closed when bytes come back
}

func newCredit(batches int, bytes int64) *credit {
	return &credit{batches: make(chan struct{}, batches), limit: bytes, room: make(chan struct{})}
}

// take waits for room for a batch; it returns false when ctx ends.
func (c *credit) take(ctx context.Context) bool {
	select {
	case c.batches <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	for {
		c.mu.Lock()
		ok, room := c.used < c.limit, c.room
		c.mu.Unlock()
		if ok {
			return ctx.Err() == nil
		}
		select {
		case <-room:
		case <-ctx.Done():
			return false
		}
	}
}

func (c *credit) use(bytes int64) {
	c.mu.Lock()
	c.used += bytes
	c.mu.Unlock()
}

// give returns a batch's credit.
func (c *credit) give(bytes int64) {
	c.mu.Lock()
	c.used -= bytes
	if bytes > 0 {
		close(c.room)
		c.room = make(chan struct{})
	}
	c.mu.Unlock()
	<-c.batches
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// Metrics are the counters of all workers of a process.
type Metrics struct {
	lines, batches, dropped, failed, refused, panicked *prometheus.CounterVec
}

type counters struct {
	lines, batches, dropped, failed, refused, panicked prometheus.Counter
}

// NewMetrics registers the counters with reg, which may be nil.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	vec := func(name, help string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "millrace_parser_" + name + "_total", Help: help}, []string{"lane"})
		if reg != nil {
			reg.MustRegister(v)
		}
		return v
	}
	return &Metrics{
		lines:    vec("lines", "Lines taken from the spool, redelivered ones included."),
		batches:  vec("batches", "Batches taken from the spool."),
		dropped:  vec("dropped", "Lines that their pipeline dropped."),
		failed:   vec("failed", "Lines whose pipeline failed, or made an @timestamp that the index does not take."),
		refused:  vec("json_refused", "Lines whose message is JSON that is nested too deep or has too many or too long names; it stays text."),
		panicked: vec("internal_errors", "Lines that met a defect of the parser; please report it."),
	}
}

func (m *Metrics) lane(name string) *counters {
	return &counters{
		m.lines.WithLabelValues(name), m.batches.WithLabelValues(name), m.dropped.WithLabelValues(name),
		m.failed.WithLabelValues(name), m.refused.WithLabelValues(name), m.panicked.WithLabelValues(name),
	}
}
