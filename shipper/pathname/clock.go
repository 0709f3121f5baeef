package pathname

import "time"

// Clock is the local day and hour of a time, ready to be written.
type Clock struct {
	Date [10]byte // 2026-11-21
	Hour [2]byte
	// Slot tells apart the times of different hours; it is what caches compare.
	Slot int64

	until, from int64 // s since the epoch
}

// slotSeconds divides every hour of every time zone: their offsets are multiples of 15 minutes.
const slotSeconds = 15 * 60

// Set brings c to the given time. It costs nothing while the quarter of an hour lasts.
func (c *Clock) Set(now time.Time) {
	s := now.Unix()
	if s >= c.from && s < c.until {
		return
	}
	c.Slot = s / slotSeconds
	c.from, c.until = c.Slot*slotSeconds, (c.Slot+1)*slotSeconds
	local := now.Local()
	local.AppendFormat(c.Date[:0], time.DateOnly)
	local.AppendFormat(c.Hour[:0], "15")
}
