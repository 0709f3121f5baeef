package pipeline

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

// routing are cases of date_index_name and reroute with what Elasticsearch 8.19 makes of them.
var routing = []struct{ processors, doc, want string }{
	{`[{"date_index_name": {"field": "d", "date_rounding": "M", "index_name_prefix": "x-"}}]`, `{"d": "2020-02-03T04:05:06.000Z"}`, `{"d":"2020-02-03T04:05:06.000Z"}`},
	{`[{"date_index_name": {"field": "d", "date_rounding": "M", "date_formats": ["yyyy-MM-dd"]}}]`, `{"d": "x"}`, `unable to parse date [x]`},
	{`[{"date_index_name": {"field": "d", "date_rounding": "d", "date_formats": ["UNIX", "dd MMM yyyy"], "locale": "fr"}}]`, `{"d": "03 févr. 2020"}`, `{"d":"03 févr. 2020"}`},
	{`[{"date_index_name": {"field": "d", "date_rounding": "d"}}]`, `{}`, `field [d] not present as part of path [d]`},
	{`[{"date_index_name": {"field": "d", "date_rounding": "d"}}]`, `{"d": null}`, `unable to parse date [null]`},
	{`[{"date_index_name": {"field": "d", "date_rounding": "d", "date_formats": ["UNIX_MS"]}}]`, `{"d": 1580702706000}`, `{"d":1580702706000}`},
	{`[{"reroute": {"dataset": "nginx", "namespace": "prod"}}]`, `{"a": 1}`, `{"a":1,"data_stream":{"namespace":"prod","type":"logs","dataset":"nginx"}}`},
	{`[{"reroute": {"dataset": ["{{service.name}}", "fallback"]}}]`, `{"service": {"name": "My-App/x"}}`, `{"service":{"name":"My-App/x"},"data_stream":{"namespace":"default","type":"logs","dataset":"my_app_x"}}`},
	{`[{"reroute": {"dataset": ["{{service.name}}", "fallback"]}}]`, `{"a": 1}`, `{"a":1,"data_stream":{"namespace":"default","type":"logs","dataset":"fallback"}}`},
	{`[{"reroute": {"type": "metrics", "dataset": "d", "namespace": "{{ns}}"}}]`, `{"ns": "a-b"}`, `{"ns":"a-b","data_stream":{"namespace":"a-b","type":"metrics","dataset":"d"}}`},
	{`[{"reroute": {"dataset": "d"}}, {"set": {"field": "after", "value": 1}}]`, `{"a": 1}`, `{"a":1,"data_stream":{"namespace":"default","type":"logs","dataset":"d"}}`},
	{`[{"reroute": {}}]`, `{"data_stream": {"type": "logs", "dataset": "a.b", "namespace": "c"}}`, `{"data_stream":{"namespace":"c","type":"logs","dataset":"a.b"}}`},
	{`[{"reroute": {"destination": "elsewhere"}}]`, `{"a": 1}`, `{"a":1}`},
}

// TestRouting runs the cases here and, where a real Elasticsearch runs already, there.
func TestRouting(t *testing.T) {
	var es *testbed.Elasticsearch
	if os.Getenv("MILLRACE_TEST_ELASTICSEARCH") != "" {
		es = testbed.SharedElasticsearch(t)
	}
	same := func(got, want string) bool {
		return got == want || want[0] == '{' && strings.HasPrefix(got, "{") && sameJSON(t, got, want)
	}
	ev := event.New()
	for _, c := range routing {
		set, err := Compile([]Source{{Name: "test", Text: []byte(`{"processors": ` + c.processors + `}`)}}, Deps{})
		if err != nil {
			t.Errorf("%s: %v", c.processors, err)
			continue
		}
		load(t, ev, c.doc)
		got := ""
		if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
			got = err.Error()
		} else if out, err := ev.AppendJSON(nil); err != nil {
			t.Fatal(err)
		} else {
			got = string(out)
		}
		if !same(got, c.want) {
			t.Errorf("%s of %s\n got %s\nwant %s", c.processors, c.doc, got, c.want)
		}
		if es == nil {
			continue
		}
		if there, err := simulateIn(t, es, "logs-generic-default", json.RawMessage(c.processors), c.doc); err != nil || !same(there, c.want) {
			t.Errorf("%s of %s: Elasticsearch says %s, %v", c.processors, c.doc, there, err)
		}
	}
}
