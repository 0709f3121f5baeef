package grok

// link makes pointers of indices, now that the program does not move any more,
// and joins nodes where one says which byte comes next.
func (c *compiler) link() {
	p := c.p
	for i := range p.insts {
		in := &p.insts[i]
		in.to = c.target(in.next)
		if in.op == opRunOnly {
			in.op = in.plainest()
		}
		switch in.op {
		case opFork:
			in.alt = c.target(in.alt).pc
			if in.to.op == opByte { // which is b
				in.took, in.to = 1, c.target(in.to.next)
			}
		case opScan, opRunOnly, opSpan, opSet:
			if next := in.to; next.op == opByte {
				in.then, in.b, in.alt = true, next.b, next.pc
				in.to = c.target(next.next)
			}
		}
	}
	for i := range p.insts {
		if t := p.insts[i].branches; t != nil {
			c.linkWays(t)
		}
	}
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
			w.took, w.to = 1, c.target(w.to.next)
		}
	}
}
