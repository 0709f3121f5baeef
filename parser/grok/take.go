package grok

import "bytes"

// takeRun takes as much as it can, and keeps a way back if less may do.
func (m *Matcher) takeRun(in *inst, line []byte, pos int) int {
	var q int
	if in.max >= 0 || in.min > 1 {
		q = in.counted(line, pos)
	} else {
		q = m.span(in, line, pos)
	}
	if q-pos < int(in.min) {
		m.steps += in.set.steps(int(in.min))
		return -1
	}
	m.steps += in.set.steps(q - pos)
	lo := pos
	if in.min > 0 {
		if lo++; in.min > 1 || line[pos] >= 0x80 {
			lo, _ = in.set.take(line, pos, in.min)
		}
	}
	if !in.canFollow(line, q) {
		from := q
		q = in.giveBack(line, q-1, lo)
		m.steps += (from - max(q, lo)) >> 3
		if q < 0 {
			return -1
		}
	}
	if in.capture {
		m.trail = append(m.trail, mark{int(in.slot), int32(pos), int32(q)})
	}
	if q > lo {
		m.stack = append(m.stack, choice{in.pc, int32(q), int32(lo), int32(len(m.trail))})
	}
	return q
}

// takeData is takeLazy for opDataTo.
func (m *Matcher) takeData(in *inst, line []byte, pos int) int {
	hi := m.dotEnd(line, pos)
	if m.vain.in == in && m.vain.from <= pos && pos <= m.vain.to {
		m.steps += lazySteps
		return -1
	}
	q := -1
	if in.second != 0 {
		q = firstPair(line, pos, hi, in.b, byte(in.second-1))
	} else if i := bytes.IndexByte(line[pos:min(hi+1, len(line))], in.b); i >= 0 {
		q = pos + i
	}
	stop := q
	if q < 0 {
		stop = hi
		m.vain = vain{in, pos, hi}
	}
	m.steps += lazySteps + (stop-pos)>>4
	return m.stopAt(in, pos, q, hi)
}

// takeLazy takes as little as will do, and keeps a way to take more.
func (m *Matcher) takeLazy(in *inst, line []byte, pos int) int {
	lo := pos
	if in.min > 0 {
		var took int32
		lo, took = in.set.take(line, pos, in.min)
		m.steps += (lo - pos) >> min(in.set.cost, 1)
		if took < in.min {
			return -1
		}
	}
	hi := len(line)
	switch {
	case in.max >= 0:
		hi, _ = in.set.take(line, lo, in.max-in.min)
		m.steps += (hi - lo) >> min(in.set.cost, 1)
	case in.set.kind == notNewline:
		hi = m.dotEnd(line, lo)
	}
	q, seen := in.takeMore(line, lo, hi)
	m.steps += lazySteps + seen>>min(in.set.cost, 3)
	return m.stopAt(in, pos, q, hi)
}

// stopAt ends what was taken lazily at q, and keeps a way to go on to hi. It
// returns where what is known to come next ends.
func (m *Matcher) stopAt(in *inst, pos, q, hi int) int {
	if q < 0 || m.steps > m.hard { // it has looked further than it goes
		return -1
	}
	if in.capture {
		m.trail = append(m.trail, mark{int(in.slot), int32(pos), int32(q)})
	}
	if q < hi {
		m.stack = append(m.stack, choice{in.pc, int32(q), int32(hi), int32(len(m.trail))})
	}
	return q + int(in.known)
}

// takeScan takes what a scanner finds, and keeps a way back: whether it may be shorter is asked there.
func (m *Matcher) takeScan(in *inst, line []byte, pos int) int {
	s := &m.scanned
	if s.by != in.scanner || s.at != pos {
		*s = scanned{in.scanner, pos, in.scan(line, pos)}
	}
	end := s.end
	if end < 0 {
		return end
	}
	m.steps += (end - pos) >> 3
	if in.capture {
		m.trail = append(m.trail, mark{int(in.slot), int32(pos), int32(end)})
	}
	m.stack = append(m.stack, choice{in.pc, int32(end), int32(pos), int32(len(m.trail))})
	return end
}
