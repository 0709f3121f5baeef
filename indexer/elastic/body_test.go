package elastic_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/sinktest"
)

// TestBodyIsSentAsItStands sends a body that no socket takes in one go, to a server that answers before it has read it,
// and to one that reads it; and then writes over it, as its batch is used again.
func TestBodyIsSentAsItStands(t *testing.T) {
	var early bool
	var got bytes.Buffer
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		if r.Method == http.MethodGet { // asked before the first request
			_, _ = io.WriteString(w, `{"version":{"number":"8.19.0"},"tagline":"You Know, for Search"}`)
			return
		}
		if early {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		got.Reset()
		_, _ = got.ReadFrom(r.Body)
		_, _ = fmt.Fprintf(w, `{"errors":false,"items":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"create":{"status":201}},`, 100), ","))
	}))
	t.Cleanup(s.Close)
	cfg := elastic.DefaultConfig()
	cfg.URLs = []string{s.URL}
	c, err := elastic.New(cfg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	d, b := sinktest.Delivery(100, sinktest.Received), &indexer.Batch{}
	for i := range 100 {
		b.Add("index", d.Ref(i), []byte(`{"filler":"`+strings.Repeat("x", 200_000)+`"}`))
	}
	sent := bytes.Clone(b.Body())
	for _, early = range []bool{true, false, true, false} {
		copy(b.Body(), sent)
		err := elastic.NewSink(c).Bulk(t.Context(), b)
		clear(b.Body()) // the race detector sees who still reads it
		switch {
		case early && err == nil:
			t.Error("refused, without an error")
		case !early && err != nil:
			t.Error(err)
		case !early && !bytes.Equal(got.Bytes(), sent):
			t.Errorf("%d bytes came otherwise than %d were sent", got.Len(), len(sent))
		}
	}
}
