package hostfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/shipper/internal/quiet"
)

// logEvery is how often trouble with files is logged.
const logEvery = 30 * time.Second

// Files is a set of files that are appended to. It is safe for concurrent use.
type Files struct {
	cfg      Config
	maxOpen  int
	root     string
	fileMode fs.FileMode
	dirMode  fs.FileMode
	now      func() time.Time
	log      *zap.Logger
	trouble  quiet.Gate
	overflow quiet.Gate
	openFile func(path string, flags int, mode fs.FileMode) (handle, error)
	buffers  largeBuffers
	stats    counters
	tick     atomic.Uint64 // counts files that were added; the time by which eviction goes

	mu      sync.Mutex // taken before a File's
	known   map[string]*File
	hour    int64
	created int // new names in this hour

	flushMu sync.Mutex // taken before a File's
	dirtyMu sync.Mutex // taken after a File's
	dirty   []*File
	wake    chan struct{}
}

type counters struct {
	lines, bytes, lostLines, errors, overflowed atomic.Uint64
	open                                        atomic.Int64
	failure                                     atomic.Pointer[Failure]
}

// Failure is the last time that something was in vain, and why.
type Failure struct {
	Time time.Time
	Why  error
}

// Stats is a snapshot of what was written.
type Stats struct {
	Lines, Bytes uint64 // written
	LostLines    uint64 // not written, because of errors
	Errors       uint64 // of opening and writing
	Overflowed   uint64 // names that were replaced because there were too many new ones
	Open         int    // files
	Failure      *Failure
}

// New makes a set of files below the folder root, which must exist and be writable. now is the clock.
func New(cfg Config, root string, now func() time.Time, log *zap.Logger) (*Files, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("files.%w", err)
	}
	s := &Files{
		cfg: cfg, root: root, now: now, log: log, openFile: openFile,
		trouble: quiet.Gate{Every: logEvery}, overflow: quiet.Gate{Every: logEvery},
		known: map[string]*File{}, wake: make(chan struct{}, 1), maxOpen: maxOpen(cfg.MaxOpen),
	}
	s.fileMode, _ = cfg.FileMode.perm()
	s.dirMode, _ = cfg.FolderMode.perm()
	probe, err := os.CreateTemp(root, ".writable-*")
	if err != nil {
		return nil, fmt.Errorf("files: the data folder %s cannot be written to: %w", root, err)
	}
	probe.Close()
	os.Remove(probe.Name())
	return s, nil
}

// maxOpen is how many files may be open where so many are wanted: connections need descriptors too.
func maxOpen(want int) int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return want
	}
	return max(1, int(min(uint64(want), uint64(limit.Cur)/2))) //nolint:unconvert // it is signed on FreeBSD
}

// Format is how lines of these files are written.
func (s *Files) Format() Format { return s.cfg.Format }

// Get returns the file of that name, which is relative to the root unless it is absolute. When it does not
// exist, and there were too many new names in this hour, it is the file named overflow. It is opened later:
// errors show in Stats and in the log. The File can be used until Append reports that it was closed.
func (s *Files) Get(path, overflow []byte) *File {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.known[string(path)]; f != nil {
		f.touch()
		return f
	}
	name := string(path)
	if !s.mayCreate(s.full(name)) {
		if f := s.known[string(overflow)]; f != nil {
			f.touch()
			return f
		}
		name = string(overflow)
	}
	for len(s.known) >= s.maxOpen {
		s.evict()
	}
	f := &File{set: s, name: name, path: s.full(name)}
	s.tick.Add(1)
	f.touch()
	s.known[name] = f
	return f
}

func (s *Files) full(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.root, name)
}

// mayCreate counts the names that have to be made for path, and reports whether they still may be.
func (s *Files) mayCreate(path string) bool {
	missing := 0
	for p := path; ; missing++ {
		if _, err := os.Lstat(p); !errors.Is(err, fs.ErrNotExist) {
			break // there, or in trouble that opening it will meet
		}
		up := filepath.Dir(p)
		if up == p {
			break
		}
		p = up
	}
	now := s.now()
	if hour := now.Unix() / 3600; hour != s.hour {
		s.hour, s.created = hour, 0
	}
	if missing == 0 || s.created+missing <= s.cfg.MaxNewPerHour {
		s.created += missing
		return true
	}
	s.stats.overflowed.Add(1)
	if n, ok := s.overflow.Pass(now); ok {
		s.log.Warn("too many new files and folders in this hour; further lines go to files named overflow",
			zap.Int("files.max_new_per_hour", s.cfg.MaxNewPerHour), zap.String("first", clip(path)), zap.Int("not_logged", n))
	}
	return false
}

// evict closes the file that was not used for longest among a few that are picked at random.
func (s *Files) evict() {
	const sample = 16
	var oldest *File
	n := 0
	for _, f := range s.known {
		if oldest == nil || f.used.Load() < oldest.used.Load() {
			oldest = f
		}
		if n++; n == sample {
			break
		}
	}
	s.forget(oldest)
}

// forget closes f for good; s.mu is held.
func (s *Files) forget(f *File) {
	delete(s.known, f.name)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flush()
	f.closeFD()
	f.closed.Store(true)
}

// Run flushes files until ctx ends. When nothing is written, it sleeps.
func (s *Files) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		timer.Reset(s.cfg.FlushInterval)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		s.Flush()
	}
}

// Flush writes what is buffered. When it returns, what was appended before is in the files.
func (s *Files) Flush() {
	s.flushMu.Lock() // what another call has taken off the list may not be written yet
	defer s.flushMu.Unlock()
	s.dirtyMu.Lock()
	dirty := s.dirty
	s.dirty = nil
	s.dirtyMu.Unlock()
	for _, f := range dirty {
		f.mu.Lock()
		f.dirty = false
		f.flush()
		f.mu.Unlock()
	}
}

// markDirty has f, whose lock is held, flushed within the interval.
func (s *Files) markDirty(f *File) {
	f.dirty = true
	s.dirtyMu.Lock()
	s.dirty = append(s.dirty, f)
	first := len(s.dirty) == 1
	s.dirtyMu.Unlock()
	if first {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// Reopen closes every file, so that the next line goes to a new one if it was renamed meanwhile.
func (s *Files) Reopen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.known {
		f.mu.Lock()
		f.flush()
		f.closeFD()
		f.retryAt = time.Time{}
		f.mu.Unlock()
	}
}

// Close flushes and closes every file.
func (s *Files) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.known {
		s.forget(f)
	}
}

// Stats returns a snapshot.
func (s *Files) Stats() Stats {
	return Stats{
		Lines: s.stats.lines.Load(), Bytes: s.stats.bytes.Load(), LostLines: s.stats.lostLines.Load(),
		Errors: s.stats.errors.Load(), Overflowed: s.stats.overflowed.Load(), Open: int(s.stats.open.Load()), Failure: s.stats.failure.Load(),
	}
}

// failed counts an error and logs it once in a while.
func (s *Files) failed(path string, lost int, err error) {
	s.stats.errors.Add(1)
	s.stats.lostLines.Add(uint64(lost))
	s.stats.failure.Store(&Failure{s.now(), err})
	if n, ok := s.trouble.Pass(s.now()); ok {
		s.log.Error("cannot write to a file; its lines are missing there, everything else goes on",
			zap.String("file", clip(path)), zap.Error(err), zap.Uint64("lines_lost_so_far", s.stats.lostLines.Load()), zap.Int("not_logged", n))
	}
}

// clip keeps the end of a long path.
func clip(path string) string {
	if len(path) > 300 {
		path = "…" + strings.ToValidUTF8(path[len(path)-300:], "")
	}
	return path
}

// largeBuffers are those of busy files. There is a bounded number of them.
type largeBuffers struct {
	mu   sync.Mutex
	free [][]byte
	made int
}

const maxLarge = 64

// get returns an empty buffer, or nil when all are in use.
func (l *largeBuffers) get() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.free); n > 0 {
		b := l.free[n-1]
		l.free = l.free[:n-1]
		return b[:0]
	}
	if l.made == maxLarge {
		return nil
	}
	l.made++
	return make([]byte, 0, largeBuffer)
}

func (l *largeBuffers) put(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, b)
}
