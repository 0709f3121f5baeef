package parser

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"runtime"
	"time"

	"github.com/millrace/millrace/internal/units"
)

// Config says how lines become documents.
type Config struct {
	// Folder of ingest pipelines (*.yml, *.json) and, in its folder patterns, of grok patterns. A pipeline of the
	// name of a shipped one takes its place.
	Folder string `yaml:"folder"`
	// Which pipeline a line takes: that of the first rule that fits. Behind these come rules that choose the
	// shipped pipelines by program.
	Rules []Rule `yaml:"rules"`
	// Databases of MaxMind's schema (City, Country, ASN), as files or folders. Pipelines name them by file name.
	GeoIP []string `yaml:"geoip"`
	// Rules for user agents in the form of uap-core's regexes.yaml, as files or folders (*.yml). Processors of the type
	// user_agent name them by file name, in regex_file.
	UserAgents []string `yaml:"user_agents"`
	// Time zone of senders that do not name one, such as Europe/Berlin; local for that of this machine.
	Timezone string `yaml:"timezone"`
	// Senders in other time zones; the first that fits counts.
	Zones []Zone `yaml:"zones"`
	// Field for the content of messages that are JSON objects and take no pipeline. Empty: they stay text, as do
	// objects nested deeper than 100, with more than 10000 entries, or with names of more than 8KiB on the way to a
	// value; these get the tag _json_refused.
	JSONTarget string `yaml:"json_target"`
	// Parsers per lane; 0 for one per CPU. Each fills a bulk request of its own, of index.bulk.bytes.
	Parsers int `yaml:"parsers"`
	// How much a lane may take from the spool before it is stored.
	InFlight InFlight `yaml:"in_flight"`
}

// Rule chooses a pipeline. Of its conditions all must hold, of the values of one condition any.
type Rule struct {
	// Lanes, by name; all when empty.
	Lanes []string `yaml:"lanes"`
	// Programs, as patterns (*, ?, [a-z]); all when empty.
	Programs []string `yaml:"programs"`
	// Name of the pipeline; empty for none.
	Pipeline string `yaml:"pipeline"`
	// What the pipeline finds in the field message: message (after the header, whose parts are fields already) or
	// raw (the whole line without its priority, and no other field, as Filebeat reads it).
	Input string `yaml:"input"`
}

// Zone gives senders a time zone.
type Zone struct {
	// Host names as the sender writes them, as patterns.
	Hosts []string `yaml:"hosts"`
	// Networks of the peers, such as 10.2.0.0/16.
	Networks []netip.Prefix `yaml:"networks"`
	// Time zone, such as America/New_York.
	Timezone string `yaml:"timezone"`
}

// InFlight bounds what a lane holds.
type InFlight struct {
	// Batches.
	Batches int `yaml:"batches"`
	// Size of their lines.
	Size units.ByteSize `yaml:"size"`
}

// Inputs of a pipeline.
const (
	InputMessage = "message"
	InputRaw     = "raw"
)

// DefaultConfig parses with the shipped pipelines.
func DefaultConfig() Config {
	return Config{Timezone: "local", JSONTarget: "json", InFlight: InFlight{Batches: 64, Size: 32 * units.MiB}}
}

// PerLane is the number of parsers of each lane.
func (c *Config) PerLane() int {
	if c.Parsers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return c.Parsers
}

// Validate names the key that is wrong and what to write instead.
func (c *Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("parser."+format, args...)) }
	for i, r := range c.Rules {
		if r.Input != "" && r.Input != InputMessage && r.Input != InputRaw {
			bad("rules[%d].input: %q is unknown: write %s or %s", i, r.Input, InputMessage, InputRaw)
		}
		for _, p := range r.Programs {
			if _, err := path.Match(p, ""); err != nil {
				bad("rules[%d].programs: %q is not a pattern: write *, ? and [a-z] only, with \\ before those that are meant", i, p)
			}
		}
	}
	if _, err := location(c.Timezone); err != nil {
		bad("timezone: %w", err)
	}
	for i, z := range c.Zones {
		if _, err := location(z.Timezone); err != nil {
			bad("zones[%d].timezone: %w", i, err)
		}
		for _, h := range z.Hosts {
			if _, err := path.Match(h, ""); err != nil {
				bad("zones[%d].hosts: %q is not a pattern: write *, ? and [a-z] only", i, h)
			}
		}
		if len(z.Hosts)+len(z.Networks) == 0 {
			bad("zones[%d]: names no sender: write hosts or networks", i)
		}
	}
	if c.Parsers < 0 || c.Parsers > 1024 {
		bad("parsers: %d is out of range: write a number up to 1024, or 0 for one per CPU", c.Parsers)
	}
	if c.InFlight.Batches < 1 || c.InFlight.Batches > 1<<16 {
		bad("in_flight.batches: %d is out of range: write a number from 1 to 65536", c.InFlight.Batches)
	}
	if c.InFlight.Size < units.MiB {
		bad("in_flight.size: %v is too small: write at least 1MiB", c.InFlight.Size)
	}
	return errors.Join(errs...)
}

func location(name string) (*time.Location, error) {
	switch name {
	case "local", "":
		return time.Local, nil
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone: write one such as Europe/Berlin, UTC or local", name)
	}
	return l, nil
}
