package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unsafe"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
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
		return fmt.Errorf("Field [%s] is null, cannot be converted to type [%s]", path, strings.ToLower(p.typ)) //nolint:staticcheck // Elasticsearch's text
	}
	if v.Kind() == event.List {
		list := r.ev.NewList()
		for i := range r.ev.Len(v) {
			item := r.ev.At(v, i)
			if item.IsNull() {
				if err = p.ofNull(); err != nil {
					return err
				}
			}
			if item, err = p.to(r, item); err != nil {
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

// ofNull is what Java says of an item that is null.
func (p *convertProcessor) ofNull() error {
	switch strings.ToLower(p.typ) {
	case "auto":
		return nil
	case "ip":
		return errors.New(`Cannot invoke "String.length()" because "ipString" is null`) //nolint:staticcheck // Java's text
	}
	return errors.New(`Cannot invoke "Object.toString()" because "value" is null`) //nolint:staticcheck // Java's text
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

func cannotConvert(text []byte, typ, cause string) error {
	return &causedError{fmt.Sprintf("unable to convert [%s] to %s", text, typ), cause}
}

// parseLong is Java's Long.parseLong.
func parseLong(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// parseWhole reads a number, in base 16 when 0x or -0x stands before it.
func parseWhole(text []byte, bits int) (n int64, cause string) {
	s, base := view(text), 10
	if digits := strings.TrimPrefix(s, "-"); strings.HasPrefix(digits, "0x") {
		if base, digits = 16, digits[2:]; strings.HasPrefix(digits, "-") || strings.HasPrefix(digits, "+") {
			return 0, "Sign character in wrong position"
		}
		s = s[:len(s)-len(digits)-2] + digits
	}
	n, err := strconv.ParseInt(s, base, bits)
	switch {
	case err == nil:
		return n, ""
	case base == 16:
		return 0, notANumber(s) + " under radix 16"
	}
	return 0, notANumber(s)
}

func toInteger(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	n, cause := parseWhole(text, 32)
	if cause != "" {
		return v, cannotConvert(text, "integer", cause)
	}
	return event.IntValue(int32(n)), nil
}

func toLong(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	n, cause := parseWhole(text, 64)
	if cause != "" {
		return v, cannotConvert(text, "long", cause)
	}
	return event.LongValue(n), nil
}

// parseDecimal reads what Java's parseFloat and parseDouble read.
func parseDecimal(text []byte, bits int) (float64, bool) {
	text = bytes.TrimFunc(text, javaSpace)
	if n := len(text); n > 1 && (text[n-1]|0x20 == 'f' || text[n-1]|0x20 == 'd') && (text[n-2] == '.' || text[n-2]-'0' <= 9) {
		text = text[:n-1]
	}
	for _, c := range text {
		if c == '_' || c|0x20 == 'i' || c|0x20 == 'n' { // Go reads more of these
			return javaConstant(view(text))
		}
	}
	f, err := strconv.ParseFloat(view(text), bits)
	if err != nil && !strings.Contains(err.Error(), "range") {
		return 0, false
	}
	return f, true
}

func javaConstant(s string) (float64, bool) {
	switch s {
	case "NaN", "+NaN", "-NaN":
		return math.NaN(), true
	case "Infinity", "+Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}

func toFloat(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	f, ok := parseDecimal(text, 32)
	if !ok {
		return v, cannotConvert(text, "float", painless.NotFraction(view(text)))
	}
	return event.FloatValue(float32(f)), nil
}

func toDouble(r *Runner, v event.Value) (event.Value, error) {
	text := r.text(v)
	f, ok := parseDecimal(text, 64)
	if !ok {
		return v, cannotConvert(text, "double", painless.NotFraction(view(text)))
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
	if v.Kind() != event.String {
		return v, cannotCast(v.Kind().JavaClass(), "java.lang.String")
	}
	_, err := parseIP(string(r.ev.Bytes(v)))
	return v, err
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
