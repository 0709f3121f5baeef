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
	case *uriProcessor:
		p.touches = touches
		return
	case *geoipProcessor:
		return
	case *scriptProcessor:
		p.script.Link()
		return
	case *setProcessor:
		if p.fixed {
			return
		}
	}
	st.touches = touches
	switch p := st.proc.(type) {
	case *setProcessor:
		s.linkLeaf(&p.leaf, p.field.path)
	case *appendProcessor:
		s.linkLeaf(&p.leaf, p.field.path)
	case *renameProcessor:
		s.linkLeaf(&p.to, p.target.path)
	case *splitProcessor:
		s.linkLeaf(&p.leaf, p.target.path)
	}
}

// linkLeaf tells the leaf, whose path it is, which reading it is.
func (s *Set) linkLeaf(l *leaf, path event.Path) {
	if l.known {
		l.at = s.fields.Find(path.String())
	}
}

// writing is a field that a processor writes, for what is known of it.
type writing struct {
	at      int32 // the reading of the field, 0 when nothing asks for it
	inner   leaf  // the field, when something asks for what it is in
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
	w := writing{at: s.fields.Find(path.String()), touches: touches}
	name := strings.TrimPrefix(path.String(), "_source.")
	if outer, last := cutLast(name); outer != "" {
		parent := s.fields.Find(outer)
		w.inner = leaf{parent: parent, name: event.Intern(last), known: parent != 0}
	}
	return w
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
	case *scriptProcessor, *pipelineProcessor, terminateProcessor, dropProcessor, *failProcessor, stampProcessor: // what is called tells of itself
		return nil, true
	}
	return nil, false
}
