package condition

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javaregex"
)

// Expr is a compiled expression, safe for concurrent use.
type Expr struct {
	source string
	eval   eval
}

// Env is what expressions see while they run. It is one worker's scratch space.
type Env struct {
	Event *event.Event

	args []event.Value // of the calls that are being evaluated
}

type eval func(*Env) (event.Value, error)

// Compile compiles an expression. Errors are of type *Error.
func Compile(source string) (*Expr, error) {
	tree, err := parse(source)
	if err != nil {
		return nil, err
	}
	f, err := compile(tree)
	if err != nil {
		return nil, err
	}
	return &Expr{source, f}, nil
}

// String is the source.
func (x *Expr) String() string { return x.source }

// True evaluates a condition. The text that it makes on the way is not kept in the event.
func (x *Expr) True(env *Env) (bool, error) {
	mark := env.Event.Mark()
	v, err := x.eval(env)
	if err == nil && v.Kind() != event.Bool {
		err = notBoolean(v)
	}
	env.Event.Undo(mark)
	env.args = env.args[:0]
	return v.Bool(), err
}

func notBoolean(v event.Value) error {
	return fmt.Errorf("Cannot cast from [%s] to [boolean].", v.Kind().JavaClass()) //nolint:staticcheck // Elasticsearch's text
}

func compile(e expr) (eval, error) {
	switch e := e.(type) {
	case literal:
		return func(*Env) (event.Value, error) { return e.value, nil }, nil
	case text:
		return func(x *Env) (event.Value, error) { return x.Event.Text(e.value), nil }, nil
	case variable:
		if e.name != "ctx" {
			return nil, errorAt(e.position, "[%s] is not supported in conditions", e.name)
		}
		return func(x *Env) (event.Value, error) { return x.Event.Doc(), nil }, nil
	case access:
		return compileAccess(e)
	case call:
		return compileCall(e)
	case unary:
		return compileUnary(e)
	case binary:
		return compileBinary(e)
	case conditional:
		return compileConditional(e)
	case typeTest:
		return compileTypeTest(e)
	case listLiteral:
		return compileList(e)
	case mapLiteral:
		return compileMap(e)
	}
	return nil, errorAt(e.pos(), "a regular expression stands only to the right of =~ and ==~")
}

func compileAll(list []expr) ([]eval, error) {
	fs := make([]eval, len(list))
	for i, e := range list {
		var err error
		if fs[i], err = compile(e); err != nil {
			return nil, err
		}
	}
	return fs, nil
}

func nullPointer(name string) error {
	return fmt.Errorf("cannot access method/field [%s] from a null def reference", name)
}

// hop is one step of a path such as ctx.a?.b.
type hop struct {
	name     string
	symbol   event.Symbol
	nullSafe bool
}

// compileAccess makes one closure of a whole chain of names from ctx on, as most conditions have.
func compileAccess(e access) (eval, error) {
	if e.index != nil {
		return compileIndex(e)
	}
	var hops []hop
	of := expr(e)
	for {
		a, ok := of.(access)
		if !ok || a.index != nil {
			break
		}
		hops = append([]hop{{a.name, event.Intern(a.name), a.nullSafe}}, hops...)
		of = a.of
	}
	root, err := compile(of)
	if err != nil {
		return nil, err
	}
	if v, ok := of.(variable); ok && v.name == "ctx" {
		return func(x *Env) (event.Value, error) { return follow(x.Event, x.Event.Doc(), hops) }, nil
	}
	return func(x *Env) (event.Value, error) {
		v, err := root(x)
		if err != nil {
			return v, err
		}
		return follow(x.Event, v, hops)
	}, nil
}

func follow(ev *event.Event, v event.Value, hops []hop) (event.Value, error) {
	for i := range hops {
		h := &hops[i]
		switch v.Kind() {
		case event.Map:
			v = ev.Lookup(v, h.symbol)
		case event.Missing, event.Null:
			if !h.nullSafe {
				return v, nullPointer(h.name)
			}
		case event.List:
			n := 0
			if _, err := fmt.Sscan(h.name, &n); err != nil {
				return v, fmt.Errorf("illegal list shortcut value [%s].", h.name) //nolint:staticcheck // Elasticsearch's text
			}
			v = ev.At(v, n)
		default:
			return v, fmt.Errorf("dynamic getter [%s, %s] not found", v.Kind().JavaClass(), h.name)
		}
	}
	return v, nil
}

func compileIndex(e access) (eval, error) {
	of, err := compile(e.of)
	if err != nil {
		return nil, err
	}
	index, err := compile(e.index)
	if err != nil {
		return nil, err
	}
	return func(x *Env) (event.Value, error) {
		v, err := of(x)
		if err != nil {
			return v, err
		}
		i, err := index(x)
		if err != nil {
			return i, err
		}
		switch v.Kind() {
		case event.Map:
			return x.Event.LookupBytes(v, x.Event.Bytes(i)), nil
		case event.List:
			n := i.Int()
			if n < 0 {
				n += int64(x.Event.Len(v)) // from the end, as Painless has it
			}
			if n < 0 || n >= int64(x.Event.Len(v)) {
				return v, fmt.Errorf("Index %d out of bounds for length %d", i.Int(), x.Event.Len(v)) //nolint:staticcheck // Java's text
			}
			return x.Event.At(v, int(n)), nil
		case event.Missing, event.Null:
			return v, errors.New("Attempting to address a non-array-like type [null] as an array.") //nolint:staticcheck // Elasticsearch's text
		}
		return v, fmt.Errorf("Attempting to address a non-array-like type [%s] as an array.", v.Kind().JavaClass()) //nolint:staticcheck // Elasticsearch's text
	}, nil
}

func compileConditional(e conditional) (eval, error) {
	cond, err := compileBool(e.cond)
	if err != nil {
		return nil, err
	}
	branches, err := compileAll([]expr{e.then, e.otherwise})
	if err != nil {
		return nil, err
	}
	return func(x *Env) (event.Value, error) {
		ok, err := cond(x)
		if err != nil {
			return event.Value{}, err
		}
		if ok {
			return branches[0](x)
		}
		return branches[1](x)
	}, nil
}

func compileList(e listLiteral) (eval, error) {
	items, err := compileAll(e.items)
	if err != nil {
		return nil, err
	}
	return func(x *Env) (event.Value, error) {
		list := x.Event.NewList()
		for _, item := range items {
			v, err := item(x)
			if err != nil {
				return v, err
			}
			x.Event.Append(list, v)
		}
		return list, nil
	}, nil
}

func compileMap(e mapLiteral) (eval, error) {
	keys, err := compileAll(e.keys)
	if err != nil {
		return nil, err
	}
	values, err := compileAll(e.values)
	if err != nil {
		return nil, err
	}
	return func(x *Env) (event.Value, error) {
		m := x.Event.NewMap()
		for i := range keys {
			k, err := keys[i](x)
			if err != nil {
				return k, err
			}
			v, err := values[i](x)
			if err != nil {
				return v, err
			}
			x.Event.PutBytes(m, x.Event.Bytes(k), v)
		}
		return m, nil
	}, nil
}

// types are the names that instanceof knows, with the kinds that are of them.
var types = map[string][]event.Kind{
	"String": {event.String}, "CharSequence": {event.String}, "Boolean": {event.Bool},
	"Integer": {event.Int}, "Long": {event.Long}, "Float": {event.Float}, "Double": {event.Double}, "BigInteger": {event.BigInt},
	"Number": {event.Int, event.Long, event.Float, event.Double, event.BigInt},
	"List":   {event.List}, "ArrayList": {event.List}, "Collection": {event.List}, "Iterable": {event.List},
	"Map": {event.Map}, "HashMap": {event.Map}, "ZonedDateTime": {event.Date},
}

func compileTypeTest(e typeTest) (eval, error) {
	of, err := compile(e.of)
	if err != nil {
		return nil, err
	}
	kinds, ok := types[e.typ]
	if !ok && e.typ != "Object" && e.typ != "def" {
		return nil, errorAt(e.position, "type [%s] is not supported in instanceof", e.typ)
	}
	return func(x *Env) (event.Value, error) {
		v, err := of(x)
		if err != nil {
			return v, err
		}
		for _, k := range kinds {
			if v.Kind() == k {
				return event.BoolValue(true), nil
			}
		}
		return event.BoolValue(!ok && !v.IsNull()), nil
	}, nil
}

// compileRegex is a =~ /b/ (anywhere) and a ==~ /b/ (all of it).
func compileRegex(e binary) (eval, error) {
	r, ok := e.right.(regex)
	if !ok {
		return nil, errorAt(e.right.pos(), "expected a regular expression such as /a.*b/ after [%s]", e.op)
	}
	re, err := javaregex.Compile(r.source, r.flags)
	if err != nil {
		return nil, errorAt(r.position, "%v", err)
	}
	of, err := compile(e.left)
	if err != nil {
		return nil, err
	}
	match := re.Find
	if e.op == "==~" {
		match = re.Matches
	}
	return func(x *Env) (event.Value, error) {
		v, err := of(x)
		if err != nil {
			return v, err
		}
		if v.Kind() != event.String {
			return v, fmt.Errorf("Cannot cast from [%s] to [java.lang.CharSequence].", v.Kind().JavaClass()) //nolint:staticcheck // Elasticsearch's text
		}
		return event.BoolValue(match(x.Event.Bytes(v))), nil
	}, nil
}
