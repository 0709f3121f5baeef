package main

import (
	"fmt"

	"github.com/millrace/millrace/parser/grok/grokcli"
)

type grokCommand struct {
	Pattern  string   `arg:"" optional:"" help:"Pattern to try, such as '%{SYSLOGBASE} %{GREEDYDATA:message}'."`
	Patterns []string `placeholder:"DIR" type:"path" help:"Folder or file of pattern definitions of your own. May be repeated."`
	Set      string   `placeholder:"FILE" type:"path" help:"File with a list of patterns, of which the first that matches counts."`
	Legacy   bool     `help:"Logstash's old names in place of ECS ones."`
	JSON     bool     `name:"json" help:"Print an object a line."`
}

func (grokCommand) Help() string {
	return `Tries patterns on the lines of standard input: what each captures, how long it takes, and why a line does not match.

Example:
  millrace grok '%{SYSLOGBASE} %{GREEDYDATA:message}' < /var/log/auth.log`
}

func (c grokCommand) Run(term terminal) error {
	o := grokcli.Options{SetFile: c.Set, Dirs: c.Patterns, Legacy: c.Legacy, JSON: c.JSON, Color: colour(term.out)}
	if c.Pattern != "" {
		o.Patterns = []string{c.Pattern}
	}
	if c.Pattern == "" && c.Set == "" {
		return usageError{fmt.Errorf("name a pattern, or a file of them with --set")}
	}
	if code := grokcli.Run(o, term.in, term.out, term.err); code != 0 {
		return exitCode(code)
	}
	return nil
}
