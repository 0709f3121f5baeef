package shipper

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/gss"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// gssListener receives syslog over GSS-API with Kerberos, as rsyslog's omgssapi sends it.
type gssListener struct {
	*acceptor
	pool     *bufferPool
	sessions *gss.Acceptor
	tls      *tlsserver.Server // nil: GSS alone
}

func bindGSS(base *listenerBase, address string) (listener, error) {
	base.transport = event.GSS
	sessions, err := gss.NewAcceptor(base.cfg.gssConfig())
	if err != nil {
		return nil, err
	}
	base.stats.gss = sessions.Stats
	server, err := base.tlsServer()
	if err != nil {
		return nil, err
	}
	a, err := bindAcceptor(base, address)
	if err != nil {
		return nil, err
	}
	l := &gssListener{a, newBufferPool(int(base.cfg.MaxMessage), base.intake), sessions, server}
	a.receive = toItsEnd(l.receive)
	return l, nil
}

// gssConfig is the gss section, with what the listener itself says.
func (l *ListenerConfig) gssConfig() gss.Config {
	c := *l.GSS
	c.MaxMessage = int(l.MaxMessage)
	return c
}

// reopen reads keytab and certificates again.
func (l *gssListener) reopen() error {
	err := l.sessions.Reload()
	if l.tls != nil {
		err = errors.Join(err, l.tls.Reload())
	}
	return err
}

func (l *gssListener) receive(ctx context.Context, socket *connection) {
	peer, conn := socket.peer, net.Conn(socket)
	if l.tls != nil {
		secure, _, err := l.tls.Handshake(ctx, socket)
		if err != nil {
			l.refuseTLS(socket, err)
			return
		}
		conn = secure
	}
	session, err := l.sessions.Accept(ctx, conn)
	if err != nil {
		l.refuseGSS(conn, err)
		return
	}
	defer session.Close()
	in := newWrapped(session, l.pool)
	defer in.close()
	defer context.AfterFunc(ctx, in.stop)()
	origin := l.origin(peer)
	if session.Plaintext() {
		origin.Transport = event.TCP
	} else {
		who := session.Principal()
		origin.Name, origin.Realm = who.Name(), who.Realm
	}
	reader := l.reader(origin)
	err = reader.receive(socket.paced(ctx, in, 0))
	if reason := gss.ReasonOf(err); reason != "" && !errors.Is(err, io.EOF) {
		l.ended(string(reason), peer, err)
	}
}

// refuseGSS counts a handshake that failed, and says why now and then. A health check closes without a byte.
func (l *gssListener) refuseGSS(conn net.Conn, err error) {
	reason := gss.ReasonOf(err)
	l.stats.refusedFor.add(string(reason))
	if reason == gss.ReasonEmpty {
		return
	}
	if n, ok := l.refused.Pass(time.Now()); ok {
		l.log.Warn("GSS connection refused", zap.String("reason", string(reason)), zap.Error(err),
			zap.Stringer("peer", conn.RemoteAddr()), zap.Int("not_logged", n))
	}
}
