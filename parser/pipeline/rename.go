package pipeline

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/event"
)

// renameProcessor is `rename`.
type renameProcessor struct {
	field, target           field
	ignoreMissing, override bool
	optional                bool // of a field that is missing nothing more is to be known
	from, to                leaf
}

func newRename(o *options) processor {
	p := &renameProcessor{
		field: o.field("field"), target: o.field("target_field"), ignoreMissing: o.flag("ignore_missing", false), override: o.flag("override", false),
	}
	if !p.target.path.Within(p.field.path) { // a rename of a into a.b goes around
		p.from, p.to = leafOf(o, &p.field), leafOf(o, &p.target)
	}
	p.optional = p.ignoreMissing && p.field.template == nil && p.target.template == nil && !hasDigit(p.field.path.String())
	return p
}

// move does it where field and target are entries of maps that are there.
func (p *renameProcessor) move(r *Runner) bool {
	m, at := p.from.find(r)
	if at < 0 || r.ctx.Shared() {
		return false
	}
	to, old := p.to.find(r)
	if to.Kind() != event.Map || old >= 0 && !p.override {
		return false
	}
	v := r.ev.At(m, at)
	r.ev.RemoveAt(m, at)
	r.ev.Put(to, p.to.name, v)
	p.to.wrote(r, v)
	return true
}

func (p *renameProcessor) run(r *Runner) error {
	if p.move(r) {
		return nil
	}
	return p.follow(r)
}

// follow does it along the paths.
func (p *renameProcessor) follow(r *Runner) error {
	if p.optional && r.ev.Get(p.field.path).Kind() == event.Missing {
		return nil
	}
	from, err := p.field.of(r)
	if err != nil {
		if p.ignoreMissing && errors.Is(err, errEmptyField) {
			return nil
		}
		return err
	}
	v := r.ev.Get(from)
	if v.Kind() == event.Missing && p.ignoreMissing && p.target.template == nil {
		return r.outOfRange(from)
	}
	to, err := p.target.of(r)
	if err != nil {
		return err
	}
	if v.Kind() == event.Missing {
		if err := r.outOfRange(from); err != nil {
			return err
		}
		if p.ignoreMissing {
			return nil
		}
		return fmt.Errorf("field [%s] doesn't exist", from)
	}
	if r.ev.Get(to).Kind() == event.Missing {
		if err := r.outOfRange(to); err != nil {
			return err
		}
	} else if !p.override {
		return fmt.Errorf("field [%s] already exists", to)
	}
	if err := r.ev.Remove(from); err != nil {
		return err
	}
	if err := r.ev.Set(to, v); err != nil {
		_ = r.ev.Set(from, v) // as it was
		return err
	}
	return nil
}

func hasDigit(s string) bool {
	for i := range len(s) {
		if s[i]-'0' <= 9 {
			return true
		}
	}
	return false
}

// outOfRange is the error of a path that is missing because a list on its way is too short, nil for others.
func (r *Runner) outOfRange(path event.Path) error {
	if !hasDigit(path.String()) {
		return nil
	}
	_, err := r.ev.Resolve(path)
	if fault, ok := err.(*event.PathError); ok && fault.Fault == event.OutOfBounds {
		return err
	}
	return nil
}
