package grok

import (
	"fmt"
	"strings"
)

// Explanation says how far a pattern got in a line that it does not match.
type Explanation struct {
	Pattern int    // of the set
	Offset  int    // the furthest byte of the line that was reached, -1 if a match can begin nowhere
	Want    string // what should have come there
	Limited bool   // the pattern was given up: see ErrLimit
}

// Explain returns the pattern of the set that got furthest in a line that no
// pattern matches, and what stopped it. It is slow, and for people.
func (m *Matcher) Explain(line []byte) Explanation {
	best := Explanation{Offset: -1, Want: "a place where a match can begin"}
	m.begin(line)
	for i := range m.set.progs {
		m.far = &furthest{pos: -1}
		if m.try(i, line); m.far.pos > best.Offset {
			best = Explanation{Pattern: i, Offset: m.far.pos, Want: describe(m.far.src, 0), Limited: m.steps > m.hard}
		}
	}
	m.far = nil
	return best
}

// furthest notes where matching failed last at the greatest offset.
type furthest struct {
	pos int
	src *node
}

func (f *furthest) note(src *node, pos int) {
	if pos >= f.pos && src != nil {
		f.pos, f.src = pos, src
	}
}

// describe names a node in words.
func describe(n *node, depth int) string {
	if depth > 2 {
		return "…"
	}
	switch n.kind {
	case kLit:
		return fmt.Sprintf("the text %q", n.lit)
	case kSet:
		return "a character of " + n.set.describe()
	case kScan:
		return "%{" + n.name + "}"
	case kCapture:
		return describe(n.subs[0], depth)
	case kRepeat:
		if n.min == 0 {
			return "what may repeat: " + describe(n.subs[0], depth+1)
		}
		return fmt.Sprintf("at least %d times %s", n.min, describe(n.subs[0], depth+1))
	case kAlt:
		var parts []string
		for i, s := range n.subs {
			if i == 4 {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, describe(s, depth+1))
		}
		return strings.Join(parts, " or ")
	case kCat:
		return describe(n.subs[0], depth)
	case kLook:
		return [2]string{"what a look-around asks for", "anything but what a look-around rules out"}[btoi(n.neg)]
	case kBackref:
		return "the text captured before"
	case kBeginLine, kBeginText:
		return "the start of the line"
	case kEndLine, kEndText, kEndTextNL:
		return "the end of the line"
	case kWordEdge:
		return "the edge of a word"
	case kAtomic:
		return describe(n.subs[0], depth)
	}
	return "something else"
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// describe writes a set as a bracket expression, shortened.
func (s charset) describe() string {
	neg := len(s) > 0 && s[0] == 0
	if neg {
		s = s.negate()
	}
	if neg && len(s) == 0 {
		return "any kind"
	}
	var b strings.Builder
	b.WriteString([2]string{"[", "[^"}[btoi(neg)])
	for i := 0; i < len(s) && i < 16; i += 2 {
		b.WriteString(strings.Trim(fmt.Sprintf("%q", s[i]), "'"))
		if s[i] != s[i+1] {
			b.WriteString("-" + strings.Trim(fmt.Sprintf("%q", s[i+1]), "'"))
		}
	}
	if len(s) > 16 {
		b.WriteString("…")
	}
	return b.String() + "]"
}
