package gss

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// Session is one authenticated connection: an io.Reader of the sender's plaintext.
type Session struct {
	conn      net.Conn
	tokens    tokens
	unwrap    unwrapper
	plain     []byte // what of the last token is still to be read
	err       error  // how the session ended
	maxToken  int
	client    Principal
	service   Principal
	encType   int32
	expires   time.Time
	expired   func() bool // nil unless the session ends with its ticket
	plaintext bool
	closeOnce sync.Once
	closeErr  error
	release   func()
}

// Principal is the sender's name; it is zero in a plaintext session.
func (s *Session) Principal() Principal { return s.client }

// Service is the name that the sender has called us by.
func (s *Session) Service() Principal { return s.service }

// EncType is the encryption type of the messages: 17 to 20, or 0 in a plaintext session.
func (s *Session) EncType() int32 { return s.encType }

// Expires is when the sender's ticket ends.
func (s *Session) Expires() time.Time { return s.expires }

// Plaintext reports whether the sender speaks no GSS. Config.AllowPlaintext permits it.
func (s *Session) Plaintext() bool { return s.plaintext }

// Read reads plaintext: as much as has arrived and fits in p. At the end it returns io.EOF if the sender closed
// between two tokens, else an *Error. Everything before the offending token is delivered first, nothing of
// it or after it ever. After a deadline's error (os.ErrDeadlineExceeded) reading can go on.
func (s *Session) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(s.plain) > 0 {
			c := copy(p[n:], s.plain)
			s.plain = s.plain[c:]
			n += c
			continue
		}
		if s.err != nil {
			break
		}
		if s.plaintext {
			s.plain = s.tokens.buffered()
			s.tokens.r = s.tokens.w
		} else if tok, err := s.nextToken(); err != nil {
			s.err = err
			break
		} else if tok {
			continue
		}
		if len(s.plain) > 0 {
			continue
		}
		if n > 0 { // never wait with something in hand
			break
		}
		if err := s.fill(); errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, err
		} else if err != nil {
			s.err = err
		}
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, s.err
}

// nextToken unwraps the next buffered token into s.plain and reports whether there was one.
func (s *Session) nextToken() (bool, error) {
	tok, err := s.tokens.next(s.maxToken)
	if err == nil && tok != nil {
		s.plain, err = s.unwrap.unwrap(tok)
	}
	if err != nil {
		err.Client = s.client
		return false, err
	}
	return tok != nil, nil
}

func (s *Session) fill() error {
	err := s.tokens.fill()
	if e := (*Error)(nil); errors.As(err, &e) {
		e.Client = s.client
	}
	if err == nil && s.expired != nil && s.expired() {
		e := fail(ReasonTicketExpired, "in mid-session, at %s", s.expires.UTC().Format(time.RFC3339))
		e.Client = s.client
		return e
	}
	return err
}

// SetReadDeadline is the connection's.
func (s *Session) SetReadDeadline(t time.Time) error { return s.conn.SetReadDeadline(t) }

// RemoteAddr is the connection's.
func (s *Session) RemoteAddr() net.Addr { return s.conn.RemoteAddr() }

// Close closes the connection and gives its place to another. A blocked Read returns.
func (s *Session) Close() error {
	s.closeOnce.Do(func() {
		s.closeErr = s.conn.Close()
		s.release()
	})
	return s.closeErr
}
