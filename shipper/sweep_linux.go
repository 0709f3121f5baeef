package shipper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	sweepEvery = 10 * time.Millisecond
	sweepMost  = 1024     // connections of one sweep
	busyRead   = 16 << 10 // a connection with so much to read gets a goroutine
)

// sweeper reads the quiet connections of a listener, all in one goroutine: one at once, and those that have something
// within the next 10 ms together. Their sockets are not in Go's poller, which would wake a thread for each line, and a
// connection that says nothing costs no stack.
//
// The sockets are watched edge-triggered: one is heard of again only after it was read to its end, or when more comes.
// They are read one after the other into one buffer, and when that is full the messages are taken out, so that as much
// as possible of what either needs is in the processor's cache.
//
// When messages have to wait for their lane, the connection they came by and the buffer are left to the goroutine that
// waits, and another one sweeps on.
type sweeper struct {
	l     *tcpListener
	epoll int
	wake  int    // eventfd that ends the wait
	awake func() // what is to be called before that is closed

	events      [sweepMost]unix.EpollEvent
	ready       [sweepMost]*tcpConnection // of events; nil is one that is gone
	found, next int                       // connections of these; the next to be read
	more        bool                      // one of them had much, and may soon have more
	buffer      *buffer
	cipher      []byte // what was read of a TLS connection
	filled      int    // of the buffer
	parts       []part // of what is filled
	taken       int    // of the parts

	mu      sync.Mutex
	parked  []*tcpConnection // by descriptor
	stopped bool
}

// part is what was read of a connection, behind what it had kept.
type part struct {
	c          *tcpConnection
	start, end int  // in the buffer
	n          int  // bytes that are new
	full       bool // there may be more
	ended      bool // there is nothing more, ever
}

func newSweeper(l *tcpListener) (*sweeper, error) {
	w := &sweeper{l: l}
	var err error
	if w.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	if w.wake, err = newWake(); err != nil {
		unix.Close(w.epoll)
		return nil, err
	}
	if err = w.watch(unix.EPOLL_CTL_ADD, w.wake); err != nil {
		w.close()
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return w, nil
}

func (w *sweeper) close() {
	unix.Close(w.epoll)
	unix.Close(w.wake)
}

func (w *sweeper) watch(op, fd int) error {
	const events = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET&(1<<32-1)
	return unix.EpollCtl(w.epoll, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

// park takes c over, of which nothing must be used any more then. It reports false when it can't: c stays as it is.
func (w *sweeper) park(c *tcpConnection) bool {
	fd, err := duplicate(c.socket)
	if err != nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.parked) <= fd {
		w.parked = append(w.parked, nil)
	}
	if w.stopped || w.watch(unix.EPOLL_CTL_ADD, fd) != nil {
		unix.Close(fd)
		return false
	}
	c.socket.Close() // takes it out of Go's poller; the duplicate stays
	c.socket, c.TCPConn, c.fd = nil, nil, fd
	w.parked[fd] = c
	return true
}

// forget has c be no longer watched.
func (w *sweeper) forget(fd int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parked[fd] = nil
	_ = unix.EpollCtl(w.epoll, unix.EPOLL_CTL_DEL, fd, nil) // can't fail
}

// run reads until ctx ends, then what has arrived, and ends all connections.
func (w *sweeper) run(ctx context.Context) {
	w.awake = wakeOn(ctx, w.wake)
	w.buffer = w.newBuffer(ctx)
	if w.l.tls != nil {
		w.cipher = make([]byte, len(w.buffer.data))
	}
	w.goOn(ctx)
}

// goOn runs on from wherever the sweeper was.
func (w *sweeper) goOn(ctx context.Context) {
	for ctx.Err() == nil {
		if !w.readFound(ctx) {
			return // another goroutine goes on
		}
		w.find()
	}
	w.drain()
	w.awake()
	w.close()
}

// newBuffer returns a buffer for the sweeper. When its lines have to wait for a lane, another goroutine goes on.
func (w *sweeper) newBuffer(ctx context.Context) *buffer {
	b := w.l.pool.get()
	b.run.waits = func() { w.standIn(ctx, b) }
	return b
}

// find waits for connections that have something.
func (w *sweeper) find() {
	timeout := 0
	switch {
	case w.more || w.found == sweepMost:
	case w.found > 0:
		time.Sleep(sweepEvery)
	default:
		timeout = -1
	}
	n, err := unix.EpollWait(w.epoll, w.events[:], timeout)
	if err != nil {
		n = 0 // interrupted
	}
	w.found, w.next, w.more = n, 0, false
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range n {
		w.ready[i] = nil
		if fd := int(w.events[i].Fd); fd < len(w.parked) {
			w.ready[i] = w.parked[fd]
		}
	}
}

// readFound reads each connection that was found, once. It reports false when another goroutine goes on with that.
func (w *sweeper) readFound(ctx context.Context) bool {
	for {
		for w.taken < len(w.parts) {
			w.taken++
			if !w.take(ctx, w.parts[w.taken-1]) {
				return false
			}
		}
		clear(w.parts)
		w.parts, w.taken, w.filled = w.parts[:0], 0, 0
		if w.next == w.found {
			return true
		}
		for w.next < w.found && w.read() {
		}
	}
}

// read reads the next connection that was found, or reports that there is not enough room.
func (w *sweeper) read() bool {
	c, e, data := w.ready[w.next], &w.events[w.next], w.buffer.data
	if c != nil && len(w.parts) > 0 && len(data)-w.filled-len(c.held) < busyRead {
		return false
	}
	w.next++
	if c == nil {
		return true
	}
	p := part{c: c, start: w.filled}
	p.end = p.start + copy(data[p.start:], c.held)
	for gone := e.Events&^unix.EPOLLIN != 0; ; { // what one that is gone has sent is to be read to its end
		n, full, err := c.pull(data[p.end:], w.cipher)
		p.n += n
		p.end += n
		p.full = full
		p.ended = err != nil && !errors.Is(err, unix.EAGAIN)
		if !gone || full || err != nil {
			break
		}
	}
	if p.n > 0 || p.full || p.ended {
		w.filled, w.parts = p.end, append(w.parts, p)
	}
	return true
}

// pull reads a parked connection once. n is how much of it is in room then; full, that there may be more.
func (c *tcpConnection) pull(room, cipher []byte) (n int, full bool, err error) {
	to := room
	if c.secure != nil {
		if c.secure.more {
			n, err = c.secure.decrypt(room)
			return n, true, err
		}
		to = cipher[:min(len(cipher), len(room))]
	}
	n, errno := receiveNow(uintptr(c.fd), to)
	for errno == unix.EINTR {
		n, errno = receiveNow(uintptr(c.fd), to)
	}
	switch {
	case errno != 0:
		return 0, false, errno
	case n == 0:
		return 0, false, io.EOF
	}
	full = n == len(to)
	if c.secure != nil {
		c.secure.given = to[:n]
		if n, err = c.secure.decrypt(room); c.secure.more {
			c.secure.given = bytes.Clone(c.secure.given)
		}
	}
	return n, full, err
}

// take takes the messages of a part to where they belong. It reports false when it had to wait for their lane, and
// another goroutine goes on instead.
func (w *sweeper) take(ctx context.Context, p part) bool {
	c, b := p.c, w.buffer
	b.start, b.end = p.start, p.end
	if p.ended {
		c.end(b)
	} else {
		c.take(b)
	}
	if b.run.waits == nil {
		w.leave(ctx, p, b)
		return false
	}
	if p.ended {
		w.forget(c.fd)
		w.end(c)
		return true
	}
	c.hold(b.data[b.start:b.end])
	wait, busy := c.toWait(p.n), p.n >= busyRead
	more := c.secure != nil && c.secure.more // of which the sweeper would not hear
	if wait > 0 || more || busy && w.l.pool.busy.Load() < maxBusy {
		w.forget(c.fd)
		c.socket, c.wait = os.NewFile(uintptr(c.fd), "tcp"), wait
		w.l.running.Go(func() { w.l.readOn(ctx, c) })
		return true
	}
	w.more = w.more || busy
	if p.full {
		_ = w.watch(unix.EPOLL_CTL_MOD, c.fd) // it is heard of again, after the others
	}
	return true
}

// standIn is called while the lines of a part wait for their lane: another goroutine goes on with those that follow,
// unless too many wait already.
func (w *sweeper) standIn(ctx context.Context, b *buffer) {
	if w.l.pool.busy.Add(1) > maxBusy {
		w.l.pool.busy.Add(-1)
		return
	}
	b.run.waits = nil
	w.forget(w.parts[w.taken-1].c.fd)
	w.buffer = w.newBuffer(ctx)
	copy(w.buffer.data, b.data[:w.filled])
	w.l.running.Go(func() { w.goOn(ctx) })
}

// leave goes on with a connection whose lines had to wait, and their buffer.
func (w *sweeper) leave(ctx context.Context, p part, b *buffer) {
	w.l.pool.busy.Add(-1)
	p.c.buffer, p.c.held = b, nil
	if p.ended {
		w.end(p.c)
		return
	}
	p.c.socket, p.c.wait = os.NewFile(uintptr(p.c.fd), "tcp"), p.c.toWait(p.n)
	w.l.readOn(ctx, p.c)
}

// drain ends all connections, once what has arrived on them is read.
func (w *sweeper) drain() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	for _, c := range w.parked {
		if c == nil {
			continue
		}
		for range maxDrain {
			c.attach()
			n, _, err := c.pull(c.buffer.data[c.buffer.end:], w.cipher)
			c.buffer.end += n
			c.take(c.buffer)
			if err != nil {
				break
			}
		}
		c.end(c.rest())
		w.end(c)
	}
}

// end closes a connection.
func (w *sweeper) end(c *tcpConnection) {
	c.release()
	c.close()
	w.l.left(c.connection)
}
