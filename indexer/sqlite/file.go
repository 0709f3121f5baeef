package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/millrace/millrace/indexer"
)

// schema of a daily index. words has, for each document, the words of its values, as a set: enough to
// find candidates, at a third of the size of an index with positions.
const schema = `
PRAGMA application_id = 0x6d72; PRAGMA user_version = 1;
CREATE TABLE IF NOT EXISTS docs (
	seq  INTEGER PRIMARY KEY,
	id   TEXT NOT NULL UNIQUE,
	time INTEGER NOT NULL, -- @timestamp, ns since the epoch
	doc  TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS docs_time ON docs (time);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(word, content='', columnsize=0, detail=none, tokenize='ascii');
`

// rows is how many documents one statement inserts; what database/sql costs is shared by them.
const rows = 32

// file is one daily index, open for writing.
type file struct {
	users sync.WaitGroup
	used  int64 // see Index.uses

	mu      sync.Mutex // one writer at a time
	db      *sql.DB
	docs    [2]*sql.Stmt // for one document, and for rows documents
	words   [2]*sql.Stmt
	lastSeq int64
	extract extractor
}

func openFile(ctx context.Context, path string) (*file, error) {
	db, err := open(path, "rwc", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-16384)", "journal_size_limit(67108864)")
	if err != nil {
		return nil, err
	}
	f := &file{db: db}
	if err := f.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return f, nil
}

// open returns the database with a single connection. mode is SQLite's, with other parameters after an &.
func open(path, mode string, pragmas ...string) (*sql.DB, error) {
	v := url.Values{"_pragma": append(pragmas, "busy_timeout(5000)")}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+v.Encode()+"&mode="+mode)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func (f *file) prepare(ctx context.Context) error {
	if _, err := f.db.ExecContext(ctx, schema); err != nil {
		return err
	}
	for i, n := range [...]int{1, rows} {
		var err error
		docs := "INSERT OR IGNORE INTO docs (seq, id, time, doc) VALUES " + repeat("(?,?,?,?)", n)
		if f.docs[i], err = f.db.PrepareContext(ctx, docs); err != nil {
			return err
		}
		words := "INSERT INTO words (rowid, word) VALUES " + repeat("(?,?)", n)
		if f.words[i], err = f.db.PrepareContext(ctx, words); err != nil {
			return err
		}
	}
	return f.db.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM docs").Scan(&f.lastSeq)
}

func repeat(s string, n int) string { return strings.Repeat(s+",", n-1) + s }

func (f *file) close() error { return f.db.Close() } // its statements with it

// store writes item first of b, and all later ones of the same index, in one transaction.
func (f *file) store(ctx context.Context, b *indexer.Batch, first int) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	w := &writer{file: f, ctx: ctx, tx: tx, batch: b, seq: f.lastSeq}
	for i := range 2 {
		w.docs[i], w.words[i] = tx.StmtContext(ctx, f.docs[i]), tx.StmtContext(ctx, f.words[i])
	}
	for i := first; i < len(b.Items) && err == nil; i++ {
		if b.Items[i].Index == b.Items[first].Index {
			err = w.add(i)
		}
	}
	if err == nil {
		err = w.flush()
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err = tx.Commit(); err == nil {
		f.lastSeq = w.seq
	}
	return err
}

// writer is one transaction.
type writer struct {
	file  *file
	ctx   context.Context
	tx    *sql.Tx
	batch *indexer.Batch
	docs  [2]*sql.Stmt
	words [2]*sql.Stmt
	seq   int64 // the last one taken

	items    []int // gathered, at most rows of them
	docArgs  []any
	wordArgs []any
}

// add gathers item i, or gives it its outcome when it is no document.
func (w *writer) add(i int) error {
	item := &w.batch.Items[i]
	time, words, err := w.file.extract.from(w.batch.Doc(i), item.Ref.Received())
	if err != nil {
		item.Outcome = indexer.Dead
		item.Err = &indexer.ItemError{Type: "document_parsing_exception", Reason: err.Error()}
		return nil
	}
	w.seq++
	w.items = append(w.items, i)
	w.docArgs = append(w.docArgs, w.seq, string(w.batch.ID(i)), time, string(w.batch.Doc(i)))
	w.wordArgs = append(w.wordArgs, w.seq, words)
	if len(w.items) == rows {
		return w.flush()
	}
	return nil
}

// flush writes what was gathered.
func (w *writer) flush() error {
	defer func() { w.items, w.docArgs, w.wordArgs = w.items[:0], w.docArgs[:0], w.wordArgs[:0] }()
	if len(w.items) == rows {
		// All at once; when some were there before, only they are not inserted.
		res, err := w.docs[1].ExecContext(w.ctx, w.docArgs...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == rows {
			for _, i := range w.items {
				w.batch.Items[i].Outcome = indexer.Stored
			}
			_, err = w.words[1].ExecContext(w.ctx, w.wordArgs...)
			return err
		}
		return w.sortOut()
	}
	for k, i := range w.items {
		res, err := w.docs[0].ExecContext(w.ctx, w.docArgs[4*k:4*k+4]...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if err := w.done(k, i, n == 1); err != nil {
			return err
		}
	}
	return nil
}

// sortOut finds which of the gathered rows were inserted: those that have the number that they were given.
func (w *writer) sortOut() error {
	found, err := w.tx.QueryContext(w.ctx, "SELECT seq FROM docs WHERE seq >= ?", w.docArgs[0])
	if err != nil {
		return err
	}
	inserted := make(map[int64]bool, rows)
	for found.Next() {
		var seq int64
		if err := found.Scan(&seq); err != nil {
			return errors.Join(err, found.Close())
		}
		inserted[seq] = true
	}
	if err := errors.Join(found.Err(), found.Close()); err != nil {
		return err
	}
	for k, i := range w.items {
		if err := w.done(k, i, inserted[w.docArgs[4*k].(int64)]); err != nil {
			return err
		}
	}
	return nil
}

// done gives gathered item k, which is item i of the batch, its outcome and its words.
func (w *writer) done(k, i int, inserted bool) error {
	if !inserted {
		w.batch.Items[i].Outcome = indexer.Duplicate
		return nil
	}
	w.batch.Items[i].Outcome = indexer.Stored
	_, err := w.words[0].ExecContext(w.ctx, w.wordArgs[2*k:2*k+2]...)
	return err
}
