package indexer

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/event"
)

// Metrics are the counters of all lanes of a process.
type Metrics struct {
	documents  *prometheus.CounterVec
	bulks      *prometheus.CounterVec
	bytes      *prometheus.CounterVec
	retries    *prometheus.CounterVec
	deadInFile *prometheus.CounterVec
	red        *prometheus.GaugeVec
}

// NewMetrics registers the counters with r, which may be nil. It panics when r has them already.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "millrace_index_" + name, Help: help}, labels)
	}
	m := &Metrics{
		documents:  counter("documents_total", "Lines settled by the indexer.", "lane", "verdict"),
		bulks:      counter("bulk_requests_total", "Bulk requests sent.", "lane"),
		bytes:      counter("bulk_bytes_total", "Bytes of bulk requests, before compression.", "lane"),
		retries:    counter("retried_documents_total", "Documents sent again because the index did not take them.", "lane"),
		deadInFile: counter("dead_in_file_total", "Dead letters that went to the local file.", "lane"),
		red: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "millrace_index_red", Help: "1 while the lane does not get all of its documents into the index.",
		}, []string{"lane"}),
	}
	if r != nil {
		r.MustRegister(m.documents, m.bulks, m.bytes, m.retries, m.deadInFile, m.red)
	}
	return m
}

// laneMetrics are the counters of one lane, resolved once.
type laneMetrics struct {
	documents  [verdicts]prometheus.Counter
	bulks      prometheus.Counter
	bytes      prometheus.Counter
	retries    prometheus.Counter
	deadInFile prometheus.Counter
	red        prometheus.Gauge
	unsettled  *atomic.Int64
}

func (m *Metrics) lane(name string) laneMetrics {
	l := laneMetrics{
		bulks: m.bulks.WithLabelValues(name), bytes: m.bytes.WithLabelValues(name),
		retries: m.retries.WithLabelValues(name), deadInFile: m.deadInFile.WithLabelValues(name),
		red: m.red.WithLabelValues(name), unsettled: new(atomic.Int64),
	}
	for v := range l.documents {
		l.documents[v] = m.documents.WithLabelValues(name, event.Verdict(v).String())
	}
	return l
}

// settled counts lines by verdict; those that are Pending are not settled.
func (m *laneMetrics) settled(n [verdicts]int) {
	for v, n := range n {
		if n > 0 && event.Verdict(v) != event.Pending {
			m.documents[v].Add(float64(n))
			m.unsettled.Add(-int64(n))
		}
	}
}

func (m *laneMetrics) waiting() int { return int(m.unsettled.Load()) }
