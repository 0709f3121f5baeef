// Command millrace receives syslog from a fleet, keeps it as files, parses it and loads it into daily indices.
//
// This package is the command line: each command is a file of its own, and node.go wires the stages
// that a command needs. Nothing of how lines are received, spooled, parsed or indexed is decided here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones of dates, on machines that have none

	"github.com/alecthomas/kong"

	"github.com/millrace/millrace/cmd/millrace/config"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // could not do what was asked
	exitUsage  = 2 // the command line or the configuration is wrong
)

type commands struct {
	Demo     demoCommand     `cmd:"" help:"Run everything on made-up traffic, to look around."`
	Up       upCommand       `cmd:"" help:"Receive, parse and index in one process."`
	Ship     shipCommand     `cmd:"" help:"Receive only: write files and fill the spool."`
	Work     workCommand     `cmd:"" help:"Parse and index what is in Redis; run any number of them."`
	Setup    setupCommand    `cmd:"" help:"Put the index templates into Elasticsearch."`
	Replay   replayCommand   `cmd:"" help:"Parse and index lines of the files again: gaps, or months."`
	Search   searchCommand   `cmd:"" help:"Search the index."`
	Check    checkCommand    `cmd:"" help:"Check the configuration, and the pipelines on their examples."`
	Grok     grokCommand     `cmd:"" help:"Try grok patterns on lines."`
	Pipeline pipelineCommand `cmd:"" help:"Try ingest pipelines: which load, and what they do."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	os.Exit(run(os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr}))
}

func run(args []string, term terminal) int {
	var cli commands
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("millrace"),
		kong.Description("Receives, keeps, parses and indexes syslog. Start with: millrace demo"),
		kong.Writers(term.out, term.err),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.BindTo(term, (*terminal)(nil)),
		kong.Bind(term),
	)
	if err != nil {
		panic(err) // the command structs are wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help was answered
	}
	if err != nil {
		fmt.Fprintf(term.err, "millrace: %v\nmillrace: try --help\n", err)
		return exitUsage
	}
	stop := func() {}
	defer func() { stop() }()
	// Only for commands that ask for a context: signals end the others as they end any program.
	err = command.BindToProvider(func() (ctx context.Context, err error) {
		ctx, stop = untilSignal()
		return ctx, nil
	})
	if err != nil {
		panic(err) // the provider is wrong
	}
	return report(command.Run(), term.err)
}

// report prints what went wrong and chooses the exit code.
func report(err error, to io.Writer) int {
	var problems config.Problems
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &problems):
		for _, p := range problems {
			fmt.Fprintln(to, "millrace:", p)
		}
		return exitUsage
	}
	if code := exitCode(0); errors.As(err, &code) {
		return int(code) // everything is said already
	}
	fmt.Fprintln(to, "millrace:", err)
	if errors.As(err, &usageError{}) {
		return exitUsage
	}
	return exitFailed
}

// usageError is an error of the command line that kong can't see.
type usageError struct{ error }

// exitCode is the end of a command that has said itself what there is to say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// untilSignal ends the context at the first SIGINT or SIGTERM, which begins the shutdown; the second
// one ends the process at once.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		cancel()
		if s, ok := <-signals; ok {
			os.Exit(128 + int(s.(syscall.Signal)))
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}
