package gss

import (
	"net"
	"net/netip"
	"sync"
)

// gate counts handshakes and sessions, so that what is too much is refused before a byte of it is read.
type gate struct {
	maxSessions, maxHandshakes, maxPerAddress int

	mu         sync.Mutex
	sessions   int // in and after their handshake
	handshakes int
	perAddress map[netip.Addr]int // handshakes; never more entries than handshakes
}

// enter takes a place for a connection in its handshake.
func (g *gate) enter(who netip.Addr) *Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.sessions >= g.maxSessions:
		return fail(ReasonSessionLimit, "%d connections, the most that max_sessions allows", g.sessions)
	case g.handshakes >= g.maxHandshakes:
		return fail(ReasonHandshakeLimit, "%d handshakes under way, the most that max_handshakes allows", g.handshakes)
	case g.perAddress[who] >= g.maxPerAddress:
		return fail(ReasonHandshakeLimit, "%d handshakes of this address under way, the most that max_handshakes_per_address allows", g.perAddress[who])
	}
	g.sessions++
	g.handshakes++
	g.perAddress[who]++
	return nil
}

// shaken notes that a handshake is over, well or not.
func (g *gate) shaken(who netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.handshakes--
	if g.perAddress[who]--; g.perAddress[who] == 0 {
		delete(g.perAddress, who)
	}
}

// leave gives a place back.
func (g *gate) leave() {
	g.mu.Lock()
	g.sessions--
	g.mu.Unlock()
}

func (g *gate) counts() (sessions, handshakes int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sessions, g.handshakes
}

// addrOf returns the address of a, or the zero Addr when it has none.
func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		ip, _ := netip.AddrFromSlice(t.IP)
		return ip.Unmap()
	}
	return netip.Addr{}
}

// bucket is the address that limits apply to: an IPv6 sender has a whole /64.
func bucket(ip netip.Addr) netip.Addr {
	if ip.Is6() {
		p, err := ip.WithZone("").Prefix(64)
		if err == nil {
			return p.Addr()
		}
	}
	return ip
}
