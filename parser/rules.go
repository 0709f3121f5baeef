package parser

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// choice is the pipeline of a line; the zero choice is none.
type choice struct {
	pipeline *pipeline.Pipeline
	raw      bool
}

type remembered struct {
	program string
	choice
}

// chooser chooses pipelines for the lines of one lane. It belongs to one parser.
type chooser struct {
	rules []Rule
	set   *pipeline.Set
	known map[string]*remembered // by program
	last  *remembered            // nil before the first
}

// maxKnown bounds what is remembered of names that senders choose.
const maxKnown = 4096

func newChooser(lane string, rules []Rule, set *pipeline.Set) *chooser {
	c := &chooser{set: set, known: map[string]*remembered{}}
	for _, r := range rules {
		if len(r.Lanes) == 0 || slices.Contains(r.Lanes, lane) {
			c.rules = append(c.rules, r)
		}
	}
	return c
}

// of is the choice for a program's lines.
func (c *chooser) of(program []byte) choice {
	if c.last == nil || c.last.program != string(program) {
		c.last = c.remember(program)
	}
	return c.last.choice
}

func (c *chooser) remember(program []byte) *remembered {
	if found, ok := c.known[string(program)]; ok {
		return found
	}
	if len(c.known) >= maxKnown {
		clear(c.known)
	}
	name := string(program)
	found := &remembered{name, c.find(name)}
	c.known[name] = found
	return found
}

func (c *chooser) find(program string) choice {
	for _, r := range c.rules {
		if len(r.Programs) == 0 || slices.ContainsFunc(r.Programs, func(p string) bool { return matches(p, program) }) {
			return choice{c.set.Pipeline(r.Pipeline), r.Input == InputRaw}
		}
	}
	return choice{}
}

func matches(pattern, name string) bool {
	ok, _ := path.Match(pattern, name) // Validate has tried the pattern
	return ok
}

// CheckRules tells whether every rule names a pipeline that is there.
func CheckRules(rules []Rule, set *pipeline.Set) error {
	for i, r := range rules {
		if r.Pipeline != "" && set.Pipeline(r.Pipeline) == nil {
			return fmt.Errorf("parser.rules[%d].pipeline: there is no pipeline %q: write one of %v, or put it into parser.folder", i, r.Pipeline, set.Names())
		}
	}
	return nil
}

// zones find the time zone of a sender. They belong to one parser.
type zones struct {
	standard *time.Location
	list     []zone
	byHost   map[string]*time.Location // nil where no host pattern fits
}

type zone struct {
	Zone
	location *time.Location
}

func newZones(c *Config) *zones {
	z := &zones{byHost: map[string]*time.Location{}}
	z.standard, _ = location(c.Timezone) // Validate has tried them
	for _, e := range c.Zones {
		l, _ := location(e.Timezone)
		z.list = append(z.list, zone{e, l})
	}
	return z
}

func (z *zones) of(o *event.Origin, host []byte) *time.Location {
	if len(z.list) == 0 {
		return z.standard
	}
	l, ok := z.byHost[string(host)]
	if !ok {
		if len(z.byHost) >= maxKnown {
			clear(z.byHost)
		}
		l = z.find(func(e *zone) bool {
			return slices.ContainsFunc(e.Hosts, func(p string) bool { return matches(p, string(host)) })
		})
		z.byHost[string(host)] = l
	}
	if l == nil {
		l = z.find(func(e *zone) bool {
			return slices.ContainsFunc(e.Networks, func(n netip.Prefix) bool { return n.Contains(o.Peer.Addr()) })
		})
	}
	if l == nil {
		return z.standard
	}
	return l
}

func (z *zones) find(fits func(*zone) bool) *time.Location {
	for i := range z.list {
		if fits(&z.list[i]) {
			return z.list[i].location
		}
	}
	return nil
}
