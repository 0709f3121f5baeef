package tlsserver

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Reason is why a connection was refused; it is made to be a metric label.
type Reason string

// Reasons.
const (
	ReasonPlaintext     Reason = "plain_text"     // the sender does not speak TLS
	ReasonHandshake     Reason = "handshake"      // it speaks it in a way that does not fit
	ReasonTimeout       Reason = "timeout"        // it was too slow
	ReasonNoCertificate Reason = "no_certificate" // it has none, and needs one
	ReasonExpired       Reason = "expired"        // its certificate is out of date
	ReasonUnknownCA     Reason = "unknown_ca"     // its certificate is of another authority
	ReasonRevoked       Reason = "revoked"        // its certificate, or one above it, is in a list
	ReasonNotPermitted  Reason = "not_permitted"  // neither its names nor its fingerprint are in permitted_peers
	ReasonBad           Reason = "bad_certificate"
)

// Error is why a handshake failed.
type Error struct {
	Reason Reason
	Err    error
}

func (e *Error) Error() string { return string(e.Reason) + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Peer is what is known of a sender by its certificate; the zero Peer has none.
type Peer struct {
	Name    string // common name; the first alternative name where that is empty
	Subject string // distinguished name (RFC 4514)
}

// Server makes TLS connections of accepted ones. It is safe for concurrent use.
type Server struct {
	cfg       Config
	permitted *permitted
	slots     chan struct{} // of handshakes
	state     atomic.Pointer[state]
	changed   func(error)

	mu      sync.Mutex
	checked time.Time
	stamps  string // of the files that state was read from
}

// state is what was read from files.
type state struct {
	config  *tls.Config
	roots   *x509.CertPool        // nil: no authority is needed
	revoked map[string][]*big.Int // serial numbers, by raw issuer
}

// checkEvery is how often the files are looked at, when there are handshakes.
const checkEvery = 5 * time.Second

// New validates cfg and reads its files. changed is called when they were read again, with the error that keeps the
// old ones in use; it may be nil.
func New(cfg Config, changed func(error)) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.HandshakeTimeout = cmp.Or(cfg.HandshakeTimeout, defaultTimeout)
	s := &Server{cfg: cfg, slots: make(chan struct{}, cmp.Or(cfg.MaxHandshakes, defaultHandshakes())), changed: changed}
	s.permitted, _ = parsePermitted(cfg.PermittedPeers) // Validate has parsed it
	s.checked, s.stamps = time.Now(), s.stamp()
	return s, s.load()
}

// Reload reads the files again. On error the old ones stay in use.
func (s *Server) Reload() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stamps = s.stamp()
	return s.load()
}

func (s *Server) load() error {
	cert, err := tls.LoadX509KeyPair(s.cfg.Certificate, s.cfg.Key)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	st := &state{revoked: map[string][]*big.Int{}}
	var authorities []*x509.Certificate
	for _, file := range s.cfg.CA {
		found, err := readCertificates(file)
		if err != nil {
			return fmt.Errorf("ca: %w", err)
		}
		authorities = append(authorities, found...)
	}
	if len(authorities) > 0 {
		st.roots = x509.NewCertPool()
		for _, c := range authorities {
			st.roots.AddCert(c)
		}
	}
	for _, file := range s.cfg.CRL {
		if err := st.addCRL(file, authorities); err != nil {
			return fmt.Errorf("crl: %s: %w", file, err)
		}
	}
	minVersion, _ := s.cfg.minVersion()
	st.config = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: minVersion, ClientCAs: st.roots}
	if st.roots != nil || !s.permitted.any() {
		st.config.ClientAuth = tls.RequireAnyClientCert // verified below, also when a session is resumed
		st.config.VerifyConnection = func(c tls.ConnectionState) error { return s.verify(st, c.PeerCertificates) }
	}
	s.state.Store(st)
	return nil
}

func readCertificates(file string) (found []*x509.Certificate, err error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		found = append(found, c)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: there is no certificate in it: write a PEM file", file)
	}
	return found, nil
}

// addCRL reads a list of revoked certificates. One that is out of date still says what was revoked.
func (st *state) addCRL(file string, authorities []*x509.Certificate) error {
	der, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if block, _ := pem.Decode(der); block != nil {
		der = block.Bytes
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return err
	}
	for _, c := range authorities {
		if list.CheckSignatureFrom(c) == nil {
			for _, e := range list.RevokedCertificateEntries {
				st.revoked[string(c.RawSubject)] = append(st.revoked[string(c.RawSubject)], e.SerialNumber)
			}
			return nil
		}
	}
	return errors.New("it is signed by none of the authorities in ca")
}

// verify decides on a sender's certificates, its own first.
func (s *Server) verify(st *state, certs []*x509.Certificate) error {
	if len(certs) == 0 {
		return &Error{ReasonNoCertificate, errors.New("the sender has no certificate")}
	}
	chain := certs[:1]
	if st.roots != nil {
		between := x509.NewCertPool()
		for _, c := range certs[1:] {
			between.AddCert(c)
		}
		// rsyslog's users have certificates of any extended usage.
		chains, err := certs[0].Verify(x509.VerifyOptions{Roots: st.roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err != nil {
			return &Error{reasonOf(err), fmt.Errorf("%s: %w", certs[0].Subject, err)}
		}
		chain = chains[0]
	}
	for _, c := range chain {
		for _, serial := range st.revoked[string(c.RawIssuer)] {
			if serial.Cmp(c.SerialNumber) == 0 {
				return &Error{ReasonRevoked, fmt.Errorf("%s, serial number %v", c.Subject, serial)}
			}
		}
	}
	if !s.permitted.permits(certs[0]) {
		return &Error{ReasonNotPermitted, fmt.Errorf("%s, with the names %q", certs[0].Subject, certs[0].DNSNames)}
	}
	return nil
}

func reasonOf(err error) Reason {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ReasonExpired
	case errors.As(err, &unknown):
		return ReasonUnknownCA
	}
	return ReasonBad
}

// Handshake makes a TLS connection of conn within the handshake timeout. On error, an *Error, conn is closed. No
// deadline is set on success.
func (s *Server) Handshake(ctx context.Context, conn net.Conn) (*tls.Conn, Peer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HandshakeTimeout)
	defer cancel()
	s.reloadChanged()
	turns := &turns{Conn: conn, ctx: ctx, slots: s.slots}
	if err := turns.take(); err != nil {
		conn.Close()
		return nil, Peer{}, classify(ctx, err)
	}
	c := tls.Server(turns, s.state.Load().config)
	err := c.HandshakeContext(ctx)
	turns.end()
	if err != nil {
		conn.Close()
		return nil, Peer{}, classify(ctx, err)
	}
	var peer Peer
	if certs := c.ConnectionState().PeerCertificates; len(certs) > 0 {
		peer = Peer{Name: certs[0].Subject.CommonName, Subject: certs[0].Subject.String()}
		if peer.Name == "" && len(certs[0].DNSNames) > 0 {
			peer.Name = certs[0].DNSNames[0]
		}
	}
	return c, peer, nil
}

// turns is a connection whose handshake computes only while it has one of the slots, and gives it up while it waits for
// its sender: senders that stall hold nobody up.
type turns struct {
	net.Conn
	ctx   context.Context // the handshake's
	slots chan struct{}
	over  bool
}

func (t *turns) take() error {
	select {
	case t.slots <- struct{}{}:
		return nil
	case <-t.ctx.Done():
		return t.ctx.Err()
	}
}

func (t *turns) end() {
	t.over = true
	<-t.slots
}

// Read and Write are called by the handshake's goroutine, and after it by those of the connection.
func (t *turns) Read(p []byte) (int, error)  { return t.wait(t.Conn.Read, p) }
func (t *turns) Write(p []byte) (int, error) { return t.wait(t.Conn.Write, p) }

func (t *turns) wait(do func([]byte) (int, error), p []byte) (int, error) {
	if t.over {
		return do(p)
	}
	<-t.slots
	n, err := do(p)
	t.slots <- struct{}{} // they who have one compute, and are soon done
	return n, err
}

func classify(ctx context.Context, err error) *Error {
	var ours *Error
	var header tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &header):
		return &Error{ReasonPlaintext, err}
	case ctx.Err() != nil || errors.As(err, &timeout) && timeout.Timeout():
		return &Error{ReasonTimeout, err}
	case err.Error() == "tls: client didn't provide a certificate":
		return &Error{ReasonNoCertificate, err}
	}
	return &Error{ReasonHandshake, err}
}

// reloadChanged reads the files again if they were changed.
func (s *Server) reloadChanged() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Sub(s.checked) < checkEvery {
		return
	}
	s.checked = now
	stamps := s.stamp()
	if stamps == s.stamps {
		return
	}
	s.stamps = stamps
	err := s.load()
	if s.changed != nil {
		s.changed(err)
	}
}

// stamp tells one state of the files from another.
func (s *Server) stamp() (all string) {
	files := append(append([]string{s.cfg.Certificate, s.cfg.Key}, s.cfg.CA...), s.cfg.CRL...)
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			all += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), ";")
		}
	}
	return all
}
