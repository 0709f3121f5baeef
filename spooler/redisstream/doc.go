// Package redisstream is the spool in Redis: streams of frames, from which any number of workers on any number
// of machines take theirs.
//
// A lane has one stream for each of its partitions, with a consumer group, and beside it one for the lines that
// are deferred. The names are tagged, so that Redis Cluster keeps the two of a partition together and spreads
// the partitions:
//
//	millrace:{auth:0}          frames of lane auth, partition 0
//	millrace:{auth:0}:retry    frames of lines to be tried again
//	millrace:partitions        set of the partitions, such as "auth:0": how workers find them
//
// An entry has one field, "f", with the frame. It is deleted when it is acknowledged, so a stream's length is
// what waits. The receiver makes streams together with their group, which starts at 0, and appends to existing
// streams only (NOMKSTREAM): so there is no stream without a group, and no frame before it.
//
// A frame is delivered to one consumer (a Source), which renews its hold as long as it lives, however slow the
// index is. Frames of a consumer that has not been heard of for claim_after go to another; those of a consumer
// that was closed do at once. Commands that move frames are never cancelled in flight, because their answer is
// the only word of what was moved; what an answer lost with its connection had in it counts as of a dead
// consumer. An append or an ack that timed out may have been done: both may be repeated, because lines have ids.
//
// Redis must not evict (maxmemory-policy noeviction) and should have an append-only file: see Server. A full
// Redis takes no appends, but acks, which make room, work.
//
// Nothing here buffers frames for a Redis that is away; that is the disk log's part.
package redisstream
