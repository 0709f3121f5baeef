package pipeline

import "github.com/prometheus/client_golang/prometheus"

// newGrokLimits makes the counter of lines that met a grok pattern's bound. Its labels are bounded: they are
// places in the definitions.
func newGrokLimits() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "millrace_parser_grok_limit_total",
		Help: "Lines for which a grok pattern took more steps than their length allows, by the place of its list and its number in it.",
	}, []string{"patterns", "pattern"})
}

// Metrics are the counters of the set's processors, to be registered.
func (s *Set) Metrics() prometheus.Collector { return s.limits }
