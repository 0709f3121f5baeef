package painless

import "github.com/millrace/millrace/event"

// each is a loop over the entries of something.
type each struct {
	at   int
	over func(*Context) value
	view *viewOf // over is a view of a map, which need not be made
	slot int
	conv func(*Context, value) value // nil: a value is taken as it is
	ways *ways                       // the body is an if on the entry
	body step
}

// viewOf is m.values() and the like.
type viewOf struct {
	m    code
	what viewKind
	site *fieldSite
}

func (cp *compiler) eachStmt(s *eachStmt) (step, flow) {
	over := cp.expr(s.x)
	loop := &each{at: s.at, over: over.eval, view: over.view}
	defer cp.scoped()()
	t := cp.typeOf(s.t)
	if !over.t.is(cp.lib.iterable) && over.t != cp.lib.def && over.t.elem == nil {
		cp.fail(s.at, "Illegal foreach type [%s].", over.t)
	}
	if empty(s.body) {
		cp.fail(s.at, "extraneous foreach loop")
	}
	v := cp.declare(s.name.pos, s.name.text, t)
	v.kept = true
	loop.slot = v.slot
	elem := cp.lib.def
	if over.t.elem != nil {
		elem = over.t.elem
	}
	if !cp.castable(elem, want{t, true, true}) {
		cp.fail(s.at, "Cannot cast from [%s] to [%s].", elem, t)
	}
	loop.conv = cp.converter(s.at, elem, t, true)
	body, ways := cp.body(s.body, place{loop: true, loopEnd: true})
	loop.body = body
	if w := cp.waysIn(s.body); w != nil && w.slot == loop.slot && loop.conv == nil {
		loop.ways = w
	}
	return loop.run, cp.looped(s.at, ways, false)
}

func (s *each) run(c *Context) ctl {
	var it iterator
	if s.view != nil {
		m := s.view.of(c)
		if c.isPlain(m) {
			return s.runPlain(c, m)
		}
		it = c.iterateMap(m, s.view.what)
	} else {
		x := s.over(c)
		if s.ways != nil && x.ref == nil && x.isList() && c.isPure() && c.idle(x, s.ways.busy) {
			return next
		}
		it = c.iterate(x, s.at)
	}
	for {
		v, ok := it.next(c)
		if !ok {
			return next
		}
		if to, done := s.round(c, v); done {
			return to
		}
	}
}

// runPlain goes over a plain map.
func (s *each) runPlain(c *Context, m value) ctl {
	busy := ^event.Shapes(0)
	if s.ways != nil && s.view.what == viewValues && c.isPure() {
		if busy = s.ways.busy; c.idle(m, busy) {
			return next
		}
	}
	base, changes, idle := len(c.orders), c.changes, 0
	order := c.hashOrder(m, busy)
	for _, at := range order {
		if c.changes != changes {
			c.unchanged(m, len(order))
		} else if at.idle() {
			idle++
			continue
		}
		if to, done := s.round(c, c.entryAt(m, at.index(), s.view.what)); done {
			c.orders = c.orders[:base]
			return to
		}
	}
	c.orders = c.orders[:base]
	c.loopN(idle)
	return next
}

// round is the loop's body with an entry.
func (s *each) round(c *Context, v value) (to ctl, done bool) {
	c.loop()
	do := s.body
	if s.conv != nil {
		v = s.conv(c, v)
	} else if s.ways != nil {
		if way, known := s.ways.way(c, &v); known {
			if do = way; do == nil {
				return next, false
			}
		}
	}
	c.stack[c.base+s.slot] = v
	switch to = do(c); to {
	case doBreak:
		return next, true
	case doReturn, doThrow:
		return to, true
	}
	return next, false
}

// idle counts the rounds of a loop over the values of x, when there is nothing to be done in any of them, whatever
// their order; it tells whether that is so. x is a list of the document or a plain map.
func (c *Context) idle(x value, busy event.Shapes) bool {
	if c.Event.Shapes(x.v)&busy != 0 {
		return false
	}
	n := c.Event.Len(x.v)
	if x.isMap() {
		c.work(4 * n)
	}
	c.loopN(n)
	return true
}

// of is the map.
func (v *viewOf) of(c *Context) value {
	m := v.m.eval(c)
	c.notNull(m, v.site)
	return m
}

// viewKinds are the methods of Map that give views.
var viewKinds = map[string]viewKind{"entrySet": viewEntries, "keySet": viewKeys, "values": viewValues}

// removeIf compiles x.removeIf(f), for which a view of a map need not be made.
func (cp *compiler) removeIf(x *callExpr, recv code, m *method) code {
	arg := cp.as(x.args[0], want{t: m.params[0], boxes: true})
	f := arg.eval
	out := cp.invoke(x.at, m, recv.eval, []func(*Context) value{f}, x.nullSafe)
	if view := recv.view; view != nil {
		out = truth(cp.lib, func(c *Context) bool {
			m := view.of(c)
			return c.removeIfOf(m, view.what, f(c))
		})
	}
	return out
}
