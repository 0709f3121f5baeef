package parser

import (
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/event/syslog"
)

// The field log says of a line what its header says beside the host and the program, and who has sent it. Most lines of a
// priority, and of a priority and a sender, have the same one: it is made once and frozen. These are names in it.
var (
	keySyslog     = event.Intern("syslog")
	keyFacility   = event.Intern("facility")
	keySeverity   = event.Intern("severity")
	keyCode       = event.Intern("code")
	keyProcID     = event.Intern("procid")
	keyMsgID      = event.Intern("msgid")
	keyVersion    = event.Intern("version")
	keyStructured = event.Intern("structured_data")
)

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

// finishLog writes who has sent the line.
func (p *lineParser) finishLog(s *sender) {
	ev, doc := p.ev, p.ev.Doc()
	if !p.log.IsNull() && ev.Holds(doc, logAt, keyLog, p.log) { // nothing has asked for it
		ev.SetAt(doc, logAt, ev.JSON(*p.logFrom(s, p.priority)))
		return
	}
	log := p.mapAt(doc, keyLog)
	if source := ev.Lookup(log, keySource); source.Kind() == event.Map {
		ev.Put(source, keyIP, ev.Text(s.ip))
	} else {
		ev.Put(log, keySource, ev.JSON(s.source))
	}
}
