// Package config puts the configurations of the stages together into one YAML file, and says what is wrong with it.
package config

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"go.uber.org/zap/zapcore"

	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/parser"
	"github.com/millrace/millrace/shipper"
	"github.com/millrace/millrace/spooler/disklog"
	"github.com/millrace/millrace/spooler/redisstream"
	"github.com/millrace/millrace/templates"
)

// Config is the whole configuration. Every key has a default; no file at all works too.
type Config struct {
	// Folder of everything that is kept: per-host files, spool, embedded index.
	Data string `yaml:"data"`
	// Receiving.
	Receive shipper.Config `yaml:",inline"`
	// Where lines are kept until they are settled.
	Spool Spool `yaml:"spool"`
	// Parsing.
	Parser parser.Config `yaml:"parser"`
	// Where documents go.
	Index Index `yaml:"index"`
	// What the program says of itself, on standard error.
	Log Log `yaml:"log"`
	// Metrics and health.
	HTTP HTTP `yaml:"http"`

	from *document // nil without a file
}

// Spool is the disk log, which every line passes through, and Redis, if workers run elsewhere.
type Spool struct {
	// The disk log: the whole spool where there is no Redis.
	Disk disklog.Config `yaml:"disk"`
	// Redis streams, from which any number of workers take lines. Used when its url is set.
	Redis redisstream.Config `yaml:"redis"`
}

// Index says where documents go and how.
type Index struct {
	// Indexing, whatever the index.
	Load indexer.Config `yaml:",inline"`
	// What indices in Elasticsearch are like.
	Templates templates.Config `yaml:"templates"`
	// Elasticsearch. Without urls the embedded index is used: SQLite files in the data folder.
	Elasticsearch elastic.Config `yaml:"elasticsearch"`
}

// Log says what is logged.
type Log struct {
	// Least level that is logged: debug, info, warn or error.
	Level zapcore.Level `yaml:"level"`
	// Form of a log line: console or json.
	Format string `yaml:"format"`
}

// DefaultHTTPAddress is tried first when none is configured.
const DefaultHTTPAddress = "127.0.0.1:5580"

// HTTP is where /metrics and /health are answered.
type HTTP struct {
	// Address of /metrics (Prometheus) and /health; empty for none. When the default is taken, a free port is used.
	Address string `yaml:"address"`
}

// Default is what holds without a configuration file.
func Default() Config {
	return Config{
		Data:    defaultData(),
		Receive: shipper.DefaultConfig(),
		Spool:   Spool{Disk: disklog.DefaultConfig(), Redis: redisstream.DefaultConfig()},
		Parser:  parser.DefaultConfig(),
		Index:   Index{Load: indexer.DefaultConfig(), Templates: templates.DefaultConfig(), Elasticsearch: elastic.DefaultConfig()},
		Log:     Log{Format: "console"},
		HTTP:    HTTP{Address: DefaultHTTPAddress},
	}
}

// defaultData is the system's place for root, and the user's own otherwise.
func defaultData() string {
	if os.Geteuid() == 0 {
		return "/var/lib/millrace"
	}
	if state := os.Getenv("XDG_STATE_HOME"); state != "" {
		return filepath.Join(state, "millrace")
	}
	return filepath.Join(os.Getenv("HOME"), ".local", "state", "millrace")
}

// Load reads file over the defaults ("" for none), lets override change the result (for flags), and
// validates it. Mistakes are [Problems].
func Load(file string, override func(*Config)) (Config, error) {
	cfg := Default()
	var doc *document
	if file != "" {
		var err error
		if doc, err = read(file, &cfg); err != nil {
			return cfg, err
		}
	}
	cfg.from = doc
	override(&cfg)
	return cfg, cfg.Wrong(cfg.validate())
}

// Wrong makes [Problems] of what turned out to be wrong with the configuration: lines that begin with a key.
func (c *Config) Wrong(err error) error {
	if err == nil {
		return nil
	}
	return c.from.fromStages(err)
}

func (c *Config) validate() error {
	c.Receive.FillDefaults()
	errs := []error{c.Receive.Validate(), c.Spool.Disk.Validate(), c.Spool.Redis.Validate(), c.Parser.Validate(),
		c.Index.Load.Validate(), c.Index.Templates.Validate()}
	if len(c.Index.Elasticsearch.URLs) > 0 {
		errs = append(errs, c.Index.Elasticsearch.Validate())
	}
	if c.Data == "" {
		errs = append(errs, errors.New("data: is empty: write a folder, such as /var/lib/millrace"))
	}
	if c.Log.Format != "console" && c.Log.Format != "json" {
		errs = append(errs, fmt.Errorf("log.format: %q is unknown: write console or json", c.Log.Format))
	}
	if _, _, err := net.SplitHostPort(c.HTTP.Address); err != nil && c.HTTP.Address != "" {
		errs = append(errs, fmt.Errorf("http.address: %q is not an address: write one such as %s", c.HTTP.Address, DefaultHTTPAddress))
	}
	return errors.Join(errs...)
}

// Folder is a folder in the data folder.
func (c *Config) Folder(name string) string { return filepath.Join(c.Data, name) }
