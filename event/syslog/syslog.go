// Package syslog finds the parts of a syslog header: RFC 3164 as senders really write it, ISO
// timestamps of relays, and RFC 5424. The shipper needs it for routes and the traditional file
// format, the parser for the event.
//
// Nothing is ever rejected, copied or allocated here: a line without a recognisable header is
// [Unparsed], and all of it is the message. Times are only taken apart; [Time.Resolve] guesses what
// a sender left out (year, zone) from the time of receipt, never from the clock.
package syslog

// Span is a part of the parsed line. The zero Span means that the part is absent.
type Span struct{ Start, End int32 }

// Of returns the bytes of the span; they are the line's own.
func (s Span) Of(line []byte) []byte { return line[s.Start:s.End:s.End] }

// Empty says that the part is absent or has no bytes.
func (s Span) Empty() bool { return s.Start == s.End }

// Format is the dialect that a header was written in.
type Format uint8

// Formats.
const (
	Unparsed Format = iota // no header, or nothing but a PRI
	RFC3164
	RFC5424
)

var formatNames = [...]string{"unparsed", "rfc3164", "rfc5424"}

func (f Format) String() string { return formatNames[f] }

// Facility and severity of a line without a PRI, as RFC 3164 (4.3.3) has relays assume: user.notice.
const (
	DefaultFacility = 1
	DefaultSeverity = 5
)

// Header is a syslog line taken apart. Its spans are valid for the line that was parsed.
type Header struct {
	Facility, Severity uint8
	Format             Format
	HasPRI             bool // false: facility and severity are the defaults

	Timestamp  Span // as written
	Host       Span // as written: a name, an IPv4 or IPv6 address, or a chain such as "relay/host"
	Tag        Span // as written, "sshd[123]:"; for RFC 5424 the whole APP-NAME
	App        Span // "sshd"
	PID        Span // "123"; not always a number
	MsgID      Span // RFC 5424 only
	Structured Span // RFC 5424 only, brackets included; see StructuredData
	Message    Span // after tag and one space, or after the structured data and up to two, without its byte order mark; see TrimEnd

	Time Time
}

// Parse takes line apart. It never fails, forgets what h held before and allocates nothing.
// Lines beyond 2 GiB are not expected.
func (h *Header) Parse(line []byte) {
	*h = Header{} // by stores alone; with values in it, it would be copied from a constant
	h.Facility, h.Severity = DefaultFacility, DefaultSeverity
	line = TrimEnd(line)
	pos := h.parsePRI(line)
	if h.parseCommon(line, pos) {
		return
	}
	if h.HasPRI && h.parse5424(line, pos) {
		return
	}
	h.parse3164(line, pos)
}

// TrimEnd takes away the NUL, LF or CRLF that some senders put at the end of a datagram or a counted frame.
// It belongs to no part of a header and not to the message.
func TrimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == 0 {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
	}
	return line
}

// parsePRI reads "<0>" to "<191>" and returns the position behind it; anything else is left to be text.
func (h *Header) parsePRI(line []byte) int {
	if len(line) < 3 || line[0] != '<' {
		return 0
	}
	pri, i := 0, 1
	for ; i < len(line) && i < 4 && isDigit(line[i]); i++ {
		pri = pri*10 + int(line[i]-'0')
	}
	if i == 1 || i == len(line) || line[i] != '>' || pri > 191 {
		return 0
	}
	h.Facility, h.Severity, h.HasPRI = uint8(pri>>3), uint8(pri&7), true
	return i + 1
}

func span(start, end int) Span { return Span{int32(start), int32(end)} }

func isDigit(c byte) bool  { return c-'0' <= 9 }
func isLetter(c byte) bool { return c|0x20-'a' < 26 }

var facilityNames = [24]string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
	"ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

var severityNames = [8]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// FacilityName is the keyword that rsyslog's selectors use, "" beyond 23.
func FacilityName(facility uint8) string {
	if int(facility) >= len(facilityNames) {
		return ""
	}
	return facilityNames[facility]
}

// SeverityName is the keyword that rsyslog's selectors use, "" beyond 7.
func SeverityName(severity uint8) string {
	if int(severity) >= len(severityNames) {
		return ""
	}
	return severityNames[severity]
}
