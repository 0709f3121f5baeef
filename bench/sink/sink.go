// Package sink is a server that answers bulk requests as Elasticsearch does and keeps nothing, so that a
// measurement is of the sender alone. It is for benchmarks; tests use a real Elasticsearch.
package sink

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server counts documents.
type Server struct {
	URL       string
	documents atomic.Int64
	bytes     atomic.Int64
	http      *http.Server
	readers   sync.Pool // small ones, used again: a sink that goes through much memory empties the sender's caches
}

// Start listens on a free port of loopback.
func Start() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sink: %w", err)
	}
	s := &Server{
		URL:     "http://" + l.Addr().String(),
		readers: sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_bulk", s.bulk)
	mux.HandleFunc("POST /{index}/_bulk", s.bulk)
	mux.HandleFunc("/", anything)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }()
	return s, nil
}

// Documents is the number of documents that were sent.
func (s *Server) Documents() int64 { return s.documents.Load() }

// Bytes is the size of their bulk requests as they were on the wire, headers aside.
func (s *Server) Bytes() int64 { return s.bytes.Load() }

// Await waits until n documents were sent.
func (s *Server) Await(ctx context.Context, n int64) error {
	for s.Documents() < n {
		select {
		case <-ctx.Done():
			return fmt.Errorf("sink: %d of %d documents have come: %w", s.Documents(), n, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// Close stops the server.
func (s *Server) Close() error { return s.http.Close() }

func (s *Server) bulk(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(&counter{r.Body, &s.bytes})
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = z
	}
	items, action := 0, "create"
	lines := s.readers.Get().(*bufio.Reader)
	defer s.readers.Put(lines)
	lines.Reset(body)
	for isDoc := false; ; isDoc = !isDoc {
		line, err := lines.ReadSlice('\n')
		if !isDoc && bytes.HasPrefix(line, []byte(`{"index"`)) {
			action = "index"
		}
		blank := len(line) == 1
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n')
		}
		if err != nil {
			break
		}
		switch {
		case isDoc:
			items++
		case blank: // Elasticsearch goes on to the next line
			isDoc = true
		}
	}
	s.documents.Add(int64(items))
	header(w)
	took, item := `"took":1,`, `{"`+action+`":{"_index":"bench","status":201}},`
	if r.URL.Query().Has("filter_path") {
		took, item = "", `{"`+action+`":{"status":201}},`
	}
	answer := `{` + took + `"errors":false,"items":[` + strings.TrimSuffix(strings.Repeat(item, items), ",") + `]}`
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = io.WriteString(w, answer)
}

type counter struct {
	from io.Reader
	n    *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// anything is the answer to whatever else a sender asks before it begins: it is Elasticsearch, and all that is
// asked for is there.
func anything(w http.ResponseWriter, r *http.Request) {
	header(w)
	if r.URL.Path == "/" {
		_, _ = io.WriteString(w, `{"name":"sink","cluster_name":"sink","version":{"number":"8.19.0","build_flavor":"default"},"tagline":"You Know, for Search"}`)
		return
	}
	_, _ = io.WriteString(w, `{"acknowledged":true}`)
}

func header(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
}
