package tlsserver

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// connect lets a client connect to s, and returns what the server makes of it.
func connect(t *testing.T, s *Server, client func(net.Conn)) (Peer, error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
			defer c.Close()
			client(c)
		}
	}()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c, peer, err := s.Handshake(t.Context(), conn)
	if err == nil {
		b := make([]byte, 5)
		if _, err := io.ReadFull(c, b); err != nil || string(b) != "hello" {
			t.Errorf("read %q, %v", b, err)
		}
		c.Close()
	}
	<-done
	return peer, err
}

// hello is a client with a certificate, or none.
func hello(cert, key string, change func(*tls.Config)) func(net.Conn) {
	return func(c net.Conn) {
		cfg := &tls.Config{InsecureSkipVerify: true}
		if cert != "" {
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err != nil {
				panic(err)
			}
			cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
		}
		if change != nil {
			change(cfg)
		}
		tc := tls.Client(c, cfg)
		_, _ = tc.Write([]byte("hello"))
		_, _ = io.Copy(io.Discard, tc)
	}
}

func leaf(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	certs, err := readCertificates(file)
	if err != nil {
		t.Fatal(err)
	}
	return certs[0]
}

func colons(b []byte) string {
	parts := make([]string, len(b))
	for i, c := range b {
		parts[i] = fmt.Sprintf("%02X", c)
	}
	return strings.Join(parts, ":")
}

func TestWhoMayConnect(t *testing.T) {
	pki, other := testbed.NewPKI(t), testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	web, webKey := pki.Issue(t, "web1.grid.example.org")
	foreign, foreignKey := other.Issue(t, "web1.grid.example.org")
	sum1, sum256 := sha1.Sum(leaf(t, web).Raw), sha256.Sum256(leaf(t, web).Raw)
	mutual := Config{CA: []string{pki.CA}}
	permit := func(peers ...string) Config { return Config{CA: []string{pki.CA}, PermittedPeers: peers} }
	good, none := hello(web, webKey, nil), hello("", "", nil)
	for _, test := range []struct {
		name   string
		cfg    Config
		client func(net.Conn)
		want   Reason // "" is welcome
		peer   string
	}{
		{"anonymous", Config{}, none, "", ""},
		{"certificate", mutual, good, "", "web1.grid.example.org"},
		{"no certificate", mutual, none, ReasonNoCertificate, ""},
		{"foreign certificate", mutual, hello(foreign, foreignKey, nil), ReasonUnknownCA, ""},
		{"several authorities", Config{CA: []string{pki.CA, other.CA}}, hello(foreign, foreignKey, nil), "", "web1.grid.example.org"},
		{"exact name", permit("x", "WEB1.grid.example.org"), good, "", "web1.grid.example.org"},
		{"wildcard", permit("*.grid.example.org"), good, "", "web1.grid.example.org"},
		{"wildcard in a label", permit("web*.grid.example.org"), good, "", "web1.grid.example.org"},
		{"wildcard is one label", permit("*.example.org"), good, ReasonNotPermitted, ""},
		{"other name", permit("web2.grid.example.org"), good, ReasonNotPermitted, ""},
		{"SHA-256", permit("SHA256:" + colons(sum256[:])), good, "", "web1.grid.example.org"},
		{"SHA-1", permit("SHA1:" + colons(sum1[:])), good, "", "web1.grid.example.org"},
		{"fingerprint without authority", Config{PermittedPeers: []string{"sha256:" + colons(sum256[:])}}, good, "", "web1.grid.example.org"},
		{"other fingerprint", Config{PermittedPeers: []string{"SHA256:" + colons(sum256[:])}}, hello(foreign, foreignKey, nil), ReasonNotPermitted, ""},
		{"TLS 1.2", mutual, hello(web, webKey, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), "", "web1.grid.example.org"},
		{"TLS 1.1", mutual, hello(web, webKey, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), ReasonHandshake, ""},
		{"TLS 1.2 where 1.3 is asked for", Config{MinVersion: "1.3"}, hello("", "", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), ReasonHandshake, ""},
		{"plain text", Config{}, func(c net.Conn) {
			_, _ = c.Write([]byte("<13>Nov 21 23:40:00 web1 app: hello\n"))
			_, _ = io.Copy(io.Discard, c)
		}, ReasonPlaintext, ""},
		{"silence", Config{HandshakeTimeout: 50 * time.Millisecond}, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, ReasonTimeout, ""},
		{"goes away", Config{}, func(net.Conn) {}, ReasonHandshake, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.cfg.Certificate, test.cfg.Key = cert, key
			s, err := New(test.cfg, nil)
			if err != nil {
				t.Fatal(err)
			}
			peer, err := connect(t, s, test.client)
			var failed *Error
			switch {
			case test.want == "" && err != nil:
				t.Fatal(err)
			case test.want != "" && (!errors.As(err, &failed) || failed.Reason != test.want):
				t.Fatalf("%v, want %s", err, test.want)
			case peer.Name != test.peer || (peer.Name != "") != strings.HasPrefix(peer.Subject, "CN="):
				t.Errorf("%+v, want %s", peer, test.peer)
			}
		})
	}
}

func TestReload(t *testing.T) {
	pki := testbed.NewPKI(t)
	first, firstKey := pki.Issue(t, "first.example.org")
	second, secondKey := pki.Issue(t, "second.example.org")
	dir := t.TempDir()
	cfg := Config{Certificate: dir + "/cert", Key: dir + "/key"}
	install := func(cert, key string) {
		for from, to := range map[string]string{cert: cfg.Certificate, key: cfg.Key} {
			b, err := os.ReadFile(from)
			if err == nil {
				err = os.WriteFile(to, b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	install(first, firstKey)
	var changes []error
	s, err := New(cfg, func(err error) { changes = append(changes, err) })
	if err != nil {
		t.Fatal(err)
	}
	shown := func() (name string) {
		if _, err := connect(t, s, hello("", "", func(c *tls.Config) {
			c.VerifyConnection = func(st tls.ConnectionState) error { name = st.PeerCertificates[0].Subject.CommonName; return nil }
		})); err != nil {
			t.Error(err)
		}
		return name
	}
	if got := shown(); got != "first.example.org" {
		t.Error(got)
	}
	install(second, secondKey)
	s.checked = time.Time{} // as if time had passed
	if got := shown(); got != "second.example.org" || len(changes) != 1 || changes[0] != nil {
		t.Error(got, changes)
	}
	if err := os.WriteFile(cfg.Key, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.checked = time.Time{}
	if got := shown(); got != "second.example.org" || len(changes) != 2 || changes[1] == nil {
		t.Error(got, changes)
	}
	if s.Reload() == nil {
		t.Error("a broken key is no error")
	}
}

func TestResumption(t *testing.T) {
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	web, webKey := pki.Issue(t, "web1.example.org")
	s, err := New(Config{Certificate: cert, Key: key, CA: []string{pki.CA}, PermittedPeers: []string{"web1.example.org"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cache, resumed := tls.NewLRUClientSessionCache(1), false
	client := hello(web, webKey, func(c *tls.Config) {
		c.ClientSessionCache, c.ServerName = cache, "x"
		c.VerifyConnection = func(st tls.ConnectionState) error { resumed = st.DidResume; return nil }
	})
	for i := range 2 {
		if peer, err := connect(t, s, client); err != nil || peer.Name != "web1.example.org" || resumed != (i == 1) {
			t.Errorf("connection %d: %+v, %v, resumed %v", i, peer, err, resumed)
		}
	}
	s.permitted.names = []string{"web2.example.org"} // no longer permitted: a session is not taken up again either
	if _, err := connect(t, s, client); err == nil {
		t.Error("a session of a peer that is not permitted was resumed")
	}
}

func TestValidate(t *testing.T) {
	ok := Config{Certificate: "c", Key: "k", CA: []string{"ca"}}
	for key, change := range map[string]func(*Config){
		"certificate":       func(c *Config) { c.Certificate = "" },
		"key":               func(c *Config) { c.Key = "" },
		"crl":               func(c *Config) { c.CA, c.CRL = nil, []string{"x"} },
		"min_version":       func(c *Config) { c.MinVersion = "1.1" },
		"handshake_timeout": func(c *Config) { c.HandshakeTimeout = -1 },
		"max_handshakes":    func(c *Config) { c.MaxHandshakes = -1 },
		"permitted_peers":   func(c *Config) { c.PermittedPeers = []string{"SHA1:AB"} },
	} {
		c := ok
		change(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") || !strings.Contains(err.Error(), "write") {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := (&Config{Certificate: "c", Key: "k", PermittedPeers: []string{"a.b"}}).Validate(); err == nil {
		t.Error("names without an authority are no error")
	}
	if err := ok.Validate(); err != nil {
		t.Error(err)
	}
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	empty := t.TempDir() + "/empty"
	if err := os.WriteFile(empty, pem.EncodeToMemory(&pem.Block{Type: "OTHER"}), 0o600); err != nil {
		t.Fatal(err)
	}
	for key, cfg := range map[string]Config{
		"certificate": {Certificate: empty, Key: key},
		"ca":          {Certificate: cert, Key: key, CA: []string{empty}},
		"crl":         {Certificate: cert, Key: key, CA: []string{pki.CA}, CRL: []string{empty}},
	} {
		if _, err := New(cfg, nil); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestStalledHandshakes has senders stall before their first byte and in the middle, many more than there are slots.
func TestStalledHandshakes(t *testing.T) {
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	s, err := New(Config{Certificate: cert, Key: key, CA: []string{pki.CA}, MaxHandshakes: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var stalled sync.WaitGroup
	for i := range 10 {
		client, server := net.Pipe()
		defer client.Close()
		stalled.Go(func() {
			if _, _, err := s.Handshake(ctx, server); err == nil {
				t.Error("a handshake that stalls succeeds")
			}
		})
		if i%2 == 1 {
			if _, err := client.Write([]byte("\x16\x03\x01\x02\x00\x01")); err != nil { // half a ClientHello
				t.Error(err)
			}
		}
	}
	clientCert, clientKey := pki.Issue(t, "web1.example.org")
	if _, err := connect(t, s, hello(clientCert, clientKey, nil)); err != nil {
		t.Error(err)
	}
	cancel()
	stalled.Wait()
}
