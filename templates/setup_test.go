package templates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// real asks a real cluster.
type real struct{ es *testbed.Elasticsearch }

type answerError struct {
	code int
	text string
}

func (e *answerError) Error() string   { return fmt.Sprintf("status %d: %s", e.code, e.text) }
func (e *answerError) HTTPStatus() int { return e.code }

func (r real) Do(_ context.Context, method, path string, body, out any) error {
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = string(b)
	}
	code, answer := r.es.Do(method, path, text)
	if code/100 != 2 {
		return &answerError{code, string(answer)}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func options(es *testbed.Elasticsearch) Options {
	return Options{Config: DefaultConfig(), Prefix: es.Prefix}
}

func setup(t testing.TB, es *testbed.Elasticsearch, o Options) *Result {
	t.Helper()
	r, err := Setup(t.Context(), real{es}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// actions are what was done, in a line.
func actions(r *Result) string {
	var all []string
	for _, c := range r.Changes {
		all = append(all, c.String())
	}
	return strings.Join(all, "; ")
}

func TestSetupIsIdempotent(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	o := options(es)
	want := func(r *Result, action string) {
		t.Helper()
		p := es.Prefix
		text := "A _component_template/P@settings; A _component_template/P@mappings; A _component_template/P@dead; A _index_template/P; A _index_template/P-dead"
		text = strings.NewReplacer("A ", action+" ", "P", p).Replace(text)
		if got := actions(r); got != text {
			t.Errorf("changes %s, want %s", got, text)
		}
	}
	if err := Check(t.Context(), real{es}, o); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "_index_template/"+es.Prefix) {
		t.Errorf("Check of nothing: %v", err)
	}
	dry := o
	dry.DryRun = true
	want(setup(t, es, dry), "create")
	want(setup(t, es, o), "create")
	again := setup(t, es, o)
	want(again, "keep")
	if again.Changed() {
		t.Error("changed")
	}
	if len(again.Notes) > 0 {
		t.Errorf("notes %q of a cluster that has everything", again.Notes)
	}
	if err := Check(t.Context(), real{es}, o); err != nil {
		t.Error(err)
	}
	o.Shards = 3
	if err := Check(t.Context(), real{es}, o); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "@settings") || strings.Contains(err.Error(), "@mappings") {
		t.Errorf("Check after a change: %v", err)
	}
	if got := actions(setup(t, es, o)); strings.Count(got, "update") != 1 || !strings.Contains(got, "update _component_template/"+es.Prefix+"@settings") {
		t.Errorf("changes %s", got)
	}
}

// send indexes documents, and returns what each was answered.
func send(t testing.TB, es *testbed.Elasticsearch, index string, docs ...string) (errs []string) {
	t.Helper()
	var body strings.Builder
	for _, doc := range docs {
		fmt.Fprintf(&body, "{\"create\":{\"_index\":%q}}\n%s\n", index, doc)
	}
	code, answer := es.Do("POST", "/_bulk?refresh=true", body.String())
	var r struct {
		Items []struct {
			Create struct {
				Status int
				Error  json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(answer, &r); err != nil || code != http.StatusOK {
		t.Fatalf("bulk: status %d: %s", code, answer)
	}
	for _, it := range r.Items {
		errs = append(errs, string(it.Create.Error))
	}
	return errs
}

func found(t testing.TB, es *testbed.Elasticsearch, index, query string) int {
	t.Helper()
	code, answer := es.Do("POST", "/"+index+"/_count", `{"query":`+query+`}`)
	var r struct{ Count int }
	if err := json.Unmarshal(answer, &r); err != nil || code != http.StatusOK {
		t.Fatalf("count: status %d: %s", code, answer)
	}
	return r.Count
}

// TestNothingIsUnstorable has values that break a mapping that was not made for them.
func TestNothingIsUnstorable(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	setup(t, es, options(es))
	index := es.Prefix + "-auth-2026.11.21"
	long := strings.Repeat("x", 40_000)
	nested := strings.Repeat(`{"a":`, 90) + "1" + strings.Repeat("}", 90)
	docs := []string{
		`{"message":"` + long + `","event":{"original":"` + long + `"},"user":{"name":"` + long + `"},"unknown":"` + long + `"}`,
		`{"process":{"pid":"abc"},"source":{"ip":"a.example","port":"http","geo":{"location":"nowhere"},"as":{"number":"AS1"}}}`,
		`{"process":{"pid":1e300},"source":{"ip":"","port":99999999999999999999}}`,
		`{"event":{"created":"yesterday","severity":"high"}}`,
		`{"json":{"source":"222.133.237.62","target proto":"TCP","service":"honeyscan","target port":"8080"}}`,
		`{"json":{"source":{"ip":"x"},"n":1,"deep":` + nested + `}}`,
		`{"json":{"source":["a",{"b":null}],"n":"one","long":"` + long + `"}}`,
		`{"json":{"":1," ":2,".":3,"a..b":4}}`,
		`{"json":null,"tags":["a","b"],"process":null}`,
		`{"unknown_number":1,"unknown_word":"a","unknown_flag":true}`,
		`{"unknown_number":"one","unknown_word":1,"unknown_flag":"maybe"}`,
		`{"unknown_number":12345678901234567890123,"unknown_word":1.5}`,
		`{"host":{"name":["a","b"]},"message":["a",1,true]}`,
	}
	for i, doc := range docs {
		docs[i] = `{"@timestamp":"2026-11-21T10:00:00.000Z",` + doc[1:]
	}
	for i, err := range send(t, es, index, docs...) {
		if err != "" {
			t.Errorf("%.80s: %s", docs[i], err)
		}
	}
	for query, want := range map[string]int{
		`{"match_phrase":{"message":"a 1"}}`:                      0, // of two values
		`{"term":{"json.target port":"8080"}}`:                    1,
		`{"term":{"unknown_word":"a"}}`:                           1,
		`{"term":{"unknown_number":1}}`:                           1,
		`{"exists":{"field":"source.ip"}}`:                        0,
		`{"query_string":{"query":"json.service:\"honeyscan\""}}`: 1,
	} {
		if n := found(t, es, index, query); n != want {
			t.Errorf("%s finds %d, want %d", query, n, want)
		}
	}
}

func TestFieldsDoNotExplode(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	setup(t, es, options(es))
	index := es.Prefix + "-syslog-2026.11.21"
	var docs []string
	for i := range 30 {
		var doc strings.Builder
		doc.WriteString(`{"@timestamp":"2026-11-21T10:00:00.000Z"`)
		for j := range 100 {
			fmt.Fprintf(&doc, `,"key_%d":"value"`, i*100+j)
		}
		docs = append(docs, doc.String()+"}")
	}
	for _, err := range send(t, es, index, docs...) {
		if err != "" {
			t.Fatal(err)
		}
	}
	_, answer := es.Do("GET", "/"+index+"/_mapping", "")
	if n := strings.Count(string(answer), `"type":`); n > DefaultConfig().MaxFields {
		t.Errorf("%d fields", n)
	}
}

func TestOldNamesAreAliases(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	setup(t, es, options(es))
	index := es.Prefix + "-auth-2026.11.21"
	for _, err := range send(t, es, index, `{"@timestamp":"2026-11-21T10:00:00.000Z","host":{"hostname":"web1"},"process":{"name":"sshd","pid":42}}`) {
		if err != "" {
			t.Fatal(err)
		}
	}
	for _, query := range []string{`{"term":{"logsource":"web1"}}`, `{"term":{"program":"sshd"}}`, `{"term":{"pid":42}}`, `{"range":{"pid":{"gte":40}}}`} {
		if found(t, es, index, query) != 1 {
			t.Errorf("%s finds nothing", query)
		}
	}
}

func TestDeadLettersAreNeverRefused(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	setup(t, es, options(es))
	index := es.Prefix + "-dead-2026.11.21"
	long := strings.Repeat("x", 40_000)
	for _, err := range send(t, es, index,
		`{"@timestamp":"2026-11-21T10:00:00.000Z","error":{"type":"`+long+`","message":"`+long+`"},"event":{"original":"`+long+` needle"},"millrace":{"lane":"auth","index":"i","peer":"::1","document":"`+long+`"}}`,
	) {
		if err != "" {
			t.Error(err)
		}
	}
	if found(t, es, index, `{"match_phrase":{"event.original":"needle"}}`) != 1 {
		t.Error("the original line can't be searched")
	}
}

func TestCustomComponentIsFollowed(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	es.Do("PUT", "/_component_template/"+es.Prefix+"@custom", `{"template":{"settings":{"index.refresh_interval":"9s"}}}`)
	setup(t, es, options(es))
	index := es.Prefix + "-auth-2026.11.21"
	send(t, es, index, `{"@timestamp":"2026-11-21T10:00:00.000Z"}`)
	_, answer := es.Do("GET", "/"+index+"/_settings", "")
	for _, want := range []string{`"refresh_interval":"9s"`, `"codec":"best_compression"`, `"auto_expand_replicas":"0-1"`} {
		if !strings.Contains(string(answer), want) {
			t.Errorf("no %s in %s", want, answer)
		}
	}
}

func TestShardCapacity(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	c, err := ShardCapacity(t.Context(), real{es})
	if err != nil || c.Nodes != 1 || c.Limit != 1000 {
		t.Errorf("%+v, %v", c, err)
	}
}
