package pipeline

import (
	"fmt"
	"net/url"
	"strconv"
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
	_, v, err := r.textField(&f, p.ignoreMissing, "cannot process it.")
	if err != nil || v.IsNull() {
		return err
	}
	parts, err := uriParts(r.ev, string(r.ev.Bytes(v)), p.keepOriginal)
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
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" && strings.ContainsAny(text, " \"<>\\^`{|}") {
		return event.Value{}, fmt.Errorf("unable to parse URI [%s]", text)
	}
	parts := ev.NewMap()
	put := func(name event.Symbol, s string) {
		if s != "" {
			ev.Put(parts, name, ev.Text(s))
		}
	}
	textOrNull := func(s string) event.Value {
		if s == "" {
			return event.NullValue()
		}
		return ev.Text(s)
	}
	ev.Put(parts, uriNames.domain, textOrNull(strings.TrimSuffix(u.Host, ":"+u.Port())))
	put(uriNames.fragment, u.Fragment)
	if keepOriginal {
		ev.Put(parts, uriNames.original, ev.Text(text))
	}
	if u.Opaque == "" {
		ev.Put(parts, uriNames.path, ev.Text(u.Path))
	}
	if i := strings.LastIndexByte(u.Path, '.'); i > strings.LastIndexByte(u.Path, '/') && i+1 < len(u.Path) {
		put(uriNames.extension, u.Path[i+1:])
	}
	if port, err := strconv.ParseInt(u.Port(), 10, 32); err == nil {
		ev.Put(parts, uriNames.port, event.IntValue(int32(port)))
	}
	put(uriNames.query, unescape(u.RawQuery))
	ev.Put(parts, uriNames.scheme, textOrNull(u.Scheme))
	if u.User != nil {
		password, _ := u.User.Password()
		put(uriNames.userInfo, u.User.String())
		put(uriNames.username, u.User.Username())
		put(uriNames.password, password)
	}
	return parts, nil
}

// unescape undoes percent encoding, and leaves alone what is none.
func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
