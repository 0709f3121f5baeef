package shipper

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/millrace/millrace/shipper/tlsserver"
)

// secure is TLS on a connection whose socket somebody else reads: it is given what was read, and does not wait.
// tls.Conn can go on after an error that is temporary.
type secure struct {
	*connection // below TLS, as long as the handshake lasts
	of          *tcpConnection
	conn        *tls.Conn // nil until the handshake is over
	given       []byte    // what was read, and is not decrypted
	more        bool      // there was no room for all that is decrypted
}

// openTLS makes c a TLS connection. On error it is closed.
func (c *tcpConnection) openTLS(ctx context.Context, server *tlsserver.Server) (who tlsserver.Peer, err error) {
	s := &secure{connection: c.connection, of: c}
	if s.conn, who, err = server.Handshake(ctx, s); err == nil {
		c.secure = s
	}
	return who, err
}

// decrypt decrypts what was given, as far as there is room. What comes without an error is all there is, if it leaves
// room. Errors last.
func (s *secure) decrypt(room []byte) (n int, err error) {
	for n < len(room) && err == nil {
		var m int
		m, err = s.conn.Read(room[n:])
		n += m
	}
	s.more = n == len(room)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

// Read is called by TLS.
func (s *secure) Read(p []byte) (int, error) {
	switch {
	case len(s.given) > 0:
		n := copy(p, s.given)
		s.given = s.given[n:]
		return n, nil
	case s.conn == nil:
		return s.TCPConn.Read(p)
	default:
		return 0, os.ErrDeadlineExceeded
	}
}

// alertTime is how long a sender may take to make room for what TLS has to say after the handshake.
const alertTime = time.Second

// Write is called by TLS for the handshake, and afterwards only for alerts and answers to a new key. These must not
// wait for long, and when the sweeper reads not at all: a sender that does not read them does without.
func (s *secure) Write(p []byte) (int, error) {
	if s.of.socket != nil {
		if s.conn != nil {
			_ = s.of.socket.SetWriteDeadline(time.Now().Add(alertTime))
		}
		return s.of.socket.Write(p)
	}
	n, err := syscall.Write(s.of.fd, p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return max(n, 0), err
}

func (s *secure) SetWriteDeadline(t time.Time) error {
	if s.of.socket != nil {
		return s.of.socket.SetWriteDeadline(t)
	}
	return nil
}

func (s *secure) Close() error { return s.of.closeSocket() }

// decrypted is the input of a TLS connection of which a stream reads the socket.
type decrypted struct {
	window
	cipher *stream
	secure *secure
}

func (d *decrypted) read() (*buffer, error) {
	for {
		d.attach()
		b := d.buffer
		n, err := d.secure.decrypt(b.data[b.end:])
		b.end += n
		switch {
		case n > 0:
			return b, nil // an error comes again
		case err != nil:
			return b, err
		}
		if !d.cipher.busy || d.cipher.slack {
			d.detach()
		}
		from, err := d.cipher.read()
		if err != nil {
			d.detach()
			return d.buffer, err
		}
		d.secure.given = from.data[from.start:from.end] // all of which is decrypted before the stream reads again
		from.start = from.end
	}
}
