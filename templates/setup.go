package templates

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Client asks Elasticsearch.
type Client interface {
	// Do sends body as JSON, none when it is nil, and decodes the answer into out, unless that is nil.
	// An answer outside 2xx is an error that has a method HTTPStatus() int.
	Do(ctx context.Context, method, path string, body, out any) error
}

// Options say what templates are for.
type Options struct {
	Config
	Prefix string // of the names of indices
	DryRun bool   // look, and change nothing
}

// Action is what is done about a template.
type Action string

// Actions.
const (
	Create Action = "create"
	Update Action = "update"
	Keep   Action = "keep" // it is in place as it should be
)

// Change is one template or policy that was, or with DryRun would be, put in place.
type Change struct {
	Action Action
	Path   string // of the request that puts it in place
	Body   json.RawMessage
}

func (c Change) String() string { return string(c.Action) + " " + strings.TrimPrefix(c.Path, "/") }

// Result is what Setup did.
type Result struct {
	Changes []Change
	Notes   []string // what the cluster lacks, and what is done instead
}

// Changed reports whether anything was, or would be, put in place.
func (r *Result) Changed() bool {
	for _, c := range r.Changes {
		if c.Action != Keep {
			return true
		}
	}
	return false
}

// ErrMissing says that templates are not in place.
var ErrMissing = errors.New("index templates are missing or outdated")

// Setup puts component templates, index templates and, where there is such a thing, the lifecycle policy
// in place. It is idempotent, also when several processes do it at once. What it made before is updated;
// settings and mappings of the user's own belong into the component template <prefix>@custom, which it
// never touches. Indices that exist are not changed: the next day's follow the templates.
func Setup(ctx context.Context, c Client, o Options) (*Result, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	has, err := probe(ctx, c)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	for _, f := range []feature{flattened, charGroup, ignoreBeyondLimit, lifecycle} {
		if !has[f] && (f != lifecycle || o.Retention > 0) {
			r.Notes = append(r.Notes, fmt.Sprintf("the cluster does not have %s: %s", f, fallback[f]))
		}
	}
	for _, p := range parts(&o, has) {
		change, err := p.compare(ctx, c)
		if err != nil {
			return r, err
		}
		if change.Action != Keep && !o.DryRun {
			if err := c.Do(ctx, http.MethodPut, p.path, p.body, nil); err != nil {
				return r, fmt.Errorf("templates: put %s: %w", p.path, err)
			}
		}
		r.Changes = append(r.Changes, change)
	}
	return r, nil
}

// Check returns an error that wraps ErrMissing and names what is missing, when templates are not in
// place as Setup would put them.
func Check(ctx context.Context, c Client, o Options) error {
	o.DryRun = true
	r, err := Setup(ctx, c, o)
	if err != nil {
		return err
	}
	var names []string
	for _, change := range r.Changes {
		if change.Action != Keep {
			names = append(names, strings.TrimPrefix(change.Path, "/"))
		}
	}
	if len(names) > 0 {
		return fmt.Errorf("%w: %s", ErrMissing, strings.Join(names, ", "))
	}
	return nil
}

// part is one thing that is put in place.
type part struct {
	path string
	body object
	meta func(body object) object // where _meta stands in it
}

// parts of the whole, in the order of their dependencies.
func parts(o *Options, has features) []part {
	top := func(body object) object { return body }
	var all []part
	if has[lifecycle] && o.Retention > 0 {
		all = append(all, part{"/_ilm/policy/" + o.Prefix, object{"policy": object{"phases": object{
			"hot":    object{"actions": object{}},
			"delete": object{"min_age": duration(o.Retention), "actions": object{"delete": object{}}},
		}}}, func(body object) object { return body["policy"].(object) }})
	}
	component := func(name string, template object) {
		all = append(all, part{"/_component_template/" + o.Prefix + "@" + name, object{"template": template}, top})
	}
	component("settings", object{"settings": settings(&o.Config, has, o.Prefix)})
	component("mappings", withAnalysis(mappings(&o.Config, has), has))
	component("dead", withAnalysis(deadMappings(has), has))
	index := func(name, pattern, mappings string, priority int) {
		custom := o.Prefix + "@custom"
		all = append(all, part{"/_index_template/" + name, object{
			"index_patterns":                     []string{pattern},
			"priority":                           priority,
			"composed_of":                        []string{o.Prefix + "@settings", o.Prefix + "@" + mappings, custom},
			"ignore_missing_component_templates": []string{custom},
		}, top})
	}
	index(o.Prefix, o.Prefix+"-*", "mappings", 200)
	index(o.Prefix+"-dead", o.Prefix+"-dead-*", "dead", 210)
	for i := range all {
		text, err := json.Marshal(all[i].body)
		if err != nil {
			panic("templates: " + err.Error()) // made of text and numbers only
		}
		sum := sha256.Sum256(text)
		all[i].meta(all[i].body)["_meta"] = object{"managed_by": "millrace", "hash": hex.EncodeToString(sum[:8])}
	}
	return all
}

// compare finds out whether p is in place. What says so is the hash that is kept beside it.
func (p *part) compare(ctx context.Context, c Client) (Change, error) {
	body, err := json.Marshal(p.body)
	if err != nil {
		return Change{}, fmt.Errorf("templates: %w", err)
	}
	change := Change{Create, p.path, body}
	var there json.RawMessage
	switch err := c.Do(ctx, http.MethodGet, p.path, nil, &there); {
	case status(err) == http.StatusNotFound:
		return change, nil
	case err != nil:
		return change, fmt.Errorf("templates: look for %s: %w", p.path, err)
	}
	change.Action = Update
	hash := p.meta(p.body)["_meta"].(object)["hash"].(string)
	if hasHash(there, hash) {
		change.Action = Keep
	}
	return change, nil
}

// hasHash looks for the hash anywhere in an answer, as each kind of thing has it in another place.
func hasHash(answer json.RawMessage, hash string) bool {
	return strings.Contains(string(answer), `"`+hash+`"`)
}
