package parser

import (
	"bytes"
	"net/netip"
	"os"
	"path"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/cputime"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/geoip"
	"github.com/millrace/millrace/parser/pipeline"
	"github.com/millrace/millrace/patterns/pipelines"
)

func batchOf(lines [][]byte) *event.Batch {
	var b event.Batch
	origin := event.Origin{Peer: netip.MustParseAddrPort("192.0.2.1:514"), Transport: event.TCP, Listener: "tcp"}
	received := time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC).UnixNano()
	for i, line := range lines {
		b.Add(b.AddOrigin(&origin), received, uint64(i), 0, line)
	}
	return &b
}

// exampleLines are the lines of a pipeline's examples.
func exampleLines(t testing.TB, name string) [][]byte {
	t.Helper()
	examples, err := ReadExamples(pipelines.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	for _, e := range examples {
		if e.File == name+examplesSuffix {
			lines = append(lines, []byte(e.Line))
		}
	}
	return lines
}

func corpusLines(b *testing.B, name, before string) [][]byte {
	b.Helper()
	var lines [][]byte
	text, err := os.ReadFile(testbed.Corpus(b, name))
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		lines = append(lines, append([]byte(before), bytes.TrimRight(line, "\r\n")...))
	}
	return lines
}

func newTestLiner(t testing.TB, cfg Config, set *pipeline.Set) *lineParser {
	t.Helper()
	w, err := New("auth", cfg, Deps{Pipelines: set}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return w.newLineParser()
}

// corpusDatabases are the GeoIP databases of the corpora.
func corpusDatabases(b *testing.B) *geoip.Databases {
	b.Helper()
	d, err := geoip.Open(testbed.Corpus(b, "geoip"))
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func runLines(b *testing.B, p *lineParser, lines [][]byte) {
	b.Helper()
	batch := batchOf(lines)
	for i := range lines {
		if _, _, err := p.parse(batch, i); err != nil { // warm
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	i, size := 0, 0
	stop := cputime.Measure(b, 1)
	for b.Loop() {
		doc, _, _ := p.parse(batch, i)
		size += len(doc)
		if i++; i == len(lines) {
			i = 0
		}
	}
	stop()
	b.ReportMetric(float64(size)/float64(b.N), "B/doc")
}

// BenchmarkLine is a line's way from the batch to its document.
func BenchmarkLine(b *testing.B) {
	bare, shipped := utcConfig(), utcConfig()
	bare.Rules = nil
	set := shippedSet(b)
	b.Run("header", func(b *testing.B) { runLines(b, newTestLiner(b, bare, set), exampleLines(b, "sshd")) })
	for _, name := range []string{"sshd", "sudo", "pam", "cron", "kernel", "accounts", "access"} {
		b.Run(name, func(b *testing.B) { runLines(b, newTestLiner(b, shipped, set), exampleLines(b, name)) })
	}
}

// BenchmarkCorpus is the same on real lines and GeoIP databases, where there are some.
func BenchmarkCorpus(b *testing.B) {
	cfg, set := utcConfig(), shippedWith(b, corpusDatabases(b))
	for _, c := range []struct{ name, before string }{
		{"logs/openssh-2k.log", "<38>"}, {"logs/auth-ec2-10k.log", "<38>"}, {"logs/linux-2k.log", "<38>"},
		{"logs/apache-geohits-10k.log", "<190>May 17 10:05:03 web1 apache: "},
	} {
		b.Run(c.name, func(b *testing.B) { runLines(b, newTestLiner(b, cfg, set), corpusLines(b, c.name, c.before)) })
	}
	bare := cfg
	bare.Rules = nil
	b.Run("header/openssh-2k.log", func(b *testing.B) {
		runLines(b, newTestLiner(b, bare, set), corpusLines(b, "logs/openssh-2k.log", "<38>"))
	})
}

// BenchmarkModules runs Filebeat's own pipelines over lines of the corpora: MILLRACE_TEST_FILEBEAT is the folder
// of its modules, such as filebeat/module in a checkout of elastic/beats.
func BenchmarkModules(b *testing.B) {
	folder := os.Getenv("MILLRACE_TEST_FILEBEAT")
	if folder == "" {
		b.Skip("MILLRACE_TEST_FILEBEAT does not name a folder of Filebeat's modules")
	}
	deps := pipeline.Deps{GeoIP: corpusDatabases(b)}
	for _, c := range []struct{ fileset, entry, lines string }{
		{"system/auth", "entrypoint", "logs/openssh-2k.log"},
		{"system/auth", "entrypoint", "logs/auth-ec2-10k.log"},
		{"nginx/access", "pipeline", "logs/apache-combined-10k.log"},
		{"nginx/access", "pipeline", "logs/apache-geohits-10k.log"},
	} {
		b.Run(c.fileset+"/"+path.Base(c.lines), func(b *testing.B) {
			sources, err := pipeline.ReadDir(os.DirFS(folder), c.fileset+"/ingest")
			if err != nil {
				b.Fatal(err)
			}
			// Filebeat's own fields, as far as the pipelines ask for them.
			sources = append(sources, pipeline.Source{Name: "filebeat", Text: []byte("processors: [{set: {field: input.type, value: log}}, " +
				"{set: {field: event.timezone, value: '+00:00'}}, {pipeline: {name: " + c.entry + "}}]")})
			set, err := pipeline.Compile(sources, deps)
			if err != nil {
				b.Fatal(err)
			}
			cfg := utcConfig()
			cfg.Rules = []Rule{{Pipeline: "filebeat", Input: InputRaw}}
			runLines(b, newTestLiner(b, cfg, set), corpusLines(b, c.lines, ""))
		})
	}
}

// BenchmarkParallel has a parser for each of 1, 2, … CPUs: linear is a cpu-ns/op that stays the same.
func BenchmarkParallel(b *testing.B) {
	set := shippedWith(b, corpusDatabases(b))
	lines := corpusLines(b, "logs/openssh-2k.log", "<38>")
	for n := 1; n <= runtime.NumCPU(); n *= 2 {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			parsers := make([]*lineParser, n)
			batch := batchOf(lines)
			for i := range parsers {
				parsers[i] = newTestLiner(b, utcConfig(), set)
				parseShare(parsers[i], batch, batch.Len())
			}
			b.ResetTimer()
			defer cputime.Measure(b, 1)()
			var done sync.WaitGroup
			for _, p := range parsers {
				done.Go(func() { parseShare(p, batch, b.N/n) })
			}
			done.Wait()
		})
	}
}

func parseShare(p *lineParser, b *event.Batch, lines int) {
	for i := range lines {
		_, _, _ = p.parse(b, i%b.Len())
	}
}

func TestLinesAllocateNothing(t *testing.T) {
	p := newTestLiner(t, utcConfig(), shippedSet(t))
	batch := batchOf(exampleLines(t, "sshd"))
	all := func() {
		for i := range batch.Len() {
			if _, _, err := p.parse(batch, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	all()
	if n := testing.AllocsPerRun(20, all); n > 0 {
		t.Errorf("%v allocations for %d lines", n, batch.Len())
	}
}
