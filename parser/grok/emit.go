package grok

import (
	"fmt"
	"slices"
)

// emit appends the code of n, to go on at next, and returns where it begins.
func (c *compiler) emit(n *node, next int32) (int32, error) {
	if len(c.insts) > maxInsts {
		return 0, &Error{Offset: -1, Msg: fmt.Sprintf("pattern compiles to more than %d nodes; lower its intervals", maxInsts)}
	}
	switch n.kind {
	case kEmpty:
		return next, nil
	case kLit:
		var f byteSet
		f.add(n.lit[0])
		if len(n.lit) == 1 {
			return c.add(inst{op: opByte, b: n.lit[0], next: next}, n, f), nil
		}
		return c.add(inst{op: opLit, next: next}, n, f), nil
	case kSet:
		return c.add(inst{op: opSet, set: c.class(n.set), next: next}, n, bytesOf(n.set)), nil
	case kCat:
		var err error
		for i := len(n.subs) - 1; i >= 0 && err == nil; i-- {
			next, err = c.emit(n.subs[i], next)
		}
		return next, err
	case kAlt:
		return c.emitAlt(n, next)
	case kRepeat:
		return c.emitRepeat(n, next)
	case kCapture:
		return c.emitCapture(n, next)
	case kAtomic:
		return c.emitAtomic(n, next)
	case kLook:
		return c.emitLook(n, next)
	case kBackref:
		return c.emitBackref(n, next)
	case kScan:
		return c.emitScan(n, next)
	}
	return c.emitEdge(n, next)
}

// emitCapture emits a group that is captured. Where its inside is one
// operation, that captures it by the way.
func (c *compiler) emitCapture(n *node, next int32) (int32, error) {
	slot := int32(n.num)
	sub := n.subs[0]
	var s *scanner
	if sub.kind == kScan {
		if s = c.pickScanner(sub, next); s == nil {
			sub = sub.subs[0]
		}
	}
	var body int32
	switch {
	case s != nil:
		return c.addScan(sub, s, next, n)
	case sub.kind == kRepeat && isChar(sub.subs[0]) && sub.max != 0:
		body = c.emitRun(sub, next, false)
	default:
		end := c.add(inst{op: opEnd, slot: slot, next: next}, n, c.firsts[next])
		body, err := c.emit(sub, end)
		if err != nil {
			return 0, err
		}
		return c.add(inst{op: opStart, slot: slot, next: body}, n, c.firsts[body]), nil
	}
	c.insts[body].slot, c.insts[body].capture = slot, true
	return body, nil
}

func (c *compiler) emitEdge(n *node, next int32) (int32, error) {
	f := c.firsts[next]
	op := opWordEdge
	switch n.kind {
	case kBeginLine:
		op = opBeginLine
	case kEndLine:
		op = opEndLine
		f = byteSet{end: f.end}
		f.add('\n')
	case kBeginText:
		op = opBeginText
	case kEndText:
		op = opEndText
		f = byteSet{end: f.end}
	case kEndTextNL:
		op = opEndTextNL
		f = byteSet{end: f.end}
		f.add('\n')
	}
	return c.add(inst{op: op, neg: n.neg, min: int32(n.min), next: next}, n, f), nil
}

func (c *compiler) emitAlt(n *node, next int32) (int32, error) {
	branches := make([]int32, len(n.subs))
	for i, sub := range n.subs {
		var err error
		if branches[i], err = c.emit(sub, next); err != nil {
			return 0, err
		}
	}
	return c.dispatch(branches, n), nil
}

// dispatch emits the choice between branches in their order: by the next byte
// only those that can begin with it are tried.
func (c *compiler) dispatch(branches []int32, src *node) int32 {
	branches = c.joined(branches)
	var f byteSet
	for _, b := range branches {
		f = f.union(c.firsts[b])
	}
	pc := c.add(inst{op: opAlt}, src, f)
	c.fillDispatch(pc, branches)
	c.lists[pc] = branches
	return pc
}

// joined puts the branches of choices that begin a branch in their place.
func (c *compiler) joined(branches []int32) []int32 {
	var out []int32
	for i, to := range branches {
		if list := c.lists[to]; c.insts[to].op == opAlt && list != nil && i < len(branches)-1 {
			out = append(out, list...)
		} else {
			out = append(out, to)
		}
	}
	if len(out) > 8 {
		return branches
	}
	return out
}

func (c *compiler) fillDispatch(pc int32, branches []int32) {
	branches = slices.Compact(branches)
	if len(branches) == 2 {
		first, other := &c.firsts[branches[0]], &c.firsts[branches[1]]
		if b := onlyByte(*first); b != 0 && !first.end {
			in := &c.insts[pc]
			in.op, in.b, in.next, in.alt, in.keep = opFork, b, branches[0], branches[1], other.has(b)
			in.sure = c.insts[branches[1]].sure
			c.ways += btoi(in.keep)
			return
		}
	}
	table := &branchTable{}
	c.insts[pc].branches = table
	// What is sure can begin with any byte: it is in every list.
	c.insts[pc].sure = slices.ContainsFunc(branches, func(to int32) bool { return c.insts[to].sure })
	if len(branches) <= 8 {
		c.fillFew(table, branches)
		return
	}
	table.list = new([256]uint8)
	var lists [][]int32
	var list []int32
	for b := range 257 {
		list = list[:0]
		for _, to := range branches {
			f := &c.firsts[to]
			if b < 256 && f.has(byte(b)) || b == 256 && f.end {
				list = append(list, to)
			}
		}
		id := slices.IndexFunc(lists, func(l []int32) bool { return slices.Equal(l, list) })
		if id < 0 {
			id = len(lists)
			lists = append(lists, slices.Clone(list))
			table.starts = append(table.starts, c.flatten(list))
		}
		if b == 256 {
			table.atEnd = id
			break
		}
		table.list[b] = uint8(id) // there is one list a byte at most
	}
}

// fillFew does the same for up to eight branches, of which a byte tells the set.
func (c *compiler) fillFew(table *branchTable, branches []int32) {
	var firsts [8]byteSet
	for i, to := range branches {
		firsts[i] = c.firsts[to]
	}
	l := c.choose(firsts[:len(branches)])
	table.list, table.atEnd = &l.list, l.atEnd
	table.starts = make([]int32, len(l.sets))
	list := make([]int32, 0, 8)
	for id, set := range l.sets {
		list = list[:0]
		for i, to := range branches {
			if set>>i&1 != 0 {
				list = append(list, to)
			}
		}
		table.starts[id] = c.flatten(list)
	}
}

// flatten appends a list of branches, and counts it if it leaves a way to go
// back to.
func (c *compiler) flatten(list []int32) int32 {
	if len(list) > 1 {
		c.ways++
	}
	at := int32(len(c.flat))
	c.flat = append(append(c.flat, list...), -1)
	return at
}

func (c *compiler) emitAtomic(n *node, next int32) (int32, error) {
	if n.subs[0].kind == kRepeat && isChar(n.subs[0].subs[0]) && n.subs[0].greed == greedy {
		rep := *n.subs[0]
		return c.emitRun(&rep, next, true), nil
	}
	reg := c.register()
	ways := c.ways
	c.noMemo++
	end := c.add(inst{op: opAtomicEnd, slot: reg, next: next}, n, anything)
	body, err := c.emit(n.subs[0], end)
	c.noMemo--
	if err != nil {
		return 0, err
	}
	if c.ways == ways { // nothing in it can be gone back to
		c.insts[end].op = opRelay
		return body, nil
	}
	first := c.firsts[body]
	if f, null := firstOf(n.subs[0]); !null {
		first = f
	}
	return c.add(inst{op: opAtomic, slot: reg, next: body}, n, first), nil
}

func (c *compiler) emitLook(n *node, next int32) (int32, error) {
	sub := n.subs[0]
	f := c.firsts[next]
	if isChar(sub) {
		op := opAhead
		if n.behind {
			op = opBehind
		}
		return c.add(inst{op: op, neg: n.neg, set: c.class(charsetOf(sub)), next: next}, n, f), nil
	}
	if n.behind && sub.kind == kAlt {
		return c.emitBehindAlt(n, next)
	}
	reg := c.register()
	c.noMemo++
	defer func() { c.noMemo-- }()
	endOp := opLookEnd
	if n.neg {
		endOp = opNotLookEnd
	}
	end := c.add(inst{op: endOp, slot: reg, next: next}, n, anything)
	body, err := c.emit(sub, end)
	if err != nil {
		return 0, err
	}
	if n.behind {
		least, most := width(sub)
		if least != most {
			return 0, &syntaxError{n.at, "look-behind of variable length is not supported: give each alternative one length"}
		}
		if least > 0 {
			body = c.add(inst{op: opBack, min: int32(least), next: body}, n, anything)
		}
	}
	if n.neg {
		c.ways++
		return c.add(inst{op: opNotLook, slot: reg, next: body, alt: next}, n, f), nil
	}
	return c.add(inst{op: opLook, slot: reg, next: body}, n, f), nil
}

// emitBehindAlt takes a look-behind apart whose alternatives may differ in length.
func (c *compiler) emitBehindAlt(n *node, next int32) (int32, error) {
	var looks []*node
	for _, sub := range n.subs[0].subs {
		one := *n
		one.subs = []*node{sub}
		looks = append(looks, &one)
	}
	if n.neg {
		return c.emit(cat(looks...), next)
	}
	return c.emit(&node{kind: kAtomic, subs: []*node{{kind: kAlt, subs: looks, at: n.at}}, at: n.at}, next)
}

func (c *compiler) emitBackref(n *node, next int32) (int32, error) {
	c.backref = true
	in := inst{op: opBackref, neg: n.neg, next: next, slot: int32(len(c.p.groups))}
	var slots []int32
	name := n.field
	if name == "" {
		plain := c.slots[""]
		if len(plain) == 0 {
			return 0, &syntaxError{n.at, "a back-reference by number where groups have names; write \\k<name>"}
		}
		if n.num < 1 || n.num > len(plain) {
			return 0, &syntaxError{n.at, fmt.Sprintf("back-reference to group %d, and there are %d", n.num, len(plain))}
		}
		slots = []int32{int32(plain[n.num-1])}
	} else {
		for _, s := range c.slots[name] {
			slots = append(slots, int32(s))
		}
		if len(slots) == 0 {
			return 0, &syntaxError{n.at, "back-reference to a group that is not there: " + quote(name)}
		}
	}
	c.p.groups = append(c.p.groups, slots)
	return c.add(in, n, anything), nil
}

// emitScan emits a scanner of which no other end than the one it finds is worth
// trying, or generic nodes if there is none.
func (c *compiler) emitScan(n *node, next int32) (int32, error) {
	s := c.pickScanner(n, next)
	if s == nil {
		return c.emit(n.subs[0], next)
	}
	return c.addScan(n, s, next, nil)
}

// addScan emits a scanner whose text is captured as group says, if it is not nil.
func (c *compiler) addScan(n *node, s *scanner, next int32, group *node) (int32, error) {
	c.p.scans = true
	in := inst{op: opScan, scan: s.fn, next: next}
	generic := n.subs[0]
	if group != nil {
		in.capture, in.slot = true, int32(group.num)
		generic = &node{kind: kCapture, num: group.num, subs: n.subs, at: group.at}
	}
	if c.careful {
		var err error
		if in.min, err = c.emit(generic, next); err != nil {
			return 0, err
		}
	}
	if s.ends != nil {
		follow := c.firsts[next]
		in.op, in.ending = opScanEnds, &ending{follow: c.table(follow), followEnd: follow.end, scanner: s}
		c.ways++
	}
	first, _ := firstOf(n.subs[0])
	return c.add(in, n, first), nil
}

func (c *compiler) pickScanner(n *node, next int32) *scanner {
	if c.insts[next].sure {
		return n.scans[0]
	}
	follow := c.firsts[next]
next:
	for _, s := range n.scans {
		for b := range 256 {
			if s.inner[b] && follow.has(byte(b)) {
				continue next
			}
		}
		return s
	}
	return nil
}
