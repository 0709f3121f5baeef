// Package useragent recognises browsers, operating systems and devices by the rules of uap-core, in the
// shape that Elasticsearch's user_agent processor gives them.
//
// A text that was not met before costs some hundred regular expressions: a [Cache] in front is what makes
// it affordable. The rules are read at the first text, not at the start of the program, and each is compiled when it
// is first tried, which most never are.
package useragent

import (
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/ua-parser/uap-go/uaparser"
	"gopkg.in/yaml.v3"

	"github.com/millrace/millrace/event"
)

// Parser holds the rules. Safe for concurrent use.
type Parser struct {
	rules func() (*rules, error)
}

// rules are uap-core's.
type rules struct {
	agents, systems, devices list
}

// New returns a parser with the rules of uap-core that are built in.
func New() *Parser {
	return &Parser{rules: sync.OnceValues(func() (*rules, error) {
		var defs uaparser.RegexDefinitions // yaml.v3 reads their 6,000 lines in a fifth of the memory that goccy/go-yaml takes
		if err := yaml.Unmarshal(uaparser.DefinitionYaml, &defs); err != nil {
			return nil, err
		}
		for _, rule := range defs.UA {
			if rule.Expr == newFirefox {
				rule.Expr = oldFirefox
			}
		}
		return newRules(&defs)
	})}
}

func newRules(defs *uaparser.RegexDefinitions) (*rules, error) {
	r := new(rules)
	var errs []error
	for _, d := range defs.UA {
		errs = append(errs, r.agents.add(d.Flags, d.Expr, d.FamilyReplacement, d.V1Replacement, d.V2Replacement, d.V3Replacement))
	}
	for _, d := range defs.OS {
		errs = append(errs, r.systems.add(d.Flags, d.Expr, d.OSReplacement, d.V1Replacement, d.V2Replacement, d.V3Replacement, d.V4Replacement))
	}
	for _, d := range defs.Device { // of their groups only the first is ever filled in, as in Elasticsearch
		errs = append(errs, r.devices.add(d.Flags, d.Expr, d.DeviceReplacement))
	}
	return r, errors.Join(errs...)
}

// Elasticsearch's copy of the rules is older in what it says of Firefox: 72.0 is left to the next rule, of which the
// group for the third part is there and empty.
const (
	newFirefox = `(Firefox)/(\d+)\.(\d+)(?:\.(\d+)|$)`
	oldFirefox = `(Firefox)/(\d+)\.(\d+)\.(\d+)`
)

// Agent is what a text was recognised as.
type Agent struct {
	Name, Version             string
	OSName, OSVersion, OSFull string // "" when it is not known
	Device                    string

	// Ready is for the owner of the Cache: what it made of the agent, which is kept as long as the agent is.
	Ready event.JSON
}

const other = "Other"

func (p *Parser) parse(text string) (*Agent, error) {
	rules, err := p.rules()
	if err != nil {
		return nil, err
	}
	t := sift(text)
	a := &Agent{Name: other, Device: other}
	if name, version, _ := rules.agents.find(t, text); name != "" {
		a.Name, a.Version = name, version
	}
	if name, version, hasVersion := rules.systems.find(t, text); name != "" {
		a.OSName, a.OSVersion = name, version
		if hasVersion {
			a.OSFull = name + " " + version
		}
	}
	if name, _, _ := rules.devices.find(t, text); name != "" { // blanks stay: there are devices of the name "Samsung $2"
		a.Device = name
	}
	return a, nil
}

// versioned is the name and the version of a match, as Elasticsearch builds them: a version has four parts, where
// uap-core says three (a fifth group of the expression is the build), and ends before the first part whose group is
// not in the match; one that is there and empty is a part. name is "" when there is none. The parser fills in
// replacements that a rule does not have, as $1 and so on.
func versioned(text string, match []int, replacements []string) (name, version string, hasVersion bool) {
	for i := range 5 {
		group, matched := "", false
		if 2*i+3 < len(match) && match[2*i+2] >= 0 {
			group, matched = text[match[2*i+2]:match[2*i+3]], true
		}
		own := "$" + strconv.Itoa(i+1)
		if i < len(replacements) && replacements[i] != "" && replacements[i] != own {
			if i == 0 && matched {
				group = strings.Replace(replacements[i], own, group, 1)
			} else {
				group = replacements[i]
			}
			matched = true
		}
		switch {
		case i == 0:
			name = group
		case !matched:
			return name, version, i > 1
		case i == 1:
			version = group
		default:
			version += "." + group
		}
	}
	return name, version, true
}

// cacheSize bounds each of the two generations of a Cache.
const cacheSize = 2048

// MaxText bounds the texts that a Cache keeps, in bytes.
const MaxText = 1024

// Cache remembers the agents that one worker has met. Not safe for concurrent use.
type Cache struct {
	Parser     *Parser
	young, old map[string]*Agent
}

// Lookup recognises text. The agent must not be changed, but for Ready; it is that of no other text.
func (c *Cache) Lookup(text []byte) (*Agent, error) {
	if a, ok := c.young[string(text)]; ok {
		return a, nil
	}
	a, ok := c.old[string(text)]
	if !ok {
		var err error
		if a, err = c.Parser.parse(string(text)); err != nil || len(text) > MaxText {
			return a, err
		}
	}
	if c.young == nil || len(c.young) >= cacheSize {
		c.old, c.young = c.young, map[string]*Agent{}
	}
	c.young[string(text)] = a
	return a, nil
}
