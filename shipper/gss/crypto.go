package gss

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/crypto/common"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Key usage numbers of RFC 4120 section 7.5.1 and RFC 4121 section 2.
const (
	usageTicket        = 2
	usageAuthenticator = 11
	usageAPRep         = 12
	usageInitiatorSeal = 24
)

var errIntegrity = errors.New("integrity check failed")

// encType is one of the four AES encryption types.
type encType struct {
	id      int32
	keyLen  int
	macLen  int
	newHash func() hash.Hash
	etm     bool // RFC 8009: the MAC is of the ciphertext, after a zero IV
}

func encTypeOf(id int32) (encType, bool) {
	switch id {
	case 17: // aes128-cts-hmac-sha1-96, RFC 3962
		return encType{id, 16, 12, sha1.New, false}, true
	case 18: // aes256-cts-hmac-sha1-96, RFC 3962
		return encType{id, 32, 12, sha1.New, false}, true
	case 19: // aes128-cts-hmac-sha256-128, RFC 8009
		return encType{id, 16, 16, sha256.New, true}, true
	case 20: // aes256-cts-hmac-sha384-192, RFC 8009
		return encType{id, 32, 24, sha512.New384, true}, true
	}
	return encType{}, false
}

// usageKey is a Kerberos key for one usage, with what is derived from it ready: Ke, Ki and Kc of RFC 3961
// section 5.3. It has scratch space and is not safe for concurrent use.
type usageKey struct {
	encType
	block cipher.Block
	dec   interface {
		cipher.BlockMode
		SetIV([]byte)
	}
	ki, kc  hash.Hash
	sum     [sha512.Size384]byte
	d, prev [aes.BlockSize]byte
}

var zeroBlock [aes.BlockSize]byte

func newUsageKey(key types.EncryptionKey, usage uint32) (*usageKey, error) {
	et, ok := encTypeOf(key.KeyType)
	if !ok {
		return nil, fmt.Errorf("encryption type %d is not supported", key.KeyType)
	}
	if len(key.KeyValue) != et.keyLen {
		return nil, fmt.Errorf("a key of encryption type %d has %d bytes", key.KeyType, len(key.KeyValue))
	}
	kdf, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, err
	}
	ke, err := kdf.DeriveKey(key.KeyValue, common.GetUsageKe(usage))
	if err != nil {
		return nil, err
	}
	ki, err := kdf.DeriveKey(key.KeyValue, common.GetUsageKi(usage))
	if err != nil {
		return nil, err
	}
	kc, err := kdf.DeriveKey(key.KeyValue, common.GetUsageKc(usage))
	if err != nil {
		return nil, err
	}
	k := &usageKey{encType: et, ki: hmac.New(et.newHash, ki), kc: hmac.New(et.newHash, kc)}
	if k.block, err = aes.NewCipher(ke); err != nil {
		return nil, err
	}
	if k.dec, ok = cipher.NewCBCDecrypter(k.block, zeroBlock[:]).(interface {
		cipher.BlockMode
		SetIV([]byte)
	}); !ok {
		return nil, errors.New("this Go release cannot reset the IV of a CBC decrypter")
	}
	return k, nil
}

// open decrypts and verifies ct in place (RFC 3961 section 5.3, RFC 8009 section 5) and returns the
// plaintext without its confounder: a part of ct.
func (k *usageKey) open(ct []byte) ([]byte, error) {
	n := len(ct) - k.macLen
	if n < aes.BlockSize {
		return nil, errIntegrity
	}
	body, mac := ct[:n], ct[n:]
	if k.etm {
		if !k.verify(k.ki, mac, zeroBlock[:], body) {
			return nil, errIntegrity
		}
		k.decryptCTS(body)
	} else {
		k.decryptCTS(body)
		if !k.verify(k.ki, mac, body, nil) {
			return nil, errIntegrity
		}
	}
	return body[aes.BlockSize:], nil
}

// verifyChecksum reports whether mac is the keyed checksum of a and b in a row.
func (k *usageKey) verifyChecksum(mac, a, b []byte) bool { return k.verify(k.kc, mac, a, b) }

func (k *usageKey) verify(h hash.Hash, mac, a, b []byte) bool {
	h.Reset()
	h.Write(a)
	h.Write(b)
	return subtle.ConstantTimeCompare(h.Sum(k.sum[:0])[:k.macLen], mac) == 1
}

// decryptCTS decrypts b, a block or more, in place: CBC with ciphertext stealing and a zero IV (RFC 3962
// section 5), in which the last two blocks are always swapped and the last one is cut to the length.
func (k *usageKey) decryptCTS(b []byte) {
	k.dec.SetIV(zeroBlock[:])
	n := len(b)
	if n == aes.BlockSize {
		k.dec.CryptBlocks(b, b)
		return
	}
	tail := (n-1)%aes.BlockSize + 1 // 1 to 16 bytes
	head := n - tail - aes.BlockSize
	k.prev = zeroBlock
	if head > 0 {
		copy(k.prev[:], b[head-aes.BlockSize:head])
		k.dec.CryptBlocks(b[:head], b[:head])
	}
	pen, last := b[head:head+aes.BlockSize], b[head+aes.BlockSize:]
	// pen is the whole block of the last plaintext; what it hides beyond that belongs to the block before.
	k.block.Decrypt(k.d[:], pen)
	copy(pen, last)
	subtle.XORBytes(last, last, k.d[:tail])
	copy(pen[tail:], k.d[tail:])
	k.block.Decrypt(pen, pen)
	subtle.XORBytes(pen, pen, k.prev[:])
}
