package disklog

import "github.com/millrace/millrace/spooler/frame"

// readBuffer is the memory of a record that is read.
type readBuffer struct{ b []byte }

// trim lets go of memory that is too large to keep.
func (b *readBuffer) trim() {
	if cap(b.b) > maxPooled {
		b.b = nil
	}
}

// writeBuffer is the memory of an append.
type writeBuffer struct {
	encoder frame.Encoder
	write   write
}

// trim lets go of memory that is too large to keep.
func (b *writeBuffer) trim() {
	if cap(b.write.buf) > maxPooled {
		*b = writeBuffer{}
	}
}

// maxPooled bounds the memory that is kept for the next use, in bytes.
const maxPooled = 1 << 20

// pool is a bounded free list, safe for concurrent use.
type pool[T any, P interface {
	*T
	trim()
}] chan P

func (p pool[T, P]) get() P {
	select {
	case b := <-p:
		return b
	default:
		return new(T)
	}
}

func (p pool[T, P]) put(b P) {
	b.trim()
	select {
	case p <- b:
	default:
	}
}
