package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/millrace/millrace/indexer/sqlite"
	"github.com/millrace/millrace/shipper/archive"
)

type replayCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Files, or folders of them; rotated, .gz and .zst too."`
	configFlags
	indexFlags
	Gaps   bool   `help:"Only the lines that a full spool did not take."`
	Lane   string `placeholder:"NAME" help:"Lane of the files; else of the route of each."`
	Since  string `placeholder:"TIME" help:"From then on: 2h, 7d, 2026-11-21T09:30:00Z."`
	Until  string `placeholder:"TIME" help:"Up to this time."`
	DryRun bool   `help:"Say what would be read, and store nothing."`
	JSON   bool   `name:"json" help:"Print the counts as JSON."`
}

func (replayCommand) Help() string {
	return `Replaying again stores nothing twice, but what is indexed because it came in is stored a second time: see
docs/operating.md for what to delete first. Gaps are not indexed.

Examples:
  millrace replay --gaps --config /etc/millrace.yaml
  millrace replay /var/lib/millrace/hosts/2026/11 --elasticsearch http://127.0.0.1:9200`
}

func (c replayCommand) Run(ctx context.Context, term terminal) error {
	if c.Gaps == (len(c.Files) > 0) || c.Gaps && c.Lane+c.Since+c.Until != "" {
		return usageError{errors.New("write either files (or folders) to replay, or --gaps, which takes no --lane, --since and --until")}
	}
	var cfg archive.Config
	var err error
	now := time.Now()
	if cfg.Since, err = parseTime("--since", c.Since, now); err != nil {
		return err
	}
	if cfg.Until, err = parseTime("--until", c.Until, now); err != nil {
		return err
	}
	all, err := c.load(c.indexFlags)
	if err != nil {
		return err
	}
	if c.LogLevel == "" {
		all.Log.Level = max(all.Log.Level, zapcore.WarnLevel) // what goes on is shown otherwise
	}
	log, err := newLogger(all.Log, term)
	if err != nil {
		return err
	}
	n := newNode(all, log)
	parts, wrong, err := c.parts(n)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	for _, err := range wrong {
		fmt.Fprintln(term.err, "millrace:", err)
	}
	if c.DryRun {
		return c.list(parts, term)
	}
	r := replay{node: n, cfg: cfg, total: len(parts) + len(wrong)}
	if c.Gaps && len(parts) > 0 {
		if r.cfg.Done, err = archive.OpenDone(all.Data); err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
	r.cfg.Counts = &r.counts
	r.counts.Failed.Add(int64(len(wrong)))
	if err := r.run(ctx, parts, term); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	return r.tell(ctx, c.JSON, term)
}

// parts are what is to be read; wrong is what can't be.
func (c replayCommand) parts(n *node) (parts []archive.Part, wrong []error, err error) {
	routes := archive.NewRoutes(n.cfg.Receive.Routes)
	if c.Gaps {
		return routes.Gaps(n.cfg.Data)
	}
	parts, err = routes.Files(c.Files, c.Lane)
	return parts, nil, err
}

func (c replayCommand) list(parts []archive.Part, term terminal) error {
	for i := range parts {
		p := &parts[i]
		line := fmt.Sprintf("%s  lane %s  sender %s", p.Path, p.Lane, p.Peer)
		if c.Gaps {
			line += fmt.Sprintf("  %d bytes at %d, received %s to %s", p.Size, p.Offset,
				time.Unix(0, p.From).Format(time.DateTime), time.Unix(0, p.Until).Format(time.DateTime))
		}
		fmt.Fprintln(term.out, line)
	}
	return nil
}

// replay is lines on their way from files to the index.
type replay struct {
	*node
	cfg    archive.Config
	counts archive.Counts
	total  int // parts
}

// run parses and indexes the parts, all lanes at once, until they are settled or ctx ends.
func (r *replay) run(ctx context.Context, parts []archive.Part, term terminal) error {
	if len(parts) == 0 {
		return nil
	}
	if err := r.openIndex(); errors.Is(err, sqlite.ErrLocked) {
		return r.close(fmt.Errorf("%s: %w, and has one writer: stop millrace up meanwhile (its senders wait), or use Elasticsearch, into which both may write",
			r.node.cfg.Folder("index"), sqlite.ErrLocked))
	} else if err != nil {
		return r.close(err)
	}
	stopShowing := r.show(term)
	err := r.awaitIndex(ctx)
	if err == nil {
		err = r.runLanes(ctx, parts)
	}
	stopShowing()
	if r.cfg.Done != nil {
		err = errors.Join(err, r.cfg.Done.Close())
	}
	if ctx.Err() != nil {
		err = nil // which tell says
	}
	return r.close(err)
}

func (r *replay) runLanes(ctx context.Context, parts []archive.Part) error {
	lanes := map[string][]archive.Part{}
	for _, p := range parts {
		lanes[p.Lane] = append(lanes[p.Lane], p)
	}
	names := slices.Sorted(maps.Keys(lanes))
	errs := make([]error, len(names))
	var running sync.WaitGroup
	for i, name := range names {
		running.Go(func() {
			source := archive.NewSource(lanes[name], r.cfg, r.log)
			ctx, stop := context.WithCancel(ctx)
			defer stop()
			go func() {
				select {
				case <-source.Finished():
					stop()
				case <-ctx.Done():
				}
			}()
			errs[i] = r.runLane(ctx, name, source)
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

// show shows the progress on a terminal, until the function that it returns is called.
func (r *replay) show(term terminal) (stop func()) {
	if !isTerminal(term.err) {
		return func() {}
	}
	done := make(chan struct{})
	var showing sync.WaitGroup
	showing.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				fmt.Fprint(term.err, "\r\x1b[K")
				return
			case <-tick.C:
			}
			c := &r.counts
			fmt.Fprintf(term.err, "\r\x1b[K%d of %d done, %d lines read, %d stored, %d already there", c.Done.Load(), r.total, c.Read.Load(), c.Stored.Load(), c.Already.Load())
			if why := r.waiting(); why != "" {
				fmt.Fprintf(term.err, " (%s)", why)
			}
		}
	})
	return func() {
		close(done)
		showing.Wait()
	}
}

// waiting says what the replay waits for.
func (r *replay) waiting() string {
	for _, t := range r.health() {
		return t.Part + ": " + t.Why
	}
	return ""
}

// tell prints what came of it, and chooses the exit code.
func (r *replay) tell(ctx context.Context, asJSON bool, term terminal) error {
	c := &r.counts
	sum := struct {
		Parts   int   `json:"parts"`
		Done    int64 `json:"done"`
		Failed  int64 `json:"failed"`
		Read    int64 `json:"read"`
		Stored  int64 `json:"stored"`
		Already int64 `json:"already"`
		Dropped int64 `json:"dropped"`
		Dead    int64 `json:"dead"`
	}{r.total, c.Done.Load(), c.Failed.Load(), c.Read.Load(), c.Stored.Load(), c.Already.Load(), c.Dropped.Load(), c.Dead.Load()}
	if asJSON {
		if err := json.NewEncoder(term.out).Encode(sum); err != nil {
			return err
		}
	} else if sum.Parts == 0 {
		fmt.Fprintln(term.out, "nothing to replay: there is no gap, or no file")
	} else {
		fmt.Fprintf(term.out, "%d lines read: %d stored, %d already there, %d dropped by pipelines, %d dead letters\n", sum.Read, sum.Stored, sum.Already, sum.Dropped, sum.Dead)
	}
	switch {
	case ctx.Err() != nil && sum.Done+sum.Failed < int64(sum.Parts):
		return fmt.Errorf("replay: interrupted, %d of %d done: the same command goes on, and stores nothing twice", sum.Done, sum.Parts)
	case sum.Failed > 0:
		return fmt.Errorf("replay: %d of %d could not be read whole: see above", sum.Failed, sum.Parts)
	case sum.Dead > 0:
		return fmt.Errorf("replay: %d lines are dead letters: look at %s-dead-*, or %s", sum.Dead, r.node.cfg.Index.Load.Prefix, r.node.cfg.Folder("dead"))
	}
	return nil
}
