package grok

import (
	"fmt"
	"os"
	"testing"
)

func (p *program) dump() {
	for pc, in := range p.insts {
		fmt.Printf("%4d op=%-3d next=%d alt=%d min=%d slot=%d", pc, in.op, in.next, in.alt, in.min, in.slot)
		if in.ending != nil {
			fmt.Printf(" max=%d", in.max)
		}
		switch in.op {
		case opByte:
			fmt.Printf(" byte %q", in.b)
		case opLit:
			fmt.Printf(" lit %q", p.srcs[pc].lit)
		case opSet, opRun, opRunOnly, opRunLazy, opDataTo, opAhead, opBehind:
			fmt.Printf(" set %q", []rune(in.set.set))
		case opAlt:
			fmt.Printf(" lists")
			for _, s := range in.branches.starts {
				fmt.Print(" [")
				for i := s; p.flat[i] >= 0; i++ {
					fmt.Printf(" %d", p.flat[i])
				}
				fmt.Print(" ]")
			}
		}
		fmt.Println()
	}
	fmt.Println("entry", p.entry.pc, "anchor", p.anchor, "prefix", p.prefix, "required", p.required.text, "min", p.minLen, "memo rows", p.memoRows)
}

func TestDump(t *testing.T) {
	expr := os.Getenv("GROK_DUMP")
	if expr == "" {
		t.Skip("GROK_DUMP names no pattern")
	}
	s, err := Compile(upstream(t, "legacy"), []string{expr}, Options{NoScanners: os.Getenv("GROK_PLAIN") != ""})
	if err != nil {
		t.Fatal(err)
	}
	s.progs[0].dump()
	m := s.NewMatcher()
	line := os.Getenv("GROK_LINE")
	_, ok := m.Match([]byte(line))
	fmt.Println(ok, "steps", m.steps)
}
