package pipeline

import (
	"slices"

	"github.com/millrace/millrace/event"
)

// touches are the fields that conditions ask for and that a step may change.
type touches struct {
	known  bool // before it runs
	fields []int32
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
	t := touches{known: known}
	for i := range fields {
		touched, ok := s.fields.Touched(fields[i].path.String())
		t.known = t.known && ok && fields[i].template == nil
		t.fields = append(t.fields, touched...)
	}
	slices.Sort(t.fields)
	t.fields = slices.Compact(t.fields)
	return t
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
