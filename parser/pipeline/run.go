package pipeline

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// ErrDropped is returned by [Runner.Run] when the pipeline dropped the event.
var ErrDropped = errors.New("event dropped by its pipeline")

// maxCalls bounds how deep pipelines call one another; Elasticsearch has the same limit.
const maxCalls = 100

// processor is one compiled processor. It is shared by all runners: what it changes while it runs
// belongs into the runner's scratch.
type processor interface {
	run(r *Runner) error
}

// step is a processor with what Elasticsearch allows on every one of them. A condition that fails is not
// the processor's failure: neither ignore_failure nor on_failure of its own cover it.
type step struct {
	proc          processor
	typ, tag      string
	cond          *painless.Condition
	presence      painless.Presence // of cond
	ignoreFailure bool
	onFailure     []step
	note          *note // for traces; nil when it is not in the definition
	touches       []painless.Touch
	needs         int32 // the field without which it does nothing; 0: it may do something in any case
	told          bool  // the first of an on_failure: some of them may ask in _ingest what failed
	next          *step // nil: it is the last one
	otherwise     *step // where to go on when cond does not hold
	among         *among
}

// Runner runs the pipelines of one set for one worker.
type Runner struct {
	set *Set
	ev  *event.Event
	ctx *painless.Context

	now     int64       // of receipt, in ns since the epoch
	calling []*Pipeline // that are running now, outermost first
	scratch []any       // of processors that need some, by slot
	skip    int         // steps that the last one has done with its own
	buf     []byte
	today   today
	times   event.Times // by which templates write times

	failure failure
	telling int    // handlers that have been told, inside one another: an inner one takes from the outer what it knew
	trace   *trace // nil unless a trace is taken
}

// NewRunner returns a runner. It is not safe for concurrent use.
func (s *Set) NewRunner() *Runner {
	r := &Runner{set: s, scratch: make([]any, s.slots), ctx: painless.NewContext(hooks)}
	r.ctx.Use(s.fields)
	return r
}

// Run runs p over ev. received is the time of receipt in ns since the epoch, which stands for "now".
// [ErrDropped] says that the event is to be dropped; any other error, that p failed and did not handle
// it: the event is then in the state of the failure. The error is valid until the next call.
func (r *Runner) Run(p *Pipeline, ev *event.Event, received int64) error {
	return r.RunFrom(nil, p, ev, received)
}

// Start is what is known of events that begin alike.
type Start = painless.Known

// StartOf is for events that begin with the outline of ev. In these, what is null there may be set to anything.
func (r *Runner) StartOf(ev *event.Event) *Start { return r.set.fields.Outline(ev) }

// RunFrom is Run for an event of which something is known; start may be nil.
func (r *Runner) RunFrom(start *Start, p *Pipeline, ev *event.Event, received int64) (err error) {
	r.ev, r.now, r.ctx.Event = ev, received, ev
	r.ctx.Received = received
	r.ctx.Begin(start)
	r.calling, r.telling = r.calling[:0], 0
	defer func() {
		if e := recover(); e != nil {
			if err, _ = e.(error); !errors.Is(err, event.ErrTooLarge) {
				panic(e)
			}
		}
	}()
	return r.call(p)
}

// call runs a pipeline, possibly for another one.
func (r *Runner) call(p *Pipeline) error {
	for _, c := range r.calling {
		if c == p {
			return fmt.Errorf("Cycle detected for pipeline: %s", p.Name) //nolint:staticcheck // Elasticsearch's text
		}
	}
	if len(r.calling) >= maxCalls {
		return fmt.Errorf("Too many nested pipelines. Cannot have more than %d nested pipelines", maxCalls) //nolint:staticcheck // Elasticsearch's text
	}
	r.calling = append(r.calling, p)
	err := r.steps(p.steps)
	if err == error(&r.failure) && len(p.onFailure) > 0 {
		err = r.handle(p.onFailure)
	}
	r.calling = r.calling[:len(r.calling)-1]
	if err == errTerminated {
		return nil
	}
	return err
}

// failure is an error with the innermost step that it came from. A runner has one: by the time
// another step fails, in a handler, the handler has been told of the first.
type failure struct {
	err  error
	step *step
	typ  string // of the step, or "conditional" for its condition
	in   *Pipeline
}

// failed makes err, of the step itself, the failure. That of a step with a condition is a conditional's, as in
// Elasticsearch, unless the step handles it.
func (r *Runner) failed(err error, s *step) error {
	typ := s.typ
	if s.cond != nil && !s.handled() {
		typ = typeConditional
	}
	r.failure = failure{err, s, typ, r.calling[len(r.calling)-1]}
	return &r.failure
}

// conditionFailed makes err, of the condition of the step, the failure.
func (r *Runner) conditionFailed(err error, s *step) error {
	r.failure = failure{err, s, typeConditional, r.calling[len(r.calling)-1]}
	return &r.failure
}

const typeConditional = "conditional"

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func (r *Runner) steps(steps []step) error {
	if r.trace != nil {
		return r.traceSteps(steps)
	}
	if len(steps) == 0 {
		return nil
	}
	for s := &steps[0]; s != nil; {
		if s.cond != nil {
			holds, ok := s.presence.Tells(r.ctx)
			if !ok {
				if s.among != nil {
					if to := s.among.pass(r.ctx, s); to != s {
						s = to
						continue
					}
				}
				var err error
				if holds, err = s.cond.Eval(r.ctx); err != nil {
					return r.conditionFailed(err, s)
				}
			}
			if !holds {
				s = s.otherwise
				continue
			}
		}
		if s.needs == 0 || !r.ctx.Missing(s.needs) {
			err := s.proc.run(r)
			if len(s.touches) > 0 || r.ctx.Shared() {
				r.ctx.Wrote(s.touches)
			}
			if err != nil {
				if err = r.stepFailed(err, s); err != nil {
					return err
				}
			}
			for ; r.skip > 0; r.skip-- {
				s = s.next
			}
		}
		s = s.next
	}
	return nil
}

// stepFailed goes on behind a step that failed: the error is that of the list it is in.
func (r *Runner) stepFailed(err error, s *step) error {
	switch {
	case err == ErrDropped || err == errTerminated:
		return err
	case s.ignoreFailure:
		return nil
	}
	if err != error(&r.failure) {
		_ = r.failed(err, s)
	}
	if len(s.onFailure) == 0 {
		return &r.failure
	}
	return r.handle(s.onFailure)
}

var (
	ingestMessage  = event.Intern("on_failure_message")
	ingestType     = event.Intern("on_failure_processor_type")
	ingestTag      = event.Intern("on_failure_processor_tag")
	ingestPipeline = event.Intern("on_failure_pipeline")
)

// handle runs on_failure processors with what they can ask about r.failure in _ingest.
func (r *Runner) handle(steps []step) error {
	if !steps[0].told && r.telling == 0 && r.trace == nil {
		r.failure = failure{}
		return r.steps(steps)
	}
	r.telling++
	defer func() { r.telling-- }()
	ingest, f := r.ev.Ingest(), &r.failure
	r.ev.Put(ingest, ingestMessage, r.rootMessage(f.err))
	r.ev.Put(ingest, ingestType, r.ev.Text(f.typ))
	r.ev.Put(ingest, ingestTag, r.textOrNull(f.step.tag))
	r.ev.Put(ingest, ingestPipeline, r.ev.Text(f.in.Name))
	r.failure = failure{}
	err := r.steps(steps)
	for _, name := range []event.Symbol{ingestMessage, ingestType, ingestTag, ingestPipeline} {
		r.ev.RemoveBytes(ingest, []byte(name.String()))
	}
	return err
}

// causedError is an error with one of Java's below it: on_failure is told of that one only, as in Elasticsearch.
type causedError struct{ text, cause string }

func (e *causedError) Error() string { return e.text }

// Cause is for scripts, which are told the text when they catch it, and end with the cause when they do not.
func (e *causedError) Cause() string { return e.cause }

// notANumber is what Java says of a text that is none.
func notANumber(text string) string { return fmt.Sprintf(`For input string: "%s"`, text) }

// rootMessage is the text of what is at the bottom of err, null where Java has none.
func (r *Runner) rootMessage(err error) event.Value {
	switch e := err.(type) {
	case interface{ Cause() string }:
		return r.ev.Text(e.Cause())
	case *painless.Error:
		if e.Message == "" {
			return event.NullValue()
		}
	case *event.PathError:
		if e.Fault == event.NotAnIndex && e.Op != "resolve" {
			return r.ev.Text(notANumber(e.Step))
		}
	}
	return r.ev.Text(err.Error())
}

func (r *Runner) textOrNull(s string) event.Value {
	if s == "" {
		return event.NullValue()
	}
	return r.ev.Text(s)
}

// handled tells whether failures of the step are its own affair.
func (s *step) handled() bool { return s.ignoreFailure || len(s.onFailure) > 0 }
