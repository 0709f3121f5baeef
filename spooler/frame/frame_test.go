package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/millrace/millrace/event"
)

// syslogBatch is a batch as receivers make them: lines of 120 bytes from a few connections.
func syslogBatch(lines int) *event.Batch {
	b := &event.Batch{}
	rng := rand.New(rand.NewPCG(1, 2))
	now := int64(1_790_000_000_000_000_000)
	for i := range lines {
		o := event.Origin{
			Boot: event.Boot{1, 2, 3}, Transport: event.TCP, Listener: "tcp://127.0.0.1:5514",
			Peer: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i / 64 % 4)}), 41000),
		}
		now += rng.Int64N(20_000)
		msg := fmt.Sprintf("<38>Nov 21 10:%02d:%02d node%03d sshd[%d]: Failed password for invalid user admin%d from 203.0.113.%d port %d ssh2",
			i/60%60, i%60, rng.IntN(100), rng.IntN(30000), rng.IntN(1000), rng.IntN(255), rng.IntN(60000))
		msg = (msg + strings.Repeat(" ", 120))[:120]
		b.Add(b.AddOrigin(&o), now, uint64(i), 0, []byte(msg))
	}
	return b
}

func equal(a, b *event.Batch) bool {
	if len(a.Origins) != len(b.Origins) || len(a.Lines) != len(b.Lines) {
		return false
	}
	for i := range a.Origins {
		if a.Origins[i] != b.Origins[i] {
			return false
		}
	}
	for i := range a.Lines {
		x, y := a.Lines[i], b.Lines[i]
		x.Start, x.End, y.Start, y.End = 0, 0, 0, 0
		if x != y || !bytes.Equal(a.Message(i), b.Message(i)) {
			return false
		}
	}
	return true
}

func mustEncode(t testing.TB, b *event.Batch) []byte { return mustEncodeAs(t, b, S2) }

func mustEncodeAs(t testing.TB, b *event.Batch, codec uint8) []byte {
	t.Helper()
	src, err := new(Encoder).Append(nil, b, codec)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestRoundTrip(t *testing.T) {
	origin := event.Origin{}
	full := event.Origin{
		Boot: event.Boot{9}, Transport: event.GSS, Listener: "gss", Name: "host/a@EXAMPLE.ORG", Realm: "EXAMPLE.ORG",
		Peer: netip.MustParseAddrPort("[fe80::1%eth0]:514"),
	}
	empty := &event.Batch{}
	odd := &event.Batch{}
	odd.AddOrigin(&origin)
	odd.Add(odd.AddOrigin(&full), -5, 1<<40-1, event.Truncated, nil)
	odd.Add(0, 1<<62, 0, event.Truncated|event.Retried, bytes.Repeat([]byte{0, '\n', 0xff}, 30_000))
	odd.Add(1, 1, 1, 0, []byte("x"))
	gaps := syslogBatch(10)
	gaps.Lines = append(gaps.Lines[4:8:8], gaps.Lines[1:3]...)
	for name, b := range map[string]*event.Batch{"empty": empty, "odd": odd, "gaps": gaps, "syslog": syslogBatch(1000)} {
		for codec := range uint8(len(codecs)) {
			src := mustEncodeAs(t, b, codec)
			var got event.Batch
			for range 2 { // the second time into used memory
				if err := Decode(&got, src); err != nil || !equal(b, &got) {
					t.Errorf("%s: decoded otherwise than encoded (%v)", name, err)
				}
			}
			if h, err := Check(src); err != nil || h.Lines != b.Len() || h.Len() != len(src) || h.Codec > codec {
				t.Errorf("%s: Check = %+v, %v", name, h, err)
			}
		}
	}
}

func TestAnyBatchRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b, got event.Batch
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			o := event.Origin{
				Transport: event.Transport(rapid.Byte().Draw(t, "transport")),
				Listener:  rapid.String().Draw(t, "listener"), Name: rapid.String().Draw(t, "name"),
				Peer: netip.AddrPortFrom(netip.AddrFrom4([4]byte{1, 2, 3, rapid.Byte().Draw(t, "ip")}), rapid.Uint16().Draw(t, "port")),
			}
			b.Add(b.AddOrigin(&o), rapid.Int64().Draw(t, "received"), rapid.Uint64().Draw(t, "counter"),
				event.Flags(rapid.Uint16().Draw(t, "flags")), rapid.SliceOf(rapid.Byte()).Draw(t, "message"))
		}
		src, err := new(Encoder).Append([]byte("before"), &b, rapid.SampledFrom([]uint8{Plain, S2}).Draw(t, "codec"))
		if err != nil {
			t.Fatal(err)
		}
		if err := Decode(&got, src[len("before"):]); err != nil || !equal(&b, &got) {
			t.Fatalf("decoded otherwise than encoded (%v)", err)
		}
	})
}

func TestEveryFlippedByteIsSeen(t *testing.T) {
	src := mustEncode(t, syslogBatch(3))
	var got event.Batch
	for i := range src {
		bad := bytes.Clone(src)
		bad[i] ^= 0x41
		if err := Decode(&got, bad); !errors.Is(err, ErrDamaged) || got.Len() != 0 {
			t.Fatalf("byte %d flipped: error %v, %d lines", i, err, got.Len())
		}
		if err := Decode(&got, src[:i]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut to %d bytes: error %v", i, err)
		}
	}
	if err := Decode(&got, append(bytes.Clone(src), 0)); !errors.Is(err, ErrDamaged) {
		t.Errorf("a byte too many: %v", err)
	}
}

// sign makes the checksums of src right again.
func sign(src []byte) []byte {
	binary.LittleEndian.PutUint32(src[28:], crc32.Checksum(src[HeaderLen:], castagnoli))
	binary.LittleEndian.PutUint32(src[32:], crc32.Checksum(src[:32], castagnoli))
	return src
}

func TestUnknownVersionIsNoDamage(t *testing.T) {
	for _, at := range []int{4, 5} {
		src := mustEncode(t, syslogBatch(3))
		src[at] = 200
		sign(src)
		var got event.Batch
		var version *VersionError
		if err := Decode(&got, src); !errors.As(err, &version) || errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d: error %v, want a VersionError", at, err)
		}
		if h, err := ParseHeader(src); err != nil || h.Lines != 3 || h.Len() != len(src) {
			t.Errorf("byte %d: header %+v, %v", at, h, err)
		}
	}
}

func TestLyingSizesAllocateLittle(t *testing.T) {
	src := mustEncode(t, syslogBatch(3))
	binary.LittleEndian.PutUint32(src[16:], 1<<31) // lines
	sign(src)
	var got event.Batch
	if err := Decode(&got, src); !errors.Is(err, ErrDamaged) || cap(got.Lines) > 1000 {
		t.Errorf("error %v, room for %d lines", err, cap(got.Lines))
	}
	src = mustEncode(t, syslogBatch(3))
	binary.LittleEndian.PutUint32(src[12:], MaxPayload) // inflated length
	sign(src)
	if err := Decode(&got, src); !errors.Is(err, ErrDamaged) || cap(got.Data) > 1<<20 {
		t.Errorf("error %v, room for %d bytes", err, cap(got.Data))
	}
}

func TestBatchThatCanNotBeRead(t *testing.T) {
	var e Encoder
	for name, b := range map[string]*event.Batch{
		"origin":  {Lines: []event.Line{{Origin: 1}}, Origins: make([]event.Origin, 1)},
		"counter": {Lines: []event.Line{{Counter: 1 << 40}}, Origins: make([]event.Origin, 1)},
		"size":    {Lines: []event.Line{{End: MaxPayload}}, Origins: make([]event.Origin, 1), Data: make([]byte, MaxPayload)},
	} {
		if dst, err := e.Append([]byte("x"), b, S2); err == nil || string(dst) != "x" {
			t.Errorf("%s: error %v, %d bytes", name, err, len(dst))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range []*event.Batch{{}, syslogBatch(1), syslogBatch(20)} {
		f.Add(mustEncode(f, b))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var got, again event.Batch
		if Decode(&got, src) != nil && len(src) > HeaderLen {
			// Behind the checksums is where the interesting code is.
			copy(src, magic)
			src[4], src[5] = Version, src[5]&1
			binary.LittleEndian.PutUint32(src[8:], uint32(len(src)-HeaderLen))
			if src[5] == Plain {
				binary.LittleEndian.PutUint32(src[12:], uint32(len(src)-HeaderLen))
			}
			if Decode(&got, sign(src)) != nil {
				return
			}
		}
		if got.Len() == 0 {
			return
		}
		if err := Decode(&again, mustEncode(t, &got)); err != nil || !equal(&got, &again) {
			t.Fatalf("decoded, encoded and decoded again: %v", err)
		}
	})
}

var codecs = [...]string{Plain: "plain", S2: "s2"}

func BenchmarkEncode(b *testing.B) {
	for codec, name := range codecs {
		b.Run(name, func(b *testing.B) {
			batch := syslogBatch(1000)
			var e Encoder
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = e.Append(dst[:0], batch, uint8(codec))
			}
			b.SetBytes(int64(len(batch.Data)))
			b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds()/1e6, "Mlines/s")
			b.ReportMetric(float64(len(dst))/1000, "B/line")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for codec, name := range codecs {
		b.Run(name, func(b *testing.B) {
			src := mustEncodeAs(b, syslogBatch(1000), uint8(codec))
			var got event.Batch
			b.ReportAllocs()
			for b.Loop() {
				if err := Decode(&got, src); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds()/1e6, "Mlines/s")
		})
	}
}
