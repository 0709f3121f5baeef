package gss

import (
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// established is what a handshake has agreed on.
type established struct {
	client  Principal
	service Principal
	unwrap  unwrapper
	expires time.Time
	reply   []byte // the token to answer with; nil if the sender wants none
}

// Bits of ticket flags (RFC 4120 section 5.3), AP options and GSS flags (RFC 4121 section 4.1.1.1).
const (
	ticketInvalid          = 7
	ticketTransitedChecked = 12
	optionMutualRequired   = 2
	gssMutual              = 1 << 1
)

// authenticate judges an initial token (RFC 4120 section 3.2.3). It changes tok.
func (a *Acceptor) authenticate(tok []byte, from netip.Addr) (_ *established, err *Error) {
	b, err := parseInitial(tok)
	if err != nil {
		return nil, err
	}
	req, err := parseAPReq(b)
	if err != nil {
		return nil, err
	}
	service := principalOf(req.Ticket.SName, req.Ticket.Realm)
	ticket, err := a.openTicket(&req, service, from)
	if err != nil {
		return nil, err
	}
	replay := replayKeyOf(req.EncryptedAuthenticator.Cipher)
	auth, err := a.openAuthenticator(&req, ticket)
	if err != nil {
		return nil, err
	}
	e := &established{client: principalOf(ticket.CName, ticket.CRealm), service: service, expires: ticket.EndTime}
	defer func() {
		if err != nil {
			err.Client = e.client
		}
	}()
	if !e.client.printable() || !a.allowed.match(e.client, service.Realm) {
		return nil, fail(ReasonPrincipal, "not in allowed_principals")
	}
	mutual, err := a.agree(e, &req, ticket, auth)
	if err != nil {
		return nil, err
	}
	switch a.replays.add(replay, a.now()) {
	case ReasonReplay:
		return nil, fail(ReasonReplay, "an authenticator of %s that was used before", auth.CTime.UTC().Format(time.RFC3339))
	case ReasonReplayCacheFull:
		return nil, fail(ReasonReplayCacheFull, "%d authenticators within %v; a larger replay_cache or a smaller clock_skew makes room", a.cfg.ReplayCache, 4*a.cfg.ClockSkew)
	}
	if !mutual {
		e.reply = nil
	}
	return e, nil
}

// openTicket decrypts and judges the ticket.
func (a *Acceptor) openTicket(req *messages.APReq, service Principal, from netip.Addr) (*messages.EncTicketPart, *Error) {
	t := &req.Ticket
	if !service.printable() || !a.services.match(service, "") {
		return nil, fail(ReasonService, "a ticket for %s, which is not in service_names", quote(service.String()))
	}
	if !slices.Contains(a.cfg.EncTypes, t.EncPart.EType) {
		return nil, fail(ReasonEncType, "a ticket with encryption type %d, which is not in enctypes", t.EncPart.EType)
	}
	key, ok := a.keys.find(keyID{service.String(), t.EncPart.EType, uint32(t.EncPart.KVNO)})
	if !ok {
		return nil, fail(ReasonNoKey, "no key for %s, version %d, encryption type %d in the keytab", quote(service.String()), t.EncPart.KVNO, t.EncPart.EType)
	}
	plain, err := openWith(key, usageTicket, t.EncPart)
	if err != nil {
		return nil, fail(ReasonTicket, "the ticket for %s cannot be opened with our key: %w", quote(service.String()), err)
	}
	part := new(messages.EncTicketPart)
	if err := safely(func() error { return part.Unmarshal(plain) }); err != nil {
		return nil, fail(ReasonTicket, "the ticket's content cannot be read")
	}
	return part, a.judgeTicket(part, service.Realm, from)
}

func (a *Acceptor) judgeTicket(part *messages.EncTicketPart, realm string, from netip.Addr) *Error {
	now, skew := a.now(), a.cfg.ClockSkew
	start := part.StartTime
	if start.IsZero() {
		start = part.AuthTime
	}
	switch {
	case start.Sub(now) > skew || part.Flags.At(ticketInvalid) != 0:
		return fail(ReasonTicketNotYet, "the ticket begins at %s, our clock is %s", start.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case now.Sub(part.EndTime) > skew:
		return fail(ReasonTicketExpired, "the ticket ended at %s, our clock is %s", part.EndTime.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case part.CRealm != realm && len(part.Transited.Contents) > 0 && part.Flags.At(ticketTransitedChecked) == 0:
		return fail(ReasonTransited, "from realm %s over realms that our KDC has not checked", quote(part.CRealm))
	case len(part.CAddr) > 0 && !hasAddress(part.CAddr, from):
		return fail(ReasonAddress, "the ticket is bound to other addresses than %s", from)
	}
	return nil
}

func hasAddress(list types.HostAddresses, from netip.Addr) bool {
	return slices.ContainsFunc(list, func(h types.HostAddress) bool {
		ip, ok := netip.AddrFromSlice(h.Address)
		return ok && (h.AddrType == 2 || h.AddrType == 24) && ip.Unmap() == from.WithZone("")
	})
}

// openAuthenticator decrypts and judges the authenticator with the key in the ticket.
func (a *Acceptor) openAuthenticator(req *messages.APReq, ticket *messages.EncTicketPart) (*types.Authenticator, *Error) {
	if !slices.Contains(a.cfg.EncTypes, ticket.Key.KeyType) {
		return nil, fail(ReasonEncType, "a session key of encryption type %d, which is not in enctypes", ticket.Key.KeyType)
	}
	plain, err := openWith(ticket.Key, usageAuthenticator, req.EncryptedAuthenticator)
	if err != nil {
		return nil, fail(ReasonAuthenticator, "the authenticator cannot be opened with the ticket's key: %w", err)
	}
	auth := new(types.Authenticator)
	if err := safely(func() error { return auth.Unmarshal(plain) }); err != nil {
		return nil, fail(ReasonAuthenticator, "the authenticator's content cannot be read")
	}
	if !principalOf(auth.CName, auth.CRealm).equal(principalOf(ticket.CName, ticket.CRealm)) {
		return nil, fail(ReasonAuthenticator, "authenticator and ticket are of different clients")
	}
	now := a.now()
	made := auth.CTime.Add(time.Duration(auth.Cusec) * time.Microsecond)
	if d := now.Sub(made); d > a.cfg.ClockSkew || d < -a.cfg.ClockSkew {
		return nil, fail(ReasonClockSkew, "the sender's clock is %v from ours, clock_skew allows %v", -d.Round(time.Millisecond), a.cfg.ClockSkew)
	}
	return auth, nil
}

// agree reads the GSS part of the authenticator (RFC 4121 section 4.1.1), chooses the key, and prepares the answer. It
// reports whether the sender asked for one.
func (a *Acceptor) agree(e *established, req *messages.APReq, ticket *messages.EncTicketPart, auth *types.Authenticator) (mutual bool, _ *Error) {
	const gssChecksum = 0x8003
	sum := auth.Cksum.Checksum
	if auth.Cksum.CksumType != gssChecksum || len(sum) < 24 || binary.LittleEndian.Uint32(sum) != 16 {
		return false, fail(ReasonAuthenticator, "the authenticator has no GSS checksum")
	}
	mutual = binary.LittleEndian.Uint32(sum[20:])&gssMutual != 0 || req.APOptions.At(optionMutualRequired) != 0

	key := ticket.Key
	if len(auth.SubKey.KeyValue) > 0 {
		key = auth.SubKey
	}
	var subkey types.EncryptionKey
	if a.cfg.AcceptorSubkey && mutual {
		subkey = types.EncryptionKey{KeyType: key.KeyType, KeyValue: make([]byte, len(key.KeyValue))}
		rand.Read(subkey.KeyValue)
		key = subkey
	}
	if !slices.Contains(a.cfg.EncTypes, key.KeyType) {
		return false, fail(ReasonEncType, "a subkey of encryption type %d, which is not in enctypes", key.KeyType)
	}
	seal, err := newUsageKey(key, usageInitiatorSeal)
	if err != nil {
		return false, fail(ReasonEncType, "subkey: %w", err)
	}
	e.unwrap = unwrapper{
		key:            seal,
		seq:            uint64(uint32(auth.SeqNumber)), // some senders encode it as a negative number
		acceptorSubkey: len(subkey.KeyValue) > 0,
		integrityOnly:  a.cfg.AllowIntegrityOnly,
	}
	var n [4]byte
	rand.Read(n[:])
	seq := int64(binary.BigEndian.Uint32(n[:]) >> 2)
	if e.reply, err = appendAPRep(nil, auth, ticket.Key, subkey, seq); err != nil {
		return false, fail(ReasonAuthenticator, "%w", err)
	}
	return mutual, nil
}

// openWith decrypts ed in place.
func openWith(key types.EncryptionKey, usage uint32, ed types.EncryptedData) ([]byte, error) {
	if ed.EType != key.KeyType {
		return nil, errIntegrity
	}
	k, err := newUsageKey(key, usage)
	if err != nil {
		return nil, err
	}
	return k.open(ed.Cipher)
}

// safely turns a decoder's panic into an error. What it decodes was made by a KDC or by one of its clients.
func safely(decode func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = asn1.StructuralError{Msg: "the decoder failed"}
		}
	}()
	return decode()
}
