package shipper

import (
	"bytes"
	"encoding/binary"

	"github.com/millrace/millrace/event/syslog"
	"github.com/millrace/millrace/shipper/hostfile"
)

// header is what the receiver looks at of a line's header.
type header struct {
	priority      uint8 // facility and severity
	host, program syslog.Span
	// Unless it is 0, the text from here on is what the traditional format writes, behind the time if that is ISO's, and
	// but for RFC 5424. It has no control characters before message.
	plain, message int
	iso            bool
	rfc5424        bool
	pid            syslog.Span // of a plain line of RFC 5424
	usual          *beginning  // of a plain line
}

// beginning is what stood behind the time of a plain line: "web1 sshd".
type beginning struct {
	priority uint8
	text     []byte
	host     int          // its length
	to       *destination // where such lines went
	id       uint64       // of to
}

const stampSize = len("Nov 21 23:40:00 ")

// headerReader reads headers. Most lines are plain: "<38>Nov 21 23:40:00 web1 sshd[7]: text", the same with an ISO time,
// or "<38>1 2026-11-21T23:40:00.123456+01:00 web1 sshd 7 - - text". Their time is mostly that of a line before, or of its
// day, and host and program those of a line before with that priority; all others go through syslog.Header.
type headerReader struct {
	full  syslog.Header
	stamp [stampSize]byte // of the last line that had one; its day was once read in full
	iso   isoTime         // the same
	known [256]*beginning // by hash
}

const maxPriority = 191

// read reads the header of line into h; when it is not plain, it stands in full too.
func (r *headerReader) read(h *header, line []byte) {
	if !r.readPlain(h, line) {
		r.readFull(h, line)
	}
}

func (r *headerReader) readFull(h *header, line []byte) {
	f := &r.full
	f.Parse(line)
	if f.HasPRI {
		r.learn(line)
	}
	*h = header{priority: f.Facility<<3 | f.Severity, host: f.Host, program: f.App}
}

// learn keeps the line's time for readPlain, if it is ISO's or written as the traditional format writes it.
func (r *headerReader) learn(line []byte) {
	f, start, end := &r.full, int(r.full.Timestamp.Start), int(r.full.Timestamp.End)
	if f.Format == syslog.Unparsed || end >= len(line) || line[end] != ' ' || f.Format == syslog.RFC3164 && line[start-1] != '>' {
		return
	}
	var canonical [stampSize]byte
	text := append(hostfile.AppendStamp(canonical[:0], &f.Time), ' ')
	switch {
	case string(text) == string(line[start:end+1]):
		r.stamp = canonical
	case line[start]-'0' <= 9:
		r.iso.learn(line[start:end], canonical)
	}
}

// readPlain reads a line whose time it knows, with a simple host and tag. It knows no exceptions: for them it is
// false, and h is undefined.
func (r *headerReader) readPlain(h *header, line []byte) bool {
	if len(line) < minPlain || line[0] != '<' {
		return false
	}
	priority, i := 0, 1
	for ; i < 4 && line[i]-'0' <= 9; i++ {
		priority = priority*10 + int(line[i]-'0')
	}
	if i == 1 || priority > maxPriority || line[i] != '>' {
		return false
	}
	i++
	h.priority, h.plain, h.iso, h.rfc5424 = uint8(priority), i, false, line[i] == '1' && line[i+1] == ' '
	if h.rfc5424 {
		i += len("1 ")
	}
	if stamp := (*[stampSize]byte)(line[i:]); *stamp == r.stamp || r.sameDay(stamp) {
		i += stampSize
	} else if n := r.iso.match(line[i:]); n > 0 {
		i += n
		h.plain, h.iso = i, true
		i++
	} else {
		return false
	}
	at := &r.known[hashBeginning(h.priority, line[i:])]
	if (*at == nil || !(*at).begins(h, line[i:])) && !learnBeginning(at, h.priority, line[i:]) {
		return false
	}
	b := *at
	h.usual = b
	h.host = syslog.Span{Start: int32(i), End: int32(i + b.host)}
	h.program = syslog.Span{Start: int32(i + b.host + 1), End: int32(i + len(b.text))}
	i += len(b.text)
	if h.rfc5424 {
		return h.iso && h.readPID(line, i)
	}
	if line[i] == '[' {
		start := i + 1
		for i = start; i < len(line) && line[i]-'0' <= 9; i++ {
		}
		if i == start || i-start > 10 || i == len(line) || line[i] != ']' {
			return false
		}
		i++
	}
	h.message = i
	return i+1 < len(line) && line[i] == ':' && line[i+1] == ' '
}

const stampDay = len("Nov 21 ")

// sameDay reports whether stamp is another time of the day that is known, and makes that the known one.
func (r *headerReader) sameDay(stamp *[stampSize]byte) bool {
	day := (binary.LittleEndian.Uint64(stamp[:]) ^ binary.LittleEndian.Uint64(r.stamp[:])) << (64 - 8*stampDay)
	if day != 0 || !isClock(binary.LittleEndian.Uint64(stamp[stampDay:])) || stamp[stampSize-1] != ' ' {
		return false
	}
	r.stamp = *stamp
	return true
}

// isClock reports whether the eight bytes of x are a time from 00:00:00 to 23:59:59.
func isClock(x uint64) bool {
	const zero, tooMuch, high = 0x30303a30303a3030, 0x767a7f767a7f767d, 0x8080808080808080 // from the last byte to the first
	x ^= zero
	return (x|(x+tooMuch))&high == 0 && (x&0xff)*10+x>>8&0xff < 24
}

// readPID reads what stands behind the program of a plain line of RFC 5424: a number or none, no message id and no
// structured data.
func (h *header) readPID(line []byte, i int) bool {
	const nothing = " - - "
	start := i + 1
	for i = start; i < len(line) && line[i]-'0' <= 9; i++ {
	}
	h.pid = syslog.Span{Start: int32(start), End: int32(i)}
	if i == start {
		if i++; i >= len(line) || line[start] != '-' {
			return false
		}
	}
	h.message = i + len(nothing)
	if line[start-1] != ' ' || i-start > 10 || h.message >= len(line) || string(line[i:h.message]) != nothing {
		return false
	}
	if line[h.message] == ' ' { // as syslog.Header has it
		h.message++
	}
	return h.message < len(line) && line[h.message] != '\xef' // a byte order mark, perhaps
}

// appendPlain appends a plain line as the traditional format writes it.
func (r *headerReader) appendPlain(dst []byte, h *header, line []byte) []byte {
	if h.iso {
		dst = append(dst, r.iso.stamp[:stampSize-1]...)
	}
	if h.rfc5424 {
		dst = append(append(dst, ' '), line[h.host.Start:h.program.End]...)
		if !h.pid.Empty() {
			dst = append(append(append(dst, '['), h.pid.Of(line)...), ']')
		}
		return hostfile.AppendRaw(append(dst, ' '), line[h.message:], 0)
	}
	return hostfile.AppendRaw(dst, line[h.plain:], h.message-h.plain)
}

// isoTime is a time such as 2026-11-21T23:40:00.123456+01:00, which matches all that differ in the fraction alone.
type isoTime struct {
	text   []byte
	digits int             // of the fraction
	stamp  [stampSize]byte // the same in the other form
}

const isoFraction = len("2026-11-21T23:40:00.")

func (t *isoTime) learn(text []byte, stamp [stampSize]byte) {
	t.text, t.digits, t.stamp = append(t.text[:0], text...), 0, stamp
	for len(text) >= isoFraction && text[isoFraction-1] == '.' && isoFraction+t.digits < len(text) && text[isoFraction+t.digits]-'0' <= 9 {
		t.digits++
	}
}

// match returns the length of the time that text begins with, 0 if it does not match. A space follows it.
func (t *isoTime) match(text []byte) int {
	n, zone := len(t.text), isoFraction+t.digits
	if n < zone || n >= len(text) || text[n] != ' ' || string(text[zone:n]) != string(t.text[zone:]) ||
		string(text[:isoFraction]) != string(t.text[:isoFraction]) {
		return 0
	}
	for _, c := range text[isoFraction:zone] {
		if c-'0' > 9 {
			return 0
		}
	}
	return n
}

// begins reports whether the text of a line with that priority begins so, and a pid or the end of a tag follows; in RFC
// 5424, a space.
func (b *beginning) begins(h *header, text []byte) bool {
	n := len(b.text)
	return b.priority == h.priority && n < len(text) && (text[n] == '[' || text[n] == ':' || h.rfc5424 && text[n] == ' ') &&
		string(text[:n]) == string(b.text)
}

// learnBeginning puts the beginning of text at a place; false if it has none that is simple.
func learnBeginning(at **beginning, priority uint8, text []byte) bool {
	host, kinds := 0, uint8(0)
	for host < len(text) && nameByte[text[host]] != 0 {
		kinds |= nameByte[text[host]]
		host++
	}
	if kinds < isPunct || host == len(text) || text[host] != ' ' || host > maxName || nameByte[text[0]] == isPunct {
		return false
	}
	start := host + 1
	end := start
	for end < len(text) && nameByte[text[end]] != 0 {
		end++
	}
	if end == start || end == len(text) || end-start > maxName || nameByte[text[start]] != isLetter {
		return false
	}
	if *at == nil {
		*at = new(beginning)
	}
	b := *at
	b.priority, b.text, b.host, b.to = priority, append(b.text[:0], text[:end]...), host, nil
	return true
}

// hashBeginning is a hash of priority, of the first and the last bytes of the word that text begins with, and of the first
// ones of the next. It may be that of other words, too.
func hashBeginning(priority uint8, text []byte) uint8 {
	const prime = 0x9e3779b97f4a7c15
	n := bytes.IndexByte(text[:min(len(text), maxName+1)], ' ')
	if n < 0 || n+5 > len(text) || len(text) < 8 {
		return 0
	}
	first := binary.LittleEndian.Uint64(text)
	last := first << (8 * uint(max(0, 8-n))) // all of a short one
	if n > 8 {
		last = binary.LittleEndian.Uint64(text[n-8:])
	} else {
		first = 0
	}
	hash := (first ^ last>>7 ^ uint64(priority)) * prime
	hash = (hash ^ hash>>32 ^ last ^ uint64(binary.LittleEndian.Uint32(text[n+1:]))) * prime
	return uint8(hash >> 56)
}

const (
	minPlain = len("<0>") + stampSize + len("h p: ")
	maxName  = 64 // of plain hosts and programs
)

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
	isLetter = 4
)
