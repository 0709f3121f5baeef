// Package relp speaks the server's side of RELP, the Reliable Event Logging Protocol of rsyslog's omrelp:
// each message is a command with a number, and is answered once it is safe.
//
// The package holds the protocol and nothing else: [Cutter] finds the frames in a byte stream, [Session] says
// what each means and writes the answers. It reads no socket, stores no line and starts no goroutine.
//
// The protocol has no RFC; this follows "RELP - The Reliable Event Logging Protocol" of the librelp project.
package relp

import (
	"errors"
	"fmt"
)

// What a frame looks like: TXNR SP COMMAND SP DATALEN [SP DATA] LF.
const (
	maxDigits  = 9  // of TXNR and DATALEN
	maxCommand = 32 // letters of COMMAND
)

// Overhead is how much larger than the largest message a caller's buffer must be for [Cutter.Next] to find
// every frame.
const Overhead = maxDigits + 1 + maxCommand + 1 + maxDigits + 1 + 1

// ErrFrame says that a sender does not speak RELP. The connection must be closed: nothing tells where the
// next frame would begin.
var ErrFrame = errors.New("not a RELP frame")

// Frame is one command of the sender. Its slices are parts of the data that it was cut from.
type Frame struct {
	Txn       int // number that the answer repeats; 0 for hints, which are not answered
	Command   []byte
	Data      []byte
	Truncated bool // Data is the beginning of something longer
}

// Cutter cuts the stream of one connection into frames.
type Cutter struct {
	max  int
	skip int // bytes left of a frame that was cut short, its LF included
}

// NewCutter returns a Cutter for messages of at most limit bytes; of longer ones the rest is skipped.
func NewCutter(limit int) Cutter { return Cutter{max: limit} }

// Next cuts the first frame off data, which holds what was read and is not consumed yet. It says how many
// bytes are consumed now, also when ok is false because data holds no whole frame. After an error, which is
// [ErrFrame], the Cutter must not be used again.
func (c *Cutter) Next(data []byte) (f Frame, consumed int, ok bool, err error) {
	if c.skip > 0 {
		n := min(c.skip, len(data))
		c.skip -= n
		if c.skip > 0 {
			return f, n, false, nil
		}
		if data[n-1] != '\n' {
			return f, n, false, fmt.Errorf("%w: no LF at its end", ErrFrame)
		}
		consumed, data = n, data[n:]
	}
	h, n, ok, err := parseHeader(data)
	if !ok || err != nil {
		return f, consumed, false, err
	}
	f = Frame{Txn: h.txn, Command: h.command}
	whole := h.length + 1
	if kept := min(h.length, c.max); len(data) < n+kept {
		return Frame{}, consumed, false, nil
	} else if kept < h.length {
		f.Data, f.Truncated = data[n:n+kept:n+kept], true
		c.skip = whole - kept
		return f, consumed + n + kept, true, nil
	}
	if len(data) < n+whole {
		return Frame{}, consumed, false, nil
	}
	if data[n+h.length] != '\n' {
		return Frame{}, consumed, false, fmt.Errorf("%w: no LF after %d bytes of data", ErrFrame, h.length)
	}
	f.Data = data[n : n+h.length : n+h.length]
	return f, consumed + n + whole, true, nil
}

type header struct {
	txn     int
	command []byte
	length  int
}

// parseHeader reads up to where the data begins, or the LF if there is none; n is its length.
func parseHeader(data []byte) (h header, n int, ok bool, err error) {
	h.txn, n, ok, err = parseNumber(data, "transaction number")
	if !ok || err != nil {
		return h, n, ok, err
	}
	if n == len(data) {
		return h, n, false, nil
	}
	if data[n] != ' ' {
		return h, n, false, fmt.Errorf("%w: no space after the transaction number", ErrFrame)
	}
	rest := data[n+1:]
	letters := 0
	for letters < len(rest) && (rest[letters]|0x20)-'a' < 26 {
		letters++
	}
	switch {
	case letters > maxCommand, letters < len(rest) && (letters == 0 || rest[letters] != ' '):
		return h, n, false, fmt.Errorf("%w: no command of 1 to %d letters", ErrFrame, maxCommand)
	case letters == len(rest):
		return h, n, false, nil
	}
	h.command = rest[:letters:letters]
	n += 1 + letters + 1
	length, digits, ok, err := parseNumber(data[n:], "length")
	if !ok || err != nil {
		return h, n, ok, err
	}
	h.length = length
	n += digits
	switch {
	case n == len(data):
		return h, n, false, nil
	case data[n] == ' ': // with a length of 0 too, as some senders write it
		return h, n + 1, true, nil
	case length == 0:
		return h, n, true, nil
	}
	return h, n, false, fmt.Errorf("%w: no space after the length", ErrFrame)
}

func parseNumber(data []byte, what string) (v, n int, ok bool, err error) {
	for n < len(data) && data[n]-'0' <= 9 {
		if n == maxDigits {
			return 0, n, false, fmt.Errorf("%w: %s of more than %d digits", ErrFrame, what, maxDigits)
		}
		v = v*10 + int(data[n]-'0')
		n++
	}
	if n == 0 && len(data) > 0 {
		return 0, 0, false, fmt.Errorf("%w: %s begins with %q", ErrFrame, what, data[0])
	}
	return v, n, n > 0, nil
}
