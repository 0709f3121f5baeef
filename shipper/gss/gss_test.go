package gss

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
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

func TestRefused(t *testing.T) {
	other := randomKey(18)
	rc4 := types.EncryptionKey{KeyType: 23, KeyValue: make([]byte, 16)}
	for name, c := range map[string]struct {
		reason Reason
		edit   func(*initiator)
		token  func(*initiator) []byte // instead of hello
		cfg    func(*Config)
	}{
		"wrong service":         {reason: ReasonService, edit: func(in *initiator) { in.service = names("nfs", "localhost") }},
		"service not in keytab": {reason: ReasonNoKey, edit: func(in *initiator) { in.service = names("host", "elsewhere") }},
		"slash in component":    {reason: ReasonService, edit: func(in *initiator) { in.service = names("host/localhost") }},
		"wrong realm":           {reason: ReasonNoKey, edit: func(in *initiator) { in.srvRealm = "EVIL.TEST" }},
		"unknown key version":   {reason: ReasonNoKey, edit: func(in *initiator) { in.kvno = 3 }},
		"wrong key":             {reason: ReasonTicket, edit: func(in *initiator) { in.serviceKey = other }},
		"rc4 ticket":            {reason: ReasonEncType, edit: func(in *initiator) { in.serviceKey = rc4 }},
		"rc4 session":           {reason: ReasonEncType, edit: func(in *initiator) { in.sessionKey = rc4 }},
		"rc4 subkey":            {reason: ReasonEncType, edit: func(in *initiator) { in.subkey = rc4 }},
		"enctype not allowed":   {reason: ReasonEncType, cfg: func(c *Config) { c.EncTypes = []int32{20} }},
		"subkey too short":      {reason: ReasonEncType, edit: func(in *initiator) { in.subkey.KeyValue = in.subkey.KeyValue[:31] }},
		"expired":               {reason: ReasonTicketExpired, edit: func(in *initiator) { in.end = epoch.Add(-6 * time.Minute) }},
		"not yet valid":         {reason: ReasonTicketNotYet, edit: func(in *initiator) { in.start = epoch.Add(6 * time.Minute) }},
		"invalid flag": {reason: ReasonTicketNotYet, edit: func(in *initiator) {
			in.edit = func(p *messages.EncTicketPart) { types.SetFlag(&p.Flags, ticketInvalid) }
		}},
		"other address": {reason: ReasonAddress, edit: func(in *initiator) {
			in.edit = func(p *messages.EncTicketPart) {
				p.CAddr = types.HostAddresses{{AddrType: 2, Address: []byte{10, 0, 0, 1}}}
			}
		}},
		"unchecked path": {reason: ReasonTransited, edit: func(in *initiator) {
			in.realm = "FAR.TEST"
			in.edit = func(p *messages.EncTicketPart) { p.Transited.Contents = []byte("MID.TEST") }
		}},
		"foreign realm":   {reason: ReasonPrincipal, edit: func(in *initiator) { in.realm = "FAR.TEST" }},
		"not allowed":     {reason: ReasonPrincipal, edit: func(in *initiator) { in.client = names("alice") }},
		"control bytes":   {reason: ReasonPrincipal, edit: func(in *initiator) { in.client = names("client", "a\nb") }},
		"long name":       {reason: ReasonPrincipal, edit: func(in *initiator) { in.client = names("client", strings.Repeat("x", 2000)) }},
		"clock slow":      {reason: ReasonClockSkew, edit: func(in *initiator) { in.now = epoch.Add(-5*time.Minute - time.Second) }},
		"clock fast":      {reason: ReasonClockSkew, edit: func(in *initiator) { in.now = epoch.Add(5*time.Minute + time.Second) }},
		"another's name":  {reason: ReasonAuthenticator, edit: func(in *initiator) { in.clientAuth = names("client", "other") }},
		"no GSS checksum": {reason: ReasonAuthenticator, edit: func(in *initiator) { in.editAuth = func(a *types.Authenticator) { a.Cksum.CksumType = 7 } }},
		"short checksum": {reason: ReasonAuthenticator, edit: func(in *initiator) {
			in.editAuth = func(a *types.Authenticator) { a.Cksum.Checksum = make([]byte, 23) }
		}},
		"ticket of nobody": {reason: ReasonMalformed, edit: func(in *initiator) {}, token: func(in *initiator) []byte {
			tkt := in.ticket()
			req := must(messages.NewAPReq(tkt, in.sessionKey, must(types.NewAuthenticator(in.realm, in.client))))
			req.Ticket.SName.NameString = []string{}
			return mechToken(must(req.Marshal()))
		}},
		"short ciphertext": {reason: ReasonTicket, token: func(in *initiator) []byte {
			tkt := in.ticket()
			tkt.EncPart.Cipher = tkt.EncPart.Cipher[:11]
			return in.helloWith(tkt)
		}},
		"user to user": {reason: ReasonService, token: func(in *initiator) []byte {
			req := must2(parseAPReq(must2(parseInitial(in.hello()))))
			types.SetFlag(&req.APOptions, 1)
			return mechToken(must(req.Marshal()))
		}},
		"damaged ticket": {reason: ReasonTicket, token: func(in *initiator) []byte {
			tkt := in.ticket()
			tkt.EncPart.Cipher[40] ^= 1
			return in.helloWith(tkt)
		}},
		"damaged authenticator": {reason: ReasonAuthenticator, token: func(in *initiator) []byte {
			tok := in.hello()
			tok[len(tok)-1] ^= 1
			return tok
		}},
		"spnego": {reason: ReasonMechanism, token: func(*initiator) []byte {
			return append([]byte{0x60, 10, 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02}, 0, 0)
		}},
		"AP-REP":       {reason: ReasonMalformed, token: func(*initiator) []byte { return append(append([]byte{0x60, 13}, krb5Mech...), 2, 0) }},
		"wrong length": {reason: ReasonMalformed, token: func(in *initiator) []byte { return append(in.hello(), 0) }},
		"ASN.1":        {reason: ReasonMalformed, token: func(in *initiator) []byte { return mechToken([]byte{0x6e, 0x82, 0xff, 0xff, 0x30}) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, 18, c.cfg)
			in := newInitiator(18, b.key)
			if c.edit != nil {
				c.edit(in)
			}
			tok := in.hello
			if c.token != nil {
				tok = func() []byte { return c.token(in) }
			}
			client, server := pair(t)
			client.Write(in.framed(tok()))
			s, err := b.acc.Accept(t.Context(), server)
			if s != nil || ReasonOf(err) != c.reason {
				t.Fatalf("got %v, want %s", err, c.reason)
			}
			if n, err := client.Read(make([]byte, 1)); n != 0 || err == nil {
				t.Errorf("the connection is open still")
			}
			if st := b.acc.Stats(); st != (Stats{}) {
				t.Errorf("left behind: %+v", st)
			}
			// and nobody else is harmed
			good := newInitiator(18, b.key)
			if c.cfg == nil {
				b.connect(t, good)
			}
		})
	}
}

func TestRefusedBeforeAToken(t *testing.T) {
	for name, c := range map[string]struct {
		reason Reason
		send   []byte
		shut   bool
	}{
		"plaintext":      {ReasonPlaintext, []byte("<13>Oct 11 22:14:15 h p: m\n"), false},
		"octet counted":  {ReasonPlaintext, []byte("27 <13>Oct 11 22:14:15 h p: m"), false},
		"zeros":          {ReasonPlaintext, make([]byte, 64), false},
		"tls":            {ReasonPlaintext, []byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc}, false},
		"huge":           {ReasonPlaintext, []byte{0, 1, 0, 1, 0x60, 0x82}, false},
		"cut in length":  {ReasonTruncated, []byte{0, 0}, true},
		"cut in token":   {ReasonTruncated, []byte{0, 0, 1, 0, 0x60, 0x81}, true},
		"nothing at all": {ReasonEmpty, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, 18, nil)
			client, server := pair(t)
			client.Write(c.send)
			if c.shut {
				client.(*net.TCPConn).CloseWrite()
			}
			if _, err := b.acc.Accept(t.Context(), server); ReasonOf(err) != c.reason {
				t.Fatalf("got %v, want %s", err, c.reason)
			}
		})
	}
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

func TestReplayedHandshake(t *testing.T) {
	b := newBed(t, 18, nil)
	in := newInitiator(18, b.key)
	tok := in.framed(in.hello())
	for i, want := range []Reason{"", ReasonReplay, ReasonReplay} {
		client, server := pair(t)
		client.Write(tok)
		s, err := b.acc.Accept(t.Context(), server)
		if ReasonOf(err) != want {
			t.Fatalf("try %d: %v", i, err)
		}
		if s != nil {
			s.Close()
		}
	}
}

func TestReplayCache(t *testing.T) {
	c := newReplayCache(3, 5*time.Minute)
	at := func(d time.Duration) time.Time { return epoch.Add(d) }
	key := func(i byte) replayKey { return replayKey{i} }
	for _, s := range []struct {
		key  byte
		at   time.Duration
		want Reason
	}{
		{1, 0, ""}, {1, time.Minute, ReasonReplay}, {2, 9 * time.Minute, ""}, {3, 9 * time.Minute, ""},
		{4, 9 * time.Minute, ReasonReplayCacheFull},
		{2, 18*time.Minute + 59*time.Second, ReasonReplay}, // still within twice the skew of its first use
		{4, 19 * time.Minute, ReasonReplayCacheFull},
		{4, 29 * time.Minute, ""}, // the first generation is gone
		{1, 29 * time.Minute, ""},
		{4, time.Minute, ReasonReplay}, // a clock set back forgets nothing
		{4, 60 * time.Minute, ""},
	} {
		if got := c.add(key(s.key), at(s.at)); got != s.want {
			t.Errorf("key %d at %v: %q, want %q", s.key, s.at, got, s.want)
		}
	}
	if c.len() != 1 {
		t.Errorf("%d left", c.len())
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

func TestKeytabReload(t *testing.T) {
	b := newBed(t, 18, nil)
	s, client := b.connect(t, newInitiator(18, b.key))
	defer client.Close()
	rotated := randomKey(18)
	in := newInitiator(18, rotated)
	in.kvno = 3
	try := func() error {
		client, server := pair(t)
		client.Write(in.framed(in.hello()))
		s, err := b.acc.Accept(t.Context(), server)
		if s != nil {
			s.Close()
		}
		return err
	}
	if err := try(); ReasonOf(err) != ReasonNoKey {
		t.Fatal(err)
	}
	for _, junk := range []string{"", "junk", "\x05\x02\x00\x00\x00\x04abcd", "\x05\x02\x7f\xff\xff\xffsecret"} {
		os.WriteFile(b.cfg.Keytab, []byte(junk), 0o600)
		if err := b.acc.Reload(); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("a broken keytab %q: %v", junk, err)
		}
	}
	b.connect(t, newInitiator(18, b.key)) // the old keys are still there
	writeKeytab(t, b.cfg.Keytab, testRealm, names("host", "localhost"), 3, rotated)
	if err := b.acc.Reload(); err != nil {
		t.Fatal(err)
	}
	if err := try(); err != nil {
		t.Fatal(err)
	}
	s.SetReadDeadline(time.Now())
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a session did not survive: %v", err)
	}
}

// TestKeytabIsReadAgain: a ticket for a newer key is enough.
func TestKeytabIsReadAgain(t *testing.T) {
	b := newBed(t, 19, nil)
	rotated := randomKey(19)
	in := newInitiator(19, rotated)
	in.kvno = 300
	writeKeytab(t, b.cfg.Keytab+".new", testRealm, names("host", "localhost"), 300, rotated)
	if err := os.Rename(b.cfg.Keytab+".new", b.cfg.Keytab); err != nil {
		t.Fatal(err)
	}
	b.connect(t, in)
}

func TestLimits(t *testing.T) {
	b := newBed(t, 18, func(c *Config) { c.MaxSessions = 3; c.MaxHandshakes = 2; c.MaxHandshakesPerAddress = 1 })
	silent, server := pair(t)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := b.acc.Accept(ctx, server); first <- err }()
	waitFor(t, func() bool { return b.acc.Stats().Handshakes == 1 })
	_, server2 := pair(t)
	if _, err := b.acc.Accept(ctx, server2); ReasonOf(err) != ReasonHandshakeLimit {
		t.Fatal(err)
	}
	cancel()
	if err := <-first; ReasonOf(err) != ReasonTimeout {
		t.Fatal(err)
	}
	silent.Close()
	var open []*Session
	for range 3 {
		s, _ := b.connect(t, newInitiator(18, b.key))
		open = append(open, s)
	}
	_, server3 := pair(t)
	if _, err := b.acc.Accept(t.Context(), server3); ReasonOf(err) != ReasonSessionLimit {
		t.Fatal(err)
	}
	open[0].Close()
	open[0].Close()
	b.connect(t, newInitiator(18, b.key))
	if got := b.acc.Stats().Sessions; got != 3 {
		t.Errorf("%d sessions", got)
	}
}

// TestStorm: one address floods us with connections that say nothing, and others get in all the same.
func TestStorm(t *testing.T) {
	b := newBed(t, 18, func(c *Config) { c.MaxHandshakes = 64; c.MaxHandshakesPerAddress = 32 })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	from := func(ip string) net.Conn {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
		c, err := d.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Skipf("no second loopback address: %v", err)
		}
		c.SetDeadline(time.Now().Add(20 * time.Second))
		return c
	}
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	accept := func() error {
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if b.acc.Stats().Handshakes < 32 {
			work.Go(func() { b.acc.Accept(ctx, c) })
			waitFor(t, func() bool { return b.acc.Stats().Handshakes > 0 })
			return nil
		}
		_, err = b.acc.Accept(ctx, c)
		return err
	}
	refused := 0
	for range 500 {
		c := from("127.0.0.1")
		defer c.Close()
		if ReasonOf(accept()) == ReasonHandshakeLimit {
			refused++
		}
	}
	if st := b.acc.Stats(); st.Handshakes != 32 || refused < 450 {
		t.Fatalf("%+v, %d refused", st, refused)
	}
	client := from("127.0.0.2")
	defer client.Close()
	in := newInitiator(18, b.key)
	client.Write(in.framed(in.hello()))
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.acc.Accept(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestHandshakeTimeout(t *testing.T) {
	b := newBed(t, 18, func(c *Config) { c.HandshakeTimeout = 20 * time.Millisecond })
	client, server := pair(t)
	client.Write([]byte{0, 0, 1, 0, 0x60})
	if _, err := b.acc.Accept(t.Context(), server); ReasonOf(err) != ReasonTimeout {
		t.Fatal(err)
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
	b := newBed(t, 20, nil)
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
