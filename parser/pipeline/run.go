package pipeline

import (
	"fmt"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// ErrDropped is returned by [Runner.Run] when the pipeline dropped the event.
var ErrDropped error = ending("event dropped by its pipeline")

// errTerminated ends the pipeline that is running, without an error.
var errTerminated error = ending("pipeline terminated")

// ending is no failure: steps end with it, and nothing handles it.
type ending string

func (e ending) Error() string { return string(e) }

// maxCalls bounds how deep pipelines call one another; Elasticsearch has the same limit.
const maxCalls = 100

// processor is one compiled processor. It is shared by all runners: what it changes while it runs
// belongs into the runner's scratch.
type processor interface {
	run(r *Runner) error
}

// step is a processor with what Elasticsearch allows on every one of them, and where to go on behind it. A condition that
// fails is not the processor's failure: neither ignore_failure nor on_failure of its own cover it. What each line looks
// at comes first.
type step struct {
	cond      *painless.Condition
	presence  painless.Presence // of cond
	among     *among
	otherwise *step // where to go on when cond does not hold
	proc      processor
	calls     *Pipeline // that proc calls, in any case and without a way back to where it is called
	next      *step     // nil: it is the last one
	touches   []painless.Touch
	needs     int32 // the field without which it does nothing; 0: it may do something in any case

	ignoreFailure bool
	told          bool // the first of an on_failure: some of them may ask in _ingest what failed
	onFailure     []step
	typ, tag      string
	note          *note // for traces; nil when it is not in the definition
}

// Runner runs the pipelines of one set for one worker.
type Runner struct {
	set *Set
	ev  *event.Event
	ctx *painless.Context

	now     int64   // of receipt, in ns since the epoch
	calling []frame // pipelines that are running now, outermost first, with room for maxCalls
	scratch []any   // of processors that need some, by slot
	skip    int     // steps that the last one has done with its own
	wrote   wrote   // what the last one has written, if that is known
	buf     []byte
	today   today
	times   event.Times // by which templates write times

	failure failure
	telling int    // handlers that have been told, inside one another: an inner one takes from the outer what it knew
	trace   *trace // nil unless a trace is taken
}

// frame is a pipeline that is running, and the step that has called it, behind which its caller goes on.
type frame struct {
	pipeline *Pipeline
	call     *step // nil when the runner does not go on by steps
}

// NewRunner returns a runner. It is not safe for concurrent use.
func (s *Set) NewRunner() *Runner {
	r := &Runner{set: s, scratch: make([]any, s.slots), calling: make([]frame, 0, maxCalls), ctx: painless.NewContext(hooks)}
	r.ctx.Use(s.fields)
	return r
}

// Run runs p over ev. received is the time of receipt in ns since the epoch, which stands for "now".
// [ErrDropped] says that the event is to be dropped; any other error, that p failed and did not handle
// it: the event is then in the state of the failure. The error is valid until the next call.
func (r *Runner) Run(p *Pipeline, ev *event.Event, received int64) (err error) {
	defer func() {
		if e := recover(); e != nil {
			if err, _ = e.(error); err != event.ErrTooLarge {
				panic(e)
			}
		}
	}()
	return r.RunFrom(nil, nil, p, ev, received)
}

// Start is what is known of events that begin alike.
type Start = painless.Known

// StartOf is for events that begin with the outline of ev. In these, what is null there may be set to anything, and what
// they are filled with is neither null nor a container.
func (r *Runner) StartOf(ev *event.Event) *Start { return r.set.fields.Outline(ev) }

// RunFrom is Run for an event that was filled with values and of which something is known; start may be nil. It does not
// recover from event.ErrTooLarge.
func (r *Runner) RunFrom(start *Start, values []event.Value, p *Pipeline, ev *event.Event, received int64) error {
	r.ev, r.now, r.ctx.Event = ev, received, ev
	r.ctx.Received = received
	r.ctx.Begin(start, values)
	r.calling, r.telling, r.skip = append(r.calling[:0], frame{p, nil}), 0, 0
	return r.leave(r.steps(p.steps))
}

// call runs a pipeline for another one.
func (r *Runner) call(p *Pipeline) error {
	for i := range r.calling {
		if r.calling[i].pipeline == p {
			return fmt.Errorf("Cycle detected for pipeline: %s", p.Name) //nolint:staticcheck // Elasticsearch's text
		}
	}
	if len(r.calling) == cap(r.calling) {
		return fmt.Errorf("Too many nested pipelines. Cannot have more than %d nested pipelines", maxCalls) //nolint:staticcheck // Elasticsearch's text
	}
	r.calling = append(r.calling, frame{p, nil})
	return r.leave(r.steps(p.steps))
}

// leave ends the pipeline that is running, whose steps have ended with err.
func (r *Runner) leave(err error) error {
	last := len(r.calling) - 1
	if p := r.calling[last].pipeline; err == error(&r.failure) && len(p.onFailure) > 0 {
		err = r.handle(p.onFailure)
	}
	r.calling = r.calling[:last]
	if err == errTerminated {
		return nil
	}
	return err
}

// running is the pipeline that is.
func (r *Runner) running() *Pipeline { return r.calling[len(r.calling)-1].pipeline }

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
	r.failure = failure{err, s, typ, r.running()}
	return &r.failure
}

// conditionFailed makes err, of the condition of the step, the failure.
func (r *Runner) conditionFailed(err error, s *step) error {
	r.failure = failure{err, s, typeConditional, r.running()}
	return &r.failure
}

const typeConditional = "conditional"

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// steps runs a list of steps and the pipelines that they call. The error is one that nothing in the list handles: the
// runner's failure, or an ending.
func (r *Runner) steps(steps []step) error {
	if r.trace != nil {
		return r.traceSteps(steps)
	}
	base := len(r.calling)
	for s := from(steps, 0); ; {
		if s == nil { // behind the last step of a pipeline
			if len(r.calling) == base {
				return nil
			}
			last := len(r.calling) - 1
			s = r.calling[last].call.next
			r.calling = r.calling[:last]
			continue
		}
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
					if s, err = r.unwind(r.conditionFailed(err, s), base); err != nil {
						return err
					}
					continue
				}
			}
			if !holds {
				s = s.otherwise
				continue
			}
		}
		if n := len(r.calling); s.calls != nil && n < cap(r.calling) {
			r.calling = r.calling[:n+1]
			r.calling[n] = frame{s.calls, s}
			s = s.calls.first
			continue
		}
		to, err := s.next, error(nil)
		if s.needs == 0 || !r.ctx.Missing(s.needs) {
			err = s.proc.run(r)
			if len(s.touches) > 0 || r.ctx.Shared() {
				r.ctx.Wrote(s.touches)
				if r.wrote.at != 0 {
					r.ctx.Note(r.wrote.at, r.wrote.v)
					r.wrote.at = 0
				}
			}
			if r.skip > 0 {
				to = r.skipped(to)
			}
		}
		if err != nil {
			if err = r.stepFailed(err, s); err != nil {
				if to, err = r.unwind(err, base); err != nil {
					return err
				}
			}
		}
		s = to
	}
}

// skipped is the step behind those, from s on, that the last one has done with its own.
func (r *Runner) skipped(s *step) *step {
	for ; r.skip > 0; r.skip-- {
		s = s.next
	}
	return s
}

// unwind ends the pipelines that were called above base, up to one whose error is handled: it is the step behind its call.
func (r *Runner) unwind(err error, base int) (*step, error) {
	for len(r.calling) > base {
		call := r.calling[len(r.calling)-1].call
		if err = r.leave(err); err != nil {
			err = r.stepFailed(err, call)
		}
		if err == nil {
			return call.next, nil
		}
	}
	return nil, err
}

// stepFailed handles the error of a step, as far as it says how: the rest is the error of the list it is in.
func (r *Runner) stepFailed(err error, s *step) error {
	if _, ok := err.(ending); ok {
		return err
	}
	if s.ignoreFailure {
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
