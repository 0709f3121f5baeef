package shipper

import (
	"github.com/millrace/millrace/event/syslog"
	"github.com/millrace/millrace/shipper/hostfile"
)

// header is what the receiver looks at of a line's header.
type header struct {
	facility, severity uint8
	host, program      syslog.Span
	// Unless it is 0, the text from here on is what the traditional format writes.
	plain int
}

const stampSize = len("Nov 21 23:40:00 ")

// headerReader reads headers. Most lines are plain: "<38>Nov 21 23:40:00 web1 sshd[7]: text". Their time is mostly
// that of a line before, and what follows is soon found; all others go through syslog.Header.
type headerReader struct {
	full  syslog.Header
	stamp [stampSize]byte // of a line that was plain, as it was read in full
}

// read reads the header of line into h; when it is not plain, it stands in full too.
func (r *headerReader) read(h *header, line []byte) {
	if r.readPlain(h, line) {
		return
	}
	f := &r.full
	f.Parse(line)
	if f.HasPRI {
		r.learn(line)
	}
	*h = header{facility: f.Facility, severity: f.Severity, host: f.Host, program: f.App}
}

// learn keeps the line's time for readPlain, if it is written as the traditional format writes it.
func (r *headerReader) learn(line []byte) {
	f, start, end := &r.full, int(r.full.Timestamp.Start), int(r.full.Timestamp.End)
	if f.Format != syslog.RFC3164 || end-start != stampSize-1 || end >= len(line) || line[end] != ' ' || line[start-1] != '>' {
		return
	}
	var canonical [stampSize]byte
	text := append(hostfile.AppendStamp(canonical[:0], &f.Time), ' ')
	if string(text) == string(line[start:end+1]) {
		r.stamp = canonical
	}
}

// readPlain reads a line whose time it knows, with a simple host and tag. It knows no exceptions: for them it is
// false, and h is undefined.
func (r *headerReader) readPlain(h *header, line []byte) bool {
	if len(line) < 8+stampSize || line[0] != '<' {
		return false
	}
	pri, i := 0, 1
	for ; i < 4 && line[i]-'0' <= 9; i++ {
		pri = pri*10 + int(line[i]-'0')
	}
	if i == 1 || pri > 191 || line[i] != '>' {
		return false
	}
	i++
	if [stampSize]byte(line[i:i+stampSize]) != r.stamp {
		return false
	}
	h.facility, h.severity, h.plain = uint8(pri>>3), uint8(pri&7), i
	i += stampSize
	start, simple := i, false
	for i < len(line) && nameByte[line[i]] != 0 {
		simple = simple || nameByte[line[i]] > 1
		i++
	}
	if !simple || i == len(line) || line[i] != ' ' || i-start > maxName || nameByte[line[start]] == isPunct {
		return false
	}
	h.host = syslog.Span{Start: int32(start), End: int32(i)}
	i++
	start = i
	for i < len(line) && nameByte[line[i]] != 0 {
		i++
	}
	if i == start || i-start > maxName || nameByte[line[start]] != isLetter {
		return false
	}
	h.program = syslog.Span{Start: int32(start), End: int32(i)}
	if i < len(line) && line[i] == '[' {
		i++
		for start = i; i < len(line) && nameByte[line[i]] == isDigit; i++ {
		}
		if i == start || i-start > 10 || i == len(line) || line[i] != ']' {
			return false
		}
		i++
	}
	return i+1 < len(line) && line[i] == ':' && line[i+1] == ' '
}

const maxName = 64 // of plain hosts and programs

// nameByte has the kinds of bytes that plain hosts and programs are made of. A host of digits alone may be a year.
var nameByte = func() (kinds [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		kinds[c] = isDigit
	}
	for c := 'a'; c <= 'z'; c++ {
		kinds[c], kinds[c-'a'+'A'] = isLetter, isLetter
	}
	for _, c := range "-._" {
		kinds[c] = isPunct
	}
	return kinds
}()

const (
	isDigit  = 1
	isPunct  = 2
	isLetter = 3
)
