package elastic

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// body is that of a request, lent to the transport until end is called.
type body struct {
	mu   sync.Mutex
	data []byte
	over bool
}

// end waits for a write that is under way: one whose answer has come is broken off by the transport soon.
func (b *body) end() { b.mu.Lock(); b.data, b.over = nil, true; b.mu.Unlock() }

func (b *body) reader() io.ReadCloser { return &bodyReader{body: b} }

type bodyReader struct {
	body *body
	pos  int
}

var errOver = errors.New("the answer came before the end of the request")

func (r *bodyReader) Read(p []byte) (int, error) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.body.over {
		return 0, errOver
	}
	if r.pos == len(r.body.data) {
		return 0, io.EOF
	}
	n := copy(p, r.body.data[r.pos:])
	r.pos += n
	return n, nil
}

// writeTo writes at most n bytes of what was not read yet.
func (r *bodyReader) writeTo(w io.Writer, n int64) (int64, error) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.body.over {
		return 0, errOver
	}
	data := r.body.data[r.pos:]
	written, err := w.Write(data[:min(n, int64(len(data)))])
	r.pos += written
	return int64(written), err
}

func (r *bodyReader) Close() error { return nil }

// conn writes a body from where it lies, in one go. The transport would copy it in pieces of 32 KiB, and for each of them
// the kernel is called and wakes the server.
type conn struct{ *net.TCPConn }

// ReadFrom implements io.ReaderFrom, for the transport.
func (c conn) ReadFrom(from io.Reader) (int64, error) {
	if limited, ok := from.(*io.LimitedReader); ok {
		if r, ok := limited.R.(*bodyReader); ok {
			n, err := r.writeTo(c.TCPConn, limited.N)
			limited.N -= n
			return n, err
		}
	}
	return c.TCPConn.ReadFrom(from)
}

// dialWith makes connections of that kind.
func dialWith(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, address)
		if tcp, ok := c.(*net.TCPConn); ok {
			return conn{tcp}, err
		}
		return c, err
	}
}
