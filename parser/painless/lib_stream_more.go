package painless

import "github.com/millrace/millrace/event"

// declareStreamBuilding declares what makes streams, and what sums them up.
func declareStreamBuilding(l *lib) {
	of := func(x value) *stream { return x.ref.(*stream) }
	base := l.types["BaseStream"]
	same := func(_ *Context, x value, _ []value) value { return x }
	base.method(l, "BaseStream sequential()", same)
	base.method(l, "BaseStream unordered()", same)
	base.method(l, "boolean isParallel()", func(*Context, value, []value) value { return boolean(false) })
	base.method(l, "void close()", func(*Context, value, []value) value { return null() })
	base.method(l, "Iterator iterator()", func(c *Context, x value, _ []value) value {
		return object(&iteratorObject{it: c.iterate(x, -1), of: x, last: -1, prim: of(x).prim})
	})
	for _, prim := range []*class{nil, l.int, l.long, l.double} {
		name := titleOf(prim) + "Stream"
		k := l.types[name]
		declareStreamBuilder(l, k, prim)
		to, elem := "BiConsumer", l.def
		if prim != nil {
			to, elem = "Obj"+titleOf(prim)+"Consumer", prim
		}
		k.method(l, "def collect(Supplier,"+to+",BiConsumer)", func(c *Context, x value, a []value) value {
			f := a[1]
			out := c.apply(a[0])
			for _, v := range of(x).items {
				c.loop()
				c.apply(f, out, v)
			}
			return out
		})
		k.method(l, "static "+name+" of("+elem.name+"[])", func(c *Context, _ value, a []value) value {
			return object(&stream{items: c.all(a[0]), prim: prim})
		})
		if prim == nil {
			continue
		}
		k.method(l, name+" sequential()", same)
		k.method(l, "static "+name+" empty()", func(*Context, value, []value) value { return object(&stream{prim: prim}) })
		k.method(l, "static "+name+" concat("+name+","+name+")", func(c *Context, _ value, a []value) value {
			return object(&stream{items: append(c.all(a[0]), c.all(a[1])...), prim: prim})
		})
		declareSummary(l, prim)
		k.method(l, titleOf(prim)+"SummaryStatistics summaryStatistics()", func(_ *Context, x value, _ []value) value {
			s := newSummary(prim)
			for _, v := range of(x).items {
				s.add(v)
			}
			return object(s)
		})
		l.types["Stream"].method(l, name+" flatMapTo"+titleOf(prim)+"(Function)", func(c *Context, x value, a []value) value {
			out := &stream{prim: prim}
			for _, v := range of(x).items {
				if r := c.apply(a[0], v); !r.isNull() {
					out.items = append(out.items, c.all(r)...)
				}
			}
			return object(out)
		})
	}
	l.types["Stream"].method(l, "def reduce(def,BiFunction,BinaryOperator)", func(c *Context, x value, a []value) value {
		acc, f := a[0], a[1]
		for _, v := range of(x).items {
			c.loop()
			acc = c.apply(f, acc, v)
		}
		return acc
	})
}

// streamBuilder is a Stream.Builder, or its like for primitive types.
type streamBuilder struct{ s stream }

func (b *streamBuilder) classOf(v event.Value) *class {
	return classes().types[b.s.classOf(v).simple+".Builder"]
}

func declareStreamBuilder(l *lib, k, prim *class) {
	elem, consumer := l.def, "Consumer"
	if prim != nil {
		elem, consumer = prim, titleOf(prim)+"Consumer"
	}
	b := l.class(k.name+"$Builder", "java.util.function."+consumer)
	k.method(l, "static "+b.simple+" builder()", func(*Context, value, []value) value { return object(&streamBuilder{stream{prim: prim}}) })
	add := func(c *Context, x value, a []value) value {
		s := &x.ref.(*streamBuilder).s
		c.charge(32)
		s.items = append(s.items, a[0])
		return x
	}
	b.method(l, b.simple+" add("+elem.name+")", add)
	b.method(l, "void accept("+elem.name+")", add)
	b.method(l, k.simple+" build()", func(_ *Context, x value, _ []value) value {
		s := x.ref.(*streamBuilder).s
		return object(&s)
	})
}

// declarePrimitiveIterators declares the iterators of streams of primitive types.
func declarePrimitiveIterators(l *lib) {
	p := l.class("java.util.PrimitiveIterator", "Iterator")
	p.method(l, "void forEachRemaining(def)", eachMethod)
	for _, prim := range []*class{l.int, l.long, l.double} {
		k := l.class("java.util.PrimitiveIterator$Of"+titleOf(prim), "PrimitiveIterator")
		next := l.iterator.methods["next/0"].run
		k.method(l, prim.box.simple+" next()", next)
		k.method(l, prim.name+" next"+titleOf(prim)+"()", next)
		l.types[titleOf(prim)+"Stream"].method(l, k.simple+" iterator()", l.types["BaseStream"].methods["iterator/0"].run)
	}
}

// declareReducing declares the collectors that reduce and sum up.
func declareReducing(l *lib, m func(string, func(c *Context, a []value, items []value) value)) {
	m("Collector reducing(BinaryOperator)", func(c *Context, a []value, items []value) value {
		if len(items) == 0 {
			return object(&optional{})
		}
		acc := items[0]
		for _, v := range items[1:] {
			acc = c.apply(a[0], acc, v)
		}
		return object(&optional{v: acc, full: !acc.isNull()})
	})
	reduce := func(c *Context, a []value, items []value) value {
		acc := a[0]
		for _, v := range items {
			c.loop()
			if len(a) > 2 {
				v = c.apply(a[1], v)
			}
			acc = c.apply(a[len(a)-1], acc, v)
		}
		return acc
	}
	m("Collector reducing(def,BinaryOperator)", reduce)
	m("Collector reducing(def,Function,BinaryOperator)", reduce)
	m("Collector partitioningBy(Predicate,Collector)", func(c *Context, a []value, items []value) value {
		out, down := c.newMap(), a[1].ref.(*collector)
		c.mapPut(out, boolean(false), down.collect(c, c.filtered(items, a[0], false)))
		c.mapPut(out, boolean(true), down.collect(c, c.filtered(items, a[0], true)))
		return out
	})
	for _, prim := range []*class{l.int, l.long, l.double} {
		title := titleOf(prim)
		m("Collector summarizing"+title+"(To"+title+"Function)", func(c *Context, a []value, items []value) value {
			s := newSummary(prim)
			for _, v := range c.applied(items, a[0], prim).items {
				s.add(v)
			}
			return object(s)
		})
	}
}

// declareOptionals declares the rest of Optional and its like.
func declareOptionals(l *lib) {
	of := func(x value) *optional { return x.ref.(*optional) }
	for _, prim := range []*class{nil, l.int, l.long, l.double} {
		k, elem := l.types["Optional"+titleOf(prim)], l.def
		if prim != nil {
			elem = prim
			k.method(l, "static "+k.simple+" empty()", func(*Context, value, []value) value { return object(&optional{prim: prim}) })
			k.method(l, "static "+k.simple+" of("+prim.name+")", func(_ *Context, _ value, a []value) value {
				return object(&optional{a[0], true, prim})
			})
		}
		k.method(l, elem.name+" orElseThrow(Supplier)", func(c *Context, x value, a []value) value {
			if of(x).full {
				return of(x).v
			}
			e, ok := c.apply(a[0]).ref.(*exception)
			if !ok {
				c.throwBare("java.lang.NullPointerException")
			}
			panic(thrown{e})
		})
	}
	l.types["Optional"].method(l, "Optional flatMap(Function)", func(c *Context, x value, a []value) value {
		if !of(x).full {
			return x
		}
		v := c.apply(a[0], of(x).v)
		if v.isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		return v
	})
}
