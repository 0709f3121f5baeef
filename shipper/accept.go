package shipper

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// acceptor listens on a TCP socket and runs a goroutine for each connection, up to the limit.
type acceptor struct {
	*listenerBase
	socket  *net.TCPListener
	running sync.WaitGroup // what serves connections
	// receive reads conn to its end, or until ctx ends, and closes it. Unless it does so, it has handed conn on to
	// whoever is going to, and calls left then.
	receive func(ctx context.Context, conn *connection) (handedOn bool)
}

// toItsEnd is for an acceptor's receive that hands nothing on.
func toItsEnd(receive func(ctx context.Context, conn *connection)) func(context.Context, *connection) bool {
	return func(ctx context.Context, conn *connection) bool {
		receive(ctx, conn)
		return false
	}
}

// bindAcceptor binds the socket; receive is still to be set.
func bindAcceptor(base *listenerBase, address string) (*acceptor, error) {
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
	return &acceptor{listenerBase: base, socket: l.(*net.TCPListener)}, nil
}

func (a *acceptor) addr() net.Addr { return a.socket.Addr() }
func (a *acceptor) close()         { a.socket.Close() }

func (a *acceptor) serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, a.close)()
	defer a.running.Wait()
	for {
		conn, err := a.socket.AcceptTCP()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // no file descriptors, no memory: it passes
			if n, ok := a.trouble.Pass(time.Now()); ok {
				a.log.Error("cannot accept connections, will try again", zap.Error(err), zap.Int("not_logged", n))
			}
			sleep(ctx, 100*time.Millisecond)
			continue
		}
		c := &connection{TCPConn: conn, peer: peerOf(conn)}
		if !a.enter(c) {
			conn.Close()
			continue
		}
		a.stats.connections.Add(1)
		a.running.Go(func() { a.handle(ctx, c) })
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
