package pipeline

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/grok"
)

// captureTarget is where the captures of a slot go.
type captureTarget struct {
	path   event.Path
	typ    grok.Type
	parent int          // the place that has it; -1: the path is to be followed
	name   event.Symbol // there
	shared bool         // the pattern has several slots of this name: what more than one captures is a list
	first  int          // of them
}

// capturePlace is a map of the document that captures go to: it is looked for once in a match.
type capturePlace struct {
	above int // the place that has it
	name  event.Symbol
}

// atDocument is the first of the places.
const atDocument = 0

// captureTargets plans where the captures of each slot go.
func captureTargets(o *options, fields []grok.Field) (targets []captureTarget, places []capturePlace) {
	names := make([]string, len(fields))
	first := map[string]int{} // by pattern and name
	for i, f := range fields {
		names[i] = strings.Join(f.Path, ".")
		t := captureTarget{path: o.parsePath("patterns", names[i]), typ: f.Type, first: i}
		key := strconv.Itoa(f.Pattern) + " " + names[i]
		if j, ok := first[key]; ok {
			t.first, t.shared, targets[j].shared = j, true, true
		} else {
			first[key] = i
		}
		targets = append(targets, t)
	}
	places = []capturePlace{{}}
	index := map[string]int{"": atDocument}
	for i := range targets {
		t := &targets[i]
		if t.parent = -1; isPlain(names[i]) && !replaced(names, fields, i) {
			above := atDocument
			steps := strings.Split(names[i], ".")
			for n, step := range steps[:len(steps)-1] {
				path := strings.Join(steps[:n+1], ".")
				at, ok := index[path]
				if !ok {
					at = len(places)
					index[path] = at
					places = append(places, capturePlace{above, event.Intern(step)})
				}
				above = at
			}
			t.parent, t.name = above, event.Intern(steps[len(steps)-1])
		}
	}
	return targets, places
}

// isPlain tells whether a name is that of a field of the document, step by step.
func isPlain(name string) bool {
	return !strings.HasPrefix(name, "_ingest") && !strings.HasPrefix(name, "_source") && !strings.Contains("."+name+".", "..")
}

// replaced tells whether another capture of the pattern may put something else where that of slot i is to go.
func replaced(names []string, fields []grok.Field, i int) bool {
	for j, name := range names {
		if fields[j].Pattern == fields[i].Pattern && strings.HasPrefix(names[i], name+".") {
			return true
		}
	}
	return false
}

// place is the map there, which is made when it is missing; another kind is something that stands there instead.
func (p *grokProcessor) place(ev *event.Event, s *grokScratch, i int) event.Value {
	if m := s.places[i]; m.Kind() != event.Missing {
		return m
	}
	above := p.place(ev, s, p.places[i].above)
	if above.Kind() != event.Map {
		return above
	}
	m := ev.Lookup(above, p.places[i].name)
	if m.Kind() == event.Missing {
		m = ev.NewMap()
		ev.Add(above, p.places[i].name, m)
	}
	s.places[i] = m
	return m
}

// leavePlaces forgets the places: each is to be looked for again.
func (s *grokScratch) leavePlaces(ev *event.Event) {
	clear(s.places)
	s.places[atDocument] = ev.Doc()
}

// write puts the captures of the last match, which was of v, into the event: all or, when one cannot be converted,
// none.
func (p *grokProcessor) write(ev *event.Event, s *grokScratch, v event.Value) (err error) {
	captures := s.matcher.Captures()
	if p.converts {
		for _, c := range captures {
			if typ := p.targets[c.Field].typ; typ != grok.String {
				if s.converted[c.Field], err = convertCapture(ev.Bytes(v)[c.Start:c.End], typ); err != nil {
					return err
				}
			}
		}
	}
	s.leavePlaces(ev)
	joins := false
	for _, c := range captures {
		t := &p.targets[c.Field]
		w := s.converted[c.Field]
		if t.typ == grok.String {
			w = ev.Sub(v, int(c.Start), int(c.End))
		}
		if t.shared {
			if !joins {
				clear(s.taken)
				joins = true
			}
			if w = s.join(ev, t.first, w); w.Kind() == event.Missing {
				continue
			}
		}
		if t.parent >= 0 {
			if m := p.place(ev, s, t.parent); m.Kind() == event.Map {
				ev.Put(m, t.name, w)
				continue
			}
		}
		if err := ev.Set(t.path, w); err != nil {
			return err
		}
		s.leavePlaces(ev) // one may be somewhere else now
	}
	return nil
}

// join is what becomes of the name of slot first: w, or a list with what the name had before. It is
// Missing when w went into a list that is there already.
func (s *grokScratch) join(ev *event.Event, first int, w event.Value) event.Value {
	switch before := s.taken[first]; before.Kind() {
	case event.Missing:
	case event.List:
		ev.Append(before, w)
		return event.Value{}
	default:
		list := ev.NewList()
		ev.Append(list, before)
		ev.Append(list, w)
		w = list
	}
	s.taken[first] = w
	return w
}
