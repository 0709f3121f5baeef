package grok

import "bytes"

// required is a text that every match contains; empty if there is none.
type required struct {
	text          []byte
	at            int     // of its rarest pair of bytes
	seldom        byte    // one of the pair that is quickly seen not to be there; 0 if it likely is
	before, after byteSet // what can stand next to it
}

func newRequired(text string) required {
	r := required{text: []byte(text), at: rarestPair(text), before: anything, after: anything}
	for _, c := range r.text[r.at:min(r.at+2, len(text))] {
		if seldomByte[c] {
			r.seldom = c
		}
	}
	return r
}

// requiredOf appends the texts that every match of n contains, in the order in which it does.
func requiredOf(out []required, n *node) []required {
	switch n.kind {
	case kLit:
		return append(out, newRequired(n.lit))
	case kCat:
		for i, sub := range n.subs {
			from := len(out)
			if out = requiredOf(out, sub); sub.kind == kLit {
				out[from].before, out[from].after = besides(n.subs[:i], true), besides(n.subs[i+1:], false)
			}
		}
	case kRepeat:
		if n.min > 0 {
			return requiredOf(out, n.subs[0])
		}
	case kCapture, kAtomic, kScan:
		return requiredOf(out, n.subs[0])
	}
	return out
}

// besides returns the bytes that can stand next to a text, on the side where the pieces are.
func besides(pieces []*node, last bool) byteSet {
	if s, nullable := edgeOfAll(pieces, last); !nullable {
		return s
	}
	return anything
}

// latest returns the last place of a line where a match may begin, by the last n texts that it must contain: -1 if
// there is none.
func (p *program) latest(line []byte, n int) int {
	end, texts := len(line), p.chain[max(0, len(p.chain)-n):]
	for i := range texts {
		if texts[i].isAbsent(line) {
			return -1
		}
	}
	for i := len(texts) - 1; i >= 0; i-- {
		if end = texts[i].lastIn(line, end); end < 0 {
			return -1
		}
	}
	return min(end, len(line)-p.minLen)
}

// isAbsent reports whether a line does not have the text by the lack of its seldom byte.
func (r *required) isAbsent(line []byte) bool {
	return r.seldom != 0 && bytes.IndexByte(line, r.seldom) < 0
}

// lastIn returns where a line has the text last before end, by a search for its rarest pair; -1 if it has not.
func (r *required) lastIn(line []byte, end int) int {
	if len(r.text) == 1 {
		c := r.text[0]
		for end--; end >= 0 && (line[end] != c || !r.fits(line, end)); end-- {
		}
		return end
	}
	q := end - len(r.text) + r.at // where the pair can stand
	for range 8 {
		if q = lastPair(line[:end], r.at, q, r.text[r.at], r.text[r.at+1]); q < 0 {
			return -1
		}
		if at := q - r.at; string(line[at:][:len(r.text)]) == string(r.text) && r.fits(line, at) {
			return at
		}
		q--
	}
	return bytes.LastIndex(line[:q-r.at+len(r.text)], r.text)
}

// fits reports whether what stands next to the text at a place of the line is what can.
func (r *required) fits(line []byte, at int) bool {
	return r.before.holds(line, at-1) && r.after.holds(line, at+len(r.text))
}

// rarestPair chooses the two bytes of a text that lines have least: what is
// not a small letter, a digit or a blank is rare.
func rarestPair(text string) int {
	weight := func(c byte) int {
		switch {
		case c == ' ', c == 'e', c == 'o', c == 'r', c == 's', c == 't':
			return 0
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z':
			return 2
		}
		return 3 + btoi(seldomByte[c])
	}
	best, at := -1, 0
	for i := 0; i+1 < len(text); i++ {
		if w := weight(text[i]) + weight(text[i+1]); w > best {
			best, at = w, i
		}
	}
	return at
}
