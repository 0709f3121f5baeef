package event

import (
	"net/netip"
	"slices"
)

// Transport is how a line came in.
type Transport uint8

// Transports. The numbers are written into frames and never change.
const (
	UDP Transport = iota + 1
	TCP
	TLS
	RELP
	RELPTLS
	GSS
	Replay
)

var transportNames = [...]string{"unknown", "udp", "tcp", "tls", "relp", "relp+tls", "gss", "replay"}

// String is the transport's name as listeners are configured with it.
func (t Transport) String() string {
	if int(t) >= len(transportNames) {
		return transportNames[0]
	}
	return transportNames[t]
}

// Flags mark what happened to a line while it was received. The bits are written into frames and never change.
type Flags uint16

// Flags of a line.
const (
	Truncated Flags = 1 << iota // longer than the largest message; the rest was skipped
	Retried                     // was moved to the lane's retry stream at least once
)

// Origin is what is known, not claimed, of the sender of a line. The lines of one connection share one.
type Origin struct {
	Boot      Boot           // of the process that received the line: part of its id
	Peer      netip.AddrPort // address unmapped (never ::ffff:1.2.3.4)
	Transport Transport
	Listener  string // name of the listener, as configured
	Name      string // authenticated name: common name of a certificate, or principal; "" if none
	Realm     string // Kerberos realm of Name, or the distinguished name of the certificate; "" if none
}

// Line describes one received message of a batch.
type Line struct {
	Received int64  // ns since the epoch, UTC
	Counter  uint64 // 40 bits; with Received and the origin's Boot it is the line's id
	Start    uint32 // message in Batch.Data
	End      uint32
	Origin   uint32 // index into Batch.Origins
	Flags    Flags
}

// Batch is a run of received lines on its way through the spool, in order of receipt.
// It is plain data: whoever holds it owns it, and Reset makes it ready for the next use.
type Batch struct {
	Origins []Origin
	Lines   []Line
	Data    []byte
}

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	clear(b.Origins) // lets go of the names
	b.Origins, b.Lines, b.Data = b.Origins[:0], b.Lines[:0], b.Data[:0]
}

// Len is the number of lines.
func (b *Batch) Len() int { return len(b.Lines) }

// AddOrigin returns the index for lines of o. Only recent origins are looked through, as lines of
// one sender stand together; an origin may therefore stand in a batch more than once.
func (b *Batch) AddOrigin(o *Origin) uint32 {
	const recent = 8
	for i := len(b.Origins) - 1; i >= 0 && i >= len(b.Origins)-recent; i-- {
		if b.Origins[i] == *o {
			return uint32(i)
		}
	}
	b.Origins = append(b.Origins, *o)
	return uint32(len(b.Origins) - 1)
}

// Add copies msg into b. origin is from AddOrigin, received in ns since the epoch, counter from IDs.Reserve.
func (b *Batch) Add(origin uint32, received int64, counter uint64, flags Flags, msg []byte) {
	n := len(b.Lines)
	if n == cap(b.Lines) {
		b.Lines = slices.Grow(b.Lines, 1)
	}
	b.Lines = b.Lines[:n+1]
	l := &b.Lines[n]
	l.Received, l.Counter = received, counter&(1<<counterBits-1)
	l.Start, l.End = uint32(len(b.Data)), uint32(len(b.Data)+len(msg))
	l.Origin, l.Flags = origin, flags
	b.Data = append(b.Data, msg...)
}

// AddLine copies line i of src with its id and origin.
func (b *Batch) AddLine(src *Batch, i int) {
	l := src.Lines[i]
	b.Add(b.AddOrigin(&src.Origins[l.Origin]), l.Received, l.Counter, l.Flags, src.Message(i))
}

// Message is line i as framed on the wire, PRI included, terminator excluded.
// The slice is valid until b is reset and must not be written to.
func (b *Batch) Message(i int) []byte {
	l := &b.Lines[i]
	return b.Data[l.Start:l.End:l.End]
}

// OriginOf is the origin of line i, valid until b is reset.
func (b *Batch) OriginOf(i int) *Origin { return &b.Origins[b.Lines[i].Origin] }

// ID is the id of line i.
func (b *Batch) ID(i int) ID {
	l := &b.Lines[i]
	return makeID(l.Received, b.Origins[l.Origin].Boot, l.Counter)
}
