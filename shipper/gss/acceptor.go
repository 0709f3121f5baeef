package gss

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"
)

// Acceptor authenticates connections. It is safe for concurrent use, and starts no goroutine of its own.
type Acceptor struct {
	cfg      Config
	now      func() time.Time
	services patterns
	allowed  patterns
	keys     keys
	replays  *replayCache
	gate     *gate
}

// NewAcceptor validates cfg and reads the keytab.
func NewAcceptor(cfg Config) (*Acceptor, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("gss: %w", err)
	}
	a := &Acceptor{
		cfg:     cfg,
		now:     cfg.Now,
		replays: newReplayCache(cfg.ReplayCache, cfg.ClockSkew),
		gate: &gate{
			maxSessions:   cfg.MaxSessions,
			maxHandshakes: cfg.MaxHandshakes,
			maxPerAddress: cfg.MaxHandshakesPerAddress,
			perAddress:    map[netip.Addr]int{},
		},
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.services, _ = parsePatterns(cfg.ServiceNames) // Validate has parsed them
	a.allowed, _ = parsePatterns(cfg.AllowedPrincipals)
	a.keys.path = cfg.Keytab
	if err := a.Reload(); err != nil {
		return nil, err
	}
	return a, nil
}

// Reload reads the keytab again. Sessions go on; on error the keys stay as they were. A ticket for a key that is not
// there yet has the same effect, when the file has changed.
func (a *Acceptor) Reload() error {
	if err := a.keys.load(); err != nil {
		return fmt.Errorf("gss: keytab: %w", err)
	}
	return nil
}

// Stats are gauges of an Acceptor.
type Stats struct {
	Sessions   int // connections in and after their handshake
	Handshakes int // of these, in their handshake
	Replays    int // authenticators remembered
}

// Stats returns the gauges.
func (a *Acceptor) Stats() Stats {
	s, h := a.gate.counts()
	return Stats{Sessions: s, Handshakes: h, Replays: a.replays.len()}
}

// Accept authenticates the sender at the other end of conn, which may be a TLS connection, within
// Config.HandshakeTimeout. Every error is an *Error, and conn is closed then; a peer over the limits is closed before
// a byte is read. On success conn belongs to the Session, with no deadline set. When ctx ends, so does the handshake.
func (a *Acceptor) Accept(ctx context.Context, conn net.Conn) (*Session, error) {
	from := addrOf(conn.RemoteAddr())
	if err := a.gate.enter(bucket(from)); err != nil {
		conn.Close()
		return nil, err
	}
	s, err := a.handshake(ctx, conn, from)
	a.gate.shaken(bucket(from))
	if err != nil {
		a.gate.leave()
		conn.Close()
		return nil, err
	}
	return s, nil
}

func (a *Acceptor) handshake(ctx context.Context, conn net.Conn, from netip.Addr) (*Session, *Error) {
	if err := conn.SetDeadline(time.Now().Add(a.cfg.HandshakeTimeout)); err != nil {
		return nil, &Error{Reason: ReasonNetwork, Err: err}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	s := &Session{conn: conn, tokens: tokens{src: conn}, release: a.gate.leave}
	err := a.greet(s, from)
	if err != nil {
		return nil, err
	}
	if !stop() {
		return nil, &Error{Reason: ReasonTimeout, Err: ctx.Err()}
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, &Error{Reason: ReasonNetwork, Err: err}
	}
	return s, nil
}

// greet reads the first token, judges it and answers.
func (a *Acceptor) greet(s *Session, from netip.Addr) *Error {
	t := &s.tokens
	if err := readUntil(t, func() (bool, *Error) { return len(t.buffered()) >= sniffSize, nil }); err != nil {
		return err
	}
	var ok bool
	if t.order, ok = sniff(t.buffered()); !ok {
		if a.cfg.AllowPlaintext {
			s.plaintext = true
			return nil
		}
		return fail(ReasonPlaintext, "the connection begins with %q: not a GSS sender, or a token over 64 KiB", t.buffered()[:sniffSize])
	}
	var tok []byte
	if err := readUntil(t, func() (_ bool, err *Error) {
		tok, err = t.next(maxHandshake)
		return tok != nil, err
	}); err != nil {
		return err
	}
	e, err := a.authenticate(tok, from)
	if err != nil {
		return err
	}
	if e.reply != nil {
		if err := writeToken(s.conn, t.order, e.reply); err != nil {
			return &Error{Reason: networkReason(err), Client: e.client, Err: err}
		}
	}
	s.client, s.service, s.expires = e.client, e.service, e.expires
	s.unwrap, s.encType = e.unwrap, e.unwrap.key.id
	s.maxToken = a.cfg.MaxMessage + wrapOverhead
	if a.cfg.EndWithTicket {
		end := e.expires.Add(a.cfg.ClockSkew)
		s.expired = func() bool { return a.now().After(end) }
	}
	return nil
}

// readUntil fills t until done.
func readUntil(t *tokens, done func() (bool, *Error)) *Error {
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		var e *Error
		switch err := t.fill(); {
		case err == nil:
		case errors.As(err, &e):
			return e
		case errors.Is(err, io.EOF): // a token has been waited for, so nothing was sent
			return &Error{Reason: ReasonEmpty, Err: err}
		default:
			return &Error{Reason: networkReason(err), Err: err}
		}
	}
}

func networkReason(err error) Reason {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ReasonTimeout
	}
	return ReasonNetwork
}

func writeToken(w io.Writer, order binary.ByteOrder, tok []byte) error {
	b := make([]byte, lengthSize, lengthSize+len(tok))
	order.PutUint32(b, uint32(len(tok)))
	_, err := w.Write(append(b, tok...))
	return err
}
