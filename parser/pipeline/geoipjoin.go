package pipeline

import "strings"

// joinPlaces tells each geoip of the steps that follow it at once and are done with it: the renames that stay below its
// target, as what they do to a place is known before, and other geoips of the same address. They stay steps of their
// own, for events in which it is not so.
func (s *Set) joinPlaces(steps []step) {
	for i := len(steps) - 1; i >= 0; i-- {
		p, ok := steps[i].proc.(*geoipProcessor)
		if !ok || p == nil {
			continue
		}
		p.writing = s.writingOf(p.target)
		p.joinRenames(steps[i+1:])
		if i+1 == len(steps) || len(p.renames) > 0 {
			continue
		}
		if next, ok := steps[i+1].proc.(*geoipProcessor); ok && p.joins(next) && sameCondition(&steps[i], &steps[i+1], p.writing.touches) {
			p.others = append([]*geoipProcessor{next}, next.others...)
		}
	}
}

// joins tells whether next looks for the same address, which p leaves as it is.
func (p *geoipProcessor) joins(next *geoipProcessor) bool {
	return next.field.String() == p.field.String() && !p.field.Within(p.target) && !p.target.Within(p.field)
}

func (p *geoipProcessor) joinRenames(steps []step) {
	below := func(f *field) bool {
		return f.template == nil && strings.HasPrefix(f.path.String(), p.target.String()+".")
	}
	for _, s := range steps {
		rename, ok := s.proc.(*renameProcessor)
		if !ok || s.cond != nil || !below(&rename.field) || !below(&rename.target) {
			break
		}
		p.optional = rename.optional && (p.optional || len(p.renames) == 0)
		p.renames = append(p.renames, rename)
	}
}
