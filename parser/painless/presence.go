package painless

// Presence is what a condition asks that asks for nothing but whether fields are null, all of them among 64 that are
// known of together: it is told by their bits. The zero Presence tells nothing.
type Presence struct {
	word    int32
	negated bool
	fields  uint64
	null    uint64 // those of fields that are to be null, the others not
	within  uint64 // fields in which one is asked for without `?.`
	before  uint64 // those of fields that are asked for before that
}

// Presence is that of the condition.
func (cond *Condition) Presence() Presence { return cond.direct.presence() }

// Tells tells whether the condition holds, when all that it asks for is known and no error.
func (p *Presence) Tells(ctx *Context) (holds, ok bool) {
	if p.fields == 0 {
		return false, false
	}
	r := &ctx.read64[p.word]
	other := (r.null ^ p.null) & p.fields
	if r.known&p.fields != p.fields || r.known&^r.null&p.within != p.within && other&p.before == 0 {
		return false, false
	}
	return (other == 0) != p.negated, true
}

// presence follows the checks of `a && b && c`, or of `a || b || c`, which is !(!a && !b && !c).
func (d *direct) presence() (p Presence) {
	if d.start < 0 {
		return p
	}
	first := &d.checks[d.start]
	p.word = first.at / 64
	end := isNo // where it ends at once
	if first.yes == isYes && first.no >= 0 || first.no == isYes && first.yes >= 0 {
		end = isYes
	}
	p.negated = end == isYes
	for at := d.start; at >= 0; {
		k := &d.checks[at]
		goesOn := k.yes
		if k.yes == end {
			goesOn = k.no
		} else if k.no != end {
			return Presence{}
		}
		bit := uint64(1) << (k.at % 64)
		if k.ask != asksNull || k.at/64 != p.word || p.fields&bit != 0 || goesOn == isUnsure || goesOn == end {
			return Presence{}
		}
		p.fields |= bit
		if goesOn == k.yes {
			p.null |= bit
		}
		if p.within == 0 && len(k.within) == 0 {
			p.before |= bit
		}
		for _, in := range k.within {
			if in/64 != p.word {
				return Presence{}
			}
			p.within |= 1 << (in % 64)
		}
		at = goesOn
	}
	return p
}
