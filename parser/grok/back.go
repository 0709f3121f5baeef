package grok

// back takes up the way that was left last: the node to go on with, nil if
// there is none or the line has had its steps.
func (m *Matcher) back(p *program, line []byte) (in *inst, pos int) {
	for {
		m.steps += 2
		if m.steps > m.soft && m.doubt(p, line) < m.start && m.far == nil {
			return nil, 0
		}
		if m.steps > m.hard || len(m.stack) == 0 {
			return nil, 0
		}
		e := &m.stack[len(m.stack)-1]
		from := &p.insts[e.pc]
		m.trail = m.trail[:e.trail]
		switch from.op {
		case opAlt:
			in, pos = &p.insts[p.flat[e.aux]], int(e.pos)
			e.aux++
			if p.flat[e.aux] < 0 {
				m.stack = m.stack[:len(m.stack)-1]
			}
		case opFork:
			in, pos = from.other, int(e.pos)
			m.stack = m.stack[:len(m.stack)-1]
		case opRun, opRunLazy, opDataTo:
			if pos = m.another(from, e, line); pos < 0 {
				continue
			}
			in, pos = from.text, pos+int(from.known)
		case opScanEnds:
			if pos = m.takeShorter(from, e, line); pos < 0 {
				continue
			}
			in = from.text
		case opNotLook:
			in, pos = from.other, int(e.pos)
			m.stack = m.stack[:len(m.stack)-1]
			return in, pos
		case opRestore:
			m.regs[from.slot].pos = e.pos
			m.stack = m.stack[:len(m.stack)-1]
			continue
		}
		if !m.memoOn || !m.seen(p.rows[in.pc].back, pos, len(line)) {
			return in, pos
		}
	}
}

// another finds the next end of a run that has left a way, -1 if it has none.
func (m *Matcher) another(in *inst, e *choice, line []byte) int {
	var q int
	done := false
	if in.op == opRun {
		q = in.giveBack(line, int(e.pos)-1, int(e.aux))
		m.steps += (int(e.pos) - max(q, int(e.aux))) >> 3
		done = q <= int(e.aux)
	} else {
		q = -1
		if w := in.set.width(line, int(e.pos)); w > 0 {
			var seen int
			q, seen = in.takeMore(line, int(e.pos)+w, int(e.aux))
			m.steps += lazySteps + seen>>min(in.set.cost, 3)
		}
		done = q < 0 || q >= int(e.aux)
	}
	e.pos = int32(q)
	if done {
		m.stack = m.stack[:len(m.stack)-1]
	}
	if q >= 0 && in.capture {
		m.trail[len(m.trail)-1].End = int32(q)
	}
	return q
}

// takeShorter finds the next shorter end of what a scanner found, -1 if it has none.
func (m *Matcher) takeShorter(in *inst, e *choice, line []byte) int {
	m.steps += int(e.pos-e.aux) >> 2
	q := in.shorter(line, int(e.aux), int(e.pos))
	if e.pos = int32(q); q < 0 {
		m.stack = m.stack[:len(m.stack)-1]
	} else if in.capture {
		m.trail[len(m.trail)-1].End = e.pos
	}
	return q
}
