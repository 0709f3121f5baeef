package sqlite

import (
	"errors"
	"fmt"
	"time"

	"github.com/valyala/fastjson"

	"github.com/millrace/millrace/indexer/query"
)

// extractor takes from documents what the index needs. It is not safe for concurrent use.
type extractor struct {
	parser fastjson.Parser
	words  []byte
	path   []byte
}

// from returns the document's @timestamp in ns since the epoch (received when it has none) and the words
// of its values.
func (e *extractor) from(doc []byte, received int64) (ns int64, words string, err error) {
	v, err := e.parser.ParseBytes(doc)
	if err != nil {
		return 0, "", err
	}
	o, err := v.Object()
	if err != nil {
		return 0, "", errors.New("not a JSON object")
	}
	ns = received
	if at := v.Get("@timestamp"); at != nil {
		text, err := at.StringBytes()
		if err != nil {
			return 0, "", fmt.Errorf("@timestamp: %w", err)
		}
		t, err := time.Parse(time.RFC3339Nano, string(text))
		if err != nil {
			return 0, "", fmt.Errorf("@timestamp: %w", err)
		}
		ns = t.UnixNano()
	}
	e.words, e.path = e.words[:0], e.path[:0]
	e.object(o)
	return ns, string(e.words), nil
}

func (e *extractor) object(o *fastjson.Object) {
	o.Visit(func(key []byte, v *fastjson.Value) {
		before := len(e.path)
		if before > 0 {
			e.path = append(e.path, '.')
		}
		e.path = append(e.path, key...)
		if query.HasWords(e.path) {
			e.value(v)
		}
		e.path = e.path[:before]
	})
}

func (e *extractor) value(v *fastjson.Value) {
	switch v.Type() {
	case fastjson.TypeObject:
		e.object(v.GetObject())
	case fastjson.TypeArray:
		for _, v := range v.GetArray() {
			e.value(v)
		}
	case fastjson.TypeString:
		e.words = query.AppendWords(e.words, v.GetStringBytes())
	case fastjson.TypeNumber:
		e.words = query.AppendWords(e.words, v.MarshalTo(nil))
	case fastjson.TypeTrue:
		e.words = append(e.words, "true "...)
	case fastjson.TypeFalse:
		e.words = append(e.words, "false "...)
	}
}
