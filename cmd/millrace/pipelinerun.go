package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser"
	"github.com/millrace/millrace/parser/pipeline"
	"github.com/millrace/millrace/parser/pipelinecli"
)

type pipelineRunCommand struct {
	pipelineFlags
	Pipeline string `arg:"" placeholder:"NAME|FILE" help:"Name of one that is shipped or in parser.folder, or a file."`
	Config   string `short:"c" placeholder:"FILE" help:"Configuration, of which parser counts."`
	Input    string `short:"i" placeholder:"FILE" help:"Read this in place of standard input."`
	As       string `enum:"auto,line,raw,json" default:"auto" placeholder:"FORM" help:"line, raw (with its header) or json; else guessed."`
	JSON     bool   `name:"json" help:"Answer as _simulate; with --verbose as ?verbose."`
	Verbose  bool   `short:"v" help:"Show the event after each processor."`
}

func (pipelineRunCommand) Help() string {
	return `Lines come without their syslog header for the name of a pipeline, whole for a file (as Filebeat does). Documents
are JSON objects, or the body of a _simulate request. The exit code is 1 when an event failed.

Examples:
  millrace pipeline run sshd < /var/log/auth.log
  millrace pipeline run module/nginx/access/ingest/pipeline.yml --input access.log
  echo '{"docs":[{"_source":{"message":"GET took 12 ms"}}]}' | millrace pipeline run myapp -c millrace.yaml --json`
}

func (c pipelineRunCommand) Run(term terminal) error {
	cfg, err := config.Load(c.Config, func(all *config.Config) {
		all.Parser.GeoIP = append(all.Parser.GeoIP, c.GeoIP...)
		all.Parser.UserAgents = append(all.Parser.UserAgents, c.UserAgents...)
	})
	if err != nil {
		return err
	}
	set, chosen, raw, err := c.load(cfg.Parser, term)
	if err != nil {
		return err
	}
	in := term.in
	if c.Input != "" {
		f, err := os.Open(c.Input)
		if err != nil {
			return fmt.Errorf("--input: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	} else if isTerminal(in) {
		fmt.Fprintln(term.err, "reading lines or JSON documents from the terminal; Ctrl-D ends them")
	}
	return c.run(set, chosen, raw, cfg.Parser, in, term)
}

func (c pipelineRunCommand) run(set *pipeline.Set, chosen *pipeline.Pipeline, raw bool, cfg parser.Config, in io.Reader, term terminal) error {
	form := pipelinecli.Form(c.As)
	if c.As == "raw" {
		form, raw = pipelinecli.FormLine, true
	}
	now := time.Now()
	ev := event.New()
	opener := parser.NewOpener(cfg, ev)
	err := pipelinecli.Run(pipelinecli.RunOptions{
		Set: set, Pipeline: chosen, Event: ev, Received: now,
		Open: func(line []byte) { opener.Open(line, now.UnixNano(), raw) },
		Form: form, JSON: c.JSON, Verbose: c.Verbose, Color: colour(term.out), In: in, Out: term.out,
	})
	if errors.Is(err, pipelinecli.ErrFailed) {
		return exitCode(exitFailed) // each failure stands in the output
	}
	return err
}

// load finds the pipeline and those that it calls. raw tells whether it takes whole lines.
func (c pipelineRunCommand) load(cfg parser.Config, term terminal) (set *pipeline.Set, chosen *pipeline.Pipeline, raw bool, err error) {
	log, err := newLogger(config.Log{Level: zap.WarnLevel, Format: "console"}, term)
	if err != nil {
		return nil, nil, false, err
	}
	deps, sources, err := pipelineSources(cfg, log)
	if err != nil {
		return nil, nil, false, err
	}
	entry := c.Pipeline
	ext := filepath.Ext(entry)
	isFile := slices.Contains([]string{".yml", ".yaml", ".json"}, ext) || strings.ContainsRune(entry, filepath.Separator)
	if isFile {
		var beside []pipeline.Source
		if entry, beside, err = pipelinecli.ReadFile(c.Pipeline); err != nil {
			return nil, nil, false, err
		}
		sources = append(sources, beside...)
	}
	if set, err = pipeline.Compile(pipeline.Needed(entry, sources), deps); err != nil {
		return nil, nil, false, err
	}
	if chosen = set.Pipeline(entry); chosen == nil {
		var names []string
		for _, s := range sources {
			names = append(names, s.Name)
		}
		slices.Sort(names)
		return nil, nil, false, usageError{fmt.Errorf("there is no pipeline %q: write one of %v, or a file (./%s)", entry, slices.Compact(names), entry)}
	}
	for _, call := range set.Missing() {
		fmt.Fprintln(term.err, "note:", call)
	}
	for _, file := range set.Databases() {
		if deps.GeoIP.Get(file) == nil {
			fmt.Fprintf(term.err, "note: events get no place from %s: name it with --geoip\n", file)
		}
	}
	return set, chosen, isFile || cfg.IsRaw(entry), nil
}
