package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/query"
)

// pageSize is how many documents one request asks for.
const pageSize = 1000

// keepScroll is how long the server keeps a search for the next page.
const keepScroll = "1m"

// Searcher searches the daily indices of a prefix, all lanes, dead letters left out. It is a query.Searcher.
type Searcher struct {
	client *Client
	path   string // of the indices
}

var _ query.Searcher = (*Searcher)(nil)

// NewSearcher searches the indices of prefix in the cluster of c.
func NewSearcher(c *Client, prefix string) *Searcher {
	return &Searcher{c, "/" + prefix + "-*,-" + prefix + "-" + indexer.DeadLane + "-*"}
}

// page is a part of what a search found.
type page struct {
	ScrollID string `json:"_scroll_id"`
	Hits     struct {
		Hits []struct {
			Source json.RawMessage `json:"_source"`
		}
	}
	Shards struct {
		Failed   int
		Failures []struct{ Reason struct{ Type, Reason string } }
	} `json:"_shards"`
}

// Search implements query.Searcher.
func (s *Searcher) Search(ctx context.Context, q *query.Query, limit int, each func(doc []byte) error) error {
	size := pageSize
	path := s.path + "/_search?ignore_unavailable=true&allow_no_indices=true"
	paged := limit == 0 || limit > pageSize
	if paged {
		path += "&scroll=" + keepScroll
	} else {
		size = limit
	}
	request := map[string]any{
		"query": q.DSL(), "size": size,
		"sort": []any{map[string]any{"@timestamp": map[string]any{"order": "desc", "unmapped_type": "date"}}},
	}
	scroll := ""
	defer func() {
		if scroll != "" { // lets the server forget it before its time
			body := map[string]any{"scroll_id": scroll}
			_ = s.client.Do(context.WithoutCancel(ctx), http.MethodDelete, "/_search/scroll", body, nil)
		}
	}()
	for left := limit; ; {
		var p page
		if err := s.client.Do(ctx, http.MethodPost, path, request, &p); err != nil {
			return err
		}
		scroll = p.ScrollID
		if p.Shards.Failed > 0 {
			why := ""
			if len(p.Shards.Failures) > 0 {
				why = p.Shards.Failures[0].Reason.Reason
			}
			return fmt.Errorf("elasticsearch: search: %d shards failed: %s", p.Shards.Failed, why)
		}
		for _, hit := range p.Hits.Hits {
			if err := each(hit.Source); err != nil {
				return err
			}
			if left--; left == 0 {
				return nil
			}
		}
		if !paged || len(p.Hits.Hits) == 0 {
			return nil
		}
		path, request = "/_search/scroll", map[string]any{"scroll": keepScroll, "scroll_id": scroll}
	}
}

// Count implements query.Searcher.
func (s *Searcher) Count(ctx context.Context, q *query.Query) (int64, error) {
	var answer struct{ Count int64 }
	path := s.path + "/_count?ignore_unavailable=true&allow_no_indices=true"
	err := s.client.Do(ctx, http.MethodPost, path, map[string]any{"query": q.DSL()}, &answer)
	return answer.Count, err
}
