package grok

import "testing"

func TestShippedCompile(t *testing.T) {
	for mode, lib := range map[string]*Library{"ecs": ECSLibrary(), "legacy": LegacyLibrary(), "ingest": IngestLibrary()} {
		for _, name := range lib.Names() {
			if _, err := Compile(lib, []string{"%{" + name + "}"}, Options{}); err != nil {
				t.Errorf("%s: %v", mode, err)
			}
		}
	}
}

// TestShippedHasUpstreamNames: nobody misses a name that Logstash has.
func TestShippedHasUpstreamNames(t *testing.T) {
	for mode, lib := range map[string]*Library{"ecs-v1": ECSLibrary(), "legacy": LegacyLibrary()} {
		for _, name := range upstream(t, mode).Names() {
			if _, ok := lib.Lookup(name); !ok {
				t.Errorf("%s: no %s", mode, name)
			}
		}
	}
}
