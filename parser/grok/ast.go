package grok

import (
	"fmt"
	"slices"
	"strconv"
)

type kind uint8

const (
	kEmpty   kind = iota
	kLit          // lit
	kSet          // one character of set
	kCat          // subs one after the other
	kAlt          // subs in order of preference
	kRepeat       // subs[0], min to max times (max < 0: no end)
	kCapture      // subs[0], captured as field (or as a number, if field is "")
	kAtomic       // subs[0], without a way back into it
	kLook         // subs[0] must (neg: must not) match ahead, or behind
	kBackref      // what field, or the group num, captured
	kRef          // subs[0] is what %{name} stands for
	kBeginLine
	kEndLine
	kBeginText
	kEndText
	kEndTextNL // the end, or before a newline that is the end
	kWordEdge  // neg: no word edge
)

type greed uint8

const (
	greedy greed = iota
	lazy
)

// node is a piece of syntax tree. Trees of definitions are shared by all that
// refer to them, so nothing changes a node once it is parsed.
type node struct {
	kind     kind
	neg      bool
	behind   bool
	dot      bool // kSet: was written as a dot
	greed    greed
	lit      string
	set      charset
	subs     []*node
	min, max int
	field    string // kCapture, kBackref
	typ      Type
	num      int    // kBackref by number; kCapture: slot, once instantiated
	name     string // kRef
	def      *parsedDef
	scans    []*scanner // kScan: see pickScanner
	at       int        // offset in the expression
}

// cat joins pieces, literals next to each other to one.
func cat(subs ...*node) *node {
	var out []*node
	var lit []byte
	at := 0
	flush := func() {
		if len(lit) > 0 {
			out = append(out, &node{kind: kLit, lit: string(lit), at: at})
			lit = lit[:0]
		}
	}
	add := func(s *node) {
		if s.kind != kLit {
			flush()
			out = append(out, s)
			return
		}
		if len(lit) == 0 {
			at = s.at
		}
		lit = append(lit, s.lit...)
	}
	for _, s := range subs {
		switch s.kind {
		case kEmpty:
		case kCat:
			for _, t := range s.subs {
				add(t)
			}
		default:
			add(s)
		}
	}
	flush()
	switch len(out) {
	case 0:
		return &node{kind: kEmpty}
	case 1:
		return out[0]
	}
	return &node{kind: kCat, subs: out, at: out[0].at}
}

// maxCanon bounds the canonical form: no scanner's definition is longer.
const maxCanon = 32 << 10

// canon writes trees in a form that is the same for every spelling of them:
// references followed, groups without a meaning removed, sets sorted. It is
// how scanners are recognised by what a definition says, not by its name.
// With known forms given it stops where none of them goes on like this.
type canon struct {
	buf    []byte
	known  []string // nil: any will do
	agreed int      // how much of the text they have been compared with
}

// write reports whether the tree has such a form: one with captures has none.
func (c *canon) write(n *node) bool {
	if len(c.buf) > maxCanon || !c.narrow() {
		return false
	}
	switch n.kind {
	case kEmpty:
		c.buf = append(c.buf, "()"...)
	case kLit:
		c.buf = strconv.AppendQuote(c.buf, n.lit)
	case kSet:
		c.buf = append(c.buf, '[')
		for _, r := range n.set {
			c.buf = append(strconv.AppendInt(c.buf, int64(r), 10), ' ')
		}
		c.buf = append(c.buf, ']')
	case kRef:
		return !n.def.named && c.write(n.subs[0])
	case kCapture:
		return n.field == "" && c.write(n.subs[0])
	case kCat, kAlt:
		c.buf = append(c.buf, "({"[n.kind-kCat])
		for _, s := range n.flat(nil, n.kind) {
			c.buf = append(c.buf, ' ')
			if !c.write(s) {
				return false
			}
		}
		c.buf = append(c.buf, ')')
	case kBackref:
		return false
	default:
		c.buf = fmt.Appendf(c.buf, "<%d %v %v %d %d %d", n.kind, n.neg, n.behind, n.greed, n.min, n.max)
		for _, s := range n.subs {
			c.buf = append(c.buf, ' ')
			if !c.write(s) {
				return false
			}
		}
		c.buf = append(c.buf, '>')
	}
	return true
}

// narrow keeps the known forms that begin as the text does so far.
func (c *canon) narrow() bool {
	if c.known == nil {
		return true
	}
	from := c.agreed
	c.agreed = len(c.buf)
	c.known = slices.DeleteFunc(c.known, func(form string) bool {
		return len(form) < len(c.buf) || form[from:len(c.buf)] != string(c.buf[from:])
	})
	return len(c.known) > 0
}

// flat appends the members of a chain of nested cats (or alts), references
// and numbered groups opened.
func (n *node) flat(out []*node, k kind) []*node {
	inner := n
	for inner.kind == kRef || inner.kind == kCapture && inner.field == "" {
		inner = inner.subs[0]
	}
	if inner.kind != k {
		return append(out, inner)
	}
	for _, s := range inner.subs {
		if len(out) > maxCanon {
			break
		}
		out = s.flat(out, k)
	}
	return out
}
