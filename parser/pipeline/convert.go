package pipeline

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unsafe"

	"github.com/millrace/millrace/event"
)

// convertProcessor is `convert`.
type convertProcessor struct {
	field, target field
	typ           string
	to            conversion
	ignoreMissing bool
}

// conversion makes a value of its type out of any scalar.
type conversion func(r *Runner, v event.Value) (event.Value, error)

var conversions = map[string]conversion{
	"integer": toInteger, "long": toLong, "float": toFloat, "double": toDouble,
	"boolean": toBoolean, "string": toString, "ip": toIP, "auto": toAny,
}

func newConvert(o *options) processor {
	p := &convertProcessor{field: o.field("field"), typ: o.text("type"), ignoreMissing: o.flag("ignore_missing", false)}
	p.target = o.optionalField("target_field", p.field)
	if p.to = conversions[strings.ToLower(p.typ)]; p.to == nil && o.err == nil {
		o.fail(o.node.get("type"), "[type] type [%s] not supported, cannot convert field.", p.typ)
	}
	return p
}

func (p *convertProcessor) run(r *Runner) error {
	path, err := p.field.of(r)
	if err != nil {
		return err
	}
	v, err := r.ev.Resolve(path)
	switch {
	case (err != nil || v.IsNull()) && p.ignoreMissing:
		return nil
	case err != nil:
		return err
	case v.IsNull():
		return fmt.Errorf("Field [%s] is null, cannot be converted to type [%s]", path, p.typ) //nolint:staticcheck // Elasticsearch's text
	}
	if v.Kind() == event.List {
		list := r.ev.NewList()
		for i := range r.ev.Len(v) {
			item, err := p.to(r, r.ev.At(v, i))
			if err != nil {
				return err
			}
			r.ev.Append(list, item)
		}
		v = list
	} else if v, err = p.to(r, v); err != nil {
		return err
	}
	to, err := p.target.of(r)
	if err != nil {
		return err
	}
	return r.ev.Set(to, v)
}

// text is v as text in the runner's buffer or the event: valid until either changes.
func (r *Runner) text(v event.Value) []byte {
	if v.Kind() == event.String {
		return r.ev.Bytes(v)
	}
	r.buf = appendText(r.buf[:0], r.ev, v)
	return r.buf
}

// view is b as a string, for functions that do not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func cannotConvert(text []byte, typ string) error {
	return fmt.Errorf("unable to convert [%s] to %s", text, typ)
}

func parseWhole(text []byte, bits int) (int64, bool) {
	base := 10
	if len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		text, base = text[2:], 16
	}
	n, err := strconv.ParseInt(view(text), base, bits)
	return n, err == nil
}

func toInteger(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	n, ok := parseWhole(text, 32)
	if !ok {
		return v, cannotConvert(text, "integer")
	}
	return event.IntValue(int32(n)), nil
}

func toLong(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	n, ok := parseWhole(text, 64)
	if !ok {
		return v, cannotConvert(text, "long")
	}
	return event.LongValue(n), nil
}

// parseDecimal reads what Java's parseFloat and parseDouble read.
func parseDecimal(text []byte, bits int) (float64, bool) {
	text = bytes.TrimSpace(text)
	if n := len(text); n > 1 && (text[n-1]|0x20 == 'f' || text[n-1]|0x20 == 'd') && (text[n-2] == '.' || text[n-2]-'0' <= 9) {
		text = text[:n-1]
	}
	for _, c := range text {
		if c == '_' || c|0x20 == 'x' || c|0x20 == 'p' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(view(text), bits)
	if err != nil && !strings.Contains(err.Error(), "range") {
		return 0, false
	}
	return f, true
}

func toFloat(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	f, ok := parseDecimal(text, 32)
	if !ok {
		return v, cannotConvert(text, "float")
	}
	return event.FloatValue(float32(f)), nil
}

func toDouble(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	f, ok := parseDecimal(text, 64)
	if !ok {
		return v, cannotConvert(text, "double")
	}
	return event.DoubleValue(f), nil
}

func toBoolean(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	switch {
	case len(text) == 4 && strings.EqualFold(view(text), "true"):
		return event.BoolValue(true), nil
	case len(text) == 5 && strings.EqualFold(view(text), "false"):
		return event.BoolValue(false), nil
	}
	return v, fmt.Errorf("[%s] is not a boolean value, cannot convert to boolean", text)
}

func toString(r *Runner, v event.Value) (event.Value, error) {
	if v.Kind() == event.String {
		return v, nil
	}
	return r.ev.String(r.text(v)), nil
}

func toIP(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	if v.Kind() != event.String {
		return v, fmt.Errorf("'%s' is not an IP string literal.", text) //nolint:staticcheck // Elasticsearch's text
	}
	if _, err := netip.ParseAddr(view(text)); err != nil {
		return v, fmt.Errorf("'%s' is not an IP string literal.", text) //nolint:staticcheck // Elasticsearch's text
	}
	return v, nil
}

// toAny is auto: the first of boolean, integer, long, float and double that fits.
func toAny(r *Runner, v event.Value) (event.Value, error) {
	if v.Kind() != event.String {
		return v, nil
	}
	for _, to := range []conversion{toBoolean, toInteger, toLong, toFloat, toDouble} {
		if w, err := to(r, v); err == nil {
			return w, nil
		}
	}
	return v, nil
}
