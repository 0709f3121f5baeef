package shipper

import (
	"context"
	"errors"
	"time"

	"github.com/millrace/millrace/event"
)

// tcpListener receives plain syslog over TCP (RFC 6587). A connection is parked with the sweeper while it is quiet, and
// has a goroutine while it is busy.
type tcpListener struct {
	*acceptor
	pool  *bufferPool
	quiet *sweeper
}

// tcpConnection is what a connection is between one and the other.
type tcpConnection struct {
	*connection
	socket socket // nil while it is parked
	window
	syslogReader
	wait time.Duration // before it is read again
}

func bindTCP(base *listenerBase, address string) (listener, error) {
	base.transport = event.TCP
	a, err := bindAcceptor(base, address)
	if err != nil {
		return nil, err
	}
	l := &tcpListener{acceptor: a, pool: newBufferPool(int(base.cfg.MaxMessage), base.intake)}
	if l.quiet, err = newSweeper(l); err != nil {
		a.close()
		return nil, err
	}
	a.receive = l.receive
	return l, nil
}

func (l *tcpListener) close() {
	l.acceptor.close()
	l.quiet.close()
}

func (l *tcpListener) serve(ctx context.Context) error {
	l.running.Go(func() { l.quiet.run(ctx) })
	return l.acceptor.serve(ctx)
}

func (l *tcpListener) receive(ctx context.Context, conn *connection) (handedOn bool) {
	c := &tcpConnection{connection: conn, socket: conn.TCPConn, window: window{pool: l.pool}, syslogReader: l.reader(l.origin(conn.peer))}
	return l.quiet.park(c) || l.readAlone(ctx, c)
}

// readOn reads a connection that was parked, in a goroutine of its own.
func (l *tcpListener) readOn(ctx context.Context, c *tcpConnection) {
	if !l.readAlone(ctx, c) {
		l.left(c.connection)
	}
}

// readAlone reads a connection to its end, or until it is parked because it is quiet.
func (l *tcpListener) readAlone(ctx context.Context, c *tcpConnection) (parked bool) {
	in, err := newStream(c.socket, l.pool)
	if err != nil {
		c.socket.Close()
		return false
	}
	in.window, in.leaves = c.window, true
	in.becomeBusy()
	stop := context.AfterFunc(ctx, in.stop)
	defer stop()
	for errors.Is(c.receive(c.paced(ctx, in, c.wait)), errQuiet) { // how else it ends is the peer's affair, and not logged
		c.window, c.wait = in.window, 0
		if l.quiet.park(c) {
			return true
		}
		in.leaves = false // there are too few file descriptors: so be it
	}
	in.close()
	return false
}
