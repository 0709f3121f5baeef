// Package sink is a server that answers bulk requests as Elasticsearch does and keeps nothing, so that a
// measurement is of the sender alone. It is for benchmarks; tests use a real Elasticsearch.
package sink

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Server counts documents.
type Server struct {
	URL       string
	documents atomic.Int64
	bytes     atomic.Int64
	http      *http.Server
}

// Start listens on a free port of loopback.
func Start() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sink: %w", err)
	}
	s := &Server{URL: "http://" + l.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_bulk", s.bulk)
	mux.HandleFunc("/", anything)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }()
	return s, nil
}

// Documents is the number of documents that were sent.
func (s *Server) Documents() int64 { return s.documents.Load() }

// Bytes is the size of their bulk requests as they were on the wire, headers aside.
func (s *Server) Bytes() int64 { return s.bytes.Load() }

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
	items := 0
	lines := bufio.NewReaderSize(body, 1<<20)
	for n := 0; ; n++ {
		_, err := lines.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n')
		}
		if err != nil {
			break
		}
		items += n & 1
	}
	s.documents.Add(int64(items))
	header(w)
	_, _ = io.WriteString(w, `{"took":1,"errors":false,"items":[`)
	_, _ = w.Write(bytes.TrimSuffix(bytes.Repeat([]byte(`{"create":{"status":201}},`), items), []byte(",")))
	_, _ = io.WriteString(w, `]}`)
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
