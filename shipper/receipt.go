package shipper

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/shipper/hostfile"
)

// receipt tells a sender that waits for an answer that its lines are safe. It is held by whoever has lines of it,
// and done once all have let go of it.
type receipt struct {
	holds  atomic.Int32
	failed atomic.Bool   // some line is not safe, and will not be: there must be no answer
	done   chan struct{} // has room for one
}

func (rc *receipt) hold() { rc.holds.Add(1) }

func (rc *receipt) release(ok bool) {
	if !ok {
		rc.failed.Store(true)
	}
	if rc.holds.Add(-1) == 0 {
		rc.done <- struct{}{}
	}
}

// flushEvery is the time between flushes of files for lines that go there only, and whose senders wait.
const flushEvery = 10 * time.Millisecond

// flushes has files written to for receipts.
type flushes struct {
	files *hostfile.Files
	wake  chan struct{}

	mu      sync.Mutex
	waiting []*receipt
}

// await holds rc until what was written to files before is no longer buffered.
func (f *flushes) await(rc *receipt) {
	rc.hold()
	f.mu.Lock()
	f.waiting = append(f.waiting, rc)
	f.mu.Unlock()
	signal(f.wake)
}

// run flushes until stop is closed.
func (f *flushes) run(stop <-chan struct{}) {
	for {
		select {
		case <-f.wake:
		case <-stop:
			return
		}
		f.flush()
		select {
		case <-time.After(flushEvery):
		case <-stop:
			return
		}
	}
}

func (f *flushes) flush() {
	f.mu.Lock()
	waiting := f.waiting
	f.waiting = nil
	f.mu.Unlock()
	f.files.Flush()
	for _, rc := range waiting {
		rc.release(true)
	}
}
