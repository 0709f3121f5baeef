package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javaregex"
	"github.com/millrace/millrace/parser/javatext"
	"github.com/millrace/millrace/parser/painless"
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
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) {
		return mapCase(r.ev, v, 'A', painless.AppendLower), nil
	})
}

func newUppercase(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) {
		return mapCase(r.ev, v, 'a', painless.AppendUpper), nil
	})
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
	replacement := o.text("replacement")
	if re == nil {
		return nil
	}
	return newReplacement(o, re, replacement)
}

func newReplacement(o *options, re *javaregex.Regexp, text string) processor {
	replacement := parseReplacement(text, re)
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
			return v, errors.New(`Cannot invoke "Object.getClass()" because "value" is null`) //nolint:staticcheck // Java's text
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

// mapCase converts ASCII in the event's own buffer, and anything else as Java does.
func mapCase(ev *event.Event, v event.Value, first byte, other func(dst, s []byte) []byte) event.Value {
	s := ev.Bytes(v)
	changes := false
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return ev.String(other(nil, s))
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
	for i := 0; i < len(s); {
		switch s[i] {
		case '+':
			dst = append(dst, ' ')
			i++
		case '%':
			mark := len(dst)
			for ; i < len(s) && s[i] == '%'; i += 3 {
				if i+2 >= len(s) {
					return dst, errors.New("URLDecoder: Incomplete trailing escape (%) pattern")
				}
				n, err := hexByte(s[i+1 : i+3])
				if err != nil {
					return dst, err
				}
				dst = append(dst, n)
			}
			if decoded := dst[mark:]; !utf8.Valid(decoded) {
				dst = javatext.AppendUTF8(dst[:mark], bytes.Clone(decoded))
			}
		default:
			dst = append(dst, s[i])
			i++
		}
	}
	return dst, nil
}

// hexByte reads two digits as Java's Integer.parseInt does, which takes a sign for one of them.
func hexByte(s []byte) (byte, error) {
	n, err := strconv.ParseInt(view(s), 16, 16)
	switch {
	case err != nil:
		at := 0
		if _, err := strconv.ParseUint(view(s[:1]), 16, 8); err == nil || s[0] == '+' || s[0] == '-' {
			at = 1
		}
		return 0, fmt.Errorf(`URLDecoder: Illegal hex characters in escape (%%) pattern - Error at index %d in: "%s"`, at, s)
	case n < 0:
		return 0, errors.New("URLDecoder: Illegal hex characters in escape (%) pattern - negative value")
	}
	return byte(n), nil
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

// replacement is the text that gsub puts in, with $1, ${name} and \$ as in Java's Matcher.
type replacement struct {
	parts []replacementPart
	err   error // what is wrong with it, which nobody is told before something matches
}

type replacementPart struct {
	text  string
	group int // when text is ""
}

func parseReplacement(s string, re *javaregex.Regexp) (t replacement) {
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			t.parts = append(t.parts, replacementPart{text: text.String()})
			text.Reset()
		}
	}
	for len(s) > 0 && t.err == nil {
		c := s[0]
		switch s = s[1:]; {
		case c == '\\' && s == "":
			t.err = errors.New("character to be escaped is missing")
		case c == '\\':
			_, size := utf8.DecodeRuneInString(s)
			text.WriteString(s[:size])
			s = s[size:]
		case c == '$':
			flush()
			var group int
			if group, s, t.err = parseGroup(s, re); t.err == nil {
				t.parts = append(t.parts, replacementPart{group: group})
			}
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return t
}

// parseGroup reads what follows a $: a name in braces, or as many digits as make a group that there is.
func parseGroup(s string, re *javaregex.Regexp) (group int, rest string, err error) {
	switch {
	case s == "":
		return 0, s, errors.New("Illegal group reference: group index is missing") //nolint:staticcheck // Java's text
	case s[0] == '{':
		name := s[1:]
		end := strings.IndexFunc(name, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		switch {
		case end <= 0 || name[end] != '}':
			return 0, s, errors.New("named capturing group is missing trailing '}'")
		case name[0] <= '9':
			return 0, s, fmt.Errorf("capturing group name {%s} starts with digit character", name[:end])
		}
		if group = re.Group(name[:end]); group < 0 {
			return 0, s, fmt.Errorf("No group with name {%s}", name[:end]) //nolint:staticcheck // Java's text
		}
		return group, name[end+1:], nil
	case s[0]-'0' > 9:
		return 0, s, errors.New("Illegal group reference") //nolint:staticcheck // Java's text
	}
	if group = int(s[0] - '0'); group > re.Groups() {
		return 0, s, fmt.Errorf("No group %d", group) //nolint:staticcheck // Java's text
	}
	for s = s[1:]; s != "" && s[0]-'0' <= 9 && group*10+int(s[0]-'0') <= re.Groups(); s = s[1:] {
		group = group*10 + int(s[0]-'0')
	}
	return group, s, nil
}

func (t *replacement) all(ev *event.Event, re *javaregex.Regexp, v event.Value) (event.Value, error) {
	s := ev.Bytes(v)
	if !re.Find(s) {
		return v, nil
	}
	if t.err != nil {
		return v, t.err
	}
	mark, last := ev.Mark(), 0
	for _, loc := range re.All(s) {
		ev.Write(s[last:loc[0]])
		for _, part := range t.parts {
			switch {
			case part.text != "":
				ev.Write([]byte(part.text))
			case loc[2*part.group] >= 0:
				ev.Write(s[loc[2*part.group]:loc[2*part.group+1]])
			}
		}
		last = loc[1]
	}
	ev.Write(s[last:])
	return ev.Since(mark), nil
}
