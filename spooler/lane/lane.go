// Package lane holds what every spool knows of a lane: its name, and the state it reports. It does no I/O.
package lane

import (
	"fmt"
	"time"
)

// maxName bounds the length of a lane's name, which is part of paths and index names.
const maxName = 64

// CheckName tells what is wrong with the name of a lane. Names are [a-z0-9-]+, because they stand in
// folder names, Redis keys and index names.
func CheckName(name string) error {
	if name == "" || len(name) > maxName {
		return fmt.Errorf("lane %q: a lane's name has 1 to %d characters", name, maxName)
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("lane %q: %q may not stand in a lane's name: write lower case letters, digits and hyphens", name, c)
		}
	}
	return nil
}

// Stats is the state of one lane in one spool.
type Stats struct {
	Lines    int64     // not yet acknowledged, those in workers' hands and the deferred ones included
	Bytes    int64     // of storage that the lane takes
	Deferred int64     // lines of Lines that wait to be tried again
	Oldest   time.Time // receipt of the oldest frame that waits; zero when none does
	Damaged  int64     // frames skipped since this process started
	Stopped  error     // why nothing more of the lane is read; nil when all is well
}
