package pipeline

import (
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// touches are the fields that conditions ask for and that a step may change.
type touches struct {
	known  bool // before it runs
	fields []painless.Touch
}

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
	case *grokProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	case *geoipProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	case *agentProcessor:
		return of(&field{path: p.field}, p.ignoreMissing)
	}
	return event.Path{}
}

// findTouched is for steps whose set has all its conditions and steps.
func (s *Set) findTouched(steps []step) {
	for i := range steps {
		st := &steps[i]
		st.touches = s.touchedBy(st.proc)
		s.findTouched(st.onFailure)
		if p, ok := st.proc.(*foreachProcessor); ok {
			s.findTouched(p.step)
		}
	}
}

func (s *Set) touchedBy(p processor) touches {
	fields, known := written(p)
	paths := make([]string, len(fields))
	for i := range fields {
		known = known && fields[i].template == nil
		paths[i] = fields[i].path.String()
	}
	if !known {
		return touches{}
	}
	touched, ok := s.fields.Touched(paths)
	return touches{ok, touched}
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
		for _, next := range p.group {
			fields = append(fields, next.field)
		}
		return append(fields, p.field), true
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
		names, ok := p.script.Writes()
		for _, name := range names {
			path, err := event.ParsePath(name)
			fields, ok = append(fields, field{path: path}), ok && err == nil
		}
		return fields, ok
	case *pipelineProcessor, terminateProcessor, dropProcessor, *failProcessor: // what is called tells of itself
		return nil, true
	}
	return nil, false
}

// joinConditions tells each step how many that follow it at once have its condition: where it does not hold, theirs
// don't either.
func joinConditions(steps []step) {
	for i := range steps {
		for _, s := range steps[i+1:] {
			if steps[i].cond == nil || s.cond == nil || !s.cond.Same(steps[i].cond) {
				break
			}
			steps[i].alike++
		}
	}
}

// switchConditions finds runs of steps whose conditions ask for the text of one field.
func switchConditions(steps []step) {
	for at := 0; at < len(steps); at++ {
		var conds []*painless.Condition
		for _, s := range steps[at:] {
			if s.cond == nil {
				break
			}
			conds = append(conds, s.cond)
		}
		if len(conds) < 2 {
			continue
		}
		among, sure := painless.NewSwitch(conds)
		for _, i := range sure {
			steps[at+i].among, steps[at+i].number = among, i
		}
		if len(sure) > 0 {
			at += sure[len(sure)-1]
		}
	}
}
