package shipper

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/framing"
	"github.com/millrace/millrace/shipper/gss"
)

// input is a connection that is read: a stream where it is a plain socket, wrapped where something lies between.
type input interface {
	// read waits for bytes and puts them behind those in the buffer, in which there must be room. The buffer is
	// valid until the next call; it may be nil with an error. Bytes come without an error.
	read() (*buffer, error)
	// rest returns the buffer with what is left in it at the end of the connection; nil if that is nothing.
	rest() *buffer
	// detach gives the buffer back until the next read, and keeps what is in it.
	detach()
}

// syslogReader takes the messages (RFC 6587) of one connection to where they belong, whoever reads it.
type syslogReader struct {
	base   *listenerBase
	from   *session
	cutter framing.Cutter
}

// reader makes that of a connection.
func (b *listenerBase) reader(origin event.Origin) syslogReader {
	return syslogReader{base: b, from: b.intake.session(origin, &b.stats), cutter: framing.New(int(b.cfg.MaxMessage))}
}

// receive reads in to its end, whose error it returns, or until it is quiet, which is errQuiet.
func (r *syslogReader) receive(in input) error {
	for {
		buf, err := in.read()
		switch {
		case err == nil:
			r.take(buf)
		case errors.Is(err, errQuiet):
			return err
		default:
			r.end(in.rest())
			return err
		}
	}
}

// take takes every whole message out of buf.
func (r *syslogReader) take(buf *buffer) { r.base.cut(r.from, &r.cutter, buf) }

// end takes also what is left at the end of the connection; buf is nil if that is nothing.
func (r *syslogReader) end(buf *buffer) {
	if buf == nil {
		return
	}
	r.take(buf)
	if message, truncated, ok := r.cutter.Rest(buf.data[buf.start:buf.end]); ok {
		buf.run.add(message, truncated)
		buf.run.deliver(r.from)
	}
}

// cut takes every whole message out of buf to where it belongs.
func (b *listenerBase) cut(from *session, cutter *framing.Cutter, buf *buffer) {
	run, data, empty := buf.run, buf.data[buf.start:buf.end], 0
	for {
		message, truncated, n, ok := cutter.Next(data)
		data = data[n:]
		if !ok {
			break
		}
		if len(message) == 0 {
			empty++
			continue
		}
		if message[0] == 'z' && cutter.Counted() && gss.IsDeflated(message) {
			message, truncated = buf.inflate(message, truncated, int(b.cfg.MaxMessage))
		}
		run.add(message, truncated)
		if len(buf.inflated) > maxInflated {
			run.deliver(from)
			buf.inflated = nil
		}
	}
	buf.start = buf.end - len(data)
	run.deliver(from)
	buf.inflated = nil
	if empty > 0 {
		b.stats.empty.Add(uint64(empty))
	}
}

// maxInflated bounds what the messages of one read may be inflated to before they are handed on.
const maxInflated = 1 << 20

// inflate returns a message that rsyslog has compressed (its option zipLevel) as it was. One that can't be inflated, or
// is too long then, stays as it came, and is marked.
func (b *buffer) inflate(message []byte, truncated bool, limit int) ([]byte, bool) {
	start := len(b.inflated)
	out, err := gss.Inflate(b.inflated, message[1:], limit)
	if err != nil {
		return message, true
	}
	b.inflated = out // messages in what it has grown out of stay valid
	return out[start:len(out):len(out)], truncated
}

// wrapped reads a connection with something between it and the socket: TLS, or GSS. A quiet one has a small buffer
// only while it waits.
type wrapped struct {
	window
	src deadlineReader

	first [512]byte
	busy  bool
	until time.Time // deadline of reading, when it is busy

	mu       sync.Mutex // of deadlines
	stopping bool
}

// deadlineReader is a connection. After a deadline reading can go on.
type deadlineReader interface {
	io.Reader
	SetReadDeadline(time.Time) error
}

const (
	keepBuffer = 100 * time.Millisecond // for that long at least, while nothing comes
	drainTime  = 100 * time.Millisecond // at a stop, to read what has arrived
)

func newWrapped(src deadlineReader, pool *bufferPool) *wrapped {
	return &wrapped{window: window{pool: pool}, src: src}
}

// stop ends read with errStopped, once what has arrived is read.
func (w *wrapped) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopping = true
	w.src.SetReadDeadline(time.Now().Add(drainTime)) //nolint:errcheck // fails on a closed connection only
}

// deadline sets the deadline of the next wait, unless the receiver stops, which it returns.
func (w *wrapped) deadline(t time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopping {
		w.src.SetReadDeadline(t) //nolint:errcheck // fails on a closed connection only
	}
	return w.stopping
}

func (w *wrapped) read() (*buffer, error) {
	for {
		n, err := w.wait()
		switch {
		case n > 0:
			return w.buffer, nil // a lasting error comes again
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return w.buffer, err
		case w.deadline(time.Time{}):
			return w.buffer, errStopped
		default:
			w.becomeQuiet()
		}
	}
}

// wait reads once.
func (w *wrapped) wait() (int, error) {
	if !w.busy {
		w.detach()
		n, err := w.src.Read(w.first[:min(len(w.first), w.pool.size-len(w.held))])
		if n > 0 {
			w.attach()
			w.buffer.end += copy(w.buffer.data[w.buffer.end:], w.first[:n])
			w.becomeBusy()
		}
		return n, err
	}
	w.attach()
	if now := time.Now(); w.until.Sub(now) < keepBuffer {
		w.until = now.Add(2 * keepBuffer)
		w.deadline(w.until)
	}
	n, err := w.src.Read(w.buffer.data[w.buffer.end:])
	w.buffer.end += n
	return n, err
}

func (w *wrapped) becomeBusy() {
	if w.pool.busy.Add(1) > maxBusy {
		w.pool.busy.Add(-1)
		return
	}
	w.busy = true
	w.until = time.Time{}
}

func (w *wrapped) becomeQuiet() {
	if w.busy {
		w.busy = false
		w.pool.busy.Add(-1)
	}
}

// close gives the buffer back.
func (w *wrapped) close() {
	w.becomeQuiet()
	w.release()
}
