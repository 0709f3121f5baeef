package frame

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"github.com/millrace/millrace/event"
)

// An entry of a line begins with a byte that tells what differs from the line before.
// What does follows as a varint, in this order, and then the length of the message.
const (
	newReceived = 1 << iota // zigzag difference in ns
	newCounter              // the counter, where it is not the one after
	newOrigin               // index of the origin
	newFlags                // the flags, where there are any
	entryBits   = 1<<iota - 1
)

const (
	minEntry   = 2                             // bytes of the shortest entry
	minOrigin  = 8 + 1 + 2 + 1 + 1 + 1 + 1 + 1 // boot, transport, port, and five lengths
	counterMax = 1<<40 - 1
	footer     = 4
)

// payload returns the payload of b: messages, origins, entries, length of the messages. Where the messages lie in order,
// as they do unless lines were taken out, it is written behind them in b's own memory; else in e's.
func (e *Encoder) payload(b *event.Batch) ([]byte, error) {
	if inOrder(b) {
		messages := len(b.Data)
		raw, err := appendRest(b.Data, b, messages)
		b.Data = raw[:messages] // and what the memory has grown to
		return raw, err
	}
	e.raw = e.raw[:0]
	for i := range b.Lines {
		e.raw = append(e.raw, b.Message(i)...)
	}
	raw, err := appendRest(e.raw, b, len(e.raw))
	if e.raw = raw; cap(raw) > maxKept {
		e.raw = nil
	}
	return raw, err
}

// inOrder reports whether the messages of b are its data.
func inOrder(b *event.Batch) bool {
	end := uint32(0)
	for i := range b.Lines {
		l := &b.Lines[i]
		if l.Start != end {
			return false
		}
		end = l.End
	}
	return int(end) == len(b.Data)
}

// appendRest appends what follows the messages.
func appendRest(dst []byte, b *event.Batch, messages int) ([]byte, error) {
	dst = binary.AppendUvarint(dst, uint64(len(b.Origins)))
	for i := range b.Origins {
		dst = appendOrigin(dst, &b.Origins[i])
	}
	last := event.Line{Received: oldest(b), Counter: ^uint64(0)}
	for i := range b.Lines {
		l := &b.Lines[i]
		if int(l.Origin) >= len(b.Origins) || l.Counter > counterMax {
			return dst, fmt.Errorf("line %d of the batch has counter %d and origin %d of %d", i, l.Counter, l.Origin, len(b.Origins))
		}
		length := l.End - l.Start
		if l.Received == last.Received && l.Counter == last.Counter+1 && l.Origin == last.Origin && l.Flags == 0 && length < 0x80 {
			dst = append(dst, 0, byte(length)) // most lines
		} else {
			dst = appendEntry(dst, l, &last)
		}
		last.Received, last.Counter, last.Origin = l.Received, l.Counter, l.Origin
	}
	return binary.LittleEndian.AppendUint32(dst, uint32(messages)), nil
}

// appendEntry appends the entry of l, which follows last.
func appendEntry(dst []byte, l, last *event.Line) []byte {
	at := len(dst)
	dst = append(dst, 0)
	if l.Received != last.Received {
		dst[at] |= newReceived
		dst = binary.AppendVarint(dst, l.Received-last.Received)
	}
	if l.Counter != last.Counter+1 {
		dst[at] |= newCounter
		dst = binary.AppendUvarint(dst, l.Counter)
	}
	if l.Origin != last.Origin {
		dst[at] |= newOrigin
		dst = binary.AppendUvarint(dst, uint64(l.Origin))
	}
	if l.Flags != 0 {
		dst[at] |= newFlags
		dst = binary.AppendUvarint(dst, uint64(l.Flags))
	}
	return binary.AppendUvarint(dst, uint64(l.End-l.Start))
}

func appendOrigin(dst []byte, o *event.Origin) []byte {
	dst = append(dst, o.Boot[:]...)
	dst = append(dst, byte(o.Transport))
	dst = binary.LittleEndian.AppendUint16(dst, o.Peer.Port())
	addr := o.Peer.Addr()
	zone := addr.Zone()
	ip := addr.WithZone("").AsSlice()
	dst = append(dst, byte(len(ip)))
	dst = append(dst, ip...)
	for _, s := range [...]string{zone, o.Listener, o.Name, o.Realm} {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	return dst
}

// decodePayload fills b from the payload raw[start:], whose memory b.Data takes over.
func decodePayload(b *event.Batch, raw []byte, start int, h *Header) error {
	end := len(raw) - footer
	if end < start || h.Raw != len(raw)-start {
		return ErrDamaged
	}
	data := int(binary.LittleEndian.Uint32(raw[end:]))
	if data > end-start {
		return ErrDamaged
	}
	messages := raw[:start+data]
	r := reader{rest: raw[len(messages):end]}
	origins := r.uvarint()
	if origins > uint64(len(r.rest)/minOrigin) {
		return ErrDamaged
	}
	b.Origins = slices.Grow(b.Origins, int(origins))
	var last event.Origin
	for range origins {
		r.origin(&last)
		b.Origins = append(b.Origins, last)
	}
	if r.bad || h.Lines > len(r.rest)/minEntry {
		return ErrDamaged
	}
	b.Lines = slices.Grow(b.Lines, h.Lines)
	if !r.lines(b, h, start, len(messages)) || len(r.rest) != 0 {
		return ErrDamaged
	}
	b.Data = messages
	return nil
}

// lines reads the entries of messages that stand from start to end.
func (r *reader) lines(b *event.Batch, h *Header, start, end int) bool {
	l := event.Line{Received: h.Oldest, Counter: ^uint64(0), End: uint32(start)}
	for range h.Lines {
		l.Counter++
		l.Flags = 0
		var length uint64
		if len(r.rest) > 1 && r.rest[0] == 0 && r.rest[1] < 0x80 { // most lines
			length, r.rest = uint64(r.rest[1]), r.rest[2:]
		} else {
			length = r.entry(&l)
		}
		if r.bad || l.Counter > counterMax || int(l.Origin) >= len(b.Origins) || length > uint64(end)-uint64(l.End) {
			return false
		}
		l.Start = l.End
		l.End += uint32(length)
		b.Lines = append(b.Lines, l)
	}
	return int(l.End) == end
}

// entry reads an entry into l, in which the line before stands with the next counter, and returns the message's length.
func (r *reader) entry(l *event.Line) uint64 {
	entry := r.byte()
	r.bad = r.bad || entry&^entryBits != 0
	if entry&newReceived != 0 {
		l.Received += r.varint()
	}
	if entry&newCounter != 0 {
		l.Counter = r.uvarint()
	}
	if entry&newOrigin != 0 {
		l.Origin = uint32(min(r.uvarint(), 1<<32-1))
	}
	if entry&newFlags != 0 {
		flags := r.uvarint()
		l.Flags = event.Flags(flags)
		r.bad = r.bad || uint64(l.Flags) != flags
	}
	return r.uvarint()
}

// reader takes values off the front of rest. Once bad, it returns zeros.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) uvarint() uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 {
		v := uint64(r.rest[0])
		r.rest = r.rest[1:]
		return v
	}
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	p := r.rest[:n]
	r.rest = r.rest[n:]
	return p
}

func (r *reader) byte() byte {
	if p := r.bytes(1); len(p) == 1 {
		return p[0]
	}
	return 0
}

// text reads a string; it is last where that says the same, as neighbours mostly do, without a copy.
func (r *reader) text(last string) string {
	p := r.bytes(r.uvarint())
	if string(p) == last {
		return last
	}
	return string(p)
}

// origin reads an origin over the one before it.
func (r *reader) origin(o *event.Origin) {
	copy(o.Boot[:], r.bytes(uint64(len(o.Boot))))
	o.Transport = event.Transport(r.byte())
	var port uint16
	if p := r.bytes(2); len(p) == 2 {
		port = binary.LittleEndian.Uint16(p)
	}
	ip := r.bytes(uint64(r.byte()))
	addr, ok := netip.AddrFromSlice(ip)
	r.bad = r.bad || !ok && len(ip) != 0
	if zone := r.text(o.Peer.Addr().Zone()); zone != "" {
		r.bad = r.bad || !addr.Is6()
		addr = addr.WithZone(zone)
	}
	o.Peer = netip.AddrPortFrom(addr, port)
	o.Listener = r.text(o.Listener)
	o.Name = r.text(o.Name)
	o.Realm = r.text(o.Realm)
}
