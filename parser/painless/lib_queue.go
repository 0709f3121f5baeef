package painless

// declareQueues declares Queue, Deque, PriorityQueue, Vector and Stack.
func declareQueues(l *lib) {
	declareQueue(l, l.types["Queue"])
	declareDeque(l, l.types["Deque"])
	declarePriorityQueue(l, l.tags.heap.cls)
	declareVector(l, l.tags.vector.cls)
	declareStack(l, l.tags.stack.cls)
	l.tags.linkedList.cls.method(l, "def clone()", cloneAs(l.tags.linkedList))
	l.tags.queue.cls.method(l, "ArrayDeque clone()", cloneAs(l.tags.queue))
}

// cloneAs makes a copy of the class of t.
func cloneAs(t *tag) native {
	return func(c *Context, x value, _ []value) value { return value{c.listOf(c.all(x)).v, t} }
}

// noNull throws where a class holds no nulls.
func (c *Context) noNull(x, v value) {
	if t, ok := x.ref.(*tag); ok && v.isNull() && (t.cls == classes().tags.queue.cls || t.cls == classes().tags.heap.cls) {
		c.throwBare("java.lang.NullPointerException")
	}
}

// take removes and returns the entry at one end; what there is none, it is null or an exception.
func (c *Context) take(x value, last, must bool) value {
	n := c.size(x)
	if n == 0 {
		return c.nothing(x, must)
	}
	c.resizable(x)
	i := 0
	if last {
		i = n - 1
	}
	c.work(n - i)
	v := c.at(x, i)
	c.Event.RemoveAt(x.v, i)
	if isHeap(x) {
		c.siftDown(x)
	}
	return v
}

func (c *Context) nothing(x value, must bool) value {
	if must {
		c.throwBare("java.util.NoSuchElementException")
	}
	return null()
}

// peek is the entry at one end.
func (c *Context) peek(x value, last, must bool) value {
	n := c.size(x)
	switch {
	case n == 0:
		return c.nothing(x, must)
	case last:
		return c.at(x, n-1)
	}
	return c.at(x, 0)
}

func declareQueue(l *lib, k *class) {
	m := func(sig string, f native) { k.method(l, sig, f) }
	m("boolean offer(def)", func(c *Context, x value, a []value) value { return boolean(c.add(x, a[0])) })
	m("def element()", func(c *Context, x value, _ []value) value { return c.peek(x, false, true) })
	m("def peek()", func(c *Context, x value, _ []value) value { return c.peek(x, false, false) })
	m("def poll()", func(c *Context, x value, _ []value) value { return c.take(x, false, false) })
	m("def remove()", func(c *Context, x value, _ []value) value { return c.take(x, false, true) })
}

func declareDeque(l *lib, k *class) {
	m := func(sig string, f native) { k.method(l, sig, f) }
	first := func(c *Context, x value, a []value) value {
		c.noNull(x, a[0])
		c.insert(x, 0, a[0])
		return boolean(true)
	}
	last := func(c *Context, x value, a []value) value { return boolean(c.add(x, a[0])) }
	m("void addFirst(def)", first)
	m("void push(def)", first)
	m("boolean offerFirst(def)", first)
	m("void addLast(def)", last)
	m("boolean offerLast(def)", last)
	for _, end := range []string{"First", "Last"} {
		at := end == "Last"
		m("def get"+end+"()", func(c *Context, x value, _ []value) value { return c.peek(x, at, true) })
		m("def peek"+end+"()", func(c *Context, x value, _ []value) value { return c.peek(x, at, false) })
		m("def poll"+end+"()", func(c *Context, x value, _ []value) value { return c.take(x, at, false) })
		m("def remove"+end+"()", func(c *Context, x value, _ []value) value { return c.take(x, at, true) })
		m("boolean remove"+end+"Occurrence(def)", func(c *Context, x value, a []value) value {
			c.mutable(x)
			n := c.size(x)
			c.work(n)
			for i := range n {
				if at {
					i = n - 1 - i
				}
				if c.javaEquals(c.at(x, i), a[0]) {
					c.Event.RemoveAt(x.v, i)
					return boolean(true)
				}
			}
			return boolean(false)
		})
	}
	m("boolean remove(def)", l.set.methods["remove/1"].run)
	m("def pop()", func(c *Context, x value, _ []value) value { return c.take(x, false, true) })
	m("Iterator descendingIterator()", func(c *Context, x value, _ []value) value { return c.backwards(c.all(x)) })
}

// backwards goes over items from the last to the first.
func (c *Context) backwards(items []value) value {
	out := make([]value, len(items))
	for i, v := range items {
		out[len(items)-1-i] = v
	}
	s := object(&stream{items: out})
	return object(&iteratorObject{it: c.iterate(s, -1), of: s, last: -1})
}

func isHeap(x value) bool {
	t, ok := x.ref.(*tag)
	return ok && t.cls == classes().tags.heap.cls
}

// A PriorityQueue is a binary heap in the order in which Java keeps it, so that it is gone over alike.

func declarePriorityQueue(l *lib, k *class) {
	k.method(l, "new()", func(c *Context, _ value, _ []value) value { return c.newTagged(l.tags.heap) })
	k.method(l, "new(Comparator)", func(c *Context, _ value, a []value) value {
		return c.newTagged(&tag{cls: l.tags.heap.cls, less: a[0]})
	})
}

func (c *Context) heapLess(x value) func(a, b value) int {
	if f := c.comparatorOf(x); f != nil {
		return f
	}
	return c.compare
}

// siftUp moves the last entry to its place.
func (c *Context) siftUp(x value) {
	less, i := c.heapLess(x), c.size(x)-1
	v := c.at(x, i)
	if i == 0 {
		less(v, v) // as Java does, to see that it can be compared
	}
	for i > 0 {
		parent := (i - 1) / 2
		p := c.at(x, parent)
		if less(v, p) >= 0 {
			break
		}
		c.setAt(x, i, p)
		i = parent
	}
	c.setAt(x, i, v)
}

// siftDown restores the order when the first entry is gone: Java puts the last in its place.
func (c *Context) siftDown(x value) {
	n := c.size(x)
	if n == 0 {
		return
	}
	less, v := c.heapLess(x), c.at(x, n-1)
	for i := n - 1; i > 0; i-- { // the first was removed by moving all others forward
		c.setAt(x, i, c.at(x, i-1))
	}
	i := 0
	for i < n/2 {
		child := 2*i + 1
		best := c.at(x, child)
		if child+1 < n {
			if right := c.at(x, child+1); less(best, right) > 0 {
				child, best = child+1, right
			}
		}
		if less(v, best) <= 0 {
			break
		}
		c.setAt(x, i, best)
		i = child
	}
	c.setAt(x, i, v)
}

func declareVector(l *lib, k *class) {
	m := func(sig string, f native) { k.method(l, sig, f) }
	of := func(name string) native { return l.list.methods[name].run }
	add, set, remove := of("add/2"), of("set/2"), of("remove/1")
	m("void addElement(def)", func(c *Context, x value, a []value) value { c.add(x, a[0]); return null() })
	m("def elementAt(int)", func(c *Context, x value, a []value) value {
		if i, n := a[0].int(), c.size(x); i >= int64(n) {
			c.throw("java.lang.ArrayIndexOutOfBoundsException", "%d >= %d", i, n)
		}
		return c.at(x, int(a[0].int()))
	})
	m("def firstElement()", func(c *Context, x value, _ []value) value { return c.peek(x, false, true) })
	m("def lastElement()", func(c *Context, x value, _ []value) value { return c.peek(x, true, true) })
	m("void insertElementAt(def,int)", func(c *Context, x value, a []value) value { return add(c, x, []value{a[1], a[0]}) })
	m("void setElementAt(def,int)", func(c *Context, x value, a []value) value { set(c, x, []value{a[1], a[0]}); return null() })
	m("void removeElementAt(int)", func(c *Context, x value, a []value) value { remove(c, x, a); return null() })
	m("void removeAllElements()", func(c *Context, x value, _ []value) value { c.resizable(x); c.Event.Clear(x.v); return null() })
	m("boolean removeElement(def)", func(c *Context, x value, a []value) value {
		i := c.indexOf(x, a[0])
		if i >= 0 {
			c.resizable(x)
			c.Event.RemoveAt(x.v, i)
		}
		return boolean(i >= 0)
	})
	m("Enumeration elements()", func(c *Context, x value, _ []value) value { return c.enumeration(x) })
	m("def clone()", cloneAs(l.tags.vector))
}

func declareStack(l *lib, k *class) {
	m := func(sig string, f native) { k.method(l, sig, f) }
	must := func(c *Context, x value) value {
		if c.size(x) == 0 {
			c.throwBare("java.util.EmptyStackException")
		}
		return x
	}
	m("boolean empty()", func(c *Context, x value, _ []value) value { return boolean(c.size(x) == 0) })
	m("def peek()", func(c *Context, x value, _ []value) value { return c.peek(must(c, x), true, true) })
	m("def pop()", func(c *Context, x value, _ []value) value { return c.take(must(c, x), true, true) })
	m("def push(def)", func(c *Context, x value, a []value) value { c.add(x, a[0]); return a[0] })
	m("int search(def)", func(c *Context, x value, a []value) value {
		n := c.size(x)
		for i := n - 1; i >= 0; i-- {
			c.loop()
			if c.javaEquals(c.at(x, i), a[0]) {
				return count(n - i)
			}
		}
		return count(-1)
	})
}

// enumeration is an Enumeration, which is an iterator by another name.
func (c *Context) enumeration(x value) value {
	return object(&iteratorObject{it: c.iterate(x, -1), of: x, last: -1})
}
