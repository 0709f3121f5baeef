package pipeline

import (
	"time"

	"github.com/millrace/millrace/event"
)

// Status is what became of a processor.
type Status int

// Statuses.
const (
	Failed       Status = iota // with TraceStep.Err; what follows it are its on_failure processors
	Succeeded                  //
	Skipped                    // its `if` does not hold
	ErrorIgnored               // failed, and has ignore_failure
	Dropped                    // the event
	Called                     // a `pipeline`, whose processors follow
)

// TraceStep is what one processor did to an event.
type TraceStep struct {
	Pipeline    string // that the processor is in
	Where       string // in its definition, such as "processors[2] (grok)"
	Line        int    // of its definition
	Type, Tag   string
	Description string
	Condition   string // its `if`; "" without one
	Script      string // source of a `script`

	Status       Status
	Err          error // valid until the runner's next run
	ConditionErr bool  // Err is the condition's
	Took         time.Duration
	Depth        int  // of calls of pipelines, from 0
	Handler      bool // it is one of on_failure

	Doc, Ingest []byte // the event and `_ingest` behind it, as JSON; nil when it was skipped, or the event dropped
}

// note is what only a trace asks for of a step.
type note struct {
	where, description, condition, script string
	line                                  int
}

// maxTrace bounds the steps of one trace; those behind it run, unrecorded.
const maxTrace = 10_000

// Trace does what [Runner.Run] does and tells what each processor did. The processors that `foreach` runs are
// part of its own step, as in Elasticsearch.
func (r *Runner) Trace(p *Pipeline, ev *event.Event, received int64) ([]*TraceStep, error) {
	t := &trace{}
	r.trace = t
	err := r.Run(p, ev, received)
	r.trace = nil
	if n := len(t.steps); n > 0 && t.steps[n-1].Status == Failed && t.steps[n-1].Err == nil {
		t.steps[n-1].Err = err // it was interrupted
	}
	return t.steps, err
}

type trace struct {
	steps    []*TraceStep
	handling int           // handlers that are running, inside one another
	own      time.Duration // that the trace itself has taken
}

// traceSteps is steps, and writes down what it does.
func (r *Runner) traceSteps(steps []step) error {
	t, in := r.trace, r.running()
	if len(steps) > 0 && len(in.onFailure) > 0 && &steps[0] == &in.onFailure[0] {
		t.handling++
		defer func() { t.handling-- }()
	}
	for i := range steps {
		s := &steps[i]
		if s.note == nil { // not in the definition
			if err := s.proc.run(r); err != nil {
				return err
			}
			continue
		}
		rec := t.add(s, in.Name, len(r.calling)-1)
		err := r.traceStep(s, rec)
		if err == error(&r.failure) && len(s.onFailure) > 0 && !rec.ConditionErr {
			t.handling++
			err = r.handle(s.onFailure)
			t.handling--
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *trace) add(s *step, in string, depth int) *TraceStep {
	rec := &TraceStep{
		Pipeline: in, Where: s.note.where, Line: s.note.line, Type: s.typ, Tag: s.tag, Description: s.note.description,
		Condition: s.note.condition, Script: s.note.script, Depth: depth, Handler: t.handling > 0,
	}
	if len(t.steps) < maxTrace {
		t.steps = append(t.steps, rec)
	}
	return rec
}

// traceStep runs one step, without its handlers.
func (r *Runner) traceStep(s *step, rec *TraceStep) error {
	begun, own := time.Now(), r.trace.own
	r.ctx.Changed()
	if s.cond != nil {
		yes, err := s.cond.Eval(r.ctx)
		rec.Took = time.Since(begun)
		if err != nil {
			_ = r.conditionFailed(err, s)
			rec.Err, rec.ConditionErr = err, true
			r.snapshot(rec)
			return &r.failure
		}
		if !yes {
			rec.Status = Skipped
			return nil
		}
	}
	err := r.runTraced(s, rec)
	rec.Took = time.Since(begun) - (r.trace.own - own)
	if err == ErrDropped || err == errTerminated {
		return err
	}
	cause := err
	if err == error(&r.failure) { // of what it ran
		cause = r.failure.err
	} else if err != nil {
		_ = r.failed(err, s)
		if rec.Status == Called { // the call itself
			rec.Status = Failed
		}
	}
	switch {
	case err == nil:
		return nil
	case rec.Status != Called && s.ignoreFailure:
		rec.Status, rec.Err = ErrorIgnored, cause
	case rec.Status != Called:
		rec.Status, rec.Err = Failed, cause
	}
	if s.ignoreFailure {
		return nil
	}
	return &r.failure
}

// runTraced runs the processor and notes how it went, but for its error.
func (r *Runner) runTraced(s *step, rec *TraceStep) (err error) {
	switch s.proc.(type) {
	case *pipelineProcessor:
		rec.Status = Called
		return s.proc.run(r)
	case *foreachProcessor:
		t := r.trace
		r.trace = nil
		err = s.proc.run(r)
		r.trace = t
	default:
		err = s.proc.run(r)
	}
	r.wrote = wrote{}
	switch err {
	case ErrDropped:
		rec.Status = Dropped
		return err
	case nil, errTerminated:
		rec.Status = Succeeded
	}
	r.snapshot(rec)
	return err
}

func (r *Runner) snapshot(rec *TraceStep) {
	begun := time.Now()
	rec.Doc, _ = r.ev.AppendJSON(nil)
	rec.Ingest, _ = r.ev.AppendValue(nil, r.ev.Ingest())
	r.trace.own += time.Since(begun)
}
