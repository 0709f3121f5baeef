package pipeline

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"github.com/millrace/millrace/event"
)

// uriProcessor is `uri_parts`.
type uriProcessor struct {
	field, target    event.Path
	removeSuccessful bool
	keepOriginal     bool
	ignoreMissing    bool
	slot             int
	at               int32 // the reading of field
}

func newURIParts(o *options) processor {
	p := &uriProcessor{field: o.path("field"), target: o.optionalPath("target_field", event.MustPath("url")), slot: o.slot(),
		removeSuccessful: o.flag("remove_if_successful", false), keepOriginal: o.flag("keep_original", true), ignoreMissing: o.flag("ignore_missing", false)}
	p.at = o.reading(p.field)
	return p
}

func (p *uriProcessor) run(r *Runner) error {
	v := r.textAt(p.at, p.field)
	if v.Kind() != event.String {
		if !p.ignoreMissing && v.Kind() == event.Null {
			return errors.New(`Cannot invoke "String.length()" because "this.input" is null`) //nolint:staticcheck // Java's text
		}
		f := field{path: p.field}
		_, _, err := r.textField(&f, p.ignoreMissing, "")
		return err
	}
	parts, ok := r.scratch[p.slot].(*uriParts)
	if !ok {
		parts = &uriParts{}
		r.scratch[p.slot] = parts
	}
	if err := parts.read(r.ev, v, p.keepOriginal); err != nil {
		return err
	}
	if p.removeSuccessful && p.target.String() != p.field.String() {
		if err := r.ev.Remove(p.field); err != nil {
			return err
		}
	}
	if l := parts.layoutFor(p.target); l != nil && r.ev.SetNew(l, parts.values[:]) {
		return nil
	}
	return r.ev.Set(p.target, parts.newMap(r.ev))
}

// uriNames are the parts in the order in which they are written.
var uriNames = [...]event.Symbol{
	event.Intern("domain"), event.Intern("fragment"), event.Intern("original"), event.Intern("path"), event.Intern("extension"), event.Intern("port"),
	event.Intern("query"), event.Intern("scheme"), event.Intern("user_info"), event.Intern("username"), event.Intern("password"),
}

// Places in uriNames.
const (
	partDomain = iota
	partFragment
	partOriginal
	partPath
	partExtension
	partPort
	partQuery
	partScheme
	partUserInfo
	partUsername
	partPassword
)

// uriParts are the parts of a URI as values of an event.
type uriParts struct {
	uri     javaURI
	text    string      // of the URI
	whole   event.Value // the same
	values  [len(uriNames)]event.Value
	there   uint16 // which of them there are
	layouts []uriLayout
}

// uriLayout is how some parts, together, are written.
type uriLayout struct {
	there  uint16
	layout *event.Layout // nil: they cannot be written so
}

// read takes the URI that is the text v to its parts.
func (p *uriParts) read(ev *event.Event, v event.Value, keepOriginal bool) error {
	p.text, p.whole, p.there = view(ev.Bytes(v)), v, 0 // if the event's text moves, this stays where it is
	u := &p.uri
	if err := u.read(p.text); err != nil {
		return fmt.Errorf("unable to parse URI [%s]", p.text)
	}
	p.put(partDomain, event.NullValue())
	p.putPart(ev, partDomain, u.host)
	p.putPart(ev, partFragment, u.fragment)
	if keepOriginal {
		p.put(partOriginal, v)
	}
	p.putPart(ev, partPath, u.path)
	slash := strings.LastIndexByte(u.path.text, '/')
	if dot := strings.LastIndexByte(u.path.text, '.'); slash >= 0 && dot > slash {
		p.putPart(ev, partExtension, somePart(u.path.text[dot+1:]))
	}
	if u.port != -1 {
		p.put(partPort, event.IntValue(int32(u.port))) //nolint:gosec // was parsed as 32 bits
	}
	p.putPart(ev, partQuery, u.query)
	p.put(partScheme, event.NullValue())
	p.putPart(ev, partScheme, u.scheme)
	p.putPart(ev, partUserInfo, u.userInfo)
	if user, password, ok := cutAt(u.userInfo.text, ':'); ok {
		p.putPart(ev, partUsername, somePart(user))
		p.putPart(ev, partPassword, somePart(password))
	}
	return nil
}

func (p *uriParts) put(place int, v event.Value) {
	p.values[place] = v
	p.there |= 1 << place
}

// putPart puts a part that there is: of the text itself when it is of that.
func (p *uriParts) putPart(ev *event.Event, place int, part uriPart) {
	if !part.there {
		return
	}
	n := len(part.text)
	at := int(uintptr(unsafe.Pointer(unsafe.StringData(part.text))) - uintptr(unsafe.Pointer(unsafe.StringData(p.text))))
	if n > 0 && at >= 0 && at+n <= len(p.text) {
		p.put(place, ev.Sub(p.whole, at, at+n))
	} else {
		p.put(place, ev.Text(part.text))
	}
}

// layoutFor is how the parts that there are are written to target, nil when there is no such way.
func (p *uriParts) layoutFor(target event.Path) *event.Layout {
	for i := range p.layouts {
		if p.layouts[i].there == p.there {
			return p.layouts[i].layout
		}
	}
	if len(p.layouts) == maxLayouts {
		return nil
	}
	var paths [len(uriNames)]event.Path
	for place, name := range uriNames {
		if p.there>>place&1 != 0 {
			paths[place] = event.MustPath(target.String() + "." + name.String())
		}
	}
	l := event.NewLayout(paths[:])
	p.layouts = append(p.layouts, uriLayout{p.there, l})
	return l
}

// newMap is a map of the parts.
func (p *uriParts) newMap(ev *event.Event) event.Value {
	m := ev.NewMap()
	for place, name := range uriNames {
		if p.there>>place&1 != 0 {
			ev.Put(m, name, p.values[place])
		}
	}
	return m
}

// uriPartsOf is a map of the parts of a URI.
func uriPartsOf(ev *event.Event, text string) (event.Value, error) {
	var p uriParts
	if err := p.read(ev, ev.Text(text), true); err != nil {
		return event.Value{}, err
	}
	return p.newMap(ev), nil
}
