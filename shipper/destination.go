package shipper

import (
	"hash/maphash"
	"slices"
	"sync/atomic"

	"github.com/millrace/millrace/shipper/hostfile"
	"github.com/millrace/millrace/shipper/pathname"
)

// destination is where lines of a session go that have the same priority and, as far as routes look at them, the same
// host and program.
type destination struct {
	id       uint64 // of what it holds
	priority uint8
	host     int    // length, in key
	key      []byte // host and program

	lane    int
	target  int            // the file that a gap would name; noFile if there is none
	files   []int          // targets, all of them
	counter *atomic.Uint64 // of lines that are discarded, or that no route takes; nil for others
}

// target is a file that lines of a run go to, and what the run has for it.
type target struct {
	file        *hostfile.File
	lines, size int
	first, last int // pieces
	at          hostfile.Extent
}

// add adds n lines to what the run has for the file: its text from start on.
func (t *target) add(r *run, n, start int) {
	end := len(r.text)
	t.size += end - start
	if t.lines += n; t.lines == n {
		t.first = len(r.pieces)
	} else if last := &r.pieces[t.last]; last.end == start {
		last.end = end
		return
	} else {
		last.next = len(r.pieces)
	}
	t.last = len(r.pieces)
	r.pieces = append(r.pieces, piece{start, end, noPiece})
}

const noPiece = -1

// directory remembers where lines of a session go. It forgets when the session changes, or the time in paths.
type directory struct {
	session *session
	slot    int64
	last    uint64 // id
	gone    uint64 // the last id that does not hold any more
	seed    maphash.Seed
	known   [128]*destination // by hash
	targets []target
	values  pathname.Values
	path    []byte
	scratch [][]byte
}

// maxTargets bounds the files that are remembered from one run to the next.
const maxTargets = 256

func newDirectory() directory { return directory{seed: maphash.MakeSeed()} }

// look makes it the directory of s at that time.
func (d *directory) look(s *session, slot int64) {
	if d.session != s || d.slot != slot || len(d.targets) > maxTargets {
		clear(d.targets)
		d.session, d.slot, d.targets = s, slot, d.targets[:0]
		d.gone = d.last
	}
}

// recall returns where lines go that begin as the one with header h does; nil if that is not known.
func (r *run) recall(h *header) *destination {
	if b := h.usual; b != nil && b.to != nil && b.id == b.to.id && b.id > r.gone {
		return b.to
	}
	return nil
}

// find returns where a line with the run's header goes. It may forget what it has found before.
func (r *run) find(s *session, line []byte) *destination {
	h := &r.header
	var host, program []byte
	if r.in.uses&pathname.Host != 0 {
		host = h.host.Of(line)
	}
	if r.in.uses&pathname.Program != 0 {
		program = h.program.Of(line)
	}
	at := &r.known[(uint64(h.priority)+maphash.Bytes(r.seed, host)+maphash.Bytes(r.seed, program))%uint64(len(r.known))]
	if *at == nil {
		*at = new(destination)
	}
	d := *at
	if d.id <= r.gone || d.priority != h.priority || string(d.key[:d.host]) != string(host) || string(d.key[d.host:]) != string(program) {
		r.last++
		d.id, d.priority, d.host = r.last, h.priority, len(host)
		d.key = append(append(d.key[:0], host...), program...)
		r.resolve(d, s, line)
	}
	if b := h.usual; b != nil {
		b.to, b.id = d, d.id
	}
	return d
}

// resolve goes through the routes.
func (r *run) resolve(d *destination, s *session, line []byte) {
	h := &r.header
	d.lane, d.target, d.files, d.counter = noLane, noFile, d.files[:0], &s.stats.unrouted
	for i := range s.routes {
		to := &s.routes[i]
		if !to.takes(h, line) {
			continue
		}
		d.counter = nil
		if to.discard {
			d.counter = &to.discarded
			break
		}
		first := len(d.files)
		for j := range to.files {
			d.files = append(d.files, r.target(to.file(r, s, line, j)))
		}
		takesLane := d.lane == noLane && to.laneIndex != noLane
		if takesLane {
			d.lane = to.laneIndex
		}
		if len(to.files) > 0 && (takesLane || d.target == noFile) {
			d.target = d.files[first]
		}
	}
}

// target returns the index of the target for file, which may be open again after it was closed to make room for others.
func (d *directory) target(file *hostfile.File) int {
	i := slices.IndexFunc(d.targets, func(t target) bool { return t.file.Name() == file.Name() })
	if i < 0 {
		i = len(d.targets)
		d.targets = append(d.targets, target{})
	}
	d.targets[i].file = file
	return i
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
}

// perLine are the placeholders that may differ between the lines of a session.
const perLine = pathname.Host | pathname.Program | pathname.Facility | pathname.Severity

// file looks up the file that path i of the route leads to, if it is not the same as before.
func (to *sessionRoute) file(r *run, s *session, line []byte, i int) *hostfile.File {
	f, template := &to.files[i], to.paths[i]
	if f.file != nil && template.Uses()&perLine == 0 && f.slot == r.clock.Slot && !f.file.Closed() {
		return f.file
	}
	o, h := &s.origin, &r.header
	r.values = pathname.Values{
		Clock: &r.clock, Peer: o.Peer.Addr(), Host: h.host.Of(line), Program: h.program.Of(line),
		Facility: h.priority >> 3, Severity: h.priority & 7, Listener: o.Listener, Name: o.Name, Lane: to.lane,
	}
	r.path = template.Append(r.path[:0], &r.values)
	end := len(r.path)
	r.path = template.AppendOverflow(r.path, &r.values)
	f.file, f.slot = r.in.files.Get(r.path[:end], r.path[end:]), r.clock.Slot
	return f.file
}
