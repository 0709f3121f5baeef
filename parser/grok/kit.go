package grok

import "sync"

// kit is what the programs of a library's patterns share: tables that are the
// same for many nodes, and the space in which programs are put together.
type kit struct {
	mu      sync.Mutex // held while a program is put together
	insts   []inst
	firsts  []byteSet // by inst
	srcs    []*node   // by inst
	flat    []int32
	lists   map[int32][]int32 // by inst, the branches of a choice
	classes map[*rune]*class
	literal map[rune]*class
	tables  map[[4]uint64]*[256]bool
	choices map[choiceKey]*choiceList
}

func newKit() *kit {
	return &kit{lists: map[int32][]int32{}, classes: map[*rune]*class{}, literal: map[rune]*class{}, tables: map[[4]uint64]*[256]bool{}, choices: map[choiceKey]*choiceList{}}
}

// clear makes ready for the next program.
func (k *kit) clear() {
	clear(k.lists)
	k.insts, k.firsts, k.srcs, k.flat = k.insts[:0], k.firsts[:0], k.srcs[:0], k.flat[:0]
}

// table returns the bytes of a set, one by one.
func (k *kit) table(s byteSet) *[256]bool {
	t := k.tables[s.bits]
	if t == nil {
		t = new([256]bool)
		for b := range t {
			t[b] = s.has(byte(b))
		}
		k.tables[s.bits] = t
	}
	return t
}

// class returns the class of a set. Sets are shared by all that refer to the
// definition they stand in: the same one is known by its address.
func (k *kit) class(set charset) *class {
	if r, ok := set.single(); ok {
		if k.literal[r] == nil {
			k.literal[r] = newClass(set)
		}
		return k.literal[r]
	}
	if len(set) == 0 {
		return newClass(set)
	}
	cl := k.classes[&set[0]]
	if cl == nil {
		cl = newClass(set)
		k.classes[&set[0]] = cl
	}
	return cl
}

// fewBranches is how many branches a choiceKey has room for.
const fewBranches = 3

// choiceKey is the bytes with which each of a few branches can begin.
type choiceKey struct {
	n     int
	first [fewBranches]byteSet
}

// choiceList leads from a byte, or the end, to one of sets, which are the
// branches that can begin with it, a bit each.
type choiceList struct {
	list  [256]uint8
	atEnd int
	sets  []uint8
}

// choices returns the list for a few branches.
func (k *kit) choose(firsts []byteSet) *choiceList {
	key := choiceKey{n: len(firsts)}
	if len(firsts) > fewBranches {
		return newChoiceList(firsts)
	}
	copy(key.first[:], firsts)
	l := k.choices[key]
	if l == nil {
		l = newChoiceList(firsts)
		k.choices[key] = l
	}
	return l
}

// newChoiceList is for up to eight branches.
func newChoiceList(firsts []byteSet) *choiceList {
	l := &choiceList{}
	var id [256]uint8 // by set, 1 more than its place
	intern := func(set uint8) uint8 {
		if id[set] == 0 {
			l.sets = append(l.sets, set)
			id[set] = uint8(len(l.sets))
		}
		return id[set] - 1
	}
	for w := range 4 {
		for bit := range 64 {
			var set uint8
			for i := range firsts {
				set |= uint8(firsts[i].bits[w]>>bit&1) << i
			}
			l.list[w<<6|bit] = intern(set)
		}
	}
	var set uint8
	for i := range firsts {
		if firsts[i].end {
			set |= 1 << i
		}
	}
	l.atEnd = int(intern(set))
	return l
}
