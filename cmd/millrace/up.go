package main

import (
	"context"

	"github.com/millrace/millrace/spooler"
)

type upCommand struct {
	configFlags
	listenFlags
	redisFlags
	indexFlags
	httpFlags
}

func (upCommand) Help() string {
	return `Without a configuration: on tcp:// and udp://127.0.0.1:5514, files and embedded index in the data folder;
port 0 takes a free one. SIGHUP opens files and GeoIP databases anew.

Examples:
  millrace up --data ./data --listen tcp://0.0.0.0:5514 --listen udp://0.0.0.0:5514
  millrace up --config /etc/millrace.yaml --elasticsearch http://127.0.0.1:9200`
}

func (c upCommand) Run(ctx context.Context, term terminal) error {
	cfg, err := c.load(c.listenFlags, c.redisFlags, c.indexFlags, c.httpFlags)
	if err != nil {
		return err
	}
	return start(ctx, cfg, term, openAll)
}

// openAll opens every stage.
func openAll(n *node) ([]part, error) {
	if err := n.openIndex(); err != nil {
		return nil, err
	}
	parts, err := openShip(n)
	if err != nil {
		return nil, err
	}
	lanes := n.diskLanes
	if n.redis != nil {
		lanes = n.redisLanes
	}
	return append(parts, part{"indexer", func(ctx context.Context) error { return n.runIndex(ctx, lanes) }}), nil
}

type shipCommand struct {
	configFlags
	listenFlags
	redisFlags
	httpFlags
}

func (shipCommand) Help() string {
	return `The receiver alone: files, the disk log, and what forwards from there to Redis, where workers take it.

Example:
  millrace ship --data /var/lib/millrace --redis redis://127.0.0.1:6379 --listen tcp://0.0.0.0:514`
}

func (c shipCommand) Run(ctx context.Context, term terminal) error {
	cfg, err := c.load(c.listenFlags, c.redisFlags, c.httpFlags)
	if err != nil {
		return err
	}
	return start(ctx, cfg, term, openShip)
}

// openShip opens the receiver, and what forwards from it to Redis.
func openShip(n *node) ([]part, error) {
	if err := n.openRedis(); err != nil {
		return nil, err
	}
	if err := n.openReceiver(); err != nil {
		return nil, err
	}
	parts := []part{{"receiver", n.receiver.Run}}
	if n.redis != nil {
		n.forwarder = spooler.NewForwarder(n.disk, n.redis, n.cfg.Spool.Redis.ResendWindow, n.log)
		parts = append(parts, part{"forwarder", n.forwarder.Run})
	}
	return parts, nil
}
