package parser

import (
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/event/syslog"
	"github.com/millrace/millrace/parser/pipeline"
)

// Fields that the header gives.
var (
	pathHost         = event.MustPath("host.hostname")
	pathProcessName  = event.MustPath("process.name")
	pathProcessPID   = event.MustPath("process.pid")
	pathErrorMessage = event.MustPath("error.message")
	pathTags         = event.MustPath("tags")

	keyTimestamp = event.Intern("@timestamp")
	keyMessage   = event.Intern("message")
	keyHost      = event.Intern("host")
	keyHostname  = event.Intern("hostname")
	keyProcess   = event.Intern("process")
	keyPID       = event.Intern("pid")
	keyLog       = event.Intern("log")
	keyName      = event.Intern("name")
)

// Tags of events whose line has no header, whose pipeline failed and did not handle it, and whose message is
// JSON beyond the limits.
const (
	unparsedTag = "_header_unparsed"
	failureTag  = "_pipeline_failure"
	jsonTag     = "_json_refused"
)

// maxNames bounds the names of message JSON: the index has them and the value in one term, of less than 32 KiB.
const maxNames = 8 << 10

// lineParser makes documents of lines. It belongs to one goroutine.
type lineParser struct {
	ev      *event.Event
	header  syslog.Header
	choose  *chooser
	zones   *zones
	runner  *pipeline.Runner
	json    event.Path // zero: messages stay text
	doc     []byte     // what the document is appended to, at from
	from    int
	counter *counters

	values   [numValues]event.Value // that the line and its header give, as they stand in the event
	event    event.Value            // the field event
	start    *pipeline.Start
	log      event.Value // the field log, when it says no more than what others of that priority do
	priority *event.JSON // what those say

	// What lines have in common, made once.
	scratch        event.Event
	shapes         [8]shape
	rawShape       shape
	clock          clock
	times, created event.Times
	priorities     [2][192]event.JSON // log by priority; those of RFC 5424 have a version
	senders        senders
}

// clock remembers the last header's time, as most lines have that of the one before, or one of the same minute.
type clock struct {
	of       syslog.Time
	received int64 // s since the epoch
	zone     *time.Location
	ns       int64
	ok       bool
}

func (c *clock) resolve(t *syslog.Time, received int64, zone *time.Location) (ns int64, ok bool) {
	if second := received / 1e9; !c.ok || c.received != second || c.zone != zone {
		c.received, c.zone = second, zone
		c.ns, c.ok = t.Resolve(received, zone)
	} else if c.of != *t {
		c.ns, c.ok = t.ResolveBeside(&c.of, c.ns, received, zone)
	}
	c.of = *t
	return c.ns, c.ok
}

// parse renders line i of b; a batch's lines are parsed from the first one on. dropped says that the line's pipeline
// wants no document. doc is valid until the next call, or as long as what it was appended to.
func (p *lineParser) parse(b *event.Batch, i int) (doc []byte, dropped bool, err error) {
	if i == 0 || b != p.senders.batch {
		p.senders.begin(b)
	}
	line, received := b.Message(i), b.Lines[i].Received
	p.header.Parse(line)
	chosen := p.choose.of(p.header.App.Of(line))
	isJSON := chosen.pipeline == nil && p.isJSON(line)
	if chosen == (choice{}) && !isJSON && p.direct(b, i) {
		return p.doc[p.from:], false, nil
	}
	p.begin(line, b.OriginOf(i), received, chosen.raw)
	if chosen.pipeline != nil {
		if err = p.run(chosen.pipeline, received); err == pipeline.ErrDropped {
			return nil, true, nil
		}
		p.moveNames()
	} else if isJSON {
		p.parseJSON(p.header.Message.Of(line))
		p.moveNames()
	}
	if err != nil {
		err = fmt.Errorf("pipeline %s: %w", chosen.pipeline.Name, err)
	} else if err = p.finish(b, i); err == nil {
		return p.doc[p.from:], false, nil
	} else {
		err = fmt.Errorf("render: %w", err)
	}
	// What the pipeline had made is not to be trusted: the event is that of the header alone.
	failure := err.Error()
	p.begin(line, b.OriginOf(i), received, false)
	p.fail(failure)
	err = p.finish(b, i)
	return p.doc[p.from:], false, err
}

// run runs a pipeline. A defect in a processor costs the line its fields, never the process.
func (p *lineParser) run(pl *pipeline.Pipeline, received int64) (err error) {
	defer func() {
		switch e := recover(); e {
		case nil:
		case event.ErrTooLarge:
			err = event.ErrTooLarge
		default:
			p.counter.panicked.Inc()
			err = fmt.Errorf("internal error: %v", e)
		}
	}()
	return p.runner.RunFrom(p.start, p.values[:], pl, p.ev, received)
}

// Numbers of what events are filled with.
const (
	stampValue = iota // the time
	messageValue
	wholeValue // the line
	hostValue
	appValue
	pidValue
	numValues
)

// begin makes the event as the pipeline finds it.
func (p *lineParser) begin(line []byte, origin *event.Origin, received int64, raw bool) {
	if raw {
		p.beginRaw(line, received)
		return
	}
	ev, h, v := p.ev, &p.header, &p.values
	pid, isNumber := number(h.PID.Of(line))
	shape := p.shape(isNumber)
	ev.ResetTo(&shape.outline)
	p.event, p.start = shape.event, shape.start
	at, ok := p.clock.resolve(&h.Time, received, p.zones.of(origin, h.Host.Of(line)))
	if !ok {
		at = received
	}
	v[stampValue] = ev.Time(&p.times, at)
	v[wholeValue] = ev.String(line)
	v[messageValue], v[hostValue], v[appValue], v[pidValue] = p.sub(h.Message), p.sub(h.Host), p.sub(h.App), event.LongValue(pid)
	ev.Fill(&shape.outline, v[:])
	if procID := !isNumber && !h.PID.Empty(); procID || !h.MsgID.Empty() || !h.Structured.Empty() {
		p.log = event.NullValue()
		ev.SetAt(ev.Doc(), logAt, p.moreLog(line, procID))
	} else {
		p.priority = p.logOf()
		p.log = ev.JSON(*p.priority)
		ev.SetAt(ev.Doc(), logAt, p.log)
	}
	if h.Format == syslog.Unparsed {
		p.tag(unparsedTag)
		p.start = nil
	}
}

// beginRaw makes the event of a line whose pipeline reads the header itself.
func (p *lineParser) beginRaw(line []byte, received int64) {
	ev, shape, v := p.ev, p.shapeOfRaw(), &p.values
	ev.ResetTo(&shape.outline)
	p.log, p.event, p.start = event.NullValue(), event.NullValue(), shape.start
	v[stampValue] = ev.Time(&p.times, received)
	v[wholeValue] = ev.String(line)
	start := afterPriority(line)
	v[messageValue] = ev.Sub(v[wholeValue], start, max(start, len(syslog.TrimEnd(line))))
	ev.Fill(&shape.outline, v[:])
}

// mapAt is the map under that name; whatever else stands there gives way to it.
func (p *lineParser) mapAt(m event.Value, name event.Symbol) event.Value {
	v := p.ev.Lookup(m, name)
	if v.Kind() != event.Map {
		v = p.ev.NewMap()
		p.ev.Put(m, name, v)
	}
	return v
}

// fail marks an event whose pipeline failed, and counts it.
func (p *lineParser) fail(message string) {
	p.counter.failed.Inc()
	p.force(pathErrorMessage, p.ev.Text(message))
	p.tag(failureTag)
}

// tag marks an event.
func (p *lineParser) tag(tag string) {
	tags := p.ev.Get(pathTags)
	if tags.Kind() != event.List {
		tags = p.ev.NewList()
		p.force(pathTags, tags)
	}
	p.ev.Append(tags, p.ev.Text(tag))
}

// isJSON tells whether the message of a line may be JSON that is asked for.
func (p *lineParser) isJSON(line []byte) bool {
	message := p.header.Message.Of(line)
	return !p.json.IsZero() && len(message) > 0 && message[0] == '{'
}

// parseJSON sets the field for JSON when all of the message is an object. Text that only begins as one is no mistake.
func (p *lineParser) parseJSON(message []byte) {
	limits := event.DefaultJSONLimits()
	limits.Names = maxNames
	v, rest, err := p.ev.ParseJSON(message, limits, true)
	switch {
	case errors.Is(err, event.ErrJSONTooDeep), errors.Is(err, event.ErrJSONTooLarge), errors.Is(err, event.ErrJSONLongNames):
		p.tag(jsonTag)
		p.counter.refused.Inc()
	case err == nil && len(rest) == 0 && v.Kind() == event.Map:
		_ = p.ev.Set(p.json, v)
	}
}

func (p *lineParser) sub(s syslog.Span) event.Value {
	return p.ev.Sub(p.values[wholeValue], int(s.Start), int(s.End))
}

// afterPriority is where the line begins behind its <PRI>.
func afterPriority(line []byte) int {
	if len(line) > 2 && line[0] == '<' {
		for i := 1; i < len(line) && i < 5; i++ {
			if line[i] == '>' {
				return i + 1
			}
		}
	}
	return 0
}

// number reads a process id.
func number(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
