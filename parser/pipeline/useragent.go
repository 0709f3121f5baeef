package pipeline

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/useragent"
)

// agentProcessor is `user_agent`.
type agentProcessor struct {
	field, target event.Path
	properties    []string
	ignoreMissing bool
	deviceType    bool
	rules         *useragent.Parser
	slot          int
	at            int32 // the reading of field
	leaf          leaf  // of target
}

var agentProperties = []string{"NAME", "OS", "DEVICE", "ORIGINAL", "VERSION"}

func newUserAgent(o *options) processor {
	p := &agentProcessor{field: o.path("field"), target: o.optionalPath("target_field", event.MustPath("user_agent")),
		ignoreMissing: o.flag("ignore_missing", false), properties: agentProperties, slot: o.slot()}
	p.at, p.leaf = o.reading(p.field), leafOf(o, &field{path: p.target})
	p.deviceType, p.rules = o.flag("extract_device_type", false), o.c.set.deps.UserAgents
	if file := o.optionalText("regex_file", ""); file != "" {
		if p.rules = o.c.set.deps.AgentRules[file]; p.rules == nil {
			o.fail(o.node.get("regex_file"), "[regex_file] regex file [%s] does not exist: name it, or its folder, in parser.user_agents or with --user-agents", file)
		}
	}
	if names := o.texts("properties", false); names != nil {
		p.properties = nil
		for _, name := range names {
			upper := strings.ToUpper(name)
			if !slices.Contains(agentProperties, upper) {
				o.fail(o.node.get("properties"), "[properties] illegal property value [%s]. valid values are %v", name, agentProperties)
			}
			p.properties = append(p.properties, upper)
		}
	}
	return p
}

var agentNames = struct{ name, version, os, full, device, original, kind event.Symbol }{
	event.Intern("name"), event.Intern("version"), event.Intern("os"), event.Intern("full"), event.Intern("device"), event.Intern("original"), event.Intern("type"),
}

func (p *agentProcessor) run(r *Runner) error {
	v := r.textAt(p.at, p.field)
	if v.Kind() != event.String {
		f := field{path: p.field}
		_, _, err := r.textField(&f, p.ignoreMissing, "cannot parse user-agent.")
		return err
	}
	cache, ok := r.scratch[p.slot].(*useragent.Cache)
	if !ok {
		cache = &useragent.Cache{Parser: p.rules}
		r.scratch[p.slot] = cache
	}
	a, err := cache.Lookup(r.ev.Bytes(v))
	if err != nil {
		return err
	}
	if !a.Ready.IsZero() {
		return p.leaf.put(r, p.target, r.ev.JSON(a.Ready))
	}
	text := r.ev.Bytes(v)
	lasting := len(text) <= useragent.MaxText && utf8.Valid(text) && !needsEscape(text) // its JSON is as good as the text
	m := p.describe(r.ev, a, v)
	if lasting {
		if a.Ready, err = r.ev.Freeze(m); err != nil {
			return err
		}
	}
	return r.ev.Set(p.target, m)
}

// describe is what the processor writes for an agent; v is its text.
func (p *agentProcessor) describe(ev *event.Event, a *useragent.Agent, v event.Value) event.Value {
	n, m := &agentNames, ev.NewMap()
	for _, property := range p.properties {
		switch property {
		case "ORIGINAL":
			ev.Put(m, n.original, v)
		case "NAME":
			ev.Put(m, n.name, ev.Text(a.Name))
		case "VERSION":
			if a.Version != "" {
				ev.Put(m, n.version, ev.Text(a.Version))
			}
		case "DEVICE":
			device := ev.NewMap()
			ev.Put(device, n.name, ev.Text(a.Device))
			if p.deviceType {
				ev.Put(device, n.kind, ev.Text(a.DeviceType(string(ev.Bytes(v)))))
			}
			ev.Put(m, n.device, device)
		case "OS":
			if a.OSName == "" {
				continue
			}
			os := ev.NewMap()
			ev.Put(os, n.name, ev.Text(a.OSName))
			if a.OSVersion != "" {
				ev.Put(os, n.version, ev.Text(a.OSVersion))
			}
			if a.OSFull != "" {
				ev.Put(os, n.full, ev.Text(a.OSFull))
			}
			ev.Put(m, n.os, os)
		}
	}
	return m
}
