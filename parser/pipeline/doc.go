// Package pipeline runs Elasticsearch ingest pipelines over the event arena. Definitions are
// Elasticsearch's own (YAML or JSON), compiled once when they are loaded; what the package does not
// know is an error then, with file, line and processor, never a guess when lines flow.
//
//	set, err := pipeline.Load(fsys, pipeline.Deps{})
//	r := set.NewRunner()                  // one per worker
//	err = r.Run(set.Pipeline("sshd"), ev, received)
//
// A [Set] is immutable and safe for concurrent use; a [Runner] is one worker's scratch space.
// Semantics and error texts are Elasticsearch's. Each processor is a file, or shares one with its
// nearest kin; registry.go lists them all. The rest is the way of a definition:
//
//	node.go, compile.go, options.go   the text, its steps, and what is written for each of them
//	touch.go                          what each step may change, and without which field it does nothing
//	link.go                           where a step goes on; constant.go, geoipjoin.go: which are done together
//	run.go                            steps, calls and failures of a line
//	trace.go                          the same step by step, written down: TestShortcuts holds run.go to it
//
// What never happens here: the clock is not read (every "now" is the time of receipt, so that a
// line that is parsed again gives the same document), no event becomes a map on the way, and a
// processor that finds what it expects allocates nothing.
package pipeline
