package painless

import (
	"github.com/millrace/millrace/event"
)

// value is what an expression evaluates to. v holds scalars, text and containers; ref says what else the
// value is: nil for what a document holds, an *arena for constants and params, a *tag for a scalar or
// container of a class that documents do not have (char, HashSet, String[]), or an object of Java.
type value struct {
	v   event.Value
	ref ref
}

// ref is *arena, *tag, or an object.
type ref interface{ classOf(v event.Value) *class }

// arena holds the constants and params of one compiled script. It never changes once compiled.
type arena struct {
	ev    *event.Event
	empty bool // it holds one of Collections' empty ones
}

func (*arena) classOf(v event.Value) *class { return kindClass(v) }

// tag marks v as an instance of a class other than that of its kind.
type tag struct {
	cls       *class
	immutable bool
	elem      *class // of a list over an array: what its entries are
	fixed     bool   // its entries may be set, but none added or removed
	room      int    // table size of a HashMap that was made as a copy, 0 for the usual
	less      value  // comparator of a TreeMap or TreeSet, null for the natural order
}

func (t *tag) classOf(event.Value) *class { return t.cls }

func (x value) isNull() bool { return x.ref == nil && x.v.IsNull() }

// class is the class of x, nil for null.
func (x value) class() *class {
	if x.ref != nil {
		return x.ref.classOf(x.v)
	}
	return kindClass(x.v)
}

func kindClass(v event.Value) *class { return classes().kinds[v.Kind()] }

func null() value            { return value{} }
func boolean(b bool) value   { return value{v: event.BoolValue(b)} }
func integer(n int32) value  { return value{v: event.IntValue(n)} }
func long(n int64) value     { return value{v: event.LongValue(n)} }
func double(f float64) value { return value{v: event.DoubleValue(f)} }
func float(f float32) value  { return value{v: event.FloatValue(f)} }
func object(o ref) value     { return value{ref: o} }
func char(u uint16) value    { return value{v: event.IntValue(int32(u)), ref: charTag} }
func byteOf(n int8) value    { return value{v: event.IntValue(int32(n)), ref: byteTag} }
func short(n int16) value    { return value{v: event.IntValue(int32(n)), ref: shortTag} }
func count(n int) value      { return integer(int32(n)) }

// Tags of scalars. Their classes are set by the library, which is built before any value is made.
var (
	charTag  = &tag{}
	byteTag  = &tag{}
	shortTag = &tag{}
)

// isText tells whether x is a String.
func (x value) isText() bool {
	if x.v.Kind() != event.String {
		return false
	}
	if x.ref == nil {
		return true
	}
	_, ok := x.ref.(*arena)
	return ok
}

// isNumber tells whether x is a java.lang.Number.
func (x value) isNumber() bool {
	if !x.v.IsNumber() {
		return false
	}
	return x.ref == nil || x.ref != ref(charTag)
}

func (x value) isChar() bool { return x.ref == ref(charTag) }

// isMap and isList tell about containers of an event; sets and arrays are lists here.
func (x value) isMap() bool  { return x.v.Kind() == event.Map }
func (x value) isList() bool { return x.v.Kind() == event.List }

// int is the number x as an int64; int, long, char, byte and short have one.
func (x value) int() int64 { return x.v.Int() }

func (x value) bool() bool { return x.v.Bool() }
