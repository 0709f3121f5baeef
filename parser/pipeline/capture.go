package pipeline

import (
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/grok"
)

// capturePlace is where a capture goes: captures below one parent look for it once in a match.
type capturePlace struct {
	parent int // of grokProcessor.parents; -1: the path is to be followed
	name   event.Symbol
}

// findParents fills in the places of targets, of which several have one parent.
func findParents(targets []grokTarget) (parents []event.Path) {
	below := map[string]int{} // distinct targets of each parent
	for i := range targets {
		t := &targets[i]
		t.parent = -1
		if t.same == i {
			below[t.path.Parent().String()]++
		}
	}
	index := map[string]int{}
	for i := range targets {
		t := &targets[i]
		parent := t.path.Parent()
		if parent.IsZero() || below[parent.String()] < 2 || replaces(targets, parent) {
			continue
		}
		at, ok := index[parent.String()]
		if !ok {
			at = len(parents)
			index[parent.String()] = at
			parents = append(parents, parent)
		}
		text := t.path.String()
		t.parent, t.name = at, event.Intern(text[strings.LastIndexByte(text, '.')+1:])
	}
	return parents
}

// replaces tells whether a capture may put something else where parent, or what it is in, stands.
func replaces(targets []grokTarget, parent event.Path) bool {
	for i := range targets {
		if strings.HasPrefix(parent.String()+".", targets[i].path.String()+".") {
			return true
		}
	}
	return false
}

// write puts the captures of the last match, which was of v, into the event.
func (p *grokProcessor) write(r *Runner, s *grokScratch, v event.Value) error {
	ev := r.ev
	if p.converts { // all or nothing
		for _, c := range s.matcher.Captures() {
			if t := p.targets[c.Field].typ; t != grok.String {
				if _, err := convertCapture(r, ev.Sub(v, int(c.Start), int(c.End)), t); err != nil {
					return err
				}
			}
		}
	}
	clear(s.taken)
	clear(s.parents)
	for _, c := range s.matcher.Captures() {
		t := &p.targets[c.Field]
		w := ev.Sub(v, int(c.Start), int(c.End))
		if t.typ != grok.String {
			var err error
			if w, err = convertCapture(r, w, t.typ); err != nil {
				return err
			}
		}
		if w = s.join(ev, t.same, w); w.Kind() == event.Missing {
			continue
		}
		if t.parent >= 0 && s.parents[t.parent].Kind() == event.Map {
			ev.Put(s.parents[t.parent], t.name, w)
			continue
		}
		if err := ev.Set(t.path, w); err != nil {
			return err
		}
		if t.parent >= 0 {
			s.parents[t.parent] = ev.Get(p.parents[t.parent])
		}
	}
	return nil
}
