package elastic_test

import (
	"context"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/millrace/millrace/indexer/elastic"
)

// caFile is a file with the certificate of s.
func caFile(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWaitReadySaysThatItWaits(t *testing.T) {
	var up bool
	ready := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case <-ready:
			up = true
		default:
		}
		if !up {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		_, _ = w.Write([]byte(`{"version":{"number":"8.19.13"}}`))
	}))
	defer s.Close()
	core, logs := observer.New(zap.InfoLevel)
	cfg := elastic.DefaultConfig()
	cfg.URLs = []string{s.URL}
	c, err := elastic.New(cfg, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := make(chan error, 1)
	var info *elastic.Info
	go func() {
		var err error
		info, err = c.WaitReady(t.Context())
		got <- err
	}()
	for end := time.Now().Add(time.Minute); logs.FilterMessage("waiting for Elasticsearch").Len() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not say that it waits")
		}
	}
	close(ready)
	if err := <-got; err != nil || info.Version.Number != "8.19.13" {
		t.Errorf("%v, %+v", err, info)
	}
}

func TestWaitReadyEnds(t *testing.T) {
	cfg := elastic.DefaultConfig()
	cfg.URLs = []string{"http://127.0.0.1:1"}
	c, err := elastic.New(cfg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.WaitReady(ctx); err != context.DeadlineExceeded { //nolint:errorlint // exactly this
		t.Errorf("error %v", err)
	}
}

func TestOtherServersAreRefused(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }))
	defer s.Close()
	cfg := elastic.DefaultConfig()
	cfg.URLs = []string{s.URL}
	c, err := elastic.New(cfg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.WaitReady(t.Context()); err == nil || !strings.Contains(err.Error(), "not Elasticsearch") {
		t.Errorf("error %v", err)
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*elastic.Config){
		"index.elasticsearch.urls: none given":               func(c *elastic.Config) { c.URLs = nil },
		`index.elasticsearch.urls: "es1:9200" is not`:        func(c *elastic.Config) { c.URLs = []string{"es1:9200"} },
		`"http://joe:xxxxx@es1" has a password`:              func(c *elastic.Config) { c.URLs = []string{"http://joe:sesame@es1"} },
		"index.elasticsearch.api_key: given beside":          func(c *elastic.Config) { c.APIKey, c.Username, c.Password = "k", "u", "p" },
		"index.elasticsearch.username: only one":             func(c *elastic.Config) { c.Username = "u" },
		"index.elasticsearch.timeout: 0s":                    func(c *elastic.Config) { c.Timeout = 0 },
		"index.elasticsearch.ca_file: open /nowhere":         func(c *elastic.Config) { c.CAFile = "/nowhere" },
		"index.elasticsearch.ca_file: /dev/null has no":      func(c *elastic.Config) { c.CAFile = "/dev/null" },
		`index.elasticsearch.urls: "(hidden)@es1:92" is not`: func(c *elastic.Config) { c.URLs = []string{"joe:sesame@es1:92"} },
	} {
		cfg := elastic.DefaultConfig()
		cfg.URLs = []string{"http://es1:9200"}
		change(&cfg)
		_, err := elastic.New(cfg, zap.NewNop())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
