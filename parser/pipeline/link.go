package pipeline

import "github.com/millrace/millrace/parser/painless"

// link tells the steps of all pipelines what is to be known of one another. They stay where they are from now on, and the
// set has all its conditions and fields.
func (s *Set) link() {
	for _, p := range s.pipelines {
		p.first = from(p.steps, 0)
		p.recurs = s.recurs(p)
	}
	for _, p := range s.pipelines {
		s.linkSteps(p.steps)
		s.linkSteps(p.onFailure)
	}
}

func (s *Set) linkSteps(steps []step) {
	s.joinSets(steps)
	s.joinPlaces(steps)
	for i := range steps {
		st := &steps[i]
		st.next = from(steps, i+1)
		if p, ok := st.proc.(*pipelineProcessor); ok && p.pipeline != nil && !p.pipeline.recurs {
			st.calls = p.pipeline
		}
		if st.cond != nil {
			st.presence = st.cond.Presence()
		}
		s.linkTouches(st)
		s.linkSteps(st.onFailure)
		if p, ok := st.proc.(*foreachProcessor); ok {
			s.linkSteps(p.step)
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

// recurs tells whether a pipeline may call itself, by way of others or of a name that only an event gives.
func (s *Set) recurs(p *Pipeline) bool {
	seen := map[*Pipeline]bool{}
	var reach func(steps []step) bool
	reach = func(steps []step) bool {
		for i := range steps {
			switch called := steps[i].proc.(type) {
			case *pipelineProcessor:
				switch to := called.pipeline; {
				case called.name.template != nil || to == p:
					return true
				case to != nil && !seen[to]:
					seen[to] = true
					if reach(to.steps) || reach(to.onFailure) {
						return true
					}
				}
			case *foreachProcessor:
				if reach(called.step) {
					return true
				}
			}
			if reach(steps[i].onFailure) {
				return true
			}
		}
		return false
	}
	return reach(p.steps) || reach(p.onFailure)
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
