package shipper

import (
	"context"
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
type sweeper struct {
	l      *tcpListener
	epoll  int
	wake   int // eventfd that ends the wait
	events [sweepMost]unix.EpollEvent
	ready  [sweepMost]*tcpConnection // of events

	mu      sync.Mutex
	parked  []*tcpConnection // by descriptor
	stopped bool
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
	c.socket, c.TCPConn = nil, nil
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
	defer w.close()
	defer wakeOn(ctx, w.wake)()
	for timeout := 0; ctx.Err() == nil; {
		n := w.sweep(ctx, timeout)
		timeout = 0
		switch {
		case n == sweepMost:
		case n > 0:
			time.Sleep(sweepEvery)
		default:
			timeout = -1
		}
	}
	w.drain()
}

// sweep reads the connections that have something, and returns how many they were.
func (w *sweeper) sweep(ctx context.Context, timeout int) int {
	n, err := unix.EpollWait(w.epoll, w.events[:], timeout)
	if err != nil {
		return 0 // interrupted
	}
	w.mu.Lock()
	for i := range n {
		w.ready[i] = nil
		if fd := int(w.events[i].Fd); fd < len(w.parked) {
			w.ready[i] = w.parked[fd]
		}
	}
	w.mu.Unlock()
	for i, c := range w.ready[:n] {
		if c != nil {
			w.read(ctx, c, int(w.events[i].Fd), w.events[i].Events&^unix.EPOLLIN != 0)
		}
	}
	return n
}

// read reads c once, to its end when its peer is gone.
func (w *sweeper) read(ctx context.Context, c *tcpConnection, fd int, gone bool) {
	for {
		n, full, err := c.readFrom(fd)
		switch {
		case err != nil:
			w.forget(fd)
			w.end(c, fd)
			return
		case n == 0:
			return
		}
		var wait time.Duration
		if c.bucket != nil {
			wait = c.bucket.Take(n, time.Now())
		}
		switch {
		case wait > 0 || n >= busyRead && w.l.pool.busy.Load() < maxBusy:
			w.forget(fd)
			c.socket, c.wait = os.NewFile(uintptr(fd), "tcp"), wait
			w.l.goOn(ctx, c)
			return
		case gone:
		case full:
			_ = w.watch(unix.EPOLL_CTL_MOD, fd) // it is heard of again, after the others
			return
		default:
			return
		}
	}
}

// drain ends all connections, once what has arrived on them is read.
func (w *sweeper) drain() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	for fd, c := range w.parked {
		if c == nil {
			continue
		}
		for range maxDrain {
			if n, _, err := c.readFrom(fd); n == 0 || err != nil {
				break
			}
		}
		w.end(c, fd)
	}
}

func (w *sweeper) end(c *tcpConnection, fd int) {
	c.end(c.rest())
	c.release()
	unix.Close(fd)
	w.l.left(c.connection)
}

// readFrom reads once and takes what are whole messages then to where they belong. n is 0 when there is nothing; full
// says that there may be more.
func (c *tcpConnection) readFrom(fd int) (n int, full bool, err error) {
	c.attach()
	defer c.detach()
	b := c.buffer
	for {
		n, err = unix.Read(fd, b.data[b.end:])
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return 0, false, nil
		case err != nil:
			return 0, false, os.NewSyscallError("read", err)
		case n == 0:
			return 0, false, io.EOF
		}
		b.end += n
		full = b.end == len(b.data)
		c.take(b)
		return n, full, nil
	}
}
