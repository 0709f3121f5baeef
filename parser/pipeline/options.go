package pipeline

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/suggest"
)

// options are the settings of one processor while it is compiled. The first thing that is wrong is
// kept in err; methods go on with zero values, so that constructors need no error handling.
type options struct {
	c     *compiler
	typ   string
	where string // such as "processors[2] (grok)"
	node  *node
	used  []string
	line  int // of what err is about
	err   error

	missing string // the required option that err is about
}

func (o *options) fail(at *node, format string, args ...any) {
	if o.err == nil {
		o.err = fmt.Errorf(format, args...)
		o.line = o.node.line
		if at != nil {
			o.line = at.line
		}
	}
}

// find is the node of an option, nil when it was not written, or has no value.
func (o *options) find(name string) *node {
	o.used = append(o.used, name)
	n := o.node.get(name)
	if n != nil && n.value == nil && !n.isMap && !n.isList {
		return nil
	}
	return n
}

// finish checks that no option is left over.
func (o *options) finish() {
	for _, f := range o.node.fields {
		if !slices.Contains(o.used, f.name) {
			o.fail(f.node, "processor [%s] doesn't support one or more provided configuration parameters [%s]%s",
				o.typ, f.name, meant(f.name, slices.Values(o.used)))
			if o.missing != "" && len(suggest.Nearest(f.name, slices.Values([]string{o.missing}), 1)) > 0 {
				o.err = fmt.Errorf("[%s] required property is missing, but there is [%s]", o.missing, f.name)
			}
		}
	}
}

// meant asks whether one of known was meant by a name that is not among them; empty when none comes near.
func meant(name string, known iter.Seq[string]) string {
	if near := suggest.Nearest(name, known, 1); len(near) > 0 {
		return fmt.Sprintf(", did you mean [%s]?", near[0])
	}
	return ""
}

func (o *options) required(name string) *node {
	n := o.find(name)
	if n == nil {
		if o.err == nil {
			o.missing = name
		}
		o.fail(nil, "[%s] required property is missing", name)
	}
	return n
}

func (o *options) textOf(n *node, name string) string {
	s, ok := n.text()
	if !ok {
		o.fail(n, "[%s] property isn't a string", name)
	}
	return s
}

// text is a required option.
func (o *options) text(name string) string {
	if n := o.required(name); n != nil {
		return o.textOf(n, name)
	}
	return ""
}

func (o *options) optionalText(name, otherwise string) string {
	n := o.find(name)
	if n == nil {
		return otherwise
	}
	return o.textOf(n, name)
}

func (o *options) flag(name string, otherwise bool) bool {
	n := o.find(name)
	if n == nil {
		return otherwise
	}
	if v, ok := n.value.(bool); ok {
		return v
	}
	o.fail(n, "[%s] property isn't a boolean, write true or false without quotes", name)
	return otherwise
}

// texts is an option that is a list of texts, or one text where alone is set; nil when not written.
func (o *options) texts(name string, alone bool) []string {
	n := o.find(name)
	if n == nil {
		return nil
	}
	if alone && !n.isList {
		return []string{o.textOf(n, name)}
	}
	if !n.isList {
		o.fail(n, "[%s] property isn't a list", name)
		return nil
	}
	list := []string{}
	for _, item := range n.list {
		list = append(list, o.textOf(item, name))
	}
	return list
}

// oneOf is an option that has one of a few values; the first is the default.
func (o *options) oneOf(name string, values ...string) string {
	v := o.optionalText(name, values[0])
	if !slices.Contains(values, v) {
		o.fail(o.node.get(name), "[%s] property is [%s], use one of %s", name, v, strings.Join(values, ", "))
	}
	return v
}

func (o *options) path(name string) event.Path {
	return o.parsePath(name, o.text(name))
}

// optionalPath is otherwise when the option was not written; otherwise may be zero.
func (o *options) optionalPath(name string, otherwise event.Path) event.Path {
	if s := o.optionalText(name, ""); s != "" {
		return o.parsePath(name, s)
	}
	return otherwise
}

func (o *options) parsePath(name, text string) event.Path {
	if text == "" {
		o.fail(o.node.get(name), "[%s] is empty: name a field", name)
		return event.Path{}
	}
	p, err := event.ParsePath(text)
	if err != nil {
		o.fail(o.node.get(name), "[%s]: %w", name, err)
	}
	return p
}

// field is a path that may be a template.
func (o *options) field(name string) field { return o.parseField(name, o.text(name)) }

func (o *options) optionalField(name string, otherwise field) field {
	if s := o.optionalText(name, ""); s != "" {
		return o.parseField(name, s)
	}
	return otherwise
}

func (o *options) parseField(name, text string) field {
	if !isTemplate(text) {
		return field{path: o.parsePath(name, text)}
	}
	return field{template: o.parseTemplate(name, text, plain)}
}

func (o *options) parseTemplate(name, text string, escape escaping) *template {
	t, err := parseTemplate(text, escape)
	if err != nil {
		o.fail(o.node.get(name), "[%s]: %w", name, err)
	} else if tag := t.tag(); tag != nil && !tag.name.indexed && !tag.name.path.IsZero() {
		tag.name.at = o.reading(tag.name.path)
	}
	return t
}

// slot reserves scratch space in every runner.
func (o *options) slot() int {
	o.c.set.slots++
	return o.c.set.slots - 1
}
