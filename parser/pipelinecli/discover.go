package pipelinecli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace/millrace/parser/pipeline"
)

// group is a set of pipelines that call one another, with the fixtures for its entry.
type group struct {
	name     string // such as system/auth
	sources  []pipeline.Source
	entry    string // the pipeline that fixtures go through
	fixtures string // folder
	fileset  *fileset
	problems []error // what of it cannot be read
}

// module is what figures are added up by.
func (g *group) module() string {
	first, _, _ := strings.Cut(g.name, string(filepath.Separator))
	return first
}

// discover finds all pipelines below a folder.
func discover(dir string) ([]group, error) {
	var groups []group
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && d.Name() == "ingest_pipeline":
			g, err := packageGroup(path)
			if err != nil {
				return err
			}
			groups = append(groups, g)
			return filepath.SkipDir
		case !d.IsDir() && d.Name() == "manifest.yml":
			if g := filesetGroup(filepath.Dir(path)); g != nil {
				groups = append(groups, *g)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find pipelines: %w", err)
	}
	if len(groups) > 0 {
		return groups, nil
	}
	g := group{name: filepath.Base(whole(dir))}
	if g.sources, err = readSources(dir); err != nil {
		return nil, err
	}
	if len(g.sources) == 0 {
		return nil, fmt.Errorf("find pipelines: %s has none: name a folder with *.yml or *.json definitions, a Filebeat module or an integration", dir)
	}
	return []group{g}, nil
}

// whole is the path from the root, as groups are named after folders, which "." does not name.
func whole(dir string) string {
	if path, err := filepath.Abs(dir); err == nil {
		return path
	}
	return dir
}

// packageGroup are the pipelines of a data stream (or of a whole package).
func packageGroup(dir string) (group, error) {
	stream := filepath.Dir(filepath.Dir(whole(dir)))
	name := filepath.Base(stream)
	if parent := filepath.Dir(stream); filepath.Base(parent) == "data_stream" {
		name = filepath.Join(filepath.Base(filepath.Dir(parent)), name)
	}
	g := group{name: name, entry: "default", fixtures: filepath.Join(stream, "_dev", "test", "pipeline")}
	var err error
	g.sources, err = readSources(dir)
	return g, err
}

// readSources reads the definitions of a folder, named after their files.
func readSources(dir string) ([]pipeline.Source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read pipelines: %w", err)
	}
	var sources []pipeline.Source
	for _, e := range entries {
		if _, ok := pipeline.NameOf(e.Name()); e.IsDir() || !ok {
			continue
		}
		s, err := readSource(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

func readSource(file string) (pipeline.Source, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return pipeline.Source{}, fmt.Errorf("read pipelines: %w", err)
	}
	name, _ := pipeline.NameOf(filepath.Base(file))
	return pipeline.Source{Name: name, File: file, Text: bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))}, nil
}

// exists tells whether there is such a file or folder.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
