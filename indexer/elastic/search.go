package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

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

// answer is what a search or a count found.
type answer struct {
	Count    int64  // of a count
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

// startWithin is how long a search waits for shards that do not answer: those of an index that is being created, as
// one is at the first line of each day, do within a second.
const startWithin = 5 * time.Second

// ask sends a request that may be sent again, and takes only an answer of all shards.
func (s *Searcher) ask(ctx context.Context, path string, request map[string]any) (answer, error) {
	deadline := time.Now().Add(startWithin)
	for {
		a, err := s.askOnce(ctx, path, request)
		var refused *Error
		missing := errors.Is(err, errShards) || errors.As(err, &refused) && refused.Status == http.StatusServiceUnavailable
		if !missing || time.Now().After(deadline) {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

var errShards = errors.New("shards failed")

func (s *Searcher) askOnce(ctx context.Context, path string, request map[string]any) (a answer, err error) {
	if err := s.client.Do(ctx, http.MethodPost, path, request, &a); err != nil || a.Shards.Failed == 0 {
		return a, err
	}
	why := ""
	if len(a.Shards.Failures) > 0 {
		why = a.Shards.Failures[0].Reason.Reason
	}
	return a, fmt.Errorf("elasticsearch: search: %d %w: %s", a.Shards.Failed, errShards, why)
}

// Search implements query.Searcher.
func (s *Searcher) Search(ctx context.Context, q *query.Query, limit int, each func(doc []byte) error) error {
	size := pageSize
	path := s.path + "/_search?ignore_unavailable=true&allow_no_indices=true&allow_partial_search_results=false"
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
	found, err := s.ask(ctx, path, request)
	for left := limit; err == nil; {
		scroll = found.ScrollID
		for _, hit := range found.Hits.Hits {
			if err := each(hit.Source); err != nil {
				return err
			}
			if left--; left == 0 {
				return nil
			}
		}
		if !paged || len(found.Hits.Hits) == 0 {
			return nil
		}
		// Asked again, it would go on behind the page that was lost.
		found, err = s.askOnce(ctx, "/_search/scroll", map[string]any{"scroll": keepScroll, "scroll_id": scroll})
	}
	return err
}

// Count implements query.Searcher.
func (s *Searcher) Count(ctx context.Context, q *query.Query) (int64, error) {
	a, err := s.ask(ctx, s.path+"/_count?ignore_unavailable=true&allow_no_indices=true", map[string]any{"query": q.DSL()})
	return a.Count, err
}
