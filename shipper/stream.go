package shipper

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/millrace/millrace/shipper/framing"
)

// Reading a busy connection costs wake-ups more than anything else. Such a connection is read when there is a
// good deal to read, or a short time has passed: the kernel holds its wake-up back (SO_RCVLOWAT). A connection
// that is quiet is read at once, and has no buffer while it waits.
const (
	pause      = 20 * time.Millisecond // between reads of a busy connection
	lowWater   = 32 << 10              // bytes that end the pause early
	slackRead  = 4 << 10               // a connection that has less after a pause is not busy
	quietAfter = 2 * pause             // connections are quiet that are read less often than that
	maxBusy    = 256                   // connections that keep a buffer
	maxHeld    = 4 << 10               // what a quiet connection may keep of an incomplete message, to use again
	maxDrain   = 64                    // reads of a connection at a stop
)

var (
	errStopped = errors.New("receiver stops")   // ends a connection
	errQuiet   = errors.New("quiet connection") // ends its being read by a goroutine of its own
)

// buffer is what a connection needs while it is read.
type buffer struct {
	data       []byte
	start, end int // what is read and not cut into messages yet
	run        *run
	inflated   []byte // messages of the run that came compressed
}

// bufferPool keeps a bounded number of buffers. A sync.Pool would keep those of a burst of connections for long.
type bufferPool struct {
	size int
	in   *intake
	busy atomic.Int64 // connections that keep theirs

	mu   sync.Mutex
	free []*buffer
}

func newBufferPool(maxMessage int, in *intake) *bufferPool {
	return &bufferPool{size: max(64<<10, maxMessage) + framing.Overhead, in: in}
}

func (p *bufferPool) get() *buffer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return &buffer{data: make([]byte, p.size), run: p.in.newRun()}
}

func (p *bufferPool) put(b *buffer) {
	b.start, b.end = 0, 0
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) < maxBusy {
		p.free = append(p.free, b)
	}
}

// window is the buffer of a connection, and what is kept of it while the connection has none.
type window struct {
	pool   *bufferPool
	buffer *buffer // nil while a quiet connection waits
	held   []byte  // what was in it
}

// attach gets a buffer, and makes room in it.
func (w *window) attach() {
	if w.buffer == nil {
		w.buffer = w.pool.get()
		w.buffer.end = copy(w.buffer.data, w.held)
		return
	}
	if b := w.buffer; b.start > 0 {
		b.end = copy(b.data, b.data[b.start:b.end])
		b.start = 0
	}
}

// detach gives the buffer back and keeps what is in it.
func (w *window) detach() {
	if w.buffer == nil {
		return
	}
	w.hold(w.buffer.data[w.buffer.start:w.buffer.end])
	w.release()
}

// hold keeps what is left of a buffer.
func (w *window) hold(left []byte) {
	if cap(w.held) > maxHeld && cap(w.held) > 2*len(left) {
		w.held = nil
	}
	w.held = append(w.held[:0], left...)
}

// release gives the buffer back, and what is in it up.
func (w *window) release() {
	if w.buffer != nil {
		w.pool.put(w.buffer)
		w.buffer = nil
	}
}

// rest returns the buffer with what is left in it at the end of the connection; nil if that is nothing.
func (w *window) rest() *buffer {
	if w.buffer == nil && len(w.held) == 0 {
		return nil
	}
	w.attach()
	return w.buffer
}

// socket is what is used of a TCP connection, which may be a *net.TCPConn or an *os.File.
type socket interface {
	syscall.Conn
	io.WriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// stream reads a TCP connection.
type stream struct {
	window
	conn   socket
	raw    syscall.RawConn
	eager  bool // is read at once even when it is busy, and not at all at a stop
	leaves bool // is not read on when it is quiet: errQuiet ends it

	busy  bool
	full  bool // the last read filled the buffer: there may be more
	dry   bool // the last one took all there was, and that was not much
	slack bool // the last one brought little, after a pause
	last  time.Time

	ready   func(fd uintptr) bool // s.readable, made once
	readNow func(fd uintptr)      // the same
	n       int                   // what it did
	err     error
	drained int // reads since the receiver stops

	mu       sync.Mutex // of deadlines
	timed    bool       // there is one
	stopping bool
}

func newStream(conn socket, pool *bufferPool) (*stream, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &stream{conn: conn, raw: raw, window: window{pool: pool}}
	s.ready, s.readNow = s.readable, func(fd uintptr) { s.readable(fd) }
	return s, nil
}

// stop ends read with errStopped, once all that has arrived is read.
func (s *stream) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
	s.conn.SetReadDeadline(time.Unix(1, 0)) //nolint:errcheck // fails on a closed connection only
}

// deadline sets the deadline of the next wait, unless the receiver stops, which it returns.
func (s *stream) deadline(t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopping && (s.timed || !t.IsZero()) {
		s.conn.SetReadDeadline(t) //nolint:errcheck // fails on a closed connection only
		s.timed = !t.IsZero()
	}
	return s.stopping
}

// read waits for bytes and puts them behind those in the buffer, in which there must be room. The buffer is valid
// until the next call; it may be nil with an error. Bytes come without an error.
func (s *stream) read() (*buffer, error) {
	err := s.wait()
	if s.n == 0 || err != nil {
		return s.buffer, err
	}
	now := time.Now()
	if !s.busy && !s.eager && now.Sub(s.last) < quietAfter {
		s.becomeBusy()
	}
	s.last = now
	s.buffer.end += s.n
	s.full = s.buffer.end == len(s.buffer.data)
	s.dry = s.busy && s.n < lowWater
	return s.buffer, nil
}

// wait reads, waiting until there is something. Without an error, n is above 0.
func (s *stream) wait() error {
	if s.slack && s.leaves {
		s.becomeQuiet()
	}
	s.slack = false
	for {
		var until time.Time
		if s.busy {
			now := time.Now() // connections that pause at one time are woken at one time
			until = now.Add(pause - time.Duration(now.UnixNano())%(pause/2))
		}
		stopping := s.deadline(until)
		if stopping {
			s.drained++
		}
		if s.drained > maxDrain || stopping && s.eager {
			s.n = 0
			return errStopped
		}
		leaving := s.leaves && !s.busy && !stopping
		if (s.full || leaving) && s.try() {
			return s.err
		}
		if leaving {
			return errQuiet
		}
		err := s.raw.Read(s.ready)
		switch {
		case err == nil:
			return s.err
		case !errors.Is(err, os.ErrDeadlineExceeded):
			s.n = 0
			return err
		case s.try(): // there is less than the low water
			s.slack = s.n < slackRead
			return s.err
		case stopping:
			return errStopped
		}
		s.becomeQuiet()
	}
}

// try reads without waiting, and reports whether there was anything to read, or an error.
func (s *stream) try() bool {
	s.n, s.err, s.dry = 0, nil, false
	if err := s.raw.Control(s.readNow); err != nil {
		s.err = err
	}
	return s.n > 0 || s.err != nil
}

// readable reads. It returns false if there is nothing to read; of a busy connection that is known before.
func (s *stream) readable(fd uintptr) bool {
	if s.dry {
		s.dry = false
		return false
	}
	s.attach()
	s.n, s.err = 0, nil
	for {
		n, errno := receiveNow(fd, s.buffer.data[s.buffer.end:])
		switch {
		case errno == syscall.EINTR:
			continue
		case errno == syscall.EAGAIN:
			if !s.busy {
				s.detach()
			}
			return false
		case errno != 0:
			s.err = os.NewSyscallError("read", errno)
		case n == 0:
			s.err = io.EOF
		default:
			s.n = n
		}
		return true
	}
}

func (s *stream) becomeBusy() {
	if s.pool.busy.Add(1) > maxBusy {
		s.pool.busy.Add(-1)
		return
	}
	s.busy = true
	setLowWater(s.raw, lowWater)
}

func (s *stream) becomeQuiet() {
	if s.busy {
		s.busy, s.dry = false, false
		s.pool.busy.Add(-1)
		setLowWater(s.raw, 1)
		s.detach()
	}
}

// close closes the connection and gives the buffer back.
func (s *stream) close() {
	s.conn.Close()
	if s.busy {
		s.pool.busy.Add(-1)
		s.busy = false
	}
	s.release()
}

// setLowWater sets with how much to read a socket becomes readable. Where that is unknown, it costs CPU only.
func setLowWater(raw syscall.RawConn, n int) {
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, n)
	})
}
