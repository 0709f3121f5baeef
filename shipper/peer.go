package shipper

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/shipper/admission"
	"github.com/millrace/millrace/shipper/proxyproto"
)

// Reasons for refusing connections, besides those of the desk and of handshakes.
const (
	refusedLimit = "limit" // max_connections
	refusedProxy = "proxy_header"
)

// proxyTimeout is how long a proxy may take for its header.
const proxyTimeout = 5 * time.Second

// connection is an accepted connection, with what is known of who is at its other end.
type connection struct {
	*net.TCPConn
	peer   netip.AddrPort // the sender, who may be behind a proxy
	bucket *admission.Bucket
	base   *listenerBase
}

func peerOf(conn *net.TCPConn) netip.AddrPort {
	a := conn.RemoteAddr().(*net.TCPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// RemoteAddr is the sender's.
func (c *connection) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.peer) }

// enter decides on a connection that was just accepted, as far as it can be without reading.
func (a *acceptor) enter(c *connection) bool {
	c.base = a.listenerBase
	if a.stats.connections.Load() >= int64(a.cfg.MaxConnections) {
		a.refuse(c, refusedLimit, "there are too many; raise max_connections of this listener if they are wanted")
		return false
	}
	return a.proxies.Contains(c.peer.Addr()) || a.admit(c)
}

// admit asks the desk; unless it turns the connection away, the desk's Leave must follow.
func (a *acceptor) admit(c *connection) bool {
	bucket, reason := a.desk.Enter(c.peer.Addr())
	c.bucket = bucket
	switch reason {
	case admission.Admitted:
		a.stats.accepted.Add(1)
		return true
	case admission.PeerLimit:
		a.refuse(c, string(reason), "there are too many of this address; raise max_connections_per_peer of this listener if they are wanted")
	default:
		a.refuse(c, string(reason), "its address is denied, or not allowed")
	}
	return false
}

// handle receives on a connection that was let in, and may have to say first whom it is for.
func (a *acceptor) handle(ctx context.Context, c *connection) {
	if a.proxies.Contains(c.peer.Addr()) && (!a.readProxy(ctx, c) || !a.admit(c)) {
		c.Close()
		a.stats.connections.Add(-1)
		return
	}
	if handedOn := a.receive(ctx, c); !handedOn {
		a.left(c)
	}
}

// left is for the end of a connection that was received on.
func (a *acceptor) left(c *connection) {
	a.desk.Leave(c.peer.Addr())
	a.stats.connections.Add(-1)
}

// readProxy has a proxy say who the sender is. The proxy itself is, when it does not.
func (a *acceptor) readProxy(ctx context.Context, c *connection) bool {
	defer context.AfterFunc(ctx, func() { c.Close() })()
	_ = c.SetReadDeadline(time.Now().Add(proxyTimeout))
	sender, err := proxyproto.Read(c.TCPConn)
	if err != nil {
		a.refuse(c, refusedProxy, err.Error())
		return false
	}
	if sender.IsValid() {
		c.peer = sender
	}
	return c.SetReadDeadline(time.Time{}) == nil
}

// refuse counts a connection that is turned away, and says so now and then.
func (a *acceptor) refuse(c *connection, reason, why string) {
	a.stats.refusedFor.add(reason)
	if n, ok := a.refused.Pass(time.Now()); ok {
		a.log.Warn("connection closed: "+why, zap.String("reason", reason), zap.Stringer("peer", c.peer), zap.Int("not_logged", n))
	}
}

// paced reads in no faster than the sender may send, and not before wait is over.
func (c *connection) paced(ctx context.Context, in input, wait time.Duration) input {
	if c.bucket == nil {
		return in
	}
	return &pacedInput{input: in, ctx: ctx, bucket: c.bucket, stats: &c.base.stats, wait: wait}
}

// toWait is how long the connection is not to be read after n bytes of it were.
func (c *connection) toWait(n int) time.Duration {
	if c.bucket == nil {
		return 0
	}
	return c.bucket.Take(n, time.Now())
}

// pacedInput puts reading off when there was too much, so that the sender finds the connection full.
type pacedInput struct {
	input
	ctx    context.Context // the connection's
	bucket *admission.Bucket
	stats  *listenerStats
	wait   time.Duration
	buf    *buffer
}

func (p *pacedInput) read() (*buffer, error) {
	left := 0
	if p.buf != nil {
		left = p.buf.end - p.buf.start
	}
	if p.wait > 0 {
		p.stats.slowed.Add(1)
		p.detach()
		sleep(p.ctx, p.wait)
	}
	var err error
	if p.buf, err = p.input.read(); err != nil {
		return p.buf, err
	}
	p.wait = p.bucket.Take(p.buf.end-p.buf.start-left, time.Now())
	return p.buf, nil
}

// policy is what the listener asks of its senders, and the networks of proxies.
func (l *ListenerConfig) policy() (p admission.Policy, proxies *admission.Networks, err error) {
	switch {
	case l.MaxConnectionsPerPeer < 0:
		return p, nil, fmt.Errorf("max_connections_per_peer: %d is out of range: write a number above 0, or 0 for the default", l.MaxConnectionsPerPeer)
	case l.MaxRatePerPeer < 0:
		return p, nil, fmt.Errorf("max_rate_per_peer: %v is out of range: write bytes a second such as 1MiB, or 0 for any", l.MaxRatePerPeer)
	case len(l.ProxyFrom) > 0 && strings.HasPrefix(l.Listen, "udp:"):
		return p, nil, fmt.Errorf("proxy_from: %s has no proxies: take it out", l.Listen)
	}
	p = admission.Policy{Connections: l.MaxConnectionsPerPeer, Rate: int(l.MaxRatePerPeer)}
	for _, list := range []struct {
		key  string
		text []string
		to   **admission.Networks
	}{{"allow", l.Allow, &p.Allow}, {"deny", l.Deny, &p.Deny}, {"proxy_from", l.ProxyFrom, &proxies}} {
		if *list.to, err = admission.ParseNetworks(list.text); err != nil {
			return p, nil, fmt.Errorf("%s: %w", list.key, err)
		}
	}
	return p, proxies, nil
}
