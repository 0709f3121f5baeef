package indexer

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/millrace/millrace/internal/units"
)

// Config says how documents are loaded, whatever the index.
type Config struct {
	// Prefix of the names of indices: <prefix>-<lane>-YYYY.MM.DD, by the day of receipt in UTC.
	Prefix string `yaml:"prefix"`
	// Bulk says when a bulk request is sent.
	Bulk BulkConfig `yaml:"bulk"`
	// Retry says how what the index could not take is sent again.
	Retry RetryConfig `yaml:"retry"`
	// DeadLetters says where documents go that can't be indexed.
	DeadLetters DeadConfig `yaml:"dead_letters"`
	// DrainTimeout is how long a stopping lane goes on sending what it has. The rest stays in the spool.
	DrainTimeout time.Duration `yaml:"drain_timeout"`
}

// BulkConfig says when a lane sends a bulk request: at the first of Bytes, Documents and Interval.
type BulkConfig struct {
	// Bytes of one request.
	Bytes units.ByteSize `yaml:"bytes"`
	// Documents of one request.
	Documents int `yaml:"documents"`
	// Interval after the first document of a request.
	Interval time.Duration `yaml:"interval"`
	// InFlight is the number of requests that a lane sends at a time.
	InFlight int `yaml:"in_flight"`
}

// RetryConfig says how what the index could not take is sent again: for ever, ever more slowly.
type RetryConfig struct {
	// Min is the pause before the first attempt to send again.
	Min time.Duration `yaml:"min"`
	// Max is the longest pause.
	Max time.Duration `yaml:"max"`
	// DeferAfter is how long a line may be refused, while the index answers, before it is moved to the
	// lane's retry stream and makes room for others.
	DeferAfter time.Duration `yaml:"defer_after"`
}

// DeadConfig says where documents go that can't be indexed: to the index <prefix>-dead-YYYY.MM.DD, and
// when that can't take them either, to a file in the data folder.
type DeadConfig struct {
	// MaxBytes is the size of the file of one lane. When it is full, lines stay in the spool.
	MaxBytes units.ByteSize `yaml:"max_bytes"`
}

// DefaultConfig is good for one machine and for many.
func DefaultConfig() Config {
	return Config{
		Prefix: "millrace",
		Bulk: BulkConfig{
			Bytes: 2 * units.MiB, Documents: 2000, Interval: 500 * time.Millisecond, InFlight: 2,
		},
		Retry: RetryConfig{
			Min: 200 * time.Millisecond, Max: 30 * time.Second, DeferAfter: 5 * time.Minute,
		},
		DeadLetters:  DeadConfig{MaxBytes: 256 * units.MiB},
		DrainTimeout: 5 * time.Second,
	}
}

// What may stand in the name of an index, a part of which prefix and lane are.
var (
	prefixSyntax = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)
	laneSyntax   = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
)

// Validate names the key and what to write instead, for every error.
func (c *Config) Validate() error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(!prefixSyntax.MatchString(c.Prefix),
		"index.prefix: %q can't begin the name of an index: write lower case letters, digits, '-', '_' or '.', such as millrace", c.Prefix)
	bad(c.Bulk.Bytes < units.KiB || c.Bulk.Bytes > 64*units.MiB,
		"index.bulk.bytes: %s is out of range: write a size from 1KiB to 64MiB, such as 2MiB", c.Bulk.Bytes)
	bad(c.Bulk.Documents < 1 || c.Bulk.Documents > 100_000,
		"index.bulk.documents: %d is out of range: write a number from 1 to 100000, such as 2000", c.Bulk.Documents)
	bad(c.Bulk.Interval <= 0 || c.Bulk.Interval > time.Minute,
		"index.bulk.interval: %s is out of range: write a time up to 1m, such as 500ms", c.Bulk.Interval)
	bad(c.Bulk.InFlight < 1 || c.Bulk.InFlight > 64,
		"index.bulk.in_flight: %d is out of range: write a number from 1 to 64, such as 2", c.Bulk.InFlight)
	bad(c.Retry.Min <= 0 || c.Retry.Max < c.Retry.Min,
		"index.retry: min %s and max %s make no range: write times such as 200ms and 30s", c.Retry.Min, c.Retry.Max)
	bad(c.Retry.DeferAfter <= 0,
		"index.retry.defer_after: %s is not a time to wait: write one such as 5m", c.Retry.DeferAfter)
	bad(c.DeadLetters.MaxBytes < units.MiB,
		"index.dead_letters.max_bytes: %s is too small: write 1MiB or more", c.DeadLetters.MaxBytes)
	bad(c.DrainTimeout < 0, "index.drain_timeout: %s is negative: write a time such as 5s", c.DrainTimeout)
	return errors.Join(errs...)
}
