package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javaregex"
)

// textProcessor changes a text field, or each text of a list: lowercase, uppercase, trim, gsub, urldecode, bytes.
type textProcessor struct {
	field         field
	target        field
	ignoreMissing bool
	change        func(r *Runner, v event.Value) (event.Value, error)
}

func newText(o *options, change func(*Runner, event.Value) (event.Value, error)) *textProcessor {
	p := &textProcessor{field: o.field("field"), ignoreMissing: o.flag("ignore_missing", false), change: change}
	p.target = o.optionalField("target_field", p.field)
	return p
}

func newLowercase(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) { return mapCase(r.ev, v, 'A', bytes.ToLower), nil })
}

func newUppercase(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) { return mapCase(r.ev, v, 'a', bytes.ToUpper), nil })
}

func newTrim(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) {
		s := r.ev.Bytes(v)
		left := bytes.TrimLeftFunc(s, javaSpace)
		right := bytes.TrimRightFunc(left, javaSpace)
		start := len(s) - len(left)
		return r.ev.Sub(v, start, start+len(right)), nil
	})
}

func newURLDecode(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) {
		s, err := urlDecode(r.buf[:0], r.ev.Bytes(v))
		r.buf = s
		return r.ev.String(s), err
	})
}

func newBytes(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) {
		n, err := parseByteSize(string(r.ev.Bytes(v)))
		return event.LongValue(n), err
	})
}

func newGsub(o *options) processor {
	re, err := javaregex.Compile(o.text("pattern"), "")
	if err != nil {
		o.fail(o.node.get("pattern"), "[pattern] Invalid regex pattern. %w", err)
	}
	replacement, err := parseReplacement(o.text("replacement"))
	if err != nil {
		o.fail(o.node.get("replacement"), "[replacement] %w", err)
	}
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) { return replacement.all(r.ev, re, v) })
}

func (p *textProcessor) run(r *Runner) error {
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
		return fmt.Errorf("field [%s] is null, cannot process it.", path) //nolint:staticcheck // Elasticsearch's text
	}
	result, err := p.changeAny(r, path, v)
	if err != nil {
		return err
	}
	to, err := p.target.of(r)
	if err != nil {
		return err
	}
	return r.ev.Set(to, result)
}

func (p *textProcessor) changeAny(r *Runner, path event.Path, v event.Value) (event.Value, error) {
	if v.Kind() == event.String {
		return p.change(r, v)
	}
	if v.Kind() != event.List {
		return v, fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.lang.String]", path, v.Kind().JavaClass())
	}
	list := r.ev.NewList()
	for i := range r.ev.Len(v) {
		item := r.ev.At(v, i)
		if item.IsNull() {
			return v, errors.New(`Cannot invoke "Object.getClass()" because "value" is null`)
		}
		if item.Kind() != event.String {
			return v, fmt.Errorf("value [%s] of type [%s] in list field [%s] cannot be cast to [java.lang.String]",
				appendText(nil, r.ev, item), item.Kind().JavaClass(), path)
		}
		item, err := p.change(r, item)
		if err != nil {
			return v, err
		}
		r.ev.Append(list, item)
	}
	return list, nil
}

// mapCase converts ASCII in the event's own buffer, and anything else by way of the standard library.
func mapCase(ev *event.Event, v event.Value, first byte, other func([]byte) []byte) event.Value {
	s := ev.Bytes(v)
	changes := false
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return ev.String(other(s))
		}
		changes = changes || c-first < 26
	}
	if !changes {
		return v
	}
	mark := ev.Mark()
	ev.Write(s)
	copied := ev.Buffer()[mark:]
	for i, c := range copied {
		if c-first < 26 {
			copied[i] = c ^ 0x20
		}
	}
	return ev.Since(mark)
}

// urlDecode undoes percent encoding, and "+" for a space, as Java's URLDecoder does.
func urlDecode(dst, s []byte) ([]byte, error) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			dst = append(dst, ' ')
		case '%':
			if i+2 >= len(s) {
				return dst, fmt.Errorf("URLDecoder: Incomplete trailing escape (%%) pattern")
			}
			n, err := strconv.ParseUint(string(s[i+1:i+3]), 16, 8)
			if err != nil {
				return dst, fmt.Errorf("URLDecoder: Illegal hex characters in escape (%%) pattern - Error at index 0 in: %q", s[i+1:i+3])
			}
			dst = append(dst, byte(n))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

var byteUnits = []struct {
	suffix string
	factor int64
}{
	{"k", 1 << 10}, {"kb", 1 << 10}, {"m", 1 << 20}, {"mb", 1 << 20}, {"g", 1 << 30}, {"gb", 1 << 30},
	{"t", 1 << 40}, {"tb", 1 << 40}, {"p", 1 << 50}, {"pb", 1 << 50}, {"b", 1},
}

// parseByteSize reads a size as Elasticsearch's settings are read.
func parseByteSize(s string) (int64, error) {
	switch s {
	case "0":
		return 0, nil
	case "-1", "-1b", "-1B":
		return -1, nil
	}
	lower := strings.TrimFunc(strings.ToLower(s), javaSpace)
	for _, u := range byteUnits {
		if number, ok := strings.CutSuffix(lower, u.suffix); ok {
			return byteSize(s, strings.TrimFunc(number, javaSpace), u.suffix, u.factor)
		}
	}
	return 0, fmt.Errorf("failed to parse setting [Ingest Field] with value [%s] as a size in bytes: unit is missing or unrecognized", s)
}

// byteSize is a number of units. Only that of bytes must be whole.
func byteSize(s, number, suffix string, factor int64) (int64, error) {
	n, ok := parseLong(number)
	switch {
	case ok:
	case factor > 1:
		f, isNumber := parseDecimal([]byte(number), 64)
		if isNumber {
			n, suffix, factor = saturated(f*float64(factor)), "b", 1
			if n == -1 {
				return n, nil
			}
			break
		}
		fallthrough
	default:
		return 0, &causedError{fmt.Sprintf("failed to parse setting [Ingest Field] with value [%s]", s), notANumber(number)}
	}
	bound := ""
	switch {
	case n < -1 || n == -1 && factor > 1:
		bound = "less than -1"
	case n > math.MaxInt64/factor:
		bound = "greater than 9223372036854775807"
	default:
		return n * factor, nil
	}
	return 0, &causedError{
		fmt.Sprintf("failed to parse setting [Ingest Field] with value [%s] as a size in bytes", s),
		fmt.Sprintf("Values %s bytes are not supported: %d%s", bound, n, byteSuffix(suffix)),
	}
}

func byteSuffix(suffix string) string {
	if suffix == "b" {
		return suffix
	}
	return suffix[:1] + "b"
}

// saturated is Java's cast of a double to a long.
func saturated(f float64) int64 {
	switch {
	case math.IsNaN(f):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// javaSpace is what Java's String.trim takes off.
func javaSpace(r rune) bool { return r <= ' ' }

// replacement is the text that gsub puts in, with $1 and \$ as in Java's Matcher.
type replacement []replacementPart

type replacementPart struct {
	text  string
	group int // when text is ""
}

func parseReplacement(s string) (replacement, error) {
	var parts replacement
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			parts = append(parts, replacementPart{text: text.String()})
			text.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			text.WriteByte(s[i])
		case c == '$' && i+1 < len(s) && s[i+1]-'0' <= 9:
			flush()
			i++
			parts = append(parts, replacementPart{group: int(s[i] - '0')})
		case c == '$' || c == '\\':
			return nil, fmt.Errorf("Illegal group reference in [%s]: write \\%c for the character", s, c) //nolint:staticcheck // Java's text
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return parts, nil
}

func (t replacement) all(ev *event.Event, re *javaregex.Regexp, v event.Value) (event.Value, error) {
	s := ev.Bytes(v)
	if !re.Find(s) {
		return v, nil
	}
	mark, last := ev.Mark(), 0
	for _, loc := range re.All(s) {
		ev.Write(s[last:loc[0]])
		for _, part := range t {
			switch {
			case part.text != "":
				ev.Write([]byte(part.text))
			case 2*part.group+1 >= len(loc):
				ev.Undo(mark)
				return v, fmt.Errorf("No group %d", part.group) //nolint:staticcheck // Java's text
			case loc[2*part.group] >= 0:
				ev.Write(s[loc[2*part.group]:loc[2*part.group+1]])
			}
		}
		last = loc[1]
	}
	ev.Write(s[last:])
	return ev.Since(mark), nil
}
