package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/indexer/sinktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openTest(t *testing.T) (*Index, string) {
	dir := t.TempDir()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x, dir
}

func TestContract(t *testing.T) {
	sinktest.Run(t, func(t *testing.T) *sinktest.Subject {
		x, dir := openTest(t)
		return &sinktest.Subject{Sink: x, Prefix: "millrace", Docs: func(index string) map[string]string {
			return docs(t, filepath.Join(dir, index+suffix))
		}}
	})
}

// docs are all documents of a file.
func docs(t *testing.T, path string) map[string]string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	db, err := open(path, "ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT id, doc FROM docs")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := make(map[string]string)
	for rows.Next() {
		var id, doc string
		if err := rows.Scan(&id, &doc); err != nil {
			t.Fatal(err)
		}
		all[id] = doc
	}
	return all
}

func TestSecondWriterIsRefused(t *testing.T) {
	_, dir := openTest(t)
	if _, err := Open(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("error %v", err)
	}
}
