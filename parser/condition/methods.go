package condition

import (
	"bytes"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
)

// method runs on a receiver of its kind, with as many arguments as it has in the table.
type method func(x *Env, of event.Value, args []event.Value) (event.Value, error)

type signature struct {
	kind event.Kind
	name string
	args int
}

var methods = map[signature]method{
	{event.String, "contains", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return withText(x, args, func(s, arg []byte) bool { return bytes.Contains(s, arg) }, of)
	},
	{event.String, "startsWith", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return withText(x, args, bytes.HasPrefix, of)
	},
	{event.String, "endsWith", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return withText(x, args, bytes.HasSuffix, of)
	},
	{event.String, "equalsIgnoreCase", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		if args[0].IsNull() {
			return event.BoolValue(false), nil
		}
		return withText(x, args, bytes.EqualFold, of)
	},
	{event.String, "indexOf", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		s := x.Event.Bytes(of)
		i := bytes.Index(s, x.Event.Bytes(args[0]))
		if i > 0 {
			i = units(s[:i])
		}
		return event.IntValue(int32(i)), nil
	},
	{event.String, "lastIndexOf", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		s := x.Event.Bytes(of)
		i := bytes.LastIndex(s, x.Event.Bytes(args[0]))
		if i > 0 {
			i = units(s[:i])
		}
		return event.IntValue(int32(i)), nil
	},
	{event.String, "substring", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return substring(x, of, args[0].Int(), math.MaxInt64)
	},
	{event.String, "substring", 2}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return substring(x, of, args[0].Int(), args[1].Int())
	},
	{event.String, "length", 0}: func(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
		return event.IntValue(int32(units(x.Event.Bytes(of)))), nil
	},
	{event.String, "isEmpty", 0}: func(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
		return event.BoolValue(len(x.Event.Bytes(of)) == 0), nil
	},
	{event.String, "toLowerCase", 0}: func(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
		return x.Event.String(bytes.ToLower(x.Event.Bytes(of))), nil
	},
	{event.String, "toUpperCase", 0}: func(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
		return x.Event.String(bytes.ToUpper(x.Event.Bytes(of))), nil
	},
	{event.String, "trim", 0}: func(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
		return x.Event.String(bytes.TrimFunc(x.Event.Bytes(of), func(r rune) bool { return r <= ' ' })), nil
	},
	{event.String, "replace", 2}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return x.Event.String(bytes.ReplaceAll(x.Event.Bytes(of), x.Event.Bytes(args[0]), x.Event.Bytes(args[1]))), nil
	},
	{event.String, "splitOnToken", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		list := x.Event.NewList()
		for _, part := range bytes.Split(bytes.Clone(x.Event.Bytes(of)), bytes.Clone(x.Event.Bytes(args[0]))) {
			x.Event.Append(list, x.Event.String(part))
		}
		return list, nil
	},
	{event.List, "contains", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return event.BoolValue(indexIn(x.Event, of, args[0]) >= 0), nil
	},
	{event.List, "indexOf", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return event.IntValue(int32(indexIn(x.Event, of, args[0]))), nil
	},
	{event.List, "size", 0}: size, {event.Map, "size", 0}: size,
	{event.List, "isEmpty", 0}: isEmpty, {event.Map, "isEmpty", 0}: isEmpty,
	{event.List, "get", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		i := args[0].Int()
		if i < 0 || i >= int64(x.Event.Len(of)) {
			return of, fmt.Errorf("Index %d out of bounds for length %d", i, x.Event.Len(of)) //nolint:staticcheck // Java's text
		}
		return x.Event.At(of, int(i)), nil
	},
	{event.Map, "containsKey", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return event.BoolValue(x.Event.LookupBytes(of, x.Event.Bytes(args[0])).Kind() != event.Missing), nil
	},
	{event.Map, "containsValue", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return event.BoolValue(indexIn(x.Event, of, args[0]) >= 0), nil
	},
	{event.Map, "get", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		return x.Event.LookupBytes(of, x.Event.Bytes(args[0])), nil
	},
	{event.Map, "getOrDefault", 2}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		if v := x.Event.LookupBytes(of, x.Event.Bytes(args[0])); v.Kind() != event.Missing {
			return v, nil
		}
		return args[1], nil
	},
}

// anyMethods are those of every object.
var anyMethods = map[signature]method{
	{0, "equals", 1}: func(x *Env, of event.Value, args []event.Value) (event.Value, error) {
		// unlike ==, Java's equals tells 1 from 1L
		return event.BoolValue(of.Kind() == args[0].Kind() && equal(x.Event, of, args[0])), nil
	},
	{0, "toString", 0}: func(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
		if of.Kind() == event.String {
			return of, nil
		}
		return concat(x.Event, of, x.Event.Text("")), nil
	},
}

func withText(x *Env, args []event.Value, f func(s, arg []byte) bool, of event.Value) (event.Value, error) {
	if args[0].Kind() != event.String {
		return of, fmt.Errorf("Cannot cast from [%s] to [java.lang.String].", args[0].Kind().JavaClass()) //nolint:staticcheck // Elasticsearch's text
	}
	return event.BoolValue(f(x.Event.Bytes(of), x.Event.Bytes(args[0]))), nil
}

func size(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
	return event.IntValue(int32(x.Event.Len(of))), nil
}

func isEmpty(x *Env, of event.Value, _ []event.Value) (event.Value, error) {
	return event.BoolValue(x.Event.Len(of) == 0), nil
}

func indexIn(ev *event.Event, of, v event.Value) int {
	for i := range ev.Len(of) {
		if item := ev.At(of, i); item.Kind() == v.Kind() && equal(ev, item, v) || item.IsNull() && v.IsNull() {
			return i
		}
	}
	return -1
}

// units is the length of s in UTF-16 code units, as Java counts.
func units(s []byte) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		i += size
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// offset is the byte at which UTF-16 unit n of s begins.
func offset(s []byte, n int) int {
	i := 0
	for n > 0 && i < len(s) {
		r, size := utf8.DecodeRune(s[i:])
		i += size
		n--
		if r > 0xffff {
			n--
		}
	}
	return i
}

func substring(x *Env, of event.Value, from, to int64) (event.Value, error) {
	s := x.Event.Bytes(of)
	length := int64(units(s))
	if to == math.MaxInt64 {
		to = length
	}
	if from < 0 || to > length || from > to {
		return of, fmt.Errorf("begin %d, end %d, length %d", from, to, length)
	}
	return x.Event.Sub(of, offset(s, int(from)), offset(s, int(to))), nil
}

func compileCall(e call) (eval, error) {
	if !known(e.name, len(e.args)) {
		return nil, errorAt(e.position, "method [%s/%d] is not supported in conditions", e.name, len(e.args))
	}
	of, err := compile(e.of)
	if err != nil {
		return nil, err
	}
	args, err := compileAll(e.args)
	if err != nil {
		return nil, err
	}
	inherited := anyMethods[signature{0, e.name, len(args)}]
	byKind := [event.Map + 1]method{}
	for k := range byKind {
		if byKind[k] = methods[signature{event.Kind(k), e.name, len(args)}]; byKind[k] == nil {
			byKind[k] = inherited
		}
	}
	return func(x *Env) (event.Value, error) {
		v, err := of(x)
		if err != nil {
			return v, err
		}
		if v.IsNull() {
			if e.nullSafe {
				return event.NullValue(), nil
			}
			return v, nullPointer(e.name)
		}
		f := byKind[v.Kind()]
		if f == nil {
			return v, fmt.Errorf("dynamic method [%s, %s/%d] not found", v.Kind().JavaClass(), e.name, len(args))
		}
		mark := len(x.args)
		for _, arg := range args {
			w, err := arg(x)
			if err != nil {
				return v, err
			}
			x.args = append(x.args, w)
		}
		v, err = f(x, v, x.args[mark:])
		x.args = x.args[:mark]
		return v, err
	}, nil
}

func known(name string, args int) bool {
	if _, ok := anyMethods[signature{0, name, args}]; ok {
		return true
	}
	for s := range methods {
		if s.name == name && s.args == args {
			return true
		}
	}
	return false
}
