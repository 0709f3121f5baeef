package main

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/spooler/redisstream"
)

type workCommand struct {
	configFlags
	redisFlags
	indexFlags
	httpFlags
}

func (workCommand) Help() string {
	return `Workers share the lanes in Redis by themselves: start and stop as many as you like, on any machine.

Example:
  millrace work --redis redis://127.0.0.1:6379 --elasticsearch http://127.0.0.1:9200`
}

func (c workCommand) Run(ctx context.Context, term terminal) error {
	cfg, err := c.load(c.redisFlags, c.indexFlags, c.httpFlags)
	if err != nil {
		return err
	}
	if cfg.Spool.Redis.URL == "" {
		return config.Problems{{File: c.Config, Text: "spool.redis.url: is empty, and a worker takes its lines from Redis: write its address, such as redis://127.0.0.1:6379, or use millrace up"}}
	}
	return start(ctx, cfg, term, openWork)
}

func openWork(n *node) ([]part, error) {
	if err := n.openRedis(); err != nil {
		return nil, err
	}
	if err := n.openIndex(); err != nil {
		return nil, err
	}
	return []part{{"indexer", func(ctx context.Context) error {
		if _, err := n.redis.Check(ctx); errors.Is(err, redisstream.ErrUnfit) {
			return fmt.Errorf("spool.redis: %w", err)
		} else if err != nil && ctx.Err() == nil {
			n.log.Warn("Redis does not answer yet; waiting for it", zap.Error(err))
		}
		return n.runIndex(ctx, n.redisLanes)
	}}}, nil
}
