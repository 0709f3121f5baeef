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

	keyTimestamp  = event.Intern("@timestamp")
	keyMessage    = event.Intern("message")
	keyHost       = event.Intern("host")
	keyHostname   = event.Intern("hostname")
	keyProcess    = event.Intern("process")
	keyPID        = event.Intern("pid")
	keyLog        = event.Intern("log")
	keySyslog     = event.Intern("syslog")
	keyFacility   = event.Intern("facility")
	keySeverity   = event.Intern("severity")
	keyCode       = event.Intern("code")
	keyName       = event.Intern("name")
	keyProcID     = event.Intern("procid")
	keyMsgID      = event.Intern("msgid")
	keyVersion    = event.Intern("version")
	keyStructured = event.Intern("structured_data")
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
	doc     []byte
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

// clock remembers the last header's time, as most lines have that of the one before.
type clock struct {
	of       syslog.Time
	received int64 // s since the epoch
	zone     *time.Location
	ns       int64
	ok       bool
}

func (c *clock) resolve(t *syslog.Time, received int64, zone *time.Location) (ns int64, ok bool) {
	if second := received / 1e9; c.of != *t || c.received != second || c.zone != zone {
		c.of, c.received, c.zone = *t, second, zone
		c.ns, c.ok = t.Resolve(received, zone)
	}
	return c.ns, c.ok
}

// parse renders line i of b; a batch's lines are parsed from the first one on. dropped says that the line's pipeline
// wants no document. doc is valid until the next call.
func (p *lineParser) parse(b *event.Batch, i int) (doc []byte, dropped bool, err error) {
	if i == 0 || b != p.senders.batch {
		p.senders.begin(b)
	}
	line, received := b.Message(i), b.Lines[i].Received
	p.header.Parse(line)
	chosen := p.choose.of(p.header.App.Of(line))
	isJSON := chosen.pipeline == nil && p.isJSON(line)
	if chosen == (choice{}) && !isJSON && p.direct(b, i) {
		return p.doc, false, nil
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
		return p.doc, false, nil
	} else {
		err = fmt.Errorf("render: %w", err)
	}
	// What the pipeline had made is not to be trusted: the event is that of the header alone.
	failure := err.Error()
	p.begin(line, b.OriginOf(i), received, false)
	p.fail(failure)
	err = p.finish(b, i)
	return p.doc, false, err
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
	v[wholeValue] = ev.String(line)
	at, ok := p.clock.resolve(&h.Time, received, p.zones.of(origin, h.Host.Of(line)))
	if !ok {
		at = received
	}
	v[stampValue] = ev.Time(&p.times, at)
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
	v[wholeValue] = ev.String(line)
	v[stampValue] = ev.Time(&p.times, received)
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

// logOf is the field log of a line whose header says nothing for it but the priority.
func (p *lineParser) logOf() *event.JSON {
	version, h := 0, &p.header
	if h.Format == syslog.RFC5424 {
		version = 1
	}
	j := &p.priorities[version][h.Facility<<3|h.Severity]
	if j.IsZero() {
		ev := &p.scratch
		ev.Reset()
		*j = freeze(ev, p.logMap(ev)).Intern()
	}
	return j
}

// logFrom is the same with the source.
func (p *lineParser) logFrom(s *sender, of *event.JSON) *event.JSON {
	for i := range s.logs {
		if s.logs[i].of == of {
			return &s.logs[i].json
		}
	}
	ev := &p.scratch
	ev.Reset()
	m := p.logMap(ev)
	ev.Add(m, keySource, ev.JSON(s.source))
	if len(s.logs) == maxLogs {
		s.logs = s.logs[:0]
	}
	s.logs = append(s.logs, log{of, freeze(ev, m)})
	return &s.logs[len(s.logs)-1].json
}

// logMap is the field log with what the priority and the format say.
func (p *lineParser) logMap(ev *event.Event) event.Value {
	log, fields := ev.NewMap(), ev.NewMap()
	ev.Add(log, keySyslog, fields)
	p.syslog(ev, fields)
	return log
}

// freeze is for values that can't fail to render.
func freeze(ev *event.Event, v event.Value) event.JSON {
	j, err := ev.Freeze(v)
	if err != nil {
		panic(err)
	}
	return j
}

// moreLog is the field log of other lines.
func (p *lineParser) moreLog(line []byte, procID bool) event.Value {
	ev, h := p.ev, &p.header
	log := p.logMap(ev)
	fields := ev.At(log, 0)
	if procID {
		ev.Add(fields, keyProcID, p.sub(h.PID))
	}
	if !h.MsgID.Empty() {
		ev.Add(fields, keyMsgID, p.sub(h.MsgID))
	}
	if !h.Structured.Empty() {
		ev.Add(fields, keyStructured, p.structured(h.Structured.Of(line)))
	}
	return log
}

// syslog fills the object log.syslog with what the priority and the format say.
func (p *lineParser) syslog(ev *event.Event, m event.Value) {
	h := &p.header
	coded(ev, m, keyFacility, h.Facility, syslog.FacilityName(h.Facility))
	coded(ev, m, keySeverity, h.Severity, syslog.SeverityName(h.Severity))
	if h.Format == syslog.RFC5424 {
		ev.Add(m, keyVersion, ev.Text("1"))
	}
}

func coded(ev *event.Event, m event.Value, key event.Symbol, code uint8, name string) {
	v := ev.NewMap()
	ev.Add(v, keyCode, event.IntValue(int32(code)))
	if name != "" {
		ev.Add(v, keyName, ev.Text(name))
	}
	ev.Add(m, key, v)
}

// structured is the structured data of RFC 5424 as an object of objects.
func (p *lineParser) structured(text []byte) event.Value {
	ev := p.ev
	all := ev.NewMap()
	for sd := (syslog.StructuredData{Rest: text}); sd.Next(); {
		element := ev.LookupBytes(all, sd.ID)
		if element.Kind() == event.Missing {
			element = ev.NewMap()
			ev.PutBytes(all, sd.ID, element)
		}
		if sd.Name != nil {
			mark := ev.Mark()
			ev.SetBuffer(sd.AppendValue(ev.Buffer()))
			ev.PutBytes(element, sd.Name, ev.Since(mark))
		}
	}
	return all
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
