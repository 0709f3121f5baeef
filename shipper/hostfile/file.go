package hostfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	largeBuffer = 256 << 10 // most that is gathered: the larger a write, the less its pages cost
	smallBuffer = 4 << 10   // what a file keeps for itself
	retryAfter  = time.Second
)

// handle is what is used of an *os.File.
type handle interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Stat() (os.FileInfo, error)
}

func openFile(path string, flags int, mode os.FileMode) (handle, error) {
	return os.OpenFile(path, flags, mode)
}

// File is one file of a set.
type File struct {
	set  *Files
	name string // as it was asked for
	path string

	used   atomic.Uint64 // the set's tick when it was last written to
	closed atomic.Bool   // for good; set under mu

	mu      sync.Mutex
	fd      handle
	inode   uint64
	dirty   bool // is in the set's list of those to flush
	torn    bool // the file does not end in a newline
	buf     []byte
	lines   int       // in buf
	size    int64     // of the file, without buf
	epoch   int       // counts how often what was buffered did not reach its place
	end     int64     // size at the end of the epoch before
	retryAt time.Time // no attempt to open it before
}

// Extent is where a run of lines stands in a file. The zero Extent is nowhere.
type Extent struct {
	File           *File
	Offset, Length int64
	Inode          uint64 // of the file, which may be renamed later

	epoch int
}

// Name is the name of the file, relative to the set's root unless absolute.
func (f *File) Name() string { return f.name }

// Closed reports that the file was closed to make room for others.
func (f *File) Closed() bool { return f.closed.Load() }

// Append adds n lines, each with its newline, which stand in pieces one after the other; they are copied. It returns
// where they will stand, which is nowhere when they can't be written. ok is false when the file was closed to make room
// for others: then Get it again.
func (f *File) Append(n int, pieces ...[]byte) (at Extent, ok bool) {
	f.touch()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed.Load() {
		return Extent{}, false
	}
	if f.fd == nil && !f.open(n) {
		return Extent{}, true
	}
	size := 0
	for _, p := range pieces {
		size += len(p)
	}
	if f.torn {
		f.buf, f.torn = append(f.buf, '\n'), false
	}
	gathered := f.reserve(size)
	at = Extent{File: f, Offset: f.size + int64(len(f.buf)), Length: int64(size), Inode: f.inode, epoch: f.epoch}
	for _, p := range pieces {
		if gathered {
			f.buf = append(f.buf, p...)
		} else if !f.write(p, bytes.Count(p, []byte{'\n'})) {
			at = Extent{}
		}
	}
	if gathered {
		f.lines += n
		if !f.dirty {
			f.set.markDirty(f)
		}
	}
	return at, true
}

// Joined reports whether next follows at in the same file, and if so makes at span both.
func (at *Extent) Joined(next Extent) bool {
	if at.File != next.File || at.epoch != next.epoch || at.Offset+at.Length != next.Offset || at.File == nil {
		return false
	}
	at.Length += next.Length
	return true
}

// Held reports whether the lines at an extent have reached the file and, as far as can be told, are still
// there. What is buffered of the file is written for that.
func (at *Extent) Held() bool {
	f := at.File
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flush()
	if f.fd != nil {
		if info, err := f.fd.Stat(); err == nil && info.Size() != f.size { // somebody has truncated it
			f.size = info.Size()
			f.epoch += 2
		}
	}
	end := at.Offset + at.Length
	return at.epoch == f.epoch && end <= f.size || at.epoch == f.epoch-1 && end <= f.end
}

// reserve makes room for n bytes in the buffer, if need be by writing what is in it. Files that are busy borrow a large
// one. It returns false when there is no such room; then nothing is buffered.
func (f *File) reserve(n int) bool {
	for {
		need := len(f.buf) + n
		if need <= max(cap(f.buf), smallBuffer) {
			return true // append will do
		}
		if need <= largeBuffer {
			if large := f.set.buffers.get(); large != nil {
				f.buf = append(large, f.buf...)
				return true
			}
		}
		if len(f.buf) == 0 {
			return false
		}
		f.flush()
	}
}

// flush writes the buffer; f.mu is held.
func (f *File) flush() {
	if len(f.buf) == 0 {
		return
	}
	f.write(f.buf, f.lines)
	f.lines = 0
	if cap(f.buf) == largeBuffer {
		f.set.buffers.put(f.buf)
		f.buf = nil
	}
	f.buf = f.buf[:0]
}

// write writes n lines. What can't be written is dropped: a full disk must not fill the memory.
func (f *File) write(lines []byte, n int) bool {
	written, err := 0, os.ErrClosed
	if f.fd != nil {
		written, err = f.fd.Write(lines)
	}
	f.size += int64(written)
	f.set.stats.bytes.Add(uint64(written))
	if err == nil {
		f.set.stats.lines.Add(uint64(n))
		return true
	}
	lost := min(n, bytes.Count(lines[written:], []byte{'\n'}))
	f.set.stats.lines.Add(uint64(n - lost))
	f.torn = written > 0 && lines[written-1] != '\n' || written == 0 && lines[0] == '\n'
	f.epoch++
	f.end = f.size
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		f.closeFD()
		f.retryAt = f.set.now().Add(retryAfter)
	}
	f.set.failed(f.path, lost, err)
	return false
}

// open opens the file for n lines that are about to be written, with its folders; f.mu is held.
func (f *File) open(n int) bool {
	now := f.set.now()
	if wait := f.retryAt.Sub(now); wait > 0 && wait <= retryAfter {
		f.set.stats.lostLines.Add(uint64(n))
		return false
	}
	if err := f.tryOpen(); err != nil {
		f.retryAt = now.Add(retryAfter)
		f.set.failed(f.path, n, err)
		return false
	}
	f.set.stats.open.Add(1)
	return true
}

func (f *File) tryOpen() error {
	// Nothing that an outsider may have put there is followed or waited for: no link, no pipe.
	const flags = os.O_RDWR | os.O_APPEND | os.O_CREATE | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	fd, err := f.set.openFile(f.path, flags, f.set.fileMode)
	if errors.Is(err, os.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(f.path), f.set.dirMode); err == nil {
			fd, err = f.set.openFile(f.path, flags, f.set.fileMode)
		}
	}
	if err != nil {
		return err
	}
	info, err := fd.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", f.path)
	}
	last := []byte{'\n'}
	if err == nil && info.Size() > 0 {
		_, err = fd.ReadAt(last, info.Size()-1)
	}
	if err != nil {
		fd.Close()
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		f.inode = stat.Ino
	}
	f.epoch, f.end = f.epoch+1, f.size // it may be another file now
	f.fd, f.size, f.torn = fd, info.Size(), last[0] != '\n'
	return nil
}

func (f *File) closeFD() {
	if f.fd != nil {
		f.fd.Close()
		f.fd = nil
		f.set.stats.open.Add(-1)
	}
}

func (f *File) touch() {
	if now := f.set.tick.Load(); f.used.Load() != now {
		f.used.Store(now)
	}
}

// Part is the extent of length bytes from offset within at.
func (at *Extent) Part(offset, length int64) Extent {
	if at.File == nil {
		return Extent{}
	}
	return Extent{File: at.File, Offset: at.Offset + offset, Length: length, Inode: at.Inode, epoch: at.epoch}
}
