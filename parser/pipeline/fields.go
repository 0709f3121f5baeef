package pipeline

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// expandProcessor is `dot_expander`.
type expandProcessor struct {
	path     event.Path // of the map whose name is expanded; zero: the document
	name     string     // "*" for all names with a dot
	override bool
}

func newDotExpander(o *options) processor {
	p := &expandProcessor{name: o.text("field"), override: o.flag("override", false)}
	switch {
	case p.name == "*":
	case !strings.Contains(p.name, "."):
		o.fail(o.node.get("field"), "[field] field does not contain a dot and is not a wildcard")
	case strings.HasPrefix(p.name, ".") || strings.HasSuffix(p.name, "."):
		o.fail(o.node.get("field"), "[field] Field can't start or end with a dot")
	case strings.Contains(p.name, ".."):
		o.fail(o.node.get("field"), "[field] No space between dots")
	}
	p.path = o.optionalPath("path", event.Path{})
	return p
}

func (p *expandProcessor) run(r *Runner) error {
	ev := r.ev
	m := ev.Doc()
	if !p.path.IsZero() {
		var err error
		if m, err = ev.Resolve(p.path); err != nil {
			return err
		}
		if m.IsNull() {
			method := "containsKey(Object)"
			if p.name == "*" {
				method = "keySet()"
			}
			return fmt.Errorf(`Cannot invoke "java.util.Map.%s" because "map" is null`, method) //nolint:staticcheck // Java's text
		}
		if m.Kind() != event.Map {
			return fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.util.Map]", p.path, m.Kind().JavaClass())
		}
	}
	if p.name != "*" {
		return p.expand(r, m, []byte(p.name))
	}
	var names [][]byte
	order := hashOrder(ev, m)
	for i := range ev.Len(m) {
		if order != nil {
			i = order[i]
		}
		if name := ev.Key(m, i); bytes.IndexByte(name, '.') > 0 {
			names = append(names, bytes.Clone(name))
		}
	}
	for _, name := range names {
		if err := p.expand(r, m, name); err != nil {
			return err
		}
	}
	return nil
}

func (p *expandProcessor) expand(r *Runner, m event.Value, name []byte) error {
	ev := r.ev
	full := name
	if !p.path.IsZero() {
		full = append(append([]byte(p.path.String()), '.'), name...)
	}
	path, err := ev.DynamicPath(full)
	if err != nil {
		return err
	}
	v := ev.LookupBytes(m, name)
	if ev.Get(path).Kind() != event.Missing {
		ev.RemoveBytes(m, name)
		switch {
		case v.Kind() == event.Missing:
			return nil
		case p.override:
			return ev.Set(path, v)
		}
		return r.appendTo(path, v, true)
	}
	if v.Kind() == event.Missing {
		return nil
	}
	for i := bytes.IndexByte(full, '.'); i >= 0; {
		part, err := ev.DynamicPath(full[:i])
		if err != nil {
			return err
		}
		there := ev.Get(part)
		if there.Kind() == event.Missing {
			break
		}
		if there.Kind() != event.Map {
			return fmt.Errorf("cannot expand [%s], because [%s] is not an object field, but a value field", full, full[:i])
		}
		next := bytes.IndexByte(full[i+1:], '.')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	ev.RemoveBytes(m, name)
	return ev.Set(path, v)
}

// sortProcessor is `sort`.
type sortProcessor struct {
	field, target event.Path
	descending    bool
}

func newSort(o *options) processor {
	p := &sortProcessor{field: o.path("field")}
	p.target = o.optionalPath("target_field", p.field)
	switch order := o.optionalText("order", "asc"); order {
	case "asc", "desc":
		p.descending = order == "desc"
	default:
		o.fail(o.node.get("order"), "[order] Sort direction [%s] not recognized. Valid values are: [asc, desc]", order)
	}
	return p
}

func (p *sortProcessor) run(r *Runner) error {
	ev := r.ev
	v, err := ev.Resolve(p.field)
	switch {
	case err != nil:
		return err
	case v.IsNull():
		return fmt.Errorf("field [%s] is null, cannot sort.", p.field) //nolint:staticcheck // Elasticsearch's text
	case v.Kind() != event.List:
		return fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.util.List]", p.field, v.Kind().JavaClass())
	}
	items := make([]event.Value, ev.Len(v))
	for i := range items {
		items[i] = ev.At(v, i)
	}
	compare := func(a, b event.Value, name string) (int, error) { return compareValues(ev, a, b, name) }
	if p.descending {
		compare = func(a, b event.Value, _ string) (int, error) {
			if a.Kind() >= event.List {
				a, b = b, a
			}
			return compareValues(ev, b, a, "c2")
		}
	}
	if err := javaSort(items, compare); err != nil {
		return err
	}
	list := ev.NewList()
	for _, item := range items {
		ev.Append(list, item)
	}
	return ev.Set(p.target, list)
}

// javaSort sorts and compares in Java's order, on which of two unlike items the error is about depends. That of
// long lists is not followed. name is what Java calls a there.
func javaSort(items []event.Value, compare func(a, b event.Value, name string) (int, error)) error {
	const next = "a[runHi]"
	if len(items) >= 32 {
		var failed error
		slices.SortStableFunc(items, func(a, b event.Value) int {
			n, err := compare(a, b, next)
			if err != nil {
				failed = err
			}
			return n
		})
		return failed
	}
	if len(items) < 2 {
		return nil
	}
	n, err := compare(items[1], items[0], next)
	if err != nil {
		return err
	}
	descending, run := n < 0, 2
	for ; run < len(items); run++ {
		if n, err = compare(items[run], items[run-1], next); err != nil {
			return err
		}
		if descending != (n < 0) {
			break
		}
	}
	if descending {
		slices.Reverse(items[:run])
	}
	for ; run < len(items); run++ {
		pivot, left, right := items[run], 0, run
		for left < right {
			mid := (left + right) / 2
			if n, err = compare(pivot, items[mid], "pivot"); err != nil {
				return err
			}
			if n < 0 {
				right = mid
			} else {
				left = mid + 1
			}
		}
		copy(items[left+1:run+1], items[left:run])
		items[left] = pivot
	}
	return nil
}

// compareValues is a.compareTo(b); name is what Java calls a.
func compareValues(ev *event.Event, a, b event.Value, name string) (int, error) {
	switch {
	case a.Kind() >= event.List:
		return 0, cannotCast(a.Kind().JavaClass(), "java.lang.Comparable")
	case a.IsNull():
		return 0, fmt.Errorf(`Cannot invoke "java.lang.Comparable.compareTo(Object)" because "%s" is null`, name) //nolint:staticcheck // Java's text
	case b.IsNull():
		other := "another" + strings.TrimPrefix(a.Kind().JavaClass(), "java.lang.")
		if a.Kind() == event.Bool {
			other = "b"
		}
		return 0, fmt.Errorf(`Cannot read field "value" because "%s" is null`, other) //nolint:staticcheck // Java's text
	case a.Kind() != b.Kind():
		return 0, cannotCast(b.Kind().JavaClass(), a.Kind().JavaClass())
	}
	switch a.Kind() {
	case event.Int, event.Long, event.Date:
		return compare(a.Int(), b.Int()), nil
	case event.Float, event.Double:
		if n := compare(a.Float(), b.Float()); n != 0 {
			return n, nil
		}
		return compare(int64(math.Float64bits(a.Float())), int64(math.Float64bits(b.Float()))), nil //nolint:gosec // -0.0 is below 0.0
	case event.Bool:
		return compare(boolOrder(a), boolOrder(b)), nil
	}
	return painless.CompareText(ev.Bytes(a), ev.Bytes(b)), nil
}

// cannotCast is Java's ClassCastException.
func cannotCast(from, to string) error {
	return fmt.Errorf("class %s cannot be cast to class %s (%s and %s are in module java.base of loader 'bootstrap')", from, to, from, to)
}

func compare[T int | int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func boolOrder(v event.Value) int {
	if v.Bool() {
		return 1
	}
	return 0
}
