package pipeline

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestJackson reads what Elasticsearch says of texts that are no JSON: the text, the error, and what on_failure is told.
func TestJackson(t *testing.T) {
	f, err := os.Open("testdata/jackson.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cases := json.NewDecoder(f); cases.More(); {
		var c [3]string
		if err := cases.Decode(&c); err != nil {
			t.Fatal(err)
		}
		ev := event.New()
		_, err := valueOfJSON(ev, ev.String([]byte(c[0])), false, true)
		got, cause := "OK", ""
		if err != nil {
			got, cause = err.Error(), causeOf(err)
		}
		if got != c[1] || cause != c[2] {
			t.Errorf("%q\n got %s\nwant %s\n got %s\nwant %s", c[0], got, c[1], cause, c[2])
		}
	}
}

func causeOf(err error) string {
	if caused, ok := err.(interface{ Cause() string }); ok {
		return caused.Cause()
	}
	return err.Error()
}
