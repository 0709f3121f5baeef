package painless

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

var record = flag.Bool("record", false, "ask a real Elasticsearch anew what testdata/recorded*.txt say")

const recordedDoc = `{"i":5,"l":[1,2],"s":"abc","f":1.0,"m":{"k":1},"b":true}`

// TestRecorded runs the scripts of testdata/recorded*.txt, below each of which stands what Elasticsearch makes of it:
// the field r, or the error's message.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/recorded*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { testRecorded(t, file) })
	}
}

func testRecorded(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		src, want := lines[i], strings.TrimSpace(lines[i+1])
		if *record {
			want = recordedThere(t, testbed.SharedElasticsearch(t), src)
		}
		fmt.Fprintf(&out, "%s\n\t%s\n", src, want)
		if got := recordedHere(t, src); got != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
	}
	if *record {
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func recordedHere(t *testing.T, src string) string {
	s, err := CompileScript(src, Options{Params: map[string]any{"p": 1}})
	if err != nil {
		return "refused"
	}
	c := newContext(t, recordedDoc)
	if err := s.Run(c); err != nil {
		return "error: " + err.Error()
	}
	out, err := c.Event.AppendValue(nil, c.Event.Get(event.MustPath("r")))
	if err != nil {
		return "error: " + err.Error()
	}
	return string(out)
}

func recordedThere(t *testing.T, es *testbed.Elasticsearch, src string) string {
	body, err := json.Marshal(map[string]any{
		"pipeline": map[string]any{"processors": []any{map[string]any{"script": map[string]any{"source": src, "params": map[string]any{"p": 1}}}}},
		"docs":     []any{map[string]any{"_source": json.RawMessage(recordedDoc)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, answer := es.Do("POST", "/_ingest/pipeline/_simulate", string(body))
	var a struct {
		Docs []struct {
			Doc struct {
				Source struct {
					R json.RawMessage
				} `json:"_source"`
			}
			Error map[string]any
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Docs) == 0 {
		return "refused"
	}
	reason := ""
	for e := a.Docs[0].Error; e != nil; e, _ = e["caused_by"].(map[string]any) {
		reason = "error: " + fmt.Sprint(e["reason"])
	}
	if reason != "" {
		return strings.ReplaceAll(reason, "<nil>", "null")
	}
	if a.Docs[0].Doc.Source.R == nil {
		return "null"
	}
	return string(a.Docs[0].Doc.Source.R)
}
