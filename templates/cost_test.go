package templates

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

// classic is the mapping that Logstash's template gives to daily indices: each string as text, and as a
// keyword of up to 256 characters.
const classic = `{"index_patterns":["%s-*"],"priority":900,"template":{
	"settings":{"index.refresh_interval":"5s","number_of_shards":1},
	"mappings":{"dynamic_templates":[
		{"message_field":{"path_match":"message","match_mapping_type":"string","mapping":{"type":"text","norms":false}}},
		{"string_fields":{"match":"*","match_mapping_type":"string","mapping":{"type":"text","norms":false,"fields":{"keyword":{"type":"keyword","ignore_above":256}}}}}],
	"properties":{"@timestamp":{"type":"date"},"@version":{"type":"keyword"},
		"source":{"properties":{"geo":{"properties":{"location":{"type":"geo_point"}}}}}}}}}`

// costDocs makes sshd documents of about 680 bytes, from few hosts and many attackers, as they come.
func costDocs(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	countries := []string{"CN", "RU", "US", "BR", "VN", "IN", "DE", "NL", "FR", "KR"}
	cities := []string{"Beijing", "Moscow", "Ashburn", "São Paulo", "Hanoi", "Mumbai", "Berlin", "Amsterdam", "Paris", "Seoul"}
	docs := make([][]byte, n)
	for i := range docs {
		at = at.Add(time.Duration(r.ExpFloat64() * float64(40*time.Millisecond)))
		k := int(r.Float64() * r.Float64() * 5000) // few attackers send most
		ip := fmt.Sprintf("%d.%d.%d.%d", 1+k%223, k*7%256, k*13%256, k*31%256)
		c := k % len(countries)
		host, pid, port := r.IntN(50), r.IntN(32768), 1024+r.IntN(64000)
		user := fmt.Sprintf("user%d", int(r.Float64()*r.Float64()*2000))
		message := fmt.Sprintf("Failed password for invalid user %s from %s port %d ssh2", user, ip, port)
		stamp := event.AppendTime(nil, at.UnixNano())
		docs[i] = fmt.Appendf(nil, `{"@timestamp":"%s","message":"%s","event":{"original":"<38>%s web%d sshd[%d]: %s","category":["authentication"],"type":["start"],"action":"ssh_login","outcome":"failure","created":"%s"},"host":{"hostname":"web%d"},"process":{"name":"sshd","pid":%d},"log":{"syslog":{"facility":{"code":4,"name":"auth"},"severity":{"code":6,"name":"info"},"priority":38}},"user":{"name":"%s"},"source":{"ip":"%s","port":%d,"geo":{"country_iso_code":"%s","city_name":"%s","location":{"lat":%.2f,"lon":%.2f}}},"ssh":{"method":"password","result":"Failed"}}`,
			stamp, message, at.Format(time.Stamp), host, pid, message, stamp, host, pid, user, ip, port, countries[c], cities[c], float64(c)*3.17, float64(c)*11.39)
	}
	return docs
}

// BenchmarkIndexCost prints what the same documents cost on disk, merged to one segment, with the
// templates here and with Logstash's classic one.
func BenchmarkIndexCost(b *testing.B) {
	es := testbed.SharedElasticsearch(b)
	const n = 50_000
	docs := costDocs(n)
	size := 0
	for _, d := range docs {
		size += len(d)
	}
	for name, prepare := range map[string]func(prefix string){
		"millrace": func(prefix string) {
			o := options(es)
			o.Prefix = prefix
			setup(b, es, o)
		},
		"logstash": func(prefix string) {
			if code, answer := es.Do("PUT", "/_index_template/"+prefix, fmt.Sprintf(classic, prefix)); code != http.StatusOK {
				b.Fatalf("%s", answer)
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				prefix := fmt.Sprintf("%s-%s-%d", es.Prefix, name, i)
				prepare(prefix)
				bytes := indexAll(b, es, prefix+"-auth-2026.11.21", docs)
				b.ReportMetric(float64(bytes)/n, "index-B/doc")
			}
			b.ReportMetric(float64(size)/n, "source-B/doc")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// indexAll returns the size of the index with all documents, merged.
func indexAll(b *testing.B, es *testbed.Elasticsearch, index string, docs [][]byte) int64 {
	b.Helper()
	var body strings.Builder
	for i, doc := range docs {
		at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 40 * time.Millisecond)
		batch := event.Batch{}
		batch.Add(batch.AddOrigin(&event.Origin{Boot: event.Boot{1, 2, 3, 4, 5, 6, 7, 8}}), at.UnixNano(), uint64(i), 0, nil)
		fmt.Fprintf(&body, "{\"create\":{\"_index\":%q,\"_id\":%q}}\n%s\n", index, batch.ID(0), doc)
		if i%2000 == 1999 || i == len(docs)-1 {
			code, answer := es.Do("POST", "/_bulk?filter_path=errors", body.String())
			if code != http.StatusOK || !strings.Contains(string(answer), `"errors":false`) {
				b.Fatalf("bulk: status %d: %s", code, answer)
			}
			body.Reset()
		}
	}
	es.Do("POST", "/"+index+"/_forcemerge?max_num_segments=1", "")
	es.Do("POST", "/"+index+"/_flush?force=true", "")
	es.Do("POST", "/"+index+"/_refresh", "")
	_, answer := es.Do("GET", "/"+index+"/_stats/store,docs", "")
	var stats struct {
		All struct {
			Primaries struct {
				Docs  struct{ Count int }
				Store struct {
					Size int64 `json:"size_in_bytes"`
				}
			}
		} `json:"_all"`
	}
	if err := json.Unmarshal(answer, &stats); err != nil || stats.All.Primaries.Docs.Count != len(docs) {
		b.Fatalf("stats: %v: %s", err, answer)
	}
	return stats.All.Primaries.Store.Size
}
