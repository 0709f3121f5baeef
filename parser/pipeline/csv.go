package pipeline

import (
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
)

// csvProcessor is `csv`.
type csvProcessor struct {
	field            field
	targets          []event.Path
	separator, quote uint16
	trim             bool
	empty            *value
	ignoreMissing    bool
}

func newCSV(o *options) processor {
	p := &csvProcessor{field: o.field("field"), trim: o.flag("trim", false), ignoreMissing: o.flag("ignore_missing", false)}
	for _, name := range o.texts("target_fields", false) {
		p.targets = append(p.targets, o.parsePath("target_fields", name))
	}
	if len(p.targets) == 0 {
		o.fail(o.node.get("target_fields"), "[target_fields] target fields list can't be empty")
	}
	p.separator, p.quote = o.character("separator", ','), o.character("quote", '"')
	if n := o.find("empty_value"); n != nil {
		v := o.parseValue("empty_value", n, plain)
		if p.empty = &v; n.value == nil && !n.isList && !n.isMap {
			o.fail(n, "[empty_value] required property is missing")
		}
	}
	return p
}

// character is an option of one UTF-16 unit, as Java counts characters.
func (o *options) character(name string, otherwise uint16) uint16 {
	units := utf16.Encode([]rune(o.optionalText(name, string(rune(otherwise)))))
	if len(units) != 1 {
		o.fail(o.node.get(name), "[%s] %s has to be single character", name, name)
		return otherwise
	}
	return units[0]
}

func (p *csvProcessor) run(r *Runner) error {
	_, v, err := r.textField(&p.field, p.ignoreMissing, "cannot process it.")
	if err != nil || v.IsNull() {
		return err
	}
	c := csvReader{p: p, r: r, v: v, n: len(r.ev.Bytes(v))}
	for _, b := range r.ev.Bytes(v) {
		if b >= utf8.RuneSelf {
			c.wide = utf16.Encode([]rune(string(r.ev.Bytes(v))))
			c.n = len(c.wide)
			break
		}
	}
	return c.read()
}

// csvReader goes through a line as Elasticsearch does, by UTF-16 units: from what state to what next decides what
// becomes of lines that are no proper CSV.
type csvReader struct {
	p         *csvProcessor
	r         *Runner
	v         event.Value
	wide      []uint16 // nil when the line is ASCII
	n         int      // units
	at, start int
	built     []uint16 // of a quoted field, up to its last doubled quote
	header    int
}

type csvState int

const (
	csvStart csvState = iota
	csvUnquoted
	csvQuoted
	csvQuotedEnd
	csvDone
)

func (c *csvReader) unit(i int) uint16 {
	if c.wide != nil {
		return c.wide[i]
	}
	return uint16(c.r.ev.Bytes(c.v)[i])
}

func (c *csvReader) read() (err error) {
	state := csvStart
	for ; c.at < c.n && err == nil && state != csvDone; c.at++ {
		switch state {
		case csvStart:
			state, err = c.begin()
		case csvUnquoted:
			state, err = c.unquoted()
		case csvQuoted:
			for c.at < c.n && c.unit(c.at) != c.p.quote {
				c.at++
			}
			if c.at < c.n {
				state = csvQuotedEnd
			}
		case csvQuotedEnd:
			state, err = c.quotedEnd()
		}
	}
	if err != nil {
		return err
	}
	switch state {
	case csvUnquoted:
		_, err = c.set(c.n)
	case csvQuotedEnd:
		_, err = c.set(c.n - 1)
	case csvQuoted:
		return errors.New("Unmatched quote") //nolint:staticcheck // Elasticsearch's text
	}
	return err
}

// begin is at the start of a field, or of the line.
func (c *csvReader) begin() (csvState, error) {
	for ; c.at < c.n; c.at++ {
		switch u := c.unit(c.at); {
		case u == c.p.quote:
			c.built, c.start = c.built[:0], c.at+1
			return csvQuoted, nil
		case u == c.p.separator:
			c.start++
			c.built = c.built[:0]
			if done, err := c.set(c.start); done || err != nil {
				return csvDone, err
			}
		case u == ' ' || u == '\t':
			if c.p.trim {
				c.start++
			}
		default:
			c.built = c.built[:0]
			return csvUnquoted, nil
		}
	}
	return csvDone, nil
}

func (c *csvReader) unquoted() (csvState, error) {
	spaces := 0
	for ; c.at < c.n; c.at++ {
		switch u := c.unit(c.at); {
		case u == '\n' || u == '\r' || u == c.p.quote:
			return csvDone, fmt.Errorf("Illegal character inside unquoted field at %d", c.at) //nolint:staticcheck // Elasticsearch's text
		case u == c.p.separator:
			done, err := c.set(c.at - spaces)
			if done || err != nil {
				return csvDone, err
			}
			c.start = c.at + 1
			return csvStart, nil
		case c.p.trim && (u == ' ' || u == '\t'):
			spaces++
		default:
			spaces = 0
		}
	}
	return csvUnquoted, nil
}

// quotedEnd is behind a quote within a quoted field.
func (c *csvReader) quotedEnd() (csvState, error) {
	if c.unit(c.at) == c.p.quote {
		for i := c.start; i < c.at-1; i++ {
			c.built = append(c.built, c.unit(i))
		}
		c.built, c.start = append(c.built, c.p.quote), c.at+1
		return csvQuoted, nil
	}
	for written := false; c.at < c.n; c.at++ {
		u := c.unit(c.at)
		if u != c.p.separator && u != ' ' && u != '\t' {
			return csvDone, fmt.Errorf("character '%s' after quoted field at %d", string(utf16.Decode([]uint16{u})), c.at)
		}
		if !written {
			if done, err := c.set(c.at - 1); done || err != nil {
				return csvDone, err
			}
			written = true
		}
		if u == c.p.separator {
			c.start = c.at + 1
			return csvStart, nil
		}
	}
	return csvDone, nil
}

// set writes the field that ends before unit end; done when there is no target for another one.
func (c *csvReader) set(end int) (done bool, err error) {
	ev := c.r.ev
	var w event.Value
	switch {
	case c.start > end || end > c.n:
		return true, fmt.Errorf("begin %d, end %d, length %d", c.start, end, c.n)
	case len(c.built) == 0 && c.wide == nil:
		w = ev.Sub(c.v, c.start, end)
	default:
		units := c.built
		for i := c.start; i < end; i++ {
			units = append(units, c.unit(i))
		}
		w = ev.Text(string(utf16.Decode(units)))
	}
	target := c.p.targets[c.header]
	c.header++
	if len(ev.Bytes(w)) == 0 {
		if c.p.empty == nil {
			return c.header == len(c.p.targets), nil
		}
		if w, err = c.p.empty.of(c.r); err != nil {
			return true, err
		}
	}
	return c.header == len(c.p.targets), ev.Set(target, w)
}
