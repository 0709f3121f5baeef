package pipeline

import "github.com/millrace/millrace/event"

// stampProcessor stands first in pipelines that ask for `_ingest.timestamp`, the time of receipt.
type stampProcessor struct{}

var ingestTimestamp = event.Intern("timestamp")

func (stampProcessor) run(r *Runner) error {
	r.ev.Put(r.ev.Ingest(), ingestTimestamp, event.DateValue(r.now))
	return nil
}
