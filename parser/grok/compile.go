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
