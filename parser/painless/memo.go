package painless

import (
	"encoding/binary"
	"hash/maphash"
	"math"

	"github.com/millrace/millrace/event"
)

// A function of a script sees nothing but its arguments: neither ctx nor params. What it told for scalars it tells for
// the same ones again, and lines that follow each other often ask for the same, such as whether an address is private.
// A memo keeps the last results of one function, with what they took of the limits, so that a run goes on as if the
// function had been called.
type memo struct {
	key  []byte // of the call that is being made
	last [memoSize]result
}

// result is what a function told for some arguments.
type result struct {
	key   []byte // the arguments
	value event.Value
	took  cost
}

// cost is what of the limits a call takes.
type cost struct{ loops, memory int }

const (
	memoSize = 256 // results; a power of 2
	memoKey  = 64  // bytes of arguments at most
)

var memoSeed = maphash.MakeSeed()

// minCalls is how many methods a function calls at least that is worth a memo.
const minCalls = 2

// remember calls f, which is not called by a function, with the arguments from base on, or takes what it told for them last.
func (c *Context) remember(f *function, base int) value {
	m := c.memos[f]
	if m == nil {
		if c.memos == nil {
			c.memos = map[*function]*memo{}
		}
		m = &memo{}
		c.memos[f] = m
	}
	if c.depth > 0 || !m.ask(c, c.stack[base:]) {
		return c.call(base, f.frame, f.body)
	}
	r := &m.last[maphash.Bytes(memoSeed, m.key)%memoSize]
	if string(r.key) == string(m.key) {
		c.stack = c.stack[:base]
		c.left -= r.took.loops - 1
		c.loop()
		c.charge(r.took.memory)
		return value{v: r.value}
	}
	r.key = r.key[:0] // not known while the function runs, which may throw
	before := cost{c.left, c.memory + c.Event.Mark()}
	v := c.call(base, f.frame, f.body)
	if v.ref == nil && v.v.Kind() < event.BigInt {
		r.key, r.value = append(r.key, m.key...), v.v
		r.took = cost{before.loops - c.left, c.memory + c.Event.Mark() - before.memory}
	}
	return v
}

// ask makes the key of a call; it fails when an argument is no scalar, or too long.
func (m *memo) ask(c *Context, args []value) bool {
	key := m.key[:0]
	key = append(key, byte(len(args))) // no key is empty
	for _, a := range args {
		switch kind := a.v.Kind(); {
		case a.isText():
			text := textOf(c, a)
			if len(text) > memoKey {
				return false
			}
			key = append(append(key, byte(kind), byte(len(text))), text...)
		case a.ref == nil && kind < event.BigInt:
			bits := uint64(a.v.Int()) //nolint:gosec // as they are
			if kind == event.Bool || kind >= event.Float {
				bits = uint64(b2i(a.bool())) ^ math.Float64bits(a.v.Float()) //nolint:gosec // 0 of what it is not
			}
			key = binary.LittleEndian.AppendUint64(append(key, byte(kind)), bits)
		default:
			return false
		}
	}
	m.key = key
	return len(key) <= memoKey
}
