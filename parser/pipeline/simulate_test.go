package pipeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// notThere are the processors that the testbed's Elasticsearch has not, or has in another shape.
var notThere = []string{"geoip", "user_agent", "{{"}

// simulate asks Elasticsearch what processors make of a document: the document, or the text of an error.
func simulate(t *testing.T, es *testbed.Elasticsearch, processors any, doc string) (string, error) {
	t.Helper()
	return simulateIn(t, es, "_index", processors, doc)
}

// simulateIn does so for a document of an index of that name.
func simulateIn(t *testing.T, es *testbed.Elasticsearch, index string, processors any, doc string) (string, error) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"pipeline": map[string]any{"processors": processors},
		"docs":     []any{map[string]any{"_index": index, "_source": json.RawMessage(doc)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	status, answer := es.Do("POST", "/_ingest/pipeline/_simulate", string(body))
	var result struct {
		Docs []struct {
			Doc struct {
				Source json.RawMessage `json:"_source"`
			}
			Error *failureOf
		}
		Error *failureOf
	}
	if err := json.Unmarshal(answer, &result); err != nil {
		return "", fmt.Errorf("status %d: %s", status, answer)
	}
	switch {
	case result.Error != nil:
		return "", fmt.Errorf("refused: %s", result.Error.Reason)
	case result.Docs[0].Error != nil:
		return result.Docs[0].Error.reason(), nil
	}
	return string(result.Docs[0].Doc.Source), nil
}

// TestCasesInElasticsearch puts the question of every case to the real thing.
func TestCasesInElasticsearch(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	for _, c := range slices.Concat(cases, differCases) {
		skip := false
		for _, word := range notThere {
			skip = skip || strings.Contains(c.processors, word)
		}
		if skip {
			continue
		}
		n, err := parseNode([]byte("processors: " + c.processors))
		if err != nil {
			t.Fatal(err)
		}
		got, err := simulate(t, es, n.get("processors").plain(), c.doc)
		if err != nil {
			t.Errorf("%s of %s: %v", c.processors, c.doc, err)
			continue
		}
		if c.want[0] == '{' && strings.HasPrefix(got, "{") && sameJSON(t, got, c.want) {
			continue
		}
		if got != c.want {
			t.Errorf("%s of %s\nElasticsearch: %s\nwe:            %s", c.processors, c.doc, got, c.want)
		}
	}
}
