package painless

// repeated is a function of one argument that is called again and again: its calls have one frame, one after the other.
type repeated struct {
	f    value
	l    *lambda // nil: it is called as any function
	base int     // of the frame
}

// repeat prepares to call f. Nothing else may be called for the stack's sake until end, except by f itself.
func (c *Context) repeat(f value) repeated {
	r := repeated{f: f, base: len(c.stack)}
	if l, ok := f.ref.(*lambda); ok && l.native == nil && l.arity == 1 {
		r.l = l
		outer := c.base
		c.base = r.base
		c.frame(l.frame)
		l.capture(c)
		c.base = outer
	}
	return r
}

// test calls a predicate.
func (r *repeated) test(c *Context, v value) bool {
	l := r.l
	if l == nil {
		return c.test(r.f, v)
	}
	c.loop()
	if c.depth++; c.depth > c.Limits.Depth {
		c.tooDeep()
	}
	outer := c.base
	c.base = r.base
	c.stack[r.base] = v
	yes := false
	if l.truth != nil {
		yes = l.truth(c)
	} else {
		yes = c.castDef(c.result(l.body(c)), classes().boolean, false, -1).bool()
	}
	c.base = outer
	c.depth--
	return yes
}

// end gives the frame back.
func (r *repeated) end(c *Context) { c.stack = c.stack[:r.base] }
