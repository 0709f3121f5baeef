package painless

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/millrace/millrace/event"
)

// Switch tells which of some conditions that are asked one behind the other may hold, by the text of one field.
// Pipelines have runs of steps each of which is for a few values of a field: one look at it passes over most of them.
type Switch struct {
	fields   *Fields
	field    int32
	others   []int32 // fields that have to be texts, or null, for it to be sure
	prefixes bool    // some conditions ask how the text begins
	len      int
	may      [nullPlace + 1]uint64 // conditions that may hold, a bit each, by place of the text
}

const (
	nullPlace = 256           // the place of null
	anyPlace  = nullPlace + 1 // stands for the places of all texts that no condition names
	maxCases  = 64
	maxGap    = 3 // conditions about something else that stand between those of a switch
)

// NewSwitch makes a switch for the first of the conditions; sure are the numbers of those that it can pass over. It is nil
// when they have no field in common.
func NewSwitch(conds []*Condition) (s *Switch, sure []int) {
	for i := range conds[0].direct.checks {
		switch k := &conds[0].direct.checks[i]; k.ask {
		case asksText, asksEquals, asksPrefix, asksMember:
			if of, ofSure := switchOn(k.at, conds); len(ofSure) > max(1, len(sure)) {
				s, sure = of, ofSure
			}
		}
	}
	return s, sure
}

func switchOn(field int32, conds []*Condition) (s *Switch, sure []int) {
	s = &Switch{fields: conds[0].direct.fields, field: field}
	conds = conds[:min(len(conds), maxCases)]
	named := [nullPlace + 1]bool{nullPlace: true}
	for _, cond := range conds {
		for i := range cond.direct.checks {
			s.prefixes = s.prefixes || cond.direct.checks[i].at == field && cond.direct.checks[i].ask == asksPrefix
		}
	}
	for i, cond := range conds {
		if cond.direct.fields != s.fields || s.mayHold(cond, anyPlace) {
			if i == 0 || i > sure[len(sure)-1]+maxGap {
				break
			}
			continue
		}
		sure = append(sure, i)
	}
	if len(sure) == 0 {
		return nil, nil
	}
	s.len = sure[len(sure)-1] + 1
	for _, cond := range conds[:s.len] {
		for i := range cond.direct.checks {
			for _, text := range cond.direct.checks[i].texts() {
				named[s.place([]byte(text))] = true
			}
		}
	}
	for place := range s.may {
		for i, next := 0, 0; i < s.len; i++ {
			isSure := i == sure[next]
			if isSure {
				next++
			}
			if !isSure || named[place] && s.mayHold(conds[i], place) {
				s.may[place] |= 1 << i
			}
		}
	}
	slices.Sort(s.others)
	s.others = slices.Compact(s.others)
	return s, sure
}

// Pass tells how many conditions, from that with number i on, do not hold.
func (s *Switch) Pass(ctx *Context, i int) int {
	if ctx.fields != s.fields {
		return 0
	}
	for _, at := range s.others {
		if v := ctx.Field(at); v.Kind() != event.String && !v.IsNull() || v.Kind() == event.Missing && !ctx.lacks(at) {
			return 0
		}
	}
	v := ctx.Field(s.field)
	if v.Kind() == event.Missing && !ctx.lacks(s.field) {
		return 0
	}
	place := nullPlace
	if v.Kind() == event.String {
		place = s.place(ctx.Event.Bytes(v))
	} else if !v.IsNull() {
		return 0
	}
	return min(bits.TrailingZeros64(s.may[place]>>i), s.len-i)
}

// place is that of a text among all: few have the same one.
func (s *Switch) place(text []byte) int {
	n := len(text)
	var x uint64
	switch {
	case n == 0:
		return 0
	case s.prefixes:
		return int(text[0])
	case n >= 8:
		x = binary.LittleEndian.Uint64(text) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(text[n-8:]), 29)
	case n >= 4:
		x = uint64(binary.LittleEndian.Uint32(text))<<32 | uint64(binary.LittleEndian.Uint32(text[n-4:]))
	default:
		x = uint64(text[0]) | uint64(text[n/2])<<8 | uint64(text[n-1])<<16
	}
	return int((x ^ uint64(n)) * 0x9E3779B97F4A7C15 >> 56)
}

// mayHold tells whether a condition may hold, or be unsure, when the text has the place. If it says no, others are
// what that depends on.
func (s *Switch) mayHold(cond *Condition, place int) bool {
	c := cases{s: s, d: &cond.direct, place: place, left: 1000}
	if c.mayHold(c.d.start, nil) {
		return true
	}
	s.others = append(s.others, c.others...)
	return false
}

// isWithin tells whether the field is in that one.
func (s *Switch) isWithin(in int32) bool {
	for at := s.fields.steps[s.field].from; at != wholeDoc; at = s.fields.steps[at].from {
		if at == in {
			return true
		}
	}
	return false
}

// cases follows the checks of a condition through all that may be in its fields, when the text of the switch's field
// has a place.
type cases struct {
	s      *Switch
	d      *direct
	place  int
	others []int32
	left   int // checks to follow before it gives up
}

// fact is what is assumed of another field.
type fact struct {
	field int32
	null  bool
}

// mayHold tells whether the condition may hold, or be unsure, from a check on.
func (c *cases) mayHold(at jump, facts []fact) bool {
	if at < 0 {
		return at != isNo
	}
	if c.left--; c.left < 0 {
		return true
	}
	k := &c.d.checks[at]
	switch {
	case k.at == wholeDoc:
		return true
	case c.s.isWithin(k.at): // is a map when there is a text in it
		return c.place == nullPlace || k.ask != asksNull || c.mayHold(k.no, facts)
	case k.at == c.s.field:
		return c.follow(k, c.place == nullPlace, facts)
	}
	for _, f := range facts {
		if f.field == k.at {
			return c.follow(k, f.null, facts)
		}
	}
	c.others = append(c.others, k.at)
	facts = facts[:len(facts):len(facts)]
	return c.follow(k, true, append(facts, fact{k.at, true})) || c.follow(k, false, append(facts, fact{k.at, false}))
}

// follow goes on behind check k, of a field that is null or a text.
func (c *cases) follow(k *check, null bool, facts []fact) bool {
	answers := c.ofText
	if null {
		answers = c.ofNull
	}
	yes, no, sure := answers(k)
	return !sure || yes && c.mayHold(k.yes, facts) || no && c.mayHold(k.no, facts)
}

// ofNull are the answers to k of a field that is null.
func (c *cases) ofNull(k *check) (yes, no, sure bool) {
	if len(k.within) > 0 {
		return true, true, false
	}
	switch k.ask {
	case asksNull:
		return true, false, true
	case asksText, asksBool, asksNumber, asksKind:
		return false, true, true
	case asksMember:
		return k.among.null, !k.among.null, true
	}
	return true, true, false
}

// ofText are the answers to k of a field that is a text.
func (c *cases) ofText(k *check) (yes, no, sure bool) {
	switch k.ask {
	case asksNull:
		return false, true, true
	case asksKind:
		return k.kind == event.String, k.kind != event.String, true
	case asksSuffix, asksContains, asksEmpty:
		return true, true, true
	case asksText, asksEquals, asksPrefix, asksMember:
		if k.at != c.s.field || k.ask == asksPrefix && len(k.text) == 0 {
			return true, true, true
		}
		for _, text := range k.texts() {
			yes = yes || c.s.place([]byte(text)) == c.place
		}
		return yes, true, true
	}
	return true, true, false
}

// texts are those that the check compares a field with.
func (k *check) texts() []string {
	switch k.ask {
	case asksText, asksEquals, asksPrefix:
		return []string{string(k.text)}
	case asksMember:
		return k.among.few
	}
	return nil
}
