package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/query"
	"github.com/millrace/millrace/indexer/sinktest"
	"github.com/millrace/millrace/internal/cputime"
)

// benchDoc is a document of 680 bytes, as the sshd pipeline makes them.
func benchDoc(i int) []byte {
	ip := fmt.Sprintf("%d.%d.%d.%d", 1+i%211, i%251, i%241, i%239)
	return fmt.Appendf(nil, `{"@timestamp":"2026-11-22T01:%02d:%02d.%03dZ","message":"Failed password for invalid user user%d from %s port %d ssh2","event":{"original":"<38>Nov 22 01:00:00 web%d sshd[%d]: Failed password for invalid user user%d from %s port %d ssh2","category":["authentication"],"type":["start"],"action":"ssh_login","outcome":"failure"},"host":{"hostname":"web%d"},"process":{"name":"sshd","pid":%d},"log":{"syslog":{"facility":{"code":4,"name":"auth"},"severity":{"code":6,"name":"info"},"priority":38}},"user":{"name":"user%d"},"source":{"ip":"%s","port":%d,"geo":{"country_iso_code":"CN","city_name":"Beijing"}},"ssh":{"method":"password","result":"Failed"},"labels":{"n":"%d"}}`,
		i/60000%60, i/1000%60, i%1000, i%5000, ip, 1024+i%60000, i%50, i%32768, i%5000, ip, 1024+i%60000, i%50, i%32768, i%5000, ip, 1024+i%60000, i)
}

// BenchmarkBulk prints documents per CPU-second; wall time includes waiting for the disk.
func BenchmarkBulk(b *testing.B) {
	x, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	const n = 2000
	docs, size := 0, 0
	var used time.Duration
	for b.Loop() {
		b.StopTimer()
		batch := fillBatch(docs, n)
		size += batch.Size()
		b.StartTimer()
		before := cputime.Used()
		if err := x.Bulk(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		used += cputime.Used() - before
		docs += n
	}
	b.ReportMetric(float64(docs)/used.Seconds(), "docs/CPU-s")
	b.ReportMetric(float64(size)/float64(docs), "B/doc")
}

func fillBatch(from, n int) *indexer.Batch {
	d := sinktest.Delivery(n, sinktest.Received.Add(time.Hour))
	batch := &indexer.Batch{}
	for i := range n {
		batch.Add("millrace-auth-2026.11.22", d.Ref(i), benchDoc(from+i))
	}
	return batch
}

func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	x, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	const docs = 100_000
	for i := 0; i < docs; i += 2000 {
		if err := x.Bulk(b.Context(), fillBatch(i, 2000)); err != nil {
			b.Fatal(err)
		}
	}
	for _, text := range []string{"user.name:user77", "process.name:sshd", "NOT process.name:sshd", "source.ip:7.0.0.0/8"} {
		b.Run(text, func(b *testing.B) {
			q, err := query.Parse(text, time.Now())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := NewSearcher(dir, "millrace").Search(b.Context(), q, 100, func([]byte) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
