package gss

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"testing/iotest"
	"time"

	"github.com/jcmturner/gokrb5/v8/types"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func readFull(r io.Reader, b []byte) (int, error) { return io.ReadFull(r, b) }

var encTypes = []int32{17, 18, 19, 20}

// lines are of lengths around every block boundary.
func lines() [][]byte {
	var out [][]byte
	for _, n := range []int{0, 1, 2, 14, 15, 16, 17, 18, 31, 32, 33, 47, 48, 49, 120, 1023, 4096, 8191, 20000, 65000} {
		out = append(out, bytes.Repeat([]byte{byte('a' + n%26)}, n))
	}
	return out
}

func TestSession(t *testing.T) {
	for _, et := range encTypes {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			for _, mode := range []string{"sealed", "signed", "rotated", "padded", "subkey", "no subkey", "no answer"} {
				t.Run(fmt.Sprintf("%d %s %s", et, order, mode), func(t *testing.T) {
					b := newBed(t, et, func(c *Config) {
						c.AllowIntegrityOnly = mode == "signed"
						c.AcceptorSubkey = mode == "subkey"
					})
					in := newInitiator(et, b.key)
					in.order = order
					switch mode {
					case "no subkey":
						in.subkey = types.EncryptionKey{}
					case "no answer":
						in.flags &^= gssMutual
					}
					s, client := b.connectMode(t, in, mode != "no answer")
					if mode == "no subkey" {
						in.subkey = in.sessionKey
					}
					if got := s.Principal().String(); got != "client/localhost@"+testRealm {
						t.Errorf("principal %s", got)
					}
					if in.acceptor != (mode == "subkey") || s.EncType() != et || !s.Expires().Equal(in.end) {
						t.Errorf("session: %+v", s)
					}
					var want []byte
					go func() {
						for i, l := range lines() {
							tok := in.seal
							if mode == "signed" {
								tok = in.sign
							}
							wrapped := tok(l)
							switch mode {
							case "rotated":
								wrapped = rotate(wrapped, 28+i)
							case "padded":
								in.seq--
								wrapped = in.sealEC(l, i%16)
							}
							if _, err := client.Write(in.framed(wrapped)); err != nil {
								return
							}
						}
						client.Close()
					}()
					for _, l := range lines() {
						want = append(want, l...)
					}
					got, err := io.ReadAll(s)
					if err != nil || !bytes.Equal(got, want) {
						t.Fatalf("%d bytes of %d, %v", len(got), len(want), err)
					}
				})
			}
		}
	}
}

// connectMode shakes hands with or without asking for an answer.
func (b *bed) connectMode(t *testing.T, in *initiator, answer bool) (*Session, net.Conn) {
	t.Helper()
	if answer {
		return b.connect(t, in)
	}
	client, server := pair(t)
	req := must2(parseAPReq(must2(parseInitial(in.hello()))))
	req.APOptions = types.NewKrbFlags()
	if _, err := client.Write(in.framed(mechToken(must(req.Marshal())))); err != nil {
		t.Fatal(err)
	}
	s, err := b.acc.Accept(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, client
}

func must2[T any](v T, err *Error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestTokensThatEndASession(t *testing.T) {
	flip := func(i int) func(*initiator, [][]byte) [][]byte {
		return func(in *initiator, toks [][]byte) [][]byte {
			n := len(toks[1])
			toks[1][(i+n)%n] ^= 1
			return toks
		}
	}
	for name, c := range map[string]struct {
		reason Reason
		edit   func(*initiator, [][]byte) [][]byte
		lines  int // that get through
	}{
		"token id":     {ReasonMalformed, flip(0), 1},
		"filler":       {ReasonMalformed, flip(3), 1},
		"flags":        {ReasonIntegrity, flip(2), 1},
		"ec":           {ReasonIntegrity, flip(5), 1},
		"rrc":          {ReasonIntegrity, flip(7), 1},
		"sequence":     {ReasonIntegrity, flip(15), 1},
		"confounder":   {ReasonIntegrity, flip(16), 1},
		"payload":      {ReasonIntegrity, flip(40), 1},
		"mac":          {ReasonIntegrity, flip(-1), 1},
		"empty":        {ReasonMalformed, func(in *initiator, toks [][]byte) [][]byte { toks[1] = nil; return toks }, 1},
		"short":        {ReasonMalformed, func(in *initiator, toks [][]byte) [][]byte { toks[1] = toks[1][:15]; return toks }, 1},
		"header alone": {ReasonIntegrity, func(in *initiator, toks [][]byte) [][]byte { toks[1] = toks[1][:16]; return toks }, 1},
		"short body":   {ReasonIntegrity, func(in *initiator, toks [][]byte) [][]byte { toks[1] = toks[1][:28]; return toks }, 1},
		"cut":          {ReasonIntegrity, func(in *initiator, toks [][]byte) [][]byte { toks[1] = toks[1][:len(toks[1])-1]; return toks }, 1},
		"replayed":     {ReasonSequence, func(in *initiator, toks [][]byte) [][]byte { toks[1] = toks[0]; return toks }, 1},
		"reordered":    {ReasonSequence, func(in *initiator, toks [][]byte) [][]byte { toks[1], toks[2] = toks[2], toks[1]; return toks }, 1},
		"lost":         {ReasonSequence, func(in *initiator, toks [][]byte) [][]byte { return append(toks[:1], toks[2:]...) }, 1},
		"signed only": {ReasonIntegrityOnly, func(in *initiator, toks [][]byte) [][]byte {
			in.seq = 0x3fffffff
			toks[1] = in.sign([]byte("x\n"))
			return toks
		}, 1},
		"too large": {ReasonTooLarge, func(in *initiator, toks [][]byte) [][]byte {
			in.seq = 0x3fffffff
			toks[1] = in.seal(make([]byte, 140<<10))
			return toks
		}, 1},
		"extra count over the plaintext": {ReasonIntegrity, func(in *initiator, toks [][]byte) [][]byte {
			in.seq = 0x3fffffff
			toks[1] = in.seal(nil)
			toks[1][4] = 0xff
			return toks
		}, 1},
	} {
		for _, et := range encTypes {
			t.Run(fmt.Sprintf("%s %d", name, et), func(t *testing.T) {
				b := newBed(t, et, nil)
				in := newInitiator(et, b.key)
				s, client := b.connect(t, in)
				bystander, other := b.connect(t, newInitiator(et, b.key))
				defer other.Close()
				var toks [][]byte
				for i := range 4 {
					toks = append(toks, in.seal(fmt.Appendf(nil, "<13>line %d with enough text for several blocks\n", i)))
				}
				for _, tok := range c.edit(in, toks) {
					client.Write(in.framed(bytes.Clone(tok)))
				}
				client.Close()
				got, err := io.ReadAll(s)
				if ReasonOf(err) != c.reason {
					t.Fatalf("got %v, want %s", err, c.reason)
				}
				if n := bytes.Count(got, []byte("\n")); n != c.lines {
					t.Errorf("%d lines got through, want %d", n, c.lines)
				}
				if _, again := s.Read(make([]byte, 8)); !errors.Is(again, err) {
					t.Errorf("reading on gives %v", again)
				}
				bystander.SetReadDeadline(time.Now())
				if _, err := bystander.Read(make([]byte, 8)); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("another session ended: %v", err)
				}
			})
		}
	}
}

// TestPieces: how the network cuts the stream makes no difference.
func TestPieces(t *testing.T) {
	in := newInitiator(19, randomKey(19))
	in.seq = 0
	var stream, want []byte
	for _, l := range lines() {
		stream, want = append(stream, in.framed(in.seal(l))...), append(want, l...)
	}
	for name, cut := range map[string]func(io.Reader) io.Reader{
		"one byte":       iotest.OneByteReader,
		"half":           iotest.HalfReader,
		"end with data":  iotest.DataErrReader,
		"as much as can": func(r io.Reader) io.Reader { return r },
	} {
		s := &Session{
			tokens:   tokens{src: cut(bytes.NewReader(bytes.Clone(stream))), order: in.order},
			unwrap:   unwrapper{key: must(newUsageKey(in.subkey, usageInitiatorSeal))},
			maxToken: 1 << 17,
		}
		if err := iotest.TestReader(s, want); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(s.tokens.buf); n > 1<<18 {
			t.Errorf("%s: a buffer of %d bytes", name, n)
		}
	}
}

func TestTruncatedStream(t *testing.T) {
	b := newBed(t, 18, nil)
	in := newInitiator(18, b.key)
	s, client := b.connect(t, in)
	client.Write(in.framed(in.seal([]byte("whole\n"))))
	tok := in.framed(in.seal([]byte("cut\n")))
	client.Write(tok[:len(tok)-3])
	client.Close()
	got, err := io.ReadAll(s)
	if string(got) != "whole\n" || ReasonOf(err) != ReasonTruncated || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestSequenceCrosses32Bits(t *testing.T) {
	b := newBed(t, 18, nil)
	in := newInitiator(18, b.key)
	in.seq = 1<<32 - 1
	s, client := b.connect(t, in)
	for range 3 {
		client.Write(in.framed(in.seal([]byte("x"))))
	}
	client.Close()
	if got, err := io.ReadAll(s); string(got) != "xxx" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestTicketExpiresInMidSession(t *testing.T) {
	for _, end := range []bool{false, true} {
		now := epoch
		b := newBed(t, 18, func(c *Config) { c.EndWithTicket = end; c.Now = func() time.Time { return now } })
		in := newInitiator(18, b.key)
		s, client := b.connect(t, in)
		client.Write(in.framed(in.seal([]byte("before\n"))))
		buf := make([]byte, 100)
		if n, err := s.Read(buf); string(buf[:n]) != "before\n" {
			t.Fatal(err)
		}
		now = epoch.Add(2 * time.Hour)
		client.Write(in.framed(in.seal([]byte("after\n"))))
		n, err := s.Read(buf)
		if end && ReasonOf(err) != ReasonTicketExpired || !end && string(buf[:n]) != "after\n" {
			t.Errorf("end_with_ticket %v: %q, %v", end, buf[:n], err)
		}
	}
}

func TestPlaintextAllowed(t *testing.T) {
	b := newBed(t, 18, func(c *Config) { c.AllowPlaintext = true })
	client, server := pair(t)
	io.WriteString(client, "<13>one\n<13>two\n")
	s, err := b.acc.Accept(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client.Close()
	if got, err := io.ReadAll(s); string(got) != "<13>one\n<13>two\n" || err != nil || !s.Plaintext() || s.Principal().Realm != "" {
		t.Fatalf("%q %v", got, err)
	}
	b.connect(t, newInitiator(18, b.key)) // GSS senders use the same port
}

func TestInsideTLS(t *testing.T) {
	b := newBed(t, 20, func(c *Config) { c.AcceptorSubkey = false })
	client, server := pair(t)
	cert := selfSigned(t)
	tlsClient := tls.Client(client, &tls.Config{InsecureSkipVerify: true})
	tlsServer := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}})
	in := newInitiator(20, b.key)
	go func() {
		tlsClient.Write(in.framed(in.hello()))
		h := make([]byte, 4)
		io.ReadFull(tlsClient, h)
		io.ReadFull(tlsClient, make([]byte, in.order.Uint32(h)))
		tlsClient.Write(in.framed(in.seal([]byte("inside\n"))))
		tlsClient.Close()
	}()
	s, err := b.acc.Accept(t.Context(), tlsServer)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, err := io.ReadAll(s); string(got) != "inside\n" || err != nil {
		t.Fatalf("%q %v", got, err)
	}
}

// TestReadDeadline: a deadline is no end.
func TestReadDeadline(t *testing.T) {
	b := newBed(t, 17, nil)
	in := newInitiator(17, b.key)
	s, client := b.connect(t, in)
	tok := in.framed(in.seal([]byte("late\n")))
	client.Write(tok[:7])
	s.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	buf := make([]byte, 10)
	if _, err := s.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	s.SetReadDeadline(time.Time{})
	client.Write(tok[7:])
	for got := ""; got != "late\n"; {
		n, err := s.Read(buf[:2]) // less than a token at a time
		if err != nil {
			t.Fatal(err)
		}
		got += string(buf[:n])
	}
}

func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}
