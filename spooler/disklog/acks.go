package disklog

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// acks is the file that keeps what of a queue is done. It is a list of facts, each of 16 bytes: a position,
// what it says (one record is done, or all below is), and a checksum. Facts stay true for ever, because
// positions are never used twice: so order does not matter, and a fact that is lost costs a redelivery.
type acks struct {
	path string

	mu    sync.Mutex
	file  *os.File
	size  int64
	fresh int64 // its size when it was last rewritten
	over  bool  // closed
}

const (
	factLen  = 16
	factOne  = 1                 // the record at the position is done
	factAll  = 2                 // all records below the position are done
	maxStale = 1 << 14 * factLen // bytes added before the file is rewritten
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendFact(dst []byte, kind uint32, position int64) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(position))
	dst = binary.LittleEndian.AppendUint32(dst, kind)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// openAcks reads the facts in folder: all below done is done, and so are the positions in the set (which maps to 0).
func openAcks(folder string) (a *acks, done int64, set map[int64]int64, err error) {
	a = &acks{path: filepath.Join(folder, "acks")}
	set = make(map[int64]int64)
	a.file, err = os.OpenFile(a.path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return a, 0, set, nil
	}
	if err != nil {
		return nil, 0, nil, err
	}
	src, err := io.ReadAll(a.file)
	if err != nil {
		_ = a.file.Close()
		return nil, 0, nil, err
	}
	for ; len(src) >= factLen; src = src[factLen:] {
		a.size += factLen
		position := int64(binary.LittleEndian.Uint64(src))
		if crc32.Checksum(src[:12], castagnoli) != binary.LittleEndian.Uint32(src[12:]) || position < 0 {
			continue
		}
		switch binary.LittleEndian.Uint32(src[8:]) {
		case factOne:
			set[position] = 0
		case factAll:
			done = max(done, position)
		}
	}
	for position := range set {
		if position < done {
			delete(set, position)
		}
	}
	return a, done, set, nil
}

// add writes facts behind the others.
func (a *acks) add(facts []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return ErrClosed
	}
	if a.file == nil {
		f, err := os.OpenFile(a.path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		a.file = f
	}
	if _, err := a.file.WriteAt(facts, a.size); err != nil {
		return err
	}
	a.size += int64(len(facts))
	return nil
}

// full tells that it is time to rewrite the file: when most of it is likely to be of no use any more.
func (a *acks) full() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.size > 2*a.fresh+maxStale
}

// rewrite replaces the file with facts. When it fails, the old file stays.
func (a *acks) rewrite(facts []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.path + ".new"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(facts); err == nil {
		err = os.Rename(next, a.path)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(next))
	}
	if a.file != nil {
		_ = a.file.Close() // only facts that the new file has as well
	}
	a.file, a.size, a.fresh = f, int64(len(facts)), int64(len(facts))
	return nil
}

func (a *acks) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	if a.file == nil {
		return nil
	}
	err := a.file.Close()
	a.file = nil
	return err
}
