package pipeline

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
)

// removeProcessor is `remove`.
type removeProcessor struct {
	fields        []field
	keep          []event.Path
	ignoreMissing bool
	leaves        []leaf // of fields, when none of them is in another one
}

func newRemove(o *options) processor {
	p := &removeProcessor{ignoreMissing: o.flag("ignore_missing", false)}
	for _, name := range o.texts("field", true) {
		p.fields = append(p.fields, o.parseField("field", name))
	}
	p.leaves = leavesOf(o, p.fields)
	for _, name := range o.texts("keep", true) {
		p.keep = append(p.keep, o.parsePath("keep", name))
	}
	if (len(p.fields) == 0) == (len(p.keep) == 0) {
		o.fail(nil, "[keep] or [field] must be specified, and not both")
	}
	return p
}

// leavesOf are the leaves of fields; none when removing one of them may remove what another one is in.
func leavesOf(o *options, fields []field) []leaf {
	leaves := make([]leaf, len(fields))
	for i := range fields {
		for j := range fields {
			if leaves[i] = leafOf(o, &fields[i]); !leaves[i].known || i != j && fields[i].path.Within(fields[j].path) {
				return nil
			}
		}
	}
	return leaves
}

func (p *removeProcessor) run(r *Runner) error {
	if len(p.keep) > 0 {
		return p.keepOnly(r)
	}
	for i := range p.fields {
		if len(p.leaves) > 0 && !r.ctx.Shared() {
			m, at := p.leaves[i].find(r)
			if at >= 0 {
				r.ev.RemoveAt(m, at)
			}
			if at >= 0 || p.ignoreMissing && m.Kind() == event.Map {
				continue
			}
		}
		path, err := p.fields[i].of(r)
		if err != nil {
			return err
		}
		if p.ignoreMissing && r.ev.Get(path).Kind() == event.Missing {
			continue
		}
		if err := r.ev.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// keepOnly removes all fields but those to keep, what they are in and what is in them.
func (p *removeProcessor) keepOnly(r *Runner) error {
	var all []string
	all = appendFields(all, r.ev, r.ev.Doc(), "", 0)
	// A foreach that goes through one of the maps sees whether it is removed before its fields are.
	n := len(all) + 3 // _index, _id and _version
	slices.SortStableFunc(all, func(a, b string) int { return hashBucket([]byte(a), n) - hashBucket([]byte(b), n) })
	for _, name := range all {
		if slices.ContainsFunc(p.keep, func(keep event.Path) bool {
			k := keep.String()
			return name == k || strings.HasPrefix(k, name+".") || strings.HasPrefix(name, k+".")
		}) {
			continue
		}
		if path, err := r.ev.DynamicPath([]byte(name)); err == nil {
			_ = r.ev.Remove(path) // what is no path, such as a name with a dot, stays, as in Elasticsearch
		}
	}
	return nil
}

// appendFields appends the names of all fields, those in lists aside.
func appendFields(dst []string, ev *event.Event, m event.Value, prefix string, depth int) []string {
	for i := range ev.Len(m) {
		name := prefix + string(ev.Key(m, i))
		dst = append(dst, name)
		if v := ev.At(m, i); v.Kind() == event.Map && depth < maxNesting {
			dst = appendFields(dst, ev, v, name+".", depth+1)
		}
	}
	return dst
}
