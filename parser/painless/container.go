package painless

import (
	"slices"

	"github.com/millrace/millrace/event"
)

// Containers are those of the event, so that what a script stores in the document is shared with it. Classes
// that documents do not have (HashSet, String[], TreeMap) are lists and maps with a tag; what is no value of an
// event at all (a Pattern, a char) stands in a container as a key of Context.boxed. Both are known for the
// length of the run: when it ends, settle makes plain values of those that stayed in the document.

// newList makes an ArrayList.
func (c *Context) newList(room int) value {
	c.charge(64 + 24*room)
	l := value{v: c.Event.NewList()}
	if c.readonly {
		l.ref = classes().tags.list
	}
	return l
}

// newMap makes a HashMap.
func (c *Context) newMap() value {
	c.charge(256)
	m := value{v: c.Event.NewMap()}
	if c.readonly {
		m.ref = classes().tags.hashMap
	}
	return m
}

func (c *Context) newTagged(t *tag) value {
	c.charge(256)
	if t.cls.is(classes().mapT) {
		return value{c.Event.NewMap(), t}
	}
	return value{c.Event.NewList(), t}
}

func (c *Context) newArray(t *class, n int) value {
	c.charge(64 + 24*n)
	return value{c.Event.NewList(), t.arrayTag()}
}

// push adds to a list that was just made.
func (c *Context) push(list, v value) {
	c.charge(24)
	c.Event.Append(list.v, c.stored(v))
}

// arenaOf is where the container x lives.
func (c *Context) arenaOf(x value) *event.Event {
	if a, ok := x.ref.(*arena); ok {
		return a.ev
	}
	return c.Event
}

// loaded is an entry of container in as a value.
func (c *Context) loaded(in value, v event.Value) value {
	switch k := v.Kind(); {
	case k < event.BigInt:
		return value{v: v}
	case isArena(in.ref):
		return value{v, in.ref}
	case k == event.Bytes && c.boxed != nil:
		if o, ok := c.boxed[v]; ok {
			return o
		}
	case k >= event.List && c.tags != nil:
		if t, ok := c.tags[v]; ok {
			return value{v, t}
		}
	}
	return value{v: v}
}

// stored is x as an entry of a container of the event.
func (c *Context) stored(x value) event.Value {
	switch r := x.ref.(type) {
	case nil:
		if x.v.Kind() == event.Missing {
			return event.NullValue()
		}
		if x.v.Kind() >= event.List {
			c.Share() // it may be in another place, too
		}
		return x.v
	case *arena:
		return c.imported(r, x.v)
	case *tag:
		if r == byteTag || r == shortTag {
			return x.v
		}
		if r != charTag {
			if c.tags == nil {
				c.tags = map[event.Value]*tag{}
			}
			c.tags[x.v] = r
			c.Share()
			return x.v
		}
	case *temporal:
		if r.isUTC() {
			return event.DateValue(r.t.UnixNano())
		}
	}
	if c.boxed == nil {
		c.boxed = map[event.Value]value{}
	}
	c.charge(64)
	key := c.Event.As(event.Bytes, c.Event.Text("object"))
	c.boxed[key] = x
	return key
}

// imported copies a constant into the event.
func (c *Context) imported(a *arena, v event.Value) event.Value {
	switch v.Kind() {
	case event.String, event.BigInt:
		b := a.ev.Bytes(v)
		c.reserve(len(b))
		return c.Event.As(v.Kind(), c.Event.String(b))
	case event.List:
		c.charge(64)
		l := c.Event.NewList()
		for i := range a.ev.Len(v) {
			c.loop()
			c.Event.Append(l, c.imported(a, a.ev.At(v, i)))
		}
		return l
	case event.Map:
		c.charge(256)
		m := c.Event.NewMap()
		for i := range a.ev.Len(v) {
			c.loop()
			c.Event.Put(m, event.Intern(string(a.ev.Key(v, i))), c.imported(a, a.ev.At(v, i)))
		}
		return m
	}
	return v
}

// mutable throws unless the container may be changed, which is what comes next.
func (c *Context) mutable(x value) {
	c.writable(x)
	c.changed()
}

// changed counts a change that may be one of any field.
func (c *Context) changed() {
	c.changes++
	c.sure = false
}

// writable throws unless the container may be changed.
func (c *Context) writable(x value) {
	switch r := x.ref.(type) {
	case nil:
		if c.readonly {
			c.throw("java.lang.UnsupportedOperationException", "Mutating ingest documents in conditionals is not supported")
		}
	case *arena:
		if r.empty {
			c.throwBare("java.lang.UnsupportedOperationException")
		}
		c.throw("java.lang.UnsupportedOperationException", "params are the same for every document and cannot be changed")
	case *tag:
		if r.immutable {
			c.throwBare("java.lang.UnsupportedOperationException")
		}
	}
}

// resizable throws unless entries may be added and removed.
func (c *Context) resizable(x value) {
	c.mutable(x)
	if t, ok := x.ref.(*tag); ok && (t.fixed || t.cls.elem != nil) {
		c.throwBare("java.lang.UnsupportedOperationException")
	}
}

// size is the number of entries of a container or view.
func (c *Context) size(x value) int {
	switch r := x.ref.(type) {
	case *mapView:
		return c.size(r.m)
	case *stream:
		return len(r.items)
	}
	n := c.arenaOf(x).Len(x.v)
	if x.isMap() {
		n += c.extraLen(x)
	}
	return n
}

// at is entry i of a list or array.
func (c *Context) at(x value, i int) value {
	ev := c.arenaOf(x)
	if uint(i) >= uint(ev.Len(x.v)) {
		c.outOfBounds(x, i)
	}
	return c.loaded(x, ev.At(x.v, i))
}

func (c *Context) outOfBounds(x value, i int) {
	n := c.arenaOf(x).Len(x.v)
	if t, ok := x.ref.(*tag); ok && t.cls.elem != nil {
		c.throw("java.lang.ArrayIndexOutOfBoundsException", "Index %d out of bounds for length %d", i, n)
	}
	c.throw("java.lang.IndexOutOfBoundsException", "Index %d out of bounds for length %d", i, n)
}

func (c *Context) setAt(x value, i int, v value) {
	c.mutable(x)
	if uint(i) >= uint(c.Event.Len(x.v)) {
		c.outOfBounds(x, i)
	}
	if t, ok := x.ref.(*tag); ok && t.elem != nil && !v.isNull() && !c.instance(v, t.elem) {
		c.throw("java.lang.ArrayStoreException", "%s", v.class())
	}
	c.Event.SetAt(x.v, i, c.stored(v))
}

// insert puts v before entry i of a list.
func (c *Context) insert(x value, i int, v value) {
	c.resizable(x)
	c.charge(24)
	n := c.Event.Len(x.v)
	c.Event.Append(x.v, c.stored(v))
	c.work(n - i)
	for j := n; j > i; j-- {
		c.Event.SetAt(x.v, j, c.Event.At(x.v, j-1))
	}
	c.Event.SetAt(x.v, i, c.stored(v))
}

// indexOf is the place of v in a list, array or set, by Java's equals; -1 when it is not in it.
func (c *Context) indexOf(x, v value) int {
	ev := c.arenaOf(x)
	n := ev.Len(x.v)
	c.work(n)
	if v.ref == nil && v.v.Kind() == event.String || isArena(v.ref) && v.isText() { // the commonest, fast
		want := textOf(c, v)
		for i := range n {
			if e := ev.At(x.v, i); e.Kind() == event.String && string(ev.Bytes(e)) == string(want) {
				return i
			}
		}
		return -1
	}
	for i := range n {
		if c.javaEquals(c.loaded(x, ev.At(x.v, i)), v) {
			return i
		}
	}
	return -1
}

// removeIf removes the entries for which drop is true and tells whether there were any.
func (c *Context) removeIf(x value, drop func(value) bool) bool {
	if v, ok := x.ref.(*mapView); ok {
		return c.removeIfView(v, drop)
	}
	c.mutable(x)
	keep, n := 0, c.Event.Len(x.v)
	for i := range n {
		c.loop()
		e := c.Event.At(x.v, i)
		if drop(c.loaded(x, e)) {
			continue
		}
		c.Event.SetAt(x.v, keep, e)
		keep++
	}
	for i := n - 1; i >= keep; i-- {
		c.Event.RemoveAt(x.v, i)
	}
	return keep < n
}

func (c *Context) removeIfView(v *mapView, drop func(value) bool) bool {
	c.mutable(v.m)
	var gone []value
	it := c.iterate(object(&mapView{v.m, viewEntries}), -1)
	for {
		e, ok := it.next(c)
		if !ok {
			break
		}
		c.loop()
		en := e.ref.(*mapEntry)
		item := e
		switch v.what {
		case viewKeys:
			item = en.k
		case viewValues:
			item = en.val
		}
		if drop(item) {
			gone = append(gone, en.k)
		}
	}
	for _, k := range gone {
		c.mapRemove(v.m, k)
	}
	return len(gone) > 0
}

// all gives the entries of anything that can be iterated over.
func (c *Context) all(x value) []value {
	it := c.iterate(x, -1)
	var out []value
	for {
		v, ok := it.next(c)
		if !ok {
			return out
		}
		c.loop()
		c.charge(32)
		out = append(out, v)
	}
}

// listOf makes an ArrayList of items.
func (c *Context) listOf(items []value) value {
	l := c.newList(len(items))
	for _, v := range items {
		c.Event.Append(l.v, c.stored(v))
	}
	return l
}

// arrange puts a HashSet's entries into Java's order, a TreeSet's into theirs.
func (c *Context) arrange(x value) {
	switch classes().tags.order(x) {
	case byHash:
		n := c.Event.Len(x.v)
		if n < 2 {
			return
		}
		keys := make([]orderedKey, n)
		for i := range n {
			e := c.Event.At(x.v, i)
			keys[i] = orderedKey{c.bucket(c.loaded(x, e), n, 16), i, e}
		}
		slices.SortStableFunc(keys, func(a, b orderedKey) int { return a.bucket - b.bucket })
		for i, k := range keys {
			c.Event.SetAt(x.v, i, k.v)
		}
	case sorted:
		items := make([]value, c.Event.Len(x.v))
		for i := range items {
			items[i] = c.loaded(x, c.Event.At(x.v, i))
		}
		c.sort(items, c.comparatorOf(x))
		for i, v := range items {
			c.Event.SetAt(x.v, i, c.stored(v))
		}
	}
}

// settle makes plain values of what the run leaves in the document.
func (c *Context) settle() {
	if c.tags != nil {
		for v, t := range c.tags {
			if t.cls.is(classes().set) {
				c.arrange(value{v, t})
			}
		}
	}
	if c.boxed != nil || c.odd != nil {
		c.unbox(c.Event.Doc(), 0)
	}
	c.tags, c.boxed = nil, nil
}

func (c *Context) unbox(in event.Value, depth int) {
	if depth > 200 {
		return
	}
	if o := c.odd[in]; o != nil && len(o.keys) > 0 {
		c.throw("java.lang.ClassCastException", "class %s cannot be cast to class java.lang.String", classOrNull(o.keys[0]))
	}
	for i := range c.Event.Len(in) {
		v := c.Event.At(in, i)
		if v.Kind() >= event.List {
			c.unbox(v, depth+1)
		}
		if o, ok := c.boxed[v]; ok && v.Kind() == event.Bytes {
			c.Event.SetAt(in, i, c.plain(o))
		}
	}
}

// plain is what Elasticsearch would write for an object that a script left in the document.
func (c *Context) plain(x value) event.Value {
	switch r := x.ref.(type) {
	case *temporal:
		if text, ok := r.document(c); ok {
			return c.Event.Text(text)
		}
	case *mapView:
		if r.what != viewEntries {
			return c.stored(value{v: c.listOf(c.all(x)).v})
		}
	}
	c.throw("java.lang.IllegalArgumentException", "unexpected value type [class %s]", x.class())
	return event.Value{}
}
