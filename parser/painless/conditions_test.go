package painless

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/millrace/millrace/internal/testbed"
)

// TestRealConditions evaluates the conditions of the pipelines below -pipelines, over random documents that
// have the fields and values which they name, here and in a real Elasticsearch.
func TestRealConditions(t *testing.T) {
	if *pipelines == "" {
		t.Skip("no -pipelines given")
	}
	es := testbed.SharedElasticsearch(t)
	var conds []string
	for _, f := range readPipelines(t, *pipelines) {
		if f.condition && compileFound(f) == nil {
			conds = append(conds, f.src)
		}
	}
	d := &documents{r: rand.New(rand.NewPCG(*seed, 6))}
	equal, explained, different := 0, 0, 0
	for len(conds) > 0 {
		n := min(50, len(conds))
		batch := conds[:n]
		conds = conds[n:]
		for _, doc := range d.forConditions(batch, 4) {
			want := evaluateThere(t, es, batch, doc)
			for i, src := range batch {
				got := evaluateHere(t, src, doc)
				if firstCall.MatchString(want[i]) {
					explained++
				} else if normal("error: "+got) == normal("error: "+want[i]) {
					equal++
				} else if different++; different <= *show {
					t.Errorf("%s\n over  %s\n here  %s\n there %s", src, doc, got, want[i])
				}
			}
		}
	}
	t.Logf("%d evaluations equal, %d explained, %d different", equal, explained, different)
}

// readPipelines finds the distinct conditions and scripts of all pipelines below dir.
func readPipelines(t *testing.T, dir string) []found {
	t.Helper()
	var all []found
	seen := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var tree any
		switch filepath.Ext(path) {
		case ".json":
			err = json.Unmarshal(src, &tree)
		case ".yml", ".yaml":
			err = yaml.Unmarshal(src, &tree)
		default:
			return nil
		}
		if err != nil {
			t.Logf("%s: not read: %.100s", path, strings.ReplaceAll(err.Error(), "\n", " "))
		}
		collect(tree, func(f found) {
			if !seen[f.src] {
				seen[f.src] = true
				f.file = path
				all = append(all, f)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func evaluateHere(t *testing.T, src, doc string) string {
	t.Helper()
	cond, err := CompileCondition(src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := newContext(t, doc)
	c.Metadata = Metadata{Index: "i", ID: "1", Version: -3, HasVersion: true}
	yes, err := cond.Eval(c)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(yes)
}

func evaluateThere(t *testing.T, es *testbed.Elasticsearch, conds []string, doc string) []string {
	t.Helper()
	var processors []any
	for i, c := range conds {
		// The processor's own on_failure does not cover its condition, that of a foreach around it does.
		processors = append(processors, map[string]any{"foreach": map[string]any{
			"field": "ONE", "processor": map[string]any{"set": map[string]any{"field": fmt.Sprintf("R%d", i), "value": "true", "if": c}},
			"on_failure": []any{map[string]any{"set": map[string]any{"field": fmt.Sprintf("R%d", i), "copy_from": "_ingest.on_failure_message"}}},
		}})
	}
	body, _ := json.Marshal(map[string]any{
		"pipeline": map[string]any{"processors": processors},
		"docs":     []any{map[string]any{"_index": "i", "_id": "1", "_source": json.RawMessage(doc)}},
	})
	status, answer := es.Do("POST", "/_ingest/pipeline/_simulate", string(body))
	var a struct {
		Docs []struct {
			Doc struct {
				Source map[string]any `json:"_source"`
			}
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil || status != http.StatusOK || len(a.Docs) != 1 || len(a.Docs[0].Doc.Source) == 0 {
		t.Fatalf("simulate: %d %.1000s", status, answer)
	}
	var out []string
	for i := range conds {
		text, ok := a.Docs[0].Doc.Source[fmt.Sprintf("R%d", i)].(string)
		if !ok {
			text = "false"
		}
		out = append(out, text)
	}
	return out
}

// documents makes random documents that conditions have something to say about.
type documents struct{ r *rand.Rand }

var (
	pathOf    = regexp.MustCompile(`ctx((?:\??\.\w+|\[['"][^'"]+['"]\])+)(\()?`)
	stepOf    = regexp.MustCompile(`\w[^'"\]\[?.]*|@timestamp`)
	literalOf = regexp.MustCompile(`'([^'\\]*)'|"([^"\\]*)"|\b(\d+)\b`)
)

func (d *documents) forConditions(conds []string, n int) []string {
	var out []string
	for range n {
		doc := map[string]any{"ONE": []any{1}}
		for _, c := range conds {
			if d.r.IntN(8) == 0 {
				continue
			}
			var values []any
			for _, m := range literalOf.FindAllStringSubmatch(c, -1) {
				if m[3] != "" {
					n, _ := strconv.Atoi(m[3])
					values = append(values, n)
				} else {
					values = append(values, m[1]+m[2])
				}
			}
			for _, m := range pathOf.FindAllStringSubmatch(c, -1) {
				steps := stepOf.FindAllString(m[1], -1)
				if m[2] != "" {
					steps = steps[:len(steps)-1]
				}
				if d.r.IntN(5) > 0 {
					d.put(doc, steps, d.value(values))
				}
			}
		}
		b, _ := json.Marshal(doc)
		out = append(out, string(b))
	}
	return out
}

func (d *documents) put(m map[string]any, steps []string, v any) {
	for i, s := range steps {
		if s == "_id" || s == "_index" {
			return
		}
		if i == len(steps)-1 {
			if _, taken := m[s].(map[string]any); !taken {
				m[s] = v
			}
			return
		}
		next, ok := m[s].(map[string]any)
		if !ok {
			if m[s] != nil && d.r.IntN(3) > 0 {
				return
			}
			next = map[string]any{}
			m[s] = next
		}
		m = next
	}
}

func (d *documents) value(literals []any) any {
	if len(literals) > 0 && d.r.IntN(4) > 0 {
		v := literals[d.r.IntN(len(literals))]
		switch d.r.IntN(6) {
		case 0:
			return []any{v, "other"}
		case 1:
			return fmt.Sprint(v) + "x"
		}
		return v
	}
	return []any{"text", "", 7, 0, -1.5, true, false, nil, []any{}, []any{"a", 1}, map[string]any{"k": "v"}, "2024-01-01T00:00:00Z", 5_000_000_000}[d.r.IntN(13)]
}
