package grok

import "testing"

func TestScannersAreFound(t *testing.T) {
	for _, s := range scannerOf {
		def, err := ECSLibrary().definition(s.name, nil)
		if err != nil || def.scanners() == nil {
			t.Errorf("the scanner of %s has no definition: %v", s.name, err)
		}
	}
}

// TestScannersAreFoundUpstream: whoever brings Logstash's own files has the
// scanners too.
func TestScannersAreFoundUpstream(t *testing.T) {
	for _, mode := range []string{"legacy", "ecs-v1"} {
		lib := upstream(t, mode)
		for _, s := range scannerOf {
			def, err := lib.definition(s.name, nil)
			if err != nil {
				t.Fatal(err)
			}
			if def.scanners() == nil {
				t.Errorf("%s: %s is not recognised", mode, s.name)
			}
		}
	}
}
