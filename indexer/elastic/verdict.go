package elastic

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/millrace/millrace/indexer"
)

// Elasticsearch's answer when it has created every document, with our filter_path.
const (
	createdHead = `{"errors":false,"items":[`
	createdItem = `{"create":{"status":201}}`
	createdTail = `]}`
)

// createdItems is many items of such an answer, to compare as many at once.
var createdItems = strings.Repeat(createdItem+",", 128)

// allCreated tells whether the answer says that n documents were created, and nothing else.
func allCreated(answer []byte, n int) bool {
	size := n*len(createdItem+",") - len(",")
	if n == 0 || len(answer) != len(createdHead)+size+len(createdTail) || string(answer[:len(createdHead)]) != createdHead {
		return false
	}
	items := answer[len(createdHead):][:size]
	for len(items) > 0 {
		part := items[:min(len(items), len(createdItems))]
		if string(part) != createdItems[:len(part)] {
			return false
		}
		items = items[len(part):]
	}
	return string(answer[len(answer)-len(createdTail):]) == createdTail
}

// outcomes gives each item of b what the answer says of it.
func (r *reading) outcomes(answer []byte, b *indexer.Batch) error {
	if allCreated(answer, b.Len()) { // nearly always
		for i := range b.Items {
			b.Items[i].Outcome, b.Items[i].Err = indexer.Stored, nil
		}
		return nil
	}
	v, err := r.parser.ParseBytes(answer)
	if err != nil {
		return fmt.Errorf("elasticsearch: bulk: answer: %w", err)
	}
	items := v.GetArray("items")
	if len(items) != b.Len() {
		return fmt.Errorf("elasticsearch: bulk: the answer is about %d items, the request had %d", len(items), b.Len())
	}
	for i, item := range items {
		it := &b.Items[i]
		it.Outcome, it.Err = itemOutcome(item.Get("create"))
	}
	return nil
}

// itemOutcome is the table of verdicts. It goes by the type of the error, not by the status alone: a 400
// may be the fault of a document as well as that of a cluster that has no shard to spare.
func itemOutcome(v *fastjson.Value) (indexer.Outcome, *indexer.ItemError) {
	status := v.GetInt("status")
	if v == nil || status == 0 {
		return indexer.Unknown, nil
	}
	if status/100 == 2 {
		return indexer.Stored, nil
	}
	e := &indexer.ItemError{
		Type:   string(v.GetStringBytes("error", "type")),
		Reason: string(v.GetStringBytes("error", "reason")),
	}
	if cause := v.GetStringBytes("error", "caused_by", "reason"); len(cause) > 0 {
		e.Reason += ": " + string(cause)
	}
	if e.Type == "" {
		e.Type = fmt.Sprintf("status_%d", status)
	}
	switch {
	case e.Type == "version_conflict_engine_exception" && status == http.StatusConflict:
		return indexer.Duplicate, nil
	case aboutDocument(e.Type, e.Reason):
		return indexer.Dead, e
	}
	return indexer.Trouble, e
}

// aboutDocument reports whether an error would be the same whenever and wherever the document is sent.
func aboutDocument(kind, reason string) bool {
	switch kind {
	case "document_parsing_exception", "mapper_parsing_exception", "strict_dynamic_mapping_exception",
		"x_content_parse_exception", "max_bytes_length_exceeded_exception":
		return true
	case "illegal_argument_exception":
		// The same type is used for what is wrong with the index.
		for _, ours := range []string{
			"pipeline with id", "no write index", "data stream", "index template", "write alias",
		} {
			if strings.Contains(reason, ours) {
				return false
			}
		}
		return true
	}
	return false
}
