package grok

import (
	"errors"
	"sync"
)

// maxInsts bounds a compiled pattern.
const maxInsts = 1 << 18

// compiler makes a program of a lowered tree, from its end to its beginning:
// when a node is emitted, what comes after it is known.
type compiler struct {
	p       *program
	entry   int32
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
	p.useFields()
	if p.scans {
		p.generic = sync.OnceValue(func() *program {
			g, _, err := build(def, Options{NoScanners: true, DotAll: opts.DotAll})
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
	c.entry = entry
	c.finish(root)
	p.plain = !lw.nested && !lw.numbered && !c.backref
	return p, lw, nil
}

func (c *compiler) finish(root *node) {
	p := c.p
	first := c.firsts[c.entry]
	if !first.end {
		p.first = c.table(first)
	}
	p.minLen, _ = width(root)
	p.required = []byte(requiredLit(root))
	p.lead = []byte(leadLit(root))
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
	p.entry = &p.insts[c.entry]
}

// numberMemo gives a row of the memo to each node that can be gone back to.
func (c *compiler) numberMemo() {
	p := c.p
	row := func(pc int32) {
		if in := &p.insts[pc]; pc > 0 && in.row < 0 {
			in.row = int32(p.memoRows)
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
			for _, at := range in.branches.starts {
				for at++; p.flat[at-1] >= 0 && p.flat[at] >= 0; at++ {
					row(p.flat[at])
				}
			}
		case opRun, opRunLazy:
			row(c.target(in.next).pc)
		}
	}
}

func (c *compiler) add(in inst, src *node, first byteSet) int32 {
	in.memo, in.row, in.pc = c.noMemo == 0, -1, int32(len(c.p.insts))
	c.p.srcs = append(c.p.srcs, src)
	c.p.insts = append(c.p.insts, in)
	c.firsts = append(c.firsts, first)
	return in.pc
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
