package gss

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// script is a connection that says what it was given, and then no more.
type script struct {
	net.Conn
	in  bytes.Reader
	out bytes.Buffer
}

func (s *script) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s *script) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s *script) Close() error                { return nil }
func (s *script) SetDeadline(time.Time) error { return nil }
func (s *script) RemoteAddr() net.Addr        { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func scripted(b []byte) *script {
	c := new(script)
	c.in.Reset(b)
	return c
}

// fixedKey is the same in every process, so that seeds stay good.
func fixedKey(et int32) types.EncryptionKey {
	e, _ := encTypeOf(et)
	return types.EncryptionKey{KeyType: et, KeyValue: bytes.Repeat([]byte{7}, e.keyLen)}
}

// fuzzBed is an acceptor, and a sender, with fixed keys.
func fuzzBed(f *testing.F, et int32) (*bed, *initiator) {
	b := newBed(f, et, func(c *Config) { c.ReplayCache = 1 << 30 })
	b.key = fixedKey(et)
	writeKeytab(f, b.cfg.Keytab, testRealm, names("host", "localhost"), 2, b.key)
	if err := b.acc.Reload(); err != nil {
		f.Fatal(err)
	}
	in := newInitiator(et, b.key)
	in.sessionKey, in.subkey = fixedKey(et), fixedKey(et)
	return b, in
}

// FuzzAccept is what anybody can send: the whole stream from its first byte.
func FuzzAccept(f *testing.F) {
	var beds []*bed
	for _, et := range encTypes {
		b, in := fuzzBed(f, et)
		beds = append(beds, b)
		for _, in.order = range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			in.seq = 1
			f.Add(append(in.framed(in.hello()), in.framed(in.seal([]byte("<13>m\n")))...))
		}
		in.service = names("nfs", "localhost")
		f.Add(in.framed(in.hello()))
	}
	f.Add([]byte("<13>Oct 11 22:14:15 host prog: plain\n"))
	f.Add([]byte{0, 0, 0, 13, 0x60, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, bed := range beds {
			bed.acc.replays = newReplayCache(1<<20, time.Minute)
			c := scripted(b)
			s, err := bed.acc.Accept(t.Context(), c)
			if err != nil {
				if ReasonOf(err) == "" || c.out.Len() > 0 {
					t.Fatalf("%v, answered %x", err, c.out.Bytes())
				}
				continue
			}
			if _, err := io.Copy(io.Discard, s); err != nil && ReasonOf(err) == "" {
				t.Fatal(err)
			}
			s.Close()
			if st := bed.acc.Stats(); st.Sessions != 0 || st.Handshakes != 0 {
				t.Fatalf("left behind: %+v", st)
			}
		}
	})
}

// FuzzAPReq is the parser below the mechanism token, without the lengths around it.
func FuzzAPReq(f *testing.F) {
	b, in := fuzzBed(f, 18)
	f.Add(must2(parseInitial(in.hello())))
	in.edit = func(p *messages.EncTicketPart) { p.CName = names("a", "b", "c") }
	f.Add(must2(parseInitial(in.hello())))
	f.Fuzz(func(t *testing.T, req []byte) {
		b.acc.replays = newReplayCache(1<<20, time.Minute)
		_, err := b.acc.authenticate(mechToken(req), netip.MustParseAddr("127.0.0.1"))
		if err != nil && err.Reason == "" {
			t.Fatal(err)
		}
	})
}

// FuzzTicket is what a KDC, or a client of the service's own making, could put in a ticket and an authenticator.
func FuzzTicket(f *testing.F) {
	b, in := fuzzBed(f, 18)
	req := must2(parseAPReq(must2(parseInitial(in.hello()))))
	ticket := must(crypto.DecryptEncPart(req.Ticket.EncPart, b.key, usageTicket))
	auth := must(crypto.DecryptEncPart(req.EncryptedAuthenticator, in.sessionKey, usageAuthenticator))
	f.Add(ticket, auth)
	f.Fuzz(func(t *testing.T, ticket, auth []byte) {
		b.acc.replays = newReplayCache(1<<20, time.Minute)
		req := req
		req.Ticket.EncPart = must(crypto.GetEncryptedData(ticket, b.key, usageTicket, 2))
		req.EncryptedAuthenticator = must(crypto.GetEncryptedData(auth, in.sessionKey, usageAuthenticator, 0))
		_, err := b.acc.authenticate(mechToken(must(req.Marshal())), netip.MustParseAddr("127.0.0.1"))
		if err != nil && err.Reason == "" {
			t.Fatal(err)
		}
	})
}

// FuzzUnwrap is what an authenticated sender can send.
func FuzzUnwrap(f *testing.F) {
	for i, et := range encTypes {
		_, in := fuzzBed(f, et)
		in.seq = 0
		f.Add(byte(i), in.seal([]byte("<13>m\n")))
		in.seq = 0
		f.Add(byte(i), rotate(in.seal([]byte("<13>m\n")), 28))
		in.seq = 0
		f.Add(byte(i), in.sign([]byte("<13>m\n")))
	}
	f.Fuzz(func(t *testing.T, i byte, tok []byte) {
		key := fixedKey(encTypes[int(i)%len(encTypes)])
		u := unwrapper{key: must(newUsageKey(key, usageInitiatorSeal)), integrityOnly: true}
		plain, err := u.unwrap(bytes.Clone(tok))
		if err == nil && (u.seq != 1 || len(plain) > len(tok)) {
			t.Fatalf("%d bytes, next number %d", len(plain), u.seq)
		}
	})
}

func FuzzInflate(f *testing.F) {
	f.Add([]byte("x\x9c+\xce\xcfMU(I-.QH\xce\xcf+)J\x04\x92\xc5\x00Nq\x07v"), 64)
	f.Fuzz(func(t *testing.T, src []byte, limit int) {
		limit &= 0xffff
		got, err := Inflate([]byte("kept"), src, limit)
		if !bytes.HasPrefix(got, []byte("kept")) || len(got)-4 > limit || err != nil && len(got) != 4 {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	})
}

func FuzzKeytab(f *testing.F) {
	f.Add([]byte("\x05\x02\x00\x00\x00\x04abcd"))
	b, _ := fuzzBed(f, 18)
	f.Add(must(os.ReadFile(b.cfg.Keytab)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if ring, err := parseKeytab(b); err == nil && len(ring) == 0 {
			t.Fatal("no key and no error")
		}
	})
}
