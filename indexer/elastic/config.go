package elastic

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/millrace/millrace/internal/secret"
)

// Config says where Elasticsearch is and how to get in.
type Config struct {
	// URLs of nodes, such as https://es1:9200. Requests go round; nodes that don't answer are left out
	// for a while.
	URLs []string `yaml:"urls"`
	// Username for basic authentication.
	Username string `yaml:"username"`
	// Password for basic authentication.
	Password secret.String `yaml:"password"`
	// APIKey is the encoded form of an API key (base64 of id:key), instead of username and password.
	APIKey secret.String `yaml:"api_key"`
	// CAFile has the certificates (PEM) that servers are trusted by, instead of the system's.
	CAFile string `yaml:"ca_file"`
	// Compress sends bulk requests gzipped (level 1): an eighth of the bytes, for about 3 µs of CPU a document.
	Compress bool `yaml:"compress"`
	// Timeout of one request.
	Timeout time.Duration `yaml:"timeout"`
}

// DefaultConfig has no URLs: without them, Elasticsearch is not used.
func DefaultConfig() Config { return Config{Timeout: time.Minute} }

// Validate names the key and what to write instead, for every error.
func (c *Config) Validate() error {
	var errs []error
	if len(c.URLs) == 0 {
		errs = append(errs, errors.New("index.elasticsearch.urls: none given: write a list such as [https://es1:9200]"))
	}
	for _, text := range c.URLs {
		u, err := url.Parse(text)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
			errs = append(errs, fmt.Errorf("index.elasticsearch.urls: %q is not the address of a server: write one such as https://es1:9200", redact(text)))
		case u.User != nil:
			errs = append(errs, fmt.Errorf("index.elasticsearch.urls: %q has a password in it: write index.elasticsearch.username and password", u.Redacted()))
		}
	}
	if c.APIKey != "" && (c.Username != "" || c.Password != "") {
		errs = append(errs, errors.New("index.elasticsearch.api_key: given beside username and password: write one or the other"))
	}
	if (c.Username == "") != (c.Password == "") {
		errs = append(errs, errors.New("index.elasticsearch.username: only one of username and password is given: write both"))
	}
	if c.Timeout < time.Second {
		errs = append(errs, fmt.Errorf("index.elasticsearch.timeout: %s is too short: write 1s or more, such as 1m", c.Timeout))
	}
	if _, err := c.tls(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// redact leaves out what stands before an @, in text that is no URL.
func redact(text string) string {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '@' {
			return secret.Hidden + text[i:]
		}
	}
	return text
}

func (c *Config) tls() (*tls.Config, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("index.elasticsearch.ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("index.elasticsearch.ca_file: %s has no certificate in PEM form", c.CAFile)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}
