package parser

import (
	"fmt"
	"strings"
	"testing"
)

func keys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":%d`, i, i)
	}
	return "{" + b.String()[1:] + "}"
}

// TestBadInput has what senders and pipelines can do wrong, or mean: each ends in error.message or in a value that is
// right, within bounds, with the line kept.
func TestBadInput(t *testing.T) {
	million := "[" + strings.Repeat("1,", 1_000_000) + "1]"
	for name, c := range map[string]struct {
		pipeline, message string
		wrong             string // in error.message; "" for nothing wrong
		want              map[string]string
	}{
		"a field in a text": {`processors: [{set: {field: a, value: text}}, {set: {field: a.b, value: 1}}]`, "x",
			"cannot set [b] with parent object of type [java.lang.String] as part of path [a.b]", nil},
		"a circle of pipelines": {`processors: [{pipeline: {name: own}}]`, "x", "Cycle detected for pipeline: own", nil},
		"foreach over a million": {`processors: [{json: {field: message, target_field: l}}, {foreach: {field: l, processor: {set: {field: _ingest._value, value: 2}}}}]`,
			million, "JSON has too many entries", nil},
		"foreach over a million made by a script": {`processors: [{script: {source: "ctx.l = ctx.message.splitOnToken(',')"}}, {foreach: {field: l, processor: {uppercase: {field: _ingest._value}}}}]`,
			strings.Repeat(",", 1_000_000) + "a", "field [l] has more than 100000 elements", nil},
		"foreach over a million parts": {`processors: [{split: {field: message, separator: ","}}, {foreach: {field: message, processor: {uppercase: {field: _ingest._value}}}}]`,
			strings.Repeat("a,", 1_000_000) + "a", "field [message] has more than 100000 elements", nil},
		"an endless script": {`processors: [{script: {source: "int i = 0; while (i >= 0) { i = 1 }"}}]`, "x",
			"The maximum number of statements that can be executed in a loop has been reached.", nil},
		"an endless condition": {`processors: [{set: {field: a, value: 1, if: "int i = 0; while (i >= 0) { i = 1 } return true"}}]`, "x",
			"The maximum number of statements that can be executed in a loop has been reached.", nil},
		"an endless text": {`processors: [{script: {source: "String s = 'aaaaaaaa'; while (true) { s += s }"}}]`, "x",
			"the script made more than 33554432 bytes of text and containers", nil},
		"deep JSON":                {`processors: [{json: {field: message}}]`, strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "JSON is nested too deep", nil},
		"deep JSON in maps":        {`processors: [{json: {field: message}}]`, strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), "JSON is nested too deep", nil},
		"many keys":                {`processors: [{json: {field: message}}]`, keys(100_000), "JSON has too many entries", nil},
		"many keys of kv":          {`processors: [{kv: {field: message, field_split: ",", value_split: ":"}}]`, keys(100_000), "field [message] has more than 10000 key-value pairs", nil},
		"duplicate keys":           {`processors: [{json: {field: message}}]`, `{"a":1,"a":2}`, "Duplicate field 'a'", nil},
		"duplicate keys, allowed":  {`processors: [{json: {field: message, target_field: j, allow_duplicate_keys: true}}]`, `{"a":1,"a":2}`, "", map[string]string{"j.a": "2"}},
		"a large integer":          {`processors: [{json: {field: message, target_field: j}}]`, `{"a":123456789012345678901234567890}`, "", map[string]string{"j.a": "123456789012345678901234567890"}},
		"a large fraction":         {`processors: [{json: {field: message, target_field: j}}]`, `{"a":1e400,"b":-1e400}`, "", map[string]string{"j.a": `"Infinity"`, "j.b": `"-Infinity"`}},
		"a large integer to long":  {`processors: [{convert: {field: message, type: long}}]`, `123456789012345678901234567890`, "unable to convert [123456789012345678901234567890] to long", nil},
		"a large int of grok":      {`processors: [{grok: {field: message, patterns: ["%{INT:n:int}"]}}]`, `123456789012345678901234567890`, "123456789012345678901234567890", nil},
		"a date that is not":       {`processors: [{date: {field: message, formats: ["yyyy-MM-dd"]}}]`, "2026-02-30", "unable to parse date [2026-02-30]", nil},
		"29 February of 2025":      {`processors: [{date: {field: message, formats: ["ISO8601"]}}]`, "2025-02-29T00:00:00Z", "unable to parse date [2025-02-29T00:00:00Z]", nil},
		"hour 25":                  {`processors: [{date: {field: message, formats: ["ISO8601", "UNIX"]}}]`, "2026-01-01T25:00:00Z", "unable to parse date [2026-01-01T25:00:00Z]", nil},
		"a date beyond all":        {`processors: [{date: {field: message, formats: ["UNIX"]}}]`, "99999999999999999999", `@timestamp [+292278994-08-17T07:12:55.807Z] is no time that the index takes`, map[string]string{"tags": `["_pipeline_failure"]`}},
		"a name of a pipeline":     {`processors: [{pipeline: {name: "{{{message}}}"}}]`, "nobody", "Pipeline processor configured for non-existent pipeline [nobody]", nil},
		"an empty name of a field": {`processors: [{set: {field: "{{{nothing}}}", value: 1}}]`, "x", "path cannot be null nor empty", nil},
		"a pattern that explodes":  {`processors: [{grok: {field: message, patterns: ["^(a+)+(a+)+(a+)+$"]}}]`, strings.Repeat("a", 60_000) + "b", "takes too many steps on field value", nil},
	} {
		t.Run(name, func(t *testing.T) {
			sources, cfg := own(c.pipeline)
			got := documentOf(t, cfg, sources, "<38>Dec 10 06:55:48 web1 app: "+c.message, nil)
			if c.wrong != "" && !strings.Contains(got["error.message"], strings.ReplaceAll(c.wrong, `"`, `\"`)) || c.wrong == "" && got["error.message"] != "" {
				t.Errorf("error.message is %.300s, want %s", got["error.message"], c.wrong)
			}
			if n := len(got["error.message"]); n > 70_000 {
				t.Errorf("error.message has %d bytes", n)
			}
			if !strings.HasPrefix(got["event.original"], `"<38>Dec 10 06:55:48 web1 app: `) || len(got["event.original"]) < len(c.message) {
				t.Errorf("event.original is %.100s", got["event.original"])
			}
			wantFields(t, got, c.want)
		})
	}
}
