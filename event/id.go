package event

import (
	"crypto/rand"
	"encoding/base64"
	"sync/atomic"
)

// IDLen is the length of an encoded id in bytes: 19 bytes in base64url without padding.
const IDLen = 26

// counterBits bounds the counter of an id; it wraps after 10^12 lines, when the time has moved on.
const counterBits = 40

// Boot is drawn at random by each process that receives lines, so that ids of two processes,
// cloned machines or restored snapshots never meet.
type Boot [8]byte

// ID names a line for ever: 48 bits of receive time in ms, 64 random bits of the process,
// 40 bits of counter, big-endian. Ids sort by time, which keeps the version look-up of Elasticsearch cheap.
type ID [19]byte

// AppendText appends the id as Elasticsearch gets it in _id: IDLen characters of base64url.
func (id ID) AppendText(dst []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(dst, id[:])
}

// String is the id as Elasticsearch gets it in _id.
func (id ID) String() string { return string(id.AppendText(nil)) }

// makeID puts an id together; received is in ns since the epoch.
func makeID(received int64, boot Boot, counter uint64) ID {
	ms := uint64(received / 1e6)
	var id ID
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	copy(id[6:], boot[:])
	for i := range 5 {
		id[14+i] = byte(counter >> (32 - 8*i))
	}
	return id
}

// IDs hands out the counters of one process. It is safe for concurrent use.
// Nothing of it is read back from disk: a crash can't make it repeat an id.
type IDs struct {
	boot    Boot
	counter atomic.Uint64
}

// NewIDs draws the random bits of this process.
func NewIDs() *IDs {
	s := &IDs{}
	_, _ = rand.Read(s.boot[:]) // crypto/rand.Read never returns an error
	return s
}

// Boot is the random part of every id of this process; it belongs into each [Origin].
func (s *IDs) Boot() Boot { return s.boot }

// Reserve takes n consecutive counters and returns the first.
func (s *IDs) Reserve(n int) uint64 {
	return s.counter.Add(uint64(n)) - uint64(n)
}
