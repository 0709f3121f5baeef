package shipper

import (
	"slices"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/admission"
	"github.com/millrace/millrace/shipper/hostfile"
	"github.com/millrace/millrace/shipper/pathname"
)

// intake takes the lines of all listeners to their files and lanes. It is safe for concurrent use; sessions
// and runs are not.
type intake struct {
	routes   []*route
	uses     pathname.Field // which values of a line beside its priority decide where it goes
	lanes    []*lane
	answered []*lane // the same, of senders that wait for an answer; nil without such listeners
	files    *hostfile.Files
	flushes  *flushes
	resends  *resends
	ids      *event.IDs
	now      func() time.Time
}

// session is what the intake remembers of one sender: a connection, or the peer of datagrams.
type session struct {
	origin event.Origin
	peer   []byte // its address as text
	routes []sessionRoute
	stats  *listenerStats
	bucket *admission.Bucket // of a sender of datagrams; nil: it may send any amount

	first, last int // of its datagrams that are to be delivered, plus 1; 0 if there are none
}

func (in *intake) session(origin event.Origin, stats *listenerStats) *session {
	origin.Boot = in.ids.Boot()
	s := &session{origin: origin, stats: stats, peer: origin.Peer.Addr().WithZone("").AppendTo(nil)}
	for _, r := range in.routes {
		if r.takesFrom(&s.origin) {
			s.routes = append(s.routes, sessionRoute{r, make([]sessionFile, len(r.paths))})
		}
	}
	return s
}

// run is a run of lines read from one sender at one time, and the memory needed to work on it.
type run struct {
	in     *intake
	lines  []runLine
	text   []byte  // the lines as they are written to files
	pieces []piece // the text, cut by file; pieces of different files overlap

	receipt *receipt        // nil unless the sender waits for an answer: told when all lines are safe
	routed  func([]runLine) // nil, or called once the lines are routed
	waits   func()          // nil, or called while the lines wait for a lane, once that takes long

	now      time.Time
	clock    pathname.Clock
	received hostfile.Clock
	headers  headerReader
	header   header // of the line that is worked on
	perLane  []int  // lines
	directory
}

// runLine is a line of a run.
type runLine struct {
	message []byte // the connection's
	flags   event.Flags
	lane    int
	target  int // the file that a gap would name; noFile if there is none
	start   int // where the line stands in what the run brings to that file
	end     int
}

// piece is a part of a run's text that stands together in a file.
type piece struct{ start, end, next int }

const noFile = -1

func (in *intake) newRun() *run {
	return &run{in: in, perLane: make([]int, len(in.lanes)), directory: newDirectory()}
}

// add puts a message into the run. It is not copied: it must stay as it is until deliver returns.
func (r *run) add(message []byte, truncated bool) {
	n := len(r.lines)
	if n == cap(r.lines) {
		r.lines = slices.Grow(r.lines, 1)
	}
	r.lines = r.lines[:n+1] // what is not set here is set when it is routed
	l := &r.lines[n]
	l.message, l.flags = message, 0
	if truncated {
		l.flags = event.Truncated
	}
}

// deliver writes the lines to the session's files and puts them into lanes, and empties the run. Lines that are
// delivered by one goroutine stay in order in files and lanes.
func (r *run) deliver(s *session) {
	if len(r.lines) == 0 {
		return
	}
	r.now = r.in.now()
	r.clock.Set(r.now)
	r.received.Set(r.now)
	r.look(s, r.clock.Slot)
	size, truncated := r.route(s)
	s.stats.lines.Add(uint64(len(r.lines)))
	s.stats.bytes.Add(uint64(size))
	s.stats.truncated.Add(uint64(truncated))
	if r.routed != nil {
		r.routed(r.lines)
	}
	r.write()
	lanes := r.in.lanes
	if r.receipt != nil {
		lanes = r.in.answered
		r.awaitFiles()
	}
	counter := r.in.ids.Reserve(len(r.lines))
	for i, n := range r.perLane {
		if n > 0 {
			lanes[i].add(s, r, i, counter)
			r.perLane[i] = 0
		}
	}
	r.reset()
}

// awaitFiles holds the receipt until lines that go to files only have been written there.
func (r *run) awaitFiles() {
	for i := range r.lines {
		if l := &r.lines[i]; l.lane == noLane && l.target != noFile {
			r.in.flushes.await(r.receipt)
			return
		}
	}
}

// laneOf is the lane that a line would go to.
func (r *run) laneOf(s *session, message []byte) int {
	h := &r.header
	r.headers.read(h, message)
	for i := range s.routes {
		to := &s.routes[i]
		switch {
		case !to.takes(h, message):
		case to.discard || to.laneIndex != noLane:
			return to.laneIndex
		}
	}
	return noLane
}

// route decides where the lines go, and puts them there in the run's text. It returns their size, and how many are
// truncated.
func (r *run) route(s *session) (size, truncated int) {
	var to *destination // of the lines from first on, whose text begins at start
	first, start, offset := 0, 0, 0
	h, raw := &r.header, r.in.files.Format() == hostfile.Raw
	for i := range r.lines {
		l := &r.lines[i]
		size += len(l.message)
		truncated += int(l.flags & event.Truncated)
		if !r.headers.readPlain(h, l.message) {
			r.headers.readFull(h, l.message)
		}
		if d := r.recall(h); d != to || d == nil {
			r.put(to, i-first, start)
			if to = d; d == nil {
				to = r.find(s, l.message)
			}
			if first, start = i, len(r.text); to.target != noFile {
				offset = r.targets[to.target].size - start
			}
		}
		if l.lane, l.target = to.lane, to.target; l.target == noFile {
			continue
		}
		l.start = offset + len(r.text)
		switch {
		case raw:
			r.text = hostfile.AppendRaw(r.text, l.message, 0)
		case h.plain > 0:
			r.text = r.headers.appendPlain(r.text, h, l.message)
		default:
			r.text = hostfile.AppendTraditional(r.text, l.message, &r.headers.full, s.peer, &r.received)
		}
		l.end = offset + len(r.text)
	}
	r.put(to, len(r.lines)-first, start)
	return size, truncated
}

// put notes where n lines go, whose text begins at start.
func (r *run) put(to *destination, n, start int) {
	if to == nil {
		return
	}
	if to.lane != noLane {
		r.perLane[to.lane] += n
	}
	if to.counter != nil {
		to.counter.Add(uint64(n))
	}
	for _, i := range to.files {
		r.targets[i].add(r, n, start)
	}
}

// write appends the text to the files.
func (r *run) write() {
	for i := range r.targets {
		t := &r.targets[i]
		if t.lines == 0 {
			continue
		}
		r.scratch = r.scratch[:0]
		for j := t.first; j >= 0; j = r.pieces[j].next {
			p := &r.pieces[j]
			r.scratch = append(r.scratch, r.text[p.start:p.end])
		}
		var ok bool
		for t.at, ok = t.file.Append(t.lines, r.scratch...); !ok; t.at, ok = t.file.Append(t.lines, r.scratch...) {
			// It was closed to make room for others; among very many files, that may happen again.
			name := []byte(t.file.Name())
			t.file = r.in.files.Get(name, name)
		}
		t.lines, t.size = 0, 0
	}
	clear(r.scratch)
}

// extent is where the lines from start to end of what the run has brought to a file stand there.
func (r *run) extent(target, start, end int) hostfile.Extent {
	if target == noFile {
		return hostfile.Extent{}
	}
	return r.targets[target].at.Part(int64(start), int64(end-start))
}

// maxScratch bounds what a run keeps of an unusually large one.
const maxScratch = 256 << 10

func (r *run) reset() {
	clear(r.lines)
	r.lines, r.pieces, r.text = r.lines[:0], r.pieces[:0], r.text[:0]
	if cap(r.text) > maxScratch {
		r.text = nil
	}
	if cap(r.lines) > maxScratch/64 {
		r.lines = nil
	}
	if cap(r.pieces) > maxScratch/64 {
		r.pieces, r.scratch = nil, nil
	}
}
