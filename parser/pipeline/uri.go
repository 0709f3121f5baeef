package pipeline

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// uriProcessor is `uri_parts`.
type uriProcessor struct {
	field, target    event.Path
	removeSuccessful bool
	keepOriginal     bool
	ignoreMissing    bool
	slot             int
	at               int32 // the reading of field
	touches          []painless.Touch
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
		r.ctx.Wrote(p.touches)
		if err := r.ev.Remove(p.field); err != nil {
			return err
		}
	}
	if l := parts.layoutFor(r, p.target); l != nil && l.layout != nil && parts.writeNew(r, l) {
		return nil
	}
	r.ctx.Wrote(p.touches)
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
	text    string                                  // of the URI
	whole   event.Value                             // the same
	values  [len(uriNames) + maxURIMaps]event.Value // behind them the maps that they are in
	there   uint16                                  // which of them there are
	null    uint16                                  // and are null
	layouts []uriLayout
}

// maxURIMaps bounds the depth of a target to which parts are written by a layout.
const maxURIMaps = 4

// uriLayout is how some parts, together, are written.
type uriLayout struct {
	there, null uint16
	layout      *event.Layout // nil: they cannot be written so
	known       *painless.Known
}

// read takes the URI that is the text v to its parts.
func (p *uriParts) read(ev *event.Event, v event.Value, keepOriginal bool) error {
	p.text, p.whole, p.there, p.null = view(ev.Bytes(v)), v, 0, 0 // if the event's text moves, this stays where it is
	u := &p.uri
	if err := u.read(p.text); err != nil {
		return fmt.Errorf("unable to parse URI [%s]", p.text)
	}
	p.putPart(ev, partDomain, u.host)
	p.orNull(partDomain)
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
	p.putPart(ev, partScheme, u.scheme)
	p.orNull(partScheme)
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

// orNull puts null for a part that there is not.
func (p *uriParts) orNull(place int) {
	if p.there>>place&1 == 0 {
		p.put(place, event.NullValue())
		p.null |= 1 << place
	}
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

// layoutFor is how the parts that there are are written to target, nil beyond the bounds.
func (p *uriParts) layoutFor(r *Runner, target event.Path) *uriLayout {
	for i := range p.layouts {
		if l := &p.layouts[i]; l.there == p.there && l.null == p.null {
			return l
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
	l := uriLayout{there: p.there, null: p.null, layout: event.NewLayout(paths[:])}
	switch {
	case l.layout == nil:
	case l.layout.Maps() > maxURIMaps:
		l.layout = nil
	default:
		l.known = r.set.fields.Layout(l.layout, len(paths), uint64(p.null))
	}
	p.layouts = append(p.layouts, l)
	return &p.layouts[len(p.layouts)-1]
}

// writeNew writes the parts by their layout, unless the document has something where they are to go.
func (p *uriParts) writeNew(r *Runner, l *uriLayout) bool {
	values := p.values[:len(uriNames)+l.layout.Maps()]
	if !r.ev.SetNew(l.layout, values) {
		return false
	}
	if p.null != 0 {
		r.ev.NoteNull(values[len(values)-1])
	}
	r.ctx.Learn(l.known, values)
	return true
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
