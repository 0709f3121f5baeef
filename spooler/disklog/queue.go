package disklog

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// options is what the queues of one log have in common.
type options struct {
	sync          Sync
	segmentSize   int64
	compressAfter int64
	total         *atomic.Int64 // bytes on disk of all queues
	log           *zap.Logger
}

// queue is one log of frames in one folder: a lane's, or what is deferred of it.
// Locks are taken in the order writeMu, readMu, mu; no I/O is done under mu.
type queue struct {
	options
	folder string
	acks   *acks

	pendingMu sync.Mutex
	pending   []*write

	writeMu sync.Mutex
	out     *os.File // of the last segment; nil when the next append begins one
	group   []*write // the two are kept for their memory
	joined  []byte
	made    bool // the folder is there
	closed  bool

	unsyncedMu sync.Mutex
	unsynced   []*os.File // closed segments not yet synced

	readMu   sync.Mutex
	in       *os.File // of segment inOf
	inOf     *segment
	reported error // the error that stopped reading and was logged

	mu       sync.Mutex
	segments []*segment
	cursor   int64           // position of the next record to read
	held     []*record       // read and not all done before, in order of position
	returned []*record       // of held: given back, to be read again before others
	skip     map[int64]int64 // positions done in an earlier run and not yet passed by the cursor, with their lines
	appended int64           // lines ever
	done     int64           // lines of them that are done, or were lost to damage
	dirty    bool            // written since the last sync
	damaged  int64           // frames skipped since this process started
}

// record is a frame that was read, until it and all before it are done.
type record struct {
	q          *queue
	start, end int64 // positions
	lines      int64
	oldest     int64
	done       bool
	owner      *Source // nil when given back
}

// openQueue reads what is in folder. It does not make the folder.
func openQueue(folder string, o options) (*queue, error) {
	q := &queue{options: o, folder: folder}
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		q.acks, _, q.skip, err = openAcks(folder)
		return q, err
	}
	q.made = true
	var err error
	if q.segments, err = listSegments(folder); err != nil {
		return nil, err
	}
	var done int64
	if q.acks, done, q.skip, err = openAcks(folder); err != nil {
		return nil, err
	}
	if err := q.recount(done); err != nil {
		return nil, err
	}
	for _, s := range q.segments {
		q.total.Add(s.size)
	}
	q.remove(q.reapLocked())
	return q, nil
}

// countSkipped counts the lines that are done ahead of the cursor.
func (q *queue) countSkipped() error {
	for _, s := range q.segments {
		f, err := os.Open(s.path)
		if err != nil {
			return err
		}
		for position := range q.skip {
			if position >= s.base && position < s.end() {
				if h, ok := s.header(f, position-s.base); ok {
					q.skip[position] = int64(h.Lines)
					q.done += int64(h.Lines)
				}
			}
		}
		_ = f.Close()
	}
	return nil
}

// recount finds the cursor and the numbers of lines; all below done is done.
func (q *queue) recount(done int64) error {
	q.cursor = done
	if len(q.segments) == 0 {
		return nil
	}
	last := q.segments[len(q.segments)-1]
	n, err := last.countLines(last.size)
	if err != nil {
		return err
	}
	q.appended = last.lines + n
	q.cursor = max(done, q.segments[0].base)
	q.done = q.appended
	for _, s := range q.segments {
		if s.end() > q.cursor {
			n, err := s.countLines(max(0, q.cursor-s.base))
			if err != nil {
				return err
			}
			q.done = s.lines + n
			break
		}
	}
	if len(q.skip) == 0 {
		return nil
	}
	return q.countSkipped()
}

// endLocked is the position of the next append: never one that was used, or of which anything is known.
func (q *queue) endLocked() int64 {
	end := q.cursor
	if n := len(q.segments); n > 0 {
		end = max(end, q.segments[n-1].end())
	}
	for position := range q.skip {
		end = max(end, position+1)
	}
	return end
}

// isBehind tells whether so much waits to be read that what is appended is to take little room.
func (q *queue) isBehind() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.endLocked()-q.cursor >= q.compressAfter
}

// bytes is the size of the queue on disk.
func (q *queue) bytes() (n int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range q.segments {
		n += s.size
	}
	return n
}

// lowLocked is the position below which everything is done.
func (q *queue) lowLocked() int64 {
	if len(q.held) > 0 {
		return q.held[0].start
	}
	return q.cursor
}

// reapLocked takes the segments that are done off the list, all but the last one (see Log.Recent).
// The caller passes them to remove once mu is free.
func (q *queue) reapLocked() []*segment {
	low := q.lowLocked()
	n := 0
	for n < len(q.segments)-1 && q.segments[n].end() <= low {
		n++
	}
	gone := q.segments[:n:n]
	q.segments = q.segments[n:]
	return gone
}

// remove deletes the files of segments. One that can't be deleted now is when the log is opened again.
func (q *queue) remove(gone []*segment) {
	for _, s := range gone {
		q.total.Add(-s.size)
		if err := os.Remove(s.path); err != nil {
			q.log.Warn("can't delete a segment that is stored", zap.String("file", s.path), zap.Error(err))
		}
	}
}

// ack marks records as done, keeps that on disk, and deletes segments that are done.
func (q *queue) ack(records []*record) {
	var facts []byte
	q.mu.Lock()
	for _, r := range records {
		if !r.done {
			r.done = true
			q.done += r.lines
		}
	}
	if q.popLocked() {
		facts = appendFact(facts, factAll, q.lowLocked())
	}
	low := q.lowLocked()
	for _, r := range records {
		if r.start >= low {
			facts = appendFact(facts, factOne, r.start)
		}
	}
	gone := q.reapLocked()
	q.mu.Unlock()
	q.keep(facts)
	q.remove(gone)
}

// popLocked lets go of the records that are done with all before them, and tells whether there were any.
func (q *queue) popLocked() bool {
	n := 0
	for n < len(q.held) && q.held[n].done {
		n++
	}
	clear(q.held[:n])
	q.held = q.held[n:]
	if last := len(q.segments) - 1; len(q.held) == 0 && (last < 0 || q.segments[last].end() <= q.cursor) {
		q.done = q.appended // damage may have left us with a wrong number
	}
	return n > 0
}

// keep writes facts, and now and then all of them anew. A fact that can't be written costs a redelivery
// after a restart, so the caller is not told.
func (q *queue) keep(facts []byte) {
	err := q.acks.add(facts)
	if err == nil && q.acks.full() {
		q.mu.Lock()
		facts = appendFact(nil, factAll, q.lowLocked())
		for _, r := range q.held {
			if r.done {
				facts = appendFact(facts, factOne, r.start)
			}
		}
		for position := range q.skip {
			facts = appendFact(facts, factOne, position)
		}
		q.mu.Unlock()
		err = q.acks.rewrite(facts)
	}
	if err != nil {
		q.log.Warn("can't keep acknowledgements: after a restart these frames come again", zap.String("folder", q.folder), zap.Error(err))
	}
}

// release gives back what owner holds.
func (q *queue) release(owner *Source) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.held {
		if r.owner == owner && !r.done {
			r.owner = nil
			q.returned = append(q.returned, r)
		}
	}
	slices.SortFunc(q.returned, func(a, b *record) int { return cmp.Compare(a.start, b.start) })
}

func (q *queue) String() string { return fmt.Sprintf("disklog %s", q.folder) }
