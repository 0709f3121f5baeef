package condition

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/millrace/millrace/event"
)

// compileBool compiles what must be a boolean.
func compileBool(e expr) (func(*Env) (bool, error), error) {
	f, err := compile(e)
	if err != nil {
		return nil, err
	}
	return func(x *Env) (bool, error) {
		v, err := f(x)
		if err != nil {
			return false, err
		}
		if v.Kind() != event.Bool {
			return false, notBoolean(v)
		}
		return v.Bool(), nil
	}, nil
}

func compileUnary(e unary) (eval, error) {
	if e.op == "!" {
		of, err := compileBool(e.of)
		return func(x *Env) (event.Value, error) {
			b, err := of(x)
			return event.BoolValue(!b), err
		}, err
	}
	of, err := compile(e.of)
	if err != nil {
		return nil, err
	}
	return func(x *Env) (event.Value, error) {
		v, err := of(x)
		if err != nil || e.op == "+" {
			return v, err
		}
		return arithmetic(x.Event, "-", event.IntValue(0), v)
	}, nil
}

func compileBinary(e binary) (eval, error) {
	switch e.op {
	case "&&", "||":
		return compileLogic(e)
	case "=~", "==~":
		return compileRegex(e)
	case "==", "!=", "===", "!==":
		return compileEquality(e)
	}
	left, err := compile(e.left)
	if err != nil {
		return nil, err
	}
	right, err := compile(e.right)
	if err != nil {
		return nil, err
	}
	if e.op == "?:" {
		return func(x *Env) (event.Value, error) {
			v, err := left(x)
			if err != nil || !v.IsNull() {
				return v, err
			}
			return right(x)
		}, nil
	}
	apply := arithmetic
	if e.op[0] == '<' || e.op[0] == '>' {
		apply = relation
	}
	return func(x *Env) (event.Value, error) {
		a, err := left(x)
		if err != nil {
			return a, err
		}
		b, err := right(x)
		if err != nil {
			return b, err
		}
		return apply(x.Event, e.op, a, b)
	}, nil
}

func compileLogic(e binary) (eval, error) {
	left, err := compileBool(e.left)
	if err != nil {
		return nil, err
	}
	right, err := compileBool(e.right)
	if err != nil {
		return nil, err
	}
	decides := e.op == "||"
	return func(x *Env) (event.Value, error) {
		b, err := left(x)
		if err == nil && b != decides {
			b, err = right(x)
		}
		return event.BoolValue(b), err
	}, nil
}

// compileEquality compares with a constant text or null without a copy.
func compileEquality(e binary) (eval, error) {
	negate := e.op[0] == '!'
	left, right := e.left, e.right
	if isConstant(left) {
		left, right = right, left
	}
	a, err := compile(left)
	if err != nil {
		return nil, err
	}
	if c, ok := right.(text); ok {
		return func(x *Env) (event.Value, error) {
			v, err := a(x)
			return event.BoolValue((v.Kind() == event.String && string(x.Event.Bytes(v)) == c.value) != negate), err
		}, nil
	}
	if c, ok := right.(literal); ok && c.value.IsNull() {
		return func(x *Env) (event.Value, error) {
			v, err := a(x)
			return event.BoolValue(v.IsNull() != negate), err
		}, nil
	}
	b, err := compile(right)
	if err != nil {
		return nil, err
	}
	return func(x *Env) (event.Value, error) {
		v, err := a(x)
		if err != nil {
			return v, err
		}
		w, err := b(x)
		return event.BoolValue(equal(x.Event, v, w) != negate), err
	}, nil
}

func isConstant(e expr) bool {
	switch e.(type) {
	case text, literal:
		return true
	}
	return false
}

// equal compares as `==` does on def: numbers by value, everything else as Java's equals.
func equal(ev *event.Event, a, b event.Value) bool {
	switch {
	case a.IsNull() || b.IsNull():
		return a.IsNull() && b.IsNull()
	case a.IsNumber() && b.IsNumber() && a.Kind() != event.BigInt && b.Kind() != event.BigInt:
		if promoted(a, b) >= event.Float {
			return a.Float() == b.Float()
		}
		return a.Int() == b.Int()
	case a.Kind() != b.Kind():
		return false
	}
	switch a.Kind() {
	case event.String, event.Bytes, event.BigInt:
		return bytes.Equal(ev.Bytes(a), ev.Bytes(b))
	case event.List:
		return equalLists(ev, a, b)
	case event.Map:
		return equalMaps(ev, a, b)
	}
	return a == b
}

func equalLists(ev *event.Event, a, b event.Value) bool {
	if a.SameObject(b) {
		return true
	}
	if ev.Len(a) != ev.Len(b) {
		return false
	}
	for i := range ev.Len(a) {
		if !equal(ev, ev.At(a, i), ev.At(b, i)) {
			return false
		}
	}
	return true
}

func equalMaps(ev *event.Event, a, b event.Value) bool {
	if a.SameObject(b) {
		return true
	}
	if ev.Len(a) != ev.Len(b) {
		return false
	}
	for i := range ev.Len(a) {
		other := ev.LookupBytes(b, ev.Key(a, i))
		if other.Kind() == event.Missing || !equal(ev, ev.At(a, i), other) {
			return false
		}
	}
	return true
}

// promoted is the wider of two number kinds.
func promoted(a, b event.Value) event.Kind { return max(a.Kind(), b.Kind()) }

func operands(op string, a, b event.Value) error {
	if a.IsNumber() && b.IsNumber() && a.Kind() != event.BigInt && b.Kind() != event.BigInt {
		return nil
	}
	return fmt.Errorf("Cannot apply [%s] operation to types [%s] and [%s].", op, a.Kind().JavaClass(), b.Kind().JavaClass()) //nolint:staticcheck // Elasticsearch's text
}

func relation(_ *event.Event, op string, a, b event.Value) (event.Value, error) {
	if err := operands(op, a, b); err != nil {
		return event.Value{}, err
	}
	less, equal := a.Int() < b.Int(), a.Int() == b.Int()
	unordered := false
	if promoted(a, b) >= event.Float {
		less, equal = a.Float() < b.Float(), a.Float() == b.Float()
		unordered = math.IsNaN(a.Float()) || math.IsNaN(b.Float())
	}
	var result bool
	switch op {
	case "<":
		result = less
	case "<=":
		result = less || equal
	case ">":
		result = !less && !equal
	case ">=":
		result = !less
	}
	return event.BoolValue(result && !unordered), nil
}

var errDivideByZero = errors.New("/ by zero")

func arithmetic(ev *event.Event, op string, a, b event.Value) (event.Value, error) {
	if op == "+" && (a.Kind() == event.String || b.Kind() == event.String) {
		return concat(ev, a, b), nil
	}
	if err := operands(op, a, b); err != nil {
		return event.Value{}, err
	}
	switch promoted(a, b) {
	case event.Double:
		return event.DoubleValue(floatOp(op, a.Float(), b.Float())), nil
	case event.Float:
		return event.FloatValue(float32(floatOp(op, a.Float(), b.Float()))), nil
	case event.Long:
		n, err := intOp(op, a.Int(), b.Int())
		return event.LongValue(n), err
	}
	n, err := intOp(op, a.Int(), b.Int())
	return event.IntValue(int32(n)), err // wraps around, as in Java
}

func intOp(op string, a, b int64) (int64, error) {
	switch op {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	}
	if b == 0 {
		return 0, errDivideByZero
	}
	if op == "/" {
		return a / b, nil
	}
	return a % b, nil
}

func floatOp(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	return math.Mod(a, b)
}

func concat(ev *event.Event, a, b event.Value) event.Value {
	mark := ev.Mark()
	for _, v := range []event.Value{a, b} {
		if v.Kind() == event.String {
			ev.Write(ev.Bytes(v))
			continue
		}
		if out, err := ev.AppendValue(ev.Buffer(), v); err == nil {
			ev.SetBuffer(out)
		}
	}
	return ev.Since(mark)
}
