package pipelinecli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/millrace/millrace/parser/pipeline"
)

// Form is what the input of Run consists of.
type Form string

// Forms.
const (
	FormAuto Form = "auto" // JSON when it begins with {, else lines
	FormLine Form = "line"
	FormJSON Form = "json" // documents, or the body of a _simulate request
)

// maxInput bounds a line and a document.
const maxInput = 16 << 20

// input is one event to be: a line, or a document.
type input struct {
	line      []byte
	doc       json.RawMessage // the fields; nil for a line
	index, id string          // where the document says so
}

// inputs reads one input after the other.
type inputs struct {
	lines   *bufio.Scanner // nil when the input is JSON
	docs    *json.Decoder
	pending []input // of a body with several
	n       int
}

func newInputs(from io.Reader, form Form) (*inputs, error) {
	r := bufio.NewReaderSize(from, 64<<10)
	if form == FormAuto || form == "" {
		form = FormLine
		for i := 1; ; i++ {
			head, err := r.Peek(i)
			if err != nil || i == r.Size() {
				break
			}
			c := head[i-1]
			if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
				continue
			}
			if c == '{' {
				form = FormJSON
			}
			break
		}
	}
	if form == FormJSON {
		return &inputs{docs: json.NewDecoder(r)}, nil
	}
	if form != FormLine {
		return nil, fmt.Errorf("input form %q is unknown: write %s, %s or %s", form, FormAuto, FormLine, FormJSON)
	}
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxInput)
	return &inputs{lines: s}, nil
}

// next returns io.EOF behind the last one.
func (in *inputs) next() (input, error) {
	if in.lines != nil {
		for in.lines.Scan() {
			in.n++
			if line := bytes.TrimSuffix(in.lines.Bytes(), []byte("\r")); len(line) > 0 {
				return input{line: line}, nil
			}
		}
		if err := in.lines.Err(); err != nil {
			return input{}, fmt.Errorf("line %d: %w", in.n+1, err)
		}
		return input{}, io.EOF
	}
	for len(in.pending) == 0 {
		in.n++
		var value json.RawMessage
		err := in.docs.Decode(&value)
		switch {
		case errors.Is(err, io.EOF):
			return input{}, io.EOF
		case err != nil:
			return input{}, fmt.Errorf("JSON value %d, near byte %d: %w", in.n, in.docs.InputOffset(), err)
		case len(value) > maxInput:
			return input{}, fmt.Errorf("JSON value %d is longer than %d MiB", in.n, maxInput>>20)
		}
		if in.pending, err = documents(value); err != nil {
			return input{}, fmt.Errorf("JSON value %d: %w", in.n, err)
		}
	}
	next := in.pending[0]
	in.pending = in.pending[1:]
	return next, nil
}

// documents reads a JSON value: fields, a document of Elasticsearch with _source, a body with docs, or a list of them.
func documents(value json.RawMessage) ([]input, error) {
	if value[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return nil, err
		}
		var all []input
		for _, item := range list {
			more, err := documents(item)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	}
	if value[0] != '{' {
		return nil, fmt.Errorf("%.40s is not an object: write documents, or --as line for lines", value)
	}
	var body struct {
		Pipeline json.RawMessage   `json:"pipeline"`
		Docs     []json.RawMessage `json:"docs"`
		Source   json.RawMessage   `json:"_source"`
		Index    string            `json:"_index"`
		ID       string            `json:"_id"`
	}
	if err := json.Unmarshal(value, &body); err != nil {
		return []input{{doc: value}}, nil //nolint:nilerr // docs or pipeline are fields of another type: it is a document
	}
	switch {
	case len(body.Source) > 0 && body.Source[0] == '{':
		doc := input{doc: body.Source, index: body.Index, id: body.ID}
		if doc.index == "" {
			doc.index = defaultIndex
		}
		if doc.id == "" {
			doc.id = defaultID
		}
		return []input{doc}, nil
	case len(body.Docs) == 0 || !isBody(body.Docs):
		return []input{{doc: value}}, nil
	case body.Pipeline != nil:
		return nil, errors.New("the body has a [pipeline] of its own: leave it out, the pipeline is the argument")
	}
	var all []input
	for _, d := range body.Docs {
		more, err := documents(d)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// isBody tells whether all docs have a _source.
func isBody(docs []json.RawMessage) bool {
	for _, d := range docs {
		var doc struct {
			Source json.RawMessage `json:"_source"`
		}
		if json.Unmarshal(d, &doc) != nil || doc.Source == nil {
			return false
		}
	}
	return true
}

// ReadFile reads a definition, and those beside it, which it may call. entry is its name among them.
func ReadFile(file string) (entry string, sources []pipeline.Source, err error) {
	own, err := readSource(file)
	if err != nil {
		return "", nil, err
	}
	if sources, err = readSources(filepath.Dir(file)); err != nil {
		return "", nil, err
	}
	return own.Name, append(sources, own), nil
}
