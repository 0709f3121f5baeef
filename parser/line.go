package parser

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"unicode/utf8"

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

// Tags of events whose line has no header, and of those whose pipeline failed and did not handle it.
const (
	unparsedTag = "_header_unparsed"
	failureTag  = "_pipeline_failure"
)

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

	whole, stamp   event.Value // the line and its time, as they stand in the event
	times, created event.Times
	peer           netip.Addr // of the last line
	peerText       []byte
}

// parse renders line i of b. dropped says that its pipeline wants no document. doc is valid until the next call.
func (p *lineParser) parse(b *event.Batch, i int) (doc []byte, dropped bool, err error) {
	line, origin := b.Message(i), b.OriginOf(i)
	received := b.Lines[i].Received
	p.header.Parse(line)
	chosen := p.choose.of(p.header.App.Of(line))
	failure := ""
	p.begin(line, origin, received, chosen.raw)
	if chosen.pipeline != nil {
		err := p.run(chosen.pipeline, received)
		p.moveNames()
		if errors.Is(err, pipeline.ErrDropped) {
			return nil, true, nil
		}
		if err != nil {
			failure = fmt.Sprintf("pipeline %s: %v", chosen.pipeline.Name, err)
		}
	} else if !p.json.IsZero() && p.header.Message.Start < p.header.Message.End && line[p.header.Message.Start] == '{' {
		p.parseJSON(p.header.Message.Of(line))
		p.moveNames()
	}
	if failure == "" {
		p.finish(b, i)
		if p.doc, err = p.ev.AppendJSON(p.doc[:0]); err == nil {
			return p.doc, false, nil
		}
		failure = fmt.Sprintf("render: %v", err)
	}
	// What the pipeline had made is not to be trusted: the event is that of the header alone.
	p.counter.failed.Inc()
	p.begin(line, origin, received, false)
	p.force(pathErrorMessage, p.ev.Text(failure))
	p.tag(failureTag)
	p.finish(b, i)
	p.doc, err = p.ev.AppendJSON(p.doc[:0])
	return p.doc, false, err
}

// run runs a pipeline. A defect in a processor costs the line its fields, never the process.
func (p *lineParser) run(pl *pipeline.Pipeline, received int64) (err error) {
	defer func() {
		if e := recover(); e != nil {
			p.counter.panicked.Inc()
			err = fmt.Errorf("internal error: %v", e)
		}
	}()
	return p.runner.Run(pl, p.ev, received)
}

// begin makes the event as the pipeline finds it.
func (p *lineParser) begin(line []byte, origin *event.Origin, received int64, raw bool) {
	ev, h := p.ev, &p.header
	ev.Reset()
	doc := ev.Doc()
	p.whole = ev.String(line)
	if raw {
		p.stamp = p.time(&p.times, received)
		ev.Add(doc, keyTimestamp, p.stamp)
		ev.Add(doc, keyMessage, ev.Sub(p.whole, afterPriority(line), len(line)))
		return
	}
	at, ok := h.Time.Resolve(received, p.zones.of(origin, h.Host.Of(line)))
	if !ok {
		at = received
	}
	p.stamp = p.time(&p.times, at)
	ev.Add(doc, keyTimestamp, p.stamp)
	ev.Add(doc, keyMessage, p.sub(h.Message))
	ev.Add(p.addMap(doc, keyEvent), keyOriginal, p.whole)
	if !h.Host.Empty() {
		ev.Add(p.addMap(doc, keyHost), keyHostname, p.sub(h.Host))
	}
	pid, isNumber := number(h.PID.Of(line))
	if isNumber || !h.App.Empty() {
		process := p.addMap(doc, keyProcess)
		if !h.App.Empty() {
			ev.Add(process, keyName, p.sub(h.App))
		}
		if isNumber {
			ev.Add(process, keyPID, event.LongValue(pid))
		}
	}
	fields := p.addMap(p.addMap(doc, keyLog), keySyslog)
	p.syslog(fields, line)
	if !isNumber && !h.PID.Empty() {
		ev.Add(fields, keyProcID, p.sub(h.PID))
	}
	if h.Format == syslog.Unparsed {
		p.tag(unparsedTag)
	}
}

// time is a time as pipelines and scripts know it: text.
func (p *lineParser) time(as *event.Times, ns int64) event.Value {
	mark := p.ev.Mark()
	p.ev.SetBuffer(as.Append(p.ev.Buffer(), ns))
	return p.ev.Since(mark)
}

// addMap makes a map under a name that m does not have.
func (p *lineParser) addMap(m event.Value, name event.Symbol) event.Value {
	v := p.ev.NewMap()
	p.ev.Add(m, name, v)
	return v
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

// tag marks an event that has no tags yet.
func (p *lineParser) tag(tag string) {
	tags := p.ev.NewList()
	p.ev.Append(tags, p.ev.Text(tag))
	p.force(pathTags, tags)
}

// syslog fills the object log.syslog.
func (p *lineParser) syslog(m event.Value, line []byte) {
	ev, h := p.ev, &p.header
	p.coded(p.addMap(m, keyFacility), h.Facility, syslog.FacilityName(h.Facility))
	p.coded(p.addMap(m, keySeverity), h.Severity, syslog.SeverityName(h.Severity))
	if h.Format == syslog.RFC5424 {
		ev.Add(m, keyVersion, ev.Text("1"))
		if !h.MsgID.Empty() {
			ev.Add(m, keyMsgID, p.sub(h.MsgID))
		}
		if !h.Structured.Empty() {
			ev.Add(m, keyStructured, p.structured(h.Structured.Of(line)))
		}
	}
}

func (p *lineParser) coded(m event.Value, code uint8, name string) {
	p.ev.Add(m, keyCode, event.IntValue(int32(code)))
	if name != "" {
		p.ev.Add(m, keyName, p.ev.Text(name))
	}
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

func (p *lineParser) parseJSON(message []byte) {
	v, rest, err := p.ev.ParseJSON(message, event.DefaultJSONLimits(), true)
	if err == nil && len(rest) == 0 && v.Kind() == event.Map {
		_ = p.ev.Set(p.json, v)
	}
}

// finish writes what is known over whatever the line or its pipeline claimed.
func (p *lineParser) finish(b *event.Batch, i int) {
	ev, doc, line, o := p.ev, p.ev.Doc(), b.Message(i), b.OriginOf(i)
	received := b.Lines[i].Received
	if v := ev.Lookup(doc, keyTimestamp); v != p.stamp && v.Kind() != event.Date && !isTime(ev.Bytes(v)) {
		ev.Put(doc, keyTimestamp, event.DateValue(received))
	}
	fields := p.mapAt(doc, keyEvent)
	ev.Put(fields, keyOriginal, p.whole)
	ev.Put(fields, keyCreated, p.time(&p.created, received-received%1e6)) // as the id has it, in ms
	if addr := o.Peer.Addr(); addr != p.peer || p.peerText == nil {
		p.peer, p.peerText = addr, addr.AppendTo(p.peerText[:0])
	}
	ev.Put(p.mapAt(p.mapAt(doc, keyLog), keySource), keyIP, ev.String(p.peerText))

	ours := ev.NewMap()
	ev.Add(ours, keyTransport, ev.Text(o.Transport.String()))
	ev.Add(ours, keyListener, ev.Text(o.Listener))
	p.authenticated(o, ours)
	if b.Lines[i].Flags&event.Truncated != 0 {
		flags := ev.NewList()
		ev.Append(flags, ev.Text("truncated"))
		ev.Put(ours, keyFlags, flags)
	}
	if !ev.Plain(p.whole) && !utf8.Valid(line) {
		mark := ev.Mark()
		ev.SetBuffer(base64.StdEncoding.AppendEncode(ev.Buffer(), line))
		ev.Put(ours, keyBase64, ev.Since(mark))
	}
	ev.Put(doc, keyOurs, ours)
}

// authenticated writes who the sender has proven to be.
func (p *lineParser) authenticated(o *event.Origin, ours event.Value) {
	if o.Name == "" {
		return
	}
	name, realm := p.ev.Text(o.Name), p.ev.Text(o.Realm)
	p.ev.Put(ours, keyName, name)
	p.ev.Put(ours, keyRealm, realm)
	if o.Transport == event.GSS {
		p.force(pathUser, name)
		p.force(pathUserDomain, realm)
		return
	}
	p.force(pathTLSName, name)
	p.force(pathTLSSubject, realm)
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
	for i := p.ev.Len(doc) - 1; i >= 0; i-- {
		if key := p.ev.Key(doc, i); len(key) > 0 && key[0] == '_' && isMetadata(key) {
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

// isMetadata tells names that Elasticsearch accepts in no document.
func isMetadata(key []byte) bool {
	switch string(key) {
	case "_id", "_index", "_routing", "_source", "_type", "_version", "_version_type", "_seq_no", "_if_seq_no",
		"_primary_term", "_if_primary_term", "_field_names", "_ignored", "_nested_path", "_tier", "_dynamic_templates":
		return true
	}
	return false
}

func (p *lineParser) sub(s syslog.Span) event.Value {
	return p.ev.Sub(p.whole, int(s.Start), int(s.End))
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

// isTime tells whether b looks like a time that the index takes: 2026-11-21T09:30:00, with whatever follows.
func isTime(b []byte) bool {
	const shape = "0000-00-00T00:00:00"
	if len(b) < len(shape) {
		return false
	}
	for i := range len(shape) {
		if c := b[i]; shape[i] == '0' && (c < '0' || c > '9') || shape[i] != '0' && c != shape[i] {
			return false
		}
	}
	return true
}
