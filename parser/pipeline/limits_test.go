package pipeline

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/event"
)

// TestGrokLimit: a line that meets a pattern's bound fails, even where a later pattern matches, and is counted
// by pattern.
func TestGrokLimit(t *testing.T) {
	set := compileOne(t, `{"processors": [
		{"grok": {"field": "message", "patterns": ["^never$", "^(?:(?<x>a+)\\k<x>)+c", "(?<y>b)"]}}]}`)
	ev := event.New()
	load(t, ev, `{"message": "`+strings.Repeat("a", 3000)+`bc"}`)
	err := set.NewRunner().Run(set.Pipeline("test"), ev, received)
	if err == nil || !strings.Contains(err.Error(), "Grok pattern 2 takes too many steps") {
		t.Errorf("the event is not marked: %v", err)
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(set.Metrics())
	families, err := reg.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("%v, %v", families, err)
	}
	if got := families[0].GetMetric()[0].String(); !strings.Contains(got, `value:"test:2"`) || !strings.Contains(got, `value:"2"`) || !strings.Contains(got, "value:1 ") {
		t.Errorf("counted as %s", got)
	}
}
