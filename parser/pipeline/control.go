package pipeline

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

type dropProcessor struct{}

func newDrop(*options) processor { return dropProcessor{} }

func (dropProcessor) run(*Runner) error { return ErrDropped }

// failProcessor is `fail`.
type failProcessor struct{ message value }

func newFail(o *options) processor {
	p := &failProcessor{}
	if n := o.required("message"); n != nil {
		p.message = o.parseValue("message", n, asJSON)
	}
	return p
}

func (p *failProcessor) run(r *Runner) error {
	message, err := p.message.of(r)
	if err != nil {
		return err
	}
	return errors.New(string(r.text(message)))
}

type terminateProcessor struct{}

func newTerminate(*options) processor { return terminateProcessor{} }

func (terminateProcessor) run(*Runner) error { return errTerminated }

// pipelineProcessor is `pipeline`.
type pipelineProcessor struct {
	pipeline      *Pipeline // nil when the name is a template, or there is none of that name
	name          value
	ignoreMissing bool
}

func newPipeline(o *options) processor {
	p := &pipelineProcessor{ignoreMissing: o.flag("ignore_missing_pipeline", false)}
	n := o.required("name")
	if n == nil {
		return p
	}
	p.name = o.parseValue("name", n, plain)
	if p.name.template != nil {
		return p
	}
	p.pipeline = o.c.set.pipelines[p.name.text]
	if p.pipeline == nil && !p.ignoreMissing {
		o.c.missing = append(o.c.missing, &Error{o.c.file, n.line, o.where, noPipeline(p.name.text)})
	}
	return p
}

func (p *pipelineProcessor) run(r *Runner) error {
	called, name := p.pipeline, p.name.text
	if p.name.template != nil {
		var err error
		if r.buf, err = p.name.template.append(r.buf[:0], r.ev); err != nil {
			return err
		}
		if called = r.set.pipelines[string(r.buf)]; called == nil {
			name = string(r.buf)
		}
	}
	switch {
	case called != nil:
		return r.call(called)
	case p.ignoreMissing:
		return nil
	}
	return noPipeline(name)
}

func noPipeline(name string) error {
	return fmt.Errorf("Pipeline processor configured for non-existent pipeline [%s]", name)
}

// foreachProcessor is `foreach`.
type foreachProcessor struct {
	field         event.Path
	step          []step
	ignoreMissing bool
}

var (
	foreachValue = event.Intern("_value")
	foreachKey   = event.Intern("_key")
)

// maxItems bounds the lists that foreach walks through.
const maxItems = 100_000

func newForeach(o *options) processor {
	p := &foreachProcessor{field: o.path("field"), ignoreMissing: o.flag("ignore_missing", false)}
	n := o.required("processor")
	if n == nil {
		return p
	}
	if !n.isMap || len(n.fields) != 1 {
		o.fail(n, "[processor] Must specify exactly one processor type")
		return p
	}
	s, err := o.c.step(n.fields[0].name, n.fields[0].node, "foreach ("+n.fields[0].name+")")
	if err != nil && o.err == nil {
		var inner *Error
		if errors.As(err, &inner) {
			o.err, o.line = fmt.Errorf("%s: %w", inner.Processor, inner.Err), inner.Line
		}
	}
	p.step = []step{s}
	return p
}

func (p *foreachProcessor) run(r *Runner) error {
	v, err := r.ev.Resolve(p.field)
	switch {
	case (err != nil || v.IsNull()) && p.ignoreMissing:
		return nil
	case err != nil:
		return err
	case v.IsNull():
		return fmt.Errorf("field [%s] is null, cannot loop over its elements.", p.field) //nolint:staticcheck // Elasticsearch's text
	case v.Kind() < event.List:
		return fmt.Errorf("field [%s] of type [%s] cannot be cast to a list or map", p.field, v.Kind().JavaClass())
	case r.ev.Len(v) > maxItems:
		return fmt.Errorf("field [%s] has more than %d elements", p.field, maxItems)
	}
	return p.each(r, v)
}

func (p *foreachProcessor) each(r *Runner, v event.Value) error {
	r.ctx.Share() // items are in _ingest, too
	ev, ingest := r.ev, r.ev.Ingest()
	outer, outerKey := ev.Lookup(ingest, foreachValue), ev.Lookup(ingest, foreachKey)
	var result event.Value
	if v.Kind() == event.Map {
		result = ev.NewMap()
	} else {
		result = ev.NewList()
	}
	if ev.Len(v) == 0 {
		return ev.Set(p.field, result)
	}
	items, order := itemsOf(ev, v)
	var err error
	forgotten := false
	for i := 0; i < ev.Len(items) && err == nil; i++ {
		item := ev.At(items, i)
		if v.Kind() == event.Map {
			if i > 0 && !sameKeys(ev, v, items, order) {
				err = errModified
				break
			}
			ev.Put(ingest, foreachKey, item)
			item = ev.LookupBytes(v, ev.Bytes(item))
		}
		ev.Put(ingest, foreachValue, item)
		if err = r.steps(p.step); err == ErrDropped {
			if err = p.dropped(v); err != nil {
				return err
			}
		}
		if v.Kind() == event.Map {
			renamed := ev.Lookup(ingest, foreachKey)
			if key := ev.Bytes(renamed); len(bytes.TrimSpace(key)) > 0 {
				ev.PutBytes(result, key, ev.Lookup(ingest, foreachValue))
				forgotten = false
			} else {
				outer, forgotten = ev.Lookup(ingest, foreachValue), true // Elasticsearch forgets to take it away
			}
			if renamed.Kind() != event.String && !renamed.IsNull() {
				return cannotCast(renamed.Kind().JavaClass(), "java.lang.String")
			}
		} else {
			ev.Append(result, ev.Lookup(ingest, foreachValue))
		}
	}
	if !forgotten {
		restore(ev, ingest, foreachValue, outer)
	}
	if v.Kind() == event.Map {
		restore(ev, ingest, foreachKey, outerKey)
	}
	switch {
	case err == nil:
		return ev.Set(p.field, result)
	case err == error(&r.failure) && r.failure.step == &p.step[0]:
		return r.failure.err // is the failure of foreach itself, as in Elasticsearch
	}
	return err
}

// itemsOf are those of a list, or the keys of a map, as the processor may change the list itself and the values of the map,
// but not its keys. They are in Java's order.
func itemsOf(ev *event.Event, v event.Value) (items event.Value, order []int) {
	items, order = ev.NewList(), hashOrder(ev, v)
	for i := range ev.Len(v) {
		if order != nil {
			i = order[i]
		}
		if v.Kind() == event.Map {
			ev.Append(items, ev.String(ev.Key(v, i)))
		} else {
			ev.Append(items, ev.At(v, i))
		}
	}
	return items, order
}

// errModified ends the walk through a map in which the processor has put a field, or from which it has taken one.
var errModified = &painless.Error{Class: "java.util.ConcurrentModificationException"}

// sameKeys tells whether a map still has the keys, and none but these, in the order that they had.
func sameKeys(ev *event.Event, m, keys event.Value, order []int) bool {
	if ev.Len(m) != ev.Len(keys) {
		return false
	}
	for i := range ev.Len(m) {
		at := i
		if order != nil {
			at = order[i]
		}
		if !bytes.Equal(ev.Key(m, at), ev.Bytes(ev.At(keys, i))) {
			return false
		}
	}
	return true
}

// dropped is what becomes of a `drop` for one item: Elasticsearch has made nothing of it but an error, and not
// even that for the fields of a map.
func (p *foreachProcessor) dropped(v event.Value) error {
	if _, calls := p.step[0].proc.(*pipelineProcessor); calls {
		return ErrDropped
	}
	if v.Kind() == event.Map {
		return nil
	}
	//nolint:staticcheck // Java's text
	return errors.New(`Cannot invoke "org.elasticsearch.ingest.IngestDocument.getIngestMetadata()" because "ingestDocument" is null`)
}

func restore(ev *event.Event, m event.Value, name event.Symbol, v event.Value) {
	if v.Kind() == event.Missing {
		v = event.NullValue()
	}
	ev.Put(m, name, v)
}
