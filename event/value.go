package event

import (
	"math"
	"unsafe"
)

// Kind is the type of a value. The number kinds are those of Java, because overflow, division and the
// text of numbers in pipelines and scripts depend on them.
type Kind uint8

// Kinds of values.
const (
	Missing Kind = iota // the zero Value: no such field
	Null
	Bool
	Int    // 32 bits
	Long   // 64 bits
	Float  // 32 bits
	Double // 64 bits
	BigInt // decimal text
	String
	Bytes  // rendered as base64
	Date   // ns since the epoch, UTC
	frozen // the text of a JSON value, never seen outside: see Event.JSON
	List
	Map
)

// javaClass is the class that Elasticsearch names in its error texts.
var javaClass = [...]string{
	Missing: "null", Null: "null", Bool: "java.lang.Boolean", Int: "java.lang.Integer", Long: "java.lang.Long",
	Float: "java.lang.Float", Double: "java.lang.Double", BigInt: "java.math.BigInteger",
	String: "java.lang.String", Bytes: "[B", Date: "java.time.ZonedDateTime",
	frozen: "java.util.HashMap", List: "java.util.ArrayList", Map: "java.util.HashMap",
}

// JavaClass is the name that Elasticsearch's error texts give to the kind.
func (k Kind) JavaClass() string { return javaClass[k] }

// Value is a scalar, or a reference to text or a container of one event. Values of containers are
// references: two fields that hold the same container see each other's changes, as in a script's
// `ctx.a = ctx.b`. A Value is valid until its event is reset.
type Value struct {
	kind Kind
	bits uint64
}

// Kind is the type of the value.
func (v Value) Kind() Kind { return v.kind }

// IsNull tells whether the value is null or missing.
func (v Value) IsNull() bool { return v.kind <= Null }

// IsNumber tells whether the value is of one of the number kinds.
func (v Value) IsNumber() bool { return v.kind >= Int && v.kind <= BigInt }

// NullValue is JSON's null.
func NullValue() Value { return Value{kind: Null} }

// BoolValue is a boolean.
func BoolValue(b bool) Value {
	if b {
		return Value{Bool, 1}
	}
	return Value{Bool, 0}
}

// IntValue is a 32-bit integer.
func IntValue(n int32) Value { return Value{Int, uint64(int64(n))} }

// LongValue is a 64-bit integer.
func LongValue(n int64) Value { return Value{Long, uint64(n)} }

// FloatValue is a 32-bit floating-point number.
func FloatValue(f float32) Value { return Value{Float, math.Float64bits(float64(f))} }

// DoubleValue is a 64-bit floating-point number.
func DoubleValue(f float64) Value { return Value{Double, math.Float64bits(f)} }

// DateValue is a point in time, in ns since the epoch.
func DateValue(ns int64) Value { return Value{Date, uint64(ns)} }

// Bool is the value of a boolean, false for other kinds.
func (v Value) Bool() bool { return v.kind == Bool && v.bits != 0 }

// Int is the value of an Int, Long or Date, and 0 for other kinds.
func (v Value) Int() int64 {
	switch v.kind {
	case Int, Long, Date:
		return int64(v.bits)
	}
	return 0
}

// Float is the value of an Int, Long, Float or Double as a float64, and 0 for other kinds.
func (v Value) Float() float64 {
	switch v.kind {
	case Int, Long:
		return float64(int64(v.bits))
	case Float, Double:
		return math.Float64frombits(v.bits)
	}
	return 0
}

// SameObject tells whether two values are references to one container.
func (v Value) SameObject(w Value) bool { return v == w && v.kind >= List }

func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
