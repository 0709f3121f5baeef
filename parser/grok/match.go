package grok

import (
	"unicode/utf8"
)

// choice is a way not taken yet: what pc's operation does with it is its own.
type choice struct {
	pc, pos, aux, trail int32
}

// mark is an entry of the trail: where a slot begins and ends. In a plain
// program it is the capture. In others Field is the slot, and either place may
// be -1: it is said by another mark.
type mark = Capture

type register struct {
	height, pos int32
}

// outcome is what a program makes of one start.
type outcome uint8

const (
	failed outcome = iota
	matched
	handOver // a scanner was unsure
)

// run matches at one start. The trail holds the captures of the way taken.
//
// The loop has nothing but in and pos in registers: all else that it changes
// is the matcher's, so that a step is cheap and going back, which is rare, is
// a call.
//
//nolint:gocyclo,funlen // one operation a case: the interpreter's loop
func (m *Matcher) run(p *program, line []byte, start int) outcome {
	m.stack, m.trail, m.start = m.stack[:0], m.trail[:0], start
	in, pos := p.entry, start
	for {
		m.steps++
		switch in.op {
		case opFail:
		case opRelay:
			in = in.to
			continue
		case opMatch:
			m.end = pos
			return matched
		case opByte:
			if pos < len(line) && line[pos] == in.b {
				pos++
				in = in.to
				continue
			}
		case opLit:
			if pos <= len(line)-8 {
				if !in.begins(eight(line, pos)) {
					break
				}
				if in.took > 0 && !m.memoOn {
					pos += int(in.took)
					in = in.to
					continue
				}
			}
			if end := m.literal(p, in, line, pos); end >= 0 {
				pos = end
				in = in.to
				continue
			}
		case opSet:
			if pos >= len(line) {
				break
			}
			w := 1
			if in.set.tab[line[pos]] != inASCII {
				if w = in.set.width(line, pos); w == 0 {
					break
				}
			}
			in, pos = m.then(in, line, pos+w)
			continue
		case opMaybe:
			if pos < len(line) {
				pos += in.set.width(line, pos)
			}
			in = in.to
			continue
		case opSpan:
			var q int
			if in.set.kind == notNewline {
				q = m.dotEnd(line, pos)
			} else {
				q = in.set.run(line, pos)
			}
			if q-pos < int(in.min) {
				break
			}
			m.steps += in.set.steps(q - pos)
			if in.capture {
				m.trail = append(m.trail, mark{int(in.slot), int32(pos), int32(q)})
			}
			in, pos = m.then(in, line, q)
			continue
		case opRunOnly:
			q := in.counted(line, pos)
			if q < 0 {
				m.steps += in.set.steps(int(in.min))
				break
			}
			m.steps += in.set.steps(q - pos)
			if in.capture {
				m.trail = append(m.trail, mark{int(in.slot), int32(pos), int32(q)})
			}
			in, pos = m.then(in, line, q)
			continue
		case opRun:
			if q := m.takeRun(in, line, pos); q >= 0 {
				in, pos = m.then(in, line, q)
				continue
			}
		case opRunLazy:
			if q := m.takeLazy(in, line, pos); q >= 0 {
				in, pos = m.then(in, line, q)
				continue
			}
		case opDataTo:
			if q := m.takeData(in, line, pos); q >= 0 {
				in, pos = m.then(in, line, q)
				continue
			}
		case opAlt:
			t := in.branches
			var w *way
			if pos < len(line) { // no common index: it would make every step wait for it
				w = &t.ways[t.list[line[pos]]]
			} else {
				w = &t.ways[t.atEnd]
			}
			if w.to == nil {
				break
			}
			if w.more >= 0 {
				if m.memoOn && m.seen(p.rows[in.pc].join, pos, len(line)) {
					break
				}
				m.stack = append(m.stack, choice{in.pc, int32(pos), w.more, int32(len(m.trail))})
			}
			pos += int(w.known)
			in = w.to
			continue
		case opFork:
			if pos >= len(line) || line[pos] != in.b {
				in = in.other
				continue
			}
			if in.keep {
				if m.memoOn && m.seen(p.rows[in.pc].join, pos, len(line)) {
					break
				}
				m.stack = append(m.stack, choice{in.pc, int32(pos), 0, int32(len(m.trail))})
			}
			pos += int(in.known)
			in = in.to
			continue
		case opScan:
			end := in.scan(line, pos)
			if end < 0 {
				if end == noMatch {
					break
				}
				if in.min == 0 {
					return handOver
				}
				in = &p.insts[in.min]
				continue
			}
			m.steps += (end - pos) >> 3
			if in.capture {
				m.trail = append(m.trail, mark{int(in.slot), int32(pos), int32(end)})
			}
			in, pos = m.then(in, line, end)
			continue
		case opScanEnds:
			end := m.takeScan(in, line, pos)
			switch {
			case end >= 0:
				in, pos = m.then(in, line, end)
				continue
			case end == unsure && in.min == 0:
				return handOver
			case end == unsure:
				in = &p.insts[in.min]
				continue
			}
		case opStart:
			m.trail = append(m.trail, mark{int(in.slot), int32(pos), -1})
			in = in.to
			continue
		case opEnd:
			if last := &m.trail[len(m.trail)-1]; p.plain && last.Field == int(in.slot) {
				last.End = int32(pos)
			} else {
				m.endSlot(p, in.slot, int32(pos))
			}
			in, pos = m.then(in, line, pos)
			continue
		case opAhead:
			if (pos < len(line) && in.set.width(line, pos) > 0) != in.neg {
				in = in.to
				continue
			}
		case opBehind:
			if in.behind(line, pos) {
				in = in.to
				continue
			}
		case opBeginLine, opEndLine, opBeginText, opEndText, opEndTextNL, opWordEdge:
			if in.edge(line, pos) {
				in = in.to
				continue
			}
		case opAtomic:
			m.regs[in.slot].height = int32(len(m.stack))
			in = in.to
			continue
		case opAtomicEnd:
			m.stack = m.stack[:m.regs[in.slot].height]
			in = in.to
			continue
		case opLook:
			m.regs[in.slot] = register{int32(len(m.stack)), int32(pos)}
			in = in.to
			continue
		case opLookEnd:
			m.stack = m.stack[:m.regs[in.slot].height]
			if m.steps <= m.hard { // as it goes back, and again where it is in a loop
				pos = int(m.regs[in.slot].pos)
				in = in.to
				continue
			}
		case opNotLook:
			m.regs[in.slot].height = int32(len(m.stack))
			m.stack = append(m.stack, choice{in.pc, int32(pos), 0, int32(len(m.trail))})
			in = in.to
			continue
		case opNotLookEnd:
			h := m.regs[in.slot].height
			m.trail = m.trail[:m.stack[h].trail]
			m.stack = m.stack[:h]
		case opBack:
			q, k := pos, in.min
			m.steps += int(k)
			for ; k > 0 && q > 0; k-- {
				_, w := utf8.DecodeLastRune(line[:q])
				q -= w
			}
			if k == 0 && m.steps <= m.hard {
				in, pos = m.then(in, line, q)
				continue
			}
		case opMark:
			m.stack = append(m.stack, choice{in.alt, m.regs[in.slot].pos, 0, int32(len(m.trail))})
			m.regs[in.slot].pos = int32(pos)
			in = in.to
			continue
		case opProgress:
			if m.regs[in.slot].pos == int32(pos) {
				in = in.other
			} else {
				in = in.to
			}
			continue
		case opBackref:
			end, cost := in.backref(line, pos, m.trail, p.groups[in.slot])
			if m.steps += cost; end >= 0 && m.steps <= m.hard {
				pos = end
				in = in.to
				continue
			}
		}
		if m.far != nil {
			m.far.note(p.srcs[in.pc], pos)
		}
		if in, pos = m.back(p, line); in == nil {
			return failed
		}
	}
}

// literal returns where the text of an operation ends, -1 if it is not there or has been in vain.
func (m *Matcher) literal(p *program, in *inst, line []byte, pos int) int {
	text := p.srcs[in.pc].lit
	end := pos + len(text)
	m.steps += len(text) >> 5
	if end > len(line) || string(line[pos:end]) != text || m.memoOn && m.seen(p.rows[in.pc].join, pos, len(line)) {
		return -1
	}
	return end
}

// then is the node to go on with after in, and where: the text that must come next is taken by the way.
func (m *Matcher) then(in *inst, line []byte, pos int) (*inst, int) {
	if in.took > 0 {
		if pos > len(line)-8 || !in.begins(eight(line, pos)) || m.memoOn {
			return in.text, pos
		}
		pos += int(in.took)
	}
	return in.to, pos
}

// endSlot notes where a slot ends: in a plain program in the mark that says where it begins.
func (m *Matcher) endSlot(p *program, slot, pos int32) {
	if !p.plain {
		m.trail = append(m.trail, mark{int(slot), -1, pos})
		return
	}
	i := len(m.trail) - 1
	for m.trail[i].Field != int(slot) {
		i--
	}
	m.trail[i].End = pos
}
