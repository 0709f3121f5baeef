package painless

import (
	"bytes"
	"math"
	"strconv"

	"github.com/millrace/millrace/event"
)

// Most conditions compare fields with constants. Those are compiled a second time, into tests that read the
// event itself: no values of Painless, no frame, no exceptions. A test that meets what it was not made for (a
// null that is an error, a number where a text should be) is unsure, and the condition is evaluated in full:
// it has no effects, so that asking twice is asking once.

type verdict uint8

const (
	no verdict = iota
	yes
	unsure
)

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// test is a compiled condition, or a part of one.
type test func(*Context) verdict

func never(*Context) verdict { return unsure }

// fieldTest is a test of a field's value.
type fieldTest func(*event.Event, event.Value) verdict

// direct compiles what it can; parts that it cannot are always unsure. nil: all of it would be.
func (cp *compiler) direct(x expr) test {
	switch x := x.(type) {
	case *literal:
		if x.tok.keyword("true") || x.tok.keyword("false") {
			v := verdictOf(x.tok.text == "true")
			return func(*Context) verdict { return v }
		}
	case *unaryExpr:
		if a := cp.direct(x.x); a != nil && x.op == "!" {
			return func(c *Context) verdict { return negated[a(c)] }
		}
	case *binaryExpr:
		switch x.op {
		case "&&":
			return both(cp.direct(x.x), cp.direct(x.y), no)
		case "||":
			return both(cp.direct(x.x), cp.direct(x.y), yes)
		case "==":
			return cp.directEquality(x, false)
		case "!=":
			return cp.directEquality(x, true)
		case "<", "<=", ">", ">=":
			return cp.directOrder(x)
		}
	case *instanceExpr:
		return cp.directInstance(x)
	case *callExpr:
		return cp.directCall(x, unsure)
	}
	return nil
}

var negated = [...]verdict{no: yes, yes: no, unsure: unsure}

// both is a && b or a || b: the one verdict that a alone can give ends it.
func both(a, b test, ends verdict) test {
	switch {
	case a == nil && b == nil:
		return nil
	case a == nil: // it may throw, and comes first
		return nil
	case b == nil:
		b = never
	}
	going := negated[ends]
	return func(c *Context) verdict {
		if v := a(c); v != going {
			return v
		}
		return b(c)
	}
}

// path is the field that x is, if it is one such as ctx.a?.b.
func (cp *compiler) path(x expr) (at int32, ok bool) {
	switch x := x.(type) {
	case *nameExpr:
		return wholeDoc, x.name == "ctx"
	case *fieldExpr:
		at, ok = cp.path(x.x)
		if !ok || cp.lib.mapT.getters[x.name] != nil || at == wholeDoc && isMetadata(x.name) {
			return 0, false
		}
		return cp.fields.add(fieldStep{at, event.Intern(x.name), x.nullSafe}), true
	case *indexExpr:
		lit, isLiteral := x.i.(*literal)
		if !isLiteral || lit.tok.kind != tokString {
			return 0, false
		}
		at, ok = cp.path(x.x)
		if !ok || at == wholeDoc && isMetadata(lit.tok.text) {
			return 0, false
		}
		return cp.fields.add(fieldStep{at, event.Intern(lit.tok.text), false}), true
	}
	return 0, false
}

// on compiles a test of the field at.
//
// Where the compiler inlines a function that returns a closure, it inlines nothing into that closure.
//
//go:noinline
func (cp *compiler) on(at int32, is fieldTest) test {
	fields := cp.fields
	return func(c *Context) verdict {
		if c.known != fields {
			c.know(fields)
		}
		if v, ok := c.read(at); ok {
			return is(c.Event, v)
		}
		return unsure
	}
}

func (cp *compiler) directEquality(x *binaryExpr, negate bool) test {
	a, b := x.x, x.y
	if _, ok := a.(*literal); ok {
		a, b = b, a
	}
	lit, ok := b.(*literal)
	if !ok {
		return nil
	}
	var t test
	if p, ok := cp.path(a); ok {
		if is := equalTo(lit, negate); is != nil {
			return cp.on(p, is)
		}
		return nil
	} else if lit.tok.keyword("true") || lit.tok.keyword("false") {
		t = cp.directTruth(a, lit.tok.text == "true")
	}
	if t == nil || !negate {
		return t
	}
	return func(c *Context) verdict { return negated[t(c)] }
}

// directTruth is x == true or x == false; null, as x?.startsWith('a') may be, is neither.
func (cp *compiler) directTruth(x expr, want bool) test {
	call, ok := x.(*callExpr)
	if !ok {
		return nil
	}
	t := cp.directCall(call, verdictNull)
	if t == nil {
		return nil
	}
	return func(c *Context) verdict {
		switch v := t(c); v {
		case verdictNull:
			return no
		case unsure:
			return v
		default:
			return verdictOf((v == yes) == want)
		}
	}
}

// verdictNull is that of a call on null which is null; only directTruth takes it.
const verdictNull verdict = unsure + 1

// equalTo compares a field with a constant.
func equalTo(lit *literal, negate bool) fieldTest {
	switch {
	case lit.tok.kind == tokString:
		want := lit.tok.text
		return func(ev *event.Event, v event.Value) verdict {
			return verdictOf((v.Kind() == event.String && string(ev.Bytes(v)) == want) != negate)
		}
	case lit.tok.keyword("null"):
		return func(_ *event.Event, v event.Value) verdict { return verdictOf(v.IsNull() != negate) }
	case lit.tok.keyword("true"), lit.tok.keyword("false"):
		want := event.BoolValue(lit.tok.text == "true")
		return func(_ *event.Event, v event.Value) verdict {
			if v.Kind() == event.Bool || v.IsNull() {
				return verdictOf((v == want) != negate)
			}
			return unsure
		}
	}
	n, ok := smallNumber(lit)
	if !ok {
		return nil
	}
	return func(_ *event.Event, v event.Value) verdict {
		if k := v.Kind(); k == event.Int || k == event.Long || v.IsNull() {
			return verdictOf((!v.IsNull() && v.Int() == n) != negate)
		}
		return unsure
	}
}

// smallNumber reads a decimal int.
func smallNumber(x expr) (int64, bool) {
	lit, ok := x.(*literal)
	if !ok || lit.tok.kind != tokInt || len(lit.tok.text) > 1 && lit.tok.text[0] == '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(lit.tok.text, 10, 32)
	return n, err == nil
}

// directOrder compares a field with a whole number.
func (cp *compiler) directOrder(x *binaryExpr) test {
	p, ok := cp.path(x.x)
	n, isNumber := smallNumber(x.y)
	if !ok || !isNumber {
		return nil
	}
	low, high := int64(math.MinInt64), n // the numbers for which it holds
	switch x.op {
	case "<":
		high--
	case ">":
		low, high = n+1, math.MaxInt64
	case ">=":
		low, high = n, math.MaxInt64
	}
	return cp.on(p, func(_ *event.Event, v event.Value) verdict {
		if k := v.Kind(); k == event.Int || k == event.Long {
			return verdictOf(low <= v.Int() && v.Int() <= high)
		}
		return unsure
	})
}

func (cp *compiler) directInstance(x *instanceExpr) test {
	p, ok := cp.path(x.x)
	want, known := map[string]event.Kind{"String": event.String, "List": event.List, "Map": event.Map}[x.t.name]
	if !ok || !known || x.t.dims > 0 {
		return nil
	}
	return cp.on(p, func(_ *event.Event, v event.Value) verdict {
		switch v.Kind() {
		case event.Missing, event.Null, event.Bool, event.Int, event.Long, event.Double, event.String, event.List, event.Map:
			return verdictOf(v.Kind() == want)
		}
		return unsure
	})
}

// directCall compiles methods of texts, lists and maps with a constant argument; null is what they are of null
// when the call is null-safe.
func (cp *compiler) directCall(x *callExpr, null verdict) test {
	if list, ok := x.x.(*listLit); ok {
		return cp.directMember(x, list)
	}
	p, ok := cp.path(x.x)
	if !ok || len(x.args) > 1 {
		return nil
	}
	arg := ""
	if len(x.args) == 1 {
		lit, ok := x.args[0].(*literal)
		if !ok || lit.tok.kind != tokString {
			return nil
		}
		arg = lit.tok.text
	}
	is := methodTest(methodKey(x.name, len(x.args)), arg)
	if is == nil {
		return nil
	}
	if !x.nullSafe {
		return cp.on(p, is)
	}
	return cp.on(p, func(ev *event.Event, v event.Value) verdict {
		if v.IsNull() {
			return null
		}
		return is(ev, v)
	})
}

func methodTest(key, arg string) fieldTest {
	text := []byte(arg)
	switch key {
	case methodKey("startsWith", 1):
		return onText(func(b []byte) bool { return len(b) >= len(arg) && string(b[:len(arg)]) == arg })
	case methodKey("endsWith", 1):
		return onText(func(b []byte) bool { return bytes.HasSuffix(b, text) })
	case methodKey("equals", 1):
		return onText(func(b []byte) bool { return string(b) == arg })
	case methodKey("contains", 1):
		return func(ev *event.Event, v event.Value) verdict {
			switch v.Kind() {
			case event.String:
				return verdictOf(bytes.Contains(ev.Bytes(v), text))
			case event.List:
				return verdictOf(hasText(ev, v, arg))
			}
			return unsure
		}
	case methodKey("containsKey", 1):
		name := event.Intern(arg)
		return func(ev *event.Event, v event.Value) verdict {
			if v.Kind() != event.Map {
				return unsure
			}
			return verdictOf(ev.Index(v, name) >= 0)
		}
	case methodKey("isEmpty", 0):
		return func(ev *event.Event, v event.Value) verdict {
			switch v.Kind() {
			case event.String:
				return verdictOf(len(ev.Bytes(v)) == 0)
			case event.List, event.Map:
				return verdictOf(ev.Len(v) == 0)
			}
			return unsure
		}
	}
	return nil
}

//go:noinline
func onText(is func([]byte) bool) fieldTest {
	return func(ev *event.Event, v event.Value) verdict {
		if v.Kind() != event.String {
			return unsure
		}
		return verdictOf(is(ev.Bytes(v)))
	}
}

func hasText(ev *event.Event, list event.Value, want string) bool {
	for i := range ev.Len(list) {
		if v := ev.At(list, i); v.Kind() == event.String && string(ev.Bytes(v)) == want {
			return true
		}
	}
	return false
}

// directMember is ['a', 'b'].contains(ctx.c).
func (cp *compiler) directMember(x *callExpr, list *listLit) test {
	if x.name != "contains" || len(x.args) != 1 {
		return nil
	}
	p, ok := cp.path(x.args[0])
	if !ok || p == wholeDoc {
		return nil
	}
	set, null := map[string]struct{}{}, no
	var few []string
	for _, item := range list.items {
		lit, ok := item.(*literal)
		switch {
		case ok && lit.tok.kind == tokString:
			set[lit.tok.text] = struct{}{}
			few = append(few, lit.tok.text)
		case ok && lit.tok.keyword("null"):
			null = yes
		default:
			return nil
		}
	}
	return cp.on(p, func(ev *event.Event, v event.Value) verdict {
		switch {
		case v.IsNull():
			return null
		case v.Kind() != event.String:
			return no
		case len(few) > 8:
			_, in := set[string(ev.Bytes(v))]
			return verdictOf(in)
		}
		b := ev.Bytes(v)
		for _, s := range few {
			if string(b) == s {
				return yes
			}
		}
		return no
	})
}
