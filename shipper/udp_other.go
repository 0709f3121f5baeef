//go:build !linux

package shipper

import (
	"context"
	"errors"
	"net"

	"github.com/millrace/millrace/event"
)

// udpListener receives syslog in datagrams (RFC 5426), one at a time.
type udpListener struct {
	*listenerBase
	conn  *net.UDPConn
	peers peerCache
}

func bindUDP(base *listenerBase, address string) (listener, error) {
	base.transport = event.UDP
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return nil, err
	}
	udp := conn.(*net.UDPConn)
	_ = udp.SetReadBuffer(int(base.cfg.ReceiveBuffer)) // the kernel may give less
	return &udpListener{listenerBase: base, conn: udp}, nil
}

func (l *udpListener) addr() net.Addr { return l.conn.LocalAddr() }
func (l *udpListener) close()         { l.conn.Close() }

func (l *udpListener) serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, l.close)()
	defer l.close()
	r, buf := l.intake.newRun(), make([]byte, 64<<10)
	for {
		n, peer, err := l.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			continue // the error of a datagram
		}
		if !l.takesDatagrams(peer) {
			continue
		}
		from := l.peers.get(peer, l.newSession)
		l.addDatagram(from, buf[:n], r)
		r.deliver(from)
	}
}
