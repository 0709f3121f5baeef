package painless

import (
	"bytes"
	"slices"

	"github.com/millrace/millrace/event"
)

// Most conditions compare fields with constants. Those are compiled a second time, into checks that read the
// event itself: no values of Painless, no frame, no exceptions. A check that meets what it was not made for (a
// null that is an error, a number where a text should be) is unsure, and the condition is evaluated in full:
// it has no effects, so that asking twice is asking once.

type verdict uint8

const (
	no verdict = iota
	yes
	unsure
)

// jump is where a condition goes on: at a check, or at its end.
type jump int32

const (
	isUnsure jump = -3 + iota
	isYes
	isNo
)

// check is one question about a field. What does not hold is answered with no, however it is asked: negation is
// in the jumps.
type check struct {
	ask       question
	kind      event.Kind
	at        int32   // the field
	within    []int32 // fields in which it is asked for without `?.`
	yes, no   jump
	name      event.Symbol
	text      []byte
	low, high int64
	among     *members

	ifYes, ifNo *check // where yes and no lead
}

type question uint8

const (
	asksNothing  question = iota // and is unsure
	asksNull                     // is it null or missing
	asksText                     // is it that text
	asksBool                     // is it true, or false, as low has it
	asksNumber                   // is it the number low
	asksRange                    // is it from low to high
	asksKind                     // is it of that kind
	asksEquals                   // .equals(text)
	asksPrefix                   // .startsWith(text)
	asksSuffix                   // .endsWith(text)
	asksContains                 // .contains(text), of a text or list
	asksKey                      // .containsKey(name)
	asksEmpty                    // .isEmpty()
	asksMember                   // [..].contains(it)
)

// members are the texts of a constant list.
type members struct {
	few  []string // all of them, when they are few
	all  map[string]struct{}
	null bool // is among them
}

// direct is what checks can decide of a condition.
type direct struct {
	fields *Fields
	checks []check
	start  jump
	first  *check // at start
}

// ends are checks that stand where a condition ends.
var ends = map[jump]*check{isUnsure: {at: int32(isUnsure)}, isYes: {at: int32(isYes)}, isNo: {at: int32(isNo)}}

// link follows the jumps.
func (d *direct) link() {
	to := func(j jump) *check {
		if j < 0 {
			return ends[j]
		}
		return &d.checks[j]
	}
	for i := range d.checks {
		k := &d.checks[i]
		k.ifYes, k.ifNo = to(k.yes), to(k.no)
	}
	d.first = to(d.start)
}

// Eval tells whether the condition holds for ctx.Event, which it cannot change. The error is an *Error. Whoever
// changes the event calls [Context.Changed] or [Context.Wrote] before the next condition, and who puts in another one,
// [Context.Begin].
func (cond *Condition) Eval(ctx *Context) (holds bool, err error) {
	d := &cond.direct
	if ctx.fields != d.fields {
		ctx.Use(d.fields)
	}
	k := d.first
	for k.at >= 0 {
		var v event.Value
		if ctx.has(k.at) {
			v = ctx.readings[k.at]
		} else if !ctx.lacks(k.at) {
			var ok bool
			if v, ok = ctx.read(k.at); !ok {
				return cond.eval(ctx)
			}
		}
		if v.Kind() == event.Missing && len(k.within) > 0 && !ctx.hasAll(k.within) {
			return cond.eval(ctx)
		}
		holds := false
		switch k.ask { // the commonest are asked here
		case asksNull:
			holds = v.IsNull()
		case asksText:
			holds = v.Kind() == event.String && string(ctx.Event.Bytes(v)) == string(k.text)
		case asksPrefix:
			if v.Kind() != event.String {
				return cond.eval(ctx)
			}
			b, n := ctx.Event.Bytes(v), len(k.text)
			holds = n == 0 || len(b) >= n && b[0] == k.text[0] && string(b[:n]) == string(k.text) // most differ in the first byte
		default:
			answer := k.answer(ctx.Event, v)
			if answer == unsure {
				return cond.eval(ctx)
			}
			holds = answer == yes
		}
		if holds {
			k = k.ifYes
		} else {
			k = k.ifNo
		}
	}
	if k.at == int32(isUnsure) {
		return cond.eval(ctx)
	}
	return k.at == int32(isYes), nil
}

// Asks tells whether the condition may ask for one of the fields that were touched.
func (cond *Condition) Asks(touched []Touch) bool {
	d := &cond.direct
	unsure := d.start == isUnsure
	for i := range d.checks {
		k := &d.checks[i]
		unsure = unsure || k.ask == asksNothing || k.yes == isUnsure || k.no == isUnsure
		for _, at := range slices.Concat(k.within, []int32{k.at}) {
			for _, t := range touched {
				unsure = unsure || at == wholeDoc || at/64 == t.word && (t.below|t.above)>>(at%64)&1 != 0
			}
		}
	}
	return unsure
}

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// answer is that of the value v of the field.
func (k *check) answer(ev *event.Event, v event.Value) verdict {
	switch k.ask {
	case asksMember:
		return verdictOf(k.among.has(ev, v))
	case asksBool, asksNumber, asksRange, asksKind:
		return k.ofScalar(v)
	}
	switch v.Kind() {
	case event.String:
		return k.ofText(ev.Bytes(v))
	case event.List:
		switch k.ask {
		case asksContains:
			return verdictOf(hasText(ev, v, k.text))
		case asksEmpty:
			return verdictOf(ev.Len(v) == 0)
		}
	case event.Map:
		switch k.ask {
		case asksKey:
			return verdictOf(ev.Index(v, k.name) >= 0)
		case asksEmpty:
			return verdictOf(ev.Len(v) == 0)
		}
	}
	return unsure
}

func (k *check) ofText(b []byte) verdict {
	switch k.ask {
	case asksSuffix:
		return verdictOf(bytes.HasSuffix(b, k.text))
	case asksEquals:
		return verdictOf(string(b) == string(k.text))
	case asksContains:
		return verdictOf(bytes.Contains(b, k.text))
	case asksEmpty:
		return verdictOf(len(b) == 0)
	}
	return unsure
}

func (k *check) ofScalar(v event.Value) verdict {
	kind := v.Kind()
	switch k.ask {
	case asksBool:
		if kind == event.Bool || v.IsNull() {
			return verdictOf(v == event.BoolValue(k.low != 0))
		}
	case asksNumber:
		if kind == event.Int || kind == event.Long || v.IsNull() {
			return verdictOf(!v.IsNull() && v.Int() == k.low)
		}
	case asksRange:
		if kind == event.Int || kind == event.Long {
			return verdictOf(k.low <= v.Int() && v.Int() <= k.high)
		}
	case asksKind:
		switch kind {
		case event.Missing, event.Null, event.Bool, event.Int, event.Long, event.Double, event.String, event.List, event.Map:
			return verdictOf(kind == k.kind)
		}
	}
	return unsure
}

func hasText(ev *event.Event, list event.Value, want []byte) bool {
	for i := range ev.Len(list) {
		if v := ev.At(list, i); v.Kind() == event.String && string(ev.Bytes(v)) == string(want) {
			return true
		}
	}
	return false
}

func (m *members) has(ev *event.Event, v event.Value) bool {
	if v.Kind() != event.String {
		return v.IsNull() && m.null
	}
	b := ev.Bytes(v)
	if m.all != nil {
		_, in := m.all[string(b)]
		return in
	}
	for _, s := range m.few {
		if string(b) == s {
			return true
		}
	}
	return false
}
