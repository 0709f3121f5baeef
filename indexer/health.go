package indexer

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Health says whether a lane gets its documents into the index.
type Health struct {
	Red     bool
	Since   time.Time // when it became red or green
	Why     string    // the last trouble; empty when green
	Waiting int       // lines that were taken and are not settled
}

// Health is the lane's health now. Safe for concurrent use.
func (l *Lane) Health() Health {
	h := &l.health
	h.lock.Lock()
	defer h.lock.Unlock()
	return Health{Red: h.why != "", Since: h.since, Why: h.why, Waiting: l.count.waiting()}
}

type health struct {
	log   *zap.Logger
	red   interface{ Set(float64) }
	lock  sync.Mutex
	why   string
	since time.Time
	said  time.Time // when trouble was last logged
}

// sayEvery bounds how often trouble that goes on, or comes and goes, is logged.
const sayEvery = time.Minute

func (h *health) init(log *zap.Logger, count laneMetrics) {
	h.log, h.red, h.since = log, count.red, time.Now()
}

// trouble turns the lane red.
func (h *health) trouble(why error) {
	h.lock.Lock()
	defer h.lock.Unlock()
	now := time.Now()
	if h.why == "" {
		h.since = now
		h.red.Set(1)
	}
	h.why = why.Error()
	if now.Sub(h.said) >= sayEvery {
		h.said = now
		h.log.Warn("the index does not take documents; trying again", zap.String("why", h.why), zap.Time("since", h.since))
	}
}

// through turns the lane green, unless some of what was sent waits to be sent again: whoever takes that counts it before the
// lane turns red.
func (h *health) through(waiting *atomic.Int64) {
	h.lock.Lock()
	defer h.lock.Unlock()
	if h.why == "" || waiting.Load() > 0 {
		return
	}
	h.log.Info("the index takes documents again", zap.Duration("after", time.Since(h.since)))
	h.why, h.since = "", time.Now()
	h.red.Set(0)
}
