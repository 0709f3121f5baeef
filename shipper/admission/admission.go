// Package admission decides who may send to a listener, and how much: networks, connections per address, bytes a second
// per address.
//
// It reads nothing and logs nothing. All that it remembers of senders is bounded.
package admission

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/gaissmai/bart"
)

// Reason is why a sender was turned away; it is made to be a metric label.
type Reason string

// Reasons.
const (
	Admitted  Reason = ""
	Denied    Reason = "denied"     // its address is in deny, or not in allow
	PeerLimit Reason = "peer_limit" // its address has too many connections
	TooFast   Reason = "rate"       // its address sends too much
)

// Networks is a set of networks; nil is the empty one. It is not changed after it was parsed.
type Networks struct{ table bart.Lite }

// ParseNetworks parses networks such as 10.0.0.0/8, and addresses. Of none it makes nil.
func ParseNetworks(list []string) (*Networks, error) {
	if len(list) == 0 {
		return nil, nil
	}
	n := new(Networks)
	for _, text := range list {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			var addr netip.Addr
			if addr, err = netip.ParseAddr(text); err == nil {
				network = netip.PrefixFrom(addr, addr.BitLen())
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a network: write one such as 10.0.0.0/8 or 2001:db8::/32, or an address", text)
		}
		n.table.Insert(network.Masked())
	}
	return n, nil
}

// Contains reports whether addr is in one of the networks.
func (n *Networks) Contains(addr netip.Addr) bool {
	return n != nil && n.table.Contains(addr.Unmap().WithZone(""))
}

// Policy is what a listener asks of its senders.
type Policy struct {
	Allow       *Networks // nil: all
	Deny        *Networks // these not, even if they are allowed
	Connections int       // at once, of one address
	Rate        int       // bytes a second, of one address; 0: any
}

// Permits reports whether addr may send at all.
func (p *Policy) Permits(addr netip.Addr) bool {
	return (p.Allow == nil || p.Allow.Contains(addr)) && !p.Deny.Contains(addr)
}

// Desk admits the senders of one listener. It is safe for concurrent use.
type Desk struct {
	policy Policy

	mu          sync.Mutex
	connections map[netip.Addr]int // never more entries than connections
	buckets     lru
}

// NewDesk makes the desk of a listener.
func NewDesk(p Policy) *Desk {
	return &Desk{policy: p, connections: map[netip.Addr]int{}, buckets: newLRU(maxBuckets)}
}

// Permits reports whether addr may send at all.
func (d *Desk) Permits(addr netip.Addr) bool { return d.policy.Permits(addr) }

// Enter admits a connection; unless it is turned away, Leave follows at its end. The bucket is that of the address, nil
// when there is no limit to what it may send.
func (d *Desk) Enter(addr netip.Addr) (*Bucket, Reason) {
	if !d.policy.Permits(addr) {
		return nil, Denied
	}
	key := unit(addr)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.connections[key] >= d.policy.Connections {
		return nil, PeerLimit
	}
	d.connections[key]++
	return d.bucket(key), Admitted
}

// Leave is for the end of a connection that was admitted.
func (d *Desk) Leave(addr netip.Addr) {
	key := unit(addr)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.connections[key]--; d.connections[key] <= 0 {
		delete(d.connections, key)
	}
}

// Bucket returns that of a sender of datagrams, nil when there is no limit to what it may send.
func (d *Desk) Bucket(addr netip.Addr) *Bucket {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bucket(unit(addr))
}

func (d *Desk) bucket(key netip.Addr) *Bucket {
	if d.policy.Rate == 0 {
		return nil
	}
	return d.buckets.get(key, d.policy.Rate)
}

// unit is the address that limits apply to: an IPv6 sender has a whole /64.
func unit(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if p, err := addr.Prefix(64); err == nil && addr.Is6() {
		return p.Addr()
	}
	return addr
}

// Bucket is the rate limit of one address: it may send for a second at once, and then at its rate. It is safe for
// concurrent use.
type Bucket struct {
	mu   sync.Mutex
	rate int       // bytes a second
	full time.Time // when all that was sent is paid for
}

const burst = time.Second

// Take notes that n bytes have come, and returns how long to wait until more may come. It is for what can be slowed
// down: they are counted whatever it returns.
func (b *Bucket) Take(n int, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.add(n, now)
	return max(0, b.full.Sub(now)-burst)
}

// Try notes that n bytes have come, if so many may; for what can't be slowed down.
func (b *Bucket) Try(n int, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full.Sub(now) > burst {
		return false
	}
	b.add(n, now)
	return true
}

func (b *Bucket) add(n int, now time.Time) {
	if b.full.Before(now) {
		b.full = now
	}
	b.full = b.full.Add(time.Duration(n) * time.Second / time.Duration(b.rate))
}
