package painless

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// declareMisc declares small classes of java.util: UUID, StringJoiner, HexFormat, summaries, entries.
func declareMisc(l *lib) {
	declareUUID(l, l.class("java.util.UUID", "Comparable"))
	declareJoiner(l, l.class("java.util.StringJoiner"))
	declareHex(l, l.class("java.util.HexFormat"))
	for _, name := range []string{"java.util.AbstractMap$SimpleEntry", "java.util.AbstractMap$SimpleImmutableEntry"} {
		own := strings.HasSuffix(name, "SimpleEntry")
		k := l.class(name, "Map.Entry")
		k.method(l, "new(def,def)", func(_ *Context, _ value, a []value) value {
			return object(&mapEntry{k: a[0], val: a[1], own: own, fixed: !own})
		})
		k.method(l, "new(Map.Entry)", func(c *Context, _ value, a []value) value {
			e := c.entryOf(a[0])
			return object(&mapEntry{k: e.k, val: e.val, own: own, fixed: !own})
		})
	}
	declareEnumeration(l, l.types["Enumeration"])
	declareObjects(l, l.types["Objects"])
}

// joiner is a StringJoiner.
type joiner struct {
	prefix, by, suffix []byte
	b, empty           []byte
	some, whenEmpty    bool
}

func (*joiner) classOf(event.Value) *class { return classes().types["StringJoiner"] }

func (j *joiner) appendText(_ *Context, dst []byte) []byte {
	if !j.some && j.whenEmpty {
		return append(dst, j.empty...)
	}
	return append(append(append(dst, j.prefix...), j.b...), j.suffix...)
}

func (j *joiner) add(c *Context, b []byte) {
	if j.some {
		j.b = append(j.b, j.by...)
	}
	c.charge(len(j.by) + len(b))
	j.b, j.some = append(j.b, b...), true
}

func declareJoiner(l *lib, k *class) {
	made := func(c *Context, _ value, a []value) value {
		var parts [3][]byte
		for _, i := range []int{1, 0, 2} {
			if i >= len(a) {
				continue
			}
			if a[i].isNull() {
				c.throw("java.lang.NullPointerException", "The %s must not be null", [...]string{"delimiter", "prefix", "suffix"}[i])
			}
			parts[i] = bytes.Clone(c.str(a[i]))
		}
		return object(&joiner{by: parts[0], prefix: parts[1], suffix: parts[2]})
	}
	k.method(l, "new(CharSequence)", made)
	k.method(l, "new(CharSequence,CharSequence,CharSequence)", made)
	m := func(sig string, f func(c *Context, j *joiner, this value, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*joiner), x, a) })
	}
	m("StringJoiner add(CharSequence)", func(c *Context, j *joiner, this value, a []value) value {
		j.add(c, c.appendText(nil, a[0]))
		return this
	})
	m("StringJoiner merge(StringJoiner)", func(c *Context, j *joiner, this value, a []value) value {
		if o := a[0].ref.(*joiner); o.some {
			j.add(c, bytes.Clone(o.b))
		}
		return this
	})
	m("StringJoiner setEmptyValue(CharSequence)", func(c *Context, j *joiner, this value, a []value) value {
		j.empty, j.whenEmpty = bytes.Clone(c.arg(a[0])), true
		return this
	})
	m("int length()", func(c *Context, j *joiner, _ value, _ []value) value { return count(utf16Len(j.appendText(c, nil))) })
}

// checkRange is Objects.checkFromToIndex.
func (c *Context) checkRange(from, to int64, n int) (int, int) {
	if from < 0 || from > to || to > int64(n) {
		c.throw("java.lang.IndexOutOfBoundsException", "Range [%d, %d) out of bounds for length %d", from, to, n)
	}
	return int(from), int(to)
}

// summary is an IntSummaryStatistics, or its like for long and double.
type summary struct {
	prim           *class
	n              int64
	sum            int64
	least, most    int64
	fsum, low, top float64
}

func (s *summary) classOf(event.Value) *class {
	return classes().types[titleOf(s.prim)+"SummaryStatistics"]
}

func newSummary(prim *class) *summary {
	s := &summary{prim: prim, least: math.MaxInt64, most: math.MinInt64, low: math.Inf(1), top: math.Inf(-1)}
	if prim == classes().int {
		s.least, s.most = math.MaxInt32, math.MinInt32
	}
	return s
}

func (s *summary) add(v value) {
	s.n++
	if s.prim == classes().double {
		f := v.v.Float()
		s.fsum, s.low, s.top = s.fsum+f, math.Min(s.low, f), math.Max(s.top, f)
		return
	}
	n := v.int()
	s.sum, s.least, s.most = s.sum+n, min(s.least, n), max(s.most, n)
}

func (s *summary) average() float64 {
	switch {
	case s.n == 0:
		return 0
	case s.prim == classes().double:
		return s.fsum / float64(s.n)
	}
	return float64(s.sum) / float64(s.n)
}

func (s *summary) appendText(_ *Context, dst []byte) []byte {
	num := func(n int64, f float64) string {
		if s.prim != classes().double {
			return strconv.FormatInt(n, 10)
		}
		if math.IsInf(f, 0) {
			return string(AppendFloat(nil, f, 64))
		}
		return roundHalfUp(strconv.FormatFloat(f, 'f', -1, 64), 6)
	}
	return append(dst, titleOf(s.prim)+"SummaryStatistics{count="+strconv.FormatInt(s.n, 10)+", sum="+num(s.sum, s.fsum)+", min="+num(s.least, s.low)+
		", average="+roundHalfUp(strconv.FormatFloat(s.average(), 'f', -1, 64), 6)+", max="+num(s.most, s.top)+"}"...)
}

// declareSummary declares the statistics of streams of a primitive type.
func declareSummary(l *lib, prim *class) {
	title := titleOf(prim)
	k := l.class("java.util."+title+"SummaryStatistics", "java.util.function."+title+"Consumer")
	k.method(l, "new()", func(*Context, value, []value) value { return object(newSummary(prim)) })
	of := func(x value) *summary { return x.ref.(*summary) }
	m := func(sig string, f func(s *summary) value) {
		k.method(l, sig, func(_ *Context, x value, _ []value) value { return f(of(x)) })
	}
	num := func(n int64, f float64) value {
		switch prim {
		case l.int:
			return integer(int32(n))
		case l.long:
			return long(n)
		}
		return double(f)
	}
	m("long getCount()", func(s *summary) value { return long(s.n) })
	m("double getAverage()", func(s *summary) value { return double(s.average()) })
	m(prim.name+" getMin()", func(s *summary) value { return num(s.least, s.low) })
	m(prim.name+" getMax()", func(s *summary) value { return num(s.most, s.top) })
	if prim == l.double {
		m("double getSum()", func(s *summary) value { return double(s.fsum) })
	} else {
		m("long getSum()", func(s *summary) value { return long(s.sum) })
	}
	k.method(l, "void accept("+prim.name+")", func(_ *Context, x value, a []value) value { of(x).add(a[0]); return null() })
	k.method(l, "void combine("+k.simple+")", func(c *Context, x value, a []value) value {
		s, o := of(x), of(a[0])
		s.n, s.sum, s.fsum = s.n+o.n, s.sum+o.sum, s.fsum+o.fsum
		s.least, s.most, s.low, s.top = min(s.least, o.least), max(s.most, o.most), math.Min(s.low, o.low), math.Max(s.top, o.top)
		return null()
	})
}

func declareEnumeration(l *lib, k *class) {
	forward := func(name string) native {
		return func(c *Context, x value, _ []value) value {
			if _, ok := x.ref.(*tokenizer); ok {
				return l.types["StringTokenizer"].methods[map[string]string{"hasNext/0": "hasMoreTokens/0", "next/0": "nextToken/0"}[name]].run(c, x, nil)
			}
			return l.iterator.methods[name].run(c, x, nil)
		}
	}
	k.method(l, "boolean hasMoreElements()", forward("hasNext/0"))
	k.method(l, "def nextElement()", forward("next/0"))
}

func declareObjects(l *lib, k *class) {
	k.method(l, "static int hash(Object[])", func(c *Context, _ value, a []value) value {
		if a[0].isNull() {
			return integer(0)
		}
		h := int32(1)
		for _, v := range c.all(a[0]) {
			h = 31*h + c.hash(v)
		}
		return integer(h)
	})
	k.method(l, "static int compare(def,def,Comparator)", func(c *Context, _ value, a []value) value {
		if c.identical(a[0], a[1]) {
			return count(0)
		}
		return count(c.comparator(a[2])(a[0], a[1]))
	})
	k.method(l, "static def requireNonNull(def,String)", func(c *Context, _ value, a []value) value {
		if !a[0].isNull() {
			return a[0]
		}
		if a[1].isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		c.throw("java.lang.NullPointerException", "%s", textOf(c, a[1]))
		return null()
	})
	deep := func(c *Context, _ value, a []value) value { return boolean(c.deepEquals(a[0], a[1])) }
	k.method(l, "static boolean deepEquals(Object,Object)", deep)
	arrays := l.types["Arrays"]
	arrays.method(l, "static boolean deepEquals(Object[],Object[])", deep)
	arrays.method(l, "static int deepHashCode(Object[])", func(c *Context, _ value, a []value) value { return integer(c.deepHash(a[0])) })
}

// deepEquals compares arrays by what they hold.
func (c *Context) deepEquals(a, b value) bool {
	x, y := a.class(), b.class()
	if x == nil || y == nil || x.elem == nil || y.elem == nil {
		return c.javaEquals(a, b)
	}
	n := c.size(a)
	if n != c.size(b) || x.elem.prim != y.elem.prim {
		return false
	}
	for i := range n {
		c.loop()
		if !c.deepEquals(c.at(a, i), c.at(b, i)) {
			return false
		}
	}
	return true
}

func (c *Context) deepHash(x value) int32 {
	if k := x.class(); k == nil || k.elem == nil {
		return c.hash(x)
	}
	if c.depth++; c.depth > 400 {
		c.throw("java.lang.StackOverflowError", "a container holds itself")
	}
	defer func() { c.depth-- }()
	h := int32(1)
	for _, v := range c.all(x) {
		h = 31*h + c.deepHash(v)
	}
	return h
}
