package pipelinecli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// fixture is a file of events with what must become of them.
type fixture struct {
	file     string
	events   []map[string]any
	expected []map[string]any // an entry is nil for an event that is dropped
	dynamic  map[string]*regexp.Regexp
	skip     string // why its own configuration leaves it out; "" when it does not
	filebeat bool   // expected has Filebeat's flat fields, without those that every run has anew
	timeless bool   // no expected event has @timestamp: the log has no year
}

const expectedSuffix = "-expected.json"

// readFixtures reads the fixtures of a group; dir stands in place of the group's own folder unless it is "".
// What cannot be read is among the errors; the others are there.
func (g *group) readFixtures(dir string) (all []fixture, problems []error) {
	folder := g.fixtures
	if dir != "" {
		folder = filepath.Join(dir, g.name)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*"+expectedSuffix))
	if err != nil {
		return nil, []error{err}
	}
	for _, name := range names {
		var f fixture
		if g.fileset != nil {
			f, err = g.fileset.readFixture(name)
		} else {
			f, err = readPackageFixture(name)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
			continue
		}
		all = append(all, f)
	}
	return all, problems
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func (f *fileset) readFixture(name string) (fixture, error) {
	x := fixture{file: strings.TrimSuffix(name, expectedSuffix), filebeat: true, timeless: true}
	if err := readJSON(name, &x.expected); err != nil {
		return x, err
	}
	for _, want := range x.expected {
		if _, ok := want["@timestamp"]; ok {
			x.timeless = false
		}
	}
	text, err := os.ReadFile(x.file)
	if err != nil {
		return x, err
	}
	m := f.multiline
	var own filesetInput // a fixture may have its own way to join lines
	if config, err := os.ReadFile(strings.TrimSuffix(x.file, filepath.Ext(x.file)) + "-config.yml"); err == nil {
		if err := yaml.Unmarshal(config, &own); err == nil && own.Multiline.Pattern != "" {
			if m.pattern, err = regexp.Compile(own.Multiline.Pattern); err != nil {
				return x, err
			}
			m.negate, m.before = own.Multiline.Negate, own.Multiline.Match == "before"
		}
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1] // Filebeat waits for the rest of a line that does not end
	for _, s := range m.split(string(whole)) {
		if s.text == "" || f.excludes(s.text) {
			continue
		}
		x.events = append(x.events, f.event(s, filepath.Base(x.file)))
	}
	return x, nil
}

func (f *fileset) excludes(line string) bool {
	return slices.ContainsFunc(f.exclude, func(re *regexp.Regexp) bool { return re.MatchString(line) })
}

// packageConfig is what a package says about its fixtures, for all of them and for one.
type packageConfig struct {
	Fields    map[string]any    `yaml:"fields"`
	Dynamic   map[string]string `yaml:"dynamic_fields"`
	Multiline struct {
		First string `yaml:"first_line_pattern"`
	} `yaml:"multiline"`
	Skip *struct {
		Reason string `yaml:"reason"`
	} `yaml:"skip"`
}

// readPackageConfig reads test-common-config.yml, and the fixture's own file over it.
func readPackageConfig(fixture string) (packageConfig, error) {
	all := packageConfig{Fields: map[string]any{}, Dynamic: map[string]string{}}
	for _, file := range []string{filepath.Join(filepath.Dir(fixture), "test-common-config.yml"), fixture + "-config.yml"} {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		var c packageConfig
		if err == nil {
			err = yaml.Unmarshal(text, &c)
		}
		if err != nil {
			return all, fmt.Errorf("%s: %w", file, err)
		}
		merge(all.Fields, c.Fields)
		maps.Copy(all.Dynamic, c.Dynamic)
		if c.Multiline.First != "" {
			all.Multiline = c.Multiline
		}
		if c.Skip != nil {
			all.Skip = c.Skip
		}
	}
	return all, nil
}

// merge lays a fixture's own fields over those of all, as elastic-package's library for configurations does: objects
// field by field, lists item by item.
func merge(into, from map[string]any) {
	for name, v := range from {
		into[name] = merged(into[name], v)
	}
}

func merged(old, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if old, ok := old.(map[string]any); ok {
			merge(old, v)
			return old
		}
	case []any:
		old, _ := old.([]any)
		all := append([]any(nil), v...)
		for i := range min(len(old), len(v)) {
			all[i] = merged(old[i], v[i])
		}
		if len(old) > len(v) {
			all = append(all, old[len(v):]...)
		}
		return all
	}
	return v
}

// readPackageFixture builds events as elastic-package does for its pipeline tests.
func readPackageFixture(name string) (fixture, error) {
	x := fixture{file: strings.TrimSuffix(name, expectedSuffix), dynamic: map[string]*regexp.Regexp{}}
	var expected struct{ Expected []map[string]any }
	if err := readJSON(name, &expected); err != nil {
		return x, err
	}
	x.expected = expected.Expected
	config, err := readPackageConfig(x.file)
	if err != nil {
		return x, err
	}
	if config.Skip != nil {
		x.skip = config.Skip.Reason
		return x, nil
	}
	for field, pattern := range config.Dynamic {
		if x.dynamic[field], err = regexp.Compile(pattern); err != nil {
			return x, fmt.Errorf("dynamic_fields: %w", err)
		}
	}
	if strings.HasSuffix(x.file, ".json") {
		var in struct{ Events []map[string]any }
		if err := readJSON(x.file, &in); err != nil {
			return x, err
		}
		x.events = in.Events
	} else if x.events, err = readLines(x.file, config.Multiline.First); err != nil {
		return x, err
	}
	for _, e := range x.events {
		for name, v := range config.Fields {
			put(e, name, v)
		}
	}
	return x, nil
}

// readLines are the events of a log file: its lines, or what begins with a line that first matches.
func readLines(file, first string) ([]map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var m multiline
	if first != "" {
		if m.pattern, err = regexp.Compile(first); err != nil {
			return nil, fmt.Errorf("multiline: %w", err)
		}
		m.negate = true
	}
	var events []map[string]any
	for _, s := range m.split(string(text)) {
		if s.text != "" || first == "" {
			events = append(events, map[string]any{"message": s.text})
		}
	}
	return events, nil
}
