package indexer

import "time"

// DeadLane is the place in an index's name where others have their lane; no lane can be called so.
const DeadLane = "dead"

// IndexName is the daily index of lane for a line received at that time (ns since the epoch).
// The day is that of receipt, in UTC: the same at every redelivery.
func IndexName(prefix, lane string, received int64) string {
	return prefix + "-" + lane + "-" + time.Unix(0, received).UTC().Format("2006.01.02")
}

const day = int64(24 * time.Hour)

// names keeps the names of the days in use, so that none is made for each line.
type names struct {
	prefix, lane string
	day          int64
	name         string
	older        map[int64]string
}

// of returns the index for a line received then.
func (n *names) of(received int64) string {
	d := received / day
	if d == n.day && n.name != "" {
		return n.name
	}
	name, ok := n.older[d]
	if !ok {
		if n.older == nil || len(n.older) >= 400 { // more days than any replay interleaves
			n.older = make(map[int64]string)
		}
		name = IndexName(n.prefix, n.lane, received)
		n.older[d] = name
	}
	n.day, n.name = d, name
	return name
}
