package grok

// link makes pointers of indices, now that the program does not move any more,
// and lets nodes take the text by the way that must come next.
func (c *compiler) link() {
	p := c.p
	for i := range p.insts {
		in := &p.insts[i]
		in.to, in.other = c.target(in.next), c.target(in.alt)
		in.text = in.to
		switch in.op {
		case opRunOnly:
			in.op = in.plainest()
		case opFork:
			if in.to.op == opByte { // which is b
				in.known, in.to = 1, c.target(in.to.next)
			}
		}
		switch in.op {
		case opLit:
			in.expect(c.text(in))
		case opSet, opSpan, opRunOnly, opRun, opRunLazy, opDataTo, opScan, opScanEnds, opEnd:
			if in.expect(c.text(in.to)); in.took > 0 {
				in.to = c.target(in.to.next)
			}
		}
	}
	for i := range p.insts {
		if t := p.insts[i].branches; t != nil {
			c.linkWays(t)
		}
	}
}

// expect notes a text, of which a head of eight bytes may not be all.
func (in *inst) expect(text string) {
	if in.head = headOf(text); len(text) <= 8 {
		in.took = uint8(len(text))
	}
}

// text is what an operation wants, "" if that is not a text.
func (c *compiler) text(in *inst) string {
	if in.op == opByte || in.op == opLit {
		return c.srcs[in.pc].lit
	}
	return ""
}

// plainest is the cheapest operation that does what a run does which gives nothing back.
func (in *inst) plainest() opcode {
	switch {
	case in.max < 0 && in.min <= 1:
		return opSpan
	case in.min == 0 && in.max == 1 && !in.capture:
		return opMaybe
	}
	return opRunOnly
}

// target is the node that pc stands for.
func (c *compiler) target(pc int32) *inst {
	in := &c.p.insts[pc]
	for in.op == opRelay {
		in = &c.p.insts[in.next]
	}
	return in
}

// linkWays finds the first branch of each list. Where it is the only one and
// is the byte that chose it, that byte need not be looked at again.
func (c *compiler) linkWays(t *branchTable) {
	flat := c.p.flat
	t.ways = make([]way, len(t.starts))
	for i, at := range t.starts {
		w := &t.ways[i]
		w.more = -1
		if flat[at] < 0 {
			continue
		}
		w.to = c.target(flat[at])
		if flat[at+1] >= 0 {
			w.more = at + 1
		} else if w.to.op == opByte && i != t.atEnd {
			w.known, w.to = 1, c.target(w.to.next)
		}
	}
}
