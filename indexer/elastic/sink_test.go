package elastic_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/sinktest"
	"github.com/millrace/millrace/internal/cputime"
	"github.com/millrace/millrace/internal/secret"
	"github.com/millrace/millrace/internal/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func client(t testing.TB, es *testbed.Elasticsearch, change func(*elastic.Config)) *elastic.Client {
	t.Helper()
	cfg := elastic.DefaultConfig()
	cfg.URLs, cfg.Username, cfg.Password = []string{es.URL}, es.User, secret.String(es.Password)
	if change != nil {
		change(&cfg)
	}
	c, err := elastic.New(cfg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// put sends a request that has to succeed.
func put(t testing.TB, es *testbed.Elasticsearch, method, path, body string) {
	t.Helper()
	if status, answer := es.Do(method, path, body); status/100 != 2 {
		t.Fatalf("%s %s: status %d: %s", method, path, status, answer)
	}
}

// template puts a template like the real ones in place for the names of es.Prefix.
func template(t testing.TB, es *testbed.Elasticsearch) {
	t.Helper()
	put(t, es, "PUT", "/_index_template/"+es.Prefix, `{"index_patterns":["`+es.Prefix+`-*"],"priority":1000,"template":{
		"settings":{"number_of_replicas":0},
		"mappings":{"properties":{"@timestamp":{"type":"date"},"message":{"type":"text"},"number":{"type":"long"}}}}}`)
}

// docs are all documents of an index as they were sent; nil when there is no such index.
func docs(t testing.TB, es *testbed.Elasticsearch, index string) map[string]string {
	t.Helper()
	es.Do("POST", "/"+index+"/_refresh?ignore_unavailable=true", "")
	status, answer := es.Do("GET", "/"+index+"/_search?size=10000&ignore_unavailable=true", "")
	var found struct {
		Hits struct {
			Hits []struct {
				ID     string          `json:"_id"`
				Source json.RawMessage `json:"_source"`
			}
		}
	}
	if err := json.Unmarshal(answer, &found); status != http.StatusOK || err != nil {
		t.Fatalf("search of %s: status %d: %s", index, status, answer)
	}
	all := make(map[string]string)
	for _, h := range found.Hits.Hits {
		all[h.ID] = string(h.Source)
	}
	return all
}

func TestContract(t *testing.T) {
	for name, change := range map[string]func(*elastic.Config){
		"plain": nil,
		"gzip":  func(c *elastic.Config) { c.Compress = true },
	} {
		t.Run(name, func(t *testing.T) {
			sinktest.Run(t, func(t *testing.T) *sinktest.Subject {
				es := testbed.SharedElasticsearch(t)
				template(t, es)
				return &sinktest.Subject{
					Sink: elastic.NewSink(client(t, es, change)), Prefix: es.Prefix,
					Docs: func(index string) map[string]string { return docs(t, es, index) },
				}
			})
		})
	}
}

// bulk sends the documents, each to its index, and returns the items with their outcomes.
func bulk(t *testing.T, c *elastic.Client, items ...[2]string) ([]indexer.Item, error) {
	t.Helper()
	d := sinktest.Delivery(len(items), sinktest.Received)
	b := &indexer.Batch{}
	for i, it := range items {
		b.Add(it[0], d.Ref(i), []byte(it[1]))
	}
	err := elastic.NewSink(c).Bulk(t.Context(), b)
	return b.Items, err
}

func TestVerdicts(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	template(t, es)
	c := client(t, es, nil)
	index := func(name, body string) string {
		put(t, es, "PUT", "/"+es.Prefix+"-"+name, body)
		return es.Prefix + "-" + name
	}
	open := index("open", "")
	closed := index("closed", "")
	put(t, es, "POST", "/"+closed+"/_close", "")
	readOnly := index("readonly", `{"settings":{"index.blocks.write":true}}`)
	flooded := index("flooded", `{"settings":{"index.blocks.read_only_allow_delete":true}}`)
	strict := index("strict", `{"mappings":{"dynamic":"strict"}}`)
	narrow := index("narrow", `{"settings":{"index.mapping.total_fields.limit":5}}`)
	lost := index("lost", `{"settings":{"index.default_pipeline":"`+es.Prefix+`-none"}}`)
	good := `{"@timestamp":"2026-11-21T00:00:00Z"}`
	huge := `{"keyword":"` + strings.Repeat("x", 40000) + `"}`
	index("immense", `{"mappings":{"properties":{"keyword":{"type":"keyword"}}}}`)
	tests := []struct {
		name, index, doc string
		want             indexer.Outcome
		kind             string
	}{
		{"good", open, good, indexer.Stored, ""},
		{"date", open, `{"@timestamp":"yesterday"}`, indexer.Dead, "document_parsing_exception"},
		{"number", open, `{"number":"seven"}`, indexer.Dead, "document_parsing_exception"},
		{"object for text", open, `{"message":{"a":1}}`, indexer.Dead, "document_parsing_exception"},
		{"strict", strict, `{"new":1}`, indexer.Dead, "strict_dynamic_mapping_exception"},
		{"immense", es.Prefix + "-immense", huge, indexer.Dead, "document_parsing_exception"},
		{"closed", closed, good, indexer.Trouble, "index_closed_exception"},
		{"write block", readOnly, good, indexer.Trouble, "cluster_block_exception"},
		{"flood stage", flooded, good, indexer.Trouble, "cluster_block_exception"},
		{"pipeline missing", lost, good, indexer.Trouble, "illegal_argument_exception"},
		{"too many fields", narrow, `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}`, indexer.Dead, "document_parsing_exception"},
		{"bad name", es.Prefix + "-BAD", good, indexer.Trouble, "invalid_index_name_exception"},
	}
	var items [][2]string
	for _, tt := range tests {
		items = append(items, [2]string{tt.index, tt.doc})
	}
	got, err := bulk(t, c, items...)
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range tests {
		kind := ""
		if got[i].Err != nil {
			kind = got[i].Err.Type
		}
		if got[i].Outcome != tt.want || kind != tt.kind {
			t.Errorf("%s: outcome %d, error %v; want %d, %q", tt.name, got[i].Outcome, got[i].Err, tt.want, tt.kind)
		}
	}
}

func TestRefusedAsAWhole(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	template(t, es)
	c := client(t, es, nil)
	// A name that is no name breaks the action line, and with it the request.
	_, err := bulk(t, c, [2]string{es.Prefix + "-a", `{}`}, [2]string{es.Prefix + `-a"`, `{}`})
	if err == nil || !strings.Contains(err.Error(), indexer.ErrRefused.Error()) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkBulk(b *testing.B) {
	es := testbed.SharedElasticsearch(b)
	template(b, es)
	for name, change := range map[string]func(*elastic.Config){
		"plain": nil,
		"gzip":  func(c *elastic.Config) { c.Compress = true },
	} {
		b.Run(name, func(b *testing.B) {
			sink := elastic.NewSink(client(b, es, change))
			const n = 1000
			send := func() {
				d := sinktest.Delivery(n, sinktest.Received)
				batch := &indexer.Batch{}
				for i := range n {
					batch.Add(es.Prefix+"-bench", event.Ref{D: d, Line: i}, fmt.Appendf(nil, `{"@timestamp":"2026-11-21T00:00:00Z","message":"line %d"}`, i))
				}
				if err := sink.Bulk(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
			send() // makes the index
			b.ReportAllocs()
			defer cputime.Measure(b, n)()
			for b.Loop() {
				send()
			}
		})
	}
}
