package gss

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/types"
)

const maxKeytab = 1 << 20

type keyID struct {
	principal string // as Principal.String
	encType   int32
	kvno      uint32 // 0 stands for the newest
}

// keyring is a keytab, ready to be looked up. It is never changed.
type keyring map[keyID]types.EncryptionKey

// loadKeytab reads a keytab. Its errors never quote the file, as those of the library do.
func loadKeytab(path string) (keyring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxKeytab+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxKeytab {
		return nil, fmt.Errorf("%s: longer than %d bytes, not a keytab", path, maxKeytab)
	}
	ring, err := parseKeytab(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ring, nil
}

func parseKeytab(b []byte) (ring keyring, err error) {
	defer func() {
		if recover() != nil {
			ring, err = nil, errors.New("not a keytab, or a damaged one")
		}
	}()
	kt := keytab.New()
	if kt.Unmarshal(b) != nil {
		return nil, errors.New("not a keytab, or a damaged one")
	}
	ring = keyring{}
	newest := map[keyID]time.Time{}
	put := func(id keyID, key types.EncryptionKey, t time.Time) {
		if last, ok := newest[id]; !ok || !t.Before(last) {
			ring[id], newest[id] = key, t
		}
	}
	for _, e := range kt.Entries {
		et, ok := encTypeOf(e.Key.KeyType)
		if !ok || len(e.Key.KeyValue) != et.keyLen {
			continue
		}
		id := keyID{Principal{e.Principal.Components, e.Principal.Realm}.String(), e.Key.KeyType, e.KVNO}
		put(id, e.Key, e.Timestamp)
		id.kvno = 0
		put(id, e.Key, e.Timestamp)
	}
	if len(ring) == 0 {
		return nil, errors.New("no AES key in it (encryption types 17 to 20); write one with kadmin's ktadd")
	}
	return ring, nil
}
