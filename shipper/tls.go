package shipper

import (
	"context"
	"errors"
	"net"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// tlsListener receives syslog over TLS (RFC 5425), also framed by LF as rsyslog sends it.
type tlsListener struct {
	*acceptor
	pool   *bufferPool
	server *tlsserver.Server
}

func bindTLS(base *listenerBase, address string) (listener, error) {
	base.transport = event.TLS
	server, err := base.tlsServer()
	if err != nil {
		return nil, err
	}
	a, err := bindAcceptor(base, address)
	if err != nil {
		return nil, err
	}
	l := &tlsListener{a, newBufferPool(int(base.cfg.MaxMessage), base.intake), server}
	a.receive = toItsEnd(l.receive)
	return l, nil
}

// tlsServer reads the files of the listener's tls section, and is nil without one. Later changes of them are logged.
func (b *listenerBase) tlsServer() (*tlsserver.Server, error) {
	if b.cfg.TLS == nil {
		return nil, nil
	}
	return tlsserver.New(*b.cfg.TLS, func(err error) {
		if err != nil {
			b.log.Error("cannot use the changed TLS files, goes on with those it has", zap.Error(err))
			return
		}
		b.log.Info("TLS files were read again")
	})
}

// reopen reads the certificates again.
func (l *tlsListener) reopen() error { return l.server.Reload() }

func (l *tlsListener) receive(ctx context.Context, conn *connection) {
	l.openTLS(ctx, conn, l.server, l.pool, func(in input, _ net.Conn, origin event.Origin) {
		reader := l.reader(origin)
		_ = reader.receive(in) // how it ends is the peer's affair, and not logged
	})
}

// openTLS makes a TLS connection of conn and has receive read in, and write to out, with the origin that the certificate
// tells. Then it closes the connection.
func (b *listenerBase) openTLS(ctx context.Context, conn *connection, server *tlsserver.Server, pool *bufferPool,
	receive func(in input, out net.Conn, origin event.Origin),
) {
	socket := &pacedSocket{connection: conn}
	secure, who, err := server.Handshake(ctx, socket)
	if err != nil {
		b.refuseTLS(conn, err)
		return
	}
	defer secure.Close()
	if b.transport == event.TLS { // others' senders wait for answers
		socket.pace()
	}
	in := newWrapped(secure, pool)
	defer in.close()
	defer context.AfterFunc(ctx, in.stop)()
	origin := b.origin(conn.peer)
	origin.Name, origin.Realm = who.Name, who.Subject
	receive(conn.paced(ctx, in, 0), secure, origin)
}

// refuseTLS counts a handshake that failed, and says why now and then.
func (b *listenerBase) refuseTLS(conn net.Conn, err error) {
	reason := tlsserver.ReasonHandshake
	var refused *tlsserver.Error
	if errors.As(err, &refused) {
		reason = refused.Reason
	}
	b.stats.refusedFor.add(string(reason))
	if n, ok := b.refused.Pass(time.Now()); ok {
		b.log.Warn("TLS connection refused", zap.String("reason", string(reason)), zap.Error(err),
			zap.Stringer("peer", conn.RemoteAddr()), zap.Int("not_logged", n))
	}
}
