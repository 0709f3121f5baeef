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

// keepView is how long the server keeps a search's view of the indices for the next page.
const keepView = "1m"

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

// answer is what a search, a count, or the opening of a point in time says.
type answer struct {
	ID    string // of a new point in time
	PIT   string `json:"pit_id"` // for the next page
	Count int64
	Hits  struct {
		Hits []struct {
			Source json.RawMessage `json:"_source"`
			Sort   json.RawMessage // the place behind which the next page begins
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
func (s *Searcher) ask(ctx context.Context, path string, request any) (answer, error) {
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

func (s *Searcher) askOnce(ctx context.Context, path string, request any) (a answer, err error) {
	if err := s.client.Do(ctx, http.MethodPost, path, request, &a); err != nil || a.Shards.Failed == 0 {
		return a, err
	}
	why := ""
	if len(a.Shards.Failures) > 0 {
		why = a.Shards.Failures[0].Reason.Reason
	}
	return a, fmt.Errorf("elasticsearch: search: %d %w: %s", a.Shards.Failed, errShards, why)
}

// Search implements query.Searcher. More than one page is read from a point in time: a scroll would hold a context for
// each shard, of which a node has 500, and a year of daily indices has more shards.
func (s *Searcher) Search(ctx context.Context, q *query.Query, limit int, each func(doc []byte) error) error {
	request := map[string]any{
		"query": q.DSL(), "size": pageSize,
		"sort": []any{map[string]any{"@timestamp": map[string]any{"order": "desc", "unmapped_type": "date"}}},
	}
	const whole = "allow_partial_search_results=false"
	path := s.path + "/_search?ignore_unavailable=true&allow_no_indices=true&" + whole
	paged := limit == 0 || limit > pageSize
	if paged {
		view, err := s.ask(ctx, s.path+"/_pit?ignore_unavailable=true&keep_alive="+keepView, nil)
		if err != nil {
			return err
		}
		pit := map[string]any{"id": view.ID, "keep_alive": keepView}
		defer func() { // lets the server forget it before its time
			_ = s.client.Do(context.WithoutCancel(ctx), http.MethodDelete, "/_pit", map[string]any{"id": pit["id"]}, nil)
		}()
		path, request["pit"] = "/_search?"+whole, pit
	} else {
		request["size"] = limit
	}
	for left := limit; ; {
		found, err := s.ask(ctx, path, request)
		if err != nil {
			return err
		}
		hits := found.Hits.Hits
		for _, hit := range hits {
			if err := each(hit.Source); err != nil {
				return err
			}
			if left--; left == 0 {
				return nil
			}
		}
		if !paged || len(hits) < pageSize {
			return nil
		}
		request["search_after"] = hits[len(hits)-1].Sort
		request["pit"].(map[string]any)["id"] = found.PIT
	}
}

// Count implements query.Searcher.
func (s *Searcher) Count(ctx context.Context, q *query.Query) (int64, error) {
	a, err := s.ask(ctx, s.path+"/_count?ignore_unavailable=true&allow_no_indices=true", map[string]any{"query": q.DSL()})
	return a.Count, err
}
