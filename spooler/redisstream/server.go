package redisstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/millrace/millrace/spooler/frame"
	"github.com/millrace/millrace/spooler/lane"
)

// ErrUnfit says that a Redis can't be the spool as it is configured.
var ErrUnfit = errors.New("this redis is not fit for the spool")

// Server is what a Redis says of itself.
type Server struct {
	RunID   string // changes with every start, and with a failover
	Version string
}

// Check asks the server what it is. The error is ErrUnfit when it evicts keys, or is older than 7.0. The first time
// it finds no append-only file it logs a warning.
func (s *Spool) Check(ctx context.Context) (Server, error) {
	info, err := s.client.Info(ctx).Result()
	if err != nil {
		return Server{}, fmt.Errorf("redisstream: %w", err)
	}
	fields := make(map[string]string)
	for line := range strings.Lines(info) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[key] = value
		}
	}
	server := Server{RunID: fields["run_id"], Version: fields["redis_version"]}
	major, _, _ := strings.Cut(server.Version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < 7 {
		return server, fmt.Errorf("redisstream: %w: it has version %q: install Redis 7.0 or newer", ErrUnfit, server.Version)
	}
	if policy := fields["maxmemory_policy"]; policy != "noeviction" {
		return server, fmt.Errorf("redisstream: %w: with maxmemory-policy %s it would throw away lines that nobody has stored: set maxmemory-policy noeviction", ErrUnfit, policy)
	}
	if fields["aof_enabled"] == "0" && s.warned.CompareAndSwap(false, true) {
		s.log.Warn("REDIS HAS NO APPEND-ONLY FILE: when it stops, all lines that it holds and no worker has stored are lost, but for those of the last seconds (spool.redis.resend_window). Set appendonly yes.")
	}
	return server, nil
}

// Stats returns the state of a lane. A stream does not know its lines and bytes: they are estimated from the
// number of frames and from what the oldest is like.
func (s *Spool) Stats(ctx context.Context, name string) (lane.Stats, error) {
	var st lane.Stats
	s.state(name, func(l *laneState) { st.Damaged, st.Stopped = l.damaged, l.stopped })
	list, err := s.partitions(ctx)
	for _, p := range list {
		if of, _ := p.lane(); of != name || err != nil {
			continue
		}
		var retried lane.Stats
		if err = s.addStats(ctx, s.stream(p), &st); err == nil {
			if err = s.addStats(ctx, s.retry(p), &retried); err == nil {
				st.Lines += retried.Lines
				st.Bytes += retried.Bytes
				st.Deferred += retried.Lines
				if st.Oldest.IsZero() || !retried.Oldest.IsZero() && retried.Oldest.Before(st.Oldest) {
					st.Oldest = retried.Oldest
				}
			}
		}
	}
	if err != nil {
		return st, fmt.Errorf("redisstream: %w", err)
	}
	return st, nil
}

func (s *Spool) addStats(ctx context.Context, key string, st *lane.Stats) error {
	frames, err := s.client.XLen(ctx, key).Result()
	if err != nil || frames == 0 {
		return err
	}
	first, err := s.client.XRangeN(ctx, key, "-", "+", 1).Result()
	if err != nil || len(first) == 0 {
		return err
	}
	src := payload(&first[0])
	h, err := frame.ParseHeader([]byte(src[:min(len(src), frame.HeaderLen)]))
	if err != nil {
		return nil // damaged: there will be a better one soon
	}
	st.Lines += frames * int64(h.Lines)
	st.Bytes += frames * int64(len(src))
	if t := time.Unix(0, h.Oldest); st.Oldest.IsZero() || t.Before(st.Oldest) {
		st.Oldest = t
	}
	return nil
}

// payload is the frame in an entry; "" when it has none.
func payload(m *redis.XMessage) string {
	src, _ := m.Values[field].(string)
	return src
}
