package pipelinecli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/goccy/go-yaml"

	"github.com/millrace/millrace/parser/pipeline"
)

// fileset is what a Filebeat fileset says about its input.
type fileset struct {
	module, name string
	multiline    multiline
	exclude      []*regexp.Regexp
	fields       map[string]any // that are added to every event
	agent        *agent         // what Filebeat itself does to events
	tags         []any
}

// multiline is how lines are joined.
type multiline struct {
	pattern *regexp.Regexp // nil: not at all
	negate  bool
	before  bool // a line that continues stands before what it continues
}

type filesetManifest struct {
	Var       []map[string]any `yaml:"var"`
	Pipelines any              `yaml:"ingest_pipeline"`
	Input     string           `yaml:"input"`
}

// filesetGroup reads a Filebeat fileset; nil when the folder is none.
func filesetGroup(dir string) *group {
	text, err := os.ReadFile(filepath.Join(dir, "manifest.yml"))
	if err != nil {
		return &group{name: dir, problems: []error{fmt.Errorf("read manifest: %w", err)}}
	}
	var m filesetManifest
	if yaml.Unmarshal(text, &m) != nil || m.Pipelines == nil {
		return nil // a manifest of something else
	}
	vars := map[string]any{"builtin": map[string]any{}}
	for _, v := range m.Var {
		if name, ok := v["name"].(string); ok {
			vars[name] = renderAll(v["default"], vars)
		}
	}
	vars["paths"] = slice(vars["paths"]) // which the fixture's stands for
	if _, has := vars["input"]; has {    // several inputs; fixtures are files, which the input is named after, or "log"
		vars["input"] = "file"
		if name, err := render(m.Input, vars, "{{", "}}"); err == nil && !exists(filepath.Join(dir, name)) {
			vars["input"] = "log"
		}
	}
	module, name := filepath.Base(filepath.Dir(whole(dir))), filepath.Base(whole(dir))
	g := &group{name: filepath.Join(module, name), fixtures: filepath.Join(dir, "test"), fileset: &fileset{module: module, name: name, agent: &agent{}}}
	for i, file := range files(m.Pipelines) {
		s, err := readTemplate(dir, file, vars)
		if err != nil {
			g.problems = append(g.problems, fmt.Errorf("%s: ingest_pipeline: %w", dir, err))
			continue
		}
		if i == 0 {
			g.entry = s.Name
		}
		g.sources = append(g.sources, s)
	}
	if err := g.fileset.read(dir, &m, vars); err != nil {
		g.problems = append(g.problems, err)
	}
	return g
}

// readTemplate reads one of a fileset's pipelines.
func readTemplate(dir, file string, vars map[string]any) (pipeline.Source, error) {
	file, err := render(file, vars, "{{", "}}")
	if err != nil {
		return pipeline.Source{}, err
	}
	s, err := readSource(filepath.Join(dir, file))
	if err == nil && bytes.Contains(s.Text, []byte("{<")) {
		var text string
		text, err = render(string(s.Text), vars, "{<", ">}")
		s.Text = []byte(text)
	}
	return s, err
}

func files(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, item := range v {
			list = append(list, fmt.Sprint(item))
		}
		return list
	}
	return nil
}

// renderAll fills in the templates in the default of a variable, which may name earlier ones.
func renderAll(v any, vars map[string]any) any {
	switch v := v.(type) {
	case string:
		if text, err := render(v, vars, "{{", "}}"); err == nil {
			return text
		}
	case []any:
		for i := range v {
			v[i] = renderAll(v[i], vars)
		}
	}
	return v
}

// render fills in a template as Filebeat does.
func render(text string, vars map[string]any, open, end string) (string, error) {
	t, err := template.New("").Delims(open, end).Option("missingkey=zero").Funcs(template.FuncMap{
		"IngestPipeline": func(name string) string { return name },
		"tojson": func(v any) (string, error) {
			b, err := json.Marshal(v)
			return string(b), err
		},
		"inList": func(list any, item string) bool {
			items, _ := list.([]any)
			return slices.ContainsFunc(items, func(v any) bool { return v == item })
		},
	}).Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = t.Execute(&out, vars)
	return out.String(), err
}

type filesetInput struct {
	Multiline struct {
		Pattern string `yaml:"pattern"`
		Negate  bool   `yaml:"negate"`
		Match   string `yaml:"match"`
	} `yaml:"multiline"`
	JSON            *jsonInput     `yaml:"json"`
	ExcludeLines    []string       `yaml:"exclude_lines"`
	Fields          map[string]any `yaml:"fields"`
	FieldsUnderRoot bool           `yaml:"fields_under_root"`
	Processors      []any          `yaml:"processors"`
	Tags            []any          `yaml:"tags"`
}

// read takes what a fileset says of its input.
func (f *fileset) read(dir string, m *filesetManifest, vars map[string]any) error {
	file, err := render(m.Input, vars, "{{", "}}")
	if err != nil {
		return fmt.Errorf("%s: input: %w", dir, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return nil //nolint:nilerr // a fileset without an input of its own has no multiline either
	}
	config, err := render(string(text), vars, "{{", "}}")
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, file), err)
	}
	var in filesetInput
	if err := unmarshalDotted([]byte(config), &in); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, file), err)
	}
	f.tags, f.agent = in.Tags, newAgent(&in)
	if f.fields = in.Fields; len(in.Fields) > 0 && !in.FieldsUnderRoot {
		f.fields = map[string]any{"fields": in.Fields}
	}
	for _, expr := range in.ExcludeLines {
		re, err := regexp.Compile(expr)
		if err != nil {
			return fmt.Errorf("%s: exclude_lines: %w", filepath.Join(dir, file), err)
		}
		f.exclude = append(f.exclude, re)
	}
	if in.Multiline.Pattern != "" {
		if f.multiline.pattern, err = regexp.Compile(in.Multiline.Pattern); err != nil {
			return fmt.Errorf("%s: multiline: %w", filepath.Join(dir, file), err)
		}
		f.multiline.negate, f.multiline.before = in.Multiline.Negate, in.Multiline.Match == "before"
	}
	return nil
}

// unmarshalDotted reads a configuration whose names may stand for nested ones, as in multiline.pattern.
func unmarshalDotted(text []byte, into any) error {
	var flat any
	if err := yaml.Unmarshal(text, &flat); err != nil {
		return err
	}
	text, err := yaml.Marshal(nest(flat))
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}

// sample is one event of a log file.
type sample struct {
	text   string
	offset int // of its first byte in the file
	lines  int
}

// split cuts a file into events.
func (m *multiline) split(text string) []sample {
	var all []sample
	offset, joining := 0, false
	for line := range strings.Lines(text) {
		at := offset
		offset += len(line)
		line = strings.TrimRight(line, "\r\n")
		continues := m.pattern != nil && m.pattern.MatchString(line) != m.negate
		if n := len(all); n > 0 && (continues && !m.before || joining) {
			all[n-1].text += "\n" + line
			all[n-1].lines++
		} else {
			all = append(all, sample{line, at, 1})
		}
		joining = m.before && continues
	}
	return all
}

// timezone of the machine that made the expected events of Filebeat's own fixtures.
const timezone = "-02:00"

// event is what Filebeat sends for a sample.
func (f *fileset) event(s sample, file string) map[string]any {
	log := map[string]any{"offset": s.offset, "file": map[string]any{"path": file}}
	if s.lines > 1 {
		log["flags"] = []any{"multiline"}
	}
	doc := map[string]any{
		"@timestamp": "2026-01-02T03:04:05.000Z", "message": s.text, "log": log,
		"input": map[string]any{"type": "log"}, "fileset": map[string]any{"name": f.name}, "service": map[string]any{"type": f.module},
		"event": map[string]any{"module": f.module, "dataset": f.module + "." + f.name},
	}
	if len(f.tags) > 0 {
		doc["tags"] = f.tags
	}
	for name, v := range f.fields {
		put(doc, name, v)
	}
	return doc
}

// put sets a field by its full name.
func put(doc map[string]any, name string, v any) {
	for {
		first, rest, dotted := strings.Cut(name, ".")
		if !dotted {
			doc[name] = v
			return
		}
		inner, ok := doc[first].(map[string]any)
		if !ok {
			inner = map[string]any{}
			doc[first] = inner
		}
		doc, name = inner, rest
	}
}
