package shipper

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// dialFrom connects from another address of the loopback network.
func (r *receiver) dialFrom(listener int, from string) net.Conn {
	r.t.Helper()
	to := r.Addrs()[listener]
	local := net.Addr(&net.TCPAddr{IP: net.ParseIP(from)})
	if to.Network() == "udp" {
		local = &net.UDPAddr{IP: net.ParseIP(from)}
	}
	c, err := (&net.Dialer{LocalAddr: local}).Dial(to.Network(), to.String())
	if err != nil {
		r.t.Skipf("this machine does not connect from %s: %v", from, err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

func closedByPeer(c net.Conn) bool {
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, err := c.Read(make([]byte, 1))
	e, ok := err.(net.Error) //nolint:errorlint // of package net itself
	return err != nil && (!ok || !e.Timeout())
}

func TestAllowAndDeny(t *testing.T) {
	r := start(t, func(c *Config) {
		one(c)
		for i := range c.Listeners {
			c.Listeners[i].Allow, c.Listeners[i].Deny = []string{"127.0.0.0/16"}, []string{"127.0.0.9"}
		}
	})
	for _, from := range []string{"127.0.0.9", "127.1.0.1"} {
		if !closedByPeer(r.dialFrom(0, from)) {
			t.Errorf("a connection from %s stays", from)
		}
		r.send(r.dialFrom(1, from), "<13>denied")
	}
	r.send(r.dialFrom(0, "127.0.0.8"), "<13>by TCP\n")
	r.send(r.dialFrom(1, "127.0.0.8"), "<13>by UDP")
	r.want("all", "<13>by TCP", "<13>by UDP")
	s := r.Stats()
	if s.Listeners[0].RefusedFor["denied"] != 2 || s.Listeners[1].RefusedDatagrams["denied"] != 2 || s.Listeners[0].Accepted != 1 {
		t.Errorf("%+v", s.Listeners)
	}
}

func TestConnectionsOfOnePeer(t *testing.T) {
	r := start(t, func(c *Config) { one(c); c.Listeners[0].MaxConnectionsPerPeer = 2 })
	first, second := r.dialFrom(0, "127.0.0.2"), r.dialFrom(0, "127.0.0.2")
	r.send(first, "<13>1\n")
	r.send(second, "<13>2\n")
	r.want("all", "<13>1", "<13>2")
	if !closedByPeer(r.dialFrom(0, "127.0.0.2")) {
		t.Error("a third connection stays")
	}
	r.send(r.dialFrom(0, "127.0.0.3"), "<13>other\n")
	r.want("all", "<13>1", "<13>2", "<13>other")
	first.Close()
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].Connections == 2 }, "the closed connection to be noticed")
	r.send(r.dialFrom(0, "127.0.0.2"), "<13>3\n")
	r.want("all", "<13>1", "<13>2", "<13>other", "<13>3")
	if n := r.Stats().Listeners[0].RefusedFor["peer_limit"]; n != 1 {
		t.Errorf("%d refused", n)
	}
}

// TestRateOfOnePeer has a sender that is read slower and loses nothing, datagrams that are counted, and others that do
// not notice.
func TestRateOfOnePeer(t *testing.T) {
	const lines = 300
	r := start(t, func(c *Config) {
		one(c)
		for i := range c.Listeners {
			c.Listeners[i].MaxRatePerPeer = 20_000
		}
	})
	fast, before := r.dialFrom(0, "127.0.0.2"), time.Now()
	var want []string
	var text strings.Builder
	for i := range lines {
		want = append(want, fmt.Sprintf("<13>%d %s", i, strings.Repeat("x", 190)))
		text.WriteString(want[i] + "\n")
	}
	r.send(fast, text.String())
	r.received(lines)
	r.send(fast, "<13>after that\n") // which has to wait: 60 kB were sent, of which 20 are free
	want = append(want, "<13>after that")
	datagrams := r.dialFrom(1, "127.0.0.2")
	for range lines {
		r.send(datagrams, want[0])
	}
	r.send(r.dialFrom(1, "127.0.0.3"), "<13>others' datagrams")
	r.send(r.dialFrom(0, "127.0.0.3"), "<13>others' lines\n")
	testbed.Eventually(t, inTime, func() bool {
		l := r.Stats().Listeners
		return l[0].Lines == lines+2 && l[1].Lines+l[1].RefusedDatagrams["rate"] == lines+1 &&
			uint64(len(r.spool.messages("all"))) == l[0].Lines+l[1].Lines
	}, "all to be received or counted")
	l := r.Stats().Listeners
	if n := l[1].Lines; n < 100 || n > 250 {
		t.Errorf("%d of %d datagrams were taken, want a second's worth", n, lines)
	}
	if took := time.Since(before); l[0].Slowed == 0 || took < time.Second {
		t.Errorf("slowed %d times, in %v", l[0].Slowed, took)
	}
	got := map[string]bool{}
	for _, m := range r.spool.messages("all") {
		got[m] = true
	}
	for _, m := range want {
		if !got[m] {
			t.Fatalf("%.20q was lost", m)
		}
	}
}

func TestSlowedSenderDoesNotHoldUpTheStop(t *testing.T) {
	r := start(t, func(c *Config) { one(c); c.Listeners[0].MaxRatePerPeer = 10 })
	r.send(r.dial(0), strings.Repeat("<13>line\n", 1000))
	r.received(1)
	r.stop() // fails the test if it takes for ever
	if n := len(r.spool.messages("all")); n != 1000 {
		t.Errorf("%d lines of 1000 that had arrived", n)
	}
}

func TestProxyProtocol(t *testing.T) {
	r := start(t, func(c *Config) {
		one(c)
		c.Listeners[0].ProxyFrom, c.Listeners[0].Deny = []string{"127.0.0.2"}, []string{"192.0.2.66"}
	})
	r.send(r.dialFrom(0, "127.0.0.2"), "PROXY TCP4 192.0.2.1 127.0.0.1 12345 514\r\n<13>behind\n")
	r.send(r.dialFrom(0, "127.0.0.2"), "PROXY UNKNOWN\r\n<13>the proxy\n")
	r.send(r.dialFrom(0, "127.0.0.3"), "PROXY TCP4 192.0.2.2 127.0.0.1 1 514\r\n<13>liar\n")
	for _, refused := range []string{"PROXY TCP4 192.0.2.66 127.0.0.1 12345 514\r\n<13>denied\n", "<13>no header\n"} {
		c := r.dialFrom(0, "127.0.0.2")
		r.send(c, refused)
		if !closedByPeer(c) {
			t.Errorf("%q: the connection stays", refused)
		}
	}
	r.want("all", "<13>behind", "<13>the proxy", "PROXY TCP4 192.0.2.2 127.0.0.1 1 514\r", "<13>liar")
	peers := map[string]netip.AddrPort{}
	b := r.spool.batch("all")
	for i := range b.Len() {
		peers[string(b.Message(i))] = b.OriginOf(i).Peer
	}
	if got := peers["<13>behind"].String(); got != "192.0.2.1:12345" {
		t.Errorf("behind the proxy is %s", got)
	}
	for message, want := range map[string]string{"<13>the proxy": "127.0.0.2", "<13>liar": "127.0.0.3"} {
		if got := peers[message].Addr().String(); got != want {
			t.Errorf("%s is %s, want %s", message, got, want)
		}
	}
	if f := r.Stats().Listeners[0].RefusedFor; f["denied"] != 1 || f["proxy_header"] != 1 {
		t.Errorf("%v", f)
	}
}

func TestPolicyConfig(t *testing.T) {
	for want, change := range map[string]func(*ListenerConfig){
		"listeners[0].allow: \"10.0/8\" is not a network: write":    func(l *ListenerConfig) { l.Allow = []string{"10.0/8"} },
		"listeners[0].deny: \"host\" is not a network: write":       func(l *ListenerConfig) { l.Deny = []string{"host"} },
		"listeners[0].proxy_from: \"\" is not a network: write":     func(l *ListenerConfig) { l.ProxyFrom = []string{""} },
		"listeners[0].max_connections_per_peer: -1 is out of range": func(l *ListenerConfig) { l.MaxConnectionsPerPeer = -1 },
		"listeners[0].max_rate_per_peer: ":                          func(l *ListenerConfig) { l.MaxRatePerPeer = -1 },
		"listeners[0].proxy_from: udp://127.0.0.1:0 has no proxies": func(l *ListenerConfig) {
			l.Listen, l.ProxyFrom = "udp://127.0.0.1:0", []string{"127.0.0.1"}
		},
	} {
		cfg := testConfig()
		change(&cfg.Listeners[0])
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
