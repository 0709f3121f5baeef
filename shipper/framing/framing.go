// Package framing cuts a byte stream into syslog messages (RFC 6587): octet counting (section 3.4.1) and
// lines ended by LF (section 3.4.2), told apart for each message.
//
// It holds no bytes, copies none and never fails: whatever a sender writes is cut into messages of at most
// the configured size, and what cannot be an octet count is text.
package framing

import "bytes"

// maxDigits bounds an octet count. A longer number is text: as a count it would swallow the connection.
const maxDigits = 8

// Overhead is how much larger than the largest message a caller's buffer must be for [Cutter.Next] to
// find every message: a count, its space, and the byte that tells a count from text.
const Overhead = maxDigits + 2

// Cutter cuts the stream of one connection.
type Cutter struct {
	max     int
	skip    int  // bytes left of an octet-counted message that was cut short; toLF for a line: all up to its LF
	counted bool // the message before was octet-counted
	scanned int  // this many bytes of the data are known to begin a line, and to hold no LF
}

// New returns a Cutter for messages of at most limit bytes; of longer ones the rest is skipped.
func New(limit int) Cutter { return Cutter{max: limit} }

const toLF = -1

// Next cuts the first message off data, which holds what was read and is not consumed yet. It says how many
// bytes are consumed now, also when ok is false because data does not hold a whole message. msg is a part
// of data, without count or LF, and may be empty; truncated says that it is the beginning of a longer one.
func (c *Cutter) Next(data []byte) (msg []byte, truncated bool, consumed int, ok bool) {
	if c.skip|c.scanned == 0 && len(data) > 0 && data[0] == '<' { // most messages: lines that have arrived whole
		if i := bytes.IndexByte(data, '\n'); uint(i) <= uint(c.max) {
			c.counted = false
			return data[:i:i], false, i + 1, true
		}
	}
	if c.skip != 0 {
		consumed = c.skipRest(data)
		data = data[consumed:]
	}
	if len(data) == 0 {
		return nil, false, consumed, false
	}
	size, header := 0, 0
	if c.scanned == 0 {
		if size, header, ok = c.count(data); !ok {
			return nil, false, consumed, false
		}
	}
	var n int
	if header == 0 {
		msg, n, ok = c.line(data)
		truncated = c.skip == toLF || n > c.max+1
	} else if msg, n, ok = c.octets(data[header:], size); ok {
		truncated = size > c.max
		n += header
	}
	return msg, truncated, consumed + n, ok
}

// Rest returns what stands at the end of a stream without its terminator, or short of its count
// (truncated); data is what Next did not consume. ok is false if there is nothing.
func (c *Cutter) Rest(data []byte) (msg []byte, truncated, ok bool) {
	if c.scanned == 0 {
		if _, header, known := c.count(data); known && header > 0 {
			data, truncated = data[header:], true
		}
	}
	return data, truncated, len(data) > 0
}

// Counted reports whether the message before was octet-counted.
func (c *Cutter) Counted() bool { return c.counted }

// skipRest returns how much of data belongs to a message that was cut short.
func (c *Cutter) skipRest(data []byte) int {
	if c.skip == toLF {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			return len(data)
		}
		c.skip = 0
		return i + 1
	}
	n := min(c.skip, len(data))
	c.skip -= n
	return n
}

// count reads an octet count; header is its length with the space, 0 if data begins a line. ok is false if
// that cannot be told yet. The text "12 bottles" is no count: a message begins with its PRI. A sender
// without PRIs is believed from its second message on.
func (c *Cutter) count(data []byte) (size, header int, ok bool) {
	i := 0
	for i < len(data) && data[i]-'0' <= 9 && i <= maxDigits {
		size = size*10 + int(data[i]-'0')
		i++
	}
	switch {
	case i == 0 || data[0] == '0' || i > maxDigits || i < len(data) && data[i] != ' ':
		return 0, 0, true
	case i+1 < len(data) && data[i+1] != '<' && !c.counted:
		return 0, 0, true
	case i == len(data) || i+1 == len(data) && !c.counted:
		return 0, 0, false
	}
	return size, i + 1, true
}

func (c *Cutter) octets(data []byte, size int) (msg []byte, n int, ok bool) {
	n = min(size, c.max)
	if len(data) < n {
		return nil, 0, false
	}
	c.skip, c.counted = size-n, true
	return data[:n:n], n, true
}

// line cuts a line; n is its length with its LF, as far as data goes.
func (c *Cutter) line(data []byte) (msg []byte, n int, ok bool) {
	i := bytes.IndexByte(data[c.scanned:], '\n')
	switch {
	case i >= 0:
		i += c.scanned
		n = i + 1
	case len(data) > c.max:
		i, n, c.skip = len(data), len(data), toLF
	default:
		c.scanned = len(data)
		return nil, 0, false
	}
	c.scanned, c.counted = 0, false
	i = min(i, c.max)
	return data[:i:i], n, true
}
