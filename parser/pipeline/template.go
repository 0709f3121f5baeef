package pipeline

import (
	"errors"
	"slices"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// appendText appends a value as Java's toString does: null as nothing, lists and maps as [a, b] and {k=v}.
func appendText(dst []byte, ev *event.Event, v event.Value) []byte {
	switch v.Kind() {
	case event.Missing, event.Null:
		return dst
	case event.String, event.Bytes, event.BigInt:
		return append(dst, ev.Bytes(v)...)
	case event.Date:
		return event.AppendTime(dst, v.Int())
	case event.Float:
		return painless.AppendFloat(dst, v.Float(), 32)
	case event.Double:
		return painless.AppendFloat(dst, v.Float(), 64)
	case event.List, event.Map:
		return appendContainer(dst, ev, v, 0)
	}
	out, err := ev.AppendValue(dst, v)
	if err != nil {
		return dst
	}
	return out
}

// maxNesting bounds the text of nested containers, which scripts can make endless.
const maxNesting = 100

func appendContainer(dst []byte, ev *event.Event, v event.Value, depth int) []byte {
	open, end := byte('['), byte(']')
	if v.Kind() == event.Map {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	order := hashOrder(ev, v)
	for i := range ev.Len(v) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if order != nil {
			i = order[i]
		}
		if v.Kind() == event.Map {
			dst = append(append(dst, ev.Key(v, i)...), '=')
		}
		switch item := ev.At(v, i); {
		case item.Kind() >= event.List && depth < maxNesting:
			dst = appendContainer(dst, ev, item, depth+1)
		case item.IsNull():
			dst = append(dst, "null"...)
		default:
			dst = appendText(dst, ev, item)
		}
	}
	return append(dst, end)
}

// hashOrder is the order in which Java goes over the entries of a map, nil when there is but one, or for a list.
func hashOrder(ev *event.Event, m event.Value) []int {
	n := ev.Len(m)
	if m.Kind() != event.Map || n < 2 {
		return nil
	}
	buckets, order := make([]int, n), make([]int, n)
	for i := range n {
		order[i], buckets[i] = i, hashBucket(ev.Key(m, i), n)
	}
	slices.SortStableFunc(order, func(a, b int) int { return buckets[a] - buckets[b] })
	return order
}

// hashBucket is the place of a key in a HashMap of n keys.
func hashBucket(key []byte, n int) int {
	return painless.HashBucket(painless.HashText(key), n, 16)
}

// field is a path, known when the pipeline is compiled or made by a template for each event.
type field struct {
	path     event.Path
	template *template
}

var errEmptyField = errors.New("path cannot be null nor empty")

func (f *field) of(r *Runner) (event.Path, error) {
	if f.template == nil {
		return f.path, nil
	}
	return f.made(r)
}

// made is the path that the template makes.
func (f *field) made(r *Runner) (_ event.Path, err error) {
	if r.buf, err = f.template.append(r.buf[:0], r.ev); err != nil {
		return event.Path{}, err
	}
	if len(r.buf) == 0 {
		return event.Path{}, errEmptyField
	}
	return r.ev.DynamicPath(r.buf)
}

func (f *field) isZero() bool { return f.template == nil && f.path.IsZero() }

// value is what set and append write: any JSON, with templates in its texts.
type value struct {
	scalar   event.Value // Null, Bool or a number
	text     string
	template *template
	isText   bool
	ready    event.JSON // of a text without a template
	list     []value
	fields   []valueField
	isList   bool
	isMap    bool
}

type valueField struct {
	name event.Symbol
	key  *template // in place of name
	value
}

func (o *options) parseValue(name string, n *node, escape escaping) value {
	switch {
	case n.isList:
		v := value{isList: true}
		for _, item := range n.list {
			v.list = append(v.list, o.parseValue(name, item, escape))
		}
		return v
	case n.isMap:
		v := value{isMap: true}
		for _, f := range n.fields {
			field := valueField{name: event.Intern(f.name), value: o.parseValue(name, f.node, escape)}
			if isTemplate(f.name) {
				field.key = o.parseTemplate(name, f.name, escape)
			}
			v.fields = append(v.fields, field)
		}
		return v
	}
	switch s := n.value.(type) {
	case string:
		if isTemplate(s) {
			return value{isText: true, template: o.parseTemplate(name, s, escape)}
		}
		return value{isText: true, text: s, ready: constantText(s)}
	case bool:
		return value{scalar: event.BoolValue(s)}
	case float64:
		return value{scalar: event.DoubleValue(s)}
	case int64:
		if s == int64(int32(s)) {
			return value{scalar: event.IntValue(int32(s))}
		}
		return value{scalar: event.LongValue(s)}
	}
	return value{scalar: event.NullValue()}
}

// constantText is a text that events have, mostly.
func constantText(s string) event.JSON {
	ev := event.New()
	ready, _ := ev.Freeze(ev.Text(s)) // a text is JSON
	return ready.Intern()
}

// of makes the value for the event.
func (v *value) of(r *Runner) (made event.Value, err error) {
	switch {
	case v.template != nil:
		return v.template.value(r)
	case v.isText:
		if v.ready.Interned() {
			if made = r.ev.JSON(v.ready); made.Kind() == event.String {
				return made, nil
			}
		}
		return r.ev.Text(v.text), nil
	case v.isList:
		list := r.ev.NewList()
		for i := range v.list {
			if made, err = v.list[i].of(r); err != nil {
				return made, err
			}
			r.ev.Append(list, made)
		}
		return list, nil
	case v.isMap:
		return v.mapOf(r)
	}
	return v.scalar, nil
}

func (v *value) mapOf(r *Runner) (event.Value, error) {
	m := r.ev.NewMap()
	for i := range v.fields {
		f := &v.fields[i]
		item, err := f.of(r)
		switch {
		case err != nil:
			return m, err
		case f.key == nil:
			r.ev.Put(m, f.name, item)
			continue
		}
		if r.buf, err = f.key.append(r.buf[:0], r.ev); err != nil {
			return m, err
		}
		r.ev.PutBytes(m, r.buf, item)
	}
	return m, nil
}
