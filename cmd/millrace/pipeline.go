package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/millrace/millrace/parser/geoip"
	"github.com/millrace/millrace/parser/pipeline"
	"github.com/millrace/millrace/parser/pipelinecli"
	"github.com/millrace/millrace/parser/useragent"
)

type pipelineCommand struct {
	Check pipelineCheckCommand `cmd:"" help:"Load all pipelines of a folder and list what is not supported, and calls of pipelines that are not there."`
	Test  pipelineTestCommand  `cmd:"" help:"Run the fixtures beside the pipelines of a folder."`
	Run   pipelineRunCommand   `cmd:"" help:"Run a pipeline over lines or documents and show what each processor does."`
}

func (pipelineCommand) Help() string {
	return `Runs Elasticsearch's ingest pipelines as they are: Filebeat's modules, Elastic's integrations, or your own.

Examples:
  millrace pipeline run sshd < /var/log/auth.log
  millrace pipeline check module/nginx
  millrace pipeline test module --geoip GeoLite2-City.mmdb --geoip GeoLite2-ASN.mmdb
  millrace pipeline check pipelines --user-agents regexes_custom.yml`
}

// pipelineFlags are what pipelines use beside their definitions.
type pipelineFlags struct {
	GeoIP      []string `name:"geoip" sep:"none" placeholder:"FILE" help:"GeoIP database of MaxMind's form; repeatable."`
	UserAgents []string `name:"user-agents" sep:"none" placeholder:"FILE" help:"User agents' rules (uap-core's form); repeatable."`
}

func (f pipelineFlags) deps() (pipeline.Deps, error) {
	databases, err := geoip.Open(f.GeoIP...)
	if err != nil {
		return pipeline.Deps{}, fmt.Errorf("--geoip: %w", err)
	}
	agents, err := useragent.Open(f.UserAgents...)
	if err != nil {
		return pipeline.Deps{}, fmt.Errorf("--user-agents: %w", err)
	}
	return pipeline.Deps{GeoIP: databases, AgentRules: agents}, nil
}

type pipelineCheckCommand struct {
	pipelineFlags
	Dir string `arg:"" help:"Folder with definitions, a Filebeat module, an integration, or a folder of them."`
}

func (pipelineCheckCommand) Help() string {
	return `Every processor, option and script construct that is not supported is named with its file and line, and counted.

Examples:
  millrace pipeline check /etc/millrace/pipelines
  millrace pipeline check beats/filebeat/module`
}

func (c pipelineCheckCommand) Run(term terminal) error {
	deps, err := c.deps()
	if err != nil {
		return err
	}
	return pipelinecli.Check(c.Dir, pipelinecli.Options{Deps: deps, Out: term.out})
}

type pipelineTestCommand struct {
	pipelineFlags
	Dir           string    `arg:"" help:"A Filebeat module, an integration, or a folder of them."`
	Fixtures      string    `placeholder:"DIR" help:"Fixtures elsewhere: MODULE/FILESET/*.log and *-expected.json."`
	Now           time.Time `xor:"clock" placeholder:"TIME" help:"Time of receipt, as 2022-10-01T00:00:00Z: the year of dates without one."`
	JSON          bool      `name:"json" help:"Answer with one object."`
	Verbose       bool      `short:"v" help:"Print the fields in which each event differs."`
	Elasticsearch string    `xor:"clock" placeholder:"URL" help:"Which events differ there too (asks _simulate, with pipelines that are removed after)."`
}

func (pipelineTestCommand) Help() string {
	return `Events are built, and compared, as elastic's own test runners do it. What is not as the fixtures have it is counted
by field and kind; alone counts the events in which nothing else differs, and of an event with an error.message that is not
expected, that alone is counted. Elastic's integrations are compared exactly, but for
the dynamic_fields of their test configuration. Filebeat's fixtures have their lists sorted and are without bookkeeping:
` + strings.Join(pipelinecli.Bookkeeping, ", ") + `,
and @timestamp where no event of the fixture has one.

Example:
  millrace pipeline test beats/filebeat/module/nginx --geoip GeoLite2-City.mmdb --geoip GeoLite2-ASN.mmdb`
}

func (c pipelineTestCommand) Run(term terminal) error {
	deps, err := c.deps()
	if err != nil {
		return err
	}
	return pipelinecli.Test(c.Dir, pipelinecli.Options{
		Deps: deps, Fixtures: c.Fixtures, Verbose: c.Verbose, JSON: c.JSON, Now: c.Now, Out: term.out, Elasticsearch: c.Elasticsearch,
	})
}
