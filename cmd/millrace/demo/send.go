package demo

import (
	"context"
	"fmt"
	"net"
	"time"
)

// Sender sends a fleet's lines: half of the hosts over TCP, half over UDP, each from its own address.
type Sender struct {
	fleet *Fleet
	conns []net.Conn // by host
	bytes []byte
}

// Dial connects every host. tcp and udp are host:port on loopback.
func Dial(ctx context.Context, tcp, udp string, fleet *Fleet) (*Sender, error) {
	s := &Sender{fleet: fleet}
	for i, h := range hosts {
		network, to := "tcp", tcp
		if i%2 == 1 {
			network, to = "udp", udp
		}
		c, err := dialFrom(ctx, network, h.addr, to)
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("demo: connect %s over %s: %w", h.name, network, err)
		}
		s.conns = append(s.conns, c)
	}
	return s, nil
}

// dialFrom binds to a loopback address of its own where the system allows it (Linux does).
func dialFrom(ctx context.Context, network, from, to string) (net.Conn, error) {
	var local net.Addr = &net.TCPAddr{IP: net.ParseIP(from)}
	if network == "udp" {
		local = &net.UDPAddr{IP: net.ParseIP(from)}
	}
	if c, err := (&net.Dialer{LocalAddr: local}).DialContext(ctx, network, to); err == nil {
		return c, nil
	}
	return (&net.Dialer{}).DialContext(ctx, network, to)
}

// Send sends n lines, perSecond of them in each second.
func (s *Sender) Send(ctx context.Context, n, perSecond int) error {
	const tick = 20 * time.Millisecond
	burst := max(1, perSecond*int(tick)/int(time.Second))
	t := time.NewTicker(time.Duration(burst) * time.Second / time.Duration(perSecond))
	defer t.Stop()
	for sent := 0; sent < n; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-t.C:
			for range min(burst, n-sent) {
				if err := s.send(s.fleet.Next(now)); err != nil {
					return err
				}
				sent++
			}
		}
	}
	return nil
}

func (s *Sender) send(l Line) error {
	c := s.conns[l.Host]
	s.bytes = append(s.bytes[:0], l.Text...)
	if _, stream := c.(*net.TCPConn); stream {
		s.bytes = append(s.bytes, '\n')
	}
	if _, err := c.Write(s.bytes); err != nil {
		return fmt.Errorf("demo: send as %s: %w", hosts[l.Host].name, err)
	}
	return nil
}

// Close disconnects every host.
func (s *Sender) Close() {
	for _, c := range s.conns {
		_ = c.Close()
	}
}
