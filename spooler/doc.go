// Package spooler moves what was spooled on this machine to where workers elsewhere find it. The spools
// themselves are its parts:
//
//   - frame: a batch of lines as one unit of bytes, compressed and checksummed;
//   - disklog: the log on local disk, which every line passes through, and the whole spool without Redis;
//   - redisstream: streams in Redis, from which any number of workers take their lines;
//   - lane: what they have in common; spooltest: the contract that they keep, as tests.
//
// Frames are the spool's own affair: its neighbours see batches. Nothing here looks into a line.
package spooler
