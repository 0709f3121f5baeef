package painless

import (
	"slices"

	"github.com/millrace/millrace/event"
)

// iteratorObject is an Iterator in a script's hands.
type iteratorObject struct {
	it   iterator
	of   value
	last int // place of what next gave, for remove
	prim *class
}

func (o *iteratorObject) classOf(event.Value) *class {
	if o.prim != nil {
		return classes().types["PrimitiveIterator.Of"+titleOf(o.prim)]
	}
	return classes().types["ListIterator"]
}

// rest makes a plain iterator of what is left.
func (o *iteratorObject) rest() iterator { return o.it }

func declareIterator(l *lib) {
	k := l.iterator
	of := func(x value) *iteratorObject { return x.ref.(*iteratorObject) }
	k.method(l, "boolean hasNext()", func(_ *Context, x value, _ []value) value {
		o := of(x)
		return boolean(o.it.i < o.it.n)
	})
	k.method(l, "def next()", func(c *Context, x value, _ []value) value {
		o := of(x)
		if o.it.i >= o.it.n {
			c.throwBare("java.util.NoSuchElementException")
		}
		o.last = o.it.i
		v, _ := o.it.next(c)
		return v
	})
	k.method(l, "void forEachRemaining(Consumer)", eachMethod)
	k.method(l, "void remove()", func(c *Context, x value, _ []value) value {
		o := of(x)
		if o.last < 0 {
			c.throwBare("java.lang.IllegalStateException")
		}
		switch {
		case o.it.keys != nil:
			c.mapRemove(o.it.src, o.it.keys[o.last])
			o.it.keys = slices.Delete(o.it.keys, o.last, o.last+1)
		case o.it.items != nil:
			c.throwBare("java.lang.UnsupportedOperationException")
		default:
			c.mutable(o.it.src)
			c.Event.RemoveAt(o.it.src.v, o.last)
		}
		o.it.i, o.it.n, o.last = o.last, o.it.n-1, -1
		return null()
	})
}
