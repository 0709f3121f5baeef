package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/indexer"
)

// suffix of the files of daily indices.
const suffix = ".db"

// ErrLocked says that another process writes to the folder.
var ErrLocked = errors.New("index is in use by another process")

// Index is the writing side. It is an indexer.Sink.
type Index struct {
	dir  string
	lock *os.File

	mu    sync.Mutex
	files map[string]*file // open ones, by name of the index
	uses  int64            // counts the uses of files, to find those that were not used for long
}

// maxOpen bounds the files that are kept open: each lane writes to one, and to one more around midnight
// and while yesterday's backlog drains.
const maxOpen = 24

var _ indexer.Sink = (*Index)(nil)

// Open makes dir if need be, and locks it for this process until Close. While another process holds
// the lock, it fails with ErrLocked.
func Open(dir string) (*Index, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "LOCK"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("index: %s: %w: only one can write to the embedded index; stop the other, or give this one a data folder of its own", dir, ErrLocked)
		}
		return nil, fmt.Errorf("index: lock %s: %w", lock.Name(), err)
	}
	return &Index{dir: dir, lock: lock, files: make(map[string]*file)}, nil
}

// Close closes the files and gives up the lock. No Bulk may be running.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var errs []error
	for _, f := range x.files {
		errs = append(errs, f.close())
	}
	clear(x.files)
	return errors.Join(append(errs, x.lock.Close())...)
}

// Bulk implements indexer.Sink: one transaction for each daily index, synced to disk.
func (x *Index) Bulk(ctx context.Context, b *indexer.Batch) error {
	for i := range b.Items {
		b.Items[i].Outcome = indexer.Unknown
	}
	for i := range b.Items {
		if b.Items[i].Outcome != indexer.Unknown {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := x.bulkOf(ctx, b, i); err != nil {
			trouble := &indexer.ItemError{Type: "sqlite", Reason: err.Error()}
			for j, name := i, b.IndexOf(i); j < len(b.Items); j++ {
				if b.IndexOf(j) == name {
					b.Items[j].Outcome, b.Items[j].Err = indexer.Trouble, trouble
				}
			}
		}
	}
	return nil
}

// bulkOf stores item first and all after it that belong into the same index.
func (x *Index) bulkOf(ctx context.Context, b *indexer.Batch, first int) error {
	f, err := x.use(ctx, b.IndexOf(first))
	if err != nil {
		return err
	}
	defer f.users.Done()
	return f.store(ctx, b, first)
}

// use returns the open file of an index; the caller calls users.Done when it does not need it any more.
func (x *Index) use(ctx context.Context, name string) (*file, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f, ok := x.files[name]
	if !ok {
		if len(x.files) >= maxOpen {
			x.closeOldest()
		}
		var err error
		if f, err = openFile(ctx, filepath.Join(x.dir, name+suffix)); err != nil {
			return nil, err
		}
		x.files[name] = f
	}
	x.uses++
	f.used = x.uses
	f.users.Add(1)
	return f, nil
}

// closeOldest closes the file that was not used for the longest time. mu is held.
func (x *Index) closeOldest() {
	var name string
	for n, f := range x.files {
		if name == "" || f.used < x.files[name].used {
			name = n
		}
	}
	f := x.files[name]
	delete(x.files, name)
	f.users.Wait() // a transaction at most
	_ = f.close()  // all of its transactions are durable
}

// isDaily reports whether name ends like that of a daily index.
func isDaily(name string) bool {
	const layout = "-2006.01.02"
	if len(name) < len(layout) {
		return false
	}
	_, err := time.Parse(layout, name[len(name)-len(layout):])
	return err == nil
}
