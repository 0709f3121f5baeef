package sqlite

import (
	"cmp"
	"container/heap"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/query"
)

// Searcher searches the daily indices of a prefix in a folder, all lanes, dead letters left out, also while
// another process writes them. It is a query.Searcher.
type Searcher struct{ dir, prefix string }

var _ query.Searcher = (*Searcher)(nil)

// NewSearcher searches the indices of prefix in dir, the folder of an Index.
func NewSearcher(dir, prefix string) *Searcher { return &Searcher{dir, prefix} }

// Search implements query.Searcher: a merge of the daily indices, each in the order of time. A file is
// open only while its time overlaps with what is next.
func (s *Searcher) Search(ctx context.Context, q *query.Query, limit int, each func(doc []byte) error) (err error) {
	sources, err := s.sources(ctx, q)
	if err != nil {
		return err
	}
	open := &cursors{}
	defer func() {
		for _, c := range *open {
			err = errors.Join(err, c.close())
		}
	}()
	for found := 0; limit == 0 || found < limit; found++ {
		for len(sources) > 0 && (len(*open) == 0 || sources[0].newest >= (*open)[0].time) {
			c, err := openCursor(ctx, sources[0].path, q, limit > 0)
			if err != nil {
				return err
			}
			sources = sources[1:]
			if more, err := c.next(); err != nil || !more {
				if err = errors.Join(err, c.close()); err != nil {
					return err
				}
				continue
			}
			heap.Push(open, c)
		}
		if len(*open) == 0 {
			return nil
		}
		first := (*open)[0]
		if err := each(first.doc); err != nil {
			return err
		}
		if more, err := first.next(); err != nil {
			return err
		} else if more {
			heap.Fix(open, 0)
		} else {
			heap.Pop(open)
			if err := first.close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Count implements query.Searcher.
func (s *Searcher) Count(ctx context.Context, q *query.Query) (n int64, err error) {
	err = s.Search(ctx, q, 0, func([]byte) error { n++; return nil })
	return n, err
}

// source is a file that may have what is looked for.
type source struct {
	path   string
	newest int64 // @timestamp; none is newer
}

// sources are the files that may have documents in the query's time, the newest first.
func (s *Searcher) sources(ctx context.Context, q *query.Query) ([]source, error) {
	since, _ := q.Bounds()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil // nothing was indexed yet
		}
		return nil, fmt.Errorf("search: %w", err)
	}
	var list []source
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		lane, mine := strings.CutPrefix(name, s.prefix+"-")
		if !ok || !mine || strings.HasPrefix(lane, indexer.DeadLane+"-") || !isDaily(name) {
			continue
		}
		path := filepath.Join(s.dir, e.Name())
		newest, some, err := newestIn(ctx, path)
		if err != nil {
			return nil, err
		}
		if some && newest >= since {
			list = append(list, source{path, newest})
		}
	}
	slices.SortFunc(list, func(a, b source) int { return cmp.Compare(b.newest, a.newest) })
	return list, nil
}

// newestIn is a time that no document of a file is newer than, as its header has it, or as its documents
// do where that can't be told: in a file that is being written, what counts is its write-ahead log.
// Some is false when there are no documents.
func newestIn(ctx context.Context, path string) (newest int64, some bool, err error) {
	if wal, err := os.Stat(path + "-wal"); err != nil || wal.Size() == 0 {
		// "The Database Header" in SQLite's file format: user_version is at byte 60.
		if stamp, err := readAt(path, 60); err == nil && stamp > 1 && stamp < math.MaxUint32 {
			return (int64(stamp)+1)*1e9 - 1, true, nil
		}
	}
	db, err := openForReading(ctx, path)
	if err != nil {
		return 0, false, err
	}
	defer db.Close()
	var tables int
	var time sql.NullInt64
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'docs'").Scan(&tables)
	if err == nil && tables > 0 { // none in a file that is just being made
		err = db.QueryRowContext(ctx, "SELECT max(time) FROM docs").Scan(&time)
	}
	if err != nil {
		return 0, false, fmt.Errorf("search: %s: %w", path, err)
	}
	return time.Int64, time.Valid, nil
}

// readAt reads a number of a file's header.
func readAt(path string, offset int64) (uint32, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var number [4]byte
	_, err = f.ReadAt(number[:], offset)
	return binary.BigEndian.Uint32(number[:]), err
}

// openForReading opens a file, also in a folder that this process may not write to.
func openForReading(ctx context.Context, path string) (*sql.DB, error) {
	for _, extra := range []string{"", "&immutable=1"} {
		db, err := open(path, "ro"+extra)
		if err != nil {
			return nil, err
		}
		// The first access is what tells.
		if _, err = db.ExecContext(ctx, "SELECT 1 FROM sqlite_schema LIMIT 1"); err == nil {
			return db, nil
		}
		if err = errors.Join(err, db.Close()); extra != "" || !strings.Contains(err.Error(), "unable to open") {
			return nil, fmt.Errorf("search: %s: %w", path, err)
		}
	}
	return nil, nil
}

// recent is how many documents a limited search looks at one by one before it asks the index of words:
// what is frequent is found among them, and the list of all places of a frequent word is long.
const recent = 2000

// cursor goes through what was found in one file, the newest first.
type cursor struct {
	ctx   context.Context
	db    *sql.DB
	rows  *sql.Rows
	query *query.Query
	parse query.Doc
	path  string
	tries int // how many documents are looked at one by one; 0 when the words are asked
	tried int

	time, seq int64
	doc       []byte
}

func openCursor(ctx context.Context, path string, q *query.Query, limited bool) (*cursor, error) {
	db, err := openForReading(ctx, path)
	if err != nil {
		return nil, err
	}
	c := &cursor{ctx: ctx, db: db, query: q, path: path}
	_, until := q.Bounds()
	c.time, c.seq = until, -1 // no document at until itself
	if limited && q.Candidates() != "" {
		c.tries = recent
	}
	if err := c.ask(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return c, nil
}

// ask looks for documents older than the one where c is.
func (c *cursor) ask() (err error) {
	since, _ := c.query.Bounds()
	args := []any{since, c.time, c.seq}
	text := "SELECT time, seq, doc FROM docs WHERE time >= ? AND (time, seq) < (?, ?)"
	words := c.query.Candidates()
	if c.tries == 0 && words != "" {
		text += " AND seq IN (SELECT rowid FROM words WHERE words MATCH ?)"
		args = append(args, words)
	}
	text += " ORDER BY time DESC, seq DESC"
	if c.tries > 0 {
		text += " LIMIT " + strconv.Itoa(c.tries)
	}
	if c.rows, err = c.db.QueryContext(c.ctx, text, args...); err != nil {
		return fmt.Errorf("search: %s: %w", c.path, err)
	}
	return nil
}

// next goes to the next document that the query finds.
func (c *cursor) next() (bool, error) {
	for {
		more, err := c.row()
		switch {
		case err != nil:
			return false, fmt.Errorf("search: %s: %w", c.path, err)
		case more && c.query.Matches(&c.parse):
			return true, nil
		case more:
		case c.tries > 0 && c.tried == c.tries: // there are older ones
			c.tries = 0
			if err := errors.Join(c.rows.Close(), c.ask()); err != nil {
				return false, err
			}
		default:
			return false, nil
		}
	}
}

// row reads the next row.
func (c *cursor) row() (bool, error) {
	if !c.rows.Next() {
		return false, c.rows.Err()
	}
	var doc sql.RawBytes
	if err := c.rows.Scan(&c.time, &c.seq, &doc); err != nil {
		return false, err
	}
	c.tried++
	c.doc = append(c.doc[:0], doc...)
	return true, c.parse.Parse(c.doc)
}

func (c *cursor) close() error {
	if c.rows == nil { // ask failed
		return c.db.Close()
	}
	return errors.Join(c.rows.Close(), c.db.Close())
}

// cursors is a heap with the newest document first.
type cursors []*cursor

func (h cursors) Len() int           { return len(h) }
func (h cursors) Less(i, j int) bool { return h[i].time > h[j].time }
func (h cursors) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *cursors) Push(x any)        { *h = append(*h, x.(*cursor)) }
func (h *cursors) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return c
}
