package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/parser/geoip"
	"github.com/millrace/millrace/parser/grok"
	"github.com/millrace/millrace/parser/painless"
	"github.com/millrace/millrace/parser/useragent"
)

// Deps is what pipelines use beside their definitions. All of it may be left out.
type Deps struct {
	ECSGrok    *grok.Library     // patterns by name, for ecs_compatibility v1; nil: the shipped ones
	LegacyGrok *grok.Library     // the same for processors that do not ask for v1
	GeoIP      *geoip.Databases  // nil: no database is there
	UserAgents *useragent.Parser // nil: the built-in rules
	AgentRules useragent.Files   // other rules, which processors name by regex_file
	Zone       *time.Location    // of dates that name none, where the date processor does not either; nil: UTC
}

// Pipeline is one compiled pipeline.
type Pipeline struct {
	Name        string
	Description string

	steps     []step
	onFailure []step
	first     *step // of steps
	recurs    bool  // it may call itself
}

// Set is a set of pipelines that may call one another by name.
type Set struct {
	deps      Deps
	pipelines map[string]*Pipeline
	limits    *prometheus.CounterVec // see newGrokLimits
	slots     int
	databases []string
	geoips    []*geoipProcessor
	fields    *painless.Fields // of all conditions
	missing   []error
}

// Missing are the calls of pipelines that are not in the set, each an *Error. Events that get there fail; calls whose
// name is a template, and those that say ignore_missing_pipeline, are not among them.
func (s *Set) Missing() []error { return s.missing }

// Databases are the file names of the GeoIP databases that processors ask for, sorted. One that is not there
// leaves events without a place.
func (s *Set) Databases() []string { return s.databases }

// CheckDatabases says which of the databases that are there now lack properties that processors ask for, and leave
// events without a place therefore. Compile has refused those of its time.
func (s *Set) CheckDatabases() error {
	var all []error
	for _, p := range s.geoips {
		if _, err := p.propertiesOf(s.deps.GeoIP.Get(p.file)); err != nil {
			all = append(all, fmt.Errorf("%s, for field [%s]: [properties] %w", p.file, p.field, err))
		}
	}
	return errors.Join(all...)
}

func (s *Set) wantDatabase(p *geoipProcessor) {
	s.geoips = append(s.geoips, p)
	if i, found := slices.BinarySearch(s.databases, p.file); !found {
		s.databases = slices.Insert(s.databases, i, p.file)
	}
}

// Pipeline is the pipeline of that name, nil if there is none.
func (s *Set) Pipeline(name string) *Pipeline { return s.pipelines[name] }

// Names are the names of all pipelines, sorted.
func (s *Set) Names() []string {
	names := make([]string, 0, len(s.pipelines))
	for name := range s.pipelines {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Error says where a definition is wrong.
type Error struct {
	File      string // or the name of the pipeline, when it came from no file
	Line      int    // from 1; 0 when it is about the whole file
	Processor string // such as "processors[2] (grok)", "" when it is about the pipeline
	Err       error
}

func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if e.Processor != "" {
		where += ": " + e.Processor
	}
	return where + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Source is the definition of one pipeline.
type Source struct {
	Name string
	File string // for errors
	Text []byte
}

// NameOf is the name of a pipeline, which is that of its file without the suffix. Not ok are files that are no
// definitions: others than *.yml, *.yaml and *.json, and such as sshd.examples.yml.
func NameOf(file string) (name string, ok bool) {
	ext := path.Ext(file)
	name = strings.TrimSuffix(file, ext)
	return name, (ext == ".yml" || ext == ".yaml" || ext == ".json") && !strings.HasSuffix(name, ".examples")
}

// ReadDir reads the definitions of a folder; see [NameOf].
func ReadDir(fsys fs.FS, dir string) ([]Source, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("read pipelines: %w", err)
	}
	var sources []Source
	for _, e := range entries {
		name, ok := NameOf(e.Name())
		if e.IsDir() || !ok {
			continue
		}
		file := path.Join(dir, e.Name())
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("read pipelines: %w", err)
		}
		sources = append(sources, Source{name, file, text})
	}
	return sources, nil
}

// Compile compiles pipelines that may call one another. Of two of one name the later one is taken. All
// errors are of type *Error; the first one is returned.
func Compile(sources []Source, deps Deps) (*Set, error) {
	s, problems := compile(sources, deps, false)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return s, nil
}

// Check is everything in the definitions that Compile would refuse, each an *Error, and what [Set.Missing] tells.
func Check(sources []Source, deps Deps) (problems, missing []error) {
	s, problems := compile(sources, deps, true)
	return problems, s.missing
}

func compile(sources []Source, deps Deps, all bool) (*Set, []error) {
	if deps.LegacyGrok == nil {
		deps.LegacyGrok = grok.IngestLibrary()
	}
	if deps.ECSGrok == nil {
		deps.ECSGrok = grok.ECSLibrary()
	}
	if deps.GeoIP == nil {
		deps.GeoIP = &geoip.Databases{}
	}
	if deps.UserAgents == nil {
		deps.UserAgents = useragent.New()
	}
	if deps.Zone == nil {
		deps.Zone = time.UTC
	}
	s := &Set{deps: deps, limits: newGrokLimits(), pipelines: map[string]*Pipeline{}, fields: painless.NewFields()}
	for _, src := range sources {
		s.pipelines[src.Name] = &Pipeline{Name: src.Name}
	}
	var problems []error
	known := constructors()
	for _, src := range sources {
		c := &compiler{set: s, known: known, file: src.File, all: all}
		if c.file == "" {
			c.file = src.Name
		}
		p, err := c.pipeline(src)
		problems = append(problems, c.problems...)
		s.missing = append(s.missing, c.missing...)
		if err != nil {
			problems = append(problems, err)
		}
		switch {
		case len(problems) > 0 && !all:
			return nil, problems
		case err == nil:
			*s.pipelines[src.Name] = *p
		}
	}
	for _, p := range s.pipelines {
		s.findNeeds(p.steps)
		s.findNeeds(p.onFailure)
	}
	s.link()
	return s, problems
}

type compiler struct {
	set      *Set
	known    map[string]func(*options) processor
	file     string
	all      bool    // go on behind a processor that is wrong
	problems []error // of processors, when all is set
	missing  []error // as in Set.Missing
}

func (c *compiler) errorf(line int, processor, format string, args ...any) error {
	return &Error{c.file, line, processor, fmt.Errorf(format, args...)}
}

// reference is how Filebeat's modules and Elastic's integrations name another pipeline of theirs.
var reference = regexp.MustCompile(`(?:\{\{|\{<)\s*IngestPipeline\s+"([^"]+)"\s*(?:\}\}|>\})`)

func (c *compiler) pipeline(src Source) (*Pipeline, error) {
	root, err := parseNode(reference.ReplaceAll(src.Text, []byte("$1")))
	if err != nil {
		return nil, c.errorf(0, "", "%w", err)
	}
	if !root.isMap {
		return nil, c.errorf(root.line, "", "a pipeline is a map with [processors]")
	}
	p := &Pipeline{Name: src.Name}
	hasProcessors := false
	for _, f := range root.fields {
		switch f.name {
		case "description":
			p.Description, _ = f.node.text()
		case "version", "_meta", "deprecated", "field_access_pattern", "created_date", "modified_date":
		case "processors":
			hasProcessors = true
			p.steps, err = c.steps(f.node, "processors")
		case "on_failure":
			p.onFailure, err = c.handlers(f.node, "on_failure")
		default:
			err = c.errorf(f.node.line, "", "pipeline [%s] doesn't support one or more provided configuration parameters [%s]", src.Name, f.name)
		}
		if err != nil {
			return nil, err
		}
	}
	if bytes.Contains(src.Text, []byte("_ingest.timestamp")) {
		p.steps = append([]step{{proc: stampProcessor{}, typ: "timestamp"}}, p.steps...)
	}
	if !hasProcessors {
		return nil, c.errorf(root.line, "", "[processors] required property is missing")
	}
	return p, nil
}

// steps compiles a list of processors; at names the list in errors.
func (c *compiler) steps(n *node, at string) ([]step, error) {
	if !n.isList {
		if n.value == nil && !n.isMap {
			return nil, nil
		}
		return nil, c.errorf(n.line, at, "not a list of processors")
	}
	var steps []step
	for i, item := range n.list {
		where := fmt.Sprintf("%s[%d]", at, i)
		if !item.isMap || len(item.fields) == 0 {
			return nil, c.errorf(item.line, where, "not a processor: write its type, a colon, and its options")
		}
		for _, f := range item.fields {
			s, err := c.step(f.name, f.node, fmt.Sprintf("%s (%s)", where, f.name))
			if err != nil && c.all {
				c.problems = append(c.problems, err)
				continue
			}
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		}
	}
	return steps, nil
}

func (c *compiler) step(typ string, n *node, where string) (step, error) {
	s := step{typ: typ}
	create := c.known[typ]
	if create == nil {
		return s, c.errorf(n.line, where, "No processor type exists with name [%s]%s", typ, meant(typ, maps.Keys(c.known)))
	}
	if !n.isMap {
		n = &node{line: n.line, isMap: true}
	}
	o := &options{c: c, typ: typ, node: n, where: where}
	s.tag = o.optionalText("tag", "")
	s.note = &note{where: where, line: n.line, description: o.optionalText("description", "")}
	s.ignoreFailure = o.flag("ignore_failure", false)
	if cond := o.find("if"); cond != nil {
		s.cond, s.note.condition = o.condition(cond)
	}
	if handlers := o.find("on_failure"); handlers != nil {
		var err error
		if s.onFailure, err = c.handlers(handlers, where+" on_failure"); err != nil {
			return s, err
		}
		if len(handlers.list) == 0 {
			o.fail(handlers, "[on_failure] processors list cannot be empty")
		}
	}
	s.proc = create(o)
	if source := n.get("source"); typ == "script" && source != nil {
		s.note.script, _ = source.text()
	}
	o.finish()
	if o.err != nil {
		return s, c.errorf(o.line, where, "%w", o.err)
	}
	return s, nil
}
