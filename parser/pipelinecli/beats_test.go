package pipelinecli

import (
	"errors"
	"strings"
	"testing"
)

// fileset is a module of one fileset with a line of its log and what must become of it, flat.
func filesetOf(t *testing.T, input, line, expected string) string {
	return write(t, t.TempDir(), map[string]string{
		"app/log/manifest.yml":        "var: [{name: input, default: tcp}, {name: paths, default: /var/log/app}]\ningest_pipeline: ingest/entry.yml\ninput: config/{{.input}}.yml\n",
		"app/log/config/log.yml":      "type: log\npaths: {{range .paths}}[{{.}}]{{end}}\n" + input,
		"app/log/ingest/entry.yml":    "processors: [{set: {field: n, value: 1}}]\n",
		"app/log/test/a.log":          line + "\n",
		"app/log/test/a.log" + suffix: `[{"n":1,"log.offset":0,` + expected + `}]`,
	})
}

func TestFilebeatsPart(t *testing.T) {
	for name, c := range map[string]struct{ input, line, expected string }{
		"json":                 {"json.add_error_key: true", `{"a.b":1}`, `"json.a.b":1`},
		"json, not JSON":       {"json.add_error_key: true", `a`, `"message":"a"`},
		"json under the root":  {"json: {keys_under_root: true, message_key: m}", `{"m":"x"}`, `"m":"x","message":"x"`},
		"fields":               {"fields: {a: {b: 1}}\nfields_under_root: true", `x`, `"message":"x","a.b":1`},
		"fields of their own":  {"fields: {a: 1}", `x`, `"message":"x","fields.a":1`},
		"add_fields":           {"processors: [add_fields: {target: a, fields: {b: 1, c.d: [x]}}, add_fields: {fields: {e: 2}}]", `x`, `"message":"x","a.b":1,"a.c.d":["x"],"fields.e":2`},
		"decode_json_fields":   {"processors: [decode_json_fields: {fields: [message], target: j}]", `{"a":{"b":2}}`, `"message":"{\"a\":{\"b\":2}}","j.a.b":2`},
		"decode to the root":   {"processors: [decode_json_fields: {fields: message, target: ''}]", `{"a":2}`, `"message":"{\"a\":2}","a":2`},
		"rename, drop_fields":  {"processors: [rename: {fields: [{from: message, to: a.b}, {from: none, to: x}]}, drop_fields: {fields: [a.b, none]}]", `x`, `"a":{}`},
		"columns":              {"processors: [decode_csv_fields: {fields: {message: csv}}, extract_array: {field: csv, omit_empty: true, mappings: {a.b: 0, c: 1, d: 2}}]", `"x,y",,z`, `"message":"\"x,y\",,z","csv":["","x,y","z"],"a.b":"x,y","d":"z"`},
		"convert":              {"processors: [convert: {mode: rename, fields: [{from: message, to: a, type: long}]}, convert: {fields: [{from: a, to: b}, {from: a, to: c, type: string}]}]", `7`, `"a":7,"b":7,"c":"7"`},
		"timestamp":            {"processors: [timestamp: {field: message, layouts: ['2006-01-02T15:04:05.999Z0700']}]", `2021-01-27T01:28:11.488+0100`, `"message":"2021-01-27T01:28:11.488+0100","@timestamp":"2021-01-27T00:28:11.488Z"`},
		"registered_domain":    {"processors: [registered_domain: {field: message, target_field: a, target_subdomain_field: b, target_etld_field: c}]", `www.example.co.uk`, `"message":"www.example.co.uk","a":"example.co.uk","b":"www","c":"co.uk"`},
		"dissect":              {"processors: [dissect: {field: message, tokenizer: '%{a}/%{b.c}', target_prefix: ''}]", `x/y`, `"message":"x/y","a":"x","b.c":"y"`},
		"if":                   {"processors: [{if: {equals.message: y}, then: [add_locale: ~], else: [rename: {fields: [{from: message, to: m}]}]}]", `x`, `"m":"x"`},
		"when, asked once":     {"processors: [rename: {when.has_fields: [message], fields: [{from: message, to: m}, {from: input, to: i}]}]", `x`, `"m":"x","i.type":"log"`},
		"when not, or, regexp": {"processors: [add_locale.when.not.regexp.message: '^{', add_fields: {when.or: [{equals.none: 1}, contains.message: 'b/'], target: '', fields: {c: 1}}]", `ab/`, `"message":"ab/","event.timezone":"-02:00","c":1`},
		"when and":             {"processors: [drop_event.when.and: [{has_fields: [message]}, equals.message: y]]", `x`, `"message":"x"`},
	} {
		t.Run(name, func(t *testing.T) {
			expected := c.expected
			for _, field := range []string{`"event.module":"app"`, `"event.dataset":"app.log"`, `"fileset.name":"log"`, `"service.type":"app"`} {
				expected += "," + field
			}
			if !strings.Contains(expected, `"i.type"`) {
				expected += `,"input.type":"log"`
			}
			dir := filesetOf(t, c.input, c.line, expected)
			var out strings.Builder
			if err := Test(dir, Options{Out: &out, Verbose: true}); err != nil {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
}

func TestFilebeatsPartLeft(t *testing.T) {
	dir := filesetOf(t, "processors: [{script: {lang: javascript}}, {decode_cef: {}}, {add_locale: {when: {network.a: private}}}]", "x", `"message":"x"`)
	var out strings.Builder
	err := Test(dir, Options{Out: &out})
	if want := "processors of Filebeat that are not run here: script, decode_cef, when\n"; !strings.Contains(out.String(), want) || !errors.Is(err, ErrFailed) {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// A fileset that cannot be read is told of, and the others are run.
func TestFilesetWithoutItsPipeline(t *testing.T) {
	dir := filesetOf(t, "", "x", `"message":"x"`)
	write(t, dir, map[string]string{"bad/log/manifest.yml": "ingest_pipeline: [ingest/none.yml]\ninput: config/log.yml\n"})
	var out strings.Builder
	if err := Check(dir, Options{Out: &out}); !errors.Is(err, ErrFailed) || !strings.Contains(out.String(), "1 of 2 pipelines load") || !strings.Contains(out.String(), "none.yml: no such file") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
