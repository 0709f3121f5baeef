package painless

import (
	"strings"

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
	prim *class
}

func (o *optional) classOf(event.Value) *class { return classes().types[o.name()] }

func (o *optional) name() string { return "Optional" + titleOf(o.prim) }

// titleOf is a primitive type's name as the names of classes have it, "" for none.
func titleOf(prim *class) string {
	if prim == nil {
		return ""
	}
	return strings.ToUpper(prim.name[:1]) + prim.name[1:]
}

func (o *optional) appendText(c *Context, dst []byte) []byte {
	dst = append(dst, o.name()...)
	if !o.full {
		return append(dst, ".empty"...)
	}
	return append(c.appendText(append(dst, '['), o.v), ']')
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
		return object(&optional{v: a[0], full: true})
	})
	m("static Optional ofNullable(def)", func(_ *Context, _ value, a []value) value { return object(&optional{v: a[0], full: !a[0].isNull()}) })
	declareOptionalOf(l, k, l.def, "get", "Consumer", "Supplier")
	for _, prim := range []*class{l.int, l.long, l.double} {
		title := titleOf(prim)
		declareOptionalOf(l, l.class("java.util.Optional"+title), prim, "getAs"+title, title+"Consumer", title+"Supplier")
	}
	m("Optional map(Function)", func(c *Context, x value, a []value) value {
		if !of(x).full {
			return x
		}
		v := c.apply(a[0], of(x).v)
		return object(&optional{v: v, full: !v.isNull()})
	})
	m("Optional filter(Predicate)", func(c *Context, x value, a []value) value {
		if of(x).full && !c.test(a[0], of(x).v) {
			return object(&optional{})
		}
		return x
	})
}

// declareOptionalOf declares what all optionals have.
func declareOptionalOf(l *lib, k, elem *class, get, consumer, supplier string) {
	of := func(x value) *optional { return x.ref.(*optional) }
	m := func(sig string, f native) { k.method(l, sig, f) }
	m(elem.name+" "+get+"()", func(c *Context, x value, _ []value) value {
		if !of(x).full {
			c.throw("java.util.NoSuchElementException", "No value present")
		}
		return of(x).v
	})
	m("boolean isPresent()", func(_ *Context, x value, _ []value) value { return boolean(of(x).full) })
	m("void ifPresent("+consumer+")", func(c *Context, x value, a []value) value {
		if of(x).full {
			c.apply(a[0], of(x).v)
		}
		return null()
	})
	m(elem.name+" orElse("+elem.name+")", func(_ *Context, x value, a []value) value {
		if of(x).full {
			return of(x).v
		}
		return a[0]
	})
	m(elem.name+" orElseGet("+supplier+")", func(c *Context, x value, a []value) value {
		if of(x).full {
			return of(x).v
		}
		return c.apply(a[0])
	})
}

func declareStreams(l *lib) {
	l.class("java.util.stream.BaseStream")
	for _, name := range []string{"Stream", "IntStream", "LongStream", "DoubleStream"} {
		l.class("java.util.stream."+name, "java.util.stream.BaseStream")
	}
	for _, s := range []struct {
		name string
		prim *class
	}{{"Stream", nil}, {"IntStream", l.int}, {"LongStream", l.long}, {"DoubleStream", l.double}} {
		declareStream(l, l.types[s.name], s.name, s.prim)
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

// declareStream declares a stream's methods, of a primitive type for IntStream and its like.
func declareStream(l *lib, k *class, name string, prim *class) {
	of := func(x value) *stream { return x.ref.(*stream) }
	same := func(x value, items []value) value { return object(&stream{items, of(x).prim}) }
	title, unary := titleOf(prim), "Function"
	if prim != nil {
		unary = title + "UnaryOperator"
	}
	m := func(sig string, f native) { k.method(l, sig, f) }
	m(name+" filter("+title+"Predicate)", func(c *Context, x value, a []value) value { return same(x, c.filtered(of(x).items, a[0], true)) })
	m(name+" map("+unary+")", func(c *Context, x value, a []value) value { return object(c.applied(of(x).items, a[0], prim)) })
	m(name+" flatMap("+title+"Function)", func(c *Context, x value, a []value) value {
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
	if prim == nil {
		m(name+" sorted(Comparator)", ordered)
	}
	part := func(c *Context, x value, a []value) int {
		n := a[0].int()
		if n < 0 {
			c.throw("java.lang.IllegalArgumentException", "%d", n)
		}
		return int(min(n, int64(len(of(x).items))))
	}
	m(name+" limit(long)", func(c *Context, x value, a []value) value { return same(x, of(x).items[:part(c, x, a)]) })
	m(name+" skip(long)", func(c *Context, x value, a []value) value { return same(x, of(x).items[part(c, x, a):]) })
	consumer := "(" + title + "Consumer)"
	m(name+" peek"+consumer, func(c *Context, x value, a []value) value { eachMethod(c, x, a); return x })
	m("void forEach"+consumer, eachMethod)
	m("void forEachOrdered"+consumer, eachMethod)
	m("long count()", func(_ *Context, x value, _ []value) value { return long(int64(len(of(x).items))) })
	predicate := "(" + title + "Predicate)"
	m("boolean anyMatch"+predicate, func(c *Context, x value, a []value) value { return boolean(c.any(x, a[0], true)) })
	m("boolean allMatch"+predicate, func(c *Context, x value, a []value) value { return boolean(!c.any(x, a[0], false)) })
	m("boolean noneMatch"+predicate, func(c *Context, x value, a []value) value { return boolean(!c.any(x, a[0], true)) })
	declareKinds(l, prim, m)
	declareReduction(l, k, prim, m)
}

// declareKinds declares how streams become others, and arrays.
func declareKinds(l *lib, prim *class, m func(string, native)) {
	of := func(x value) *stream { return x.ref.(*stream) }
	for _, to := range []*class{l.int, l.long, l.double} {
		if to == prim {
			continue
		}
		name, f := titleOf(to), "To"+titleOf(to)+"Function"
		if prim != nil {
			f = titleOf(prim) + f
		}
		m(name+"Stream mapTo"+name+"("+f+")", func(c *Context, x value, a []value) value { return object(c.applied(of(x).items, a[0], to)) })
		if prim != nil && widens(prim, to, l) {
			m(name+"Stream as"+name+"Stream()", func(_ *Context, x value, _ []value) value {
				out := make([]value, len(of(x).items))
				for i, v := range of(x).items {
					out[i] = numeric(to, l)(v)
				}
				return object(&stream{out, to})
			})
		}
	}
	elem := l.def
	if prim != nil {
		elem = prim
		m("Stream mapToObj("+titleOf(prim)+"Function)", func(c *Context, x value, a []value) value { return object(c.applied(of(x).items, a[0], nil)) })
		m("Stream boxed()", func(_ *Context, x value, _ []value) value { return object(&stream{items: of(x).items}) })
	} else {
		m("def[] toArray(IntFunction)", func(c *Context, x value, a []value) value {
			t := c.apply(a[0], integer(0))
			for _, v := range of(x).items {
				c.push(t, v)
			}
			return t
		})
	}
	m(elem.name+"[] toArray()", func(c *Context, x value, _ []value) value {
		out := c.newArray(l.array(elem), len(of(x).items))
		for _, v := range of(x).items {
			c.push(out, v)
		}
		return out
	})
}

func declareReduction(l *lib, k *class, prim *class, m func(string, native)) {
	of := func(x value) []value { return x.ref.(*stream).items }
	title, elem := titleOf(prim), l.def
	if prim != nil {
		elem = prim
	}
	some := func(c *Context, v value) value {
		if v.isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		return object(&optional{v, true, prim})
	}
	none := object(&optional{prim: prim})
	first := func(c *Context, x value, _ []value) value {
		if items := of(x); len(items) > 0 {
			return some(c, items[0])
		}
		return none
	}
	m("Optional"+title+" findFirst()", first)
	m("Optional"+title+" findAny()", first)
	extreme := func(want int) native {
		return func(c *Context, x value, a []value) value {
			if len(of(x)) == 0 {
				return none
			}
			less := c.compare
			if len(a) > 0 {
				less = c.comparator(a[0])
			}
			return some(c, c.extreme(of(x), less, want))
		}
	}
	if prim == nil {
		m("Optional max(Comparator)", extreme(1))
		m("Optional min(Comparator)", extreme(-1))
	} else {
		m("Optional"+title+" max()", extreme(1))
		m("Optional"+title+" min()", extreme(-1))
		m(prim.name+" sum()", func(c *Context, x value, _ []value) value { return c.total(of(x), prim) })
		m("OptionalDouble average()", func(c *Context, x value, _ []value) value {
			if len(of(x)) == 0 {
				return object(&optional{prim: l.double})
			}
			sum := 0.0
			for _, v := range of(x) {
				sum += v.v.Float()
			}
			return object(&optional{double(sum / float64(len(of(x)))), true, l.double})
		})
	}
	m(elem.name+" reduce("+elem.name+","+title+"BinaryOperator)", func(c *Context, x value, a []value) value {
		acc, f := a[0], a[1]
		for _, v := range of(x) {
			acc = c.apply(f, acc, v)
		}
		return acc
	})
	m("Optional"+title+" reduce("+title+"BinaryOperator)", func(c *Context, x value, a []value) value {
		items, f := of(x), a[0]
		if len(items) == 0 {
			return none
		}
		acc := items[0]
		for _, v := range items[1:] {
			acc = c.apply(f, acc, v)
		}
		return some(c, acc)
	})
	declareStreamStatics(l, k, prim, m)
}

func declareStreamStatics(l *lib, k *class, prim *class, m func(string, native)) {
	if prim == nil {
		m("def collect(Collector)", func(c *Context, x value, a []value) value {
			return a[0].ref.(*collector).collect(c, x.ref.(*stream).items)
		})
		k.method(l, "static Stream empty()", func(*Context, value, []value) value { return object(&stream{}) })
		k.method(l, "static Stream concat(Stream,Stream)", func(c *Context, _ value, a []value) value {
			return object(&stream{items: append(c.all(a[0]), c.all(a[1])...)})
		})
		return
	}
	if prim == l.double {
		return
	}
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
