package elastic_test

import (
	"encoding/json"
	"fmt"
	"strings"
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

// Documents of one time stand on both sides of a page's end, and an index is written to while it is read.
func TestSearchReadsManyPages(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	searcher := elastic.NewSearcher(client(t, es, nil), es.Prefix)
	read := func(limit int) (numbers []int) {
		err := searcher.Search(t.Context(), query.All(), limit, func(doc []byte) error {
			var d struct{ N int }
			if err := json.Unmarshal(doc, &d); err != nil {
				return err
			}
			if numbers = append(numbers, d.N); len(numbers) == 10 {
				put(t, es, "POST", "/"+es.Prefix+"-auth-1/_doc?refresh=true", `{"@timestamp": "2026-12-01T00:00:01Z", "n": -1}`)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return numbers
	}
	if found := read(0); len(found) != 0 {
		t.Fatalf("found %v where no index is", found)
	}
	const lines = 3500
	var bulk strings.Builder
	for n := range lines {
		fmt.Fprintf(&bulk, `{"index": {"_index": "%s-auth-%d"}}`+"\n", es.Prefix, n%3)
		fmt.Fprintf(&bulk, `{"@timestamp": "2026-12-01T00:00:0%dZ", "n": %d}`+"\n", n%2, n)
	}
	put(t, es, "POST", "/_bulk?refresh=true", bulk.String())
	seen := map[int]bool{}
	for i, n := range read(0) {
		if seen[n] {
			t.Fatalf("%d comes twice", n)
		}
		if newest := i < lines/2; newest != (n%2 == 1) {
			t.Fatalf("%d comes as number %d: the newest come first", n, i)
		}
		seen[n] = true
	}
	if len(seen) != lines || seen[-1] {
		t.Errorf("%d documents, the one that came meanwhile %v; want %d without it", len(seen), seen[-1], lines)
	}
	if found := read(1500); len(found) != 1500 {
		t.Errorf("%d documents of at most 1,500", len(found))
	}
}
