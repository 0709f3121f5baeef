package parser

import (
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/event/syslog"
)

// direct renders the document of a line that takes no pipeline without an event, as begin, finish and
// AppendJSON would with one. It does so for what most lines are; false means that this one is not.
func (p *lineParser) direct(b *event.Batch, i int) bool {
	h, line, l := &p.header, b.Message(i), &b.Lines[i]
	pid, isNumber := number(h.PID.Of(line))
	if h.Format == syslog.Unparsed || l.Flags&event.Truncated != 0 ||
		!isNumber && !h.PID.Empty() || !h.MsgID.Empty() || !h.Structured.Empty() {
		return false
	}
	at, ok := p.clock.resolve(&h.Time, l.Received, p.zones.of(b.OriginOf(i), h.Host.Of(line)))
	if !ok {
		at = l.Received
	}
	s := p.senders.of(l.Origin)
	dst := p.times.Append(append(p.doc[:p.from], `{"@timestamp":"`...), at)
	dst = append(dst, `","message":`...)
	start := len(dst)
	dst, valid := event.AppendQuotedValid(dst, h.Message.Of(line))
	message := dst[start+1 : len(dst)-1]
	dst = append(dst, `,"event":{"original":`...)
	dst, validHeader := event.AppendQuotedValid(dst, line[:h.Message.Start])
	if !valid || !validHeader {
		return false
	}
	dst = append(dst[:len(dst)-1], message...) // it is escaped already
	switch string(line[h.Message.End:]) {
	case "":
	case "\n":
		dst = append(dst, `\n`...)
	case "\r\n":
		dst = append(dst, `\r\n`...)
	default:
		return false
	}
	dst = append(dst, `","created":"`...)
	dst = p.created.Append(dst, l.Received-l.Received%1e6)
	dst = p.logFrom(s, p.logOf()).AppendTo(append(dst, `"},"log":`...))
	if !h.Host.Empty() {
		dst = append(dst, `,"host":{"hostname":`...)
		dst = append(event.AppendQuoted(dst, h.Host.Of(line)), '}')
	}
	switch {
	case isNumber && !h.App.Empty():
		dst = append(dst, `,"process":{"name":`...)
		dst = append(event.AppendQuoted(dst, h.App.Of(line)), `,"pid":`...)
		dst = append(event.AppendInt(dst, pid), '}')
	case isNumber:
		dst = append(event.AppendInt(append(dst, `,"process":{"pid":`...), pid), '}')
	case !h.App.Empty():
		dst = append(event.AppendQuoted(append(dst, `,"process":{"name":`...), h.App.Of(line)), '}')
	}
	dst = append(dst, s.end...)
	p.doc = dst
	return true
}
