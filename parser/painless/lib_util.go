package painless

import (
	"github.com/millrace/millrace/event"
)

// declareUtil declares the collections.
func declareUtil(l *lib) {
	l.iterable = l.types["java.lang.Iterable"]
	l.collection = l.class("java.util.Collection", "Iterable")
	l.list = l.class("java.util.List", "java.util.Collection")
	l.set = l.class("java.util.Set", "java.util.Collection")
	l.iterator = l.class("java.util.Iterator")
	l.class("java.util.Enumeration")
	l.class("java.util.ListIterator", "java.util.Iterator", "Enumeration")
	l.mapT = l.class("java.util.Map")
	l.class("java.util.SortedMap", "Map")
	l.class("java.util.NavigableMap", "SortedMap")
	l.class("java.util.SortedSet", "Set")
	l.class("java.util.NavigableSet", "SortedSet")
	l.class("java.util.Queue", "Collection")
	l.class("java.util.Deque", "Queue")
	l.entry = l.class("java.util.Map$Entry")
	l.class("java.util.AbstractCollection", "Collection")
	l.class("java.util.AbstractList", "AbstractCollection", "List")
	l.class("java.util.AbstractSet", "AbstractCollection", "Set")
	l.class("java.util.AbstractMap", "Map")
	l.arrayList = l.class("java.util.ArrayList", "AbstractList")
	l.hashMap = l.class("java.util.HashMap", "AbstractMap")
	l.kinds[event.List], l.kinds[event.Map] = l.arrayList, l.hashMap
	l.class("java.util.AbstractSequentialList", "AbstractList")
	l.class("java.util.AbstractQueue", "AbstractCollection", "Queue")
	l.class("java.util.LinkedList", "AbstractSequentialList", "Deque")
	tagged := func(name string, supers ...string) *tag { return &tag{cls: l.class(name, supers...)} }
	fixed := func(name, super string) *tag {
		k := l.class(name, super)
		k.hidden = true
		return &tag{cls: k, immutable: true}
	}
	arrays := l.class("java.util.Arrays$ArrayList", "AbstractList")
	arrays.hidden = true
	l.tags = tags{
		arraysList: &tag{cls: arrays, fixed: true}, textsList: &tag{cls: arrays, fixed: true, elem: l.string},
		list: &tag{cls: l.arrayList}, hashMap: &tag{cls: l.hashMap},
		hashSet: tagged("java.util.HashSet", "AbstractSet"), linkedSet: tagged("java.util.LinkedHashSet", "java.util.HashSet"),
		treeSet:   tagged("java.util.TreeSet", "AbstractSet", "NavigableSet"),
		linkedMap: tagged("java.util.LinkedHashMap", "HashMap"), treeMap: tagged("java.util.TreeMap", "AbstractMap", "NavigableMap"),
		fixedList: fixed("java.util.Collections$UnmodifiableList", "List"),
		fixedSet:  fixed("java.util.Collections$UnmodifiableSet", "Set"),
		fixedMap:  fixed("java.util.Collections$UnmodifiableMap", "Map"),
		copied4:   &tag{cls: l.hashMap, room: 4}, copied8: &tag{cls: l.hashMap, room: 8},
		queue:      tagged("java.util.ArrayDeque", "AbstractCollection", "Deque"),
		linkedList: tagged("java.util.LinkedList"), heap: tagged("java.util.PriorityQueue", "java.util.AbstractQueue"),
		vector: tagged("java.util.Vector", "AbstractList"), stack: tagged("java.util.Stack", "java.util.Vector"),
	}
	for what, super := range []string{"Set", "Set", "Collection"} {
		k := l.class([]string{"java.util.HashMap$EntrySet", "java.util.HashMap$KeySet", "java.util.HashMap$Values"}[what], super)
		k.hidden = true
		l.views[what] = k
	}
	declareOptional(l)
	declareStreams(l)
	declareIterable(l, l.iterable)
	declareCollection(l, l.collection)
	declareList(l, l.list)
	declareIterator(l)
	declareConstructors(l)
	declareCollections(l)
	declareComparator(l)
	declareComparators(l, l.types["Comparator"])
	declareCombinators(l)
	declareQueues(l)
	declareTrees(l)
	declareStreamBuilding(l)
	declarePrimitiveIterators(l)
	declareOptionals(l)
	declareCollectionsMore(l, l.types["Collections"])
	declareGroovyMore(l)
	declareListIterator(l, l.types["ListIterator"])
	declareMisc(l)
	declareRegex(l)
	declareTime(l)
	declareProcessors(l)
}

func declareIterable(l *lib, k *class) {
	m := func(sig string, f native) { k.method(l, sig, f) }
	m("void forEach(Consumer)", eachMethod)
	m("def each(Consumer)", func(c *Context, x value, a []value) value { eachMethod(c, x, a); return x })
	m("def eachWithIndex(ObjIntConsumer)", func(c *Context, x value, a []value) value {
		f := a[0]
		for i, v := range c.all(x) {
			c.apply(f, v, count(i))
		}
		return x
	})
	m("Iterator iterator()", func(c *Context, x value, _ []value) value {
		return object(&iteratorObject{it: c.iterate(x, -1), of: x, last: -1})
	})
	m("boolean any(Predicate)", func(c *Context, x value, a []value) value { return boolean(c.any(x, a[0], true)) })
	m("boolean every(Predicate)", func(c *Context, x value, a []value) value { return boolean(!c.any(x, a[0], false)) })
	m("List asList()", func(c *Context, x value, _ []value) value { return c.listOf(c.all(x)) })
	m("Collection asCollection()", func(c *Context, x value, _ []value) value { return x })
	m("String join(String)", func(c *Context, x value, a []value) value { return c.join(c.arg(a[0]), x) })
	m("double sum()", func(c *Context, x value, _ []value) value {
		total := 0.0
		for _, v := range c.all(x) {
			total += c.castDef(v, l.double, true, -1).v.Float()
		}
		return double(total)
	})
	m("double sum(ToDoubleFunction)", func(c *Context, x value, a []value) value {
		total, f := 0.0, a[0]
		for _, v := range c.all(x) {
			total += c.castDef(c.apply(f, v), l.double, true, -1).v.Float()
		}
		return double(total)
	})
	m("List findResults(Function)", func(c *Context, x value, a []value) value {
		out, f := c.newList(4), a[0]
		for _, v := range c.all(x) {
			if r := c.apply(f, v); !r.isNull() {
				c.push(out, r)
			}
		}
		return out
	})
	m("Map groupBy(Function)", func(c *Context, x value, a []value) value {
		f := a[0]
		out := c.newTagged(l.tags.linkedMap)
		for _, v := range c.all(x) {
			c.group(out, c.apply(f, v), v)
		}
		return out
	})
}

func (c *Context) group(m, k, v value) {
	list := c.mapGet(m, k)
	if list.isNull() {
		list = c.newList(4)
		c.mapPut(m, k, list)
	}
	c.push(list, v)
}

func eachMethod(c *Context, x value, a []value) value {
	f := a[0]
	it := c.iterate(x, -1)
	for {
		v, ok := it.next(c)
		if !ok {
			return null()
		}
		c.loop()
		c.apply(f, v)
	}
}

// any tells whether the predicate gives want for any entry.
func (c *Context) any(x, f value, want bool) bool {
	for _, v := range c.all(x) {
		if c.test(f, v) == want {
			return true
		}
	}
	return false
}

// add is Collection.add; a set keeps one of each.
func (c *Context) add(x, v value) bool {
	c.resizable(x)
	c.admit(x, v)
	if x.class().is(classes().set) && c.indexOf(x, v) >= 0 {
		return false
	}
	c.noNull(x, v)
	c.push(x, v)
	if isHeap(x) {
		c.siftUp(x)
	}
	return true
}

func declareCollection(l *lib, k *class) {
	m := func(sig string, f native) { k.method(l, sig, f) }
	m("boolean add(def)", func(c *Context, x value, a []value) value {
		c.noView(x)
		return boolean(c.add(x, a[0]))
	})
	m("boolean addAll(Collection)", func(c *Context, x value, a []value) value {
		c.noView(x)
		changed := false
		for _, v := range c.all(a[0]) {
			changed = c.add(x, v) || changed
		}
		return boolean(changed)
	})
	m("void clear()", func(c *Context, x value, _ []value) value {
		if v, ok := x.ref.(*mapView); ok {
			c.mapClear(v.m)
			return null()
		}
		c.resizable(x)
		c.Event.Clear(x.v)
		return null()
	})
	m("boolean contains(def)", func(c *Context, x value, a []value) value { return boolean(c.contains(x, a[0])) })
	m("boolean containsAll(Collection)", func(c *Context, x value, a []value) value { return boolean(c.containsAll(x, a[0])) })
	m("boolean isEmpty()", func(c *Context, x value, _ []value) value { return boolean(c.size(x) == 0) })
	m("int size()", func(c *Context, x value, _ []value) value { return count(c.size(x)) })
	m("boolean removeIf(Predicate)", func(c *Context, x value, a []value) value {
		f := a[0]
		if view, ok := x.ref.(*mapView); ok {
			return boolean(c.removeIfOf(view.m, view.what, f))
		}
		if x.ref == nil && x.isList() {
			return boolean(c.removeWhere(x, viewValues, f))
		}
		return boolean(c.removeIf(x, func(v value) bool { return c.test(f, v) }))
	})
	m("boolean removeAll(Collection)", func(c *Context, x value, a []value) value {
		other := a[0]
		if other.isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		return boolean(c.removeIf(x, func(v value) bool { return c.contains(other, v) }))
	})
	m("boolean retainAll(Collection)", func(c *Context, x value, a []value) value {
		other := a[0]
		if other.isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		return boolean(c.removeIf(x, func(v value) bool { return !c.contains(other, v) }))
	})
	m("Stream stream()", func(c *Context, x value, _ []value) value { return object(&stream{items: c.all(x)}) })
	toArray := func(c *Context, x value, _ []value) value {
		items := c.all(x)
		out := c.newArray(l.array(l.def), len(items))
		for _, v := range items {
			c.push(out, v)
		}
		return out
	}
	m("def[] toArray()", toArray)
	k.methods["toArray/1"] = &method{owner: k, name: "toArray", params: []*class{l.array(l.def)}, ret: l.array(l.def), run: toArray}
	removal := func(c *Context, x value, a []value) value {
		e, done := a[0], false
		c.sought(x, e)
		return boolean(c.removeIf(x, func(v value) bool {
			hit := !done && c.javaEquals(v, e)
			done = done || hit
			return hit
		}))
	}
	l.set.method(l, "boolean remove(def)", removal)
	declareGroovy(l, m)
}

// declareGroovy declares what Painless adds to collections after Groovy.
func declareGroovy(_ *lib, m func(string, native)) {
	m("List collect(Function)", func(c *Context, x value, a []value) value {
		out, f := c.newList(4), a[0]
		for _, v := range c.all(x) {
			c.push(out, c.apply(f, v))
		}
		return out
	})
	m("def find(Predicate)", func(c *Context, x value, a []value) value {
		f := a[0]
		for _, v := range c.all(x) {
			if c.test(f, v) {
				return v
			}
		}
		return null()
	})
	m("List findAll(Predicate)", func(c *Context, x value, a []value) value {
		out, f := c.newList(4), a[0]
		for _, v := range c.all(x) {
			if c.test(f, v) {
				c.push(out, v)
			}
		}
		return out
	})
	m("def findResult(Function)", func(c *Context, x value, a []value) value {
		f := a[0]
		for _, v := range c.all(x) {
			if r := c.apply(f, v); !r.isNull() {
				return r
			}
		}
		return null()
	})
	m("List split(Predicate)", func(c *Context, x value, a []value) value {
		f, yes, no, out := a[0], c.newList(4), c.newList(4), c.newList(2)
		for _, v := range c.all(x) {
			if c.test(f, v) {
				c.push(yes, v)
			} else {
				c.push(no, v)
			}
		}
		c.push(out, yes)
		c.push(out, no)
		return out
	})
}

// declareConstructors declares how collections are made.
func declareConstructors(l *lib) {
	fill := func(c *Context, out value, a []value) value {
		if len(a) > 0 {
			for _, v := range c.all(a[0]) {
				c.add(out, v)
			}
		}
		return out
	}
	list := func(c *Context, _ value, a []value) value { return fill(c, c.newList(4), a) }
	l.arrayList.method(l, "new()", list)
	l.arrayList.method(l, "new(Collection)", list)
	l.tags.treeSet.cls.method(l, "new()", func(c *Context, _ value, _ []value) value { return c.newTagged(l.tags.treeSet) })
	l.tags.treeSet.cls.method(l, "new(Comparator)", func(c *Context, _ value, a []value) value {
		return c.newTagged(&tag{cls: l.tags.treeSet.cls, less: a[0]})
	})
	for _, t := range []*tag{l.tags.hashSet, l.tags.linkedSet, l.tags.queue, l.tags.linkedList, l.tags.vector} {
		set := func(c *Context, _ value, a []value) value { return fill(c, c.newTagged(t), a) }
		t.cls.method(l, "new()", set)
		t.cls.method(l, "new(Collection)", set)
	}
	l.tags.stack.cls.method(l, "new()", func(c *Context, _ value, _ []value) value { return c.newTagged(l.tags.stack) })
	l.tags.hashSet.cls.method(l, "def clone()", func(c *Context, x value, _ []value) value {
		return fill(c, c.newTagged(x.ref.(*tag)), []value{x})
	})
	def := l.class("java.util.Objects")
	def.method(l, "static boolean equals(Object,Object)", func(c *Context, _ value, a []value) value { return boolean(c.javaEquals(a[0], a[1])) })
	def.method(l, "static boolean isNull(Object)", func(_ *Context, _ value, a []value) value { return boolean(a[0].isNull()) })
	def.method(l, "static boolean nonNull(Object)", func(_ *Context, _ value, a []value) value { return boolean(!a[0].isNull()) })
	def.method(l, "static int hashCode(Object)", func(c *Context, _ value, a []value) value { return integer(c.hash(a[0])) })
	def.method(l, "static String toString(Object)", func(c *Context, _ value, a []value) value { return c.javaString(a[0]) })
	def.method(l, "static String toString(Object,String)", func(c *Context, _ value, a []value) value {
		if a[0].isNull() {
			return a[1]
		}
		return c.javaString(a[0])
	})
	def.method(l, "static def requireNonNull(def)", func(c *Context, _ value, a []value) value {
		if a[0].isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		return a[0]
	})
}
