package templates

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/millrace/millrace/event/ecs"
)

// Config says what indices are like.
type Config struct {
	// Install puts missing or outdated templates in place when an indexing process starts. Otherwise it
	// refuses to start without them.
	Install bool `yaml:"install"`
	// Shards of each daily index.
	Shards int `yaml:"shards"`
	// Replicas is the range in which the number of copies follows the number of nodes, such as 0-1.
	Replicas string `yaml:"replicas"`
	// RefreshInterval is how long a document may take to be found.
	RefreshInterval time.Duration `yaml:"refresh_interval"`
	// Retention deletes indices of that age, where the cluster has lifecycle management. 0 keeps them.
	Retention time.Duration `yaml:"retention"`
	// MaxFields bounds the fields of an index that are searchable. What comes beyond is kept in the document.
	MaxFields int `yaml:"max_fields"`
	// Fields that your own pipelines set, with their types: keyword, text, ip, long, date or flattened.
	// Others become keywords or numbers as they come.
	Fields map[string]string `yaml:"fields"`
}

// DefaultConfig suits one node and many.
func DefaultConfig() Config {
	return Config{Install: true, Shards: 1, Replicas: "0-1", RefreshInterval: 5 * time.Second, MaxFields: 1000}
}

var replicasSyntax = regexp.MustCompile(`^\d{1,2}-(\d{1,2}|all)$`)

var fieldSyntax = regexp.MustCompile(`^[A-Za-z@][\w@-]*(\.[\w@-]+)*$`)

var typeNames = map[string]ecs.Type{
	"keyword": ecs.Keyword, "text": ecs.Text, "ip": ecs.IP, "long": ecs.Long, "date": ecs.Date, "flattened": ecs.Flattened,
}

// Validate names the key and what to write instead, for every error.
func (c *Config) Validate() error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(c.Shards < 1 || c.Shards > 1024, "index.templates.shards: %d is out of range: write a number from 1 to 1024, such as 1", c.Shards)
	bad(!replicasSyntax.MatchString(c.Replicas), "index.templates.replicas: %q is not a range: write one such as 0-1 or 1-all", c.Replicas)
	bad(c.RefreshInterval < 100*time.Millisecond, "index.templates.refresh_interval: %s is too short: write 100ms or more, such as 5s", c.RefreshInterval)
	bad(c.Retention != 0 && c.Retention < time.Hour, "index.templates.retention: %s is too short: write 1h or more, such as 720h, or 0 to keep indices", c.Retention)
	bad(c.MaxFields < len(ecs.Fields)+200, "index.templates.max_fields: %d is less than the fields there are: write %d or more, such as 1000", c.MaxFields, len(ecs.Fields)+200)
	for name, kind := range c.Fields {
		known, ok := ecs.TypeOf(name)
		switch {
		case !fieldSyntax.MatchString(name):
			bad(true, "index.templates.fields: %q is not the name of a field: write one such as app.user", name)
		case typeNames[kind] == 0:
			bad(true, "index.templates.fields: %s: there is no type %q: write keyword, text, ip, long, date or flattened", name, kind)
		case ok && known != typeNames[kind] || ecs.IsObject(name):
			bad(true, "index.templates.fields: %s is a field of the Elastic Common Schema with another type: choose another name", name)
		}
	}
	return errors.Join(errs...)
}
