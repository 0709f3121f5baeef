package grok

import (
	"os"
	"path/filepath"
	"testing"
)

// upstream returns a library read from a checkout of logstash-patterns-core
// that GROK_PATTERNS_CORE names; tests that use it are extra.
func upstream(t testing.TB, mode string) *Library {
	t.Helper()
	dir := os.Getenv("GROK_PATTERNS_CORE")
	if dir == "" {
		t.Skip("GROK_PATTERNS_CORE does not name a checkout of logstash-patterns-core")
	}
	lib := NewLibrary()
	if err := lib.AddDir(os.DirFS(filepath.Join(dir, "patterns")), mode); err != nil {
		t.Fatal(err)
	}
	return lib
}

func TestUpstreamCompiles(t *testing.T) {
	for _, mode := range []string{"legacy", "ecs-v1"} {
		lib := upstream(t, mode)
		for _, name := range lib.Names() {
			for _, plain := range []bool{false, true} {
				if _, err := Compile(lib, []string{"%{" + name + "}"}, Options{NoScanners: plain}); err != nil {
					t.Errorf("%s: %v", mode, err)
				}
			}
		}
	}
}
