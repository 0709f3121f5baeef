package parser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// Example is a line and the document that pipelines must make of it. Files of them, NAME.examples.yml, stand
// beside pipelines:
//
//   - line: '<38>Dec 10 06:55:48 web1 sshd[24200]: Failed password for root from 192.0.2.7 port 38926 ssh2'
//     fields: {event.outcome: failure, user.name: root, source.ip: 192.0.2.7}
type Example struct {
	// Line as it comes in.
	Line string `yaml:"line"`
	// Lane of the line; auth if empty.
	Lane string `yaml:"lane,omitempty"`
	// Received is the time of receipt in RFC 3339; early in 2026 if empty.
	Received string `yaml:"received,omitempty"`
	// Fields of the document by their full names, all that the pipeline makes. Those of the header need not be
	// named: @timestamp, message, event.original, event.created, host.hostname, process.name, process.pid, and
	// what is below log and millrace.
	Fields map[string]any `yaml:"fields"`
	// Dropped says that there must be no document.
	Dropped bool `yaml:"dropped,omitempty"`

	File   string `yaml:"-"`
	Number int    `yaml:"-"` // in the file, from 1
}

const examplesSuffix = ".examples.yml"

// ReadExamples reads all examples of a folder.
func ReadExamples(fsys fs.FS, dir string) ([]Example, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*"+examplesSuffix))
	if err != nil {
		return nil, fmt.Errorf("read examples: %w", err)
	}
	var all []Example
	for _, file := range files {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("read examples: %w", err)
		}
		var examples []Example
		if err := yaml.UnmarshalWithOptions(text, &examples, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for i := range examples {
			examples[i].File, examples[i].Number = file, i+1
		}
		all = append(all, examples...)
	}
	return all, nil
}

// Mismatch is an example that did not come out as it should.
type Mismatch struct {
	Example Example
	Diff    []string // "-field: wanted" and "+field: got", sorted by field
}

func (m *Mismatch) Error() string {
	return fmt.Sprintf("%s: example %d: %s\n  %s", m.Example.File, m.Example.Number, m.Example.Line, strings.Join(m.Diff, "\n  "))
}

// RunExamples parses the examples as a worker does. The errors are of type *Mismatch, or say what is wrong
// with an example itself.
func RunExamples(cfg Config, set *pipeline.Set, examples []Example) []error {
	var errs []error
	for i := range examples {
		e := &examples[i]
		got, err := e.run(cfg, set)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: example %d: %w", e.File, e.Number, err))
		case e.Dropped != (got == nil):
			errs = append(errs, &Mismatch{*e, []string{fmt.Sprintf("-dropped: %t", e.Dropped), fmt.Sprintf("+dropped: %t", got == nil)}})
		default:
			if diff := e.diff(got); len(diff) > 0 {
				errs = append(errs, &Mismatch{*e, diff})
			}
		}
	}
	return errs
}

// exampleReceived is the time of receipt of examples that do not say.
var exampleReceived = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// run returns the fields of the document, each as JSON; nil when the line was dropped.
func (e *Example) run(cfg Config, set *pipeline.Set) (map[string]string, error) {
	received := exampleReceived
	if e.Received != "" {
		var err error
		if received, err = time.Parse(time.RFC3339, e.Received); err != nil {
			return nil, fmt.Errorf("received: %q is not a time: write one such as 2026-01-02T03:04:05Z", e.Received)
		}
	}
	lane := e.Lane
	if lane == "" {
		lane = "auth"
	}
	w, err := New(lane, cfg, Deps{Pipelines: set}, zap.NewNop())
	if err != nil {
		return nil, err
	}
	var b event.Batch
	origin := event.Origin{Peer: netip.MustParseAddrPort("192.0.2.1:514"), Transport: event.TCP, Listener: "example"}
	b.Add(b.AddOrigin(&origin), received.UnixNano(), 0, 0, []byte(e.Line))
	doc, dropped, err := w.newLineParser().parse(&b, 0)
	if err != nil || dropped {
		return nil, err
	}
	return flatten(doc)
}

// flatten returns the leaves of a document by their full names.
func flatten(doc []byte) (map[string]string, error) {
	var root map[string]json.RawMessage
	if err := json.Unmarshal(doc, &root); err != nil {
		return nil, err
	}
	fields := map[string]string{}
	var walk func(prefix string, m map[string]json.RawMessage)
	walk = func(prefix string, m map[string]json.RawMessage) {
		for name, raw := range m {
			var inner map[string]json.RawMessage
			if raw[0] == '{' && json.Unmarshal(raw, &inner) == nil && len(inner) > 0 {
				walk(prefix+name+".", inner)
				continue
			}
			fields[prefix+name] = string(raw)
		}
	}
	walk("", root)
	return fields, nil
}

// isHeaders tells whether a field is there whatever the pipeline does.
func isHeaders(name string) bool {
	switch name {
	case "@timestamp", "message", "event.original", "event.created", "host.hostname", "process.name", "process.pid":
		return true
	}
	return strings.HasPrefix(name, "log.") || strings.HasPrefix(name, "millrace.")
}

func (e *Example) diff(got map[string]string) []string {
	var diff []string
	names := slices.Sorted(maps.Keys(got))
	for name := range e.Fields {
		if _, ok := got[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		want, wanted := e.Fields[name]
		value, there := got[name]
		if !wanted {
			if !isHeaders(name) {
				diff = append(diff, "+"+name+": "+value)
			}
			continue
		}
		text, err := json.Marshal(want)
		if err != nil {
			text = fmt.Append(nil, want)
		}
		if !there || !sameJSON(text, []byte(value)) {
			diff = append(diff, "-"+name+": "+string(text))
			if there {
				diff = append(diff, "+"+name+": "+value)
			}
		}
	}
	return diff
}

// sameJSON compares values; 1 and 1.0 are the same.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return bytes.Equal(p, q)
}
