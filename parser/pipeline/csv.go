package pipeline

import (
	"bytes"
	"fmt"

	"github.com/millrace/millrace/event"
)

// csvProcessor is `csv`.
type csvProcessor struct {
	field            field
	targets          []event.Path
	separator, quote byte
	trim             bool
	empty            *value
	ignoreMissing    bool
}

func newCSV(o *options) processor {
	p := &csvProcessor{field: o.field("field"), trim: o.flag("trim", false), ignoreMissing: o.flag("ignore_missing", false)}
	for _, name := range o.texts("target_fields", true) {
		p.targets = append(p.targets, o.parsePath("target_fields", name))
	}
	if len(p.targets) == 0 {
		o.fail(o.node.get("target_fields"), "[target_fields] target fields list can't be empty")
	}
	p.separator, p.quote = o.character("separator", ','), o.character("quote", '"')
	if n := o.find("empty_value"); n != nil {
		v := o.parseValue("empty_value", n, false)
		p.empty = &v
	}
	return p
}

func (o *options) character(name string, otherwise byte) byte {
	s := o.optionalText(name, string(rune(otherwise)))
	if len(s) != 1 || s == "\n" || s == "\r" {
		o.fail(o.node.get(name), "[%s] %s has to consist of only one ASCII character that is no line break", name, name)
		return otherwise
	}
	return s[0]
}

func (p *csvProcessor) run(r *Runner) error {
	_, v, err := r.textField(&p.field, p.ignoreMissing, "cannot process it.")
	if err != nil || v.IsNull() {
		return err
	}
	at, n := 0, len(r.ev.Bytes(v))
	for i := range p.targets {
		if at > n {
			break
		}
		var w event.Value
		if w, at, err = p.next(r.ev, v, at); err != nil {
			return err
		}
		if len(r.ev.Bytes(w)) == 0 {
			if p.empty == nil || at > n { // nothing at the very end is no field
				continue
			}
			w = p.empty.of(r)
		}
		if err := r.ev.Set(p.targets[i], w); err != nil {
			return err
		}
	}
	return nil
}

// next reads the field at byte at and returns where the one behind it starts; beyond the text when it was the last.
func (p *csvProcessor) next(ev *event.Event, v event.Value, at int) (event.Value, int, error) {
	s := ev.Bytes(v)
	for p.trim && at < len(s) && (s[at] == ' ' || s[at] == '\t') {
		at++
	}
	if at < len(s) && s[at] == p.quote {
		return p.quoted(ev, v, at+1)
	}
	end := len(s)
	if i := bytes.IndexByte(s[at:], p.separator); i >= 0 {
		end = at + i
	}
	for i, c := range s[at:end] {
		if c == p.quote || c == '\n' || c == '\r' {
			return v, 0, fmt.Errorf("Illegal character inside unquoted field at %d", at+i) //nolint:staticcheck // Elasticsearch's text
		}
	}
	stop := end // what ends the text is not trimmed, as in Elasticsearch
	for p.trim && end < len(s) && stop > at && (s[stop-1] == ' ' || s[stop-1] == '\t') {
		stop--
	}
	return ev.Sub(v, at, stop), end + 1, nil
}

// quoted reads a field behind its opening quote; a doubled quote stands for one.
func (p *csvProcessor) quoted(ev *event.Event, v event.Value, at int) (event.Value, int, error) {
	s := ev.Bytes(v)
	mark := ev.Mark()
	for {
		i := bytes.IndexByte(s[at:], p.quote)
		if i < 0 {
			return v, 0, fmt.Errorf("Unmatched quote") //nolint:staticcheck // Elasticsearch's text
		}
		ev.Write(s[at : at+i])
		at += i + 1
		if at < len(s) && s[at] == p.quote {
			ev.Write(s[at : at+1])
			at++
			continue
		}
		break
	}
	for p.trim && at < len(s) && (s[at] == ' ' || s[at] == '\t') {
		at++
	}
	if at < len(s) && s[at] != p.separator {
		return v, 0, fmt.Errorf("character '%c' after quoted field at %d", s[at], at)
	}
	return ev.Since(mark), at + 1, nil
}
