package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// template is a text with mustache variables: {{x}} is escaped as JSON's strings are where the
// processor says so, {{{x}}} and {{&x}} never.
type template struct {
	parts []templatePart
}

type templatePart struct {
	text   string     // literal, when path is zero
	path   event.Path // variable
	escape bool

	section  *template // between {{#path}} and {{/path}}: for a value that is true, once for each item of a list
	inverted bool      // between {{^path}} and {{/path}}: for one that is not
}

func isTemplate(text string) bool { return strings.Contains(text, "{{") }

func parseTemplate(text string, escape bool) (*template, error) {
	t := &template{}
	var err error
	for {
		before, rest, found := strings.Cut(text, "{{")
		if before != "" {
			t.parts = append(t.parts, templatePart{text: before})
		}
		if !found {
			return t, nil
		}
		part := templatePart{escape: escape}
		end := "}}"
		if after, ok := strings.CutPrefix(rest, "{"); ok {
			rest, end, part.escape = after, "}}}", false
		}
		name, after, found := strings.Cut(rest, end)
		if !found {
			return nil, fmt.Errorf("template [%s] has a {{ that is not closed", text)
		}
		text = after
		name = strings.TrimSpace(name)
		if strings.HasPrefix(name, "!") { // a comment
			continue
		}
		if rest, ok := strings.CutPrefix(name, "&"); ok {
			name, part.escape = strings.TrimSpace(rest), false
		}
		if name != "" && (name[0] == '#' || name[0] == '^') {
			if text, err = t.parseSection(name, text, escape); err != nil {
				return nil, err
			}
			continue
		}
		if name == "" || strings.ContainsAny(name[:1], "/>=.") || strings.ContainsAny(name, " {}") {
			return nil, fmt.Errorf("template variable [%s] is not supported: use {{field}} or {{{field}}}", name)
		}
		if part.path, err = event.ParsePath(name); err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part)
	}
}

// parseSection reads {{#name}}…{{/name}}, of which the first tag is read already, and returns what follows it.
func (t *template) parseSection(tag, text string, escape bool) (rest string, err error) {
	name := strings.TrimSpace(tag[1:])
	depth := 1
	for at := 0; ; {
		open := strings.Index(text[at:], "{{")
		if open < 0 {
			return "", fmt.Errorf("template section [%s] is not closed", name)
		}
		open += at
		end := strings.Index(text[open:], "}}")
		if end < 0 {
			return "", fmt.Errorf("template section [%s] is not closed", name)
		}
		end += open
		switch inner := strings.TrimSpace(text[open+2 : end]); {
		case strings.HasPrefix(inner, "#"), strings.HasPrefix(inner, "^"):
			depth++
		case strings.HasPrefix(inner, "/"):
			depth--
		}
		at = end + 2
		if depth > 0 {
			continue
		}
		if closing := strings.TrimSpace(strings.TrimLeft(text[open+2:end], " /")); closing != name {
			return "", fmt.Errorf("template section [%s] is closed as [%s]", name, closing)
		}
		part := templatePart{inverted: tag[0] == '^'}
		if part.path, err = event.ParsePath(name); err != nil {
			return "", err
		}
		if part.section, err = parseTemplate(text[:open], escape); err != nil {
			return "", err
		}
		t.parts = append(t.parts, part)
		return text[at:], nil
	}
}

// times is how often a section stands for a value.
func (p *templatePart) times(ev *event.Event, v event.Value) int {
	n := 1
	switch v.Kind() {
	case event.Missing, event.Null:
		n = 0
	case event.Bool:
		if !v.Bool() {
			n = 0
		}
	case event.String:
		if len(ev.Bytes(v)) == 0 {
			n = 0
		}
	case event.List:
		n = ev.Len(v)
	}
	if p.inverted {
		return max(0, 1-n)
	}
	return n
}

// append appends the text of the template for ev.
func (t *template) append(dst []byte, ev *event.Event) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		if p.path.IsZero() {
			dst = append(dst, p.text...)
			continue
		}
		v := ev.Get(p.path)
		if p.section != nil {
			for range p.times(ev, v) {
				dst = p.section.append(dst, ev)
			}
			continue
		}
		if !p.escape {
			dst = appendText(dst, ev, v)
			continue
		}
		mark := len(dst)
		dst = appendText(dst, ev, v)
		if needsEscape(dst[mark:]) {
			quoted := event.AppendQuoted(nil, dst[mark:])
			dst = append(dst[:mark], quoted[1:len(quoted)-1]...)
		}
	}
	return dst
}

func needsEscape(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == '"' || c == '\\' {
			return true
		}
	}
	return false
}

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
	size := 16
	for n > size*3/4 {
		size *= 2
	}
	buckets, order := make([]int, n), make([]int, n)
	for i := range n {
		h := uint32(painless.HashText(ev.Key(m, i))) //nolint:gosec // its bits
		order[i], buckets[i] = i, int(h^h>>16)&(size-1)
	}
	slices.SortStableFunc(order, func(a, b int) int { return buckets[a] - buckets[b] })
	return order
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
	r.buf = f.template.append(r.buf[:0], r.ev)
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
	list     []value
	fields   []valueField
	isList   bool
	isMap    bool
}

type valueField struct {
	name event.Symbol
	value
}

func (o *options) parseValue(name string, n *node, escape bool) value {
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
			v.fields = append(v.fields, valueField{event.Intern(f.name), o.parseValue(name, f.node, escape)})
		}
		return v
	}
	switch s := n.value.(type) {
	case string:
		if isTemplate(s) {
			return value{isText: true, template: o.parseTemplate(name, s, escape)}
		}
		return value{isText: true, text: s}
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

// of makes the value for the event.
func (v *value) of(r *Runner) event.Value {
	switch {
	case v.template != nil:
		r.buf = v.template.append(r.buf[:0], r.ev)
		return r.ev.String(r.buf)
	case v.isText:
		return r.ev.Text(v.text)
	case v.isList:
		list := r.ev.NewList()
		for i := range v.list {
			r.ev.Append(list, v.list[i].of(r))
		}
		return list
	case v.isMap:
		m := r.ev.NewMap()
		for i := range v.fields {
			r.ev.Put(m, v.fields[i].name, v.fields[i].of(r))
		}
		return m
	}
	return v.scalar
}
