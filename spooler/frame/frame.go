// Package frame writes a batch of lines as one unit of bytes, and reads it back: compressed, checksummed,
// with a version and a codec in its header. A frame is what lies in the disk log and in Redis; outside the
// spool nobody sees one.
//
// A frame is a header of HeaderLen bytes, little-endian, and a payload:
//
//	 0  magic    4 bytes  b5 'm' 'r' 'f'
//	 4  version  1        of the payload's layout
//	 5  codec    1        how the payload is compressed
//	 6  -        2        zero
//	 8  length   4        of the payload as it stands here
//	12  raw      4        of the payload inflated
//	16  lines    4
//	20  oldest   8        time of receipt of the first line, ns since the epoch
//	28  crc      4        CRC-32C of the payload
//	32  crc      4        CRC-32C of the 32 bytes before
//
// The header is the same in every version, so that any version can tell where a frame of another ends,
// and how many lines it leaves alone. The payload of version 1 is the messages one after the other, the
// origins, one entry for each line (see lines.go), and in the last 4 bytes the length of the messages.
//
// Decoding allocates no more than the header's checksummed sizes allow, and those are bounded by MaxPayload.
// Nothing here does I/O.
package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/klauspost/compress/s2"

	"github.com/millrace/millrace/event"
)

// HeaderLen is the length of a frame's header in bytes.
const HeaderLen = 36

// MaxPayload bounds a frame's payload, inflated or not, in bytes.
const MaxPayload = 16 << 20

// Version is the version of the frames written.
const Version = 1

// Codecs of the payload. The numbers never change.
const (
	Plain uint8 = iota
	S2
)

const magic = "\xb5mrf"

// ErrDamaged says that bytes are not a frame, or not the whole frame that was written.
var ErrDamaged = errors.New("damaged frame")

// ErrTooLarge says that a batch has more bytes than a frame may hold.
var ErrTooLarge = errors.New("batch too large for a frame")

// A VersionError is a frame that is whole, but written by a version of millrace that this one does not know.
// It must be left where it is: a later version can read it.
type VersionError struct {
	Version, Codec uint8
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("frame of version %d, codec %d was written by a newer millrace (this one reads version %d): upgrade", e.Version, e.Codec, Version)
}

// Header is what a frame says of itself.
type Header struct {
	Version uint8
	Codec   uint8
	Length  int   // bytes of the payload
	Raw     int   // bytes of the payload inflated
	Lines   int   // number of lines
	Oldest  int64 // time of receipt of the first line, ns since the epoch
	crc     uint32
}

// Len is the length of the whole frame in bytes.
func (h *Header) Len() int { return HeaderLen + h.Length }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// HeaderChecksum is what belongs into bytes 32 to 35 of the frame src.
func HeaderChecksum(src []byte) uint32 { return crc32.Checksum(src[:32], castagnoli) }

// ParseHeader reads the header that src begins with. The error is ErrDamaged when there is none;
// a header of an unknown version is no error yet (see Known).
func ParseHeader(src []byte) (h Header, err error) {
	if len(src) < HeaderLen || string(src[:len(magic)]) != magic ||
		HeaderChecksum(src) != binary.LittleEndian.Uint32(src[32:]) {
		return h, ErrDamaged
	}
	h = Header{
		Version: src[4],
		Codec:   src[5],
		Length:  int(binary.LittleEndian.Uint32(src[8:])),
		Raw:     int(binary.LittleEndian.Uint32(src[12:])),
		Lines:   int(binary.LittleEndian.Uint32(src[16:])),
		Oldest:  int64(binary.LittleEndian.Uint64(src[20:])),
		crc:     binary.LittleEndian.Uint32(src[28:]),
	}
	if h.Length > MaxPayload || h.Raw > MaxPayload {
		return Header{}, ErrDamaged
	}
	return h, nil
}

// Known returns a *VersionError when this version can't read the frame.
func (h *Header) Known() error {
	if h.Version != Version || h.Codec > S2 {
		return &VersionError{h.Version, h.Codec}
	}
	return nil
}

// Check reads the header of the frame src, and tells without decoding it whether it is whole:
// ErrDamaged when not, *VersionError when whole but unknown.
func Check(src []byte) (Header, error) {
	h, err := ParseHeader(src)
	if err != nil {
		return h, err
	}
	if len(src) != h.Len() || crc32.Checksum(src[HeaderLen:], castagnoli) != h.crc {
		return h, ErrDamaged
	}
	return h, h.Known()
}

// maxKept bounds the memory that is kept for the next use, in bytes.
const maxKept = 1 << 20

// Encoder writes frames. It keeps memory between calls; one goroutine at a time may use it.
type Encoder struct {
	raw []byte
}

// Append appends b to dst as one frame: with codec S2 compressed, where that makes it smaller. It keeps nothing of b, whose
// lines stay as they are; it may use the memory behind b.Data, as [event.Batch.Add] does.
func (e *Encoder) Append(dst []byte, b *event.Batch, codec uint8) ([]byte, error) {
	raw, err := e.payload(b)
	if err != nil {
		return dst, err
	}
	if len(raw) > MaxPayload {
		return dst, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(raw), MaxPayload)
	}
	start, room := len(dst), len(raw)
	if codec == S2 {
		room = s2.MaxEncodedLen(room)
	}
	dst = slices.Grow(dst, HeaderLen+room)
	head, payload := dst[start:start+HeaderLen], dst[start+HeaderLen:start+HeaderLen]
	if codec == S2 {
		payload = s2.Encode(payload[:room], raw)
	}
	if codec == Plain || len(payload) >= len(raw) {
		codec = Plain
		payload = append(payload[:0], raw...)
	}
	copy(head, magic)
	head[4], head[5], head[6], head[7] = Version, codec, 0, 0
	binary.LittleEndian.PutUint32(head[8:], uint32(len(payload)))
	binary.LittleEndian.PutUint32(head[12:], uint32(len(raw)))
	binary.LittleEndian.PutUint32(head[16:], uint32(len(b.Lines)))
	binary.LittleEndian.PutUint64(head[20:], uint64(oldest(b)))
	binary.LittleEndian.PutUint32(head[28:], crc32.Checksum(payload, castagnoli))
	binary.LittleEndian.PutUint32(head[32:], HeaderChecksum(head))
	return dst[:start+HeaderLen+len(payload)], nil
}

func oldest(b *event.Batch) int64 {
	if len(b.Lines) == 0 {
		return 0
	}
	return b.Lines[0].Received
}

// Decode resets b and fills it from src, which must be exactly one frame, and is b's own from then on.
// Errors are ErrDamaged and *VersionError; b is empty then.
func Decode(b *event.Batch, src []byte) error {
	if _, err := Check(src); err != nil {
		b.Reset()
		return err
	}
	_, err := Unpack(b, src)
	return err
}

// Unpack is Decode of a frame that [Check] has found whole. Without compression b takes the memory of src; rest is memory
// that the caller may use in its place.
func Unpack(b *event.Batch, src []byte) (rest []byte, err error) {
	b.Reset()
	h, err := ParseHeader(src)
	switch {
	case err != nil:
	case h.Codec == Plain:
		rest = b.Data
		if err = decodePayload(b, src, HeaderLen, &h); err == nil {
			return rest, nil
		}
	default:
		var raw []byte
		raw, err = inflate(b.Data, &h, src[HeaderLen:])
		if b.Data = raw[:0]; err == nil {
			err = decodePayload(b, raw, 0, &h)
		}
	}
	if err != nil {
		b.Reset()
	}
	return src, err
}

// inflate returns the payload inflated, in the memory of dst when that is large enough.
func inflate(dst []byte, h *Header, payload []byte) ([]byte, error) {
	if n, err := s2.DecodedLen(payload); err != nil || n != h.Raw {
		return dst[:0], ErrDamaged
	}
	raw, err := s2.Decode(slices.Grow(dst[:0], h.Raw)[:h.Raw], payload)
	if err != nil {
		return dst[:0], ErrDamaged
	}
	return raw, nil
}
