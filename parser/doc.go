// Package parser turns received lines into documents: it takes batches of a lane from the spool, parses each
// line's header, runs the pipeline that is chosen for it, and hands the rendered document to the index.
//
//	worker.go    takes batches, hands out documents, acknowledges what is settled
//	line.go      one line: header → event → pipeline → trusted fields → JSON
//	shape.go     how its event begins; logfield.go: its field log
//	known.go     the trusted fields; senders.go: those that the lines of a sender share
//	direct.go    the same for lines without a pipeline, and without an event
//	rules.go     which pipeline a line takes
//	pipeline/    Elasticsearch's ingest pipelines, and their processors
//
// What never happens here: a request to an index, a look at the clock (every "now" is the time of receipt, so
// that a redelivered line renders the same document), a line that is lost because it could not be parsed.
package parser
