package pipelinecli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, root string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

var module = map[string]string{
	"app/log/manifest.yml":        "var: [{name: paths, default: [/var/log/app]}]\ningest_pipeline: [ingest/entry.yml, ingest/rest.yml]\ninput: config/log.yml\n",
	"app/log/config/log.yml":      "type: log\npaths:\n{{ range .paths }}\n - {{.}}\n{{ end }}\nexclude_lines: ['^#']\nmultiline.pattern: '^\\s'\nmultiline.match: after\nprocessors: [{add_locale: ~}]\n",
	"app/log/ingest/entry.yml":    "processors: [{pipeline: {name: '{< IngestPipeline \"rest\" >}'}}]\n",
	"app/log/ingest/rest.yml":     "processors: [{drop: {if: ctx.message == 'drop'}}, {set: {field: app.n, value: 1}}]\n",
	"app/log/test/a.log":          "# no\none\n  more\ndrop\ntwo\nunfinished",
	"app/log/test/a.log" + suffix: `[{"app.n":1,"message":"one\n  more","event.timezone":"-02:00","log.flags":["multiline"]},{"app.n":2,"message":"two"}]`,
}

const suffix = expectedSuffix

func TestFilebeat(t *testing.T) {
	dir := write(t, t.TempDir(), module)
	var out strings.Builder
	if err := Check(dir, Options{Out: &out}); err != nil || !strings.Contains(out.String(), "2 of 2 pipelines load (100.0%)") {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	err := Test(dir, Options{Out: &out, Verbose: true})
	for _, want := range []string{"a.log: event 3", "-app.n: 2", "+app.n: 1", "+log.offset: 21"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if !errors.Is(err, ErrFailed) {
		t.Errorf("error is %v", err)
	}
}

// A database that is not there is told of once; of a YAML error the table of kinds has one line.
func TestNotes(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{
		"app/log/manifest.yml":        "ingest_pipeline: ingest/p.yml\ninput: config/log.yml\n",
		"app/log/config/log.yml":      "type: log\n",
		"app/log/ingest/p.yml":        "processors: [{geoip: {field: a}}, {geoip: {field: b}}]\n",
		"app/log/test/a.log":          "one\n",
		"app/log/test/a.log" + suffix: `[{"message":"one"}]`,
	})
	var out strings.Builder
	_ = Test(dir, Options{Out: &out})
	if n := strings.Count(out.String(), "note: events get no place from GeoLite2-City.mmdb: name it with --geoip\n"); n != 1 {
		t.Errorf("told %d times:\n%s", n, out.String())
	}
	dir = write(t, t.TempDir(), map[string]string{"a.yml": "processors:\n- set: {field: a\n"})
	out.Reset()
	_ = Check(dir, Options{Out: &out})
	if _, table, _ := strings.Cut(out.String(), "by count:\n"); strings.Count(table, "\n") != 2 {
		t.Errorf("%s", out.String())
	}
}

// A pipeline that calls one which is not in the folder loads, and is told of.
func TestCheckOfMissingPipelines(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{"a.yml": "processors:\n- drop: {}\n- pipeline: {name: generated}\n- pipeline: {name: x, ignore_missing_pipeline: true}\n"})
	var out strings.Builder
	err := Check(dir, Options{Out: &out})
	want := "a.yml:3: processors[1] (pipeline): Pipeline processor configured for non-existent pipeline [generated]\n1 of 1 pipelines load (100.0%)\n"
	if !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "1 calls of pipelines that are not there") || !strings.HasSuffix(out.String(), want) {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// The folder may be named from within.
func TestFolderOfToday(t *testing.T) {
	dir := write(t, t.TempDir(), module)
	t.Chdir(filepath.Join(dir, "app"))
	for _, dir := range []string{".", "log", "log/../"} {
		var out strings.Builder
		if err := Test(dir, Options{Out: &out}); !errors.Is(err, ErrFailed) || !strings.Contains(out.String(), `"app.log"`) || !strings.Contains(out.String(), "\napp ") {
			t.Errorf("%s: %v\n%s", dir, err, out.String())
		}
	}
}

func TestPackage(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{
		stream + "elasticsearch/ingest_pipeline/default.yml":         "processors: [{set: {field: a, value: '{{{_conf.x}}}'}}, {remove: {field: _conf}}, {set: {field: event.ingested, value: '{{{_ingest.timestamp}}}'}}]\n",
		stream + "_dev/test/pipeline/test-common-config.yml":         "fields: {_conf: {x: y}, tags: [t, u]}\ndynamic_fields: {event.ingested: '.*'}\n",
		stream + "_dev/test/pipeline/test-b.json-config.yml":         "fields: {_conf: {z: 1}, tags: [v]}\n",
		stream + "_dev/test/pipeline/test-a.log":                     "one\n",
		stream + "_dev/test/pipeline/test-a.log" + suffix:            `{"expected":[{"message":"one","a":"y","tags":["t","u"],"event":{"ingested":"x"}}]}`,
		stream + "_dev/test/pipeline/test-b.json":                    `{"events":[{"n":1}]}`,
		stream + "_dev/test/pipeline/test-b.json" + suffix:           `{"expected":[{"n":1,"a":"y","tags":["v","u"],"event":{"ingested":"x"}}]}`,
		"other/elasticsearch/ingest_pipeline/default.json":           `{"processors":[{"nothing":{}},{"set":{"field":"a"}}]}`,
		"other/_dev/test/pipeline/test-c.json" + suffix + ".ignored": ``,
	})
	var out strings.Builder
	if err := Test(dir, Options{Out: &out}); err != nil || !strings.Contains(out.String(), "2 of 2 events equal") {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	if err := Check(dir, Options{Out: &out}); !errors.Is(err, ErrFailed) || !strings.Contains(out.String(), "1 of 2 pipelines load (50.0%)") {
		t.Errorf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"No processor type exists with name [nothing]", "1  set [value] required property is missing"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
