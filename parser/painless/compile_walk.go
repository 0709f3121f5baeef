package painless

import (
	"math/bits"

	"github.com/millrace/millrace/event"
)

// walk is a function of one argument that goes through all that is in it and removes entries, of which their shapes
// alone tell whether they go: most scripts that clean up documents are nothing else. Nobody can see the order in which
// that happens, nor anything in between, so that no value of Painless has to be made for it.
type walk struct {
	plans  [event.NumShapes]*plan // by the shape of the argument; nil: it is no walk for those
	busy   event.Shapes           // of entries, at any depth, for which it is none
	prunes event.Shapes           // of entries, at any depth, that go

	all  [event.Map + 1]*plan        // for the containers of a kind, at any depth
	gone [event.Map + 1]event.Shapes // of their entries
}

// plan is what a walk does for an argument.
type plan struct {
	passes []pass
	isTrue event.Shapes // of the argument after all that, for which the result is true
}

// pass is a loop over the entries of the argument, or a removeIf.
type pass struct {
	calls   [event.NumShapes]*walk // with the entry, by its shape
	called  event.Shapes           // those that have one
	removes bool                   // the entries for which the calls are true,
	gone    event.Shapes           // and those
}

// walks finds out which functions are walks. They call each other, so each is taken for one until it is found to do
// something else: what a call does for an entry can only depend on what it does for the entries of that.
func (cp *compiler) walks(decls []*funcDecl, own func(*funcDecl) *function) {
	for _, d := range decls {
		f := own(d)
		if len(f.params) != 1 || f.ret != cp.lib.void && f.ret != cp.lib.boolean {
			continue
		}
		f.walk = &walk{}
		for shape := range event.NumShapes {
			if cp.shapesOfClass(f.params[0]).Has(shape) {
				f.walk.plans[shape] = &plan{}
			}
		}
	}
	for again := true; again; {
		again = false
		for _, d := range decls {
			if f := own(d); f.walk != nil {
				again = cp.planWalk(f.walk, d.body) || again
			}
		}
	}
	for _, f := range cp.funcs {
		if f.walk != nil && !f.walk.settle() {
			f.walk = nil
		}
	}
}

// settle tells whether a walk does the same for all containers of a kind, at any depth: calls with all containers that
// they hold, and then the removal of what is of some shapes.
func (w *walk) settle() bool {
	found := false
	for _, kind := range containers {
		if p := w.plans[kind]; p != nil {
			if found = w.follow(kind, p); !found {
				return false
			}
		}
	}
	return found
}

var containers = [...]event.Kind{event.List, event.Map}

func (w *walk) follow(kind event.Kind, p *plan) bool {
	if w.all[kind] != nil || len(p.passes) == 0 {
		return w.all[kind] == p
	}
	w.all[kind] = p
	for i := range p.passes {
		gone, ok := p.passes[i].goes(i == 0, w.busy)
		if !ok {
			return false
		}
		w.gone[kind] |= gone
	}
	for _, kind := range containers {
		if callee := p.passes[0].calls[kind]; callee != nil && !w.follow(kind, callee.plans[kind]) {
			return false
		}
	}
	return true
}

// goes tells of what shapes the entries are that a pass removes, once its calls have emptied some. It fails when not all
// containers are called with, or some called with again, or when it matters what they were before.
func (p *pass) goes(first bool, busy event.Shapes) (gone event.Shapes, ok bool) {
	gone = p.gone
	for shape, callee := range p.calls {
		shape := event.Shape(shape)
		one := emptied(shape.Set())
		switch {
		case one == shape.Set(): // not a container with entries
			if callee != nil && p.removes {
				gone |= one & callee.plans[shape].isTrue
			}
		case callee == nil:
			if first && !busy.Has(shape) {
				return 0, false
			}
		case !first:
			return 0, false
		case p.removes:
			gone |= one & callee.plans[shape].isTrue
		}
	}
	for _, kind := range containers { // and those that were empty go as those that are emptied
		one := emptied(event.Shape(kind).Set())
		if callee := p.calls[kind]; p.removes && callee != nil && one&gone != one&callee.plans[kind].isTrue {
			return 0, false
		}
	}
	return gone, true
}

// planWalk makes the plans of a walk anew, from what is known of the others, and tells whether they are not as before.
func (cp *compiler) planWalk(f *walk, body *block) (changed bool) {
	busy, prunes := f.busy, f.prunes
	for shape, was := range f.plans {
		if was == nil {
			continue
		}
		p := planner{cp: cp, walk: f, shapes: event.Shape(shape).Set(), plan: &plan{}}
		if p.list(body.list) == isOther {
			p.plan = nil
		}
		f.plans[shape] = p.plan
		changed = changed || p.plan == nil || p.plan.isTrue != was.isTrue
	}
	return changed || f.busy != busy || f.prunes != prunes
}

// planner follows a function, for an argument that has one of these shapes by now, or what it does for an entry of it.
type planner struct {
	cp     *compiler
	walk   *walk
	plan   *plan // nil for an entry
	slot   int
	shapes event.Shapes
	called *walk // with the entry
}

// outcome is where a statement leads.
type outcome uint8

const (
	goesOn outcome = iota
	hasEnded
	isOther // than what walks do
)

func (p *planner) list(list []stmt) outcome {
	for _, s := range list {
		if to := p.stmt(s); to != goesOn {
			return to
		}
	}
	return goesOn
}

func (p *planner) stmt(s stmt) outcome {
	switch s := s.(type) {
	case nil:
		return goesOn
	case *block:
		return p.list(s.list)
	case *ifStmt:
		switch p.tell(s.cond) {
		case always:
			return p.stmt(s.yes)
		case never:
			return p.stmt(s.no)
		}
	case *returnStmt:
		if p.plan != nil && (s.x == nil || p.result(s.x)) {
			return hasEnded
		}
	case *eachStmt:
		if s.t.name == "def" && s.t.dims == 0 && p.goesOver(s.x) {
			p.pass(s.name.text, false, func(e *planner) answer {
				if e.stmt(s.body) != goesOn {
					return perhaps
				}
				return never
			})
			return goesOn
		}
	case *exprStmt:
		return p.call(s.x)
	}
	return isOther
}

// call is about a call of a function with an entry, and of removeIf on the argument.
func (p *planner) call(x expr) outcome {
	switch x := x.(type) {
	case *funcCall:
		if f := p.callee(x); f != nil && p.called == nil {
			p.called = f
			return goesOn
		}
	case *callExpr:
		if x.name != "removeIf" || len(x.args) != 1 || x.nullSafe || !p.goesOver(x.x) {
			break
		}
		if l, ok := x.args[0].(*lambdaExpr); ok && len(l.params) == 1 && l.params[0].t.name == "" && l.body == nil {
			p.pass(l.params[0].name, true, func(e *planner) answer { return e.decide(l.x) })
			return goesOn
		}
	}
	return isOther
}

// callee is the walk that x calls with an entry.
func (p *planner) callee(x *funcCall) *walk {
	f := p.cp.funcs[methodKey(x.name, len(x.args))]
	if p.plan != nil || f == nil || f.walk == nil || !p.is(x.args[0]) {
		return nil
	}
	for shape, plan := range f.walk.plans {
		if plan == nil && p.shapes.Has(event.Shape(shape)) {
			return nil
		}
	}
	return f.walk
}

// pass adds a pass, of which what tells, for an entry of each shape, whether it goes.
func (p *planner) pass(name string, removes bool, what func(*planner) answer) {
	defer p.cp.scoped()()
	slot := p.cp.fn.slots
	p.cp.fn.slots++
	p.cp.fn.vars = append(p.cp.fn.vars, variable{name: name, t: p.cp.lib.def, slot: slot})
	out := pass{removes: removes}
	for shape := range event.NumShapes {
		e := planner{cp: p.cp, walk: p.walk, slot: slot, shapes: shape.Set()}
		switch what(&e) {
		case perhaps:
			p.walk.busy |= e.shapes
		case always:
			out.gone |= e.shapes
		case never:
			if out.calls[shape] = e.called; e.called != nil {
				out.called |= e.shapes
			}
		}
		if e.called != nil {
			p.walk.busy |= e.called.busy
			p.walk.prunes |= e.called.prunes
			if removes && e.called.plans[shape].isTrue.Has(shape) {
				p.walk.prunes |= e.shapes
			}
		}
	}
	p.walk.prunes |= out.gone
	p.plan.passes = append(p.plan.passes, out)
	if removes {
		p.shapes = emptied(p.shapes)
	}
}

// decide is whether an entry goes by the expression: never also where that is for the walk to say that is called.
func (p *planner) decide(x expr) answer {
	if a := p.tell(x); a != perhaps {
		return a
	}
	switch x := x.(type) {
	case *binaryExpr:
		if a := p.tell(x.x); x.op == "||" && a == never || x.op == "&&" && a == always {
			return p.decide(x.y)
		}
	case *funcCall:
		if p.called = p.callee(x); p.called != nil {
			return never
		}
	}
	return perhaps
}

// result notes the result of the function, and tells whether that is known.
func (p *planner) result(x expr) bool {
	for shape := range event.NumShapes {
		if !p.shapes.Has(shape) {
			continue
		}
		one := *p
		one.shapes = shape.Set()
		switch one.tell(x) {
		case perhaps:
			return false
		case always:
			p.plan.isTrue |= one.shapes
		}
	}
	return true
}

// emptied are the shapes, and those that lists and maps of them have without their entries.
func emptied(shapes event.Shapes) event.Shapes {
	if shapes.Has(event.Shape(event.List)) {
		shapes |= event.EmptyList.Set()
	}
	if shapes.Has(event.Shape(event.Map)) {
		shapes |= event.EmptyMap.Set()
	}
	return shapes
}

// is tells whether x is the value itself.
func (p *planner) is(x expr) bool {
	name, as := p.cp.uncast(x)
	v, ok := p.cp.fn.find(name)
	return ok && v.slot == p.slot && p.shapes&^as == 0
}

// goesOver tells whether x are the values of the argument.
func (p *planner) goesOver(x expr) bool {
	if p.plan == nil {
		return false
	}
	switch shapeOf(p.shapes).Kind() {
	case event.List:
		return p.is(x)
	case event.Map:
		values, ok := x.(*callExpr)
		return ok && values.name == "values" && len(values.args) == 0 && !values.nullSafe && p.is(values.x)
	}
	return false
}

// shapeOf is the first of some shapes.
func shapeOf(shapes event.Shapes) event.Shape {
	return event.Shape(bits.TrailingZeros32(uint32(shapes)))
}

// tell is what is known of a condition.
func (p *planner) tell(x expr) answer {
	if yes, ok := constantBool(x); ok {
		return map[bool]answer{true: always, false: never}[yes]
	}
	t, _ := p.cp.tell(x, p.slot)
	for _, a := range []answer{always, never} {
		if p.shapes&^t.of(a) == 0 {
			return a
		}
	}
	return perhaps
}
