package pipeline

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"

	"github.com/millrace/millrace/event"
)

// rendering is a template on its way to be text.
type rendering struct {
	ev       *event.Event
	scopes   []event.Value // the sections around a tag, innermost last
	sections int           // times that sections have stood for something
	before   int           // bytes that are not the template's
}

// maxRendered bounds the text of a template, in bytes, and the times that its sections stand for something.
const maxRendered = 1 << 20

var errRendered = errors.New("Mustache script result size limit exceeded") //nolint:staticcheck // Elasticsearch's text

// append appends the text of the template for ev.
func (t *template) append(dst []byte, ev *event.Event) ([]byte, error) {
	w := rendering{ev: ev, before: len(dst)}
	return t.appendIn(dst, &w)
}

// tag is the only part of a template that is one for a value, nil for others.
func (t *template) tag() *templatePart {
	if len(t.parts) != 1 || t.parts[0].name == nil || t.parts[0].section != nil {
		return nil
	}
	return &t.parts[0]
}

// value is the text of the template for the event. That of a tag alone is mostly there already.
func (t *template) value(r *Runner) (v event.Value, err error) {
	if tag := t.tag(); tag != nil {
		if name := tag.name; name.at != 0 && r.ev.Lookup(r.ev.Doc(), name.full).Kind() == event.Missing {
			v = r.ctx.Field(name.at)
		}
		if v.IsNull() {
			v, err = tag.name.of(&rendering{ev: r.ev})
		}
		if err == nil && tag.isText(r.ev, v) {
			return v, nil
		}
		if v.Kind() == event.Date && tag.escape != asForm {
			return r.ev.Time(&r.times, v.Int()), nil
		}
	}
	if r.buf, err = t.append(r.buf[:0], r.ev); err != nil {
		return event.Value{}, err
	}
	return r.ev.String(r.buf), nil
}

// isText tells whether a value is written as it is.
func (p *templatePart) isText(ev *event.Event, v event.Value) bool {
	if v.Kind() != event.String || p.escape == asForm {
		return false
	}
	text := ev.Bytes(v)
	return len(text) <= maxRendered && (p.escape == plain || !needsEscape(text))
}

func (t *template) appendIn(dst []byte, w *rendering) (_ []byte, err error) {
	for i := range t.parts {
		p := &t.parts[i]
		switch {
		case p.name == nil:
			dst = append(dst, p.text...)
		case p.section == nil:
			v, err := p.name.of(w)
			if err != nil {
				where := p.where()
				return dst, &causedError{"Failed to get value for " + p.name.text + where, err.Error()}
			}
			dst = p.appendValue(dst, w.ev, v)
		default:
			if dst, err = p.appendSection(dst, w); err != nil {
				return dst, err
			}
		}
		if len(dst)-w.before > maxRendered {
			return dst, errRendered
		}
	}
	return dst, nil
}

// where is the place of a tag as mustache.java writes it.
func (p *templatePart) where() string { return fmt.Sprintf(" @[query-template:%d]", p.line) }

func (p *templatePart) appendSection(dst []byte, w *rendering) ([]byte, error) {
	if p.function == asURL {
		mark := len(dst)
		dst, err := p.section.appendIn(dst, w)
		if err != nil {
			return dst, err
		}
		return appendForm(dst[:mark], string(dst[mark:])), nil
	}
	v, err := p.name.of(w)
	if err != nil {
		return dst, &causedError{err.Error() + p.where(), err.Error()}
	}
	if p.function != noFunction {
		return p.call(dst, w.ev, v)
	}
	outer := len(w.scopes)
	defer func() { w.scopes = w.scopes[:outer] }()
	for n := range p.times(w.ev, v) {
		if w.sections++; w.sections > maxRendered {
			return dst, errRendered
		}
		scope := v
		if v.Kind() == event.List && !p.inverted {
			scope = w.ev.At(v, n)
		}
		if w.scopes = w.scopes[:outer]; !p.inverted && !scope.IsNull() {
			w.scopes = append(w.scopes, scope)
		}
		if dst, err = p.section.appendIn(dst, w); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// of is the value that a tag asks for: in the sections around it, innermost first, then in the document. An error is
// of a list that is not as long.
func (n *templateName) of(w *rendering) (event.Value, error) {
	ev := w.ev
	if n.parts == nil {
		if len(w.scopes) == 0 {
			return ev.Doc(), nil
		}
		return w.scopes[len(w.scopes)-1], nil
	}
	for i := len(w.scopes) - 1; i >= 0; i-- {
		if v, found, err := n.within(ev, w.scopes[i], n.parts); found || err != nil {
			return v, err
		}
	}
	if len(n.parts) > 1 {
		if v := ev.Lookup(ev.Doc(), n.full); v.Kind() != event.Missing {
			return v, nil
		}
	}
	if !n.path.IsZero() {
		if v := ev.Get(n.path); v.Kind() != event.Missing || !n.indexed {
			return v, nil
		}
	}
	root, parts := ev.Doc(), n.parts
	switch parts[0] {
	case "_ingest":
		root, parts = ev.Ingest(), parts[1:]
	case "_source":
		parts = parts[1:]
	}
	v, _, err := n.within(ev, root, parts)
	return v, err
}

// within looks for a name in a section, as it stands and then step by step. found says not to look further out: that is
// so as soon as all steps but the last are there.
func (n *templateName) within(ev *event.Event, scope event.Value, parts []string) (v event.Value, found bool, err error) {
	if scope.Kind() == event.Map && len(parts) > 1 {
		if v = ev.Lookup(scope, n.full); v.Kind() != event.Missing {
			return v, true, nil
		}
	}
	v = scope
	for i, name := range parts {
		v, err = member(ev, v, name)
		switch {
		case err != nil:
			return v, false, err
		case v.Kind() == event.Missing:
			return v, i > 0 && i == len(parts)-1, nil
		case v.IsNull():
			return v, true, nil
		}
	}
	return v, true, nil
}

// member is what v has by a name: Missing if it is no container, or has nothing of that name.
func member(ev *event.Event, v event.Value, name string) (event.Value, error) {
	switch v.Kind() {
	case event.Map:
		return ev.LookupBytes(v, []byte(name)), nil
	case event.List:
		if name == "size" {
			return event.IntValue(int32(min(ev.Len(v), 1<<30))), nil
		}
		i, err := strconv.ParseInt(name, 10, 32)
		switch {
		case err != nil:
			return event.Value{}, nil
		case i < 0:
			return event.Value{}, errors.New("position >= 0")
		case int(i) >= ev.Len(v):
			return event.Value{}, errors.New(strconv.FormatInt(i, 10))
		}
		if v = ev.At(v, int(i)); v.IsNull() {
			return event.Value{}, nil
		}
		return v, nil
	}
	return event.Value{}, nil
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

func (p *templatePart) appendValue(dst []byte, ev *event.Event, v event.Value) []byte {
	mark := len(dst)
	if v.Kind() == event.List {
		dst = appendItems(dst, ev, v)
	} else {
		dst = appendText(dst, ev, v)
	}
	switch {
	case p.escape == asForm:
		dst = appendForm(dst[:mark], string(dst[mark:]))
	case p.escape == asJSON:
		if plain := mark + escapeAt(view(dst[mark:])); plain < len(dst) {
			dst = appendEscaped(dst[:plain], string(dst[plain:]))
		}
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

func needsEscape(b []byte) bool { return escapeAt(view(b)) < len(b) }

// escaped are the bytes that JSON has no string without.
var escaped = func() (is [256]bool) {
	for c := range ' ' {
		is[c] = true
	}
	is['"'], is['\\'] = true, true
	return is
}()

// escapeAt is where the first byte stands that has to be escaped, the end when none has. It looks at eight at once.
func escapeAt(s string) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i <= len(s)-8; i += 8 {
		x := binary.LittleEndian.Uint64([]byte(s[i : i+8]))
		quote, backslash := x^'"'*ones, x^'\\'*ones
		if stop := ((x-' '*ones)&^x | (quote-ones)&^quote | (backslash-ones)&^backslash) & high; stop != 0 { // the lowest is right
			return i + bits.TrailingZeros64(stop)>>3
		}
	}
	for i < len(s) && !escaped[s[i]] {
		i++
	}
	return i
}

const upperHex = "0123456789ABCDEF"

// appendEscaped appends s as Jackson writes it between the quotes of a JSON string.
func appendEscaped(dst []byte, s string) []byte {
	for {
		plain := escapeAt(s)
		dst = append(dst, s[:plain]...)
		if plain == len(s) {
			return dst
		}
		switch c := s[plain]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', upperHex[c>>4], upperHex[c&15])
		}
		s = s[plain+1:]
	}
}

// appendForm appends s as java.net.URLEncoder writes it.
func appendForm(dst []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '*', c == '_':
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}
