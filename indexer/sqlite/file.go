package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/millrace/millrace/indexer"
)

// schema of a daily index. words has, for each document, the words of its values, as a set: enough to
// find candidates, at a third of the size of an index with positions.
const schema = `
PRAGMA application_id = 0x6d72;
CREATE TABLE IF NOT EXISTS docs (
	seq  INTEGER PRIMARY KEY,
	id   TEXT NOT NULL UNIQUE,
	time INTEGER NOT NULL, -- @timestamp, ns since the epoch
	doc  TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS docs_time ON docs (time);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(word, content='', columnsize=0, detail=none, tokenize='ascii');
INSERT INTO words (words, rank) VALUES ('automerge', 12);
`

// rows is how many documents a statement inserts: as many as there are, in few statements. What
// database/sql costs is shared by them, and FTS5 sorts its words anew for each statement.
var rows = [...]int{1000, 50, 1}

const maxRows = 1000

// file is one daily index, open for writing.
type file struct {
	users sync.WaitGroup
	used  int64 // see Index.uses

	mu      sync.Mutex // one writer at a time
	db      *sql.DB
	docs    [len(rows)]*sql.Stmt
	words   [len(rows)]*sql.Stmt
	lastSeq int64
	newest  uint32 // @timestamp, see stampNewest
	extract extractor
}

func openFile(ctx context.Context, path string) (*file, error) {
	db, err := open(path, "rwc", "page_size(8192)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-16384)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)")
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
	for i, n := range rows {
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
	var newest sql.NullInt64
	err := f.db.QueryRowContext(ctx, "SELECT (SELECT coalesce(max(seq), 0) FROM docs), (SELECT max(time) FROM docs)").Scan(&f.lastSeq, &newest)
	f.newest = seconds(newest.Int64)
	return err
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
	w := &writer{file: f, ctx: ctx, tx: tx, batch: b, seq: f.lastSeq, newest: f.newest}
	for i := range rows {
		w.docs[i], w.words[i] = tx.StmtContext(ctx, f.docs[i]), tx.StmtContext(ctx, f.words[i])
	}
	for i := first; i < len(b.Items) && err == nil; i++ {
		if b.IndexOf(i) == b.IndexOf(first) {
			err = w.add(i)
		}
	}
	if err == nil {
		err = w.flush()
	}
	if err == nil {
		err = w.stampNewest()
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err = tx.Commit(); err == nil {
		f.lastSeq, f.newest = w.seq, w.newest
	}
	return err
}

// writer is one transaction.
type writer struct {
	file   *file
	ctx    context.Context
	tx     *sql.Tx
	batch  *indexer.Batch
	docs   [len(rows)]*sql.Stmt
	words  [len(rows)]*sql.Stmt
	seq    int64 // the last one taken
	newest uint32

	items    []int // gathered, at most maxRows of them
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
	w.newest = max(w.newest, seconds(time))
	w.items = append(w.items, i)
	w.docArgs = append(w.docArgs, w.seq, string(w.batch.ID(i)), time, string(w.batch.Doc(i)))
	w.wordArgs = append(w.wordArgs, w.seq, words)
	if len(w.items) == maxRows {
		return w.flush()
	}
	return nil
}

// flush writes what was gathered, by the largest statements that it fills.
func (w *writer) flush() error {
	done := 0
	for i, n := range rows {
		for ; len(w.items)-done >= n; done += n {
			if err := w.insert(i, done, n); err != nil {
				return err
			}
		}
	}
	w.items, w.docArgs, w.wordArgs = w.items[:0], w.docArgs[:0], w.wordArgs[:0]
	return nil
}

// insert writes n of the gathered documents, by statement i.
func (w *writer) insert(i, from, n int) error {
	res, err := w.docs[i].ExecContext(w.ctx, w.docArgs[4*from:4*(from+n)]...)
	if err != nil {
		return err
	}
	inserted, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if inserted < int64(n) { // the others were there before
		return w.sortOut(from, n)
	}
	for _, item := range w.items[from : from+n] {
		w.batch.Items[item].Outcome = indexer.Stored
	}
	_, err = w.words[i].ExecContext(w.ctx, w.wordArgs[2*from:2*(from+n)]...)
	return err
}

// stampNewest keeps the newest @timestamp in the file's header (as user_version), so that a search with
// --since need not open each file of a year: see newestIn.
func (w *writer) stampNewest() error {
	if w.newest == w.file.newest {
		return nil
	}
	_, err := w.tx.ExecContext(w.ctx, fmt.Sprintf("PRAGMA user_version = %d", int32(w.newest)))
	return err
}

// seconds is a time in whole seconds since the epoch, as far as the header has room for them.
func seconds(time int64) uint32 { return uint32(min(max(time/1e9, 0), math.MaxUint32)) }

// sortOut finds which of the rows were inserted: those that have the number that they were given.
func (w *writer) sortOut(from, n int) error {
	found, err := w.tx.QueryContext(w.ctx, "SELECT seq FROM docs WHERE seq >= ?", w.docArgs[4*from])
	if err != nil {
		return err
	}
	inserted := make(map[int64]bool, n)
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
	one := w.words[len(rows)-1]
	for k := from; k < from+n; k++ {
		item := &w.batch.Items[w.items[k]]
		item.Outcome = indexer.Duplicate
		if inserted[w.docArgs[4*k].(int64)] {
			item.Outcome = indexer.Stored
			if _, err := one.ExecContext(w.ctx, w.wordArgs[2*k:2*k+2]...); err != nil {
				return err
			}
		}
	}
	return nil
}
