package painless

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// TestStatic compiles scripts that Elasticsearch compiles (+) and that it refuses (-) for their types or their flow.
// Where a real one runs already, it is asked whether it still does.
func TestStatic(t *testing.T) {
	text, err := os.ReadFile("testdata/static.txt")
	if err != nil {
		t.Fatal(err)
	}
	var es *testbed.Elasticsearch
	if os.Getenv("MILLRACE_TEST_ELASTICSEARCH") != "" {
		es = testbed.SharedElasticsearch(t)
	}
	for line := range strings.Lines(string(text)) {
		src, want := strings.TrimSpace(line[2:]), line[0] == '+'
		_, err := CompileScript(src, Options{Params: map[string]any{"p": 1}})
		if (err == nil) != want {
			t.Errorf("%s: compiles: %v, want %v: %v", src, err == nil, want, err)
		}
		if es != nil && compilesThere(t, es, src) != want {
			t.Errorf("%s: Elasticsearch thinks otherwise", src)
		}
	}
}

func compilesThere(t *testing.T, es *testbed.Elasticsearch, src string) bool {
	body, err := json.Marshal(map[string]any{
		"pipeline": map[string]any{"processors": []any{map[string]any{"script": map[string]any{"source": src, "params": map[string]any{"p": 1}}}}},
		"docs":     []any{map[string]any{"_source": map[string]any{}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	status, _ := es.Do("POST", "/_ingest/pipeline/_simulate", string(body))
	return status == http.StatusOK
}
