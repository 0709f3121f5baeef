package pipeline

import (
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// findNeeds is for steps whose set does not have all its steps yet.
func (s *Set) findNeeds(steps []step) {
	for i := range steps {
		st := &steps[i]
		s.findNeeds(st.onFailure)
		if p, ok := st.proc.(*foreachProcessor); ok {
			s.findNeeds(p.step)
		}
		if path := needed(st.proc); !path.IsZero() && !strings.HasPrefix(path.String(), "_ingest.") && !strings.HasPrefix(path.String(), "_source.") {
			st.needs = s.fields.Add(path.String())
		}
	}
}

// needed is the field without which a processor does nothing; zero when there is none.
func needed(p processor) event.Path {
	of := func(f *field, optional bool) event.Path {
		if !optional || f.template != nil {
			return event.Path{}
		}
		return f.path
	}
	switch p := p.(type) {
	case *renameProcessor:
		return of(&p.field, p.optional)
	case *removeProcessor:
		if len(p.fields) == 1 {
			return of(&p.fields[0], p.ignoreMissing)
		}
	case *convertProcessor:
		return of(&p.field, p.ignoreMissing)
	case *textProcessor:
		return of(&p.field, p.ignoreMissing)
	case *splitProcessor:
		return of(&p.field, p.ignoreMissing)
	case *csvProcessor:
		return of(&p.field, p.ignoreMissing)
	case *dissectProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	case *foreachProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	case *grokProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	case *geoipProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	case *agentProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	}
	return event.Path{}
}

// link is for steps that stay where they are, and whose set has all its conditions and fields.
func (s *Set) link(steps []step) {
	s.joinSets(steps)
	s.joinPlaces(steps)
	for i := range steps {
		st := &steps[i]
		st.next = from(steps, i+1)
		if st.cond != nil {
			st.presence = st.cond.Presence()
		}
		s.linkTouches(st)
		s.link(st.onFailure)
		if p, ok := st.proc.(*foreachProcessor); ok {
			s.link(p.step)
		}
	}
	joinConditions(steps)
	switchConditions(steps)
}

// from is step i, nil behind the last one.
func from(steps []step, i int) *step {
	if i >= len(steps) {
		return nil
	}
	return &steps[i]
}

// linkTouches tells the step, or its processor where that tells of itself, what it may change.
func (s *Set) linkTouches(st *step) {
	touches := s.touchedBy(st.proc)
	switch p := st.proc.(type) {
	case *grokProcessor:
		p.touches = touches
		for i := range p.targets {
			p.targets[i].writing = s.writingOf(p.targets[i].path)
		}
		return
	case *geoipProcessor:
		return
	case *setProcessor:
		if p.fixed {
			return
		}
	}
	st.touches = touches
}

// writing is a field that a processor writes, for what is known of it.
type writing struct {
	at      int32 // the reading of the field, 0 when nothing asks for it
	touches []painless.Touch
}

func (s *Set) writingOf(path event.Path) writing {
	touches, ok := s.fields.Touched([]string{path.String()})
	if !ok { // it may lead into a list
		return writing{touches: s.fields.All()}
	}
	if strings.HasPrefix(path.String(), "_ingest.") {
		return writing{touches: touches}
	}
	return writing{s.fields.Find(path.String()), touches}
}

// wrote tells that the field has the value now.
func (w *writing) wrote(r *Runner, v event.Value) {
	r.ctx.Wrote(w.touches)
	if w.at != 0 && v.Kind() <= event.Date { // a frozen one is another once it was read
		r.ctx.Note(w.at, v)
	}
}

// touchedBy are the fields that conditions ask for and that a processor may change.
func (s *Set) touchedBy(p processor) []painless.Touch {
	fields, known := written(p)
	paths := make([]string, len(fields))
	for i := range fields {
		known = known && fields[i].template == nil
		paths[i] = fields[i].path.String()
	}
	if touched, ok := s.fields.Touched(paths); ok && known {
		return touched
	}
	return s.fields.All()
}

// written are the fields that a processor may change, of those that a definition names; false when it may change
// others.
func written(p processor) (fields []field, ok bool) {
	paths := func(of ...event.Path) ([]field, bool) {
		for _, path := range of {
			fields = append(fields, field{path: path})
		}
		return fields, true
	}
	switch p := p.(type) {
	case *setProcessor:
		return []field{p.field}, true
	case *appendProcessor:
		return []field{p.field}, true
	case *renameProcessor:
		return []field{p.field, p.target}, true
	case *removeProcessor:
		return p.fields, len(p.keep) == 0
	case *convertProcessor:
		return []field{p.target}, true
	case *textProcessor:
		return []field{p.target}, true
	case *splitProcessor:
		return []field{p.target}, true
	case *joinProcessor:
		return []field{p.target}, true
	case *uriProcessor:
		if p.removeSuccessful {
			return paths(p.target, p.field)
		}
		return paths(p.target)
	case *domainProcessor:
		return paths(p.domain, p.registered, p.sub, p.suffix)
	case *communityProcessor:
		return paths(p.target)
	case *directionProcessor:
		return paths(p.target)
	case *fingerprintProcessor:
		return paths(p.target)
	case *dateProcessor:
		return paths(p.target)
	case *geoipProcessor:
		return paths(p.target)
	case *agentProcessor:
		return paths(p.target)
	case *grokProcessor:
		for i := range p.targets {
			fields = append(fields, field{path: p.targets[i].path})
		}
		return fields, true
	case *scriptProcessor:
		if p.script == nil {
			return nil, false
		}
		for _, name := range p.script.Writes() {
			path, err := event.ParsePath(name)
			if err != nil {
				return nil, false
			}
			fields = append(fields, field{path: path})
		}
		return fields, true // of other changes it tells itself
	case *pipelineProcessor, terminateProcessor, dropProcessor, *failProcessor: // what is called tells of itself
		return nil, true
	}
	return nil, false
}

// joinConditions tells each step which is the first behind it that has another condition: where its own does not
// hold, theirs don't either.
func joinConditions(steps []step) {
	for i := range steps {
		n := i + 1
		for n < len(steps) && steps[i].cond != nil && steps[n].cond != nil && steps[n].cond.Same(steps[i].cond) {
			n++
		}
		steps[i].otherwise = from(steps, n)
	}
}

// among is a step's place among others whose conditions ask for the text of the same field.
type among struct {
	all    *painless.Switch
	number int
	steps  []step // from the step with number 0 on
}

// pass is the first step from s on whose condition may hold, or the step behind them all.
func (a *among) pass(ctx *painless.Context, s *step) *step {
	n := a.all.Pass(ctx, a.number)
	if n == 0 {
		return s
	}
	return from(a.steps, a.number+n)
}

// switchConditions finds steps behind one another whose conditions ask for the text of one field. Two are as fast alone.
func switchConditions(steps []step) {
	for at := 0; at < len(steps); at++ {
		var conds []*painless.Condition
		for i := at; i < len(steps) && steps[i].cond != nil; i++ {
			conds = append(conds, steps[i].cond)
		}
		if len(conds) < 3 {
			continue
		}
		all, sure := painless.NewSwitch(conds)
		if len(sure) < 3 {
			continue
		}
		for _, i := range sure {
			steps[at+i].among = &among{all, i, steps[at:]}
		}
		at += sure[len(sure)-1]
	}
}
