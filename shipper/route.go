package shipper

import (
	"bytes"
	"path"
	"slices"
	"sync/atomic"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/admission"
	"github.com/millrace/millrace/shipper/pathname"
	"github.com/millrace/millrace/shipper/selector"
)

// route is a compiled RouteConfig.
type route struct {
	name      string
	set       selector.Set
	equals    []string
	contains  [][]byte
	globs     []string
	peers     *admission.Networks // nil: any
	listeners []string
	names     []string
	paths     []*pathname.Template
	lane      string
	laneIndex int // in the intake's lanes; noLane without one
	discard   bool
	discarded atomic.Uint64 // lines
}

const noLane = -1

// uses tells which values of a line beside its priority decide where it goes.
func (r *route) uses() (fields pathname.Field) {
	if len(r.equals)+len(r.contains)+len(r.globs) > 0 {
		fields = pathname.Program
	}
	for _, p := range r.paths {
		fields |= p.Uses()
	}
	return fields & pathname.Claims
}

// takesFrom reports whether the route may take lines of that origin.
func (r *route) takesFrom(o *event.Origin) bool {
	if r.peers != nil && !r.peers.Contains(o.Peer.Addr()) {
		return false
	}
	if len(r.listeners) > 0 && !slices.Contains(r.listeners, o.Listener) {
		return false
	}
	return len(r.names) == 0 || slices.ContainsFunc(r.names, func(pattern string) bool {
		ok, _ := path.Match(pattern, o.Name)
		return ok
	})
}

// takes reports whether the route takes a line with that header.
func (r *route) takes(h *header, line []byte) bool {
	if !r.set.Has(h.priority>>3, h.priority&7) {
		return false
	}
	if len(r.equals)+len(r.contains)+len(r.globs) == 0 {
		return true
	}
	program := h.program.Of(line)
	for _, s := range r.equals {
		if string(program) == s {
			return true
		}
	}
	for _, s := range r.contains {
		if bytes.Contains(program, s) {
			return true
		}
	}
	for _, p := range r.globs {
		if ok, _ := path.Match(p, string(program)); ok {
			return true
		}
	}
	return false
}
