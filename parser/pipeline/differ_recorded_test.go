package pipeline

import (
	"bufio"
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/useragent"
)

var record = flag.Bool("record", false, "write down what OpenSearch answers, for TestRecordedInOpenSearch")

const (
	recordedFile = "testdata/opensearch.jsonl"
	recordedEach = 200 // cases by processor
)

// recorded is a document, what became of it in OpenSearch, and the processor in between.
type recorded struct {
	Processor object
	Document  object
	Outcome   outcome
}

// TestRecordedInOpenSearch has cases of TestRandomDocumentsInOpenSearch, where no OpenSearch is. Those of user_agent are
// such as do not depend on which rules are built in.
func TestRecordedInOpenSearch(t *testing.T) {
	if *record {
		writeRecorded(t, testbed.OpenSearch(t))
	}
	deps := Deps{UserAgents: useragent.New()}
	f, err := os.Open(recordedFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, cases := &differ{t: t, es: &testbed.Elasticsearch{}, deps: deps}, json.NewDecoder(bufio.NewReader(f))
	cases.UseNumber()
	n := 0
	for ; cases.More(); n++ {
		var c recorded
		if err := cases.Decode(&c); err != nil {
			t.Fatalf("case %d: %v", n, err)
		}
		ours := d.ours(trial{processors: []any{c.Processor}}, []object{c.Document})
		if diff := difference(ours[0], c.Outcome); diff != "" {
			t.Errorf("%s\n%s\n%s", text(c.Processor), text(c.Document), diff)
		}
	}
	if n < 2*recordedEach {
		t.Errorf("%d cases, want %d", n, 2*recordedEach)
	}
}

func writeRecorded(t *testing.T, node *testbed.Elasticsearch) {
	t.Helper()
	var lines strings.Builder
	generators := inOpenSearch(someAgents)
	for _, typ := range slices.Sorted(maps.Keys(generators)) {
		d := &differ{t: t, es: node, typ: typ, random: random{rand.New(rand.NewPCG(*seed, 0))}}
		for n := 0; n < recordedEach; {
			config, document := generators[typ](d.random)
			c := recorded{Processor: object{typ: config}, Document: document()}
			tr := trial{processors: []any{c.Processor}}
			c.Outcome = d.theirs(tr, []object{c.Document})[0]
			if difference(d.ours(tr, []object{c.Document})[0], c.Outcome) == "" {
				lines.WriteString(text(c) + "\n")
				n++
			}
		}
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recordedFile, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
