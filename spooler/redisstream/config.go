package redisstream

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/millrace/millrace/internal/secret"
)

// Config is the Redis part of the spool.
type Config struct {
	// Address of the server: redis://host:6379/0, rediss://host:6379 (TLS) or unix:///run/redis/redis.sock.
	// Without one there is no Redis in the spool.
	URL string `yaml:"url"`
	// Name of the user (Redis ACL), if the server wants one.
	Username string `yaml:"username"`
	// Password, if the server wants one.
	Password secret.String `yaml:"password"`
	// File with the certificates (PEM) to trust for rediss:// in place of the system's.
	CAFile string `yaml:"ca_file"`
	// What the names of all keys begin with. Receivers and workers that belong together have the same.
	KeyPrefix string `yaml:"key_prefix"`
	// Streams that each lane is spread over: more than 1 is of use in a Redis Cluster, and gives up the order in a lane.
	Partitions int `yaml:"partitions"`
	// How long a worker may not be heard of before others take what it holds.
	ClaimAfter time.Duration `yaml:"claim_after"`
	// How long lines that could not be indexed for long wait before they are tried again.
	RetryAfter time.Duration `yaml:"retry_after"`
	// How long the receiver keeps frames that are in Redis on its disk as well, to send them again when Redis
	// has restarted or failed over. It must be longer than Redis may lose: a second or two with an append-only
	// file, or the lag of the replica.
	ResendWindow time.Duration `yaml:"resend_window"`
	// How long an answer of the server may take.
	Timeout time.Duration `yaml:"timeout"`
}

// DefaultConfig has every default but the URL.
func DefaultConfig() Config {
	return Config{
		KeyPrefix:    "millrace",
		Partitions:   1,
		ClaimAfter:   time.Minute,
		RetryAfter:   time.Minute,
		ResendWindow: 10 * time.Second,
		Timeout:      5 * time.Second,
	}
}

const maxPartitions = 256

var prefixes = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)

// Validate names the key that is wrong and what to write instead.
func (c *Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("spool.redis."+format, args...))
		}
	}
	if c.URL != "" {
		if _, err := c.options(); err != nil {
			errs = append(errs, err)
		}
	}
	check(prefixes.MatchString(c.KeyPrefix), "key_prefix: %q may have up to 64 letters, digits and _.:- only: write a word such as millrace", c.KeyPrefix)
	check(c.Partitions >= 1 && c.Partitions <= maxPartitions, "partitions: %d must be 1 to %d", c.Partitions, maxPartitions)
	check(c.ClaimAfter >= 100*time.Millisecond, "claim_after: %v is too short: write 1m or so", c.ClaimAfter)
	check(c.RetryAfter > 0, "retry_after: %v must be more than 0, such as 1m", c.RetryAfter)
	check(c.ResendWindow >= 0, "resend_window: %v must not be negative: write 10s or so", c.ResendWindow)
	check(c.Timeout >= 100*time.Millisecond, "timeout: %v is too short: write 5s or so", c.Timeout)
	return errors.Join(errs...)
}

// options reads the URL and what belongs to it.
func (c *Config) options() (*redis.Options, error) {
	opt, err := redis.ParseURL(c.URL)
	if err != nil { // whose text has the URL in it, and with that a password
		return nil, errors.New("spool.redis.url: is not the address of a Redis: write redis://host:6379, rediss://host:6379 or unix:///path/to/socket")
	}
	if opt.Password != "" {
		return nil, errors.New("spool.redis.url: has a password in it: write spool.redis.password")
	}
	if c.Username != "" {
		opt.Username = c.Username
	}
	opt.Password = c.Password.Reveal()
	if c.CAFile != "" {
		if opt.TLSConfig == nil {
			return nil, errors.New("spool.redis.ca_file: is of no use without TLS: write rediss:// in spool.redis.url")
		}
		if opt.TLSConfig.RootCAs, err = readCA(c.CAFile); err != nil {
			return nil, err
		}
	}
	if opt.TLSConfig != nil {
		opt.TLSConfig.MinVersion = tls.VersionTLS12
	}
	opt.MaxRetries = -1 // the callers know what may be repeated, and when
	opt.DialerRetries = 1
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = c.Timeout, c.Timeout, c.Timeout
	opt.PoolSize = 256 // a blocked read holds one; they are made as they are needed
	opt.ClientName = "millrace"
	return opt, nil
}

func readCA(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("spool.redis.ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("spool.redis.ca_file: %s has no certificate in PEM form", file)
	}
	return pool, nil
}
