package main

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

type checkCommand struct {
	configFlags
	listenFlags
	redisFlags
	indexFlags
	Effective bool `help:"Print the configuration with all defaults filled in; secrets are hidden."`
}

func (checkCommand) Help() string {
	return `Names every mistake with its line, column, key and what to write instead.

Examples:
  millrace check --config /etc/millrace.yaml
  millrace check --config /etc/millrace.yaml --effective`
}

func (c checkCommand) Run(term terminal) error {
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
	_, err = fmt.Fprintln(term.out, "ok")
	return err
}
