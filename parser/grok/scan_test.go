package grok

import "testing"

func TestScannersAreFound(t *testing.T) {
	for _, s := range scannerOf {
		def, err := ECSLibrary().definition(s.name, nil)
		if err != nil || scanners()[def.key] == nil {
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
			if scanners()[def.key] == nil {
				ours, _ := ECSLibrary().definition(s.name, nil)
				t.Errorf("%s: %s is not recognised\n ours %.600s\ntheirs %.600s", mode, s.name, ours.key, def.key)
			}
		}
	}
}
