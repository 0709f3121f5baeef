package gss

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// ErrInflateLimit says that a compressed message is longer than allowed.
var ErrInflateLimit = errors.New("gss: inflated message is too long")

// ErrInflate says that a message is not, or not only, a zlib stream.
var ErrInflate = errors.New("gss: not a zlib stream")

type inflater struct {
	src bytes.Reader
	r   io.ReadCloser
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// IsDeflated reports whether a message is one that rsyslog has compressed (the z of its (z9) option): a 'z'
// before a zlib stream, in an octet-counted frame.
func IsDeflated(msg []byte) bool {
	return len(msg) > 2 && msg[0] == 'z' && msg[1]&0x0f == 8 && (int(msg[1])<<8|int(msg[2]))%31 == 0
}

// Inflate appends the message that src, a zlib stream without rsyslog's leading 'z', holds to dst. It stops with
// ErrInflateLimit as soon as that is longer than limit bytes, and with ErrInflate if src is damaged, cut or
// has bytes after its end. On error dst is returned as it was.
func Inflate(dst, src []byte, limit int) ([]byte, error) {
	in := inflaters.Get().(*inflater)
	defer inflaters.Put(in)
	in.src.Reset(src)
	defer in.src.Reset(nil)
	var err error
	if in.r == nil {
		in.r, err = zlib.NewReader(&in.src)
	} else {
		err = in.r.(zlib.Resetter).Reset(&in.src, nil)
	}
	if err != nil {
		return dst, ErrInflate
	}
	out, err := readUpTo(in.r, dst, limit)
	switch {
	case err != nil && !errors.Is(err, ErrInflateLimit):
		return dst, ErrInflate
	case err != nil:
		return dst, err
	case in.src.Len() > 0:
		return dst, ErrInflate
	}
	return out, nil
}

func readUpTo(r io.Reader, dst []byte, limit int) ([]byte, error) {
	start := len(dst)
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		room := dst[len(dst):cap(dst)]
		if most := start + limit + 1 - len(dst); len(room) > most {
			room = room[:most]
		}
		n, err := r.Read(room)
		dst = dst[:len(dst)+n]
		switch {
		case len(dst)-start > limit:
			return dst, ErrInflateLimit
		case err == io.EOF:
			return dst, nil
		case err != nil:
			return dst, err
		}
	}
}
