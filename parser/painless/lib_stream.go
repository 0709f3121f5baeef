package painless

import (
	"github.com/millrace/millrace/event"
)

// stream is a Stream; its operations happen at once. prim is set for IntStream and its like.
type stream struct {
	items []value
	prim  *class
}

func (s *stream) classOf(event.Value) *class {
	l := classes()
	switch s.prim {
	case l.int:
		return l.types["IntStream"]
	case l.long:
		return l.types["LongStream"]
	case l.double:
		return l.types["DoubleStream"]
	}
	return l.types["Stream"]
}

// optional is an Optional, and OptionalInt and its like.
type optional struct {
	v    value
	full bool
}

func (*optional) classOf(event.Value) *class { return classes().types["Optional"] }

func (o *optional) appendText(c *Context, dst []byte) []byte {
	if !o.full {
		return append(dst, "Optional.empty"...)
	}
	return append(c.appendText(append(dst, "Optional["...), o.v), ']')
}

func declareOptional(l *lib) {
	k := l.class("java.util.Optional")
	of := func(x value) *optional { return x.ref.(*optional) }
	m := func(sig string, f native) { k.method(l, sig, f) }
	m("static Optional empty()", func(*Context, value, []value) value { return object(&optional{}) })
	m("static Optional of(def)", func(c *Context, _ value, a []value) value {
		if a[0].isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		return object(&optional{a[0], true})
	})
	m("static Optional ofNullable(def)", func(_ *Context, _ value, a []value) value { return object(&optional{a[0], !a[0].isNull()}) })
	get := func(c *Context, x value, _ []value) value {
		if !of(x).full {
			c.throw("java.util.NoSuchElementException", "No value present")
		}
		return of(x).v
	}
	m("def get()", get)
	m("def getAsInt()", get)
	m("def getAsLong()", get)
	m("def getAsDouble()", get)
	m("boolean isPresent()", func(_ *Context, x value, _ []value) value { return boolean(of(x).full) })
	m("void ifPresent(Consumer)", func(c *Context, x value, a []value) value {
		if of(x).full {
			c.apply(a[0], of(x).v)
		}
		return null()
	})
	m("def orElse(def)", func(_ *Context, x value, a []value) value {
		if of(x).full {
			return of(x).v
		}
		return a[0]
	})
	m("def orElseGet(Supplier)", func(c *Context, x value, a []value) value {
		if of(x).full {
			return of(x).v
		}
		return c.apply(a[0])
	})
	m("Optional map(Function)", func(c *Context, x value, a []value) value {
		if !of(x).full {
			return x
		}
		v := c.apply(a[0], of(x).v)
		return object(&optional{v, !v.isNull()})
	})
	m("Optional filter(Predicate)", func(c *Context, x value, a []value) value {
		if of(x).full && !c.test(a[0], of(x).v) {
			return object(&optional{})
		}
		return x
	})
}

func declareStreams(l *lib) {
	base := l.class("java.util.stream.BaseStream")
	base.hidden = true
	for _, s := range []struct {
		name string
		prim *class
	}{{"Stream", nil}, {"IntStream", l.int}, {"LongStream", l.long}, {"DoubleStream", l.double}} {
		declareStream(l, l.class("java.util.stream."+s.name, "java.util.stream.BaseStream"), s.name, s.prim)
	}
	declareCollectors(l)
}

func (c *Context) filtered(items []value, f value, want bool) []value {
	var out []value
	for _, v := range items {
		if c.test(f, v) == want {
			c.charge(32)
			out = append(out, v)
		}
	}
	return out
}

func (c *Context) applied(items []value, f value, to *class) *stream {
	out := make([]value, len(items))
	c.charge(32 * len(items))
	for i, v := range items {
		out[i] = c.apply(f, v)
		if to != nil {
			out[i] = c.castDef(out[i], to, false, -1)
		}
	}
	return &stream{out, to}
}

func declareStream(l *lib, k *class, name string, prim *class) {
	of := func(x value) *stream { return x.ref.(*stream) }
	same := func(x value, items []value) value { return object(&stream{items, of(x).prim}) }
	m := func(sig string, f native) { k.method(l, sig, f) }
	m(name+" filter(Predicate)", func(c *Context, x value, a []value) value { return same(x, c.filtered(of(x).items, a[0], true)) })
	m(name+" map(Function)", func(c *Context, x value, a []value) value { return object(c.applied(of(x).items, a[0], prim)) })
	m("BaseStream mapToObj(Function)", func(c *Context, x value, a []value) value { return object(c.applied(of(x).items, a[0], nil)) })
	k.methods["mapToObj/1"].ret = l.class("java.util.stream.Stream", "java.util.stream.BaseStream")
	m("def mapToInt(ToIntFunction)", func(c *Context, x value, a []value) value { return object(c.applied(of(x).items, a[0], l.int)) })
	m("def mapToLong(ToLongFunction)", func(c *Context, x value, a []value) value { return object(c.applied(of(x).items, a[0], l.long)) })
	m("def mapToDouble(ToDoubleFunction)", func(c *Context, x value, a []value) value {
		return object(c.applied(of(x).items, a[0], l.double))
	})
	m("def boxed()", func(_ *Context, x value, _ []value) value { return object(&stream{items: of(x).items}) })
	m(name+" flatMap(Function)", func(c *Context, x value, a []value) value {
		var out []value
		for _, v := range of(x).items {
			if r := c.apply(a[0], v); !r.isNull() {
				out = append(out, c.all(r)...)
			}
		}
		return same(x, out)
	})
	m(name+" distinct()", func(c *Context, x value, _ []value) value {
		set := c.newTagged(l.tags.linkedSet)
		for _, v := range of(x).items {
			c.add(set, v)
		}
		return same(x, c.all(set))
	})
	ordered := func(c *Context, x value, a []value) value {
		items := append([]value(nil), of(x).items...)
		var less func(a, b value) int
		if len(a) > 0 {
			less = c.comparator(a[0])
		}
		c.sort(items, less)
		return same(x, items)
	}
	m(name+" sorted()", ordered)
	m(name+" sorted(Comparator)", ordered)
	m(name+" limit(long)", func(_ *Context, x value, a []value) value {
		return same(x, of(x).items[:max(0, min(int(a[0].int()), len(of(x).items)))])
	})
	m(name+" skip(long)", func(_ *Context, x value, a []value) value {
		return same(x, of(x).items[max(0, min(int(a[0].int()), len(of(x).items))):])
	})
	m(name+" peek(Consumer)", func(c *Context, x value, a []value) value { eachMethod(c, x, a); return x })
	m("void forEach(Consumer)", eachMethod)
	m("void forEachOrdered(Consumer)", eachMethod)
	m("Iterator iterator()", func(c *Context, x value, _ []value) value {
		return object(&iteratorObject{it: c.iterate(x, -1), of: x, last: -1})
	})
	m("long count()", func(_ *Context, x value, _ []value) value { return long(int64(len(of(x).items))) })
	m("boolean anyMatch(Predicate)", func(c *Context, x value, a []value) value { return boolean(c.any(x, a[0], true)) })
	m("boolean allMatch(Predicate)", func(c *Context, x value, a []value) value { return boolean(!c.any(x, a[0], false)) })
	m("boolean noneMatch(Predicate)", func(c *Context, x value, a []value) value { return boolean(!c.any(x, a[0], true)) })
	first := func(_ *Context, x value, _ []value) value {
		if items := of(x).items; len(items) > 0 {
			return object(&optional{items[0], true})
		}
		return object(&optional{})
	}
	m("Optional findFirst()", first)
	m("Optional findAny()", first)
	m("def[] toArray()", func(c *Context, x value, _ []value) value {
		e := l.def
		if prim != nil {
			e = prim
		}
		out := c.newArray(l.array(e), len(of(x).items))
		for _, v := range of(x).items {
			c.push(out, v)
		}
		return out
	})
	m("def[] toArray(IntFunction)", func(c *Context, x value, a []value) value {
		t := c.apply(a[0], integer(0))
		for _, v := range of(x).items {
			c.push(t, v)
		}
		return t
	})
	declareReduction(l, k, prim, m)
}

func declareReduction(l *lib, k *class, prim *class, m func(string, native)) {
	of := func(x value) []value { return x.ref.(*stream).items }
	extreme := func(want int) native {
		return func(c *Context, x value, a []value) value {
			if len(of(x)) == 0 {
				return object(&optional{})
			}
			less := c.compare
			if len(a) > 0 {
				less = c.comparator(a[0])
			}
			return object(&optional{c.extreme(of(x), less, want), true})
		}
	}
	if prim == nil {
		m("Optional max(Comparator)", extreme(1))
		m("Optional min(Comparator)", extreme(-1))
	} else {
		m("Optional max()", extreme(1))
		m("Optional min()", extreme(-1))
		m(prim.name+" sum()", func(c *Context, x value, _ []value) value { return c.total(of(x), prim) })
		m("Optional average()", func(c *Context, x value, _ []value) value {
			if len(of(x)) == 0 {
				return object(&optional{})
			}
			sum := 0.0
			for _, v := range of(x) {
				sum += v.v.Float()
			}
			return object(&optional{double(sum / float64(len(of(x)))), true})
		})
	}
	m("def reduce(def,BinaryOperator)", func(c *Context, x value, a []value) value {
		acc, f := a[0], a[1]
		for _, v := range of(x) {
			acc = c.apply(f, acc, v)
		}
		return acc
	})
	m("Optional reduce(BinaryOperator)", func(c *Context, x value, a []value) value {
		items, f := of(x), a[0]
		if len(items) == 0 {
			return object(&optional{})
		}
		acc := items[0]
		for _, v := range items[1:] {
			acc = c.apply(f, acc, v)
		}
		return object(&optional{acc, true})
	})
	m("def collect(Collector)", func(c *Context, x value, a []value) value { return a[0].ref.(*collector).collect(c, of(x)) })
	k.methods["collect/1"].params[0] = l.class("java.util.stream.Collector")
	if prim == nil {
		k.method(l, "static Stream of(def[])", func(c *Context, _ value, a []value) value { return object(&stream{items: c.all(a[0])}) })
		k.statics["of/1"].params[0] = l.def
		k.method(l, "static Stream empty()", func(*Context, value, []value) value { return object(&stream{}) })
		k.method(l, "static Stream concat(Stream,Stream)", func(c *Context, _ value, a []value) value {
			return object(&stream{items: append(c.all(a[0]), c.all(a[1])...)})
		})
	} else if prim != l.double {
		ranged := func(extra int64) native {
			return func(c *Context, _ value, a []value) value {
				s := &stream{prim: prim}
				for n := a[0].int(); n < a[1].int()+extra; n++ {
					c.loop()
					c.charge(32)
					v := long(n)
					if prim == l.int {
						v = integer(int32(n))
					}
					s.items = append(s.items, v)
				}
				return object(s)
			}
		}
		t := prim.name
		k.method(l, "static "+k.simple+" range("+t+","+t+")", ranged(0))
		k.method(l, "static "+k.simple+" rangeClosed("+t+","+t+")", ranged(1))
	}
}

func (c *Context) total(items []value, prim *class) value {
	l := classes()
	if prim == l.double {
		sum := 0.0
		for _, v := range items {
			sum += v.v.Float()
		}
		return double(sum)
	}
	var sum int64
	for _, v := range items {
		sum += v.int()
	}
	if prim == l.int {
		return integer(int32(sum))
	}
	return long(sum)
}
