package pipeline

import (
	"errors"
	"fmt"
	"strings"

	"github.com/millrace/millrace/event"
)

// uriProcessor is `uri_parts`.
type uriProcessor struct {
	field, target    event.Path
	removeSuccessful bool
	keepOriginal     bool
	ignoreMissing    bool
}

func newURIParts(o *options) processor {
	return &uriProcessor{o.path("field"), o.optionalPath("target_field", event.MustPath("url")),
		o.flag("remove_if_successful", false), o.flag("keep_original", true), o.flag("ignore_missing", false)}
}

var uriNames = struct{ domain, extension, fragment, original, password, path, port, query, scheme, userInfo, username event.Symbol }{
	event.Intern("domain"), event.Intern("extension"), event.Intern("fragment"), event.Intern("original"), event.Intern("password"),
	event.Intern("path"), event.Intern("port"), event.Intern("query"), event.Intern("scheme"), event.Intern("user_info"), event.Intern("username"),
}

func (p *uriProcessor) run(r *Runner) error {
	f := field{path: p.field}
	if !p.ignoreMissing && r.ev.Get(p.field).Kind() == event.Null {
		return errors.New(`Cannot invoke "String.length()" because "this.input" is null`) //nolint:staticcheck // Java's text
	}
	_, v, err := r.textField(&f, p.ignoreMissing, "")
	if err != nil || v.IsNull() {
		return err
	}
	r.buf = append(r.buf[:0], r.ev.Bytes(v)...) // the event's text moves when it grows
	parts, err := uriParts(r.ev, view(r.buf), p.keepOriginal)
	if err != nil {
		return err
	}
	if p.removeSuccessful && p.target.String() != p.field.String() {
		if err := r.ev.Remove(p.field); err != nil {
			return err
		}
	}
	return r.ev.Set(p.target, parts)
}

// uriParts is a map of the parts of a URI.
func uriParts(ev *event.Event, text string, keepOriginal bool) (event.Value, error) {
	u, err := parseJavaURI(text)
	if err != nil {
		return event.Value{}, fmt.Errorf("unable to parse URI [%s]", text)
	}
	parts := ev.NewMap()
	put := func(name event.Symbol, part uriPart) {
		if part.there {
			ev.Put(parts, name, ev.Text(part.text))
		}
	}
	orNull := func(name event.Symbol, part uriPart) {
		if ev.Put(parts, name, event.NullValue()); part.there {
			put(name, part)
		}
	}
	orNull(uriNames.domain, u.host)
	put(uriNames.fragment, u.fragment)
	if keepOriginal {
		ev.Put(parts, uriNames.original, ev.Text(text))
	}
	put(uriNames.path, u.path)
	slash := strings.LastIndexByte(u.path.text, '/')
	if dot := strings.LastIndexByte(u.path.text, '.'); slash >= 0 && dot > slash {
		ev.Put(parts, uriNames.extension, ev.Text(u.path.text[dot+1:]))
	}
	if u.port != -1 {
		ev.Put(parts, uriNames.port, event.IntValue(int32(u.port))) //nolint:gosec // was parsed as 32 bits
	}
	put(uriNames.query, u.query)
	orNull(uriNames.scheme, u.scheme)
	put(uriNames.userInfo, u.userInfo)
	if user, password, ok := strings.Cut(u.userInfo.text, ":"); ok {
		put(uriNames.username, somePart(user))
		put(uriNames.password, somePart(password))
	}
	return parts, nil
}
