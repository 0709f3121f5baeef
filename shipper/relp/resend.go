package relp

import (
	"container/list"
	"hash/maphash"
	"slices"
	"sync"
)

// A sender that reconnects sends again, from 1, what was not answered, and the protocol has no name for a
// session by which that could be known. But it is always a run of the lines that it sent last, in order, up to
// the very last that arrived. So the first lines of a session are held against the last lines of the sessions
// before it; a run that reaches the end of one of them was stored before.
//
// What this can't see: what another receiver stored, and two senders behind one address that send the same
// lines. Lines are compared by a keyed 64-bit hash.

// Memory is the last lines of recent sessions, by sender. It is safe for concurrent use.
type Memory struct {
	seed   maphash.Seed
	window int
	peers  int

	mu     sync.Mutex
	byPeer map[string]*list.Element
	order  list.List // of *peer, most recently used first
}

type peer struct {
	key      string
	sessions []*History // oldest first
}

// sessionsOfPeer bounds the sessions that are remembered of one sender: rsyslogd's workers have one each, and
// senders behind one address are taken for one.
const sessionsOfPeer = 16

// History is the last lines of one session, oldest first.
type History struct {
	memory *Memory
	peer   *peer
	kept   bool // by the memory; it has a line
	mu     sync.Mutex
	lines  []uint64 // twice the window at most
}

// NewMemory remembers the last window lines of each session of that many peers. window is at least the
// sender's own (librelp's default is 128).
func NewMemory(window, peers int) *Memory {
	return &Memory{seed: maphash.MakeSeed(), window: window, peers: peers, byPeer: map[string]*list.Element{}}
}

// Begin starts a session of the sender key (its address and authenticated name). resent tells its first
// lines from those of earlier sessions.
func (m *Memory) Begin(key string) (h *History, resent *Resent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.peer(key)
	resent = &Resent{seed: m.seed}
	for _, before := range p.sessions {
		tail := before.tail()
		for start := range tail {
			resent.runs = append(resent.runs, run{tail, start})
		}
	}
	return &History{memory: m, peer: p}, resent
}

// Recall starts a session that is over, to which lines are added that are known from elsewhere.
func (m *Memory) Recall(key string) *History {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &History{memory: m, peer: m.peer(key)}
}

// peer finds or makes the entry of a sender; m.mu is held.
func (m *Memory) peer(key string) *peer {
	e, ok := m.byPeer[key]
	if !ok {
		if m.order.Len() >= m.peers {
			oldest := m.order.Back()
			delete(m.byPeer, oldest.Value.(*peer).key)
			m.order.Remove(oldest)
		}
		e = m.order.PushFront(&peer{key: key})
		m.byPeer[key] = e
	}
	m.order.MoveToFront(e)
	return e.Value.(*peer)
}

// keep adds a session that has its first line. One that broke off before that must not push out others.
func (m *Memory) keep(h *History) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h.peer.sessions = append(h.peer.sessions, h)
	if len(h.peer.sessions) > sessionsOfPeer {
		h.peer.sessions = slices.Delete(h.peer.sessions, 0, 1)
	}
}

// Add remembers a line that is answered, or about to be. It is called by the session's goroutine alone.
func (h *History) Add(msg []byte) {
	if !h.kept {
		h.memory.keep(h)
		h.kept = true
	}
	hash := maphash.Bytes(h.memory.seed, msg)
	h.mu.Lock()
	if len(h.lines) >= 2*h.memory.window {
		h.lines = append(h.lines[:0], h.lines[h.memory.window:]...)
	}
	h.lines = append(h.lines, hash)
	h.mu.Unlock()
}

// Forget removes the session: its sender has closed it with everything answered, and will send none of it again.
func (h *History) Forget() {
	m := h.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	h.peer.sessions = slices.DeleteFunc(h.peer.sessions, func(other *History) bool { return other == h })
}

func (h *History) tail() []uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.lines[max(0, len(h.lines)-h.memory.window):])
}

// Resent finds the run of lines at the start of a session that an earlier session has stored.
type Resent struct {
	seed  maphash.Seed
	runs  []run // that agree with all lines so far
	n     int   // lines so far, none of them decided
	whole int   // so many of them are a run that reached the end of a tail
}

type run struct {
	tail  []uint64
	start int
}

// Done tells that nothing is undecided and that all further lines are new.
func (r *Resent) Done() bool { return len(r.runs) == 0 }

// Next takes the next line of the session. While it can't be decided both results are 0 and the line is
// held. Else, of the lines that are held and this one, the first stored were stored before, the other fresh
// ones are new, and Done is true.
//
// Of several runs that agree the longest counts: it is the sender's last lines that come again.
func (r *Resent) Next(msg []byte) (stored, fresh int) {
	h := maphash.Bytes(r.seed, msg)
	kept := r.runs[:0]
	for _, c := range r.runs {
		at := c.start + r.n
		if c.tail[at] != h {
			continue
		}
		if at+1 == len(c.tail) {
			r.whole = r.n + 1
		} else {
			kept = append(kept, c)
		}
	}
	r.runs = kept
	r.n++
	if len(r.runs) > 0 {
		return 0, 0
	}
	return r.Decide()
}

// Decide ends the search with what is known, as the sender has sent nothing more for some time: it waits
// for answers.
func (r *Resent) Decide() (stored, fresh int) {
	r.runs = nil
	stored, fresh = r.whole, r.n-r.whole
	r.n, r.whole = 0, 0
	return stored, fresh
}
