package pipelinecli

import (
	"bufio"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/parser/painless"
	"github.com/millrace/millrace/parser/pipeline"
)

// What Elasticsearch calls documents that do not say.
const (
	defaultIndex   = "_index"
	defaultID      = "_id"
	defaultVersion = "-3"
)

// jsonPrinter answers as Elasticsearch's _ingest/pipeline/_simulate does, with ?verbose where verbose is set.
type jsonPrinter struct {
	out       *bufio.Writer
	verbose   bool
	timestamp string
	n         int
}

type simulatedDoc struct {
	Index       json.RawMessage            `json:"_index"`
	ID          json.RawMessage            `json:"_id"`
	Version     json.RawMessage            `json:"_version"`
	VersionType json.RawMessage            `json:"_version_type,omitempty"`
	Routing     json.RawMessage            `json:"_routing,omitempty"`
	Source      json.RawMessage            `json:"_source"`
	Ingest      map[string]json.RawMessage `json:"_ingest"`
}

type simulatedStep struct {
	Type         string         `json:"processor_type"`
	Status       string         `json:"status"`
	Description  string         `json:"description,omitempty"`
	Tag          string         `json:"tag,omitempty"`
	If           *simulatedIf   `json:"if,omitempty"`
	IgnoredError *ignoredError  `json:"ignored_error,omitempty"`
	Error        *failureReport `json:"error,omitempty"`
	Doc          *simulatedDoc  `json:"doc,omitempty"`
}

type simulatedIf struct {
	Condition string `json:"condition"`
	Result    bool   `json:"result"`
}

type ignoredError struct {
	Error *failureReport `json:"error"`
}

// failureReport is an error in Elasticsearch's shape.
type failureReport struct {
	RootCause   []failureReport `json:"root_cause,omitempty"`
	Type        string          `json:"type"`
	Reason      string          `json:"reason"`
	ScriptStack []string        `json:"script_stack,omitempty"`
	Script      string          `json:"script,omitempty"`
	Lang        string          `json:"lang,omitempty"`
	CausedBy    *failureReport  `json:"caused_by,omitempty"`
}

func (p *jsonPrinter) event(x *outcome) error {
	separator := ",\n"
	if p.n++; p.n == 1 {
		separator = "{\"docs\":[\n"
	}
	if _, err := p.out.WriteString(separator); err != nil {
		return err
	}
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	return e.Encode(p.answer(x))
}

func (p *jsonPrinter) end() error {
	text := "]}\n"
	if p.n == 0 {
		text = `{"docs":[]}` + "\n"
	}
	_, err := p.out.WriteString(text)
	return err
}

func (p *jsonPrinter) answer(x *outcome) any {
	switch {
	case p.verbose && x.start != nil:
		results := make([]simulatedStep, 0, len(x.steps))
		for _, s := range x.steps {
			results = append(results, p.step(s))
		}
		return map[string]any{"processor_results": results}
	case errors.Is(x.err, pipeline.ErrDropped):
		return nil
	case x.err != nil:
		var last *pipeline.TraceStep
		for _, s := range x.steps {
			if s.Err != nil {
				last = s
			}
		}
		return map[string]any{"error": report(last, x.err)}
	}
	return map[string]any{"doc": p.doc(x.end, x.also, "")}
}

var statusNames = map[pipeline.Status]string{
	pipeline.Failed: "error", pipeline.Succeeded: "success", pipeline.Skipped: "skipped",
	pipeline.ErrorIgnored: "error_ignored", pipeline.Dropped: "dropped", pipeline.Called: "success",
}

func (p *jsonPrinter) step(s *pipeline.TraceStep) simulatedStep {
	r := simulatedStep{Type: s.Type, Status: statusNames[s.Status], Description: s.Description, Tag: s.Tag}
	if s.Condition != "" && !s.ConditionErr {
		r.If = &simulatedIf{s.Condition, s.Status != pipeline.Skipped}
	}
	switch s.Status {
	case pipeline.Failed:
		r.Error = report(s, s.Err)
	case pipeline.ErrorIgnored:
		r.IgnoredError = &ignoredError{report(s, s.Err)}
	}
	if s.Doc != nil && s.Status != pipeline.Failed {
		r.Doc = p.doc(s.Doc, s.Ingest, s.Pipeline)
	}
	return r
}

// doc is a rendered event with its metadata beside its fields. in is the pipeline that runs.
func (p *jsonPrinter) doc(source, ingest []byte, in string) *simulatedDoc {
	d := &simulatedDoc{Index: quoted(defaultIndex), ID: quoted(defaultID), Version: quoted(defaultVersion), Source: source}
	if strings.Contains(string(source), `"_`) {
		fields := map[string]json.RawMessage{}
		_ = json.Unmarshal(source, &fields) // we have rendered it ourselves
		before := len(fields)
		for name, at := range map[string]*json.RawMessage{
			"_index": &d.Index, "_id": &d.ID, "_version": &d.Version, "_version_type": &d.VersionType, "_routing": &d.Routing,
		} {
			if v, ok := fields[name]; ok {
				*at = v
				delete(fields, name)
			}
		}
		if len(fields) < before {
			d.Source, _ = json.Marshal(fields)
		}
	}
	d.Ingest = map[string]json.RawMessage{}
	_ = json.Unmarshal(ingest, &d.Ingest)
	if in != "" {
		d.Ingest["pipeline"] = quoted(in)
	}
	d.Ingest["timestamp"] = quoted(p.timestamp)
	return d
}

func quoted(s string) json.RawMessage {
	text, _ := json.Marshal(s)
	return text
}

// report is an error as Elasticsearch reports it.
func report(s *pipeline.TraceStep, err error) *failureReport {
	f := failureReport{Type: "illegal_argument_exception", Reason: err.Error()}
	var thrown *painless.Error
	switch {
	case errors.As(err, &thrown):
		f = failureReport{
			Type: "script_exception", Reason: "runtime error", Lang: "painless",
			CausedBy: &failureReport{Type: exceptionName(thrown.Class), Reason: thrown.Message},
		}
		if s != nil {
			f.Script = s.Script
			if s.ConditionErr {
				f.Script = s.Condition
			}
			f.ScriptStack = scriptStack(f.Script, thrown)
			if first, _, more := strings.Cut(f.Script, "\n"); more {
				f.Script = first + " ..."
			}
		}
	case s == nil:
	case s.Type == "fail":
		f.Type = "fail_processor_exception"
	case s.Type == "pipeline" && !strings.HasPrefix(f.Reason, "Pipeline processor"):
		f.Type = "graph_structure_exception"
	}
	root := f
	root.CausedBy = nil
	f.RootCause = []failureReport{root}
	return &f
}

// scriptStack shows where in a script an error arose.
func scriptStack(source string, at *painless.Error) []string {
	lines := strings.Split(source, "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return nil
	}
	line := lines[at.Line-1]
	column := min(max(at.Column-1, 0), len(line))
	return []string{line, strings.Repeat(" ", utf8.RuneCountInString(line[:column])) + "^---- HERE"}
}

// exceptionName is java.lang.NullPointerException as null_pointer_exception.
func exceptionName(class string) string {
	var b strings.Builder
	for i, r := range class[strings.LastIndexByte(class, '.')+1:] {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
