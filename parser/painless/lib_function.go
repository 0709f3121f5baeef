package painless

// declareCombinators declares what makes functions of functions.
func declareCombinators(l *lib) {
	made := func(f func(c *Context, in []value) value) value { return object(&lambda{native: f}) }
	method := func(k *class, sig string, f func(c *Context, this value, a []value, in []value) value) {
		k.method(l, sig, func(_ *Context, this value, a []value) value {
			kept := append([]value(nil), a...)
			return made(func(c *Context, in []value) value { return f(c, this, kept, in) })
		})
	}
	then := func(c *Context, this value, a, in []value) value { return c.apply(a[0], c.apply(this, in...)) }
	before := func(c *Context, this value, a, in []value) value { return c.apply(this, c.apply(a[0], in...)) }
	both := func(c *Context, this value, a, in []value) value {
		args := append([]value(nil), in...)
		c.apply(this, args...)
		return c.apply(a[0], args...)
	}
	itself := func(*Context, value, []value) value {
		return made(func(_ *Context, in []value) value { return in[0] })
	}
	function := func(name, other string) {
		k := l.types[name]
		method(k, name+" andThen("+other+")", then)
		if name != "BiFunction" {
			method(k, name+" compose("+other+")", before)
		}
	}
	function("Function", "Function")
	l.types["Function"].method(l, "static Function identity()", itself)
	l.types["UnaryOperator"].method(l, "static UnaryOperator identity()", itself)
	function("BiFunction", "Function")
	names := []string{"", "Bi", "Int", "Long", "Double"}
	for _, title := range names {
		k := l.types[title+"Consumer"]
		method(k, k.simple+" andThen("+k.simple+")", both)
		k = l.types[title+"Predicate"]
		method(k, k.simple+" and("+k.simple+")", func(c *Context, this value, a, in []value) value {
			args := append([]value(nil), in...)
			return boolean(c.test(this, args...) && c.test(a[0], args...))
		})
		method(k, k.simple+" or("+k.simple+")", func(c *Context, this value, a, in []value) value {
			args := append([]value(nil), in...)
			return boolean(c.test(this, args...) || c.test(a[0], args...))
		})
		method(k, k.simple+" negate()", func(c *Context, this value, _, in []value) value { return boolean(!c.test(this, in...)) })
		if k = l.types[title+"UnaryOperator"]; k == nil || title == "" {
			continue
		}
		function(k.simple, k.simple)
		k.method(l, "static "+k.simple+" identity()", itself)
	}
	l.types["Predicate"].method(l, "static Predicate isEqual(def)", func(_ *Context, _ value, a []value) value {
		want := a[0]
		return made(func(c *Context, in []value) value { return boolean(c.javaEquals(want, in[0])) })
	})
	best := func(want int) native {
		return func(_ *Context, _ value, a []value) value {
			less := a[0]
			return made(func(c *Context, in []value) value {
				x, y := in[0], in[1]
				if n := c.comparator(less)(x, y); n == 0 || sign(n) == want {
					return x
				}
				return y
			})
		}
	}
	l.types["BinaryOperator"].method(l, "static BinaryOperator maxBy(Comparator)", best(1))
	l.types["BinaryOperator"].method(l, "static BinaryOperator minBy(Comparator)", best(-1))
}

// declareComparators declares the rest of Comparator.
func declareComparators(l *lib, k *class) {
	cmp := func(f func(c *Context, a, b value) int) value {
		return object(&lambda{native: func(c *Context, in []value) value { return count(f(c, in[0], in[1])) }})
	}
	next := func(c *Context, f value, a []value) value {
		first, key := c.comparator(f), a[0]
		less := c.compare
		if len(a) > 1 {
			less = c.comparator(a[1])
		}
		return cmp(func(c *Context, x, y value) int {
			if n := first(x, y); n != 0 {
				return n
			}
			kx := c.apply(key, x)
			return less(kx, c.apply(key, y))
		})
	}
	k.method(l, "Comparator thenComparing(Function,Comparator)", next)
	for _, title := range []string{"Int", "Long", "Double"} {
		k.method(l, "Comparator thenComparing"+title+"(To"+title+"Function)", next)
	}
	nulls := func(first int) native {
		return func(c *Context, _ value, a []value) value {
			less := c.comparator(a[0])
			return cmp(func(_ *Context, x, y value) int {
				switch n := b2i(y.isNull()) - b2i(x.isNull()); {
				case n != 0:
					return n * first
				case x.isNull() || less == nil:
					return 0
				}
				return less(x, y)
			})
		}
	}
	k.method(l, "static Comparator nullsFirst(Comparator)", nulls(1))
	k.method(l, "static Comparator nullsLast(Comparator)", nulls(-1))
}
