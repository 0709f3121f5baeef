package grok

import (
	"fmt"
	"unicode/utf8"
)

// Kinds that only lowered trees have.
const (
	kScan kind = 100 + iota // scan; subs[0] is the generic form
)

// lowerer makes of the shared syntax trees one that is a pattern's own:
// references followed, slots numbered, alternatives factored.
type lowerer struct {
	opts     Options
	numbered bool // plain groups capture: no group has a name, and \1 is used
	names    []string
	types    []Type
	syntaxes []string
	byName   map[string][]int
	size     int
	inside   int  // how many loops are around
	repeated bool // a capture is in a loop
}

// maxTree bounds the nodes of a pattern once its references are followed.
const maxTree = 1 << 20

func (lw *lowerer) lower(n *node) (*node, error) {
	if lw.size++; lw.size > maxTree {
		return nil, errTree()
	}
	switch n.kind {
	case kRef:
		return lw.lowerRef(n)
	case kCapture:
		return lw.lowerCapture(n)
	case kCat, kAlt:
		subs := make([]*node, 0, len(n.subs))
		for _, s := range n.subs {
			t, err := lw.lower(s)
			if err != nil {
				return nil, err
			}
			if n.kind == kAlt && t.kind == kAlt {
				subs = append(subs, t.subs...)
			} else {
				subs = append(subs, t)
			}
		}
		if n.kind == kCat {
			return cat(subs...), nil
		}
		return alternation(subs, n.at), nil
	case kRepeat, kAtomic, kLook:
		loop := btoi(n.kind == kRepeat && n.max != 1)
		lw.inside += loop
		sub, err := lw.lower(n.subs[0])
		lw.inside -= loop
		if err != nil {
			return nil, err
		}
		c := *n
		c.subs = []*node{sub}
		if n.kind == kRepeat {
			return simplifyRepeat(&c), nil
		}
		return &c, nil
	case kSet:
		if n.dot && lw.opts.DotAll {
			return &node{kind: kSet, set: setAny, at: n.at}, nil
		}
	}
	return n, nil
}

func (lw *lowerer) lowerRef(n *node) (*node, error) {
	generic, err := lw.lowerDef(n.def, n.subs[0])
	if err != nil {
		return nil, err
	}
	if lw.opts.NoScanners {
		return generic, nil
	}
	if s := n.def.scanners(); s != nil {
		return &node{kind: kScan, subs: []*node{generic}, name: n.name, scans: s, at: n.at}, nil
	}
	return generic, nil
}

// lowerDef lowers a definition, once for all patterns if it captures nothing.
func (lw *lowerer) lowerDef(def *parsedDef, root *node) (*node, error) {
	if def.named || lw.numbered {
		return lw.lower(root)
	}
	def.mu.Lock()
	defer def.mu.Unlock()
	cached := &def.lowered[btoi(lw.opts.NoScanners)<<1|btoi(lw.opts.DotAll)]
	if cached.root == nil {
		before := lw.size
		low, err := lw.lower(root)
		if err != nil {
			return nil, err
		}
		*cached = loweredTree{low, lw.size - before}
		return low, nil
	}
	// What is shared counts as if it were not: it is walked as often.
	if lw.size += cached.size; lw.size > maxTree {
		return nil, errTree()
	}
	return cached.root, nil
}

func errTree() error {
	return &Error{Offset: -1, Msg: fmt.Sprintf("pattern expands to more than %d nodes", maxTree)}
}

func (lw *lowerer) lowerCapture(n *node) (*node, error) {
	if n.field == "" && !lw.numbered {
		return lw.lower(n.subs[0])
	}
	slot := len(lw.names)
	lw.names = append(lw.names, n.field)
	lw.types = append(lw.types, n.typ)
	lw.syntaxes = append(lw.syntaxes, n.subs[0].name)
	lw.byName[n.field] = append(lw.byName[n.field], slot)
	lw.repeated = lw.repeated || lw.inside > 0
	sub, err := lw.lower(n.subs[0])
	if err != nil {
		return nil, err
	}
	return &node{kind: kCapture, field: n.field, num: slot, subs: []*node{sub}, at: n.at}, nil
}

// simplifyRepeat takes loops of a loop over one character apart, which would
// otherwise try the same ends again and again.
func simplifyRepeat(n *node) *node {
	sub := n.subs[0]
	if n.min == 1 && n.max == 1 || sub.kind == kEmpty {
		return sub
	}
	inner := sub
	if inner.kind != kRepeat || !isChar(inner.subs[0]) || inner.max >= 0 || n.max >= 0 ||
		inner.min > 1 || n.min > 1 || n.greed != greedy || inner.greed != greedy {
		return n
	}
	return &node{kind: kRepeat, min: min(n.min, inner.min), max: -1, subs: inner.subs, at: n.at}
}

// isChar reports whether n always is one character.
func isChar(n *node) bool {
	return n.kind == kSet || n.kind == kLit && utf8.RuneCountInString(n.lit) == 1
}

func charsetOf(n *node) charset {
	if n.kind == kSet {
		return n.set
	}
	r, _ := utf8.DecodeRuneInString(n.lit)
	return charset{r, r}
}

// alternation joins alternatives of one character to a set, and takes common
// literal beginnings out, so that a long list of words becomes a trie. Neither
// changes which alternative is preferred: a literal matches in one way only,
// and alternatives that begin differently exclude each other.
func alternation(subs []*node, at int) *node {
	if len(subs) == 1 {
		return subs[0]
	}
	chars := true
	for _, s := range subs {
		chars = chars && isChar(s)
	}
	if chars {
		var sets []charset
		for _, s := range subs {
			sets = append(sets, charsetOf(s))
		}
		return &node{kind: kSet, set: union(sets...), at: at}
	}
	var out []*node
	for i := 0; i < len(subs); {
		j := i
		for j < len(subs) && headLit(subs[j]) != "" {
			j++
		}
		if j-i < 2 {
			j = max(j, i+1)
			out = append(out, subs[i:j]...)
		} else {
			out = append(out, factor(subs[i:j], at)...)
		}
		i = j
	}
	if len(out) == 1 {
		return out[0]
	}
	return &node{kind: kAlt, subs: out, at: at}
}

// headLit returns the literal that n begins with, "" if it begins otherwise.
func headLit(n *node) string {
	if n.kind == kCat {
		n = n.subs[0]
	}
	if n.kind == kLit {
		return n.lit
	}
	return ""
}

func dropHead(n *node, k int) *node {
	if n.kind == kLit {
		return cat(cutLit(n, k))
	}
	return cat(append([]*node{cutLit(n.subs[0], k)}, n.subs[1:]...)...)
}

func cutLit(n *node, k int) *node {
	if k == len(n.lit) {
		return &node{kind: kEmpty, at: n.at}
	}
	return &node{kind: kLit, lit: n.lit[k:], at: n.at}
}

// factor groups alternatives that all begin with a literal by its first
// character, in the order in which the characters first occur.
func factor(subs []*node, at int) []*node {
	groups := map[rune][]*node{}
	var order []rune
	for _, s := range subs {
		r, _ := utf8.DecodeRuneInString(headLit(s))
		if groups[r] == nil {
			order = append(order, r)
		}
		groups[r] = append(groups[r], s)
	}
	var out []*node
	for _, r := range order {
		g := groups[r]
		if len(g) == 1 {
			out = append(out, g[0])
			continue
		}
		prefix := headLit(g[0])
		for _, s := range g[1:] {
			prefix = commonPrefix(prefix, headLit(s))
		}
		rest := make([]*node, len(g))
		for i, s := range g {
			rest[i] = dropHead(s, len(prefix))
		}
		out = append(out, cat(&node{kind: kLit, lit: prefix, at: at}, alternation(rest, at)))
	}
	return out
}

// commonPrefix is a prefix of whole characters.
func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return a[:n]
}
