package gss

import (
	"bytes"
	"encoding/binary"
)

// wrapHeader is the length of a wrap token's header (RFC 4121 section 4.2.6.2).
const wrapHeader = 16

// Flags of a wrap token.
const (
	flagFromAcceptor   = 1 << 0
	flagSealed         = 1 << 1
	flagAcceptorSubkey = 1 << 2
)

// unwrapper turns the wrap tokens of one session, in their order, into plaintext.
type unwrapper struct {
	key            *usageKey
	seq            uint64 // of the next token
	acceptorSubkey bool
	integrityOnly  bool // accept tokens that are not sealed
	header         [wrapHeader]byte
}

// unwrap verifies tok, decrypts it in place and returns the plaintext, a part of tok (RFC 4121 section 4.2.4).
func (u *unwrapper) unwrap(tok []byte) ([]byte, *Error) {
	if len(tok) < wrapHeader || tok[0] != 5 || tok[1] != 4 || tok[3] != 0xff {
		return nil, fail(ReasonMalformed, "not a wrap token, in %d bytes", len(tok))
	}
	h := u.header[:]
	copy(h, tok)
	body := tok[wrapHeader:]
	flags, ec, rrc := h[2], int(binary.BigEndian.Uint16(h[4:])), int(binary.BigEndian.Uint16(h[6:]))
	h[6], h[7] = 0, 0 // neither checksum nor encryption knows the rotation
	switch {
	case flags&flagFromAcceptor != 0:
		return nil, fail(ReasonIntegrity, "a token of an acceptor: reflected")
	case flags&flagAcceptorSubkey != 0 != u.acceptorSubkey:
		return nil, fail(ReasonIntegrity, "a token with the wrong subkey, flags %#x", flags)
	case flags&flagSealed == 0 && !u.integrityOnly:
		return nil, fail(ReasonIntegrityOnly, "a token that is not encrypted; set $GSSMode encryption at the sender, or allow_integrity_only here")
	}
	rotateLeft(body, rrc)

	var plain []byte
	if flags&flagSealed != 0 {
		p, err := u.key.open(body)
		if err != nil {
			return nil, &Error{Reason: ReasonIntegrity, Err: err}
		}
		end := len(p) - wrapHeader - ec
		if end < 0 || !bytes.Equal(p[len(p)-wrapHeader:], h) {
			return nil, fail(ReasonIntegrity, "header and encrypted header differ")
		}
		plain = p[:end]
	} else {
		end := len(body) - ec
		h[4], h[5] = 0, 0
		if ec != u.key.macLen || end < 0 || !u.key.verifyChecksum(body[end:], body[:end], h) {
			return nil, &Error{Reason: ReasonIntegrity, Err: errIntegrity}
		}
		plain = body[:end]
	}
	if seq := binary.BigEndian.Uint64(h[8:]); seq != u.seq {
		return nil, fail(ReasonSequence, "token %d where %d was due: repeated, lost or out of order", seq, u.seq)
	}
	u.seq++
	return plain, nil
}

// rotateLeft undoes the right rotation of RFC 4121 section 4.2.5 in place. MIT Kerberos never rotates, Windows does.
func rotateLeft(b []byte, n int) {
	if n == 0 || len(b) == 0 {
		return
	}
	n %= len(b)
	reverse(b[:n])
	reverse(b[n:])
	reverse(b)
}

func reverse(b []byte) {
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
}
