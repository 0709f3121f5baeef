package shipper

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// tcpListener receives syslog over TCP, plain (RFC 6587) or in TLS (RFC 5425, also framed by LF as rsyslog sends it). A
// connection is parked with the sweeper while it is quiet, and has a goroutine while it is busy.
type tcpListener struct {
	*acceptor
	pool  *bufferPool
	quiet *sweeper
	tls   *tlsserver.Server // nil: plain
}

// tcpConnection is what a connection is between one and the other.
type tcpConnection struct {
	*connection
	socket socket // nil while it is parked
	fd     int    // the socket's then
	secure *secure
	window
	syslogReader
	wait time.Duration // before it is read again
}

func bindTCP(base *listenerBase, address string) (listener, error) {
	base.transport = event.TCP
	return bindStream(base, address, nil)
}

func bindTLS(base *listenerBase, address string) (listener, error) {
	base.transport = event.TLS
	server, err := base.tlsServer()
	if err != nil {
		return nil, err
	}
	return bindStream(base, address, server)
}

func bindStream(base *listenerBase, address string, server *tlsserver.Server) (listener, error) {
	a, err := bindAcceptor(base, address)
	if err != nil {
		return nil, err
	}
	l := &tcpListener{acceptor: a, pool: newBufferPool(int(base.cfg.MaxMessage), base.intake), tls: server}
	if l.quiet, err = newSweeper(l); err != nil {
		a.close()
		return nil, err
	}
	a.receive = l.receive
	return l, nil
}

// reopen reads the certificates again.
func (l *tcpListener) reopen() error {
	if l.tls == nil {
		return nil
	}
	return l.tls.Reload()
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
	c, origin := &tcpConnection{connection: conn, socket: conn.TCPConn, window: window{pool: l.pool}}, l.origin(conn.peer)
	if l.tls == nil {
		c.syslogReader = l.reader(origin)
		return l.quiet.park(c) || l.readAlone(ctx, c, false)
	}
	who, err := c.openTLS(ctx, l.tls)
	if err != nil {
		l.refuseTLS(conn, err)
		return false
	}
	origin.Name, origin.Realm = who.Name, who.Subject
	c.syslogReader = l.reader(origin)
	return l.readAlone(ctx, c, false) // what came with the handshake first
}

// readOn reads a connection that was parked, in a goroutine of its own.
func (l *tcpListener) readOn(ctx context.Context, c *tcpConnection) {
	if !l.readAlone(ctx, c, true) {
		l.left(c.connection)
	}
}

// readAlone reads a connection to its end, or until it is parked because it is quiet.
func (l *tcpListener) readAlone(ctx context.Context, c *tcpConnection, busy bool) (parked bool) {
	s, err := newStream(c.socket, l.pool)
	if err != nil {
		c.close()
		return false
	}
	in, w := input(s), &s.window
	if c.secure != nil {
		d := &decrypted{cipher: s, secure: c.secure}
		in, w = d, &d.window
	}
	*w, s.leaves = c.window, true
	if busy {
		s.becomeBusy()
	}
	stop := context.AfterFunc(ctx, s.stop)
	defer stop()
	for errors.Is(c.receive(c.paced(ctx, in, c.wait)), errQuiet) { // how else it ends is the peer's affair, and not logged
		c.window, c.wait = *w, 0
		if l.quiet.park(c) {
			return true
		}
		s.leaves = false // there are too few file descriptors: so be it
	}
	c.close()
	s.close()
	w.release()
	return false
}

// close ends a connection; in TLS its peer is told so.
func (c *tcpConnection) close() {
	if c.secure != nil {
		_ = c.secure.conn.Close()
		return
	}
	_ = c.closeSocket()
}

func (c *tcpConnection) closeSocket() error {
	if c.socket != nil {
		return c.socket.Close()
	}
	return syscall.Close(c.fd)
}
