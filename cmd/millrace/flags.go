package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/millrace/millrace/cmd/millrace/config"
	"github.com/millrace/millrace/shipper"
)

// Flags that commands share. A flag wins over the configuration file.

type configFlags struct {
	Config    string `short:"c" placeholder:"FILE" help:"Configuration (YAML); without it, the defaults."`
	Data      string `short:"d" placeholder:"DIR" help:"Folder of everything that is kept."`
	LogLevel  string `placeholder:"LEVEL" help:"debug, info, warn or error."`
	LogFormat string `placeholder:"FORM" help:"console or json."`
}

type listenFlags struct {
	Listen []string `short:"l" sep:"none" placeholder:"URL" help:"Address to receive on; may be repeated."`
}

type redisFlags struct {
	Redis string `placeholder:"URL" help:"Redis spool: redis://, rediss:// or unix://."`
}

type indexFlags struct {
	Elasticsearch []string `short:"e" placeholder:"URL" help:"Elasticsearch; without it, the embedded index."`
}

type httpFlags struct {
	HTTP *string `name:"http" placeholder:"ADDR" help:"Address of /metrics, /health; empty for none."`
}

// overrider is a set of flags.
type overrider interface{ override(*config.Config) }

func (f configFlags) override(c *config.Config) {
	if f.Data != "" {
		c.Data = f.Data
	}
	if f.LogLevel != "" {
		if err := c.Log.Level.Set(f.LogLevel); err != nil {
			c.Log.Level = zapcore.InvalidLevel // refused in newLogger, with the flag's name
		}
	}
	if f.LogFormat != "" {
		c.Log.Format = f.LogFormat
	}
}

func (f listenFlags) override(c *config.Config) {
	if len(f.Listen) == 0 {
		return
	}
	c.Receive.Listeners = nil
	for _, url := range f.Listen {
		c.Receive.Listeners = append(c.Receive.Listeners, shipper.DefaultListener(url))
	}
}

func (f redisFlags) override(c *config.Config) {
	if f.Redis != "" {
		c.Spool.Redis.URL = f.Redis
	}
}

func (f indexFlags) override(c *config.Config) {
	if len(f.Elasticsearch) > 0 {
		c.Index.Elasticsearch.URLs = f.Elasticsearch
	}
}

func (f httpFlags) override(c *config.Config) {
	if f.HTTP != nil {
		c.HTTP.Address = *f.HTTP
	}
}

// load reads the configuration and lays the flags over it.
func (f configFlags) load(more ...overrider) (config.Config, error) {
	return config.Load(f.Config, func(c *config.Config) {
		f.override(c)
		for _, m := range more {
			m.override(c)
		}
	})
}

// newLogger logs to standard error.
func newLogger(c config.Log, term terminal) (*zap.Logger, error) {
	if c.Level == zapcore.InvalidLevel {
		return nil, usageError{fmt.Errorf("--log-level: write debug, info, warn or error")}
	}
	cfg := zap.NewProductionEncoderConfig()
	cfg.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewJSONEncoder(cfg)
	if c.Format == "console" {
		cfg.EncodeLevel = zapcore.CapitalLevelEncoder
		if colour(term.err) {
			cfg.EncodeLevel = zapcore.CapitalColorLevelEncoder
		}
		cfg.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		cfg.ConsoleSeparator = "  "
		encoder = zapcore.NewConsoleEncoder(cfg)
	}
	core := zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(term.err)), c.Level)
	return zap.New(core), nil
}

// colour tells whether to colour what is written to w: to terminals, unless NO_COLOR is set (no-color.org).
func colour(w any) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && !strings.EqualFold(os.Getenv("TERM"), "dumb")
}
