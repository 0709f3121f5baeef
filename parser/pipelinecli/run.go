package pipelinecli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// RunOptions are what Run runs, and on what.
type RunOptions struct {
	Set      *pipeline.Set
	Pipeline *pipeline.Pipeline
	// Event is the runner's; Open makes it the event of a line.
	Event    *event.Event
	Open     func(line []byte)
	Received time.Time // of all events

	Form    Form
	JSON    bool // answer as Elasticsearch's _simulate does
	Verbose bool // the whole event behind each processor
	Color   bool
	In      io.Reader
	Out     io.Writer
}

// outcome is what became of one event.
type outcome struct {
	in    input
	start []byte // the event as the pipeline found it
	steps []*pipeline.TraceStep
	end   []byte // nil when it was dropped or failed
	also  []byte // _ingest at the end
	err   error
}

// printer shows outcomes.
type printer interface {
	event(*outcome) error
	end() error
}

// Run runs a pipeline over lines or documents, and shows what each processor does. The error is ErrFailed when an event
// failed and its pipeline did not handle it.
func Run(o RunOptions) error {
	in, err := newInputs(o.In, o.Form)
	if err != nil {
		return fmt.Errorf("pipeline run: %w", err)
	}
	out := bufio.NewWriter(o.Out)
	var to printer = newTextPrinter(&o, out)
	if o.JSON {
		to = &jsonPrinter{out: out, verbose: o.Verbose, timestamp: o.Received.UTC().Format(time.RFC3339Nano)}
	}
	r := o.Set.NewRunner()
	total, failed := 0, 0
	for {
		next, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(fmt.Errorf("pipeline run: read %w", err), out.Flush())
		}
		x := o.run(r, next)
		total++
		if x.err != nil && !errors.Is(x.err, pipeline.ErrDropped) {
			failed++
		}
		if err := errors.Join(to.event(x), out.Flush()); err != nil {
			return fmt.Errorf("pipeline run: write: %w", err)
		}
	}
	if err := errors.Join(to.end(), out.Flush()); err != nil {
		return fmt.Errorf("pipeline run: write: %w", err)
	}
	switch {
	case total == 0:
		return errors.New("pipeline run: the input is empty: give it lines or JSON documents")
	case failed > 0:
		return fmt.Errorf("pipeline run: %d of %d events failed: %w", failed, total, ErrFailed)
	}
	return nil
}

// run runs one event: once to warm up, so that the times are those of a line among many, and once traced.
func (o *RunOptions) run(r *pipeline.Runner, in input) *outcome {
	x := &outcome{in: in}
	if x.err = o.open(in); x.err != nil {
		return x
	}
	_ = r.Run(o.Pipeline, o.Event, o.Received.UnixNano())
	if x.err = o.open(in); x.err != nil {
		return x
	}
	if x.start, x.err = o.Event.AppendJSON(nil); x.err != nil {
		return x
	}
	x.steps, x.err = r.Trace(o.Pipeline, o.Event, o.Received.UnixNano())
	if x.err == nil {
		x.end, x.err = o.Event.AppendJSON(nil)
		x.also, _ = o.Event.AppendValue(nil, o.Event.Ingest())
	}
	return x
}

var (
	symbolIndex = event.Intern("_index")
	symbolID    = event.Intern("_id")
)

// open makes the event.
func (o *RunOptions) open(in input) error {
	if in.doc == nil {
		o.Open(in.line)
		return nil
	}
	ev := o.Event
	ev.Reset()
	doc, _, err := ev.ParseJSON(in.doc, event.DefaultJSONLimits(), true)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	ev.SetDoc(doc)
	if in.index != "" {
		ev.Put(doc, symbolIndex, ev.Text(in.index))
	}
	if in.id != "" {
		ev.Put(doc, symbolID, ev.Text(in.id))
	}
	return nil
}

// fieldsOf are the fields of a rendered event by their full names.
func fieldsOf(doc []byte) map[string]any {
	m := map[string]any{}
	if len(doc) > 0 {
		_ = decode(doc, &m) // we have rendered it ourselves
	}
	return flatten(m)
}

func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}
