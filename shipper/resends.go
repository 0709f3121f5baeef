package shipper

import (
	"context"
	"sync"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/relp"
)

// resends knows the last lines of RELP senders, lane by lane: what a lane has of a session is always a beginning of
// the session's lines for that lane, whatever a kill leaves of them, while lanes are not appended to in step.
// Lines without a lane are not known; they may stand in their files twice.
type resends struct {
	memory *relp.Memory
	window int

	mu       sync.Mutex
	sessions map[string]map[*relpConnection]struct{} // open ones by sender
}

func newResends(window int) *resends {
	return &resends{memory: relp.NewMemory(window, maxRELPSenders), window: window, sessions: map[string]map[*relpConnection]struct{}{}}
}

// recall remembers what a lane has of sessions of an earlier process.
func (r *resends) recall(lane string, recent Recent) error {
	sessions := map[event.Origin]*relp.History{}
	return recent.Recent(lane, func(b *event.Batch) {
		for i := range b.Len() {
			o := b.OriginOf(i)
			if o.Transport != event.RELP && o.Transport != event.RELPTLS {
				continue
			}
			h := sessions[*o]
			if h == nil {
				h = r.memory.Recall(senderKey(o) + "\x00" + lane)
				sessions[*o] = h
			}
			h.Add(b.Message(i))
		}
	})
}

// enter waits until sessions of the sender whose connection the sender has closed are read to their end, as
// their last lines may be sent again in this one. It returns false if the sender closes this one meanwhile.
func (r *resends) enter(ctx context.Context, c *relpConnection) bool {
	r.mu.Lock()
	if r.sessions[c.key] == nil {
		r.sessions[c.key] = map[*relpConnection]struct{}{}
	}
	var before []*relpConnection
	for other := range r.sessions[c.key] {
		before = append(before, other)
	}
	r.sessions[c.key][c] = struct{}{}
	r.mu.Unlock()
	for _, other := range before {
		if !peerClosed(other.raw) {
			continue
		}
		for waiting := true; waiting; {
			select {
			case <-other.ended:
				waiting = false
			case <-ctx.Done():
				return false
			case <-time.After(lookAgain):
				if peerClosed(c.raw) {
					return false
				}
			}
		}
	}
	return true
}

// lookAgain is the time between looks at whether a sender that has to wait is still there.
const lookAgain = 500 * time.Millisecond

func (r *resends) leave(c *relpConnection) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions[c.key], c)
	if len(r.sessions[c.key]) == 0 {
		delete(r.sessions, c.key)
	}
}
