package gss

import (
	"bytes"
	"fmt"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// tagToken is the tag of RFC 2743 section 3.1 that begins every first token.
const tagToken = 0x60

// krb5Mech is the DER of the Kerberos mechanism's OID, 1.2.840.113554.1.2.2.
var krb5Mech = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02}

// Token ids of RFC 4121 section 4.1.
var (
	idAPReq = []byte{0x01, 0x00}
	idAPRep = []byte{0x02, 0x00}
)

// parseInitial returns the AP-REQ in a mechanism token (RFC 4121 section 4.1).
func parseInitial(tok []byte) ([]byte, *Error) {
	if len(tok) == 0 || tok[0] != tagToken {
		return nil, fail(ReasonMalformed, "the first token is not a GSS token")
	}
	rest, ok := derContent(tok[1:])
	if !ok {
		return nil, fail(ReasonMalformed, "the length in the first token is wrong")
	}
	if !bytes.HasPrefix(rest, krb5Mech) {
		return nil, fail(ReasonMechanism, "the first token is not of the Kerberos mechanism")
	}
	rest = rest[len(krb5Mech):]
	if !bytes.HasPrefix(rest, idAPReq) {
		return nil, fail(ReasonMalformed, "the first token holds no AP-REQ")
	}
	return rest[len(idAPReq):], nil
}

// derContent reads a definite DER length that must cover exactly what follows it.
func derContent(b []byte) ([]byte, bool) {
	if len(b) == 0 {
		return nil, false
	}
	n, b := int(b[0]), b[1:]
	if n >= 0x80 {
		octets := n - 0x80
		if octets < 1 || octets > 3 || octets > len(b) {
			return nil, false
		}
		n = 0
		for _, c := range b[:octets] {
			n = n<<8 | int(c)
		}
		b = b[octets:]
	}
	return b, n == len(b)
}

// parseAPReq reads an AP-REQ (RFC 4120 section 5.5.1) and refuses what the library's later steps would trip over.
func parseAPReq(b []byte) (req messages.APReq, err *Error) {
	defer func() { // the decoder is the library's, the bytes are anybody's
		if p := recover(); p != nil {
			err = fail(ReasonMalformed, "AP-REQ: the decoder failed")
		}
	}()
	if e := req.Unmarshal(b); e != nil {
		return req, fail(ReasonMalformed, "AP-REQ: %s", quote(e.Error()))
	}
	const useSessionKey = 1 << 6 // bit 1: user-to-user
	switch {
	case req.PVNO != 5 || req.Ticket.TktVNO != 5:
		return req, fail(ReasonMalformed, "AP-REQ: Kerberos version %d, ticket version %d", req.PVNO, req.Ticket.TktVNO)
	case len(req.Ticket.SName.NameString) == 0:
		return req, fail(ReasonMalformed, "AP-REQ: the ticket names no service")
	case req.Ticket.EncPart.KVNO < 0:
		return req, fail(ReasonMalformed, "AP-REQ: key version %d", req.Ticket.EncPart.KVNO)
	case len(req.APOptions.Bytes) > 0 && req.APOptions.Bytes[0]&useSessionKey != 0:
		return req, fail(ReasonService, "a user-to-user ticket")
	}
	return req, nil
}

// appendAPRep appends the token that answers auth (RFC 4120 section 5.5.2, RFC 4121 section 4.1.1): it proves that we
// could read the ticket, and carries subkey if that has a value.
func appendAPRep(dst []byte, auth *types.Authenticator, session, subkey types.EncryptionKey, seq int64) ([]byte, error) {
	part, err := asn1.Marshal(messages.EncAPRepPart{
		CTime:          auth.CTime.UTC().Truncate(time.Second),
		Cusec:          auth.Cusec,
		Subkey:         subkey,
		SequenceNumber: seq,
	})
	if err != nil {
		return dst, fmt.Errorf("AP-REP: %w", err)
	}
	const tagAPRep, tagEncAPRepPart, msgAPRep = 15, 27, 15
	sealed, err := crypto.GetEncryptedData(asn1tools.AddASNAppTag(part, tagEncAPRepPart), session, usageAPRep, 0)
	if err != nil {
		return dst, fmt.Errorf("AP-REP: %w", err)
	}
	rep, err := asn1.Marshal(messages.APRep{PVNO: 5, MsgType: msgAPRep, EncPart: sealed})
	if err != nil {
		return dst, fmt.Errorf("AP-REP: %w", err)
	}
	rep = asn1tools.AddASNAppTag(rep, tagAPRep)
	dst = append(dst, tagToken)
	dst = append(dst, asn1tools.MarshalLengthBytes(len(krb5Mech)+len(idAPRep)+len(rep))...)
	dst = append(dst, krb5Mech...)
	dst = append(dst, idAPRep...)
	return append(dst, rep...), nil
}
