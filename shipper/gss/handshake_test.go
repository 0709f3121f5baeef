package gss

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

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
