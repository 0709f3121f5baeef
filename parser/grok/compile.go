package grok

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// maxInsts bounds a compiled pattern.
const maxInsts = 1 << 18

// compiler makes a program of a lowered tree, from its end to its beginning:
// when a node is emitted, what comes after it is known.
type compiler struct {
	p       *program
	firsts  []byteSet // by inst
	classes map[*rune]*class
	literal map[rune]*class
	tables  map[[4]uint64]*[256]bool
	slots   map[string][]int // by field name, for back-references
	ways    int              // operations emitted that leave a way to go back to
	noMemo  int              // how many groups around forbid the memo
	backref bool
}

// compile adds the slots of a pattern to the set and returns its program.
func compile(def *parsedDef, s *Set, opts Options) (*program, error) {
	p, lw, err := build(def, opts)
	if err != nil {
		return nil, err
	}
	for i, name := range lw.names {
		if name == "" {
			p.fieldOf = append(p.fieldOf, -1)
			continue
		}
		p.fieldOf = append(p.fieldOf, int32(len(s.fields)))
		s.fields = append(s.fields, Field{Name: name, Path: splitPath(name), Type: lw.types[i]})
	}
	if p.scans {
		p.generic = sync.OnceValue(func() *program {
			g, _, err := build(def, Options{NoScanners: true, DotAll: opts.DotAll})
			if err != nil { // too large: the pattern cannot match where it is unsure
				g = &program{insts: []inst{{op: opFail}}, srcs: make([]*node, 1)}
			}
			g.fieldOf, g.slots = p.fieldOf, p.slots
			return g
		})
	}
	return p, nil
}

func build(def *parsedDef, opts Options) (*program, *lowerer, error) {
	lw := &lowerer{opts: opts, byName: map[string][]int{}, numbered: !def.named && def.numRef}
	if !opts.NoScanners {
		lw.scanners = scanners()
	}
	root, err := lw.lower(def.root)
	if err != nil {
		return nil, nil, err
	}
	p := &program{slots: len(lw.names), insts: make([]inst, 0, 128), srcs: make([]*node, 0, 128)}
	c := &compiler{p: p, firsts: make([]byteSet, 0, 128), classes: map[*rune]*class{}, literal: map[rune]*class{}, tables: map[[4]uint64]*[256]bool{}, slots: lw.byName}
	c.add(inst{op: opFail}, nil, byteSet{})
	match := c.add(inst{op: opMatch}, nil, anything)
	entry, err := c.emit(root, match)
	if err != nil {
		var se *syntaxError
		if errors.As(err, &se) {
			err = &Error{File: def.file, Line: def.line, Pattern: def.name, Offset: se.at, Msg: se.msg}
		}
		return nil, nil, err
	}
	p.entry = entry
	c.finish(root)
	return p, lw, nil
}

func (c *compiler) finish(root *node) {
	p := c.p
	first := c.firsts[p.entry]
	if !first.end {
		p.first = c.table(first)
	}
	p.minLen, _ = width(root)
	p.required = []byte(requiredLit(root))
	p.lead = []byte(leadLit(root))
	if !c.backref { // what a group captured may depend on where a match begins
		a, prefix := begin(root)
		p.anchor, p.prefix = a, []byte(prefix)
	}
	p.memoIDs = make([]int32, len(p.insts))
	for i := range p.memoIDs {
		p.memoIDs[i] = -1
	}
	if c.backref {
		return
	}
	row := func(pc int32) {
		if pc > 0 && p.memoIDs[pc] < 0 {
			p.memoIDs[pc] = int32(p.memoRows)
			p.memoRows++
		}
	}
	for i := range p.insts {
		in := &p.insts[i]
		if !in.memo {
			continue
		}
		switch in.op {
		case opAlt:
			for _, at := range append(slices.Clone(in.branches.starts), in.end) {
				for at++; at < int32(len(p.flat)) && p.flat[at-1] >= 0 && p.flat[at] >= 0; at++ {
					row(p.flat[at])
				}
			}
		case opRun, opRunLazy:
			row(in.next)
		}
	}
}

func (c *compiler) add(in inst, src *node, first byteSet) int32 {
	in.memo = c.noMemo == 0
	c.p.srcs = append(c.p.srcs, src)
	c.p.insts = append(c.p.insts, in)
	c.firsts = append(c.firsts, first)
	return int32(len(c.p.insts) - 1)
}

func (c *compiler) table(s byteSet) *[256]bool {
	t := c.tables[s.bits]
	if t == nil {
		t = new([256]bool)
		for b := range t {
			t[b] = s.has(byte(b))
		}
		c.tables[s.bits] = t
	}
	return t
}

// class returns the class of a set. Sets are shared by all that refer to the
// definition they stand in: the same one is known by its address.
func (c *compiler) class(set charset) *class {
	if r, ok := set.single(); ok {
		if c.literal[r] == nil {
			c.literal[r] = newClass(set)
		}
		return c.literal[r]
	}
	if len(set) == 0 {
		return newClass(set)
	}
	cl := c.classes[&set[0]]
	if cl == nil {
		cl = newClass(set)
		c.classes[&set[0]] = cl
	}
	return cl
}

func (c *compiler) register() int32 {
	c.p.regs++
	return int32(c.p.regs - 1)
}

// emit appends the code of n, to go on at next, and returns where it begins.
func (c *compiler) emit(n *node, next int32) (int32, error) {
	if len(c.p.insts) > maxInsts {
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
		c.p.lits = append(c.p.lits, n.lit)
		return c.add(inst{op: opLit, slot: int32(len(c.p.lits) - 1), next: next}, n, f), nil
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
	slot := int32(n.num) << 1
	sub := n.subs[0]
	var body int32
	switch {
	case sub.kind == kScan && c.pickScanner(sub, next) != nil:
		body = c.addScan(sub, c.pickScanner(sub, next), next)
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
	in := &c.p.insts[body]
	in.slot = slot
	if in.op == opRunOnly || in.op == opScan {
		in.capture = captureWhole
		return body, nil
	}
	in.capture = captureEnd
	return c.add(inst{op: opStart, slot: slot, next: body}, n, c.firsts[body]), nil
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
	var f byteSet
	for _, b := range branches {
		f = f.union(c.firsts[b])
	}
	pc := c.add(inst{op: opAlt}, src, f)
	c.fillDispatch(pc, branches)
	return pc
}

func (c *compiler) fillDispatch(pc int32, branches []int32) {
	branches = slices.Compact(branches)
	table := &branchTable{}
	in := &c.p.insts[pc]
	in.branches = table
	if len(branches) <= 8 {
		in.end = c.fillFew(table, branches)
		return
	}
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
			in.end = table.starts[id]
			break
		}
		table.list[b] = uint8(id) // there is one list a byte at most
	}
}

// fillFew does the same for up to eight branches, of which a byte tells the set.
func (c *compiler) fillFew(table *branchTable, branches []int32) (end int32) {
	var id [256]uint8 // by set, 1 more than its list
	var list []int32
	intern := func(set uint8) uint8 {
		if id[set] == 0 {
			list = list[:0]
			for i, to := range branches {
				if set>>i&1 != 0 {
					list = append(list, to)
				}
			}
			table.starts = append(table.starts, c.flatten(list))
			id[set] = uint8(len(table.starts))
		}
		return id[set] - 1
	}
	var atEnd uint8
	for w := range 4 {
		for bit := range 64 {
			var set uint8
			for i, to := range branches {
				set |= uint8(c.firsts[to].bits[w]>>bit&1) << i
			}
			table.list[w<<6|bit] = intern(set)
		}
	}
	for i, to := range branches {
		if c.firsts[to].end {
			atEnd |= 1 << i
		}
	}
	return table.starts[intern(atEnd)]
}

// flatten appends a list of branches, and counts it if it leaves a way to go
// back to.
func (c *compiler) flatten(list []int32) int32 {
	if len(list) > 1 {
		c.ways++
	}
	at := int32(len(c.p.flat))
	c.p.flat = append(append(c.p.flat, list...), -1)
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
		c.p.insts[end].op = opRelay
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
	in := inst{op: opBackref, fold: n.neg, next: next, slot: int32(len(c.p.groups))}
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
	return c.addScan(n, s, next), nil
}

func (c *compiler) addScan(n *node, s *scanner, next int32) int32 {
	c.p.scans = true
	first, _ := firstOf(n.subs[0])
	return c.add(inst{op: opScan, scan: s.fn, next: next}, n, first)
}

func (c *compiler) pickScanner(n *node, next int32) *scanner {
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
