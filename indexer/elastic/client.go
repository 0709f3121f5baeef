package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	elasticsearch "github.com/elastic/go-elasticsearch/v8"
	"go.uber.org/zap"
)

// Client talks to a cluster. It is safe for concurrent use.
type Client struct {
	cfg       Config
	es        *elasticsearch.BaseClient
	transport *http.Transport
	log       *zap.Logger
}

// New makes a client. It does not connect yet.
func New(cfg Config, log *zap.Logger) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	tlsConfig, err := cfg.tls()
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialWith(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}),
		TLSClientConfig:       tlsConfig,
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		ResponseHeaderTimeout: cfg.Timeout,
		ReadBufferSize:        32 << 10, // an answer of 2,000 documents has 52 KB
	}
	es, err := elasticsearch.NewBaseClient(elasticsearch.Config{
		Addresses: cfg.URLs, Username: cfg.Username, Password: cfg.Password.Reveal(), APIKey: cfg.APIKey.Reveal(),
		DisableRetry: true, Transport: t,
	})
	if err != nil {
		return nil, fmt.Errorf("index.elasticsearch: %w", err)
	}
	return &Client{cfg: cfg, es: es, transport: t, log: log}, nil
}

// Close lets go of idle connections. No request may be running.
func (c *Client) Close() error {
	c.transport.CloseIdleConnections()
	return nil
}

// Perform sends a request; its URL has the path only. The answer's status may be any. The first answer
// must be Elasticsearch's, not that of another server.
func (c *Client) Perform(req *http.Request) (*http.Response, error) { return c.es.Perform(req) }

// Error is an answer that says no.
type Error struct {
	Op     string // method and path
	Status int
	Type   string // such as index_not_found_exception; empty when the answer is not Elasticsearch's
	Reason string
}

func (e *Error) Error() string {
	if e.Type == "" {
		return fmt.Sprintf("elasticsearch: %s: status %d: %s", e.Op, e.Status, e.Reason)
	}
	return fmt.Sprintf("elasticsearch: %s: status %d: %s: %s", e.Op, e.Status, e.Type, e.Reason)
}

// HTTPStatus is the answer's status.
func (e *Error) HTTPStatus() int { return e.Status }

// maxAnswer bounds the part of an answer that is read where a short one is expected.
const maxAnswer = 64 << 20

// Do sends body (nil for none) as JSON and decodes the answer into out, unless that is nil.
// An answer outside 2xx is an *Error.
func (c *Client) Do(ctx context.Context, method, path string, body, out any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("elasticsearch: %s %s: %w", method, path, err)
		}
		content = bytes.NewReader(text)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, path, content)
	if err != nil {
		return fmt.Errorf("elasticsearch: %s %s: %w", method, path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.Perform(req)
	if err != nil {
		return fmt.Errorf("elasticsearch: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("elasticsearch: %s %s: %w", method, path, err)
	}
	if res.StatusCode/100 != 2 {
		return answerError(method+" "+req.URL.Path, res.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("elasticsearch: %s %s: answer: %w", method, path, err)
	}
	return nil
}

// answerError reads what Elasticsearch, or a proxy in front of it, says is wrong.
func answerError(op string, status int, answer []byte) *Error {
	var a struct {
		Error json.RawMessage
	}
	e := &Error{Op: op, Status: status}
	type cause struct{ Type, Reason string }
	var detail struct {
		cause
		Root []cause `json:"root_cause"`
	}
	switch {
	case json.Unmarshal(answer, &a) != nil || a.Error == nil:
		e.Reason = string(bytes.TrimSpace(answer[:min(len(answer), 200)]))
	case json.Unmarshal(a.Error, &detail) == nil:
		if detail.Reason == "all shards failed" && len(detail.Root) > 0 {
			detail.cause = detail.Root[0]
		}
		e.Type, e.Reason = detail.Type, detail.Reason
	default: // {"error":"text"}
		e.Reason = string(a.Error)
	}
	if e.Reason == "" {
		e.Reason = http.StatusText(status)
	}
	return e
}

// Info is what a cluster says of itself.
type Info struct {
	Name        string // of the node
	ClusterName string `json:"cluster_name"`
	Version     struct{ Number string }
}

// WaitReady returns when Elasticsearch answers, and says so in the log while it does not. It fails at
// once when waiting is of no use: the server lets nobody in, or is not Elasticsearch.
func (c *Client) WaitReady(ctx context.Context) (*Info, error) {
	const slowest = 15 * time.Second
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, slowest) {
		var info Info
		err := c.Do(ctx, http.MethodGet, "/", nil, &info)
		if err == nil {
			return &info, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var answer *Error
		if errors.As(err, &answer) && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden) {
			return nil, fmt.Errorf("index.elasticsearch: %w: check username and password, or api_key", err)
		}
		if isForeign(err) {
			return nil, fmt.Errorf("index.elasticsearch.urls: %w", err)
		}
		c.log.Warn("waiting for Elasticsearch", zap.Strings("urls", c.cfg.URLs), zap.Error(err))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// isForeign recognizes the product check's error, which has no type.
func isForeign(err error) bool {
	const unknownProduct = "the client noticed that the server is not Elasticsearch and we do not support this unknown product"
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == unknownProduct {
			return true
		}
	}
	return false
}
