package shipper

import (
	"context"
	"net"
	"net/netip"

	"github.com/millrace/millrace/event"
)

// tcpListener receives plain syslog over TCP (RFC 6587).
type tcpListener struct {
	*acceptor
	pool *bufferPool
}

func bindTCP(base *listenerBase, address string) (listener, error) {
	base.transport = event.TCP
	a, err := bindAcceptor(base, address)
	if err != nil {
		return nil, err
	}
	l := &tcpListener{a, newBufferPool(int(base.cfg.MaxMessage), base.intake)}
	a.receive = l.receive
	return l, nil
}

func (l *tcpListener) receive(ctx context.Context, conn *net.TCPConn) {
	in, err := newStream(conn, l.pool)
	if err != nil {
		conn.Close()
		return
	}
	defer in.close()
	defer context.AfterFunc(ctx, in.stop)()
	_ = l.receiveSyslog(in, l.origin(peerOf(conn))) // how it ends is the peer's affair, and not logged
}

func peerOf(conn *net.TCPConn) netip.AddrPort { return conn.RemoteAddr().(*net.TCPAddr).AddrPort() }
