package redisstream

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// discover starts readers of the lane's partitions, as they appear.
func (s *Source) discover() {
	for {
		list, err := s.spool.partitions(context.Background())
		if err != nil {
			s.failed("find partitions", err)
		}
		for _, p := range list {
			if of, _ := p.lane(); of != s.lane {
				continue
			}
			s.mu.Lock()
			_, known := s.streams[s.spool.stream(p)]
			if !known {
				s.streams[s.spool.stream(p)] = p
				s.streams[s.spool.retry(p)] = p
			}
			s.mu.Unlock()
			if !known {
				s.running.Go(func() { s.readNew(p) })
				s.running.Go(func() { s.readRetries(p) })
			}
		}
		if !s.sleep(pause) {
			return
		}
	}
}

// readNew reads frames that no consumer has had yet, while somebody waits for them.
func (s *Source) readNew(p partition) {
	for s.wanted() {
		if _, err := s.read(s.spool.stream(p), p, readBlock); err != nil && !s.sleep(pause) {
			return
		}
	}
}

// readRetries reads deferred lines, every retry_after those that are there by then.
func (s *Source) readRetries(p partition) {
	key := s.spool.retry(p)
	for s.wanted() {
		left, err := s.spool.client.XLen(context.Background(), key).Result()
		for err == nil && left > 0 && s.wanted() {
			var n int
			if n, err = s.read(key, p, -1); n == 0 {
				break
			}
			left -= int64(n)
		}
		if err != nil {
			s.failed("read deferred lines", err)
		}
		if !s.sleep(s.spool.cfg.RetryAfter) {
			return
		}
	}
}

// read takes a few frames; a negative block does not wait for them. It is not cancelled in flight: the frames in an
// answer that nobody reads would be held by nobody.
func (s *Source) read(key string, p partition, block time.Duration) (int, error) {
	streams, err := s.spool.client.XReadGroup(context.Background(), &redis.XReadGroupArgs{
		Group: group, Consumer: s.consumer, Streams: []string{key, ">"}, Count: readCount, Block: block,
	}).Result()
	if errors.Is(err, redis.Nil) {
		s.worked()
		return 0, nil
	}
	if err != nil {
		if !isNoGroup(err) {
			s.failed("read", err)
		}
		return 0, err
	}
	s.worked()
	n := 0
	for i := range streams {
		n += len(streams[i].Messages)
		s.take(key, p, streams[i].Messages)
	}
	return n, nil
}

// take hands entries to Next. From here on their hold is renewed.
func (s *Source) take(key string, p partition, messages []redis.XMessage) {
	var list []*entry
	s.mu.Lock()
	for i := range messages {
		e := &entry{place{key, messages[i].ID}, p, payload(&messages[i])}
		if s.held[e.place] == nil {
			s.held[e.place] = e
			list = append(list, e)
		}
	}
	s.mu.Unlock()
	for i, e := range list {
		select {
		case s.ready <- e:
		case <-s.closed:
			return // Close gives back the rest
		case <-s.halted:
			s.release(list[i:])
			return
		}
	}
}
