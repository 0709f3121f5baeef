package painless

import (
	"slices"
)

func declareCollections(l *lib) {
	k := l.class("java.util.Collections")
	m := func(sig string, f func(c *Context, a []value) value) {
		k.method(l, "static "+sig, func(c *Context, _ value, a []value) value { return f(c, a) })
	}
	as := func(t *tag) func(c *Context, a []value) value {
		return func(_ *Context, a []value) value { return value{a[0].v, t} }
	}
	m("List unmodifiableList(List)", as(l.tags.fixedList))
	m("Map unmodifiableMap(Map)", as(l.tags.fixedMap))
	m("Set unmodifiableSet(Set)", as(l.tags.fixedSet))
	m("Collection unmodifiableCollection(Collection)", as(l.tags.fixedList))
	m("List emptyList()", func(c *Context, _ []value) value { return c.newTagged(l.tags.fixedList) })
	m("Map emptyMap()", func(c *Context, _ []value) value { return c.newTagged(l.tags.fixedMap) })
	m("Set emptySet()", func(c *Context, _ []value) value { return c.newTagged(l.tags.fixedSet) })
	single := func(t *tag) func(c *Context, a []value) value {
		return func(c *Context, a []value) value {
			out := c.newTagged(t)
			c.push(out, a[0])
			return out
		}
	}
	m("List singletonList(def)", single(l.tags.fixedList))
	m("Set singleton(def)", single(l.tags.fixedSet))
	m("Map singletonMap(def,def)", func(c *Context, a []value) value {
		out := c.newMap()
		c.mapPut(out, a[0], a[1])
		return value{out.v, l.tags.fixedMap}
	})
	m("List nCopies(int,def)", func(c *Context, a []value) value {
		if a[0].int() < 0 {
			c.throw("java.lang.IllegalArgumentException", "List length = %d", a[0].int())
		}
		out := c.newTagged(l.tags.fixedList)
		for range a[0].int() {
			c.loop()
			c.push(out, a[1])
		}
		return out
	})
	m("void sort(List)", func(c *Context, a []value) value { c.sortList(a[0], nil); return null() })
	m("void sort(List,Comparator)", func(c *Context, a []value) value { c.sortList(a[0], c.comparator(a[1])); return null() })
	m("void reverse(List)", func(c *Context, a []value) value {
		c.mutable(a[0])
		items := c.all(a[0])
		slices.Reverse(items)
		for i, v := range items {
			c.setAt(a[0], i, v)
		}
		return null()
	})
	m("void swap(List,int,int)", func(c *Context, a []value) value {
		x, y := c.at(a[0], int(a[1].int())), c.at(a[0], int(a[2].int()))
		c.setAt(a[0], int(a[1].int()), y)
		c.setAt(a[0], int(a[2].int()), x)
		return null()
	})
	m("boolean addAll(Collection,def[])", func(c *Context, a []value) value {
		changed := false
		for _, v := range c.all(a[1]) {
			changed = c.add(a[0], v) || changed
		}
		return boolean(changed)
	})
	m("boolean disjoint(Collection,Collection)", func(c *Context, a []value) value {
		for _, v := range c.all(a[0]) {
			if c.contains(a[1], v) {
				return boolean(false)
			}
		}
		return boolean(true)
	})
	m("int frequency(Collection,def)", func(c *Context, a []value) value {
		n := 0
		for _, v := range c.all(a[0]) {
			n += b2i(c.javaEquals(v, a[1]))
		}
		return count(n)
	})
	extreme := func(want int) func(c *Context, a []value) value {
		return func(c *Context, a []value) value {
			less := c.compare
			if len(a) > 1 && !a[1].isNull() {
				less = c.comparator(a[1])
			}
			return c.extreme(c.all(a[0]), less, want)
		}
	}
	m("def max(Collection)", extreme(1))
	m("def max(Collection,Comparator)", extreme(1))
	m("def min(Collection)", extreme(-1))
	m("def min(Collection,Comparator)", extreme(-1))
	reverse := func(c *Context, a []value) value {
		less := c.compare
		if len(a) > 0 && !a[0].isNull() {
			less = c.comparator(a[0])
		}
		return object(&lambda{native: func(_ *Context, in []value) value { return count(less(in[1], in[0])) }})
	}
	m("Comparator reverseOrder()", reverse)
	m("Comparator reverseOrder(Comparator)", reverse)
	arrays := l.class("java.util.Arrays")
	arrays.method(l, "static List asList(Object[])", func(c *Context, _ value, a []value) value {
		t := l.tags.arraysList
		if a[0].class().elem == l.string {
			t = l.tags.textsList
		}
		return value{c.listOf(c.all(a[0])).v, t}
	})
	arrays.method(l, "static String deepToString(Object[])", func(c *Context, _ value, a []value) value {
		return c.javaString(c.listOf(c.all(a[0])))
	})
}

// extreme is the first item that none beats; want is 1 for the greatest.
func (c *Context) extreme(items []value, less func(a, b value) int, want int) value {
	if len(items) == 0 {
		c.throwBare("java.util.NoSuchElementException")
	}
	best := items[0]
	for _, v := range items[1:] {
		c.loop()
		if sign(less(v, best)) == want {
			best = v
		}
	}
	return best
}

func declareComparator(l *lib) {
	k := l.types["Comparator"]
	cmp := func(f func(c *Context, a, b value) int) value {
		return object(&lambda{native: func(c *Context, in []value) value { return count(f(c, in[0], in[1])) }})
	}
	by := func(c *Context, _ value, a []value) value {
		key := a[0]
		less := c.compare
		if len(a) > 1 {
			less = c.comparator(a[1])
		}
		return cmp(func(c *Context, x, y value) int {
			kx := c.apply(key, x)
			return less(kx, c.apply(key, y))
		})
	}
	k.method(l, "static Comparator comparing(Function)", by)
	k.method(l, "static Comparator comparing(Function,Comparator)", by)
	k.method(l, "static Comparator comparingInt(ToIntFunction)", by)
	k.method(l, "static Comparator comparingLong(ToLongFunction)", by)
	k.method(l, "static Comparator comparingDouble(ToDoubleFunction)", by)
	k.method(l, "static Comparator naturalOrder()", func(*Context, value, []value) value {
		return cmp(func(c *Context, x, y value) int { return c.compareAs("c1", x, y) })
	})
	k.method(l, "static Comparator reverseOrder()", func(*Context, value, []value) value {
		return cmp(func(c *Context, x, y value) int { return c.compareAs("c2", y, x) })
	})
	k.method(l, "Comparator reversed()", func(c *Context, f value, _ []value) value {
		less := c.comparator(f)
		return cmp(func(_ *Context, x, y value) int { return less(y, x) })
	})
	k.method(l, "Comparator thenComparing(Comparator)", func(c *Context, f value, a []value) value {
		first, g := c.comparator(f), a[0]
		return cmp(func(c *Context, x, y value) int {
			if n := first(x, y); n != 0 {
				return n
			}
			if g.ref.(*lambda).arity == 1 {
				kx := c.apply(g, x)
				return c.compare(kx, c.apply(g, y))
			}
			return c.comparator(g)(x, y)
		})
	})
}
