package query

import "context"

// Searcher is an index that can be searched. It is safe for concurrent use.
type Searcher interface {
	// Search calls each with the documents that q finds, as they were indexed, newest @timestamp first, at
	// most limit of them (0: all). doc is valid until each returns; an error of each ends the search and
	// is returned.
	Search(ctx context.Context, q *Query, limit int, each func(doc []byte) error) error
	// Count returns how many documents q finds.
	Count(ctx context.Context, q *Query) (int64, error)
}
