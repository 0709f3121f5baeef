package parser

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
)

// Fields that are known, not claimed.
var (
	pathUser       = event.MustPath("client.user.name")
	pathUserDomain = event.MustPath("client.user.domain")
	pathTLSSubject = event.MustPath("tls.client.subject")
	pathTLSName    = event.MustPath("tls.client.x509.subject.common_name")

	keyEvent     = event.Intern("event")
	keyOriginal  = event.Intern("original")
	keyCreated   = event.Intern("created")
	keySource    = event.Intern("source")
	keyIP        = event.Intern("ip")
	keyOurs      = event.Intern("millrace")
	keyListener  = event.Intern("listener")
	keyTransport = event.Intern("transport")
	keyRealm     = event.Intern("realm")
	keyFlags     = event.Intern("flags")
	keyBase64    = event.Intern("original_base64")
)

// finish writes what is known over whatever the line or its pipeline claimed, and renders the document.
func (p *lineParser) finish(b *event.Batch, i int) (err error) {
	ev, doc, v := p.ev, p.ev.Doc(), &p.values
	l := &b.Lines[i]
	s := p.senders.of(l.Origin)
	if !ev.Holds(doc, 0, keyTimestamp, v[stampValue]) {
		if at := ev.Lookup(doc, keyTimestamp); at.Kind() != event.Date && !isTime(ev.Bytes(at)) {
			p.noTime(at)
			ev.Put(doc, keyTimestamp, event.DateValue(l.Received))
		}
	}
	fields := p.event
	if !ev.Holds(doc, eventAt, keyEvent, fields) {
		fields = p.mapAt(doc, keyEvent)
	}
	if !ev.Holds(fields, 0, keyOriginal, v[wholeValue]) {
		ev.Put(fields, keyOriginal, v[wholeValue])
	}
	ev.Put(fields, keyCreated, ev.Time(&p.created, l.Received-l.Received%1e6)) // as the id has it, in ms
	p.finishLog(s)
	if s.name == "" && l.Flags&event.Truncated == 0 && ev.ASCII(v[wholeValue]) && !ev.MayHaveReserved(doc) {
		if p.doc, err = ev.AppendJSON(p.doc[:p.from]); err == nil {
			p.doc = append(p.doc[:len(p.doc)-1], s.end...) // nothing is to be known of ours but how it is written
		}
		return err
	}
	p.finishOurs(b.Message(i), l, s)
	p.doc, err = ev.AppendJSON(p.doc[:p.from])
	return err
}

// finishOurs writes what there is to say of the sender and of how the line came.
func (p *lineParser) finishOurs(line []byte, l *event.Line, s *sender) {
	ev, doc := p.ev, p.ev.Doc()
	ev.Put(doc, keyOurs, ev.JSON(s.ours))
	if s.name != "" {
		name, realm := s.proven()
		p.force(name, ev.Text(s.name))
		p.force(realm, ev.Text(s.realm))
	}
	if l.Flags&event.Truncated != 0 {
		flags := ev.NewList()
		ev.Append(flags, ev.Text("truncated"))
		ev.Put(ev.Lookup(doc, keyOurs), keyFlags, flags)
	}
	if !ev.ASCII(p.values[wholeValue]) && !utf8.Valid(line) {
		mark := ev.Mark()
		ev.SetBuffer(base64.StdEncoding.AppendEncode(ev.Buffer(), line))
		ev.Put(ev.Lookup(doc, keyOurs), keyBase64, ev.Since(mark))
	}
}

// noTime marks an event whose pipeline, or whose JSON, has an @timestamp that the index does not take.
func (p *lineParser) noTime(v event.Value) {
	if v.IsNull() || !p.ev.Get(pathErrorMessage).IsNull() {
		return
	}
	text, _ := p.ev.AppendValue(nil, v)
	p.fail(fmt.Sprintf("@timestamp [%.100s] is no time that the index takes: it is the time of reception now", bytes.Trim(text, `"`)))
}

// force sets a field, whatever stands in its way.
func (p *lineParser) force(at event.Path, v event.Value) {
	if p.ev.Set(at, v) == nil {
		return
	}
	for parent := at.Parent(); !parent.IsZero(); parent = parent.Parent() {
		if p.ev.Get(parent).Kind() != event.Map && p.ev.Set(parent, p.ev.NewMap()) == nil {
			break
		}
	}
	_ = p.ev.Set(at, v)
}

// legacy are Logstash's names, and where their values go.
//
// They are aliases in the index, and can't be written.
var legacy = []struct {
	name event.Symbol
	to   event.Path
}{
	{event.Intern("logsource"), pathHost},
	{event.Intern("program"), pathProcessName},
	{event.Intern("pid"), pathProcessPID},
	{event.Intern("coll"), event.MustPath("observer.hostname")},
}

func (p *lineParser) moveNames() {
	doc := p.ev.Doc()
	if !p.ev.MayHaveReserved(doc) {
		return
	}
	for i := p.ev.Len(doc) - 1; i >= 0; i-- {
		if event.IsMetadata(p.ev.Key(doc, i)) {
			p.ev.RemoveAt(doc, i) // id and index are not for a line to choose, and the index refuses the fields
		}
	}
	for j := range legacy {
		l := &legacy[j]
		i := p.ev.Index(doc, l.name)
		if i < 0 {
			continue
		}
		v := p.ev.At(doc, i)
		p.ev.RemoveAt(doc, i)
		if p.ev.Get(l.to).IsNull() {
			p.force(l.to, v)
		}
	}
}

// isTime tells whether b looks like a time that the index takes: 2026-11-21T09:30:00, with whatever follows.
func isTime(b []byte) bool {
	if len(b) < len("2026-11-21T09:30:00") || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' {
		return false
	}
	for _, i := range [...]uint8{0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18} {
		if b[i]-'0' > 9 {
			return false
		}
	}
	return true
}
