package syslog

import "bytes"

var bom = []byte("\xef\xbb\xbf")

// parse5424 reads an RFC 5424 (section 6) header that starts with its version at pos. It is lenient:
// times may lack a zone, fields may be longer than the RFC has them, and when the structured data is
// missing or broken, what stands there is the message. False leaves h as it was.
func (h *Header) parse5424(line []byte, pos int) bool {
	if len(line)-pos < 3 || line[pos] != '1' || line[pos+1] != ' ' {
		return false
	}
	pos += 2
	var t Time
	stamp := Span{}
	if line[pos] == '-' {
		pos++
	} else {
		end := t.parseISO(line, pos)
		if end < 0 {
			return false
		}
		stamp = span(pos, end)
		pos = end
	}
	var field [4]Span
	for i := range field {
		if pos+1 >= len(line) || line[pos] != ' ' {
			return false
		}
		start := pos + 1
		n := bytes.IndexByte(line[start:min(len(line), start+maxHost+1)], ' ')
		switch {
		case n > 0:
		case i == 3 && n < 0 && len(line)-start <= maxHost: // nothing after the message id
			n = len(line) - start
		default:
			return false
		}
		if pos = start + n; n > 1 || line[start] != '-' {
			field[i] = span(start, pos)
		}
	}
	h.Format, h.Timestamp, h.Time = RFC5424, stamp, t
	h.Host, h.App, h.PID, h.MsgID = field[0], field[1], field[2], field[3]
	h.Tag = h.App
	if h.PID == (Span{}) {
		h.App, h.PID = splitPID(line, h.App)
	}
	h.parse5424Body(line, min(pos+1, len(line)))
	return true
}

// splitPID takes the pid out of a name as scripts give it, `logger -t backup[$$]`, when PROCID has none.
func splitPID(line []byte, name Span) (app, pid Span) {
	shut := int(name.End) - 1
	if shut < int(name.Start) || line[shut] != ']' {
		return name, Span{}
	}
	open := int(name.Start) + bytes.IndexByte(name.Of(line), '[')
	digits := span(open+1, shut)
	if open <= int(name.Start) || !allDigits(digits.Of(line)) {
		return name, Span{}
	}
	return span(int(name.Start), open), digits
}

func (h *Header) parse5424Body(line []byte, pos int) {
	if end := structuredEnd(line, pos); end >= 0 {
		if line[pos] == '[' {
			h.Structured = span(pos, end)
		}
		if pos = end; pos < len(line) {
			pos++ // the space
		}
	}
	if pos < len(line) && line[pos] == ' ' {
		pos++ // rsyslog's templates write the one behind an RFC 3164 tag as well
	}
	if bytes.HasPrefix(line[pos:], bom) {
		pos += len(bom)
	}
	h.Message = span(pos, len(line))
}

// structuredEnd is the position behind the structured data ("-" or elements) at pos, which a space or
// the end of the line must follow; -1 if there is none.
func structuredEnd(line []byte, pos int) int {
	if pos < len(line) && line[pos] == '-' {
		pos++
	} else {
		start := pos
		for pos < len(line) && line[pos] == '[' {
			if pos = elementEnd(line, pos); pos < 0 {
				return -1
			}
		}
		if pos == start {
			return -1
		}
	}
	if pos < len(line) && line[pos] != ' ' {
		return -1
	}
	return pos
}

// elementEnd is the position behind the element [id name="value" …] at pos, -1 if it is malformed.
func elementEnd(line []byte, pos int) int {
	pos = nameEnd(line, pos+1)
	for pos > 0 && pos < len(line) {
		switch line[pos] {
		case ']':
			return pos + 1
		case ' ':
		default:
			return -1
		}
		pos = nameEnd(line, pos+1)
		if pos < 0 || pos+1 >= len(line) || line[pos] != '=' || line[pos+1] != '"' {
			return -1
		}
		for pos += 2; pos < len(line) && line[pos] != '"'; pos++ {
			if line[pos] == '\\' {
				pos++
			}
		}
		pos++
	}
	return -1
}

// maxName is the longest SD-NAME that is believed; the RFC has 32. Longer ones could not be indexed.
const maxName = 1024

// nameEnd is the position behind the SD-NAME at pos, -1 if there is none.
func nameEnd(line []byte, pos int) int {
	start := pos
	for pos < len(line) && pos-start <= maxName {
		switch c := line[pos]; {
		case c == '=' || c == ' ' || c == ']' || c == '"' || c < ' ' || c > '~':
			if pos == start {
				return -1
			}
			return pos
		}
		pos++
	}
	return -1
}

// StructuredData walks through the parameters of [Header.Structured]. Set Rest, then call Next until
// it returns false. An element without parameters is returned once, with Name nil.
type StructuredData struct {
	Rest []byte

	ID, Name []byte
	Value    []byte // as written: see AppendValue
}

// Next moves on to the next parameter. It expects what Parse accepted; on other bytes it ends early.
func (s *StructuredData) Next() bool {
	s.Name, s.Value = nil, nil
	if len(s.Rest) > 0 && s.Rest[0] == ']' {
		s.Rest = s.Rest[1:]
	}
	if len(s.Rest) == 0 {
		return false
	}
	if s.Rest[0] == '[' {
		end := nameEnd(s.Rest, 1)
		if end < 0 {
			return false
		}
		s.ID, s.Rest = s.Rest[1:end], s.Rest[end:]
		if s.Rest[0] == ']' {
			return true
		}
	}
	end := nameEnd(s.Rest, 1)
	if end < 0 || end+1 >= len(s.Rest) {
		return false
	}
	s.Name = s.Rest[1:end]
	i := end + 2
	start := i
	for i < len(s.Rest) && s.Rest[i] != '"' {
		if s.Rest[i] == '\\' {
			i++
		}
		i++
	}
	if i >= len(s.Rest) {
		return false
	}
	s.Value, s.Rest = s.Rest[start:i], s.Rest[i+1:]
	return true
}

// AppendValue appends the value with its escapes (RFC 5424, 6.3.3) undone.
func (s *StructuredData) AppendValue(dst []byte) []byte {
	v := s.Value
	for {
		i := bytes.IndexByte(v, '\\')
		if i < 0 || i+1 >= len(v) {
			return append(dst, v...)
		}
		dst = append(dst, v[:i]...)
		if c := v[i+1]; c != '"' && c != '\\' && c != ']' {
			dst = append(dst, '\\') // not an escape: the backslash is meant
		}
		dst = append(dst, v[i+1])
		v = v[i+2:]
	}
}
