package e2e

import (
	"net/http"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/query/querytest"
	"github.com/millrace/millrace/indexer/sinktest"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/templates"
)

// Elasticsearch, with the templates that are shipped, gives the answers that the embedded index gives
// (indexer/sqlite asks the same).
func TestSearchAnswersAlike(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	cfg := elastic.DefaultConfig()
	cfg.URLs = []string{es.URL}
	client, err := elastic.New(cfg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	options := templates.Options{Config: templates.DefaultConfig(), Prefix: es.Prefix}
	if _, err := templates.Setup(t.Context(), client, options); err != nil {
		t.Fatal(err)
	}
	d := sinktest.Delivery(len(querytest.Docs), sinktest.Received)
	b := &indexer.Batch{}
	for i, doc := range querytest.Docs {
		received := time.Date(2026, 11, 20+i%3, 0, 0, 0, 0, time.UTC)
		b.Add(indexer.IndexName(es.Prefix, []string{"auth", "syslog"}[i%2], received.UnixNano()), d.Ref(i), []byte(doc))
	}
	if err := elastic.NewSink(client).Bulk(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for i := range b.Items {
		if b.Items[i].Outcome != indexer.Stored {
			t.Fatalf("document %d: %v", i, b.Items[i].Err)
		}
	}
	if err := client.Do(t.Context(), http.MethodPost, "/"+es.Prefix+"-*/_refresh", nil, nil); err != nil {
		t.Fatal(err)
	}
	querytest.Run(t, elastic.NewSearcher(client, es.Prefix))
}
