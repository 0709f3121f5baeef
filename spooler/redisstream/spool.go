package redisstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/spooler/frame"
	"github.com/millrace/millrace/spooler/lane"
)

const (
	group = "millrace"
	field = "f"
)

// Spool is the spool in one Redis. It is safe for concurrent use.
type Spool struct {
	cfg      Config
	client   redis.UniversalClient
	log      *zap.Logger
	batches  *frame.Pool
	encoders chan *encoder
	turn     atomic.Uint32 // of partitions
	appended *prometheus.CounterVec
	damaged  *prometheus.CounterVec
	warned   atomic.Bool // of no append-only file

	mu    sync.Mutex
	lanes map[string]*laneState
}

// laneState is what this process knows of a lane.
type laneState struct {
	damaged int64
	stopped error
}

type encoder struct {
	frame.Encoder
	buf []byte
}

const (
	freeBatches  = 32
	freeEncoders = 8
)

// Open makes a client for the Redis in cfg. It does not talk to it: see Check. reg may be nil.
func Open(cfg Config, reg prometheus.Registerer, log *zap.Logger) (*Spool, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.URL == "" {
		return nil, errors.New("spool.redis.url: is empty: write the address of a Redis, such as redis://host:6379")
	}
	opt, err := cfg.options()
	if err != nil {
		return nil, err
	}
	quiet()
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "millrace_spooler_redis_" + name, Help: help}, []string{"lane"})
	}
	s := &Spool{
		cfg: cfg, client: redis.NewClient(opt), log: log,
		batches: frame.NewPool(freeBatches), encoders: make(chan *encoder, freeEncoders),
		lanes:    make(map[string]*laneState),
		appended: counter("appended_frames_total", "Frames appended to Redis."),
		damaged:  counter("damaged_frames_total", "Frames in Redis skipped because they are damaged."),
	}
	if reg != nil {
		if err := errors.Join(reg.Register(s.appended), reg.Register(s.damaged)); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// quiet ends the client's own log, which goes to standard error and says nothing that its errors do not.
var quiet = sync.OnceFunc(func() { redis.SetLogger(noLog{}) })

type noLog struct{}

func (noLog) Printf(context.Context, string, ...any) {}

// Close closes the connections. Sources must have been closed before.
func (s *Spool) Close() error { return s.client.Close() }

// partition is a part of a lane, named "lane:number".
type partition string

func (s *Spool) stream(p partition) string     { return s.cfg.KeyPrefix + ":{" + string(p) + "}" }
func (s *Spool) retry(p partition) string      { return s.stream(p) + ":retry" }
func (s *Spool) registry() string              { return s.cfg.KeyPrefix + ":partitions" }
func partitionOf(name string, n int) partition { return partition(name + ":" + strconv.Itoa(n)) }

// lane is the name of the partition's lane; ok is false when p is not a partition's name.
func (p partition) lane() (name string, ok bool) {
	name, number, ok := strings.Cut(string(p), ":")
	n, err := strconv.Atoi(number)
	return name, ok && err == nil && n >= 0 && strconv.Itoa(n) == number && lane.CheckName(name) == nil
}

// Append adds b to the lane as one frame. What it returns nil for survives what Redis survives. b may be reused as
// soon as it returns. The error is event.ErrSpoolFull when Redis has reached maxmemory; after any error the batch
// may still turn up, as lines whose ids are known.
func (s *Spool) Append(ctx context.Context, name string, b *event.Batch) error {
	var e *encoder
	select {
	case e = <-s.encoders:
	default:
		e = new(encoder)
	}
	var err error
	if e.buf, err = e.Append(e.buf[:0], b, frame.S2); err != nil {
		return fmt.Errorf("redisstream: lane %s: %w", name, err)
	}
	_, err = s.AppendFrames(ctx, name, [][]byte{e.buf})
	if cap(e.buf) <= 1<<20 {
		select {
		case s.encoders <- e:
		default:
		}
	}
	return err
}

// AppendFrames adds frames to the lane, in order, and returns how many of them are in Redis for sure: the
// first n. They are sent together.
func (s *Spool) AppendFrames(ctx context.Context, name string, frames [][]byte) (n int, err error) {
	if err := lane.CheckName(name); err != nil {
		return 0, fmt.Errorf("redisstream: %w", err)
	}
	p := partitionOf(name, int(s.turn.Add(1))%s.cfg.Partitions)
	n, err = s.add(ctx, p, frames)
	if errors.Is(err, redis.Nil) { // no such stream yet, or no more
		if err = s.create(ctx, p); err == nil {
			var more int
			more, err = s.add(ctx, p, frames[n:])
			n += more
		}
	}
	s.appended.WithLabelValues(name).Add(float64(n))
	if redis.HasErrorPrefix(err, "OOM") {
		return n, fmt.Errorf("redisstream: lane %s: %w: %w", name, event.ErrSpoolFull, err)
	}
	if err != nil {
		return n, fmt.Errorf("redisstream: lane %s: %w", name, err)
	}
	return n, nil
}

// add returns how many frames were added before the first that was not. redis.Nil says there is no stream.
func (s *Spool) add(ctx context.Context, p partition, frames [][]byte) (int, error) {
	pipe := s.client.Pipeline()
	for _, src := range frames {
		pipe.XAdd(ctx, &redis.XAddArgs{Stream: s.stream(p), NoMkStream: true, Values: []any{field, src}})
	}
	results, _ := pipe.Exec(ctx)
	for i, r := range results {
		if err := r.Err(); err != nil {
			return i, err
		}
	}
	return len(results), nil
}

// create lets workers know of a partition and makes its streams with their groups. The stream that frames are
// appended to comes last: where it is, all is, wherever a crash of Redis cut this off.
func (s *Spool) create(ctx context.Context, p partition) error {
	if err := s.client.SAdd(ctx, s.registry(), string(p)).Err(); err != nil {
		return err
	}
	for _, key := range []string{s.retry(p), s.stream(p)} {
		if err := s.client.XGroupCreateMkStream(ctx, key, group, "0").Err(); err != nil && !redis.HasErrorPrefix(err, "BUSYGROUP") {
			return err
		}
	}
	return nil
}

// partitions returns the partitions that receivers have made, in order.
func (s *Spool) partitions(ctx context.Context) ([]partition, error) {
	members, err := s.client.SMembers(ctx, s.registry()).Result()
	if err != nil {
		return nil, err
	}
	var list []partition
	for _, m := range members {
		if _, ok := partition(m).lane(); ok {
			list = append(list, partition(m))
		}
	}
	slices.Sort(list)
	return list, nil
}

// Lanes returns the names of the lanes that are in Redis, in order, whatever is configured here.
func (s *Spool) Lanes(ctx context.Context) ([]string, error) {
	list, err := s.partitions(ctx)
	if err != nil {
		return nil, fmt.Errorf("redisstream: find lanes: %w", err)
	}
	var names []string
	for _, p := range list {
		if name, _ := p.lane(); len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// state calls f with what is known of a lane, under the lock.
func (s *Spool) state(name string, f func(*laneState)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lanes[name] == nil {
		s.lanes[name] = &laneState{}
	}
	f(s.lanes[name])
}
