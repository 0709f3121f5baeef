// Package useragent recognises browsers, operating systems and devices by the rules of uap-core, in the
// shape that Elasticsearch's user_agent processor gives them.
//
// A text that was not met before costs some hundred regular expressions: a [Cache] in front is what makes
// it affordable. The rules are compiled at the first text, not at the start of the program.
package useragent

import (
	"strconv"
	"strings"
	"sync"

	"github.com/ua-parser/uap-go/uaparser"
)

// Parser holds the rules. Safe for concurrent use.
type Parser struct {
	rules func() (*uaparser.Parser, error)
}

// New returns a parser with the rules of uap-core that are built in.
func New() *Parser {
	return &Parser{rules: sync.OnceValues(func() (*uaparser.Parser, error) {
		return uaparser.New(uaparser.WithCacheSize(1))
	})}
}

// Agent is what a text was recognised as.
type Agent struct {
	Name, Version             string
	OSName, OSVersion, OSFull string // "" when it is not known
	Device                    string
}

const other = "Other"

func (p *Parser) parse(text string) (*Agent, error) {
	rules, err := p.rules()
	if err != nil {
		return nil, err
	}
	os := rules.ParseOs(text)
	a := &Agent{Name: other, Device: rules.ParseDevice(text).Family}
	for _, rule := range rules.UA {
		if m := rule.Reg.FindStringSubmatchIndex(text); m != nil {
			a.Name, a.Version = browser(text, m, rule.FamilyReplacement, rule.V1Replacement, rule.V2Replacement, rule.V3Replacement)
			break
		}
	}
	if a.Device == "" {
		a.Device = other
	}
	if os.Family != "" && os.Family != other {
		a.OSName, a.OSVersion = os.Family, dotted(os.Major, os.Minor, os.Patch, os.PatchMinor)
		a.OSFull = a.OSName
		if a.OSVersion != "" {
			a.OSFull += " " + a.OSVersion
		}
	}
	return a, nil
}

// browser is the name and the version of a match. Elasticsearch's version has four parts, where uap-core says
// three: a fifth group of the expression is the build. A group that matches nothing is a part that is empty.
func browser(text string, match []int, replacements ...string) (name, version string) {
	for i := range 5 {
		group, matched := "", false
		if 2*i+3 < len(match) && match[2*i+2] >= 0 {
			group, matched = text[match[2*i+2]:match[2*i+3]], true
		}
		if i < len(replacements) && replacements[i] != "" {
			group, matched = strings.Replace(replacements[i], "$"+strconv.Itoa(i+1), group, 1), true
		}
		switch {
		case i == 0 && matched && group != "":
			name = group
		case i == 0:
			name = other
		case !matched:
			return name, version
		case i == 1:
			version = group
		default:
			version += "." + group
		}
	}
	return name, version
}

// dotted joins the parts of a version up to the first that is missing.
func dotted(parts ...string) string {
	version := ""
	for i, part := range parts {
		if part == "" {
			break
		}
		if i > 0 {
			version += "."
		}
		version += part
	}
	return version
}

// cacheSize bounds each of the two generations of a Cache, maxText the texts that are worth keeping.
const (
	cacheSize = 2048
	maxText   = 1024
)

// Cache remembers the agents that one worker has met. Not safe for concurrent use.
type Cache struct {
	Parser     *Parser
	young, old map[string]*Agent
}

// Lookup recognises text. The agent must not be changed.
func (c *Cache) Lookup(text []byte) (*Agent, error) {
	if a, ok := c.young[string(text)]; ok {
		return a, nil
	}
	a, ok := c.old[string(text)]
	if !ok {
		var err error
		if a, err = c.Parser.parse(string(text)); err != nil || len(text) > maxText {
			return a, err
		}
	}
	if c.young == nil || len(c.young) >= cacheSize {
		c.old, c.young = c.young, map[string]*Agent{}
	}
	c.young[string(text)] = a
	return a, nil
}
