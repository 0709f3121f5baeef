package shipper

import (
	"net"
	"net/netip"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/shipper/admission"
)

// peerCache keeps the sessions of the peers that sent datagrams lately, in two generations of bounded size.
type peerCache struct {
	young, old map[netip.AddrPort]*session
}

const maxPeers = 4096 // per generation

func (c *peerCache) get(peer netip.AddrPort, make_ func(netip.AddrPort) *session) *session {
	if s := c.young[peer]; s != nil {
		return s
	}
	s := c.old[peer]
	if s == nil {
		s = make_(peer)
	}
	if c.young == nil || len(c.young) >= maxPeers {
		c.young, c.old = make(map[netip.AddrPort]*session), c.young
	}
	c.young[peer] = s
	return s
}

func (b *listenerBase) newSession(peer netip.AddrPort) *session {
	s := b.intake.session(b.origin(peer), &b.stats)
	s.bucket = b.desk.Bucket(peer.Addr())
	return s
}

// takesDatagrams reports whether peer may send at all; a datagram that may not be sent is counted.
func (b *listenerBase) takesDatagrams(peer netip.AddrPort) bool {
	if b.desk.Permits(peer.Addr()) {
		return true
	}
	b.stats.refusedDatagrams.add(string(admission.Denied))
	return false
}

// addDatagram puts a datagram into r: it is one message, whatever is in it. Those of a sender that is too fast are
// counted instead.
func (b *listenerBase) addDatagram(from *session, data []byte, r *run) {
	if from.bucket != nil && !from.bucket.Try(len(data), time.Now()) {
		b.stats.refusedDatagrams.add(string(admission.TooFast))
		return
	}
	truncated := len(data) > int(b.cfg.MaxMessage)
	if truncated {
		data = data[:b.cfg.MaxMessage]
	}
	if len(data) == 0 {
		b.stats.empty.Add(1)
		return
	}
	r.add(data, truncated)
}

func (b *listenerBase) logDrops(dropped uint32) {
	if n, ok := b.trouble.Pass(time.Now()); ok {
		b.log.Warn("the kernel dropped datagrams because they came faster than they were read; raise receive_buffer of this listener",
			zap.Uint32("datagrams", dropped), zap.Int("not_logged", n))
	}
}

// zoneOf is the name of a network interface.
func zoneOf(index uint32) string {
	if i, err := net.InterfaceByIndex(int(index)); err == nil {
		return i.Name
	}
	return strconv.FormatUint(uint64(index), 10)
}
