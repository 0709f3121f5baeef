package parser

import (
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// shape is the outline of the events of lines whose headers have the same parts, and its containers.
type shape struct {
	outline              event.Outline
	event, host, process event.Value
	start                *pipeline.Start
}

// Places of fields in all shapes.
const (
	eventAt = 2
	logAt   = 3
)

// shape is that of the line. The values are to be set in the order of the names here.
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
	s := &p.shapes[which]
	if !s.outline.IsZero() {
		return s
	}
	ev := &p.scratch
	ev.Reset()
	addMap := func(name event.Symbol) event.Value {
		m := ev.NewMap()
		ev.Add(ev.Doc(), name, m)
		return m
	}
	ev.Add(ev.Doc(), keyTimestamp, event.NullValue())
	ev.Add(ev.Doc(), keyMessage, event.NullValue())
	s.event = addMap(keyEvent)
	ev.Add(s.event, keyOriginal, event.NullValue())
	ev.Add(ev.Doc(), keyLog, event.NullValue())
	if !h.Host.Empty() {
		s.host = addMap(keyHost)
		ev.Add(s.host, keyHostname, event.NullValue())
	}
	if hasPID || !h.App.Empty() {
		s.process = addMap(keyProcess)
	}
	if !h.App.Empty() {
		ev.Add(s.process, keyName, event.NullValue())
	}
	if hasPID {
		ev.Add(s.process, keyPID, event.NullValue())
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
		ev.Add(ev.Doc(), keyTimestamp, event.NullValue())
		ev.Add(ev.Doc(), keyMessage, event.NullValue())
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
