package event

import (
	"crypto/rand"
	"encoding/binary"
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

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// AppendText appends the id as Elasticsearch gets it in _id: IDLen characters of base64url.
func (id ID) AppendText(dst []byte) []byte {
	var text [IDLen]byte
	for i, at := 0, 0; i < 18; i, at = i+3, at+4 {
		n := uint32(id[i])<<16 | uint32(id[i+1])<<8 | uint32(id[i+2])
		text[at], text[at+1], text[at+2], text[at+3] = digits[n>>18&63], digits[n>>12&63], digits[n>>6&63], digits[n&63]
	}
	text[24], text[25] = digits[id[18]>>2], digits[id[18]<<4&63]
	return append(dst, text[:]...)
}

// String is the id as Elasticsearch gets it in _id.
func (id ID) String() string { return string(id.AppendText(nil)) }

// IDText is the text of one id after the other. Those of lines that one process received in the same millisecond differ
// in the last characters only.
type IDText struct {
	text [IDLen]byte
	ms   int64
	boot Boot
}

// Set makes it the text of line i of b, which is valid until the next call.
func (t *IDText) Set(b *Batch, i int) []byte {
	l := &b.Lines[i]
	ms, boot := l.Received/1e6, &b.Origins[l.Origin].Boot
	if ms != t.ms || *boot != t.boot || t.text[0] == 0 {
		t.ms, t.boot = ms, *boot
		b.ID(i).AppendText(t.text[:0])
	}
	end, n := t.text[IDLen-8:], uint64(boot[7])<<44|l.Counter<<4
	for i := range end {
		end[i] = digits[n>>(42-6*i)&63]
	}
	return t.text[:]
}

// makeID puts an id together; received is in ns since the epoch.
func makeID(received int64, boot Boot, counter uint64) ID {
	ms := uint64(received / 1e6)
	var id ID
	binary.BigEndian.PutUint64(id[:], ms<<16)
	*(*Boot)(id[6:]) = boot
	id[14] = byte(counter >> 32)
	binary.BigEndian.PutUint32(id[15:], uint32(counter))
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
