// Package shipper is the receiver: it listens, cuts what it reads into messages, writes them to per-host files
// and hands them to the spool, lane by lane.
//
// A listener reads bytes and knows who sent them. Package framing cuts a stream into messages, an intake takes
// runs of them to their files and lanes (route, hostfile, lane), and a lane appends batches to the spool. What the
// spool does not take stays in the files, and is written down as a gap.
//
// Nothing here waits for the index, and nothing waits for a full spool. No message is rejected: what can't be
// understood is kept as it came. What one sender does costs that sender alone: its memory, and those of all, are
// bounded. Only the header of a message is looked at here.
//
// To add a listener, write the function that binds it, and name it in [binderOf].
package shipper
