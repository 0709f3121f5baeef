package pipelinecli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// fixture is a file of events with what must become of them.
type fixture struct {
	file     string
	events   []map[string]any
	expected []map[string]any // an entry is nil for an event that is dropped
	dynamic  map[string]string
	flat     bool // expected has Filebeat's flat fields, without those that every run has anew
}

const expectedSuffix = "-expected.json"

// readFixtures reads the fixtures of a group; dir stands in place of the group's own folder unless it is "".
func (g *group) readFixtures(dir string) ([]fixture, error) {
	folder := g.fixtures
	if dir != "" {
		folder = filepath.Join(dir, g.name)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*"+expectedSuffix))
	if err != nil {
		return nil, err
	}
	var all []fixture
	for _, name := range names {
		var f fixture
		if g.fileset != nil {
			f, err = g.fileset.readFixture(name)
		} else {
			f, err = readPackageFixture(name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, f)
	}
	return all, nil
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
	x := fixture{file: strings.TrimSuffix(name, expectedSuffix), flat: true}
	if err := readJSON(name, &x.expected); err != nil {
		return x, err
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
	for _, s := range m.split(string(text)) {
		if s.text == "" || f.excludes(s.text) {
			continue
		}
		x.events = append(x.events, f.event(s, filepath.Base(x.file)))
	}
	return x, nil
}

func (f *fileset) excludes(line string) bool {
	for _, re := range f.exclude {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

type packageConfig struct {
	Fields    map[string]any    `yaml:"fields"`
	Dynamic   map[string]string `yaml:"dynamic_fields"`
	Multiline struct {
		First string `yaml:"first_line_pattern"`
	} `yaml:"multiline"`
}

func readPackageFixture(name string) (fixture, error) {
	x := fixture{file: strings.TrimSuffix(name, expectedSuffix)}
	var expected struct{ Expected []map[string]any }
	if err := readJSON(name, &expected); err != nil {
		return x, err
	}
	x.expected = expected.Expected
	var config packageConfig
	for _, file := range []string{filepath.Join(filepath.Dir(name), "test-common-config.yml"), x.file + "-config.yml"} {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = yaml.Unmarshal(text, &config)
		}
		if err != nil {
			return x, fmt.Errorf("%s: %w", file, err)
		}
	}
	x.dynamic = config.Dynamic
	if strings.HasSuffix(x.file, ".json") {
		var in struct{ Events []map[string]any }
		if err := readJSON(x.file, &in); err != nil {
			return x, err
		}
		x.events = in.Events
	} else {
		text, err := os.ReadFile(x.file)
		if err != nil {
			return x, err
		}
		var m multiline
		if config.Multiline.First != "" {
			if m.pattern, err = regexp.Compile(config.Multiline.First); err != nil {
				return x, fmt.Errorf("multiline: %w", err)
			}
			m.negate = true
		}
		for _, s := range m.split(string(text)) {
			if s.text != "" {
				x.events = append(x.events, map[string]any{"message": s.text})
			}
		}
	}
	for _, e := range x.events {
		for name, v := range config.Fields {
			e[name] = v
		}
	}
	return x, nil
}
