package parser

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/geoip"
	"github.com/millrace/millrace/parser/pipeline"
	"github.com/millrace/millrace/patterns/pipelines"
)

var update = flag.Bool("update", false, "write what pipelines make of their examples into the files of examples; read the diff")

// testDatabases makes GeoIP databases that know 203.0.113.0/24 and 2001:db8:113::/48.
func testDatabases(t testing.TB) *geoip.Databases {
	t.Helper()
	name := func(s string) mmdbtype.Map { return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(s)}} }
	code := func(m mmdbtype.Map, key, c string) mmdbtype.Map {
		m[mmdbtype.String(key)] = mmdbtype.String(c)
		return m
	}
	dir := t.TempDir()
	for file, record := range map[string]mmdbtype.Map{
		"GeoLite2-City": {
			"continent": code(name("Europe"), "code", "EU"), "country": code(name("Norway"), "iso_code", "NO"),
			"subdivisions": mmdbtype.Slice{code(name("Troms"), "iso_code", "55")}, "city": name("Tromsø"),
			"location": mmdbtype.Map{"latitude": mmdbtype.Float64(69.65), "longitude": mmdbtype.Float64(18.96)},
		},
		"GeoLite2-ASN": {"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": mmdbtype.String("Example Net")},
	} {
		testbed.WriteGeoIP(t, filepath.Join(dir, file+".mmdb"), file,
			map[string]mmdbtype.Map{"203.0.113.0/24": record, "2001:db8:113::/48": record})
	}
	dbs, err := geoip.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dbs
}

func shippedSet(t testing.TB) *pipeline.Set {
	t.Helper()
	return shippedWith(t, testDatabases(t))
}

// shippedWith are the shipped pipelines with those databases.
func shippedWith(t testing.TB, databases *geoip.Databases) *pipeline.Set {
	t.Helper()
	sources, err := ShippedPipelines()
	if err != nil {
		t.Fatal(err)
	}
	set, err := pipeline.Compile(sources, pipeline.Deps{GeoIP: databases})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func utcConfig() Config {
	cfg := DefaultConfig()
	cfg.Timezone = "UTC"
	cfg.Rules = ShippedRules()
	return cfg
}

func TestShippedPipelinesOnTheirExamples(t *testing.T) {
	examples, err := ReadExamples(pipelines.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	set := shippedSet(t)
	if *update {
		writeExamples(t, set, examples)
		return
	}
	has := map[string]bool{}
	for _, e := range examples {
		has[strings.TrimSuffix(e.File, examplesSuffix)] = true
	}
	for _, rule := range ShippedRules() { // other pipelines are parts of these
		if !has[rule.Pipeline] {
			t.Errorf("pipeline %s has no examples", rule.Pipeline)
		}
	}
	for _, err := range RunExamples(utcConfig(), set, examples) {
		t.Error(err)
	}
}

func writeExamples(t *testing.T, set *pipeline.Set, examples []Example) {
	t.Helper()
	byFile := map[string][]Example{}
	for _, e := range examples {
		got, err := e.run(utcConfig(), set)
		if err != nil {
			t.Fatal(err)
		}
		kept := map[string]any{}
		for name, raw := range got {
			if _, wanted := e.Fields[name]; isHeaders(name) && !wanted {
				continue
			}
			var v any
			if err := json.Unmarshal([]byte(raw), &v); err != nil {
				t.Fatal(err)
			}
			if f, ok := v.(float64); ok && f == float64(int64(f)) {
				v = int64(f)
			}
			kept[name] = v
		}
		e.Fields, e.Dropped = kept, got == nil
		byFile[e.File] = append(byFile[e.File], e)
	}
	for file, list := range byFile {
		text, err := yaml.MarshalWithOptions(list, yaml.UseSingleQuote(true))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("..", "patterns", "pipelines", file), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestExamplesThatDoNotComeOut(t *testing.T) {
	fsys := fstest.MapFS{"own.examples.yml": &fstest.MapFile{Data: []byte(`
- line: '<38>Dec 10 06:55:48 web1 sshd[2]: Failed password for root from 192.0.2.7 port 38926 ssh2'
  fields: {user.name: toor, event.outcome: failure, event.action: ssh_login, nothing: 1}
- line: hello
  received: yesterday
- line: hello
  dropped: true
`)}}
	examples, err := ReadExamples(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	errs := RunExamples(utcConfig(), shippedSet(t), examples)
	if len(errs) != 3 {
		t.Fatalf("%d errors: %v", len(errs), errs)
	}
	for i, wants := range [][]string{
		{"own.examples.yml: example 1", `-user.name: "toor"`, `+user.name: "root"`, "-nothing: 1", `+source.ip: "192.0.2.7"`},
		{"own.examples.yml: example 2", "is not a time"}, {"-dropped: true"},
	} {
		for _, want := range wants {
			if !strings.Contains(errs[i].Error(), want) {
				t.Errorf("%v\nhas no %s", errs[i], want)
			}
		}
	}
	fsys["own.examples.yml"] = &fstest.MapFile{Data: []byte("- lien: x\n")}
	if _, err := ReadExamples(fsys, "."); err == nil || !strings.Contains(err.Error(), "own.examples.yml") {
		t.Errorf("an unknown key: %v", err)
	}
}
