// Package event holds the values that travel between the stages, and nothing else:
//
//   - [Batch], [Line], [Origin], [ID]: lines as they were received, on their way through the spool;
//   - [Delivery], [Ref], [Verdict]: a batch handed to a worker, and what became of each of its lines;
//   - [Event], [Path], [Value]: a line as a document, parsed and enriched.
//
// It is the leaf that every stage imports. It does no I/O, starts no goroutine and reads no clock.
package event
