package elastic_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/query"
	"github.com/millrace/millrace/internal/testbed"
)

// Each day's first line creates an index, whose shards refuse searches until they have started.
func TestSearchWhileAnIndexIsCreated(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	searcher := elastic.NewSearcher(client(t, es, nil), es.Prefix)
	for day := range 4 {
		var created sync.WaitGroup
		created.Go(func() {
			es.Do("PUT", fmt.Sprintf("/%s-auth-2026.12.%02d", es.Prefix, day+1), `{"settings": {"number_of_replicas": 0}}`)
		})
		for range 10 {
			if _, err := searcher.Count(t.Context(), query.All()); err != nil {
				t.Fatalf("count: %v", err)
			}
			if err := searcher.Search(t.Context(), query.All(), 0, func([]byte) error { return nil }); err != nil {
				t.Fatalf("search: %v", err)
			}
		}
		created.Wait()
	}
}
