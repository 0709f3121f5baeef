package pipeline

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
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
		if m.Kind() != event.Map {
			return fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.util.Map]", p.path, m.Kind().JavaClass())
		}
	}
	if p.name != "*" {
		return p.expand(r, m, []byte(p.name))
	}
	var names [][]byte
	for i := range ev.Len(m) {
		if name := ev.Key(m, i); bytes.IndexByte(name, '.') > 0 && name[len(name)-1] != '.' && !bytes.Contains(name, []byte("..")) {
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
		if k, first := items[i].Kind(), items[0].Kind(); k != first || k >= event.List || k <= event.Null {
			return fmt.Errorf("class %s cannot be cast to class %s", k.JavaClass(), first.JavaClass())
		}
	}
	slices.SortStableFunc(items, func(a, b event.Value) int {
		if p.descending {
			a, b = b, a
		}
		return compareValues(ev, a, b)
	})
	list := ev.NewList()
	for _, item := range items {
		ev.Append(list, item)
	}
	return ev.Set(p.target, list)
}

// compareValues compares two scalars of one kind.
func compareValues(ev *event.Event, a, b event.Value) int {
	switch a.Kind() {
	case event.Int, event.Long, event.Date:
		return compare(a.Int(), b.Int())
	case event.Float, event.Double:
		return compare(a.Float(), b.Float())
	case event.Bool:
		return compare(boolOrder(a), boolOrder(b))
	}
	return bytes.Compare(ev.Bytes(a), ev.Bytes(b))
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
