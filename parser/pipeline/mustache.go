package pipeline

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// template is a mustache text, as Elasticsearch's templates are: {{x}} is escaped as the processor's media type
// says, {{{x}}} and {{&x}} are not; {{#x}}…{{/x}} stands for a value that is true, once for each item of a list, and
// {{^x}}…{{/x}} for one that is not; {{! x}} is a comment, {{=<% %>=}} changes the marks.
//
// Three sections are functions of Elasticsearch's: {{#toJson}}x{{/toJson}}, {{#join}}x{{/join}} (or join delimiter='; ')
// and {{#url}}…{{/url}}.
type template struct {
	parts []templatePart
}

type templatePart struct {
	text   string // literal, when name is nil
	name   *templateName
	escape escaping

	section  *template // nil for a variable
	inverted bool
	function templateFunction
	line     int // of the tag in the template
}

// templateName is what a tag asks for: in the sections around it, innermost first, then in the document.
type templateName struct {
	text    string
	full    event.Symbol // a field may have dots in its name; it comes before nested ones
	path    event.Path   // zero when it is none
	parts   []string     // nil for {{.}}
	indexed bool         // a part is a number, or the size of a list
	at      int32        // the reading of path, 0 for none
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
	m := &mustache{text: returns(text), open: "{{", end: "}}", escape: escape}
	return m.section("", true, true)
}

// returns is text without the carriage returns that end no line. Those that do stand before the line ends that follow
// at once, too.
func returns(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	var b strings.Builder
	saw := false
	for _, c := range []byte(text) {
		switch {
		case c == '\r':
			saw = true
			continue
		case c == '\n' && saw:
			b.WriteByte('\r')
		default:
			saw = false
		}
		b.WriteByte(c)
	}
	return b.String()
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

// section reads up to {{/name}}, or to the end for the whole template. fresh says that no tag stands before it on its
// line.
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
			fresh = false
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
		fresh = false
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
	part.inverted, part.line, part.name = tag[0] == '^', m.lines+1, parseName(name)
	if part.section, err = m.section(name, false, fresh); err == nil && !part.inverted {
		err = part.makeFunction()
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
func (m *mustache) variable(t *template, tag string) error {
	part := templatePart{escape: m.escape, line: m.lines + 1}
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
	case '>', '<', '$', '%', '?':
		return fmt.Errorf("template [%s]: {{%s}} is not supported", m.text, tag)
	case '{', '&':
		name, part.escape = strings.TrimSpace(tag[1:]), plain
	}
	part.name = parseName(name)
	t.parts = append(t.parts, part)
	return nil
}

func parseName(name string) *templateName {
	n := &templateName{text: name}
	if name == "." {
		return n
	}
	n.full, n.parts = event.Intern(name), strings.Split(name, ".")
	for _, part := range n.parts {
		_, err := strconv.Atoi(part)
		n.indexed = n.indexed || err == nil || part == "size"
	}
	if path, err := event.ParsePath(name); err == nil {
		n.path = path
	}
	return n
}
