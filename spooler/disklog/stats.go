package disklog

import (
	"math"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/spooler/lane"
)

// Stats returns the state of a lane; zero for one that is not known.
func (l *Log) Stats(name string) lane.Stats {
	l.mu.RLock()
	ln := l.lanes[name]
	l.mu.RUnlock()
	if ln == nil {
		return lane.Stats{}
	}
	s := ln.main.stats()
	r := ln.retry.stats()
	s.Deferred = r.Lines
	s.Lines += r.Lines
	s.Bytes += r.Bytes
	s.Damaged += r.Damaged
	if s.Oldest.IsZero() || !r.Oldest.IsZero() && r.Oldest.Before(s.Oldest) {
		s.Oldest = r.Oldest
	}
	if s.Stopped == nil {
		s.Stopped = r.Stopped
	}
	return s
}

// Size is what all lanes take on disk, in bytes.
func (l *Log) Size() int64 { return l.total.Load() }

func (q *queue) stats() lane.Stats {
	q.mu.Lock()
	s := lane.Stats{Lines: max(0, q.appended-q.done), Damaged: q.damaged, Stopped: q.reported}
	for _, segment := range q.segments {
		s.Bytes += segment.size
	}
	for _, r := range q.held {
		if !r.done {
			s.Oldest = time.Unix(0, r.oldest)
			break
		}
	}
	q.mu.Unlock()
	if s.Oldest.IsZero() {
		s.Oldest = q.peek()
	}
	return s
}

// peek is the time of receipt of the next frame to be read; zero when there is none, or it is damaged.
func (q *queue) peek() time.Time {
	s, position, _ := q.ahead(math.MaxInt64)
	if s == nil {
		return time.Time{}
	}
	f, err := os.Open(s.path)
	if err != nil {
		return time.Time{}
	}
	defer f.Close()
	if h, ok := s.header(f, position-s.base); ok {
		return time.Unix(0, h.Oldest)
	}
	return time.Time{}
}

// metrics is what the log counts, and what it reads off its lanes when it is asked.
type metrics struct {
	log                       *Log
	lines, bytes, refused     *prometheus.CounterVec
	waiting, size, age, spoil *prometheus.Desc
}

// laneMetrics are the counters of one lane.
type laneMetrics struct{ lines, bytes, refused prometheus.Counter }

func newMetrics(l *Log) *metrics {
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "millrace_spooler_disk_" + name, Help: help}, []string{"lane"})
	}
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("millrace_spooler_disk_"+name, help, []string{"lane"}, nil)
	}
	return &metrics{
		log:     l,
		lines:   counter("appended_lines_total", "Lines appended to the disk log."),
		bytes:   counter("appended_bytes_total", "Bytes of frames appended to the disk log."),
		refused: counter("refused_batches_total", "Batches that the disk log did not take: full, or an error of the disk."),
		waiting: desc("waiting_lines", "Lines in the disk log that are not acknowledged."),
		size:    desc("bytes", "Bytes that the lane takes on disk."),
		age:     desc("oldest_seconds", "Age of the oldest line in the disk log that is not acknowledged."),
		spoil:   desc("damaged_frames_total", "Frames skipped because they are damaged."),
	}
}

func (m *metrics) lane(name string) laneMetrics {
	return laneMetrics{m.lines.WithLabelValues(name), m.bytes.WithLabelValues(name), m.refused.WithLabelValues(name)}
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, v := range []*prometheus.CounterVec{m.lines, m.bytes, m.refused} {
		v.Describe(ch)
	}
	for _, d := range []*prometheus.Desc{m.waiting, m.size, m.age, m.spoil} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	m.lines.Collect(ch)
	m.bytes.Collect(ch)
	m.refused.Collect(ch)
	for _, name := range m.log.Lanes() {
		s := m.log.Stats(name)
		age := 0.0
		if !s.Oldest.IsZero() {
			age = max(0, m.log.now().Sub(s.Oldest).Seconds())
		}
		ch <- prometheus.MustNewConstMetric(m.waiting, prometheus.GaugeValue, float64(s.Lines), name)
		ch <- prometheus.MustNewConstMetric(m.size, prometheus.GaugeValue, float64(s.Bytes), name)
		ch <- prometheus.MustNewConstMetric(m.age, prometheus.GaugeValue, age, name)
		ch <- prometheus.MustNewConstMetric(m.spoil, prometheus.CounterValue, float64(s.Damaged), name)
	}
}
