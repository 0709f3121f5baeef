package grok

import (
	"bytes"
	"math/bits"
	"slices"
)

// The bound: a pattern may take baseSteps and stepsPerByte for each byte of
// the line. After freeSteps, and when nothing matches at the first place, it remembers which states have
// failed, so that going back over the same ground ends.
const (
	baseSteps    = 4096
	stepsPerByte = 24
	freeSteps    = 96
	lazySteps    = 6 // to look for the next end of a lazy run
	maxMemoBits  = 1 << 26
	maxMemoRows  = 1 << 10 // more would take longer to clear than the steps they save
	fewTexts     = 2       // to look for before a pattern is tried that most bytes can begin, or that may begin anywhere
	unknown      = -2
)

// Matcher matches lines with a Set. It is one worker's scratch space: not
// safe for concurrent use.
type Matcher struct {
	set     *Set
	matched *program  // by the last match, nil if there was none
	kept    []Capture // of a program that is not plain
	last    []mark    // by slot, for collect
	regs    []register
	stack   []choice
	trail   []mark
	memo    []uint64
	memoOn  bool
	steps   int
	soft    int
	hard    int
	start   int
	end     int
	latest  int // the last place where a match may begin, unknown until there is doubt that one does
	limited int // the pattern that reached the limit, -1 for none
	far     *furthest
	// From lineFrom on, lineEnd is where the dot stops, as far as it is known: see dotEnd.
	lineFrom, lineEnd int
	masks             []uint64 // of patterns, a bit each
	scanned           scanned
	vain              vain
}

// scanned is where a scanner that may be asked again has been last, and its answer.
type scanned struct {
	by      *scanner
	at, end int
}

// vain is the last lazy run whose end was not found: there is none between these places.
type vain struct {
	in       *inst
	from, to int
}

// NewMatcher returns scratch space for one worker.
func (s *Set) NewMatcher() *Matcher {
	m := &Matcher{set: s, limited: -1, regs: make([]register, s.maxRegs), last: make([]mark, s.maxSlots)}
	if s.index != nil {
		m.masks = make([]uint64, s.index.words)
	}
	return m
}

// Match reports which pattern of the set matches, as Compile says. It allocates nothing once its scratch space has grown.
func (m *Matcher) Match(line []byte) (pattern int, ok bool) {
	m.begin(line)
	if m.set.index != nil {
		return m.matchAny(line)
	}
	return 0, m.try(0, line)
}

// MatchFrom looks for the first pattern of the set alone, from a place of the line on, and tells where the match begins
// and ends. What stands before that place is there for anchors and for looking behind.
func (m *Matcher) MatchFrom(line []byte, from int) (start, end int, ok bool) {
	m.begin(line)
	p, n := m.set.progs[0], len(line)
	if m.steps = 0; p.anchor == textStart && from > 0 {
		return 0, 0, false
	}
	m.forget(p, n)
	for at := p.nextStart(line, from); at >= 0; at = p.nextStart(line, p.after(line, at)) {
		result := m.run(p, line, at)
		if result == handOver {
			p = m.careful(p, n)
			result = m.run(p, line, at)
		}
		switch {
		case result == matched:
			return m.start, m.end, true
		case m.steps > m.hard:
			m.limited = 0
			return 0, 0, false
		case p.anchor == textStart:
			return 0, 0, false
		}
	}
	return 0, 0, false
}

// careful makes ready for the program that goes on with a line of n bytes where p's scanners are unsure.
func (m *Matcher) careful(p *program, n int) *program {
	p = p.careful()
	m.forget(p, n)
	if p.regs > len(m.regs) {
		m.regs = make([]register, p.regs)
	}
	return p
}

// begin makes ready for a line.
func (m *Matcher) begin(line []byte) {
	m.matched, m.limited = nil, -1
	m.hard = baseSteps + stepsPerByte*len(line)
	m.lineFrom, m.lineEnd = 0, -1
	m.scanned.by, m.vain.in = nil, nil
}

// matchAny tries the candidates that the index leaves, in their order. Of several that match, the one that
// begins first does, as if they were alternatives of one expression; of those the first.
func (m *Matcher) matchAny(line []byte) (pattern int, ok bool) {
	x := m.set.index
	if m.lineEnd = bytes.IndexByte(line, '\n'); m.lineEnd < 0 {
		m.lineEnd = len(line)
	}
	oneLine, head := m.lineEnd == len(line), firstEight(line)
	best, start, limited := -1, 0, -1
	seen := 0 // of the texts that patterns share
	for w, mask := range x.candidates(m.masks, line) {
		if oneLine {
			mask &= x.begin(line, w)
		}
		for mask != 0 {
			i := w<<6 + bits.TrailingZeros64(mask)
			mask &= mask - 1
			p := m.set.progs[i]
			if p.shared >= 0 && seen>>p.shared&1 == 0 {
				t := &x.texts[p.shared]
				if t.isAbsent(line) || t.lastIn(line, len(line)) < 0 {
					mask &^= t.of[w]
					continue
				}
				seen |= 1 << p.shared
			}
			if oneLine && p.anchor != anyStart && !p.lead.begins(head) ||
				(p.wide || p.shared >= 0) && p.latest(line, fewTexts) < 0 || !m.try(i, line) {
				continue
			}
			if m.start == 0 {
				return i, true
			}
			if best < 0 || m.start < start {
				best, start, limited = i, m.start, m.limited
			}
		}
	}
	if best < 0 {
		return 0, false
	}
	m.limited = limited
	return best, m.try(best, line)
}

// Captures returns the slots that took part in the last match, in the order
// in which the pattern names them. The slice is valid until the next Match.
func (m *Matcher) Captures() []Capture {
	switch {
	case m.matched == nil:
		return nil
	case m.matched.plain:
		return m.trail
	}
	return m.kept
}

// Err returns ErrLimit if the last Match gave a pattern up because the line
// took too many steps; a later pattern may have matched all the same.
func (m *Matcher) Err() error {
	if m.limited < 0 {
		return nil
	}
	return ErrLimit
}

// Limited returns the first pattern that the last Match gave up, -1 for none.
func (m *Matcher) Limited() int { return m.limited }

// try matches a pattern of the set, at every place of the line where it can begin.
func (m *Matcher) try(i int, line []byte) bool {
	p, n := m.set.progs[i], len(line)
	if m.steps = 0; n < p.minLen {
		return false
	}
	m.forget(p, n)
	// A line that matches mostly does so at the first place; whether it has
	// what every match contains is looked at when it does not.
	at := 0
	if p.anchor == anyStart && (n == 0 || p.first == nil || !p.first[line[0]] || len(p.prefix) > 0) {
		at = p.nextStart(line, 0)
	}
	for at >= 0 {
		result := m.run(p, line, at)
		if result == handOver {
			p = m.careful(p, n)
			result = m.run(p, line, at)
		}
		if result == matched {
			if m.matched = p; !p.plain {
				m.collect(p)
			}
			return true
		}
		if m.steps > m.hard {
			if m.limited < 0 {
				m.limited = i
			}
			return false
		}
		if p.anchor == textStart || p.anchor == lineStart && m.lineFrom == 0 && m.lineEnd == n {
			return false
		}
		if at = p.nextStart(line, p.after(line, at)); at > m.doubt(p, line) {
			return false
		}
	}
	return false
}

// after returns how far on from a place where no match begins the next can.
func (p *program) after(line []byte, at int) int {
	if p.run != nil {
		at = p.run.run(line, at)
	}
	return at + 1
}

// nextStart returns the first place from at on where a match can begin, -1 if
// there is none.
func (p *program) nextStart(line []byte, at int) int {
	switch {
	case at > len(line):
		return -1
	case p.anchor == lineStart:
		if at == 0 {
			return at
		}
		if i := bytes.IndexByte(line[at-1:], '\n'); i >= 0 && at+i < len(line) {
			return at + i
		}
		return -1
	case len(p.prefix) > 0:
		if i := bytes.Index(line[at:], p.prefix); i >= 0 {
			return at + i
		}
		return -1
	case p.first == nil:
		for !boundary(line, at) {
			at++
		}
		return at
	}
	for ; at < len(line); at++ {
		if p.first[line[at]] && (line[at] < 0x80 || boundary(line, at)) {
			return at
		}
	}
	return -1
}

// forget switches the memo off, until there have been steps enough to make up for its being cleared.
func (m *Matcher) forget(p *program, n int) {
	m.memoOn, m.latest, m.soft = false, unknown, freeSteps+p.memoRows*(n+1)>>10
}

// doubt returns the last place of the line where a match may begin, and switches the memo on if there is one: what
// has been tried so far was in vain.
func (m *Matcher) doubt(p *program, line []byte) int {
	if m.latest == unknown {
		if m.latest = p.latest(line, len(p.chain)); m.latest >= m.start {
			m.remember(p, len(line))
		}
	}
	return m.latest
}

// remember switches the memo on.
func (m *Matcher) remember(p *program, n int) {
	if m.soft == m.hard {
		return
	}
	m.soft = m.hard
	if bits := p.memoRows * (n + 1); bits > 0 && bits <= maxMemoBits && p.memoRows <= maxMemoRows {
		words := (bits + 63) / 64
		m.memo = slices.Grow(m.memo[:0], words)[:words]
		clear(m.memo)
		m.memoOn = true
	}
}

// seen reports whether the state of a row at pos has been met before, and so has failed, and notes it:
// what happens from a state on does not depend on how it was reached.
//
//go:noinline
func (m *Matcher) seen(row int32, pos, n int) bool {
	if row < 0 {
		return false
	}
	bit := int(row)*(n+1) + pos
	w, b := &m.memo[bit>>6], uint64(1)<<(bit&63)
	if *w&b != 0 {
		return true
	}
	*w |= b
	return false
}

// collect makes captures of the trail. Where a slot may be captured more than
// once the last time counts.
func (m *Matcher) collect(p *program) {
	last := m.last[:p.slots]
	for i := range last {
		last[i].End = -1
	}
	for _, t := range m.trail {
		e := &last[t.Field]
		if t.Start >= 0 {
			e.Start = t.Start
		}
		if t.End >= 0 {
			e.End = t.End
		}
	}
	m.kept = m.kept[:0]
	for slot, e := range last {
		if f := p.fieldOf[slot]; e.End >= 0 && f >= 0 {
			m.kept = append(m.kept, Capture{Field: int(f), Start: e.Start, End: e.End})
		}
	}
}
