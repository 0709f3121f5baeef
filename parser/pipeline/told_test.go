package pipeline

import "testing"

func TestAsksIngest(t *testing.T) {
	for text, want := range map[string]bool{
		"- rename: {field: a, target_field: b}":                                                    false,
		"- set: {field: error.message, value: '{{_ingest.on_failure_message}}'}":                   true,
		"- set: {field: x, copy_from: _ingest.on_failure_message}":                                 true,
		"- set: {field: '{{name}}', value: 1}":                                                     true,
		"- set: {field: a, value: 1, if: 'true'}":                                                  true,
		"- pipeline: {name: other}":                                                                true,
		"- script: {source: 'ctx.a = 1'}":                                                          true,
		"- rename: {field: a, target_field: b, on_failure: [{set: {field: _ingest.x, value: 1}}]}": true,
	} {
		n, err := parseNode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := asksIngest(n); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
