package elastic_test

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/sinktest"
	"github.com/millrace/millrace/internal/testbed"
)

var withOpenSearch = flag.Bool("opensearch", false, "send to a real OpenSearch, which make test does not start")

// TestOpenSearch sends what Elasticsearch gets, through a proxy that says that it is one: the client refuses others.
func TestOpenSearch(t *testing.T) {
	if !*withOpenSearch {
		t.Skip("for make differ: -opensearch")
	}
	es := testbed.OpenSearch(t)
	template(t, es)
	t.Cleanup(func() { es.Do("DELETE", "/"+es.Prefix+"-*", "") })
	s := proxy(t, es, math.MaxInt64)
	c := client(t, es, func(c *elastic.Config) { c.URLs, c.CAFile = []string{s.URL}, caFile(t, s) })
	tests := 0
	sinktest.Run(t, func(t *testing.T) *sinktest.Subject {
		tests++
		return &sinktest.Subject{
			Sink: elastic.NewSink(c), Prefix: fmt.Sprintf("%s-%d", es.Prefix, tests),
			Docs: func(index string) map[string]string { return docs(t, es, index) },
		}
	})
	t.Run("trouble of indices", func(t *testing.T) { troubleOfIndices(t, es, c) })
}
