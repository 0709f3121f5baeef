package painless

import (
	"math"
	"slices"

	"github.com/millrace/millrace/event"
)

// collector is a Collector: what becomes of the items of a stream.
type collector struct {
	collect func(c *Context, items []value) value
}

func (*collector) classOf(event.Value) *class { return classes().types["Collector"] }

func declareCollectors(l *lib) {
	l.class("java.util.stream.Collector")
	k := l.class("java.util.stream.Collectors")
	m := func(sig string, f func(c *Context, a []value, items []value) value) {
		k.method(l, "static "+sig, func(_ *Context, _ value, a []value) value {
			args := append([]value(nil), a...)
			return object(&collector{func(c *Context, items []value) value { return f(c, args, items) }})
		})
	}
	list := func(c *Context, _ []value, items []value) value { return c.listOf(items) }
	m("Collector toList()", list)
	m("Collector toSet()", func(c *Context, _ []value, items []value) value {
		set := c.newTagged(l.tags.hashSet)
		for _, v := range items {
			c.add(set, v)
		}
		return set
	})
	m("Collector toCollection(Supplier)", func(c *Context, a []value, items []value) value {
		out := c.apply(a[0])
		for _, v := range items {
			c.add(out, v)
		}
		return out
	})
	toMap := func(c *Context, a []value, items []value) value {
		out := c.newMap()
		if len(a) > 3 {
			out = c.apply(a[3])
		}
		for _, v := range items {
			key, val := c.apply(a[0], v), c.apply(a[1], v)
			old := c.mapGet(out, key)
			switch {
			case val.isNull():
				c.throwBare("java.lang.NullPointerException")
			case old.isNull():
			case len(a) > 2:
				val = c.apply(a[2], old, val)
			default:
				c.throw("java.lang.IllegalStateException", "Duplicate key %s (attempted merging values %s and %s)",
					c.appendText(nil, key), c.appendText(nil, old), c.appendText(nil, val))
			}
			c.mapPut(out, key, val)
		}
		return out
	}
	m("Collector toMap(Function,Function)", toMap)
	m("Collector toMap(Function,Function,BinaryOperator)", toMap)
	m("Collector toMap(Function,Function,BinaryOperator,Supplier)", toMap)
	joining := func(c *Context, a []value, items []value) value {
		var by, out []byte
		if len(a) > 0 {
			by = c.arg(a[0])
		}
		if len(a) > 1 {
			out = append(out, c.arg(a[1])...)
		}
		for i, v := range items {
			if i > 0 {
				out = append(out, by...)
			}
			if !v.isNull() && !c.instance(v, l.types["CharSequence"]) {
				c.throw("java.lang.ClassCastException", "class %s cannot be cast to class java.lang.CharSequence", v.class())
			}
			out = c.appendText(out, v)
		}
		if len(a) > 2 {
			out = append(out, c.arg(a[2])...)
		}
		return c.textValue(out)
	}
	m("Collector joining()", joining)
	m("Collector joining(CharSequence)", joining)
	m("Collector joining(CharSequence,CharSequence,CharSequence)", joining)
	m("Collector counting()", func(_ *Context, _ []value, items []value) value { return long(int64(len(items))) })
	m("Collector mapping(Function,Collector)", func(c *Context, a []value, items []value) value {
		return a[1].ref.(*collector).collect(c, c.applied(items, a[0], nil).items)
	})
	m("Collector collectingAndThen(Collector,Function)", func(c *Context, a []value, items []value) value {
		return c.apply(a[1], a[0].ref.(*collector).collect(c, items))
	})
	declareGrouping(l, m)
	declareReducing(l, m)
}

func declareGrouping(l *lib, m func(string, func(c *Context, a []value, items []value) value)) {
	grouped := func(c *Context, a []value, items []value) value {
		var keys []value
		var groups [][]value
		for _, v := range items {
			k := c.apply(a[0], v)
			i := (&oddEntries{keys: keys}).find(c, k)
			if i < 0 {
				i = len(keys)
				keys, groups = append(keys, k), append(groups, nil)
			}
			groups[i] = append(groups[i], v)
		}
		out := c.newMap()
		if len(a) > 2 {
			out = c.apply(a[1])
		}
		for i, k := range slices.Backward(keys) { // in one bucket, Java has the last one first
			g := c.listOf(groups[i])
			if len(a) > 1 {
				g = a[len(a)-1].ref.(*collector).collect(c, groups[i])
			}
			c.mapPut(out, k, g)
		}
		return out
	}
	m("Collector groupingBy(Function)", grouped)
	m("Collector groupingBy(Function,Collector)", grouped)
	m("Collector groupingBy(Function,Supplier,Collector)", grouped)
	m("Collector partitioningBy(Predicate)", func(c *Context, a []value, items []value) value {
		out := c.newMap()
		c.mapPut(out, boolean(false), c.listOf(c.filtered(items, a[0], false)))
		c.mapPut(out, boolean(true), c.listOf(c.filtered(items, a[0], true)))
		return out
	})
	for _, n := range []struct {
		name, f string
		t       *class
	}{{"Int", "ToIntFunction", l.int}, {"Long", "ToLongFunction", l.long}, {"Double", "ToDoubleFunction", l.double}} {
		m("Collector summing"+n.name+"("+n.f+")", func(c *Context, a []value, items []value) value {
			return c.total(c.applied(items, a[0], n.t).items, n.t)
		})
		m("Collector averaging"+n.name+"("+n.f+")", func(c *Context, a []value, items []value) value {
			sum := 0.0
			for _, v := range c.applied(items, a[0], n.t).items {
				sum += v.v.Float()
			}
			return double(sum / math.Max(1, float64(len(items))))
		})
	}
	best := func(want int) func(c *Context, a []value, items []value) value {
		return func(c *Context, a []value, items []value) value {
			if len(items) == 0 {
				return object(&optional{})
			}
			return object(&optional{v: c.extreme(items, c.comparator(a[0]), want), full: true})
		}
	}
	m("Collector maxBy(Comparator)", best(1))
	m("Collector minBy(Comparator)", best(-1))
}
