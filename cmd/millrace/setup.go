package main

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/templates"
)

type setupCommand struct {
	configFlags
	indexFlags
	DryRun bool `help:"Say what would be done, and change nothing."`
}

func (setupCommand) Help() string {
	return `Puts component templates, index templates and, where the cluster has such, the lifecycle policy in place.
It may be run again at any time: what is as it should be is left alone.

Example:
  millrace setup --elasticsearch http://127.0.0.1:9200 --dry-run`
}

func (c setupCommand) Run(ctx context.Context, term terminal) error {
	cfg, err := c.load(c.indexFlags)
	if err != nil {
		return err
	}
	if len(cfg.Index.Elasticsearch.URLs) == 0 {
		return config.Problems{{File: c.Config, Text: "index.elasticsearch.urls: is empty, and the embedded index needs no setup: write the address of Elasticsearch, such as http://127.0.0.1:9200"}}
	}
	log, err := newLogger(cfg.Log, term)
	if err != nil {
		return err
	}
	client, err := elastic.New(cfg.Index.Elasticsearch, log)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	result, err := templates.Setup(ctx, client, templates.Options{
		Config: cfg.Index.Templates, Prefix: cfg.Index.Load.Prefix, DryRun: c.DryRun,
	})
	if err != nil {
		return err
	}
	for _, change := range result.Changes {
		fmt.Fprintln(term.out, change)
	}
	for _, note := range result.Notes {
		fmt.Fprintln(term.err, "note:", note)
	}
	if c.DryRun && result.Changed() {
		fmt.Fprintln(term.err, "nothing was changed (--dry-run)")
	}
	return nil
}
