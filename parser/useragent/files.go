package useragent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ua-parser/uap-go/uaparser"
	"gopkg.in/yaml.v3"
)

// Files are rules of one's own, by file name, which a processor names in place of those that are built in.
type Files map[string]*Parser

// Open reads all *.yml files of folders, and single files: rules in the form of uap-core's regexes.yaml.
func Open(paths ...string) (Files, error) {
	all := Files{}
	for _, path := range paths {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open rules of user agents: %s does not exist", path)
		}
		files := []string{path}
		if err == nil && info.IsDir() {
			files, err = filepath.Glob(filepath.Join(path, "*.yml"))
		}
		if err != nil {
			return nil, fmt.Errorf("open rules of user agents: %w", err)
		}
		for _, file := range files {
			p, err := openFile(file)
			if err != nil {
				return nil, fmt.Errorf("open rules of user agents: %s: %w", file, err)
			}
			all[filepath.Base(file)] = p
		}
	}
	return all, nil
}

func openFile(file string) (*Parser, error) {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	var defs uaparser.RegexDefinitions
	if err := yaml.Unmarshal(text, &defs); err != nil {
		return nil, err
	}
	if len(defs.UA) == 0 && len(defs.OS) == 0 && len(defs.Device) == 0 {
		return nil, errors.New("no rules: expected user_agent_parsers, os_parsers or device_parsers")
	}
	r, err := newRules(&defs)
	if err != nil {
		return nil, err
	}
	return &Parser{rules: func() (*rules, error) { return r, nil }}, nil
}
