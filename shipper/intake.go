package shipper

import (
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
}

// sessionRoute is a route that may take lines of the session.
type sessionRoute struct {
	*route
	files []sessionFile
}

// sessionFile is the file that a path of the route led to last.
type sessionFile struct {
	file *hostfile.File
	slot int64 // of the clock, when the path was expanded
	part int   // of the run that the file was last written in
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
	in    *intake
	lines []runLine
	text  []byte     // the lines as they are written to files
	parts []filePart // the text, cut by file; parts of different files overlap

	receipt *receipt        // nil unless the sender waits for an answer: told when all lines are safe
	routed  func([]runLine) // nil, or called once the lines are routed

	now      time.Time
	clock    pathname.Clock
	received hostfile.Clock
	headers  headerReader
	header   header // of the line that is worked on
	values   pathname.Values
	path     []byte
	overflow []byte
	perLane  []int // lines
}

// runLine is a line of a run.
type runLine struct {
	message []byte // the connection's
	flags   event.Flags
	lane    int
	part    int // of the file that a gap would name; -1 if there is none
	start   int // in the run's text
	end     int
}

// filePart is a run of lines that stand together in a file.
type filePart struct {
	file       *hostfile.File
	start, end int // in the run's text
	lines      int
	at         hostfile.Extent
}

func (in *intake) newRun() *run { return &run{in: in, perLane: make([]int, len(in.lanes))} }

// add puts a message into the run. It is not copied: it must stay as it is until deliver returns.
func (r *run) add(message []byte, truncated bool) {
	var flags event.Flags
	if truncated {
		flags = event.Truncated
	}
	r.lines = append(r.lines, runLine{message: message, flags: flags, lane: noLane, part: -1})
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
	size, truncated := 0, 0
	for i := range r.lines {
		l := &r.lines[i]
		r.route(s, l)
		size += len(l.message)
		truncated += int(l.flags & event.Truncated)
	}
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
		if l := &r.lines[i]; l.lane == noLane && l.part >= 0 {
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

// route decides where a line goes.
func (r *run) route(s *session, l *runLine) {
	h := &r.header
	r.headers.read(h, l.message)
	written, routed, ownFile := false, false, false
	for i := range s.routes {
		to := &s.routes[i]
		if !to.takes(h, l.message) {
			continue
		}
		routed = true
		if to.discard {
			to.discarded.Add(1)
			break
		}
		takesLane := l.lane == noLane && to.laneIndex != noLane
		if takesLane {
			l.lane = to.laneIndex
			r.perLane[l.lane]++
		}
		for j := range to.files {
			if !written {
				r.format(s, l)
				written = true
			}
			part := r.place(s, l, to, j)
			if l.part < 0 || takesLane && !ownFile {
				l.part, ownFile = part, takesLane
			}
		}
	}
	if !routed {
		s.stats.unrouted.Add(1)
	}
}

// format appends the line to the run's text.
func (r *run) format(s *session, l *runLine) {
	l.start = len(r.text)
	switch {
	case r.in.files.Format() == hostfile.Raw:
		r.text = hostfile.AppendRaw(r.text, l.message)
	case r.header.plain > 0:
		r.text = hostfile.AppendRaw(r.text, l.message[r.header.plain:])
	default:
		r.text = hostfile.AppendTraditional(r.text, l.message, &r.headers.full, s.peer, &r.received)
	}
	l.end = len(r.text)
}

// place puts the line into a part of the file that the route's path i leads to, and returns the part's index.
func (r *run) place(s *session, l *runLine, to *sessionRoute, i int) int {
	f := &to.files[i]
	r.find(s, l, to, i)
	if f.part < len(r.parts) {
		if p := &r.parts[f.part]; p.file == f.file && p.end == l.start {
			p.end = l.end
			p.lines++
			return f.part
		}
	}
	f.part = len(r.parts)
	r.parts = append(r.parts, filePart{file: f.file, start: l.start, end: l.end, lines: 1})
	return f.part
}

// perLine are the placeholders that may differ between the lines of a session.
const perLine = pathname.Host | pathname.Program | pathname.Facility | pathname.Severity

// find looks up the file that path i of the route leads to, if it is not the same as before.
func (r *run) find(s *session, l *runLine, to *sessionRoute, i int) {
	f, template := &to.files[i], to.paths[i]
	changes := template.Uses()&perLine != 0
	if f.file != nil && f.file.Closed() {
		f.file = nil
	}
	if f.file != nil && !changes && f.slot == r.clock.Slot {
		return
	}
	o, h := &s.origin, &r.header
	r.values = pathname.Values{
		Clock: &r.clock, Peer: o.Peer.Addr(), Host: h.host.Of(l.message), Program: h.program.Of(l.message),
		Facility: h.facility, Severity: h.severity, Listener: o.Listener, Name: o.Name, Lane: to.lane,
	}
	r.path = template.Append(r.path[:0], &r.values)
	if f.file != nil && f.file.Name() == string(r.path) {
		f.slot = r.clock.Slot
		return
	}
	r.overflow = template.AppendOverflow(r.overflow[:0], &r.values)
	f.file, f.slot = r.in.files.Get(r.path, r.overflow), r.clock.Slot
}

// write appends the parts to their files.
func (r *run) write() {
	for i := range r.parts {
		p := &r.parts[i]
		var ok bool
		if p.at, ok = p.file.Append(r.text[p.start:p.end], p.lines); ok {
			continue
		}
		// It was closed to make room for others; among very many files, that may happen again.
		name := []byte(p.file.Name())
		for !ok {
			p.file = r.in.files.Get(name, name)
			p.at, ok = p.file.Append(r.text[p.start:p.end], p.lines)
		}
	}
}

// extent is where the run's text from start to end, in one part, stands in the part's file.
func (r *run) extent(part, start, end int) hostfile.Extent {
	if part < 0 {
		return hostfile.Extent{}
	}
	p := &r.parts[part]
	return p.at.Part(int64(start-p.start), int64(end-start))
}

// maxScratch bounds what a run keeps of an unusually large one.
const maxScratch = 256 << 10

func (r *run) reset() {
	clear(r.lines)
	clear(r.parts)
	r.lines, r.parts, r.text = r.lines[:0], r.parts[:0], r.text[:0]
	if cap(r.text) > maxScratch {
		r.text = nil
	}
	if cap(r.lines) > maxScratch/64 {
		r.lines = nil
	}
	if cap(r.parts) > maxScratch/64 {
		r.parts = nil
	}
}
