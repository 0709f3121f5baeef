package grok

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

func (in *inst) behind(line []byte, pos int) bool {
	found := false
	if pos > 0 {
		if c := line[pos-1]; c < 0x80 {
			found = in.set.tab[c] != 0
		} else {
			r, _ := utf8.DecodeLastRune(line[:pos])
			found = in.set.set.has(r)
		}
	}
	return found != in.neg
}

func (in *inst) edge(line []byte, pos int) bool {
	n := len(line)
	switch in.op {
	case opBeginLine:
		return pos == 0 || line[pos-1] == '\n' && pos < n
	case opEndLine:
		return pos == n || line[pos] == '\n'
	case opBeginText:
		return pos == 0
	case opEndText:
		return pos == n
	case opEndTextNL:
		return pos == n || pos == n-1 && line[pos] == '\n'
	}
	ascii := in.min == 1
	return (wordBefore(line, pos, ascii) != wordAt(line, pos, ascii)) != in.neg
}

// backref returns the end of the text that one of the slots captured last, -1
// if it is not at pos; and what it cost, in steps.
func (in *inst) backref(line []byte, pos int, trail []mark, slots []int32) (end, cost int) {
	for i := len(slots) - 1; i >= 0; i-- {
		s, e := int32(-1), int32(-1)
		for j := len(trail) - 1; j >= 0 && s < 0; j-- {
			cost++
			t := trail[j]
			if t.Field != int(slots[i]) {
				continue
			}
			if e < 0 {
				e = t.End
			}
			if e >= 0 {
				s = t.Start
			}
		}
		if s < 0 {
			continue
		}
		want := line[s:e]
		cost += len(want)
		if !in.neg {
			if bytes.HasPrefix(line[pos:], want) {
				return pos + len(want), cost
			}
			continue
		}
		if end := foldPrefix(line, pos, want); end >= 0 {
			return end, cost
		}
	}
	return -1, cost
}

func foldPrefix(line []byte, pos int, want []byte) int {
	for len(want) > 0 {
		a, wa := utf8.DecodeRune(want)
		b, wb := utf8.DecodeRune(line[pos:])
		if wb == 0 || a != b && !strings.EqualFold(string(unicode.ToLower(a)), string(unicode.ToLower(b))) {
			return -1
		}
		want, pos = want[wa:], pos+wb
	}
	return pos
}

// boundary reports whether a character begins at p.
func boundary(line []byte, p int) bool {
	if p >= len(line) || line[p]&0xC0 != 0x80 {
		return true
	}
	for back := 1; back < utf8.UTFMax && p-back >= 0; back++ {
		if line[p-back]&0xC0 != 0x80 {
			_, w := utf8.DecodeRune(line[p-back:])
			return w <= back
		}
	}
	return true
}

var wordByte = func() (t [256]bool) {
	for b := range t {
		t[b] = b < 0x80 && setWord.has(rune(b))
	}
	return t
}()

func wordAt(line []byte, p int, ascii bool) bool {
	if p >= len(line) {
		return false
	}
	if c := line[p]; c < 0x80 || ascii {
		return wordByte[c]
	}
	return highWordAt(line, p)
}

func highWordAt(line []byte, p int) bool {
	r, _ := utf8.DecodeRune(line[p:])
	return isWord(r)
}

func wordBefore(line []byte, p int, ascii bool) bool {
	if p == 0 {
		return false
	}
	if c := line[p-1]; c < 0x80 || ascii {
		return wordByte[c]
	}
	return highWordBefore(line, p)
}

func highWordBefore(line []byte, p int) bool {
	r, _ := utf8.DecodeLastRune(line[:p])
	return isWord(r)
}
