package config

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/configdoc"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew (make docs)")

const root = "../../.."

const preface = `# Configuration

One YAML file, given with ` + "`--config`" + `; every key has a default, and no file at all works too. Flags win over the file.
An unknown key is an error. ` + "`millrace check --config FILE`" + ` names each mistake with its place and the remedy,
` + "`millrace check --effective`" + ` prints what holds.

Sizes are written as 64KiB, 10MB or 1GiB, durations as 5ms, 10s or 1h30m.

This page is generated from the code by ` + "`make docs`" + `.

`

// docs/configuration.md is what the code says.
func TestReferenceIsUpToDate(t *testing.T) {
	defaults := Default()
	defaults.Data = "/var/lib/millrace"
	table, err := configdoc.Markdown(os.DirFS(root), defaults)
	if err != nil {
		t.Fatal(err)
	}
	const file = root + "/docs/configuration.md"
	if *update {
		if err := os.WriteFile(file, []byte(preface+table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(text); got != preface+table {
		t.Errorf("%s is not what the code says: run make docs", strings.TrimPrefix(file, root+"/"))
	}
}
