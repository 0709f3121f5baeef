package gss

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

const testRealm = "TESTBED.TEST"

// epoch is the time of unit tests.
var epoch = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func randomKey(et int32) types.EncryptionKey {
	e, ok := encTypeOf(et)
	n := 16
	if ok {
		n = e.keyLen
	}
	k := types.EncryptionKey{KeyType: et, KeyValue: make([]byte, n)}
	rand.Read(k.KeyValue)
	return k
}

func names(s ...string) types.PrincipalName { return types.PrincipalName{NameType: 3, NameString: s} }

// initiator plays the sender, with the library's own cryptography, and a KDC beside it when it has the service's key.
type initiator struct {
	order      binary.ByteOrder
	client     types.PrincipalName
	clientAuth types.PrincipalName // in the authenticator, when it differs
	realm      string
	service    types.PrincipalName
	srvRealm   string
	kvno       int
	serviceKey types.EncryptionKey
	sessionKey types.EncryptionKey
	subkey     types.EncryptionKey
	now        time.Time
	start, end time.Time
	seq        uint64
	flags      uint32
	edit       func(*messages.EncTicketPart)
	editAuth   func(*types.Authenticator)
	acceptor   bool // an acceptor subkey was received
}

func newInitiator(et int32, key types.EncryptionKey) *initiator {
	return &initiator{
		order: binary.LittleEndian, client: names("client", "localhost"), realm: testRealm,
		service: names("host", "localhost"), srvRealm: testRealm, kvno: 2, serviceKey: key,
		sessionKey: randomKey(et), subkey: randomKey(et), now: epoch,
		start: epoch.Add(-time.Hour), end: epoch.Add(time.Hour), seq: 0x3ffffffe, flags: 0x3e,
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (in *initiator) ticket() messages.Ticket {
	part := messages.EncTicketPart{
		Flags: types.NewKrbFlags(), Key: in.sessionKey, CRealm: in.realm, CName: in.client,
		Transited: messages.TransitedEncoding{TRType: 1},
		AuthTime:  in.start, StartTime: in.start, EndTime: in.end,
	}
	if in.edit != nil {
		in.edit(&part)
	}
	b := asn1tools.AddASNAppTag(must(asn1.Marshal(part)), 3)
	return messages.Ticket{TktVNO: 5, Realm: in.srvRealm, SName: in.service,
		EncPart: must(crypto.GetEncryptedData(b, in.serviceKey, usageTicket, in.kvno))}
}

// hello is the initial token, without its length.
func (in *initiator) hello() []byte { return in.helloWith(in.ticket()) }

func (in *initiator) helloWith(t messages.Ticket) []byte {
	cname := in.client
	if in.clientAuth.NameString != nil {
		cname = in.clientAuth
	}
	auth := must(types.NewAuthenticator(in.realm, cname))
	auth.CTime, auth.Cusec = in.now.UTC().Truncate(time.Second), in.now.Nanosecond()/1000
	auth.SubKey, auth.SeqNumber = in.subkey, int64(in.seq)
	sum := make([]byte, 24)
	binary.LittleEndian.PutUint32(sum, 16)
	binary.LittleEndian.PutUint32(sum[20:], in.flags)
	auth.Cksum = types.Checksum{CksumType: 0x8003, Checksum: sum}
	if in.editAuth != nil {
		in.editAuth(&auth)
	}
	req := must(messages.NewAPReq(t, in.sessionKey, auth))
	types.SetFlag(&req.APOptions, 2)
	return mechToken(must(req.Marshal()))
}

func mechToken(apReq []byte) []byte {
	b := append(append(bytes.Clone(krb5Mech), idAPReq...), apReq...)
	return append(append([]byte{tagToken}, asn1tools.MarshalLengthBytes(len(b))...), b...)
}

func (in *initiator) framed(tok []byte) []byte {
	b := make([]byte, 4, 4+len(tok))
	in.order.PutUint32(b, uint32(len(tok)))
	return append(b, tok...)
}

// welcome checks the acceptor's answer.
func (in *initiator) welcome(t testing.TB, tok []byte) {
	t.Helper()
	rest, ok := derContent(tok[1:])
	if !ok || !bytes.HasPrefix(rest, append(bytes.Clone(krb5Mech), idAPRep...)) {
		t.Fatalf("no AP-REP token: %x", tok)
	}
	var rep messages.APRep
	if err := rep.Unmarshal(rest[len(krb5Mech)+2:]); err != nil {
		t.Fatal(err)
	}
	b, err := crypto.DecryptEncPart(rep.EncPart, in.sessionKey, usageAPRep)
	if err != nil {
		t.Fatal(err)
	}
	var part messages.EncAPRepPart
	if err := part.Unmarshal(b); err != nil {
		t.Fatal(err)
	}
	if !part.CTime.Equal(in.now.Truncate(time.Second)) {
		t.Fatalf("AP-REP answers %v, not %v", part.CTime, in.now)
	}
	if len(part.Subkey.KeyValue) > 0 {
		in.subkey, in.acceptor = part.Subkey, true
	}
}

// seal wraps msg, encrypted.
func (in *initiator) seal(msg []byte) []byte { return in.sealEC(msg, 0) }

func (in *initiator) sealEC(msg []byte, ec int) []byte {
	h := in.header(flagSealed, ec)
	plain := append(append(bytes.Clone(msg), make([]byte, ec)...), h...)
	ed := must(crypto.GetEncryptedData(plain, in.subkey, usageInitiatorSeal, 0))
	return append(h, ed.Cipher...)
}

// sign wraps msg, not encrypted.
func (in *initiator) sign(msg []byte) []byte {
	h := in.header(0, 0)
	et := must(crypto.GetEtype(in.subkey.KeyType))
	sum := must(et.GetChecksumHash(in.subkey.KeyValue, append(bytes.Clone(msg), h...), usageInitiatorSeal))
	binary.BigEndian.PutUint16(h[4:], uint16(len(sum)))
	return append(append(h, msg...), sum...)
}

func (in *initiator) header(flags byte, ec int) []byte {
	if in.acceptor {
		flags |= flagAcceptorSubkey
	}
	h := []byte{5, 4, flags, 0xff, byte(ec >> 8), byte(ec), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint64(h[8:], in.seq)
	in.seq++
	return h
}

// rotate is what Windows does to a token.
func rotate(tok []byte, rrc int) []byte {
	tok = bytes.Clone(tok)
	binary.BigEndian.PutUint16(tok[6:], uint16(rrc))
	body := tok[wrapHeader:]
	n := len(body) - rrc%len(body)
	copy(body, append(bytes.Clone(body[n:]), body[:n]...))
	return tok
}

func writeKeytab(t testing.TB, path string, realm string, service types.PrincipalName, kvno uint32, keys ...types.EncryptionKey) {
	t.Helper()
	kt := keytab.New()
	for i, k := range keys {
		name := service.PrincipalNameString()
		if err := kt.AddEntry(name, realm, "x", time.Unix(int64(i), 0), 1, 18); err != nil {
			t.Fatal(err)
		}
		e := &kt.Entries[len(kt.Entries)-1]
		e.Key, e.KVNO8, e.KVNO = k, uint8(kvno), kvno
	}
	b, err := kt.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// bed is an acceptor whose clock stands at epoch, and the key of its service.
type bed struct {
	cfg Config
	acc *Acceptor
	key types.EncryptionKey
}

func newBed(t testing.TB, et int32, edit func(*Config)) *bed {
	t.Helper()
	b := &bed{key: randomKey(et), cfg: DefaultConfig()}
	b.cfg.Keytab = filepath.Join(t.TempDir(), "keytab")
	b.cfg.AllowedPrincipals = []string{"client/*"}
	b.cfg.Now = func() time.Time { return epoch }
	if edit != nil {
		edit(&b.cfg)
	}
	writeKeytab(t, b.cfg.Keytab, testRealm, names("host", "localhost"), 2, b.key)
	var err error
	if b.acc, err = NewAcceptor(b.cfg); err != nil {
		t.Fatal(err)
	}
	return b
}

// pair returns both ends of a loopback connection.
func pair(t testing.TB) (client, server net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	deadline := time.Now().Add(30 * time.Second)
	client.SetDeadline(deadline)
	return client, server
}

// connect shakes hands as in.
func (b *bed) connect(t testing.TB, in *initiator) (*Session, net.Conn) {
	t.Helper()
	client, server := pair(t)
	if _, err := client.Write(in.framed(in.hello())); err != nil {
		t.Fatal(err)
	}
	s, err := b.acc.Accept(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if in.flags&gssMutual != 0 {
		in.welcome(t, readToken(t, client, in.order))
	}
	return s, client
}

func readToken(t testing.TB, c net.Conn, order binary.ByteOrder) []byte {
	t.Helper()
	var h [4]byte
	if _, err := readFull(c, h[:]); err != nil {
		t.Fatal(err)
	}
	tok := make([]byte, order.Uint32(h[:]))
	if _, err := readFull(c, tok); err != nil {
		t.Fatal(err)
	}
	return tok
}
