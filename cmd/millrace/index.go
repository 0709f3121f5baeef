package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/sqlite"
	"github.com/millrace/millrace/parser"
	"github.com/millrace/millrace/parser/geoip"
	"github.com/millrace/millrace/parser/grok"
	"github.com/millrace/millrace/parser/pipeline"
	"github.com/millrace/millrace/parser/useragent"
	"github.com/millrace/millrace/templates"
)

// index is what the lanes of a process share: the pipelines, and the index that documents go to.
type index struct {
	sink      indexer.Sink
	elastic   *elastic.Client // nil: embedded
	embedded  *sqlite.Index   // nil: Elasticsearch
	geoip     *geoip.Databases
	pipelines *pipeline.Set
	parsing   *parser.Metrics
	indexing  *indexer.Metrics
	notReady  atomic.Pointer[string] // why, while Elasticsearch is waited for
}

// openIndex compiles the pipelines and opens the index; Elasticsearch is not asked anything yet.
func (n *node) openIndex() error {
	x := &index{parsing: parser.NewMetrics(n.registry), indexing: indexer.NewMetrics(n.registry)}
	var err error
	if x.geoip, x.pipelines, err = loadPipelines(&n.cfg, n.log); err != nil {
		return err
	}
	n.registry.MustRegister(x.pipelines.Metrics())
	if len(n.cfg.Index.Elasticsearch.URLs) == 0 {
		if err := n.makeData(); err != nil {
			return err
		}
		if x.embedded, err = sqlite.Open(n.cfg.Folder("index")); err != nil {
			return err
		}
		x.sink = x.embedded
	} else {
		if x.elastic, err = elastic.New(n.cfg.Index.Elasticsearch, n.log); err != nil {
			return err
		}
		x.sink = elastic.NewSink(x.elastic)
	}
	n.index = x
	return nil
}

func (x *index) close() error {
	if x.elastic != nil {
		return x.elastic.Close()
	}
	return x.embedded.Close()
}

// waiting is why nothing is indexed yet, empty when there is no reason.
func (x *index) waiting() string {
	if why := x.notReady.Load(); why != nil {
		return *why
	}
	return ""
}

// awaitIndex waits for Elasticsearch and sees to it that the templates are there: an index must never be made by
// dynamic mapping.
func (n *node) awaitIndex(ctx context.Context) error {
	x := n.index
	if x.elastic == nil {
		return nil
	}
	why := "Elasticsearch does not answer yet"
	x.notReady.Store(&why)
	info, err := x.elastic.WaitReady(ctx)
	if err != nil {
		return err
	}
	n.log.Info("Elasticsearch answers", zap.String("cluster", info.ClusterName), zap.String("version", info.Version.Number))
	options := templates.Options{Config: n.cfg.Index.Templates, Prefix: n.cfg.Index.Load.Prefix}
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		if err = n.installTemplates(ctx, options); err == nil || errors.Is(err, templates.ErrMissing) || ctx.Err() != nil {
			break
		}
		why := fmt.Sprintf("index templates: %v", err)
		x.notReady.Store(&why)
		n.log.Error("index templates are not in place, will try again", zap.Error(err))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	if errors.Is(err, templates.ErrMissing) {
		return fmt.Errorf("%w: run millrace setup, or write index.templates.install: true", err)
	}
	x.notReady.Store(nil)
	return err
}

func (n *node) installTemplates(ctx context.Context, o templates.Options) error {
	err := templates.Check(ctx, n.index.elastic, o)
	if !errors.Is(err, templates.ErrMissing) || !n.cfg.Index.Templates.Install {
		return err
	}
	result, err := templates.Setup(ctx, n.index.elastic, o)
	if err != nil {
		return err
	}
	for _, c := range result.Changes {
		if c.Action != templates.Keep {
			n.log.Info("index template in place", zap.Stringer("change", c))
		}
	}
	for _, note := range result.Notes {
		n.log.Warn(note)
	}
	return nil
}

// loadPipelines compiles the shipped pipelines and those of the configured folder, which the rules choose from.
func loadPipelines(cfg *config.Config, log *zap.Logger) (*geoip.Databases, *pipeline.Set, error) {
	deps, sources, err := pipelineSources(cfg.Parser, log)
	if err != nil {
		return nil, nil, cfg.Wrong(err)
	}
	set, err := pipeline.Compile(sources, deps)
	if err != nil {
		return nil, nil, cfg.Wrong(err)
	}
	for _, call := range set.Missing() {
		log.Warn("events that get to a call of a pipeline that is not there fail, as in Elasticsearch", zap.Error(call))
	}
	return deps.GeoIP, set, cfg.Wrong(parser.CheckRules(cfg.Parser.Rules, set))
}

// pipelineSources reads the shipped pipelines and those of the configured folder, and what they use.
func pipelineSources(cfg parser.Config, log *zap.Logger) (pipeline.Deps, []pipeline.Source, error) {
	databases, err := geoip.Open(cfg.GeoIP...)
	if err != nil {
		return pipeline.Deps{}, nil, fmt.Errorf("parser.geoip: %w", err)
	}
	for _, path := range cfg.GeoIP {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			log.Warn("GeoIP database is missing: events stay without a place until it is there and SIGHUP is sent", zap.String("parser.geoip", path))
		}
	}
	agents, err := useragent.Open(cfg.UserAgents...)
	if err != nil {
		return pipeline.Deps{}, nil, fmt.Errorf("parser.user_agents: %w", err)
	}
	deps := pipeline.Deps{GeoIP: databases, AgentRules: agents, ECSGrok: grok.ECSLibrary(), LegacyGrok: grok.IngestLibrary()}
	sources, err := parser.ShippedPipelines()
	if err != nil {
		return deps, nil, err
	}
	if cfg.Folder != "" {
		if _, err := os.ReadDir(cfg.Folder); err != nil {
			return deps, nil, fmt.Errorf("parser.folder: %w: write a folder of pipelines that millrace may read", err)
		}
		folder := os.DirFS(cfg.Folder)
		own, err := pipeline.ReadDir(folder, ".")
		if err != nil {
			return deps, nil, fmt.Errorf("parser.folder: %w", err)
		}
		for i := range own {
			own[i].File = filepath.Join(cfg.Folder, own[i].File)
		}
		sources = append(sources, own...)
		if _, err := fs.Stat(folder, "patterns"); err == nil {
			if err := errors.Join(deps.ECSGrok.AddDir(folder, "patterns"), deps.LegacyGrok.AddDir(folder, "patterns")); err != nil {
				return deps, nil, fmt.Errorf("parser.folder: %w", err)
			}
		}
	}
	return deps, sources, nil
}

// withShippedRules puts the rules that choose shipped pipelines by program behind the user's own.
func withShippedRules(cfg parser.Config) parser.Config {
	cfg.Rules = slices.Concat(cfg.Rules, parser.ShippedRules())
	return cfg
}

// source is a lane of a spool.
type source interface {
	parser.Source
	Close() error
}

// runLane parses and indexes a lane until ctx ends, then drains it.
func (n *node) runLane(ctx context.Context, name string, from source) error {
	x := n.index
	out, err := indexer.NewLane(name, n.cfg.Index.Load, x.sink, indexer.Deps{
		Metrics: x.indexing, DeadDir: n.cfg.Folder("dead"), Feeds: n.cfg.Parser.PerLane(),
	}, n.log)
	if err != nil {
		return err
	}
	settled := make(chan struct{})
	worker, err := parser.New(name, withShippedRules(n.cfg.Parser), parser.Deps{
		Source: from, Output: func() parser.Output { return out.Feed() }, Pipelines: x.pipelines, Metrics: x.parsing, Settled: settled,
	}, n.log)
	if err != nil {
		return err
	}
	n.mu.Lock()
	n.lanes[name] = out
	n.mu.Unlock()

	// Stopped from upstream to downstream: the worker feeds no more, the output drains, the rest is acknowledged.
	drain, stopOutput := context.WithCancel(context.WithoutCancel(ctx))
	defer stopOutput()
	var running sync.WaitGroup
	var outErr, workErr error
	running.Go(func() {
		defer close(settled)
		outErr = out.Run(drain)
	})
	running.Go(func() { workErr = worker.Run(ctx) })
	<-worker.Fed()
	stopOutput()
	running.Wait()
	for _, err := range []error{outErr, workErr} {
		if err != nil {
			n.log.Warn("lane stopped with work left, which stays in the spool", zap.Error(err))
		}
	}
	return from.Close()
}

// spoolLanes are the lanes of a spool.
type spoolLanes func(ctx context.Context) (names []string, open func(name string) (source, error), err error)

// index parses and indexes all lanes of the spool, also those that turn up later, until ctx ends.
func (n *node) runIndex(ctx context.Context, lanes spoolLanes) error {
	if err := n.awaitIndex(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	var running sync.WaitGroup
	defer running.Wait()
	started := map[string]bool{}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		names, open, err := lanes(ctx)
		n.tellListed(ctx, err)
		for _, name := range names {
			if started[name] {
				continue
			}
			from, err := open(name)
			if err != nil {
				n.log.Error("can't open a lane, will try again", zap.String("lane", name), zap.Error(err))
				continue
			}
			started[name] = true
			running.Go(func() {
				if err := n.runLane(ctx, name, from); err != nil {
					n.log.Error("lane does not run", zap.String("lane", name), zap.Error(err))
				}
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// tellListed tells of what listing the lanes of the spool came to, where that has changed.
func (n *node) tellListed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	switch before := n.unlisted.Load(); {
	case err != nil && (before == nil || *before != err.Error()):
		n.log.Error("can't list the lanes of the spool, will try again", zap.Error(err))
		why := err.Error()
		n.unlisted.Store(&why)
	case err == nil && before != nil:
		n.log.Info("the lanes of the spool are listed again")
		n.unlisted.Store(nil)
	}
}

// diskLanes are the lanes of the disk log, those of the configuration included.
func (n *node) diskLanes(context.Context) ([]string, func(string) (source, error), error) {
	names := n.disk.Lanes()
	for _, r := range n.cfg.Receive.Routes {
		if r.Lane != "" {
			names = append(names, r.Lane)
		}
	}
	return names, func(name string) (source, error) { return n.disk.Source(name) }, nil
}

// redisLanes are the lanes that are in Redis.
func (n *node) redisLanes(ctx context.Context) ([]string, func(string) (source, error), error) {
	names, err := n.redis.Lanes(ctx)
	return names, func(name string) (source, error) { return n.redis.Source(name) }, err
}

// progress is how many lines the disk log has taken and how many of them are settled, and the age of the
// oldest one that is not.
func (n *node) progress() (spooled, settled int64, lag time.Duration) {
	for _, l := range n.receiver.Stats().Lanes {
		spooled += int64(l.Appended)
	}
	settled = spooled
	oldest := time.Now()
	for _, name := range n.disk.Lanes() {
		s := n.disk.Stats(name)
		settled -= s.Lines
		if !s.Oldest.IsZero() && s.Oldest.Before(oldest) {
			oldest = s.Oldest
		}
	}
	return spooled, max(settled, 0), time.Since(oldest)
}
