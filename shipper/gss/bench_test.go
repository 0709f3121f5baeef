package gss

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"testing"
)

// loop is a connection whose other end sends the same bytes for ever, without a system call.
type loop struct {
	data []byte
	at   int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.data[l.at:])
	if l.at += n; l.at == len(l.data) {
		l.at = 0
	}
	return n, nil
}

// BenchmarkUnwrap is the cost of one message of 120 bytes, from the connection's bytes to the reader's.
func BenchmarkUnwrap(b *testing.B) {
	for _, et := range encTypes {
		for _, mode := range []string{"sealed", "signed"} {
			b.Run(fmt.Sprintf("enctype=%d/%s", et, mode), func(b *testing.B) { benchmarkUnwrap(b, et, mode == "sealed") })
		}
	}
}

func benchmarkUnwrap(b *testing.B, et int32, sealed bool) {
	const batch = 1000
	line := append(bytes.Repeat([]byte("x"), 119), '\n')
	in := newInitiator(et, randomKey(et))
	in.seq = 0
	var stream []byte
	for range batch {
		if sealed {
			stream = append(stream, in.framed(in.seal(line))...)
		} else {
			stream = append(stream, in.framed(in.sign(line))...)
		}
	}
	s := &Session{
		tokens:   tokens{src: &loop{data: stream}, order: in.order},
		unwrap:   unwrapper{key: must(newUsageKey(in.subkey, usageInitiatorSeal)), integrityOnly: !sealed},
		maxToken: 1 << 17,
	}
	buf := make([]byte, len(line)) // one message at a time, so that sequence numbers can begin anew
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if s.unwrap.seq == batch {
			s.unwrap.seq = 0
		}
		if _, err := io.ReadFull(s, buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// BenchmarkHandshake is what a sender's first token costs, well and badly.
func BenchmarkHandshake(b *testing.B) {
	for _, kind := range []string{"good", "wrong key", "unknown service", "junk"} {
		b.Run(kind, func(b *testing.B) {
			bed := newBed(b, 18, func(c *Config) { c.ReplayCache = 1 << 30 })
			in := newInitiator(18, bed.key)
			switch kind {
			case "wrong key":
				in.serviceKey = randomKey(18)
			case "unknown service":
				in.service = names("host", "other")
			}
			tok := in.hello()
			if kind == "junk" {
				tok = tok[:len(tok)/2]
			}
			work := make([]byte, len(tok))
			b.ReportAllocs()
			for b.Loop() {
				bed.acc.replays = newReplayCache(1, bed.cfg.ClockSkew)
				copy(work, tok)
				if _, err := bed.acc.authenticate(work, addrOf(nil)); (err == nil) != (kind == "good") {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkInflate(b *testing.B) {
	line := []byte("<38>Nov 21 22:14:15 web1 sshd[1234]: Accepted publickey for alice from 192.0.2.7 port 50022 ssh2: RSA SHA256:abcdefgh\n")
	var z bytes.Buffer
	w := must(zlib.NewWriterLevel(&z, 9))
	w.Write(line)
	w.Close()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = Inflate(dst[:0], z.Bytes(), 64<<10); err != nil {
			b.Fatal(err)
		}
	}
}
