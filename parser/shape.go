package parser

import (
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// shape is the outline of the events of lines whose headers have the same parts, and its containers.
type shape struct {
	outline event.Outline
	event   event.Value // the field event
	start   *pipeline.Start
}

// Places of fields in all shapes.
const (
	eventAt = 2
	logAt   = 3
)

// shape is that of the line.
func (p *lineParser) shape(hasPID bool) *shape {
	which, h := 0, &p.header
	if !h.Host.Empty() {
		which = 1
	}
	if !h.App.Empty() {
		which |= 2
	}
	if hasPID {
		which |= 4
	}
	if s := &p.shapes[which]; !s.outline.IsZero() {
		return s
	}
	return p.makeShape(&p.shapes[which], hasPID)
}

// makeShape makes the shape of the line.
func (p *lineParser) makeShape(s *shape, hasPID bool) *shape {
	h, ev := &p.header, &p.scratch
	ev.Reset()
	addMap := func(name event.Symbol) event.Value {
		m := ev.NewMap()
		ev.Add(ev.Doc(), name, m)
		return m
	}
	ev.Add(ev.Doc(), keyTimestamp, event.LongValue(stampValue))
	ev.Add(ev.Doc(), keyMessage, event.LongValue(messageValue))
	s.event = addMap(keyEvent)
	ev.Add(s.event, keyOriginal, event.LongValue(wholeValue))
	ev.Add(ev.Doc(), keyLog, event.NullValue())
	if !h.Host.Empty() {
		ev.Add(addMap(keyHost), keyHostname, event.LongValue(hostValue))
	}
	if hasPID || !h.App.Empty() {
		process := addMap(keyProcess)
		if !h.App.Empty() {
			ev.Add(process, keyName, event.LongValue(appValue))
		}
		if hasPID {
			ev.Add(process, keyPID, event.LongValue(pidValue))
		}
	}
	p.begins(s, ev)
	return s
}

// shapeOfRaw is that of lines whose pipelines read the header themselves.
func (p *lineParser) shapeOfRaw() *shape {
	s := &p.rawShape
	if s.outline.IsZero() {
		ev := &p.scratch
		ev.Reset()
		ev.Add(ev.Doc(), keyTimestamp, event.LongValue(stampValue))
		ev.Add(ev.Doc(), keyMessage, event.LongValue(messageValue))
		p.begins(s, ev)
	}
	return s
}

// begins notes how the events of a shape begin.
func (p *lineParser) begins(s *shape, as *event.Event) {
	s.outline = as.Outline()
	if p.runner != nil { // an Opener has none
		s.start = p.runner.StartOf(as)
	}
}
