package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/millrace/millrace/internal/units"
)

func TestReadNamesPlaceKeyAndRemedy(t *testing.T) {
	type inner struct {
		MaxSize units.ByteSize `yaml:"max_size"`
		Linger  time.Duration  `yaml:"linger"`
	}
	type conf struct {
		Data  string           `yaml:"data"`
		Spool inner            `yaml:"spool"`
		List  []inner          `yaml:"list"`
		Level zapcore.Level    `yaml:"level"`
		Lines int              `yaml:"lines"`
		Named map[string]inner `yaml:"named"`
	}
	for name, c := range map[string]struct{ text, want string }{
		"good":         {"data: /x\nspool:\n  max_size: 64KiB\n  linger: 5ms\nlist: [{linger: 1s}]\nnamed: {a: {max_size: 1}}\n", ""},
		"empty":        {"", ""},
		"null":         {"spool:\nlist: null\n", ""},
		"comments":     {"# data: /x\n", ""},
		"separator":    {"---\n", ""},
		"no map":       {"- a\n", "f:1:1: is not a map of keys: write lines such as data: /var/lib/millrace"},
		"byte order":   {"\uFEFFdata: /x\n", ""},
		"alias":        {"spool: &s {linger: 1s}\nlist: [*s, {<<: *s, max_size: 1}]\n", ""},
		"bad anchor":   {"spool: &s {lnger: 1s}\nlist: [*s]\n", "f:1:12: spool.lnger: there is no such key; did you mean linger?"},
		"level":        {"level: loud\n", "f:1:8: level: \"loud\" is unknown: write debug, info, warn or error"},
		"fraction":     {"lines: 5.5\n", "f:1:8: lines: \"5.5\" is not a whole number"},
		"unknown":      {"data: /x\nspool:\n  max_sise: 1\n", "f:3:3: spool.max_sise: there is no such key; did you mean max_size?"},
		"far off":      {"zebra: 1\n", "f:1:1: zebra: there is no such key; keys here are data, level, lines, list, named, spool"},
		"in a list":    {"list:\n- linger: 1s\n- lnger: 2s\n", "f:3:3: list[1].lnger: there is no such key; did you mean linger?"},
		"in a map":     {"named:\n  a:\n    liner: 1s\n", "f:3:5: named.a.liner: there is no such key; did you mean linger?"},
		"two mistakes": {"a: 1\nspool: {b: 2}\n", "f:1:1: a: there is no such key; keys here are data, level, lines, list, named, spool\nf:2:9: spool.b: there is no such key; keys here are linger, max_size"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("f", []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			into := conf{Lines: 7}
			_, err := read("f", &into)
			if c.want == "" && into.Lines != 7 {
				t.Error("a default is lost")
			}
			if got := message(err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestReadGivesYAMLErrorsTheirPlace(t *testing.T) {
	for text, line := range map[string]int{"data: [\n": 1, "data: x\n  bad: y\n": 1, "spool:\n  linger: soon\n": 2, "spool:\n  max_size: -4\n": 2, "spool: x\n": 1, "data: [a]\n": 1} {
		file := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var into struct {
			Data  string `yaml:"data"`
			Spool struct {
				Linger  time.Duration  `yaml:"linger"`
				MaxSize units.ByteSize `yaml:"max_size"`
			} `yaml:"spool"`
		}
		_, err := read(file, &into)
		var ps Problems
		if !errors.As(err, &ps) || ps[0].Line < line {
			t.Errorf("%q: %v", text, err)
		}
		t.Log(err)
	}
}

func TestPlaceOfValidationErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(file, []byte("list:\n- a: 1\n- a: 2\n  b: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var into struct {
		List []struct{ A, B int } `yaml:"list"`
	}
	doc, err := read(file, &into)
	if err != nil {
		t.Fatal(err)
	}
	got := doc.fromStages(errors.Join(errors.New("list[1].b: 3 is too much: write 2"), errors.New("list[1].z: missing"), errors.New("other.yml:7: missing")))
	for i, want := range []Problem{{File: file, Line: 4}, {File: file, Line: 3}, {}} {
		if got[i].Line != want.Line || got[i].File != want.File {
			t.Errorf("%v, want %+v", got[i], want)
		}
	}
}
