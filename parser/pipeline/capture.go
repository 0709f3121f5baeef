package pipeline

import (
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/grok"
	"github.com/millrace/millrace/parser/painless"
)

// captureSlot is what is asked of each capture of a slot.
type captureSlot struct {
	bit uint64 // of the slot, among those of its pattern; tooMany beyond the last that has one
	typ grok.Type
}

const tooMany = ^uint64(0)

// captureTarget is where the captures of a slot go.
type captureTarget struct {
	path     event.Path
	top      event.Symbol // its first step
	inIngest bool
	deep     bool // it has more steps
	first    int  // of the pattern's slots of this name: what several of them capture is a list
	rank     int  // in the order of Elasticsearch
	writing
}

// captureSlots numbers the slots of each pattern.
func captureSlots(fields []grok.Field) []captureSlot {
	slots := make([]captureSlot, len(fields))
	first := 0 // of the pattern
	for i, f := range fields {
		if f.Pattern != fields[first].Pattern {
			first = i
		}
		slots[i] = captureSlot{tooMany, f.Type}
		if n := i - first; n < 64 {
			slots[i].bit = 1 << n
		}
	}
	return slots
}

// captureTargets plans where the captures of each slot go.
func captureTargets(o *options, fields []grok.Field) (targets []captureTarget) {
	first := map[string]int{} // by pattern and name
	for i, f := range fields {
		name := strings.Join(f.Path, ".")
		t := captureTarget{path: o.parsePath("patterns", name), first: i}
		key := strconv.Itoa(f.Pattern) + " " + name
		if j, ok := first[key]; ok {
			t.first = j
		} else {
			first[key] = i
		}
		top, _, deep := strings.Cut(strings.TrimPrefix(name, "_source."), ".")
		t.deep = deep
		t.top, t.inIngest = event.Intern(top), strings.HasPrefix(name, "_ingest.")
		targets = append(targets, t)
	}
	rankCaptures(targets, fields)
	return targets
}

// captureLayout is how the captures of some slots, together, are written.
type captureLayout struct {
	taken  uint64 // the slots, a bit each
	slots  []int
	layout *event.Layout // of those whose first step is missing in the document before; nil: they go one by one
	others []int         // the others, which go one by one
	known  *painless.Known
}

// maxLayouts bounds those of a pattern.
const maxLayouts = 8

// layoutOf is the layout for the captures of a match, which are of the slots that are taken; nil beyond the bounds.
func (p *grokProcessor) layoutOf(r *Runner, s *grokScratch, pattern int, taken uint64) *captureLayout {
	known := s.layouts[pattern]
	for i := range known {
		if known[i].taken == taken {
			return &known[i]
		}
	}
	if len(known) == maxLayouts || taken == tooMany {
		return nil
	}
	s.layouts[pattern] = append(known, p.newLayout(r, taken, s.matcher.Captures()))
	return &s.layouts[pattern][len(known)]
}

// newLayout makes the layout of a match. The first that has such captures says which of their first steps are missing
// before.
func (p *grokProcessor) newLayout(r *Runner, taken uint64, captures []grok.Capture) captureLayout {
	l, ev := captureLayout{taken: taken}, r.ev
	paths, once := make([]event.Path, len(captures)), true
	for i, c := range captures {
		t := &p.targets[c.Field]
		once = once && !slices.ContainsFunc(l.slots, func(slot int) bool { return p.targets[slot].first == t.first })
		l.slots = append(l.slots, c.Field)
		if t.inIngest || ev.Index(ev.Doc(), t.top) < 0 {
			paths[i] = t.path
		} else {
			l.others = append(l.others, i)
		}
	}
	if once {
		l.layout = event.NewLayout(paths)
	}
	if l.layout != nil {
		l.known = r.set.fields.Layout(l.layout, len(paths), 0)
	}
	slices.SortStableFunc(l.others, func(i, j int) int { // those that may fail come first, in their order
		a, b := &p.targets[l.slots[i]], &p.targets[l.slots[j]]
		switch {
		case a.deep && !b.deep:
			return -1
		case b.deep && !a.deep:
			return 1
		}
		return a.rank - b.rank
	})
	return l
}

// write puts the captures of the last match, which was of v, into the event: all or, when one cannot be converted,
// none. It tells what it has written itself.
func (p *grokProcessor) write(r *Runner, s *grokScratch, pattern int, v event.Value) (err error) {
	ev, captures := r.ev, s.matcher.Captures()
	values, taken := s.values[:len(captures)], uint64(0)
	for i := range values {
		c := &captures[i]
		slot := &p.slots[c.Field]
		taken |= slot.bit
		if slot.typ == grok.String {
			values[i] = ev.Sub(v, int(c.Start), int(c.End))
		} else if values[i], err = convertCapture(ev.Bytes(v)[c.Start:c.End], slot.typ); err != nil {
			return err
		}
	}
	if l := p.layoutOf(r, s, pattern, taken); l != nil && l.layout != nil && p.writeNew(r, l, values) {
		return nil
	}
	r.ctx.Wrote(p.touches)
	return p.writeOrdered(ev, s, captures, values)
}

// writeNew writes values by their layout, unless the document is not as it was made for; what it has written then may
// be written again.
func (p *grokProcessor) writeNew(r *Runner, l *captureLayout, values []event.Value) bool {
	ev := r.ev
	for _, i := range l.others {
		t := &p.targets[l.slots[i]]
		if !t.inner.putKnown(r, values[i]) && (ev.Index(ev.Doc(), t.top) < 0 || ev.Set(t.path, values[i]) != nil) {
			return false
		}
		t.wrote(r, values[i])
	}
	if len(l.others) == len(values) {
		return true
	}
	values = values[:len(values)+l.layout.Maps()]
	if !ev.SetNew(l.layout, values) {
		return false
	}
	r.ctx.Learn(l.known, values)
	return true
}
