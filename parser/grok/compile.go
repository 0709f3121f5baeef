package grok

import (
	"errors"
	"slices"
	"sync"
)

// maxInsts bounds a compiled pattern.
const maxInsts = 1 << 18

// compiler makes a program of a lowered tree, from its end to its beginning:
// when a node is emitted, what comes after it is known.
type compiler struct {
	*kit
	p       *program
	entry   int32
	slots   map[string][]int // by field name, for back-references
	ways    int              // operations emitted that leave a way to go back to
	noMemo  int              // how many groups around forbid the memo
	backref bool
	careful bool
}

// compile adds the slots of a pattern to the set and returns its program.
func compile(k *kit, def *parsedDef, s *Set, opts Options) (*program, error) {
	p, lw, err := build(k, def, opts, false)
	if err != nil {
		return nil, err
	}
	for i, name := range lw.names {
		if name == "" {
			p.fieldOf = append(p.fieldOf, -1)
			continue
		}
		p.fieldOf = append(p.fieldOf, int32(len(s.fields)))
		s.fields = append(s.fields, Field{Name: name, Path: splitPath(name), Syntax: lw.syntaxes[i], Type: lw.types[i], Pattern: len(s.progs)})
	}
	p.useFields()
	if p.scans {
		p.careful = sync.OnceValue(func() *program {
			g, _, err := build(k, def, opts, true)
			if err != nil { // too large: the pattern cannot match where it is unsure
				g = &program{insts: make([]inst, 1), srcs: make([]*node, 1)}
				g.entry = &g.insts[0]
			}
			g.fieldOf, g.slots = p.fieldOf, p.slots
			g.useFields()
			return g
		})
	}
	return p, nil
}

// useFields makes fields of the slots of a plain program.
func (p *program) useFields() {
	if !p.plain {
		return
	}
	for i := range p.insts {
		if in := &p.insts[i]; in.capture || in.op == opStart || in.op == opEnd {
			in.slot = p.fieldOf[in.slot]
		}
	}
}

// build makes a program, a careful one with generic nodes beside each scanner.
func build(k *kit, def *parsedDef, opts Options, careful bool) (*program, *lowerer, error) {
	lw := &lowerer{opts: opts, byName: map[string][]int{}, numbered: !def.named && def.numRef}
	root, err := lw.lower(def.root)
	if err != nil {
		return nil, nil, err
	}
	p := &program{slots: len(lw.names)}
	k.mu.Lock()
	defer k.mu.Unlock()
	c := &compiler{kit: k, p: p, slots: lw.byName, careful: careful}
	c.clear()
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
	c.entry = entry
	c.finish(root)
	p.plain = !lw.repeated && !lw.numbered && !c.backref
	return p, lw, nil
}

func (c *compiler) finish(root *node) {
	p := c.p
	p.insts, p.srcs, p.flat = slices.Clone(c.insts), slices.Clone(c.srcs), slices.Clone(c.flat)
	p.rows = slices.Repeat([]memoRows{{-1, -1}}, len(p.insts))
	first := c.firsts[c.entry]
	if !first.end {
		p.first = c.table(first)
	}
	p.minLen, _ = width(root)
	p.chain = requiredOf(nil, root)
	for _, r := range p.chain {
		if len(r.text) > len(p.required.text) {
			p.required = r
		}
	}
	p.wide = len(p.chain) > 0 && first.size() > 128
	p.lead = headOf(leadLit(root))
	if !c.backref { // what a group captured may depend on where a match begins
		a, prefix := begin(root)
		p.anchor, p.prefix = a, []byte(prefix)
		if set := leadRun(root); set != nil {
			p.run = c.class(set)
		}
	}
	if !c.backref {
		c.numberMemo()
	}
	c.link()
	if p.entry = c.target(c.entry); p.entry.op == opBeginText && p.anchor == textStart || p.entry.op == opBeginLine && p.anchor == lineStart {
		p.entry = p.entry.text // matches are looked for nowhere else
	}
}

// numberMemo gives rows of the memo to nodes that can be gone back to.
func (c *compiler) numberMemo() {
	p := c.p
	row := func(pc int32) {
		if r := &p.rows[pc]; pc > 0 && r.back < 0 {
			r.back = int32(p.memoRows)
			p.memoRows++
		}
	}
	for i := range p.insts {
		in := &p.insts[i]
		if !in.memo {
			continue
		}
		switch in.op {
		case opFork:
			if in.keep {
				row(c.target(in.alt).pc)
			}
		case opAlt:
			for _, at := range in.branches.starts {
				for at++; p.flat[at-1] >= 0 && p.flat[at] >= 0; at++ {
					row(p.flat[at])
				}
			}
		case opRun, opRunLazy, opDataTo, opScanEnds:
			row(c.target(in.next).pc)
		}
	}
	c.numberJoins()
}

// numberJoins gives some, as long as there is room, to literals and choices that can be come to in more than one way.
func (c *compiler) numberJoins() {
	p := c.p
	ways := make([]int, len(p.insts)) // that lead to a node
	for i := range p.insts {
		switch in := &p.insts[i]; in.op {
		case opAlt, opMatch, opFail, opRelay, opNotLookEnd, opRestore:
		case opFork:
			ways[c.target(in.alt).pc]++
			fallthrough
		default:
			ways[c.target(in.next).pc]++
		}
	}
	for _, pc := range p.flat {
		if pc > 0 {
			ways[c.target(pc).pc]++
		}
	}
	for pc, n := range ways {
		in := &p.insts[pc]
		if in.op == opByte { // it may be taken by the way
			in = c.target(in.next)
		}
		if n > 1 && in.memo && p.rows[in.pc].join < 0 && (in.op == opLit || in.op == opAlt || in.op == opFork) && p.memoRows < maxMemoRows {
			p.rows[in.pc].join = int32(p.memoRows)
			p.memoRows++
		}
	}
}

func (c *compiler) add(in inst, src *node, first byteSet) int32 {
	in.memo, in.pc = c.noMemo == 0, int32(len(c.insts))
	switch in.op {
	case opMatch, opAtomicEnd, opLookEnd:
		in.sure = true
	case opStart, opEnd, opRelay:
		in.sure = c.insts[in.next].sure
	}
	c.srcs = append(c.srcs, src)
	c.insts = append(c.insts, in)
	c.firsts = append(c.firsts, first)
	return in.pc
}

func (c *compiler) register() int32 {
	c.p.regs++
	return int32(c.p.regs - 1)
}
