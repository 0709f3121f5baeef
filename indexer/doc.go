// Package indexer loads documents into the daily indices, and settles every line that it was given.
//
// A [Lane] gathers documents in bulk buffers and sends them to a [Sink]: Elasticsearch
// (indexer/elastic) or the embedded index (indexer/sqlite). What the sink answers for an item decides
// what becomes of its line:
//
//   - stored, or stored before: settled;
//   - the document can't be stored: kept as a dead letter, in an index of its own or in a local file, then settled;
//   - anything else is trouble of the index, not of the line: tried again with backoff for as long as it
//     takes. A line that has been in trouble for long is settled as deferred, which moves it out of the
//     way of the others.
//
// What is not settled stays in the spool. A lane shares nothing with other lanes: not buffers, not
// goroutines, not credit.
//
// No line is dropped here, no document is parsed here, and nothing is ever written but with the
// line's own id and "create", so that sending again is always safe.
package indexer
