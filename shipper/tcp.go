package shipper

import (
	"context"

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

func (l *tcpListener) receive(ctx context.Context, conn *connection) {
	in, err := newStream(conn.TCPConn, l.pool)
	if err != nil {
		conn.Close()
		return
	}
	defer in.close()
	defer context.AfterFunc(ctx, in.stop)()
	_ = l.receiveSyslog(conn.paced(ctx, in), l.origin(conn.peer)) // how it ends is the peer's affair, and not logged
}
