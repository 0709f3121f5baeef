package shipper

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/framing"
)

// tcpListener receives plain syslog over TCP (RFC 6587).
type tcpListener struct {
	*listenerBase
	socket *net.TCPListener
	pool   *bufferPool

	mu       sync.Mutex
	stopping bool
	streams  map[*stream]struct{}
}

func bindTCP(base *listenerBase, address string) (listener, error) {
	base.transport = event.TCP
	control := func(_, _ string, raw syscall.RawConn) error {
		size := int(base.cfg.ReceiveBuffer)
		if size == 0 {
			return nil
		}
		return raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, size) // the kernel may give less
		})
	}
	l, err := (&net.ListenConfig{Control: control}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	return &tcpListener{
		listenerBase: base, socket: l.(*net.TCPListener), pool: newBufferPool(int(base.cfg.MaxMessage), base.intake),
		streams: map[*stream]struct{}{},
	}, nil
}

func (l *tcpListener) addr() net.Addr { return l.socket.Addr() }
func (l *tcpListener) close()         { l.socket.Close() }

func (l *tcpListener) serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, l.stop)()
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		conn, err := l.socket.AcceptTCP()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // no file descriptors, no memory: it passes
			if n, ok := l.trouble.Pass(time.Now()); ok {
				l.log.Error("cannot accept connections, will try again", zap.Error(err), zap.Int("not_logged", n))
			}
			sleep(ctx, 100*time.Millisecond)
			continue
		}
		if now := l.stats.connections.Load(); now >= int64(l.cfg.MaxConnections) {
			l.refuse(conn)
			continue
		}
		l.stats.accepted.Add(1)
		l.stats.connections.Add(1)
		connections.Go(func() {
			l.receive(conn)
			l.stats.connections.Add(-1)
		})
	}
}

func (l *tcpListener) refuse(conn *net.TCPConn) {
	l.stats.refused.Add(1)
	if n, ok := l.refused.Pass(time.Now()); ok {
		l.log.Warn("connection closed: there are too many; raise max_connections of this listener if they are wanted",
			zap.Int("max_connections", l.cfg.MaxConnections), zap.Stringer("peer", conn.RemoteAddr()), zap.Int("not_logged", n))
	}
	conn.Close()
}

// stop ends accepting, and has every connection end once what has arrived is read.
func (l *tcpListener) stop() {
	l.socket.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopping = true
	for s := range l.streams {
		s.stop()
	}
}

func (l *tcpListener) enter(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.streams[s] = struct{}{}
	if l.stopping {
		s.stop()
	}
}

func (l *tcpListener) leave(s *stream) {
	l.mu.Lock()
	delete(l.streams, s)
	l.mu.Unlock()
	s.close()
}

// receive reads one connection to its end. How it ends is the peer's affair, and not logged.
func (l *tcpListener) receive(conn *net.TCPConn) {
	in, err := newStream(conn, l.pool)
	if err != nil {
		conn.Close()
		return
	}
	l.enter(in)
	defer l.leave(in)
	peer := conn.RemoteAddr().(*net.TCPAddr).AddrPort()
	from := l.intake.session(l.origin(peer), &l.stats)
	cutter := framing.New(int(l.cfg.MaxMessage))
	for {
		b, err := in.read()
		if err != nil {
			if b = in.rest(); b != nil {
				l.cut(from, &cutter, b)
				if message, truncated, ok := cutter.Rest(b.data[b.start:b.end]); ok {
					b.run.add(message, truncated)
					b.run.deliver(from)
				}
			}
			return
		}
		l.cut(from, &cutter, b)
	}
}

// cut takes every whole message out of b to where it belongs.
func (l *tcpListener) cut(from *session, cutter *framing.Cutter, b *buffer) {
	empty := 0
	for {
		message, truncated, n, ok := cutter.Next(b.data[b.start:b.end])
		b.start += n
		if !ok {
			break
		}
		if len(message) == 0 {
			empty++
			continue
		}
		b.run.add(message, truncated)
	}
	b.run.deliver(from)
	if empty > 0 {
		l.stats.empty.Add(uint64(empty))
	}
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
