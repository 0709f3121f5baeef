package painless

func (c *Context) noView(x value) {
	if isView(x) {
		c.throwBare("java.lang.UnsupportedOperationException")
	}
}

func (c *Context) checkIndex(x value, i int64, n int) int {
	if i < 0 || int(i) >= n {
		c.throw("java.lang.IndexOutOfBoundsException", "Index %d out of bounds for length %d", i, n)
	}
	return int(i)
}

func declareList(l *lib, k *class) {
	m := func(sig string, f native) { k.method(l, sig, f) }
	m("def get(int)", func(c *Context, x value, a []value) value { return c.at(x, int(a[0].int())) })
	m("int getLength()", func(c *Context, x value, _ []value) value { return count(c.size(x)) })
	m("def set(int,def)", func(c *Context, x value, a []value) value {
		old := c.at(x, int(a[0].int()))
		c.setAt(x, int(a[0].int()), a[1])
		return old
	})
	m("void add(int,def)", func(c *Context, x value, a []value) value {
		if n := int64(c.size(x)); a[0].int() < 0 || a[0].int() > n {
			c.throw("java.lang.IndexOutOfBoundsException", "Index: %d, Size: %d", a[0].int(), n)
		}
		c.insert(x, int(a[0].int()), a[1])
		return null()
	})
	m("boolean addAll(int,Collection)", func(c *Context, x value, a []value) value {
		if n := int64(c.size(x)); a[0].int() < 0 || a[0].int() > n {
			c.throw("java.lang.IndexOutOfBoundsException", "Index: %d, Size: %d", a[0].int(), n)
		}
		at := int(a[0].int())
		for i, v := range c.all(a[1]) {
			c.insert(x, at+i, v)
		}
		return boolean(true)
	})
	m("def remove(int)", func(c *Context, x value, a []value) value {
		c.resizable(x)
		i := c.checkIndex(x, a[0].int(), c.size(x))
		old := c.at(x, i)
		c.Event.RemoveAt(x.v, i)
		return old
	})
	m("int indexOf(def)", func(c *Context, x value, a []value) value { return count(c.indexOf(x, a[0])) })
	m("int lastIndexOf(def)", func(c *Context, x value, a []value) value {
		for i := c.size(x) - 1; i >= 0; i-- {
			if c.javaEquals(c.at(x, i), a[0]) {
				return count(i)
			}
		}
		return count(-1)
	})
	m("void replaceAll(UnaryOperator)", func(c *Context, x value, a []value) value {
		f := a[0]
		for i := range c.size(x) {
			c.setAt(x, i, c.apply(f, c.at(x, i)))
		}
		return null()
	})
	m("void sort(Comparator)", func(c *Context, x value, a []value) value {
		c.sortList(x, c.comparator(a[0]))
		return null()
	})
	m("List subList(int,int)", func(c *Context, x value, a []value) value {
		from, to, n := a[0].int(), a[1].int(), int64(c.size(x))
		switch {
		case from < 0:
			c.throw("java.lang.IndexOutOfBoundsException", "fromIndex = %d", from)
		case to > n:
			c.throw("java.lang.IndexOutOfBoundsException", "toIndex = %d", to)
		case from > to:
			c.throw("java.lang.IllegalArgumentException", "fromIndex(%d) > toIndex(%d)", from, to)
		}
		part := c.listOf(c.all(x)[from:to])
		if t, ok := x.ref.(*tag); ok && (t.fixed || t.immutable) {
			part.ref = t
		}
		return part
	})
	m("ListIterator listIterator()", func(c *Context, x value, _ []value) value {
		return object(&iteratorObject{it: c.iterate(x, -1), of: x, last: -1})
	})
	m("Object getByPath(String)", getByPath)
	m("Object getByPath(String,Object)", getByPath)
	m("def clone()", func(c *Context, x value, _ []value) value { return c.listOf(c.all(x)) })
	delete(k.methods, "clone/0")
	l.arrayList.method(l, "def clone()", func(c *Context, x value, _ []value) value { return c.listOf(c.all(x)) })
	l.arrayList.method(l, "void trimToSize()", func(*Context, value, []value) value { return null() })
}

func (c *Context) sortList(x value, less func(a, b value) int) {
	c.mutable(x)
	items := c.all(x)
	c.sort(items, less)
	for i, v := range items {
		c.Event.SetAt(x.v, i, c.stored(v))
	}
}

// comparator makes a function of a Comparator; null is the natural order.
func (c *Context) comparator(f value) func(a, b value) int {
	if f.isNull() {
		return nil
	}
	return func(a, b value) int {
		return int(c.castDef(c.apply(f, a, b), classes().int, false, -1).int())
	}
}
