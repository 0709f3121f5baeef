package shipper

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/gss"
	"github.com/millrace/millrace/shipper/tlsserver"
)

const senderName = "web1.grid.example.org"

// protocol is one way to send lines over TCP. What is asked of senders is the same for all.
type protocol struct {
	scheme    string
	transport event.Transport
	name      string                                            // that the sender is known by
	open      func(t testing.TB, conn net.Conn) func(...string) // speaks on an accepted connection, and sends lines
	listener  ListenerConfig
}

// eachProtocol is a test of its own for each; GSS is tested below.
func eachProtocol(t *testing.T, test func(t *testing.T, p protocol)) {
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	pair, err := tls.LoadX509KeyPair(pki.Issue(t, senderName))
	if err != nil {
		t.Fatal(err)
	}
	plain := func(t testing.TB, conn net.Conn) func(...string) {
		return func(lines ...string) {
			if _, err := conn.Write([]byte(strings.Join(lines, "\n") + "\n")); err != nil {
				t.Error(err)
			}
		}
	}
	relp := func(t testing.TB, conn net.Conn) func(...string) { return openRELP(t, conn).send }
	secure := func(open func(testing.TB, net.Conn) func(...string)) func(testing.TB, net.Conn) func(...string) {
		return func(t testing.TB, conn net.Conn) func(...string) {
			config := &tls.Config{Certificates: []tls.Certificate{pair}, InsecureSkipVerify: true} //nolint:gosec // the test of the server
			return open(t, tls.Client(conn, config))
		}
	}
	for _, p := range []protocol{
		{scheme: "tcp", transport: event.TCP, open: plain},
		{scheme: "tls", transport: event.TLS, open: secure(plain), name: senderName},
		{scheme: "relp", transport: event.RELP, open: relp},
		{scheme: "relps", transport: event.RELPTLS, open: secure(relp), name: senderName},
	} {
		if p.name != "" {
			p.listener.TLS = &tlsserver.Config{Certificate: cert, Key: key, CA: []string{pki.CA}}
		}
		t.Run(p.scheme, func(t *testing.T) { test(t, p) })
	}
}

// start runs a receiver with one listener.
func (p protocol) start(t *testing.T, change func(*ListenerConfig)) *receiver {
	t.Helper()
	l := p.listener
	l.Listen = p.scheme + "://127.0.0.1:0"
	change(&l)
	return start(t, func(c *Config) { one(c); c.Listeners = []ListenerConfig{l} })
}

// refusedMetrics is what Prometheus is told of connections turned away, by reason. Labels name listeners and reasons.
func (r *receiver) refusedMetrics() map[string]float64 {
	r.t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{r.Shipper})
	families, err := registry.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	count := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if strings.Contains(l.GetValue(), "127.0.0") || strings.Contains(l.GetValue(), senderName) {
					r.t.Errorf("%s has the label %v", f.GetName(), l)
				}
				if f.GetName() == "millrace_shipper_refused_connections_total" && l.GetName() == "reason" {
					count[l.GetValue()] = m.GetCounter().GetValue()
				}
			}
		}
	}
	return count
}

// wantRefused waits until so many connections were turned away for the reason, and none for another.
func (r *receiver) wantRefused(reason string, n int) {
	r.t.Helper()
	testbed.Eventually(r.t, inTime, func() bool { return r.Stats().Listeners[0].RefusedFor[reason] == uint64(n) }, "connections refused: ", reason)
	if m := r.refusedMetrics(); len(m) != 1 || m[reason] != float64(n) {
		r.t.Errorf("metrics: %v", m)
	}
}

// Who is denied is turned away; of who is not, all that is known is stored beside what its lines say.
func TestPolicyOfEveryProtocol(t *testing.T) {
	eachProtocol(t, func(t *testing.T, p protocol) {
		r := p.start(t, func(l *ListenerConfig) {
			l.Allow, l.Deny = []string{"127.0.0.0/16"}, []string{"127.0.0.9"}
		})
		for _, from := range []string{"127.0.0.9", "127.1.0.1"} {
			if !closedByPeer(r.dialFrom(0, from)) {
				t.Errorf("a connection from %s stays", from)
			}
		}
		r.wantRefused("denied", 2)
		const liar = `<38>Nov 21 23:40:00 203.0.113.9 sshd[7]: source.ip=203.0.113.9 tls.client.subject="CN=root" {"host":{"ip":"203.0.113.9"}}`
		p.open(t, r.dialFrom(0, "127.0.0.2"))(liar)
		r.want("all", liar)
		o := r.spool.batch("all").OriginOf(0)
		if o.Peer.Addr().String() != "127.0.0.2" || o.Name != p.name || o.Transport != p.transport || o.Listener != p.scheme {
			t.Errorf("%+v", o)
		}
	})
}

func TestConnectionLimitsOfEveryProtocol(t *testing.T) {
	eachProtocol(t, func(t *testing.T, p protocol) {
		for reason, change := range map[string]func(*ListenerConfig){
			"peer_limit": func(l *ListenerConfig) { l.MaxConnectionsPerPeer = 2 },
			"limit":      func(l *ListenerConfig) { l.MaxConnections, l.MaxConnectionsPerPeer = 2, 2 },
		} {
			r := p.start(t, change)
			first := r.dialFrom(0, "127.0.0.2")
			p.open(t, first)("<13>1")
			p.open(t, r.dialFrom(0, "127.0.0.2"))("<13>2")
			r.want("all", "<13>1", "<13>2")
			if !closedByPeer(r.dialFrom(0, "127.0.0.2")) {
				t.Error("a third connection stays")
			}
			r.wantRefused(reason, 1)
			first.Close()
			testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].Connections == 1 }, "the closed connection to be noticed")
			p.open(t, r.dialFrom(0, "127.0.0.2"))("<13>3")
			r.want("all", "<13>1", "<13>2", "<13>3")
		}
	})
}

// A sender that is too fast is read slower, and loses nothing; another one does not notice.
func TestRateOfEveryProtocol(t *testing.T) {
	eachProtocol(t, func(t *testing.T, p protocol) {
		const lines, rate = 100, 10_000
		r := p.start(t, func(l *ListenerConfig) { l.MaxRatePerPeer = rate })
		var want []string
		for i := range lines {
			want = append(want, fmt.Sprintf("<13>%d %s", i, strings.Repeat("x", 190)))
		}
		fast, before := p.open(t, r.dialFrom(0, "127.0.0.2")), time.Now()
		fast(want[:lines-1]...)
		r.received(lines - 1)
		fast(want[lines-1]) // has to wait: a second's worth was free
		p.open(t, r.dialFrom(0, "127.0.0.3"))("<13>other")
		r.want("all", append(slices.Clone(want), "<13>other")...)
		if took, s := time.Since(before), r.Stats().Listeners[0]; s.Slowed == 0 || took < 500*time.Millisecond {
			t.Errorf("slowed %d times, in %v", s.Slowed, took)
		}
	})
}

// A PROXY header of either version stands before everything else: what is asked of senders, and the handshake.
func TestProxyProtocolOfEveryProtocol(t *testing.T) {
	v2 := "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x02\x7f\x00\x00\x01\x30\x39\x02\x02"
	eachProtocol(t, func(t *testing.T, p protocol) {
		r := p.start(t, func(l *ListenerConfig) {
			l.ProxyFrom, l.Deny, l.MaxConnectionsPerPeer = []string{"127.0.0.2"}, []string{"192.0.2.66"}, 1
		})
		behind := func(header string) net.Conn {
			c := r.dialFrom(0, "127.0.0.2")
			r.send(c, header)
			return c
		}
		p.open(t, behind("PROXY TCP4 192.0.2.1 127.0.0.1 12345 514\r\n"))("<13>version 1")
		p.open(t, behind(v2))("<13>version 2")
		r.want("all", "<13>version 1", "<13>version 2")
		if !closedByPeer(behind("PROXY TCP4 192.0.2.66 127.0.0.1 12345 514\r\n")) || !closedByPeer(behind(v2)) {
			t.Error("a connection that is denied, or one too many, stays")
		}
		if f := r.Stats().Listeners[0].RefusedFor; f["denied"] != 1 || f["peer_limit"] != 1 {
			t.Errorf("%v", f)
		}
		all := r.spool.batch("all")
		for i := range all.Len() {
			want := map[string]string{"<13>version 1": "192.0.2.1:12345", "<13>version 2": "192.0.2.2:12345"}[string(all.Message(i))]
			if o := all.OriginOf(i); o.Peer.String() != want || o.Name != p.name {
				t.Errorf("%+v, want %s", o, want)
			}
		}
	})
}

// TestPolicyOverGSS asks the same of senders with Kerberos: rsyslogd with omgssapi, and connections that say nothing.
func TestPolicyOverGSS(t *testing.T) {
	testbed.Need(t, "rsyslog/omgssapi")
	k := testbed.StartKDC(t)
	k.AddPrincipal("host/localhost", "host/web1.example.org")
	c := gss.DefaultConfig()
	c.Keytab, c.AllowedPrincipals = k.Keytab("host/localhost"), []string{"host/*"}
	p := protocol{scheme: "gss", listener: ListenerConfig{GSS: &c}}
	r := p.start(t, func(l *ListenerConfig) {
		l.Allow, l.Deny, l.MaxConnectionsPerPeer, l.MaxRatePerPeer = []string{"127.0.0.0/16"}, []string{"127.0.0.9"}, 2, 5000
	})
	for _, from := range []string{"127.0.0.9", "127.1.0.1"} {
		if !closedByPeer(r.dialFrom(0, from)) {
			t.Errorf("a connection from %s stays", from)
		}
	}
	r.wantRefused("denied", 2)
	for range 2 {
		r.dialFrom(0, "127.0.0.3")
	}
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].Connections == 2 }, "two connections")
	if !closedByPeer(r.dialFrom(0, "127.0.0.3")) {
		t.Error("a third connection stays")
	}
	sender := testbed.StartRsyslogd(t, omgssapi(r.port(0), ""), k.ClientEnv(k.Keytab("host/web1.example.org"), "")...)
	logTagged(sender, 0, 300)
	r.wantEach("all", 300)
	sender.Stop()
	s := r.Stats().Listeners[0]
	if s.Slowed == 0 || s.RefusedFor["peer_limit"] != 1 {
		t.Errorf("%+v", s)
	}
	if o := r.spool.batch("all").OriginOf(0); o.Name != "host/web1.example.org" || o.Peer.Addr().String() != "127.0.0.1" || o.Transport != event.GSS {
		t.Errorf("%+v", o)
	}
}
