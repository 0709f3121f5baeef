package gss

import (
	"crypto/sha256"
	"sync"
	"time"
)

// replayCache remembers authenticators that were accepted, as a hash of their ciphertext: a random confounder makes
// each unique, and its integrity check makes every other spelling invalid. The session key belongs to one client
// in one realm, so clients of the same name in two realms never meet.
//
// Two generations bound it in time: an entry lives for one to two windows. A window is twice the clock skew,
// the longest time for which one time stamp is accepted.
type replayCache struct {
	mu     sync.Mutex
	window time.Duration
	most   int
	since  time.Time // when the young generation began
	young  map[replayKey]struct{}
	old    map[replayKey]struct{}
}

type replayKey [16]byte

func newReplayCache(most int, skew time.Duration) *replayCache {
	return &replayCache{window: 2 * skew, most: most, young: map[replayKey]struct{}{}, old: map[replayKey]struct{}{}}
}

func replayKeyOf(authenticator []byte) replayKey {
	sum := sha256.Sum256(authenticator)
	return replayKey(sum[:16])
}

// add remembers k, and returns ReasonReplay if it was there, ReasonReplayCacheFull if there is no room, else "".
// It is called for allowed clients only, so that nobody else can fill it.
func (c *replayCache) add(k replayKey, now time.Time) Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.since); age >= c.window {
		c.young, c.old = c.old, c.young
		clear(c.young)
		if age >= 2*c.window {
			clear(c.old)
		}
		c.since = now
	}
	if _, ok := c.young[k]; ok {
		return ReasonReplay
	}
	if _, ok := c.old[k]; ok {
		return ReasonReplay
	}
	if len(c.young)+len(c.old) >= c.most {
		return ReasonReplayCacheFull
	}
	c.young[k] = struct{}{}
	return ""
}

func (c *replayCache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.young) + len(c.old)
}
