package shipper

import (
	"context"
	"maps"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/admission"
	"github.com/millrace/millrace/shipper/gss"
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

// reopener is a listener that has files of its own to read again.
type reopener interface{ reopen() error }

// binder binds the socket of a listener at an address such as 127.0.0.1:514.
type binder func(base *listenerBase, address string) (listener, error)

// binderOf returns what binds the sockets of a protocol, nil if there is no such protocol.
func binderOf(scheme string) binder {
	switch scheme {
	case "tcp":
		return bindTCP
	case "udp":
		return bindUDP
	case "tls":
		return bindTLS
	case "relp", "relps":
		return bindRELP
	case "gss":
		return bindGSS
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
	desk      *admission.Desk
	proxies   *admission.Networks // whose connections begin with a PROXY header
}

type listenerStats struct {
	lines, bytes, truncated, empty, unrouted atomic.Uint64
	resent                                   atomic.Uint64 // lines that were stored before
	accepted                                 atomic.Uint64 // connections
	slowed                                   atomic.Uint64 // reads put off
	connections                              atomic.Int64  // now
	dropped                                  atomic.Uint64 // datagrams, by the kernel
	refusedFor, endedFor                     reasons       // connections
	refusedDatagrams                         reasons
	gss                                      func() gss.Stats // nil unless it is a GSS listener
}

// reasons counts by reason, of which there are few.
type reasons struct {
	mu    sync.Mutex
	count map[string]uint64
}

func (r *reasons) add(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count == nil {
		r.count = map[string]uint64{}
	}
	r.count[reason]++
}

func (r *reasons) snapshot() map[string]uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.count)
}

// ended counts a connection that was ended because of what its peer did, and says so now and then.
func (b *listenerBase) ended(reason string, peer netip.AddrPort, err error) {
	b.stats.endedFor.add(reason)
	if n, ok := b.refused.Pass(time.Now()); ok {
		b.log.Warn("connection ended", zap.String("reason", reason), zap.Stringer("peer", peer), zap.Error(err), zap.Int("not_logged", n))
	}
}

func newListenerBase(cfg *ListenerConfig, in *intake, log *zap.Logger) *listenerBase {
	policy, proxies, _ := cfg.policy() // Validate has compiled it
	return &listenerBase{
		cfg: cfg, intake: in, log: log.With(zap.String("listener", cfg.Name)),
		refused: quiet.Gate{Every: 10 * time.Second}, trouble: quiet.Gate{Every: 10 * time.Second},
		desk: admission.NewDesk(policy), proxies: proxies,
	}
}

// origin is that of lines from peer.
func (b *listenerBase) origin(peer netip.AddrPort) event.Origin {
	return event.Origin{
		Peer: netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port()), Transport: b.transport, Listener: b.cfg.Name,
	}
}
