package pipeline

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/event"
)

// templateFunction is what a section is that Elasticsearch has as a function.
type templateFunction uint8

const (
	noFunction templateFunction = iota
	toJSON
	join
	asURL
)

const (
	joinBegins = "join delimiter='"
	joinEnds   = "'"
)

// makeFunction makes the section a function, if its name is that of one. The text of the section is then the name of
// the value that it takes, and text is kept as what stands between the items.
func (p *templatePart) makeFunction() error {
	name := p.name.text
	switch {
	case strings.EqualFold(name, "toJson"):
		p.function = toJSON
	case strings.EqualFold(name, "join"):
		p.function, p.text = join, ","
	case len(name) >= len(joinBegins)+len(joinEnds) && strings.HasPrefix(name, joinBegins) && strings.HasSuffix(name, joinEnds):
		p.function, p.text = join, name[len(joinBegins):len(name)-len(joinEnds)]
	case strings.EqualFold(name, "url"):
		p.function = asURL
		return nil
	default:
		return nil
	}
	parts := p.section.parts
	if len(parts) != 1 || parts[0].name != nil {
		return fmt.Errorf("template function [%s] must contain one and only one identifier", name)
	}
	p.name = parseName(parts[0].text)
	return nil
}

// appendJSON appends a value as Elasticsearch writes it: numbers as Java does, maps in the order of a HashMap.
func appendJSON(dst []byte, ev *event.Event, v event.Value, depth int) []byte {
	isMap := v.Kind() == event.Map
	switch {
	case v.IsNull():
		return append(dst, "null"...)
	case !isMap && v.Kind() != event.List:
		if isText := v.Kind() == event.String || v.Kind() == event.Bytes || v.Kind() == event.Date; !isText {
			return appendText(dst, ev, v)
		}
		return append(appendEscaped(append(dst, '"'), string(appendText(nil, ev, v))), '"')
	case depth > maxNesting:
		return append(dst, "null"...)
	}
	open, end := byte('['), byte(']')
	if isMap {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	order := hashOrder(ev, v)
	for i := range ev.Len(v) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if order != nil {
			i = order[i]
		}
		if isMap {
			dst = append(append(appendEscaped(append(dst, '"'), string(ev.Key(v, i))), '"'), ':')
		}
		dst = appendJSON(dst, ev, ev.At(v, i), depth+1)
	}
	return append(dst, end)
}

// call appends what a function makes of v.
func (p *templatePart) call(dst []byte, ev *event.Event, v event.Value) ([]byte, error) {
	if v.Kind() != event.List {
		switch {
		case p.function == join: // of what is no list it makes its name
			return append(dst, p.name.text...), nil
		case v.IsNull():
			return dst, nil
		case v.Kind() == event.Map:
			return appendJSON(dst, ev, v, 0), nil
		}
		return appendText(dst, ev, v), nil
	}
	if p.function == toJSON {
		return appendJSON(dst, ev, v, 0), nil
	}
	for i := range ev.Len(v) {
		if i > 0 {
			dst = append(dst, p.text...)
		}
		item := ev.At(v, i)
		if item.IsNull() {
			return dst, &causedError{"Function failure" + p.where(), `Cannot invoke "Object.toString()" because "object" is null`}
		}
		dst = appendText(dst, ev, item)
	}
	return dst, nil
}
