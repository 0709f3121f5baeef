package quiet

import (
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	g := Gate{Every: time.Second}
	start := time.Unix(1000, 0)
	for _, step := range []struct {
		after      time.Duration
		suppressed int
		ok         bool
	}{
		{0, 0, true}, {1, 0, false}, {time.Second - 1, 0, false}, {time.Second, 2, true},
		{time.Second + 1, 0, false}, {-time.Hour, 1, true}, {-time.Hour, 0, false}, {time.Hour, 1, true},
	} {
		if n, ok := g.Pass(start.Add(step.after)); n != step.suppressed || ok != step.ok {
			t.Errorf("after %v: %d, %v", step.after, n, ok)
		}
	}
}
