package grok

import "math/bits"

func (c *compiler) emitRepeat(n *node, next int32) (int32, error) {
	sub := n.subs[0]
	if n.max == 0 {
		return next, nil
	}
	if isChar(sub) && !(n.max == 1 && n.greed == greedy && onlyByte(bytesOf(charsetOf(sub))) != 0) { // which is a fork
		return c.emitRun(n, next, false), nil
	}
	if takesNothing(sub) {
		return c.emitEmptyRepeat(n, next)
	}
	if n.max < 0 {
		return c.emitLoop(n, next)
	}
	// x{2,4} is xx(?:x(?:x)?)?
	entry := next
	var err error
	for i := n.min; i < n.max; i++ {
		if entry, err = c.emitOptional(n, entry, next); err != nil {
			return 0, err
		}
	}
	return c.emitCopies(sub, n.min, entry)
}

func (c *compiler) emitCopies(sub *node, count int, next int32) (int32, error) {
	var err error
	for ; count > 0 && err == nil; count-- {
		next, err = c.emit(sub, next)
	}
	return next, err
}

// emitOptional emits one more copy of the body before next, or none, to exit.
func (c *compiler) emitOptional(n *node, next, exit int32) (int32, error) {
	body, err := c.emit(n.subs[0], next)
	if err != nil {
		return 0, err
	}
	if n.greed == lazy {
		return c.dispatch([]int32{exit, body}, n), nil
	}
	return c.dispatch([]int32{body, exit}, n), nil
}

// emitEmptyRepeat repeats what takes no width: once says all.
func (c *compiler) emitEmptyRepeat(n *node, next int32) (int32, error) {
	if n.min > 0 {
		return c.emit(n.subs[0], next)
	}
	return c.emitOptional(n, next, next)
}

// emitLoop emits a repetition without an upper bound.
func (c *compiler) emitLoop(n *node, next int32) (int32, error) {
	first, nullable := firstOf(n.subs[0])
	all := c.firsts[next].union(first)
	if nullable {
		all = anything
		c.noMemo++
		defer func() { c.noMemo-- }()
	}
	loop := c.add(inst{op: opAlt}, n, all)
	back := loop
	var reg int32
	if nullable {
		reg = c.register()
		back = c.add(inst{op: opProgress, slot: reg, next: loop, alt: next}, n, anything)
	}
	body, err := c.emit(n.subs[0], back)
	if err != nil {
		return 0, err
	}
	if nullable {
		undo := c.add(inst{op: opRestore, slot: reg}, n, byteSet{})
		body = c.add(inst{op: opMark, slot: reg, next: body, alt: undo}, n, c.firsts[body])
		c.ways++
	}
	if n.greed == lazy {
		c.fillDispatch(loop, []int32{next, body})
	} else {
		c.fillDispatch(loop, []int32{body, next})
	}
	if n.min == 0 {
		return loop, nil
	}
	return c.emitCopies(n.subs[0], n.min-1, body)
}

// emitRun emits a repetition of one character.
func (c *compiler) emitRun(n *node, next int32, atomic bool) int32 {
	set := charsetOf(n.subs[0])
	follow := c.firsts[next]
	in := inst{op: opRun, set: c.class(set), min: int32(n.min), next: next}
	first := bytesOf(set)
	if n.min == 0 {
		first = first.union(follow)
	}
	in.ending = &ending{follow: c.table(follow), followEnd: follow.end, max: int32(n.max), second: c.secondByte(next)}
	switch {
	case atomic:
		in.op = opRunOnly
	case n.min == n.max:
		in.op = opRunOnly
	case n.greed == lazy:
		in.op = opRunLazy
		c.ways++
		if (in.set.kind == anyByte || in.set.kind.excludesOne()) && !follow.end {
			c.lazyTo(&in, onlyByte(follow))
		}
	case c.insts[next].sure || !follow.overlaps(in.set):
		in.op = opRunOnly
	default:
		c.ways++
		if in.second != 0 && !follow.end {
			in.b = onlyByte(follow)
		}
	}
	return c.add(in, n, first)
}

// secondByte returns the second byte, plus one, of the literal that must come
// next, 0 if there is none: it makes most false ends of a run plain to see.
func (c *compiler) secondByte(next int32) int32 {
	for {
		switch in := &c.insts[next]; in.op {
		case opStart, opEnd, opRelay:
			next = in.next
		case opLit:
			return int32(c.srcs[next].lit[1]) + 1
		default:
			return 0
		}
	}
}

// lazyTo makes a lazy run end where b stands, and the second byte. If they are all of what comes next it goes
// on behind them.
func (c *compiler) lazyTo(in *inst, b byte) {
	if in.b = b; b == 0 {
		return
	}
	if in.min == 0 && in.max < 0 && in.set.kind == notNewline {
		in.op = opDataTo
	}
	switch next := &c.insts[in.next]; {
	case next.op == opByte:
		in.known, in.next = 1, next.next
	case next.op == opLit && len(c.srcs[in.next].lit) == 2:
		in.known, in.next = 2, next.next
	}
}

// onlyByte returns the only byte of a set, if it is one of ASCII, else 0.
func onlyByte(s byteSet) byte {
	n, found := 0, 0
	for w, word := range s.bits {
		if word != 0 {
			n += bits.OnesCount64(word)
			found = w<<6 | bits.TrailingZeros64(word)
		}
	}
	if n != 1 || found >= 0x80 {
		return 0
	}
	return byte(found)
}
