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

// openTLS makes a TLS connection of conn and has receive read in, and write to out, with the origin that the certificate
// tells. Then it closes the connection.
func (b *listenerBase) openTLS(ctx context.Context, conn *connection, server *tlsserver.Server, pool *bufferPool,
	receive func(in input, out net.Conn, origin event.Origin),
) {
	secure, who, err := server.Handshake(ctx, conn)
	if err != nil {
		b.refuseTLS(conn, err)
		return
	}
	defer secure.Close()
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
