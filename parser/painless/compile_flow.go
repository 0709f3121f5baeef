package painless

// place tells where a statement stands.
type place struct {
	loop    bool // somewhere in a loop
	loopEnd bool // the last of a loop's body
	last    bool // the last of a function, whose result it may be
}

// flow tells where control may go from a statement. Painless refuses statements that are never reached, loops that
// never come round, and functions that may end without a result.
type flow struct {
	returns   bool // it always ends the function
	leaves    bool // it always ends the loop around it, or the function
	ends      bool // what follows it is never reached
	continues bool // it may go on with the next round
	breaks    bool // it may end the loop
}

// or is the flow of two branches.
func (f flow) or(g flow) flow {
	return flow{f.returns && g.returns, f.leaves && g.leaves, f.ends && g.ends, f.continues || g.continues, f.breaks || g.breaks}
}

// looped is the flow of a loop with this body. endless is one whose condition is always true.
func (cp *compiler) looped(at int, body flow, endless bool) flow {
	if body.leaves && !body.continues {
		cp.fail(at, "extraneous loop: its body always leaves it")
	}
	stays := endless && !body.breaks
	return flow{returns: stays, ends: stays}
}

// block compiles statements, which have a scope of their own.
func (cp *compiler) block(b *block, in place) (step, flow) {
	cp.enter(b.at)
	defer cp.leave()
	defer cp.scoped()()
	steps, f := make([]step, 0, len(b.list)), flow{}
	for i, s := range b.list {
		at := place{loop: in.loop}
		if i == len(b.list)-1 {
			at = in
		}
		one, g := cp.stmt(s, at)
		steps = append(steps, one)
		if g.ends && i < len(b.list)-1 {
			cp.fail(b.list[i+1].pos(), "invalid block: unreachable statement")
		}
		g.continues, g.breaks = g.continues || f.continues, g.breaks || f.breaks
		f = g
	}
	switch len(steps) {
	case 0:
		return func(*Context) ctl { return next }, f
	case 1:
		return steps[0], f
	}
	return func(c *Context) ctl {
		for _, s := range steps {
			if to := s(c); to != next {
				return to
			}
		}
		return next
	}, f
}

// scoped begins a scope; the function it returns ends it, and the variables that were declared in it.
func (cp *compiler) scoped() (end func()) {
	fn := cp.fn
	own, captured := len(fn.vars), len(fn.captures)
	return func() { fn.vars = fn.vars[:own+len(fn.captures)-captured] }
}

// body compiles the body of a loop or branch, which is a block of its own.
func (cp *compiler) body(s stmt, in place) (step, flow) {
	if s == nil {
		return func(*Context) ctl { return next }, flow{}
	}
	b, ok := s.(*block)
	if !ok {
		b = &block{node{s.pos()}, []stmt{s}}
	}
	return cp.block(b, in)
}

// branch compiles the body of if, else and try, which must not be empty.
func (cp *compiler) branch(at int, word string, s stmt, in place) (step, flow) {
	if empty(s) {
		cp.fail(at, "extraneous %s block", word)
	}
	return cp.body(s, in)
}

// empty tells whether a body has no statements.
func empty(s stmt) bool {
	b, ok := s.(*block)
	return s == nil || ok && len(b.list) == 0
}

// constantBool is the truth of the words true and false.
func constantBool(x expr) (yes, ok bool) {
	lit, ok := x.(*literal)
	if !ok || !lit.tok.keyword("true") && !lit.tok.keyword("false") {
		return false, false
	}
	return lit.tok.text == "true", true
}

// exprStmt is an expression whose value is dropped or, at the end of a function, its result.
func (cp *compiler) exprStmt(s *exprStmt, in place) (step, flow) {
	result := in.last && cp.fn.ret != cp.lib.void
	if !result {
		switch s.x.(type) {
		case *assignExpr, *stepExpr, *callExpr, *funcCall, *newExpr:
		default:
			cp.fail(s.x.pos(), "not a statement: its value is not used")
		}
	}
	x := cp.expr(s.x)
	if !result && x.cond != nil {
		return func(c *Context) ctl {
			x.cond(c)
			return next
		}, flow{}
	}
	if !result || x.t == cp.lib.void {
		return x.dropped(), flow{}
	}
	return cp.cast(x, want{t: cp.fn.ret, boxes: true}).then(returned), flow{returns: true, leaves: true, ends: true}
}
