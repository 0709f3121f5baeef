package shipper

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/internal/quiet"
)

// listener is a bound socket.
type listener interface {
	addr() net.Addr
	// serve receives until ctx ends, then hands over what has arrived, and closes everything. An error ends the
	// receiver: it is for a socket that can't be read any more, never for what a peer does.
	serve(ctx context.Context) error
	// close closes a socket that is not going to be served.
	close()
}

// binder binds the socket of a listener at an address such as 127.0.0.1:514.
type binder func(base *listenerBase, address string) (listener, error)

// binderOf returns what binds the sockets of a protocol, nil if there is no such protocol.
func binderOf(scheme string) binder {
	switch scheme {
	case "tcp":
		return bindTCP
	case "udp":
		return bindUDP
	}
	return nil
}

// listenerBase is what all listeners have.
type listenerBase struct {
	cfg       *ListenerConfig
	transport event.Transport
	intake    *intake
	log       *zap.Logger
	refused   quiet.Gate // logging of connections that are turned away
	trouble   quiet.Gate // logging of what the system does to us
	stats     listenerStats
}

type listenerStats struct {
	lines, bytes, truncated, empty, unrouted atomic.Uint64
	accepted, refused                        atomic.Uint64 // connections
	connections                              atomic.Int64  // now
	dropped                                  atomic.Uint64 // datagrams, by the kernel
}

func newListenerBase(cfg *ListenerConfig, in *intake, log *zap.Logger) *listenerBase {
	return &listenerBase{
		cfg: cfg, intake: in, log: log.With(zap.String("listener", cfg.Name)),
		refused: quiet.Gate{Every: 10 * time.Second}, trouble: quiet.Gate{Every: 10 * time.Second},
	}
}

// origin is that of lines from peer.
func (b *listenerBase) origin(peer netip.AddrPort) event.Origin {
	return event.Origin{
		Peer: netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port()), Transport: b.transport, Listener: b.cfg.Name,
	}
}
