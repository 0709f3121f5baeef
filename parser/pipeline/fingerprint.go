package pipeline

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // Elasticsearch's methods
	"crypto/sha1" //nolint:gosec // Elasticsearch's methods
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
)

// fingerprintProcessor is `fingerprint`.
type fingerprintProcessor struct {
	fields        []event.Path
	target        event.Path
	salt          []byte
	hash          func() hash.Hash
	ignoreMissing bool
}

func newFingerprint(o *options) processor {
	p := &fingerprintProcessor{target: o.optionalPath("target_field", event.MustPath("fingerprint")), ignoreMissing: o.flag("ignore_missing", false)}
	names := o.texts("fields", false)
	if len(names) == 0 {
		o.fail(o.node.get("fields"), "[fields] must specify at least one field")
	}
	names = slices.Sorted(slices.Values(names))
	for _, name := range names {
		p.fields = append(p.fields, o.parsePath("fields", name))
	}
	if salt := o.optionalText("salt", ""); strings.TrimSpace(salt) != "" {
		p.salt = []byte(salt)
	}
	switch o.oneOf("method", "SHA-1", "MD5", "SHA-256", "SHA-512", "MurmurHash3") {
	case "MD5":
		p.hash = md5.New
	case "SHA-256":
		p.hash = sha256.New
	case "SHA-512":
		p.hash = sha512.New
	case "MurmurHash3":
		p.hash = newMurmur3
	default:
		p.hash = sha1.New
	}
	return p
}

func (p *fingerprintProcessor) run(r *Runner) error {
	text := r.buf[:0]
	text = append(text, p.salt...)
	some := false
	for _, path := range slices.Backward(p.fields) {
		if !p.ignoreMissing && r.ev.Get(path).IsNull() {
			return fmt.Errorf("missing field [%s] when calculating fingerprint", path)
		}
	}
	for _, path := range p.fields {
		v := r.ev.Get(path)
		if v.IsNull() {
			continue
		}
		some = true
		text = appendFingerprint(text, r.ev, v, 0)
	}
	r.buf = text
	if !some {
		return nil
	}
	h := p.hash()
	h.Write(text)
	return r.ev.Set(p.target, r.ev.Text(base64.StdEncoding.EncodeToString(h.Sum(nil))))
}

// appendFingerprint appends the bytes that a value is hashed by: those of text, numbers little-endian, all
// behind a zero each; maps by their names in order.
func appendFingerprint(dst []byte, ev *event.Event, v event.Value, depth int) []byte {
	if depth > maxNesting {
		return dst
	}
	switch v.Kind() {
	case event.List:
		for i := range ev.Len(v) {
			dst = appendFingerprint(dst, ev, ev.At(v, i), depth+1)
		}
		return dst
	case event.Map:
		order := make([]int, ev.Len(v))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return bytes.Compare(ev.Key(v, a), ev.Key(v, b)) })
		for _, i := range order {
			dst = append(append(dst, 0), ev.Key(v, i)...)
			dst = appendFingerprint(dst, ev, ev.At(v, i), depth+1)
		}
		return dst
	}
	dst = append(dst, 0)
	switch v.Kind() {
	case event.Bool:
		if v.Bool() {
			return append(dst, 1)
		}
		return append(dst, 2)
	case event.Int:
		return binary.LittleEndian.AppendUint32(dst, uint32(v.Int())) //nolint:gosec // its bits
	case event.Long:
		return binary.LittleEndian.AppendUint64(dst, uint64(v.Int())) //nolint:gosec // its bits
	case event.Float:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(v.Float())))
	case event.Double:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.Float()))
	}
	return appendText(dst, ev, v)
}

// murmur3 is MurmurHash3's 128-bit variant for 64-bit machines, seed 0. It keeps what is written to it.
type murmur3 struct{ text []byte }

func newMurmur3() hash.Hash { return &murmur3{} }

func (m *murmur3) Write(p []byte) (int, error) { m.text = append(m.text, p...); return len(p), nil }
func (m *murmur3) Reset()                      { m.text = m.text[:0] }
func (m *murmur3) Size() int                   { return 16 }
func (m *murmur3) BlockSize() int              { return 16 }

const (
	murmurC1 = 0x87c37b91114253d5
	murmurC2 = 0x4cf5ad432745937f
)

func (m *murmur3) Sum(dst []byte) []byte {
	var h1, h2 uint64
	k1 := func(k uint64) uint64 { k *= murmurC1; return (k<<31 | k>>33) * murmurC2 }
	k2 := func(k uint64) uint64 { k *= murmurC2; return (k<<33 | k>>31) * murmurC1 }
	text := m.text
	for ; len(text) >= 16; text = text[16:] {
		h1 ^= k1(binary.LittleEndian.Uint64(text))
		h1 = (h1<<27 | h1>>37) + h2
		h1 = h1*5 + 0x52dce729
		h2 ^= k2(binary.LittleEndian.Uint64(text[8:]))
		h2 = (h2<<31 | h2>>33) + h1
		h2 = h2*5 + 0x38495ab5
	}
	var tail [16]byte
	copy(tail[:], text)
	h2 ^= k2(binary.LittleEndian.Uint64(tail[8:]))
	h1 ^= k1(binary.LittleEndian.Uint64(tail[:]))
	h1 ^= uint64(len(m.text))
	h2 ^= uint64(len(m.text))
	h1 += h2
	h2 += h1
	h1, h2 = murmurMix(h1), murmurMix(h2)
	h1 += h2
	h2 += h1
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, h1), h2)
}

func murmurMix(k uint64) uint64 {
	k ^= k >> 33
	k *= 0xff51afd7ed558ccd
	k ^= k >> 33
	k *= 0xc4ceb9fe1a85ec53
	return k ^ k>>33
}
