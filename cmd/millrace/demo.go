package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/cmd/millrace/demo"
	"github.com/millrace/millrace/indexer/query"
	"github.com/millrace/millrace/shipper"
)

type demoCommand struct {
	Data  string `short:"d" placeholder:"DIR" help:"Folder of everything that is kept; a new temporary one without it."`
	Lines int    `default:"3000" help:"Lines to send before the searches."`
	Rate  int    `default:"1000" help:"Lines per second."`
	Once  bool   `help:"Stop after the searches."`
}

func (demoCommand) Help() string {
	return `Starts everything in one process on embedded defaults, sends itself the syslog of a small made-up fleet through
real sockets, searches it, and stays up until Ctrl-C. Nothing leaves this machine.

Example:
  millrace demo`
}

func (c demoCommand) Run(ctx context.Context, term terminal) error {
	if c.Lines < 1 || c.Rate < 1 {
		return usageError{fmt.Errorf("--lines and --rate: write numbers above 0")}
	}
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "millrace-demo-")
		if err != nil {
			return err
		}
		c.Data = dir
	}
	cfg, err := c.config()
	if err != nil {
		return err
	}
	log, err := newLogger(cfg.Log, term)
	if err != nil {
		return err
	}
	n := newNode(cfg, log)
	parts, err := openAll(n)
	if err != nil {
		return n.close(fmt.Errorf("start: %w", err))
	}
	parts = append(parts, part{"demo", func(ctx context.Context) error { return c.show(ctx, n, term) }})
	return n.close(n.run(ctx, parts...))
}

// config is the default one, with free ports where the usual ones are taken.
func (c demoCommand) config() (config.Config, error) {
	geoip := filepath.Join(c.Data, "geoip")
	if err := demo.WriteGeoIP(geoip); err != nil {
		return config.Config{}, err
	}
	return config.Load("", func(cfg *config.Config) {
		cfg.Data = c.Data
		cfg.Parser.GeoIP = []string{geoip}
		cfg.Log.Level = zapcore.WarnLevel
		for i, l := range cfg.Receive.Listeners {
			protocol, address, _ := strings.Cut(l.Listen, "://")
			if taken(protocol, address) {
				cfg.Receive.Listeners[i] = shipper.DefaultListener(protocol + "://127.0.0.1:0")
			}
		}
	})
}

func taken(protocol, address string) bool {
	if protocol == "udp" {
		c, err := net.ListenPacket(protocol, address)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	}
	l, err := net.Listen(protocol, address)
	if err == nil {
		_ = l.Close()
	}
	return err != nil
}

// show sends the traffic, says what becomes of it, and searches.
func (c demoCommand) show(ctx context.Context, n *node, term terminal) error {
	addrs := n.receiver.Addrs()
	tcp, udp := addrs[0].String(), addrs[1].String()
	fmt.Fprintf(term.out, "millrace is up: syslog on tcp://%s and udp://%s, data in %s\nA made-up fleet sends %d lines:\n\n", tcp, udp, c.Data, c.Lines)
	fleet, err := demo.Dial(ctx, tcp, udp, demo.NewFleet(uint64(time.Now().UnixNano())))
	if err != nil {
		return err
	}
	defer fleet.Close()
	sent := make(chan error, 1)
	go func() { sent <- fleet.Send(ctx, c.Lines, c.Rate) }()
	if err := c.watch(ctx, n, term, sent); err != nil {
		return err
	}
	if err := c.searches(ctx, n, term); err != nil || c.Once {
		return err
	}
	host, port, _ := net.SplitHostPort(tcp)
	fmt.Fprintf(term.out, `Send a line of your own:
  logger --server %[1]s --port %[2]s --tcp --tag sshd --priority auth.info "Failed password for root from 203.0.113.99 port 4242 ssh2"
or all lines of a host, in its /etc/rsyslog.d/millrace.conf (with this machine's address, and up --listen tcp://0.0.0.0:5514 here):
  *.* action(type="omfwd" target="%[1]s" port="%[2]s" protocol="tcp")
and look:
  %[4]s search 'user.name:root' --since 5m --data %[3]s
  tail -f %[3]s/hosts/*/*/*/auth.log

The fleet goes on with 5 lines a second. Ctrl-C stops everything.
`, host, port, c.Data, self())
	if err := fleet.Send(ctx, 1<<30, 5); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// self is how this program was called, for commands that a reader is to type.
func self() string {
	switch called := os.Args[0]; {
	case strings.Contains(called, "/go-build"):
		return "go run ./cmd/millrace"
	case strings.Contains(called, "/"):
		return called
	}
	return "millrace"
}

// watch shows a live line until everything that was sent is stored.
func (c demoCommand) watch(ctx context.Context, n *node, term terminal, sent <-chan error) error {
	live := isTerminal(term.out)
	every := time.Second
	if live {
		every = 100 * time.Millisecond
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	done, last := false, ""
	for quiet := 0; !done || quiet < 2; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-sent:
			if err != nil {
				return err
			}
			done = true
		case <-tick.C:
			stats := n.receiver.Stats()
			received, bytes := stats.Received()
			_, stored, lag := n.progress()
			waiting := int64(received) - stored
			line := fmt.Sprintf("  in %d lines, %.1f kB   stored %d   on their way %d", received, float64(bytes)/1000, stored, waiting)
			if waiting > 0 {
				line += fmt.Sprintf(" (%v behind)", lag.Round(time.Millisecond))
				quiet = 0
			} else {
				quiet++
			}
			if live {
				fmt.Fprintf(term.out, "\r\x1b[K%s", line)
			} else if line != last {
				fmt.Fprintln(term.out, line)
			}
			last = line
		}
	}
	fmt.Fprint(term.out, "\n\n")
	return nil
}

// searches are the questions that the demo answers.
func (c demoCommand) searches(ctx context.Context, n *node, term terminal) error {
	for _, s := range []struct {
		what, query string
		limit       int // 0: count
	}{
		{"How often was a password guessed?", "process.name:sshd AND event.outcome:failure", 0},
		{"Who guesses from China, but not as root?", "event.outcome:failure AND source.geo.country_iso_code:CN AND NOT user.name:root", 3},
		{"What did the web server fail at?", "http.response.status_code >= 500", 3},
	} {
		fmt.Fprintf(term.out, "%s\n  %s search '%s'", s.what, self(), s.query)
		if s.limit == 0 {
			fmt.Fprint(term.out, " --count")
		} else {
			fmt.Fprintf(term.out, " --limit %d", s.limit)
		}
		fmt.Fprintf(term.out, " --data %s\n", c.Data)
		q, err := query.Parse(s.query, time.Now())
		if err != nil {
			return err
		}
		index, done, err := openSearcher(n.cfg)
		if err != nil {
			return err
		}
		command := searchCommand{Count: s.limit == 0, Limit: s.limit}
		err = command.print(ctx, index, q, term)
		done()
		if err != nil {
			return err
		}
		fmt.Fprintln(term.out)
	}
	return nil
}
