package gss

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
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

// keys are the keyring of a file.
type keys struct {
	path string
	ring atomic.Pointer[keyring]

	mu      sync.Mutex
	loaded  os.FileInfo // the file as it was read
	checked time.Time   // when it was last compared with that
}

// checkEvery bounds what tickets for unknown keys, which anybody can send, cost.
const checkEvery = time.Second

// find returns a key. If it is not there and the file has changed, the file is read again: a keytab is rotated
// without telling its readers, and a sender that is turned away loses a line.
func (k *keys) find(id keyID) (types.EncryptionKey, bool) {
	key, ok := (*k.ring.Load())[id]
	if !ok && k.changed() && k.load() == nil {
		key, ok = (*k.ring.Load())[id]
	}
	return key, ok
}

func (k *keys) changed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); now.Sub(k.checked) >= checkEvery {
		k.checked = now
		st, err := os.Stat(k.path)
		return err == nil && !(os.SameFile(st, k.loaded) && st.Size() == k.loaded.Size() && st.ModTime().Equal(k.loaded.ModTime()))
	}
	return false
}

// load reads the file. Its errors never quote it, as those of the library do.
func (k *keys) load() error {
	f, err := os.Open(k.path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxKeytab+1))
	if err != nil {
		return err
	}
	if len(b) > maxKeytab {
		return fmt.Errorf("%s: longer than %d bytes, not a keytab", k.path, maxKeytab)
	}
	ring, err := parseKeytab(b)
	if err != nil {
		return fmt.Errorf("%s: %w", k.path, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ring.Store(&ring)
	k.loaded = st
	return nil
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
		return nil, errors.New("no AES key in it (encryption types 17 to 20): write one with kadmin's ktadd")
	}
	return ring, nil
}
