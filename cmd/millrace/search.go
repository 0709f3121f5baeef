package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/event/ecs"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/query"
	"github.com/millrace/millrace/indexer/sqlite"
	"github.com/millrace/millrace/internal/screen"
	"github.com/millrace/millrace/internal/suggest"
)

type searchCommand struct {
	Query string `arg:"" optional:"" help:"What to look for; everything without one."`
	configFlags
	indexFlags
	Since string `placeholder:"TIME" help:"From then on: 2h, 7d, 2026-11-21T09:30:00Z."`
	Until string `placeholder:"TIME" help:"Up to this time."`
	Host  string `placeholder:"NAME" help:"Only this host, by name or address."`
	Limit int    `short:"n" default:"50" help:"At most this many, the newest; 0 for all."`
	Count bool   `help:"Print how many there are."`
	JSON  bool   `name:"json" help:"Print documents as indexed, one a line."`
}

func (searchCommand) Help() string {
	return `Words are looked for in the message; field:value in a field. AND, OR, NOT, ( ), "phrases", wild*cards,
ranges field:[1 TO 5], field >= 5, networks source.ip:10.0.0.0/8, existence user.name:*.

Examples:
  millrace search 'process.name:sshd AND event.outcome:failure' --since 2h
  millrace search '"failed password" AND NOT user.name:root' --host login-01 --json
  millrace search 'source.geo.country_iso_code:CN' --count`
}

func (c searchCommand) Run(ctx context.Context, term terminal) error {
	cfg, err := c.load(c.indexFlags)
	if err != nil {
		return err
	}
	q, err := c.query(time.Now())
	if err != nil {
		return err
	}
	index, done, err := openSearcher(cfg)
	if err != nil {
		return err
	}
	defer done()
	for _, name := range q.Unknown() {
		if _, own := cfg.Index.Templates.Fields[name]; !own {
			fmt.Fprintf(term.err, "millrace: no field %q is known%s: nothing may be found\n", name, meant(name))
		}
	}
	return c.print(ctx, index, q, term)
}

func (c searchCommand) print(ctx context.Context, index query.Searcher, q *query.Query, term terminal) error {
	if c.Count {
		n, err := index.Count(ctx, q)
		if err != nil {
			return err
		}
		if c.JSON {
			_, err = fmt.Fprintf(term.out, "{\"count\":%d}\n", n)
		} else {
			_, err = fmt.Fprintln(term.out, n)
		}
		return err
	}
	return index.Search(ctx, q, c.Limit, func(doc []byte) error {
		if c.JSON {
			_, err := fmt.Fprintf(term.out, "%s\n", doc)
			return err
		}
		return printLine(term.out, doc)
	})
}

// meant asks whether a field of a similar name was meant.
func meant(name string) string {
	known := func(yield func(string) bool) {
		for _, f := range ecs.Fields {
			if !yield(f.Name) {
				return
			}
		}
	}
	if near := suggest.Nearest(name, known, 1); len(near) > 0 {
		return " (did you mean " + near[0] + "?)"
	}
	return ""
}

// query puts the flags and the query together.
func (c searchCommand) query(now time.Time) (*query.Query, error) {
	q, err := query.Parse(c.Query, now)
	if err != nil {
		var at *query.Error
		if errors.As(err, &at) {
			return nil, usageError{fmt.Errorf("%w\n%s", err, at.Caret())}
		}
		return nil, err
	}
	since, err := parseTime("--since", c.Since, now)
	if err != nil {
		return nil, err
	}
	until, err := parseTime("--until", c.Until, now)
	if err != nil {
		return nil, err
	}
	if !until.IsZero() && since.After(until) {
		return nil, usageError{fmt.Errorf("--since: %s is later than --until %s: no time is between them", c.Since, c.Until)}
	}
	if !since.IsZero() || !until.IsZero() {
		q = q.And(query.Between(since, until))
	}
	if c.Host != "" {
		q = q.And(query.Host(c.Host))
	}
	return q, nil
}

// parseTime reads a time, or how long ago it was. Times without a zone are local.
func parseTime(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(-d.Abs()), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usageError{fmt.Errorf("%s: %q is not a time: write how long ago, such as 2h or 7d, or a time such as 2026-11-21T09:30", flag, text)}
}

// openSearcher opens the index for reading; done lets go of it.
func openSearcher(cfg config.Config) (index query.Searcher, done func(), err error) {
	if len(cfg.Index.Elasticsearch.URLs) == 0 {
		folder := cfg.Folder("index")
		if _, err := os.Stat(folder); err != nil {
			return nil, nil, fmt.Errorf("data: %w: name the data folder with --data, or the server with --elasticsearch", err)
		}
		return sqlite.NewSearcher(folder, cfg.Index.Load.Prefix), func() {}, nil
	}
	client, err := elastic.New(cfg.Index.Elasticsearch, zap.NewNop())
	if err != nil {
		return nil, nil, err
	}
	return elastic.NewSearcher(client, cfg.Index.Load.Prefix), func() { _ = client.Close() }, nil
}

// printLine prints a document as a line of a log.
func printLine(to io.Writer, doc []byte) error {
	var d struct {
		Timestamp time.Time `json:"@timestamp"`
		Message   string    `json:"message"`
		Host      struct {
			Hostname any `json:"hostname"`
		} `json:"host"`
		Log struct {
			Source struct {
				IP string `json:"ip"`
			} `json:"source"`
		} `json:"log"`
		Process struct {
			Name string      `json:"name"`
			PID  json.Number `json:"pid"`
		} `json:"process"`
	}
	_ = json.Unmarshal(doc, &d) // a field of another type than usual is left out
	host := d.Log.Source.IP
	if d.Host.Hostname != nil {
		host = fmt.Sprint(d.Host.Hostname)
	}
	program := d.Process.Name
	if d.Process.PID != "" {
		program += "[" + d.Process.PID.String() + "]"
	}
	if program != "" {
		program += ": "
	}
	_, err := fmt.Fprintf(to, "%s  %s  %s%s\n", d.Timestamp.Local().Format("2006-01-02 15:04:05.000"), screen.Printable([]byte(host)), screen.Printable([]byte(program)), screen.Printable([]byte(d.Message)))
	return err
}
