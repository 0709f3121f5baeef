// Package quiet keeps log lines that outsiders can cause from filling the log.
package quiet

import (
	"sync"
	"time"
)

// Gate lets one event pass per interval and counts the others. The zero Gate lets none wait: set Every.
// It is safe for concurrent use.
type Gate struct {
	Every time.Duration

	mu         sync.Mutex
	next       time.Time
	suppressed int
}

// Pass reports whether the event at the given time may be logged, and how many were not since the last one.
func (g *Gate) Pass(now time.Time) (suppressed int, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.next) && g.next.Sub(now) <= g.Every { // further away: the clock was set back
		g.suppressed++
		return 0, false
	}
	suppressed, g.suppressed = g.suppressed, 0
	g.next = now.Add(g.Every)
	return suppressed, true
}
