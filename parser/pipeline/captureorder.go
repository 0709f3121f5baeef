package pipeline

import (
	"slices"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/grok"
)

// rankCaptures notes the order in which Elasticsearch has the captures: what is written alike, as %{INT:n:long}, comes
// where the first pattern of the set has it first.
func rankCaptures(targets []captureTarget, fields []grok.Field) {
	for i, f := range fields {
		targets[i].rank = slices.IndexFunc(fields, func(g grok.Field) bool {
			return g.Name == f.Name && g.Syntax == f.Syntax && g.Type == f.Type
		})
	}
}

// writeOrdered writes captures in that order. Those before the first that cannot be written stay.
func (p *grokProcessor) writeOrdered(ev *event.Event, s *grokScratch, captures []grok.Capture, values []event.Value) error {
	clear(s.taken)
	order := s.order[:0]
	for i := range captures {
		order = append(order, i)
	}
	s.order = order
	target := func(i int) *captureTarget { return &p.targets[captures[i].Field] }
	slices.SortStableFunc(order, func(i, j int) int { return target(i).rank - target(j).rank })
	for _, i := range order {
		s.join(ev, target(i).first, values[i])
	}
	for _, i := range order {
		t := target(i)
		w := s.taken[t.first]
		if w.Kind() == event.Missing { // it is written
			continue
		}
		if err := ev.Set(t.path, w); err != nil {
			return err
		}
		s.taken[t.first] = event.Value{}
	}
	return nil
}

// join adds w to what the name of slot first has: a second value makes a list of it.
func (s *grokScratch) join(ev *event.Event, first int, w event.Value) {
	switch before := s.taken[first]; before.Kind() {
	case event.Missing:
		s.taken[first] = w
	case event.List:
		ev.Append(before, w)
	default:
		list := ev.NewList()
		ev.Append(list, before)
		ev.Append(list, w)
		s.taken[first] = list
	}
}
