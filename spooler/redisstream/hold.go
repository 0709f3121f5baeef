package redisstream

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// keepHold renews the hold of what this consumer has, until Close.
func (s *Source) keepHold() {
	for s.sleep(s.spool.cfg.ClaimAfter / renewals) {
		if err := s.renew(); err != nil {
			s.failed("renew the hold of frames", err)
		}
	}
}

// spare leaves others what they hold for some time, at the start and whenever Redis was away: so that those who live
// have renewed before anything is taken.
func (s *Source) spare() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alone = time.Now().Add(2 * s.spool.cfg.ClaimAfter / renewals)
}

// takeOvers takes what closed consumers gave back, and what dead ones had, until Close.
func (s *Source) takeOvers() {
	var tidied time.Time
	for s.sleep(min(s.spool.cfg.ClaimAfter/renewals, pause)) {
		s.mu.Lock()
		idle := s.spool.cfg.ClaimAfter
		if time.Now().Before(s.alone) {
			idle = released
		}
		s.mu.Unlock()
		s.takeOver(idle)
		if time.Since(tidied) > tidyAfter {
			tidied = time.Now()
			s.tidy()
		}
	}
}

// renew sets the idle time of all that this consumer holds to 0.
func (s *Source) renew() error {
	byStream := make(map[string][]string)
	s.mu.Lock()
	for p := range s.held {
		byStream[p.stream] = append(byStream[p.stream], p.id)
	}
	s.mu.Unlock()
	for stream, ids := range byStream {
		for chunk := range slices.Chunk(ids, renewChunk) {
			if err := s.claim(stream, chunk, 0); err != nil && !isNoGroup(err) {
				return err
			}
		}
	}
	return nil
}

// claim makes this consumer the owner of entries, which then seem idle for some time.
func (s *Source) claim(stream string, ids []string, idle time.Duration) error {
	args := []any{"XCLAIM", stream, group, s.consumer, 0}
	for _, id := range ids {
		args = append(args, id)
	}
	args = append(args, "IDLE", idle.Milliseconds(), "JUSTID")
	return s.spool.client.Do(context.Background(), args...).Err()
}

// release gives back entries, for anybody to take at once.
func (s *Source) release(list []*entry) {
	slices.SortFunc(list, func(a, b *entry) int { return cmp.Compare(a.stream, b.stream) })
	for len(list) > 0 {
		n := 1
		for n < len(list) && n < renewChunk && list[n].stream == list[0].stream {
			n++
		}
		var ids []string
		s.mu.Lock()
		for _, e := range list[:n] {
			ids = append(ids, e.id)
			delete(s.held, e.place)
		}
		s.mu.Unlock()
		if err := s.claim(list[0].stream, ids, 2*released); err != nil && !isNoGroup(err) {
			s.failed("give back frames", err) // they are taken over after claim_after
		}
		list = list[n:]
	}
}

// takeOver takes frames that nobody has renewed for idle, while somebody waits for them.
func (s *Source) takeOver(idle time.Duration) {
	s.mu.Lock()
	wanted := s.waiting > 0 && !s.ended
	streams := make(map[string]partition, len(s.streams))
	for stream, p := range s.streams {
		streams[stream] = p
	}
	s.mu.Unlock()
	if !wanted {
		return
	}
	for stream, p := range streams {
		for start := "0-0"; ; {
			messages, next, err := s.spool.client.XAutoClaim(context.Background(), &redis.XAutoClaimArgs{
				Stream: stream, Group: group, Consumer: s.consumer, MinIdle: idle, Start: start, Count: readCount,
			}).Result()
			if err != nil {
				if !isNoGroup(err) {
					s.failed("take over frames", err)
				}
				break
			}
			s.take(stream, p, messages)
			if start = next; start == "0-0" || !s.stillWanted() {
				break
			}
		}
	}
}

func (s *Source) stillWanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting > 0 && !s.ended
}

// tidy forgets consumers that are long gone.
func (s *Source) tidy() {
	s.mu.Lock()
	var streams []string
	for stream := range s.streams {
		streams = append(streams, stream)
	}
	s.mu.Unlock()
	for _, stream := range streams {
		_ = tidyScript.Run(context.Background(), s.spool.client, []string{stream}, group, tidyAfter.Milliseconds()).Err() // next time
	}
}

// leave forgets this consumer, if it holds nothing any more.
func (s *Source) leave() {
	for stream := range s.streams {
		_ = tidyScript.Run(context.Background(), s.spool.client, []string{stream}, group, 0, s.consumer).Err() // others tidy up
	}
}
