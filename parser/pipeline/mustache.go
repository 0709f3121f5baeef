package pipeline

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// template is a mustache text, as Elasticsearch's templates are: {{x}} is escaped as the processor's media type
// says, {{{x}}} and {{&x}} are not; {{#x}}…{{/x}} stands for a value that is true, once for each item of a list, and
// {{^x}}…{{/x}} for one that is not; {{! x}} is a comment, {{=<% %>=}} changes the marks.
type template struct {
	parts []templatePart
}

type templatePart struct {
	text   string // literal, when name is nil
	name   *templateName
	escape escaping

	section  *template // nil for a variable
	inverted bool
}

// templateName is what a tag asks for: in the sections around it, innermost first, then in the document.
type templateName struct {
	full  event.Symbol // a field may have dots in its name; it comes before nested ones
	path  event.Path
	parts []string // nil for {{.}}
}

// escaping is how the text of a value is written.
type escaping uint8

const (
	plain escaping = iota
	asJSON
	asForm
)

// escapings are by media type.
var escapings = map[string]escaping{"application/json": asJSON, "text/plain": plain, "application/x-www-form-urlencoded": asForm}

func isTemplate(text string) bool { return strings.Contains(text, "{{") }

func parseTemplate(text string, escape escaping) (*template, error) {
	m := &mustache{text: text, open: "{{", end: "}}", escape: escape}
	return m.section("", true, true)
}

// mustache reads a template. Which line ends around sections are left out is mustache.java's way.
type mustache struct {
	text      string
	at        int
	open, end string // the marks
	escape    escaping
	lines     int
	depth     int
}

// section reads up to {{/name}}, or to the end for the whole template. fresh says that nothing but blanks stands
// before it on its line.
func (m *mustache) section(name string, whole, fresh bool) (*template, error) {
	if m.depth++; m.depth > maxNesting {
		return nil, errors.New("template has too many sections in one another")
	}
	defer func() { m.depth-- }()
	t := &template{}
	blank, joined := true, !whole // so far on this line; it is one on which a section begins or ends
	start := m.at                 // of what is not written yet: after the last tag or line
	write := func(end int) {
		if end > start {
			t.parts = append(t.parts, templatePart{text: m.text[start:end]})
		}
		start = m.at
	}
	for m.at < len(m.text) {
		c := m.text[m.at]
		if c == '\n' {
			m.at++
			m.lines++
			if joined && blank {
				write(start + len(strings.TrimRight(m.text[start:m.at], "\r\n")))
			} else {
				write(m.at)
			}
			joined, blank, fresh = false, true, true
			continue
		}
		if !strings.HasPrefix(m.text[m.at:], m.open) {
			m.at++
			blank = blank && (c == ' ' || c == '\t' || c == '\r')
			continue
		}
		tagAt, lines := m.at, m.lines
		tag, err := m.tag()
		if err != nil {
			return nil, err
		}
		switch tag[0] {
		case '#', '^':
			part, err := m.nested(tag, fresh && blank)
			if err != nil {
				return nil, err
			}
			if joined = m.lines > lines; joined && blank {
				tagAt = start
			}
			write(tagAt)
			t.parts = append(t.parts, part)
			continue
		case '/':
			if fresh && blank {
				tagAt = start
			}
			write(tagAt)
			if closed := strings.TrimSpace(tag[1:]); whole || closed != name {
				return nil, fmt.Errorf("template section [%s] is closed as [%s]", name, closed)
			}
			return t, nil
		}
		write(tagAt)
		blank = false
		if err := m.variable(t, tag); err != nil {
			return nil, err
		}
	}
	if !whole {
		return nil, fmt.Errorf("template section [%s] is not closed", name)
	}
	write(len(m.text))
	return t, nil
}

// nested reads a section behind its opening tag.
func (m *mustache) nested(tag string, fresh bool) (part templatePart, err error) {
	name := strings.TrimSpace(tag[1:])
	part.inverted = tag[0] == '^'
	if part.name, err = parseName(name); err == nil {
		part.section, err = m.section(name, false, fresh)
	}
	return part, err
}

// tag reads what stands between the marks.
func (m *mustache) tag() (string, error) {
	tag, rest, found := strings.Cut(m.text[m.at+len(m.open):], m.end)
	switch {
	case !found:
		return "", fmt.Errorf("template [%s] has a %s that is not closed", m.text[m.at:], m.open)
	case tag == "":
		return "", fmt.Errorf("template [%s] has a %s without a name", m.text, m.open)
	}
	m.at = len(m.text) - len(rest)
	if tag[0] == '{' && m.end == "}}" {
		if !strings.HasPrefix(rest, "}") {
			return "", fmt.Errorf("template [%s] has a {{{ that is not closed by }}}", m.text)
		}
		m.at++
	}
	return tag, nil
}

// variable adds what a tag other than a section's says.
func (m *mustache) variable(t *template, tag string) (err error) {
	part := templatePart{escape: m.escape}
	name := strings.TrimSpace(tag)
	switch tag[0] {
	case '!':
		return nil
	case '=':
		marks := strings.Fields(strings.Trim(tag, "="))
		if len(marks) != 2 {
			return fmt.Errorf("template [%s]: write two marks, as in {{=<%% %%>=}}", m.text)
		}
		m.open, m.end = marks[0], marks[1]
		return nil
	case '>', '<', '$', '%':
		return fmt.Errorf("template [%s]: {{%s}} is not supported", m.text, tag)
	case '{', '&':
		name, part.escape = strings.TrimSpace(tag[1:]), plain
	}
	part.name, err = parseName(name)
	t.parts = append(t.parts, part)
	return err
}

func parseName(name string) (*templateName, error) {
	if name == "." {
		return &templateName{}, nil
	}
	parts := strings.Split(name, ".")
	n := &templateName{full: event.Intern(name), parts: parts}
	var err error
	if n.path, err = event.ParsePath(name); err != nil {
		return nil, fmt.Errorf("template variable [%s]: %w", name, err)
	}
	return n, nil
}

// of is the value that a tag asks for; scopes are the sections around it.
func (n *templateName) of(ev *event.Event, scopes []event.Value) event.Value {
	if n.parts == nil {
		if len(scopes) == 0 {
			return ev.Doc()
		}
		return scopes[len(scopes)-1]
	}
	for i := len(scopes) - 1; i >= 0; i-- {
		if v := within(ev, scopes[i], n.parts); v.Kind() != event.Missing {
			return v
		}
	}
	if len(n.parts) > 1 {
		if v := ev.Lookup(ev.Doc(), n.full); v.Kind() != event.Missing {
			return v
		}
		if n.parts[len(n.parts)-1] == "size" {
			return within(ev, ev.Doc(), n.parts)
		}
	}
	return ev.Get(n.path)
}

func within(ev *event.Event, v event.Value, parts []string) event.Value {
	for _, name := range parts {
		switch v.Kind() {
		case event.Map:
			v = ev.LookupBytes(v, []byte(name))
		case event.List:
			i, err := strconv.Atoi(name)
			if name == "size" {
				return event.IntValue(int32(min(ev.Len(v), 1<<30)))
			}
			if err != nil || i < 0 || i >= ev.Len(v) {
				return event.Value{}
			}
			v = ev.At(v, i)
		default:
			return event.Value{}
		}
	}
	return v
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
func (t *template) append(dst []byte, ev *event.Event) []byte { return t.appendIn(dst, ev, nil) }

func (t *template) appendIn(dst []byte, ev *event.Event, scopes []event.Value) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		if p.name == nil {
			dst = append(dst, p.text...)
			continue
		}
		v := p.name.of(ev, scopes)
		if p.section == nil {
			dst = p.appendValue(dst, ev, v)
			continue
		}
		for n := range p.times(ev, v) {
			scope := v
			if v.Kind() == event.List && !p.inverted {
				scope = ev.At(v, n)
			}
			dst = p.section.appendIn(dst, ev, append(scopes[:len(scopes):len(scopes)], scope))
		}
	}
	return dst
}

func (p *templatePart) appendValue(dst []byte, ev *event.Event, v event.Value) []byte {
	mark := len(dst)
	if v.Kind() == event.List {
		dst = appendItems(dst, ev, v)
	} else {
		dst = appendText(dst, ev, v)
	}
	switch {
	case p.escape == asForm:
		dst = append(dst[:mark], url.QueryEscape(string(dst[mark:]))...)
	case p.escape == asJSON && needsEscape(dst[mark:]):
		quoted := event.AppendQuoted(nil, dst[mark:])
		dst = append(dst[:mark], quoted[1:len(quoted)-1]...)
	}
	return dst
}

// appendItems appends a list that a tag names, which is written as a map of its items by their numbers.
func appendItems(dst []byte, ev *event.Event, list event.Value) []byte {
	dst = append(dst, '{')
	for i := range ev.Len(list) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(strconv.AppendInt(dst, int64(i), 10), '=')
		if item := ev.At(list, i); item.IsNull() {
			dst = append(dst, "null"...)
		} else {
			dst = appendText(dst, ev, item)
		}
	}
	return append(dst, '}')
}

func needsEscape(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == '"' || c == '\\' {
			return true
		}
	}
	return false
}
