package sqlite

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/query"
	"github.com/millrace/millrace/indexer/query/querytest"
	"github.com/millrace/millrace/indexer/sinktest"
)

// fill indexes the documents of querytest in two lanes and on three days.
func fill(t testing.TB, x *Index) {
	t.Helper()
	d := sinktest.Delivery(len(querytest.Docs), sinktest.Received)
	b := &indexer.Batch{}
	for i, doc := range querytest.Docs {
		received := time.Date(2026, 11, 20+i%3, 0, 0, 0, 0, time.UTC)
		lane := []string{"auth", "syslog"}[i%2]
		b.Add(indexer.IndexName("millrace", lane, received.UnixNano()), d.Ref(i), []byte(doc))
	}
	if err := x.Bulk(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for i := range b.Items {
		if b.Items[i].Outcome != indexer.Stored {
			t.Fatalf("document %d: %v", i, b.Items[i].Err)
		}
	}
}

func TestSearch(t *testing.T) {
	x, dir := openTest(t)
	fill(t, x)
	t.Run("while it is written", func(t *testing.T) { querytest.Run(t, NewSearcher(dir, "millrace")) })
}

func TestSearchOfNothing(t *testing.T) {
	s := NewSearcher(filepath.Join(t.TempDir(), "none"), "millrace")
	if n, err := s.Count(t.Context(), query.All()); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestSearchLeavesOthersOut(t *testing.T) {
	x, dir := openTest(t)
	d := sinktest.Delivery(4, sinktest.Received)
	b := &indexer.Batch{}
	for i, index := range []string{"millrace-dead-2026.11.21", "other-auth-2026.11.21", "millrace-auth-2026.11.21"} {
		b.Add(index, d.Ref(i), sinktest.Doc(d, i))
	}
	if err := x.Bulk(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if n, err := NewSearcher(dir, "millrace").Count(t.Context(), query.All()); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestSearchGoesOnBeyondRecent has more documents than are looked at one by one.
func TestSearchGoesOnBeyondRecent(t *testing.T) {
	x, dir := openTest(t)
	for i := 0; i < 3*recent; i += 500 {
		if err := x.Bulk(t.Context(), fillBatch(i, 500)); err != nil {
			t.Fatal(err)
		}
	}
	s := NewSearcher(dir, "millrace")
	for text, limit := range map[string]int{"process.pid:77": 5, "user.name:user77": 3, "host.hostname:web7": 100} {
		q, err := query.Parse(text, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		want, err := querytest.Find(t, s, q, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := querytest.Find(t, s, q, limit)
		if err != nil {
			t.Fatal(err)
		}
		all, some := strings.Fields(want), strings.Fields(got)
		if len(all) == 0 || len(some) != min(limit, len(all)) || !slices.Equal(all[:len(some)], some) {
			t.Errorf("%s: %d found, %d with limit %d", text, len(all), len(some), limit)
		}
	}
}

// The newest time of a file that is closed stands in its header: a search since later must not open it.
func TestSearchKnowsFilesThatAreTooOld(t *testing.T) {
	dir := t.TempDir()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, x)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		stamp, err := readAt(path, 60)
		if err != nil {
			t.Fatal(err)
		}
		fromHeader, _, err := newestIn(t.Context(), path)
		if err != nil || fromHeader != (int64(stamp)+1)*1e9-1 {
			t.Errorf("%s: %d, %v, stamped %d", path, fromHeader, err, stamp)
		}
		// With something in its write-ahead log, the documents are asked: to the nanosecond.
		if err := os.WriteFile(path+"-wal", []byte("?"), 0o600); err != nil {
			t.Fatal(err)
		}
		exact, _, err := newestIn(t.Context(), path)
		if err != nil || exact > fromHeader || fromHeader-exact >= 1e9 {
			t.Errorf("%s: documents up to %d, header %d, %v", path, exact, fromHeader, err)
		}
	}
	// One that is just being made has no table yet.
	db, err := open(filepath.Join(dir, "millrace-auth-2026.11.30"+suffix), "rwc", "journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA application_id = 1"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	querytest.Run(t, NewSearcher(dir, "millrace"))
}
