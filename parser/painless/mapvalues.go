package painless

import (
	"math"
	"slices"

	"github.com/millrace/millrace/event"
)

// Scripts that clean up go over the entries of every map of the document: what follows spares them the copies, the
// objects and, where it cannot be seen, the order.

// isPlain tells whether all entries of m are those of the document itself.
func (c *Context) isPlain(m value) bool {
	return m.ref == nil && c.odd == nil && m.isMap() && (!c.isRoot(m) || c.metaLen() == 0)
}

// unchanged throws when a plain map or list that is gone over has not n entries any more.
func (c *Context) unchanged(x value, n int) {
	if c.size(x) != n {
		c.throwBare("java.util.ConcurrentModificationException")
	}
}

// symbol is what is remembered of a name.
type symbol struct {
	text event.Value // in Context.names; missing: nothing is known yet
	hash uint32      // as java.util.HashMap spreads it
}

// symbolOf is the symbol of a name of the document.
func (c *Context) symbolOf(name event.Symbol) *symbol {
	number := name.Number()
	for len(c.symbols) <= number {
		c.symbols = append(c.symbols, symbol{})
	}
	s := &c.symbols[number]
	if s.text.Kind() == event.Missing {
		if c.names == nil {
			c.names = &arena{ev: event.New()}
		}
		text := name.String()
		s.text, s.hash = c.names.ev.Text(text), spread(HashText([]byte(text)))
	}
	return s
}

// spread is what java.util.HashMap makes of a hash.
func spread(hash int32) uint32 {
	h := uint32(hash)
	return h ^ h>>16
}

// keyOf is the name of an entry of the document, which is not copied.
func (c *Context) keyOf(e *event.Entry) value {
	if name, ok := e.Symbol(); ok {
		return value{c.symbolOf(name).text, c.names}
	}
	return value{v: e.Name()}
}

// entryAt is entry i of a plain map as it stands in a view.
func (c *Context) entryAt(m value, i int, what viewKind) value {
	if what == viewValues {
		return c.loaded(m, c.Event.At(m.v, i))
	}
	k := c.keyOf(&c.Event.Entries(m.v)[i])
	if what == viewKeys {
		return k
	}
	return c.entry(m, k, c.loaded(m, c.Event.At(m.v, i)))
}

// spot is where an entry stands among others: the bucket of its hash above its index, and whether it is idle.
type spot uint64

func (p spot) index() int { return int(uint32(p) >> 1) }

func (p spot) idle() bool { return p&1 != 0 }

// hashOrder is the order in which java.util.HashMap has the entries of a plain map; those whose values are of none of
// the busy shapes are idle. It stands in c.orders, and is let go of when the loop ends.
func (c *Context) hashOrder(m value, busy event.Shapes) []spot {
	entries, symbols := c.Event.Entries(m.v), c.symbols
	n := len(entries)
	c.work(4 * n)
	size := uint32(m.room())
	for n > int(size*3/4) {
		size *= 2
	}
	start := len(c.orders)
	if n > cap(c.orders)-start {
		c.charge(32 * n)
	}
	c.orders = slices.Grow(c.orders, n)[:start+n]
	order := c.orders[start:]
	for i := range order {
		e, h := &entries[i], uint32(0)
		if name, ok := e.Symbol(); ok && name.Number() < len(symbols) && symbols[name.Number()].hash != 0 {
			h = symbols[name.Number()].hash
		} else if ok {
			h = c.symbolOf(name).hash
		} else {
			h = spread(HashText(c.Event.Bytes(e.Name())))
		}
		order[i] = spot(h&(size-1))<<32 | spot(i)<<1
		if !busy.Has(e.Shape(c.Event)) {
			order[i] |= 1
		}
	}
	sortSpots(order)
	return order
}

// sortSpots sorts; most maps are small.
func sortSpots(order []spot) {
	if len(order) > 24 {
		slices.Sort(order)
		return
	}
	for i := 1; i < len(order); i++ {
		x, at := order[i], i
		for ; at > 0 && order[at-1] > x; at-- {
			order[at] = order[at-1]
		}
		order[at] = x
	}
}

// removeIfOf is removeIf for a view of a map.
func (c *Context) removeIfOf(m value, what viewKind, f value) bool {
	if c.isPlain(m) {
		return c.removeWhere(m, what, f)
	}
	return c.removeIfView(&mapView{m, what}, func(v value) bool { return c.test(f, v) })
}

// removeWhere is removeIf for a view of a plain map, or a list of the document. Entries of which their shape tells all
// that the predicate asks are not handed to it; when none is, the order in which it asks cannot be seen.
func (c *Context) removeWhere(x value, what viewKind, f value) bool {
	c.writable(x)
	l, _ := f.ref.(*lambda)
	if l == nil || l.told == nil || what != viewValues || !c.isPure() {
		return c.removeAsked(x, what, f, nil)
	}
	has := c.Event.Shapes(x.v)
	if has&l.perhaps != 0 {
		return c.removeAsked(x, what, f, l.told)
	}
	c.loopN(c.Event.Len(x.v))
	if has&l.always == 0 {
		return false
	}
	c.changed()
	c.Event.RemoveWhere(x.v, func(_ int, e *event.Entry) bool { return l.always.Has(e.Shape(c.Event)) })
	return true
}

// removeAsked is removeWhere where the predicate must be asked for some entries: those of which t does not tell.
func (c *Context) removeAsked(x value, what viewKind, f value, t *told) bool {
	n, base := c.Event.Len(x.v), len(c.orders)
	order, p := c.spotsOf(x), c.repeat(f)
	changes, gone := c.changes, order[:0]
	for _, at := range order {
		if c.changes != changes {
			c.unchanged(x, n)
		}
		c.loop()
		drop := perhaps
		if t != nil {
			drop = t[c.Event.Entries(x.v)[at.index()].Shape(c.Event)]
		}
		if drop == always || drop == perhaps && p.test(c, c.entryAt(x, at.index(), what)) {
			gone = append(gone, at&math.MaxUint32)
		}
	}
	p.end(c)
	c.orders = c.orders[:base]
	if len(gone) == 0 {
		return false
	}
	c.unchanged(x, n)
	c.changed()
	sortSpots(gone)
	c.Event.RemoveWhere(x.v, func(i int, _ *event.Entry) bool {
		hit := len(gone) > 0 && gone[0].index() == i
		if hit {
			gone = gone[1:]
		}
		return hit
	})
	return true
}

// spotsOf is hashOrder for a map, and the indices of a list.
func (c *Context) spotsOf(x value) []spot {
	if x.isMap() {
		return c.hashOrder(x, ^event.Shapes(0))
	}
	start := len(c.orders)
	for i := range c.Event.Len(x.v) {
		c.orders = append(c.orders, spot(i)<<1)
	}
	return c.orders[start:]
}
