package templates

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event/ecs"
)

// fake is a cluster that has templates, and lacks some features.
type fake struct {
	lacks []string // text of the requests that it refuses
	there map[string]json.RawMessage
}

func (f *fake) Do(_ context.Context, method, path string, body, out any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for _, l := range f.lacks {
		if strings.Contains(path, l) || strings.Contains(string(text), l) {
			return &answerError{400, "no " + l}
		}
	}
	switch {
	case method == "PUT":
		f.there[path] = text
	case method == "GET" && !strings.HasSuffix(path, "/status"):
		got, ok := f.there[path]
		if !ok {
			return &answerError{404, "not there"}
		}
		return json.Unmarshal(got, out)
	}
	return nil
}

func TestFallbacks(t *testing.T) {
	c := &fake{lacks: []string{"flattened", "char_group", "ignore_dynamic_beyond_limit", "/_ilm"}, there: map[string]json.RawMessage{}}
	o := Options{Config: DefaultConfig(), Prefix: "millrace"}
	o.Retention = 30 * 24 * time.Hour
	r, err := Setup(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Notes) != 4 {
		t.Errorf("notes %q", r.Notes)
	}
	mappings := string(c.there["/_component_template/millrace@mappings"])
	for _, want := range []string{`"json":{"enabled":false,"type":"object"}`, `"dynamic":false`, `"message":{"norms":false,"type":"text"}`} {
		if !strings.Contains(mappings, want) {
			t.Errorf("no %s in %s", want, mappings)
		}
	}
}

func TestLifecycle(t *testing.T) {
	c := &fake{there: map[string]json.RawMessage{}}
	o := Options{Config: DefaultConfig(), Prefix: "logstash"}
	o.Retention = 30 * 24 * time.Hour
	for round, want := range []Action{Create, Keep} {
		r, err := Setup(t.Context(), c, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Notes) > 0 || len(r.Changes) != 6 || r.Changes[0].Path != "/_ilm/policy/logstash" {
			t.Errorf("notes %q, changes %v", r.Notes, r.Changes)
		}
		for _, change := range r.Changes {
			if change.Action != want {
				t.Errorf("round %d: %s", round, change)
			}
		}
	}
	if policy := string(c.there["/_ilm/policy/logstash"]); !strings.Contains(policy, `"min_age":"2592000000ms"`) {
		t.Error(policy)
	}
	if settings := string(c.there["/_component_template/logstash@settings"]); !strings.Contains(settings, `"lifecycle":{"name":"logstash"}`) {
		t.Error(settings)
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"index.templates.shards":                         func(c *Config) { c.Shards = 0 },
		"index.templates.replicas":                       func(c *Config) { c.Replicas = "1" },
		"index.templates.refresh_interval":               func(c *Config) { c.RefreshInterval = 0 },
		"index.templates.retention":                      func(c *Config) { c.Retention = time.Second },
		"index.templates.max_fields":                     func(c *Config) { c.MaxFields = 10 },
		"index.templates.fields: app.user: there is no":  func(c *Config) { c.Fields = map[string]string{"app.user": "blob"} },
		"index.templates.fields: source.ip is a field":   func(c *Config) { c.Fields = map[string]string{"source.ip": "keyword"} },
		"index.templates.fields: source is a field":      func(c *Config) { c.Fields = map[string]string{"source": "keyword"} },
		`index.templates.fields: "a..b" is not the name`: func(c *Config) { c.Fields = map[string]string{"a..b": "keyword"} },
	} {
		c := DefaultConfig()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	c := DefaultConfig()
	c.Fields = map[string]string{"app.user": "keyword", "app.code": "long"}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestMappingsHaveEveryField(t *testing.T) {
	has := features{flattened: true, charGroup: true, ignoreBeyondLimit: true}
	c := DefaultConfig()
	c.Fields = map[string]string{"app.user": "keyword"}
	text, err := json.Marshal(mappings(&c, has))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `"type":`); n < len(ecs.Fields)+len(ecs.Aliases)+1 {
		t.Errorf("%d fields in the mapping", n)
	}
}

func TestForecast(t *testing.T) {
	c := DefaultConfig()
	f := NewForecast(&c, 3)
	if f.Indices != 4*365 || f.Warning(Capacity{Nodes: 1, Limit: 1000}, "0-1") == "" || f.Warning(Capacity{Nodes: 3, Limit: 3000}, "0-1") != "" {
		t.Errorf("%v, %q", f, f.Warning(Capacity{Nodes: 3, Limit: 3000}, "0-1"))
	}
	c.Retention = 30 * 24 * time.Hour
	if f := NewForecast(&c, 3); f.Shards != 4*31 || f.Warning(Capacity{Nodes: 1, Limit: 1000}, "0-1") != "" {
		t.Errorf("%v", f)
	}
	if n := (Capacity{Nodes: 3}).Copies("1-all"); n != 3 {
		t.Errorf("%d copies", n)
	}
}
