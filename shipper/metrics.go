package shipper

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/shipper/gss"
	"github.com/millrace/millrace/shipper/hostfile"
)

// Stats is a snapshot of what the receiver has done since it started.
type Stats struct {
	Listeners []ListenerStats
	Lanes     []LaneStats
	Discarded map[string]uint64 // lines by discard route
	Files     hostfile.Stats
}

// ListenerStats is a snapshot of one listener.
type ListenerStats struct {
	Name         string
	Lines, Bytes uint64            // received
	Truncated    uint64            // lines longer than the longest message
	Empty        uint64            // messages without a byte, which are passed over
	Unrouted     uint64            // lines that no route took
	Resent       uint64            // lines that came again after a reconnect, answered and not stored again
	Connections  int               // now
	Accepted     uint64            // connections
	Slowed       uint64            // reads put off because a sender was too fast
	RefusedFor   map[string]uint64 // connections refused, by reason
	EndedFor     map[string]uint64 // connections ended because of what the peer did, by reason
	Dropped      uint64            // datagrams that the kernel dropped

	RefusedDatagrams map[string]uint64 // by reason
	GSS              *gss.Stats        // of a GSS listener
}

// LaneStats is a snapshot of one lane. A line is in one of Appended, Gapped, Lost and Unanswered, or still on its way.
type LaneStats struct {
	Name       string
	Appended   uint64 // lines that the spool has
	Batches    uint64 // that brought them there
	Gapped     uint64 // lines that the spool did not take, found by the gaps written down
	Lost       uint64 // lines that the spool did not take, and that are in no file
	Unanswered uint64 // lines that the spool had not taken at a stop, left to their senders to send again
	Failure    *hostfile.Failure
}

// Received is the number of lines received on all listeners.
func (s *Stats) Received() (lines, bytes uint64) {
	for i := range s.Listeners {
		lines += s.Listeners[i].Lines
		bytes += s.Listeners[i].Bytes
	}
	return lines, bytes
}

// Stats returns a snapshot.
func (s *Shipper) Stats() Stats {
	out := Stats{Files: s.files.Stats(), Discarded: map[string]uint64{}}
	for _, l := range s.listeners {
		n := &l.stats
		out.Listeners = append(out.Listeners, ListenerStats{
			Name: l.cfg.Name, Lines: n.lines.Load(), Bytes: n.bytes.Load(), Truncated: n.truncated.Load(), Empty: n.empty.Load(),
			Unrouted: n.unrouted.Load(), Resent: n.resent.Load(), Connections: int(n.connections.Load()), Accepted: n.accepted.Load(),
			Slowed: n.slowed.Load(), Dropped: n.dropped.Load(), RefusedDatagrams: n.refusedDatagrams.snapshot(),
			RefusedFor: n.refusedFor.snapshot(), EndedFor: n.endedFor.snapshot(),
		})
	}
	for i, l := range s.listeners {
		if l.stats.gss != nil {
			st := l.stats.gss()
			out.Listeners[i].GSS = &st
		}
	}
	for _, l := range s.intake.lanes {
		n := l.stats
		out.Lanes = append(out.Lanes, LaneStats{
			Name: l.name, Appended: n.appended.Load(), Batches: n.batches.Load(), Gapped: n.gapped.Load(), Lost: n.lost.Load(),
			Unanswered: n.unanswered.Load(), Failure: n.failure.Load(),
		})
	}
	for _, r := range s.intake.routes {
		if r.discard {
			out.Discarded[r.name] += r.discarded.Load()
		}
	}
	return out
}

// collector gives Stats to Prometheus.
type collector struct{ s *Shipper }

func metric(name, help string, label ...string) *prometheus.Desc {
	return prometheus.NewDesc("millrace_shipper_"+name, help, label, nil)
}

var ( // fixed descriptions, never changed
	linesDesc       = metric("received_lines_total", "Lines received.", "listener")
	bytesDesc       = metric("received_bytes_total", "Bytes of the lines received.", "listener")
	truncatedDesc   = metric("truncated_lines_total", "Lines longer than max_message.", "listener")
	emptyDesc       = metric("empty_messages_total", "Messages without a byte, passed over.", "listener")
	unroutedDesc    = metric("unrouted_lines_total", "Lines that no route took.", "listener")
	resentDesc      = metric("resent_lines_total", "Lines that came again after a reconnect, answered and not stored again.", "listener")
	connectionsDesc = metric("connections", "Connections.", "listener")
	acceptedDesc    = metric("accepted_connections_total", "Connections accepted.", "listener")
	refusedDesc     = metric("refused_connections_total", "Connections turned away.", "listener", "reason")
	endedDesc       = metric("ended_connections_total", "Connections ended because of what the peer did.", "listener", "reason")
	slowedDesc      = metric("slowed_reads_total", "Reads of connections put off because their sender was too fast.", "listener")
	thrownDesc      = metric("refused_datagrams_total", "Datagrams thrown away unread.", "listener", "reason")
	handshakesDesc  = metric("gss_handshakes", "GSS handshakes under way.", "listener")
	replaysDesc     = metric("gss_replay_cache", "GSS authenticators remembered.", "listener")
	droppedDesc     = metric("dropped_datagrams_total", "Datagrams that the kernel dropped.", "listener")
	appendedDesc    = metric("appended_lines_total", "Lines appended to the spool.", "lane")
	batchesDesc     = metric("appended_batches_total", "Batches appended to the spool.", "lane")
	gappedDesc      = metric("gap_lines_total", "Lines that the spool did not take, and that a gap was written down for.", "lane")
	lostDesc        = metric("lost_lines_total", "Lines that the spool did not take, and that are in no file.", "lane")
	unansweredDesc  = metric("unanswered_lines_total", "Lines that the spool had not taken at a stop, left to their senders to send again.", "lane")
	discardedDesc   = metric("discarded_lines_total", "Lines that a route discarded.", "route")
	fileLinesDesc   = metric("file_lines_total", "Lines written to files.")
	fileBytesDesc   = metric("file_bytes_total", "Bytes written to files.")
	fileLostDesc    = metric("file_lost_lines_total", "Lines that could not be written to their file.")
	fileErrorsDesc  = metric("file_errors_total", "Errors of opening and writing files.")
	overflowedDesc  = metric("file_overflows_total", "File names that were replaced because too many were new.")
	openDesc        = metric("open_files", "Open files.")
)

// Describe sends nothing: the labels are only known by what is configured.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c collector) Collect(out chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, n uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	s := c.s.Stats()
	for i := range s.Listeners {
		l := &s.Listeners[i]
		counter(linesDesc, l.Lines, l.Name)
		counter(bytesDesc, l.Bytes, l.Name)
		counter(truncatedDesc, l.Truncated, l.Name)
		counter(emptyDesc, l.Empty, l.Name)
		counter(unroutedDesc, l.Unrouted, l.Name)
		counter(resentDesc, l.Resent, l.Name)
		gauge(connectionsDesc, l.Connections, l.Name)
		counter(acceptedDesc, l.Accepted, l.Name)
		counter(slowedDesc, l.Slowed, l.Name)
		for reason, n := range l.RefusedFor {
			counter(refusedDesc, n, l.Name, reason)
		}
		for reason, n := range l.RefusedDatagrams {
			counter(thrownDesc, n, l.Name, reason)
		}
		for reason, n := range l.EndedFor {
			counter(endedDesc, n, l.Name, reason)
		}
		counter(droppedDesc, l.Dropped, l.Name)
		if l.GSS != nil {
			gauge(handshakesDesc, l.GSS.Handshakes, l.Name)
			gauge(replaysDesc, l.GSS.Replays, l.Name)
		}
	}
	for i := range s.Lanes {
		l := &s.Lanes[i]
		counter(appendedDesc, l.Appended, l.Name)
		counter(batchesDesc, l.Batches, l.Name)
		counter(gappedDesc, l.Gapped, l.Name)
		counter(lostDesc, l.Lost, l.Name)
		counter(unansweredDesc, l.Unanswered, l.Name)
	}
	for name, n := range s.Discarded {
		counter(discardedDesc, n, name)
	}
	f := &s.Files
	counter(fileLinesDesc, f.Lines)
	counter(fileBytesDesc, f.Bytes)
	counter(fileLostDesc, f.LostLines)
	counter(fileErrorsDesc, f.Errors)
	counter(overflowedDesc, f.Overflowed)
	gauge(openDesc, f.Open)
}
