package grok

import (
	"bytes"
	"slices"
)

// index leaves out the patterns of a set that cannot match a line, for little
// more than a look at its bytes: by the first byte those that are anchored, and
// by a text that each match must contain those that several of have one in common.
type index struct {
	words int      // of 64 patterns each
	all   []uint64 // every pattern but those that need a pair
	first []uint64 // by first byte, or 256 for an empty line, those that it does not leave out
	texts []sharedText
	// pairs is by hash of two bytes the patterns that need them, of a set that
	// would have too many texts to look for.
	pairs [][]uint64
}

// sharedText is a text that every match of some patterns contains.
type sharedText struct {
	required
	of []uint64
}

const (
	pairBits = 12
	maxTexts = 8
)

func pairHash(a, b byte) uint32 {
	return (uint32(a)<<8 | uint32(b)) * 0x9E3779B1 >> (32 - pairBits)
}

func newIndex(progs []*program) *index {
	x := &index{words: (len(progs) + 63) / 64}
	x.all, x.first = x.row(), make([]uint64, 257*x.words)
	var need []int
	for i, p := range progs {
		w, bit := i>>6, uint64(1)<<(i&63)
		for b := range 257 {
			if p.anchor == anyStart || p.first == nil || b < 256 && p.first[b] {
				x.first[b*x.words+w] |= bit
			}
		}
		if p.shared = -1; p.anchor == anyStart && len(p.required.text) > 1 {
			need = append(need, i)
		}
		x.all[w] |= bit
	}
	if !x.share(progs, need) {
		x.hashPairs(progs, need)
	}
	return x
}

func (x *index) row() []uint64 { return make([]uint64, x.words) }

// share finds the texts that patterns have in common. It gives up where there are too many.
func (x *index) share(progs []*program, need []int) bool {
	for len(need) > 1 {
		text, of := commonText(progs, need)
		if len(of) == 1 {
			break
		}
		if len(x.texts) == maxTexts {
			return false
		}
		t := sharedText{newRequired(text), x.row()}
		for _, i := range of {
			t.of[i>>6] |= 1 << (i & 63)
			progs[i].shared = len(x.texts)
		}
		x.texts = append(x.texts, t)
		need = slices.DeleteFunc(need, func(i int) bool { return slices.Contains(of, i) })
	}
	return len(need) <= maxTexts
}

// commonText returns a text that as many patterns as can be have in common, and which.
func commonText(progs []*program, need []int) (text string, of []int) {
	by := map[string][]int{}
	for _, i := range need {
		for _, r := range progs[i].chain {
			for j := 1; j < len(r.text); j++ {
				pair := string(r.text[j-1 : j+1])
				if have := by[pair]; len(have) == 0 || have[len(have)-1] != i {
					by[pair] = append(have, i)
				}
			}
		}
	}
	for pair, have := range by {
		if len(have) > len(of) || len(have) == len(of) && pair < text {
			text, of = pair, have
		}
	}
	return widest(progs, of, text), of
}

// widest makes a text longer as long as all of the patterns contain it.
func widest(progs []*program, of []int, text string) string {
	for _, r := range progs[of[0]].chain {
		at := bytes.Index(r.text, []byte(text))
		for at >= 0 {
			from, to := max(at-1, 0), min(at+len(text)+1, len(r.text))
			switch {
			case allContain(progs, of, r.text[from:at+len(text)]) && from < at:
				at, text = from, string(r.text[from:at+len(text)])
			case allContain(progs, of, r.text[at:to]) && to > at+len(text):
				text = string(r.text[at:to])
			default:
				return text
			}
		}
	}
	return text
}

func allContain(progs []*program, of []int, text []byte) bool {
	for _, i := range of {
		if !slices.ContainsFunc(progs[i].chain, func(r required) bool { return bytes.Contains(r.text, text) }) {
			return false
		}
	}
	return true
}

// hashPairs makes one look at each pair of a line tell which patterns have theirs.
func (x *index) hashPairs(progs []*program, need []int) {
	x.texts, x.pairs = nil, make([][]uint64, 1<<pairBits)
	for _, i := range need {
		w, bit := i>>6, uint64(1)<<(i&63)
		x.all[w] &^= bit
		progs[i].shared = -1
		r := &progs[i].required
		h := pairHash(r.text[r.at], r.text[r.at+1])
		if x.pairs[h] == nil {
			x.pairs[h] = x.row()
		}
		x.pairs[h][w] |= bit
	}
}

// candidates returns the bits of the patterns that may match; masks is space for them.
func (x *index) candidates(masks []uint64, line []byte) []uint64 {
	if x.pairs == nil {
		return x.all
	}
	copy(masks, x.all)
	for i := 1; i < len(line); i++ {
		if row := x.pairs[pairHash(line[i-1], line[i])]; row != nil {
			for w, bits := range row {
				masks[w] |= bits
			}
		}
	}
	return masks
}

// begin returns the patterns that can match a line that begins as this one.
func (x *index) begin(line []byte, w int) uint64 {
	b := 256
	if len(line) > 0 {
		b = int(line[0])
	}
	return x.first[b*x.words+w]
}
