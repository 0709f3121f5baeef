package elastic

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/valyala/fastjson"

	"github.com/millrace/millrace/indexer"
)

// bulkPath, behind an index, asks for what is read of the answer, and no more. Of a document that was stored that is 26
// bytes.
const bulkPath = "/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"

// Sink sends bulk requests. It is an indexer.Sink, and has no state but what it uses again.
type Sink struct {
	client *Client
	gzips  sync.Pool
	reads  sync.Pool
}

var _ indexer.Sink = (*Sink)(nil)

// NewSink makes a sink that sends to the cluster of c.
func NewSink(c *Client) *Sink {
	return &Sink{
		client: c,
		gzips: sync.Pool{New: func() any {
			z := new(zipped)
			z.w, _ = gzip.NewWriterLevel(z, gzip.BestSpeed) // errors tell of levels that there are not
			return z
		}},
		reads: sync.Pool{New: func() any { return new(reading) }},
	}
}

// Bulk implements indexer.Sink.
func (s *Sink) Bulk(ctx context.Context, b *indexer.Batch) error {
	ctx, cancel := context.WithTimeout(ctx, s.client.cfg.Timeout)
	defer cancel()
	data := b.Body()
	if s.client.cfg.Compress {
		z := s.gzips.Get().(*zipped)
		defer s.gzips.Put(z)
		if err := z.zip(data); err != nil {
			return fmt.Errorf("elasticsearch: compress: %w", err)
		}
		data = z.data
	}
	// An answer may come before the request was sent to its end, by a transport that goes on: after the return the
	// batch is not ours any more.
	body := &body{data: data}
	defer body.end()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/"+b.Index()+bulkPath, nil)
	if err != nil {
		return fmt.Errorf("elasticsearch: %w", err)
	}
	req.Body, req.ContentLength = body.reader(), int64(len(data))
	req.GetBody = func() (io.ReadCloser, error) { return body.reader(), nil }
	req.Header.Set("Content-Type", "application/x-ndjson")
	if s.client.cfg.Compress {
		req.Header.Set("Content-Encoding", "gzip")
	}
	res, err := s.client.Perform(req)
	if err != nil {
		return fmt.Errorf("elasticsearch: %w", err)
	}
	defer res.Body.Close()
	r := s.reads.Get().(*reading)
	defer s.reads.Put(r)
	answer, err := r.all(res.Body, int64(1<<20+4096*b.Len()))
	if err != nil {
		return fmt.Errorf("elasticsearch: bulk: answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return requestError(res.StatusCode, answer)
	}
	return r.outcomes(answer, b)
}

// requestError is the verdict on a request as a whole.
func requestError(status int, answer []byte) error {
	err := answerError("bulk", status, answer)
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: %w", indexer.ErrRefused, err)
	case http.StatusTooManyRequests:
		return fmt.Errorf("%w: %w", indexer.ErrOverloaded, err)
	}
	return err
}

// zipped is a compressed request, and what compresses it.
type zipped struct {
	w    *gzip.Writer
	data []byte
}

// Write implements io.Writer, for w.
func (z *zipped) Write(p []byte) (int, error) { z.data = append(z.data, p...); return len(p), nil }

func (z *zipped) zip(data []byte) error {
	z.data = z.data[:0]
	z.w.Reset(z)
	if _, err := z.w.Write(data); err != nil {
		return err
	}
	return z.w.Close()
}

// reading is the memory of an answer that is read.
type reading struct {
	buf    []byte
	parser fastjson.Parser
}

// all reads an answer of at most limit bytes.
func (r *reading) all(from io.Reader, limit int64) ([]byte, error) {
	r.buf = r.buf[:0]
	for {
		if len(r.buf) == cap(r.buf) {
			r.buf = slices.Grow(r.buf, 4096)
		}
		n, err := from.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if err == io.EOF {
			return r.buf, nil
		}
		if err != nil {
			return nil, err
		}
		if int64(len(r.buf)) > limit {
			return nil, fmt.Errorf("longer than %d bytes", limit)
		}
	}
}
