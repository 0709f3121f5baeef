package grok

// Set is a list of compiled patterns. It is safe for concurrent use.
type Set struct {
	fields   []Field
	patterns []string
	progs    []*program
	maxSlots int
	maxRegs  int
	index    *index // nil for a single pattern
}

// Compile compiles patterns, each of which matches anywhere in a line. Of those that do, the one that begins
// first is taken, and of several the first in order.
// The error is an *Error.
func Compile(lib *Library, patterns []string, opts Options) (*Set, error) {
	s := &Set{patterns: patterns}
	for _, expr := range patterns {
		def, err := lib.parse(definition{expr: expr}, "", nil)
		if err != nil {
			return nil, err
		}
		p, err := compile(lib.kit, def, s, opts)
		if err != nil {
			return nil, err
		}
		s.progs = append(s.progs, p)
		s.maxSlots = max(s.maxSlots, p.slots)
		s.maxRegs = max(s.maxRegs, p.regs)
	}
	if len(s.progs) > 1 {
		s.index = newIndex(s.progs)
	}
	return s, nil
}

// Fields describes the capture slots; the index is Capture.Field. The slice
// is the set's own.
func (s *Set) Fields() []Field { return s.fields }

// Len returns how many patterns the set has.
func (s *Set) Len() int { return len(s.progs) }

// Pattern returns the expression of a pattern as it was given to Compile.
func (s *Set) Pattern(i int) string { return s.patterns[i] }
