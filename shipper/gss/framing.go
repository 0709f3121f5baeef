package gss

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

const (
	lengthSize = 4
	// sniffSize is enough of a connection to tell a GSS sender from a plain one, and its byte order.
	sniffSize = lengthSize + 1

	firstBuffer  = 4 << 10
	steadyBuffer = 64 << 10 // what a busy session grows to, unless tokens are larger
)

// sniff tells the byte order of the first token's length from the first bytes of a connection. ok is false
// if they are no GSS sender's: a token shorter than 64 KiB has two zero bytes in its length, and starts with 0x60.
func sniff(b []byte) (order binary.ByteOrder, ok bool) {
	if len(b) < sniffSize || b[lengthSize] != tagToken {
		return nil, false
	}
	switch high, low := b[0] == 0 && b[1] == 0, b[2] == 0 && b[3] == 0; {
	case high && !low:
		return binary.BigEndian, true
	case low && !high:
		return binary.LittleEndian, true
	}
	return nil, false
}

// tokens cuts a stream into tokens. Its buffer grows with what was received, never with what was announced.
type tokens struct {
	src   io.Reader
	order binary.ByteOrder
	buf   []byte
	r, w  int
}

func (t *tokens) buffered() []byte { return t.buf[t.r:t.w] }

// next returns the next complete token, at most limit bytes long, or nil if more has to be read first. The
// token is valid until the next call of fill.
func (t *tokens) next(limit int) ([]byte, *Error) {
	b := t.buffered()
	if len(b) < lengthSize {
		return nil, nil
	}
	n := int(t.order.Uint32(b))
	if n == 0 {
		return nil, fail(ReasonMalformed, "a token without a byte")
	}
	if n > limit {
		return nil, fail(ReasonTooLarge, "a token of %d bytes, where %d are allowed", n, limit)
	}
	if len(b)-lengthSize < n {
		return nil, nil
	}
	t.r += lengthSize + n
	return b[lengthSize : lengthSize+n : lengthSize+n], nil
}

// fill reads once. It returns io.EOF at the end of a token, a *Error at every other end, and a deadline's
// error as it is.
func (t *tokens) fill() error {
	t.makeRoom()
	n, err := t.src.Read(t.buf[t.w:])
	t.w += n
	switch {
	case n > 0 || err == nil:
		return nil // a lasting error comes back
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case err == io.EOF && t.r == t.w:
		return io.EOF
	case err == io.EOF:
		return &Error{Reason: ReasonTruncated, Err: io.ErrUnexpectedEOF}
	}
	return &Error{Reason: ReasonNetwork, Err: err}
}

// makeRoom moves what is left to the front, and doubles a buffer that was full.
func (t *tokens) makeRoom() {
	full := t.w == len(t.buf)
	left := t.w - t.r
	switch {
	case len(t.buf) == 0:
		t.buf = make([]byte, firstBuffer)
	case left == 0 && len(t.buf) > 2*steadyBuffer: // one huge token must not cost its size for ever
		t.buf = make([]byte, firstBuffer)
	case full && (left == len(t.buf) || len(t.buf) < steadyBuffer):
		grown := make([]byte, 2*len(t.buf))
		copy(grown, t.buf[t.r:t.w])
		t.buf = grown
	case left > 0 && t.r > 0:
		copy(t.buf, t.buf[t.r:t.w])
	}
	t.r, t.w = 0, left
}
