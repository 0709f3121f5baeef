// Package disklog is the spool on local disk: what every received line passes through, and the whole spool
// where there is no Redis.
//
// Each lane is a log of its own, so that a lane whose index is down keeps only its own segments from being
// deleted, and its quota is what its files take:
//
//	spool/lock                      one process at a time
//	spool/auth/<segments>           frames as they were appended
//	spool/auth/acks                 what of them is done
//	spool/auth/retry/<segments>     lines that could not be indexed for long, to be tried again
//	spool/auth/retry/acks
//
// A segment file is a run of records: 8 bytes of mark, then a frame. The mark is random and of the segment
// alone. It is what reading looks for after damage, and as no sender knows it, no line can pass for a record.
// A file's name is
//
//	<position of its first byte>-<lines appended before it>-<mark>.log      (16 hexadecimal digits each)
//
// Positions only grow, and no process appends to a segment of another: so nothing is ever truncated or written
// over, the torn tail that a crash left is simply stepped over, and files of any clock fit together.
//
// What survives: an append that has returned survives kill -9; Config.Sync says what a power cut may take.
// An acknowledgement survives kill -9 as well; after a power cut some frames may be delivered again.
// A frame that is damaged is skipped, counted and logged, and costs only itself. A frame of an unknown version
// stops the reading of its lane: it is neither skipped nor deleted, and Next says so.
//
// Nothing here knows what is in a line, and nothing here blocks an append for want of room: a log that is full
// answers event.ErrSpoolFull.
package disklog
