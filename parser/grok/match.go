package grok

import "unicode/utf8"

// choice is a way not taken yet: what pc's operation does with it is its own.
type choice struct {
	pc, pos, aux, trail int32
}

// mark is an entry of the trail: slot<<1, +1 for its end, and where.
type mark struct {
	slot int32 // slot<<1, +1 where it ends
	pos  int32
}

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
//nolint:gocyclo // one operation a case: the interpreter's loop
func (m *Matcher) run(p *program, line []byte, start int) outcome {
	stack, trail := m.stack[:0], m.trail[:0]
	pc, pos, n := p.entry, start, len(line)
	insts, flat := p.insts, p.flat
	steps := m.steps
	result := failed
loop:
	for {
		in := &insts[pc]
		steps++
		switch in.op {
		case opFail:
		retry:
			steps++
			if steps > m.soft {
				m.steps = steps
				if !m.slowDown(p, n) {
					break loop
				}
			}
			if len(stack) == 0 {
				break loop
			}
			e := &stack[len(stack)-1]
			in := &insts[e.pc]
			trail = trail[:e.trail]
			switch in.op {
			case opAlt:
				pc, pos = flat[e.aux], int(e.pos)
				e.aux++
				if flat[e.aux] < 0 {
					stack = stack[:len(stack)-1]
				}
			case opRun:
				q := in.giveBack(line, int(e.pos)-1, int(e.aux))
				steps += (int(e.pos) - max(q, int(e.aux))) >> 2
				if q <= int(e.aux) {
					stack = stack[:len(stack)-1]
					if q < 0 {
						goto retry
					}
				} else {
					e.pos = int32(q)
				}
				pc, pos = in.next, q
				if in.capture != captureNone {
					trail = append(trail, mark{in.slot | 1, int32(q)})
				}
			case opRunLazy:
				q, seen := -1, 0
				if w := in.set.width(line, int(e.pos)); w > 0 {
					q, seen = in.takeMore(line, int(e.pos)+w, int(e.aux))
				}
				steps += seen >> 2
				if q < 0 {
					stack = stack[:len(stack)-1]
					goto retry
				}
				e.pos = int32(q)
				if q >= int(e.aux) {
					stack = stack[:len(stack)-1]
				}
				pc, pos = in.next, q
				if in.capture != captureNone {
					trail = append(trail, mark{in.slot | 1, int32(q)})
				}
			case opNotLook:
				pc, pos = in.alt, int(e.pos)
				stack = stack[:len(stack)-1]
				continue
			case opRestore:
				m.regs[in.slot].pos = e.pos
				stack = stack[:len(stack)-1]
				goto retry
			}
			if m.memoOn && in.memo && m.seen(p, pc, pos, n) {
				goto retry
			}
			continue
		case opRelay:
			pc = in.next
			continue
		case opMatch:
			result = matched
			m.start, m.end = start, pos
			break loop
		case opByte:
			if pos < n && line[pos] == in.b {
				pos++
				pc = in.next
				continue
			}
		case opLit:
			lit := p.lits[in.slot]
			if end := pos + len(lit); end <= n && string(line[pos:end]) == lit {
				pos = end
				pc = in.next
				continue
			}
		case opSet:
			if pos < n {
				if t := in.set.tab[line[pos]]; t == inASCII {
					pos++
					pc = in.next
					continue
				} else if t != 0 {
					if w := in.set.width(line, pos); w > 0 {
						pos += w
						pc = in.next
						continue
					}
				}
			}
		case opRunOnly:
			q, ok := in.longest(line, pos)
			steps += (q - pos) >> 3
			if ok {
				if in.capture == captureWhole {
					trail = append(trail, mark{in.slot, int32(pos)}, mark{in.slot | 1, int32(q)})
				}
				pos = q
				pc = in.next
				continue
			}
		case opRun:
			q, ok := in.longest(line, pos)
			steps += (q - pos) >> 2
			if !ok {
				break
			}
			lo := pos
			if in.min > 0 {
				lo, _ = in.set.take(line, pos, in.min)
			}
			if !in.canFollow(line, q) {
				if q = in.giveBack(line, q-1, lo); q < 0 {
					break
				}
			}
			if q > lo {
				stack = append(stack, choice{pc, int32(q), int32(lo), int32(len(trail))})
			}
			if in.capture != captureNone {
				trail = append(trail, mark{in.slot | 1, int32(q)})
			}
			pos = q
			pc = in.next
			continue
		case opRunLazy:
			lo, took := in.set.take(line, pos, in.min)
			steps += (lo - pos) >> 3
			if took < in.min {
				break
			}
			hi := n
			if in.max >= 0 {
				hi, _ = in.set.take(line, lo, in.max-in.min)
			}
			q, seen := in.takeMore(line, lo, hi)
			steps += seen >> 2
			if q < 0 {
				break
			}
			if q < hi {
				stack = append(stack, choice{pc, int32(q), int32(hi), int32(len(trail))})
			}
			if in.capture != captureNone {
				trail = append(trail, mark{in.slot | 1, int32(q)})
			}
			pos = q
			pc = in.next
			continue
		case opAlt:
			at := in.end
			if pos < n {
				at = in.branches.starts[in.branches.list[line[pos]]]
			}
			first := flat[at]
			if first < 0 {
				break
			}
			if flat[at+1] >= 0 {
				stack = append(stack, choice{pc, int32(pos), at + 1, int32(len(trail))})
			}
			pc = first
			continue
		case opScan:
			end := in.scan(line, pos)
			if end >= 0 {
				steps += (end - pos) >> 3
				if in.capture != captureNone {
					trail = append(trail, mark{in.slot, int32(pos)}, mark{in.slot | 1, int32(end)})
				}
				pos = end
				pc = in.next
				continue
			}
			if end == unsure {
				result = handOver
				break loop
			}
		case opStart:
			trail = append(trail, mark{in.slot, int32(pos)})
			pc = in.next
			continue
		case opEnd:
			trail = append(trail, mark{in.slot | 1, int32(pos)})
			pc = in.next
			continue
		case opAhead:
			if (pos < n && in.set.width(line, pos) > 0) != in.neg {
				pc = in.next
				continue
			}
		case opBehind:
			if in.behind(line, pos) {
				pc = in.next
				continue
			}
		case opBeginLine, opEndLine, opBeginText, opEndText, opEndTextNL, opWordEdge:
			if in.edge(line, pos) {
				pc = in.next
				continue
			}
		case opAtomic:
			m.regs[in.slot].height = int32(len(stack))
			pc = in.next
			continue
		case opAtomicEnd:
			stack = stack[:m.regs[in.slot].height]
			pc = in.next
			continue
		case opLook:
			m.regs[in.slot] = register{int32(len(stack)), int32(pos)}
			pc = in.next
			continue
		case opLookEnd:
			stack = stack[:m.regs[in.slot].height]
			pos = int(m.regs[in.slot].pos)
			pc = in.next
			continue
		case opNotLook:
			m.regs[in.slot].height = int32(len(stack))
			stack = append(stack, choice{pc, int32(pos), 0, int32(len(trail))})
			pc = in.next
			continue
		case opNotLookEnd:
			h := m.regs[in.slot].height
			trail = trail[:stack[h].trail]
			stack = stack[:h]
		case opBack:
			q, k := pos, in.min
			for ; k > 0 && q > 0; k-- {
				_, w := utf8.DecodeLastRune(line[:q])
				q -= w
			}
			if k == 0 {
				pos = q
				pc = in.next
				continue
			}
		case opMark:
			stack = append(stack, choice{in.alt, m.regs[in.slot].pos, 0, int32(len(trail))})
			m.regs[in.slot].pos = int32(pos)
			pc = in.next
			continue
		case opProgress:
			if m.regs[in.slot].pos == int32(pos) {
				pc = in.alt
			} else {
				pc = in.next
			}
			continue
		case opBackref:
			if end := in.backref(line, pos, trail, p.groups[in.slot]); end >= 0 {
				steps += end - pos
				pos = end
				pc = in.next
				continue
			}
		}
		if m.far != nil {
			m.far.note(p.srcs[pc], pos)
		}
		pc = 0
	}
	m.stack, m.trail, m.steps = stack[:0], trail, steps
	return result
}
