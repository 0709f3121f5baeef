package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goccy/go-yaml"
	"go.uber.org/zap"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/parser"
	"github.com/millrace/millrace/templates"
)

type checkCommand struct {
	configFlags
	listenFlags
	redisFlags
	indexFlags
	Effective bool `help:"Print it with all defaults, without secrets."`
}

func (checkCommand) Help() string {
	return `Names mistakes with line, column, key and remedy; runs the examples (NAME.examples.yml) beside your own
pipelines; forecasts the shards that Elasticsearch will hold.

Examples:
  millrace check --config /etc/millrace.yaml
  millrace check --config /etc/millrace.yaml --effective`
}

func (c checkCommand) Run(ctx context.Context, term terminal) error {
	cfg, err := c.load(c.listenFlags, c.redisFlags, c.indexFlags)
	if err != nil {
		return err
	}
	if c.Effective {
		text, err := yaml.MarshalWithOptions(cfg, yaml.IndentSequence(true))
		if err != nil {
			return fmt.Errorf("print configuration: %w", err)
		}
		_, err = term.out.Write(text)
		return err
	}
	log, err := newLogger(cfg.Log, term)
	if err != nil {
		return err
	}
	examples, err := checkPipelines(&cfg, log)
	if err != nil {
		return err
	}
	fmt.Fprintf(term.out, "configuration ok, pipelines ok, %d examples of your own ok\n", examples)
	if len(cfg.Index.Elasticsearch.URLs) > 0 {
		return forecast(ctx, cfg, term)
	}
	return nil
}

// checkPipelines compiles all pipelines and runs the user's own examples; it returns how many there are.
func checkPipelines(all *config.Config, log *zap.Logger) (int, error) {
	_, set, err := loadPipelines(all, log)
	if err != nil {
		return 0, err
	}
	cfg := all.Parser
	if cfg.Folder == "" {
		return 0, nil
	}
	examples, err := parser.ReadExamples(os.DirFS(cfg.Folder), ".")
	if err != nil {
		return 0, fmt.Errorf("parser.folder: %w", err)
	}
	return len(examples), errors.Join(parser.RunExamples(withShippedRules(cfg), set, examples)...)
}

// forecast says how many shards the lanes will come to, and whether the cluster has room for them.
func forecast(ctx context.Context, cfg config.Config, term terminal) error {
	lanes := map[string]bool{}
	for _, r := range cfg.Receive.Routes {
		if r.Lane != "" {
			lanes[r.Lane] = true
		}
	}
	f := templates.NewForecast(&cfg.Index.Templates, len(lanes))
	fmt.Fprintln(term.out, f)
	client, err := elastic.New(cfg.Index.Elasticsearch, zap.NewNop())
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	capacity, err := templates.ShardCapacity(ctx, client)
	if err != nil {
		fmt.Fprintf(term.err, "note: Elasticsearch was not asked for its room: %v\n", err)
		return nil
	}
	if warning := f.Warning(capacity, cfg.Index.Templates.Replicas); warning != "" {
		fmt.Fprintln(term.err, "warning:", warning)
	}
	return nil
}
