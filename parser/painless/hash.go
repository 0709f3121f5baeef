package painless

import (
	"cmp"
	"math"
	"math/big"
	"slices"

	"github.com/millrace/millrace/event"
)

// hash is Java's hashCode, on which the order of HashMap and HashSet depends.
func (c *Context) hash(x value) int32 {
	if x.isNull() {
		return 0
	}
	if x.isText() {
		return HashText(textOf(c, x))
	}
	switch r := x.ref.(type) {
	case nil, *arena, *tag:
	case interface{ hashCode(*Context) int32 }:
		return r.hashCode(c)
	default:
		return 0
	}
	switch x.v.Kind() {
	case event.Bool:
		if x.bool() {
			return 1231
		}
		return 1237
	case event.Int:
		return int32(x.int())
	case event.Long:
		n := x.int()
		return int32(n ^ int64(uint64(n)>>32))
	case event.Float:
		return int32(math.Float32bits(float32(x.v.Float())))
	case event.Double:
		n := math.Float64bits(x.v.Float())
		return int32(n ^ n>>32)
	case event.BigInt:
		return hashBig(bigOf(c, x))
	case event.List, event.Map:
		return c.hashContainer(x)
	}
	return 0
}

// HashText is String.hashCode.
func HashText(s []byte) int32 {
	h := int32(0)
	for i := 0; i < len(s); {
		if s[i] < 0x80 {
			h = 31*h + int32(s[i])
			i++
			continue
		}
		r, size := decode(s[i:])
		i += size
		if r >= 0x10000 {
			r -= 0x10000
			h = 31*h + 0xd800 + r>>10
			r = 0xdc00 + r&0x3ff
		}
		h = 31*h + r
	}
	return h
}

func (c *Context) hashContainer(x value) int32 {
	if c.depth++; c.depth > 400 {
		c.throw("java.lang.StackOverflowError", "a container holds itself")
	}
	defer func() { c.depth-- }()
	isSet := x.class().is(classes().set)
	h := int32(1)
	if isSet || x.isMap() {
		h = 0
	}
	src := x
	if x.isMap() {
		src = object(&mapView{x, viewEntries})
	}
	for _, e := range c.all(src) {
		if isSet || x.isMap() {
			h += c.hash(e)
		} else {
			h = 31*h + c.hash(e)
		}
	}
	return h
}

// equalContainers compares lists with lists, sets with sets and maps with maps.
func (c *Context) equalContainers(a, b value) bool {
	if c.identicalContainer(a, b) {
		return true
	}
	if c.readonly && a.ref == nil {
		return false // the document's containers are wrapped in conditions, and equal only to themselves
	}
	if c.depth++; c.depth > 400 {
		c.throw("java.lang.StackOverflowError", "a container holds itself")
	}
	defer func() { c.depth-- }()
	l := classes()
	x, y := a.class(), b.class()
	switch {
	case x == nil || y == nil || x.elem != nil || y.elem != nil:
		return false
	case x.is(l.mapT):
		return y.is(l.mapT) && c.equalMaps(a, b)
	case x.is(l.set):
		return y.is(l.set) && c.size(a) == c.size(b) && c.containsAll(a, b)
	case x.is(l.list) && y.is(l.list):
		n := c.size(a)
		if n != c.size(b) {
			return false
		}
		for i := range n {
			c.loop()
			if !c.javaEquals(c.at(a, i), c.at(b, i)) {
				return false
			}
		}
		return true
	}
	return false
}

func (c *Context) identicalContainer(a, b value) bool {
	return a.v.Kind() >= event.List && a.v == b.v && isArena(a.ref) == isArena(b.ref)
}

func (c *Context) containsAll(a, b value) bool {
	for _, e := range c.all(b) {
		if !c.contains(a, e) {
			return false
		}
	}
	return true
}

// contains is Collection.contains.
func (c *Context) contains(x, e value) bool {
	v, ok := x.ref.(*mapView)
	switch {
	case !ok:
		c.sought(x, e)
		return c.indexOf(x, e) >= 0
	case v.what == viewKeys:
		return c.hasKey(v.m, e)
	}
	for _, o := range c.all(x) {
		if c.javaEquals(o, e) {
			return true
		}
	}
	return false
}

func (c *Context) equalMaps(a, b value) bool {
	if c.size(a) != c.size(b) {
		return false
	}
	for _, k := range c.sortedKeys(a) {
		c.loop()
		if !c.hasKey(b, k) || !c.javaEquals(c.mapGet(a, k), c.mapGet(b, k)) {
			return false
		}
	}
	return true
}

// appendContainer is toString of a collection or map.
func (c *Context) appendContainer(dst []byte, x value) []byte {
	if c.depth++; c.depth > 400 {
		c.throw("java.lang.StackOverflowError", "a container holds itself")
	}
	defer func() { c.depth-- }()
	c.reserve(len(dst))
	if x.class().elem != nil {
		return append(append(append(dst, "[L"...), x.class().elem.name...), ";@0"...)
	}
	src, open, end := x, byte('['), byte(']')
	if x.isMap() {
		src, open, end = object(&mapView{x, viewEntries}), '{', '}'
	}
	dst = append(dst, open)
	for i, e := range c.all(src) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = c.appendText(dst, e)
	}
	return append(dst, end)
}

func (v *mapView) appendText(c *Context, dst []byte) []byte {
	dst = append(dst, '[')
	for i, e := range c.all(object(v)) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = c.appendText(dst, e)
	}
	return append(dst, ']')
}

// comparedWithNull is what a's class says when it is compared with null.
func comparedWithNull(a value) string {
	switch k := a.class(); {
	case a.v.Kind() == event.Bool && a.ref == nil:
		return `Cannot read field "value" because "b" is null`
	case (a.isText() || a.isNumber() || a.isChar()) && k.name == "java.lang."+k.simple:
		return `Cannot read field "value" because "another` + k.simple + `" is null`
	}
	return "cannot compare with null"
}

// compareAs is compare where Java has a under a name, which its text about null says.
func (c *Context) compareAs(name string, a, b value) int {
	if a.isNull() {
		c.nullPointer(-1, `Cannot invoke "java.lang.Comparable.compareTo(Object)" because "%s" is null`, name)
	}
	return c.compare(a, b)
}

// compare is Comparable.compareTo.
func (c *Context) compare(a, b value) int {
	if a.isNull() || b.isNull() {
		for _, v := range []value{a, b} {
			if k := v.class(); k != nil && !k.is(classes().types["Comparable"]) {
				c.cannotCast(-1, v, classes().types["Comparable"])
			}
		}
		c.throw("java.lang.NullPointerException", comparedWithNull(a))
	}
	switch {
	case a.isText() && b.isText():
		return CompareText(textOf(c, a), textOf(c, b))
	case a.class() != b.class():
	case a.v.Kind() == event.BigInt:
		return bigOf(c, a).Cmp(bigOf(c, b))
	case a.v.Kind() == event.Double || a.v.Kind() == event.Float:
		return compareFloat(a.v.Float(), b.v.Float())
	case a.v.Kind() == event.Bool:
		return cmp.Compare(b2i(a.bool()), b2i(b.bool()))
	case a.isNumber() || a.isChar():
		return cmp.Compare(a.int(), b.int())
	}
	if o, ok := dateLike(a).ref.(interface {
		compareTo(*Context, value) int
	}); ok && a.class() == b.class() {
		return o.compareTo(c, dateLike(b))
	}
	if !a.class().is(classes().mustType("Comparable")) {
		c.cannotCast(-1, a, classes().types["Comparable"])
	}
	c.throw("java.lang.ClassCastException", "class %s cannot be cast to class %s (%s and %s are in module java.base of loader 'bootstrap')", b.class(), a.class(), b.class(), a.class())
	return 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareFloat is Double.compare: -0 < 0, NaN above all.
func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	x, y := math.Float64bits(a), math.Float64bits(b)
	if a != a {
		x = math.Float64bits(math.NaN())
	}
	if b != b {
		y = math.Float64bits(math.NaN())
	}
	return cmp.Compare(int64(x), int64(y))
}

// CompareText is String.compareTo: the difference of the first unlike units, else of the lengths.
func CompareText(a, b []byte) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] && a[i] < 0x80 {
		i++
	}
	a, b = a[i:], b[i:]
	if isASCII(a) && isASCII(b) {
		for j := 0; j < len(a) && j < len(b); j++ {
			if a[j] != b[j] {
				return int(a[j]) - int(b[j])
			}
		}
		return len(a) - len(b)
	}
	n, m := utf16Len(a), utf16Len(b)
	for j := range min(n, m) {
		if x, y := utf16At(a, j), utf16At(b, j); x != y {
			return int(x) - int(y)
		}
	}
	return n - m
}

// sort orders items by a comparator, or by their natural order when it is nil.
func (c *Context) sort(items []value, less func(a, b value) int) {
	if less == nil {
		less = c.compare
	}
	slices.SortStableFunc(items, func(a, b value) int {
		c.loop()
		return less(a, b)
	})
}

func bigOf(c *Context, x value) *big.Int {
	n, ok := new(big.Int).SetString(string(textOf(c, x)), 10)
	if !ok {
		return new(big.Int)
	}
	return n
}

// bigLow is BigInteger.longValue.
func bigLow(n *big.Int) int64 {
	mask := new(big.Int).SetUint64(math.MaxUint64)
	return int64(new(big.Int).And(n, mask).Uint64())
}
