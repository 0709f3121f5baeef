package parser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/pipeline"
)

// documentOf parses one line with the given pipelines, which rules choose by program, and returns its fields.
func documentOf(t *testing.T, cfg Config, sources []pipeline.Source, line string, change func(*event.Batch)) map[string]string {
	t.Helper()
	set, err := pipeline.Compile(sources, pipeline.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	b := batchOf([][]byte{[]byte(line)})
	if change != nil {
		change(b)
	}
	p := newTestLiner(t, cfg, set)
	doc, dropped, err := p.parse(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	if dropped {
		return nil
	}
	first := bytes.Clone(doc)
	if again, _, _ := p.parse(b, 0); !bytes.Equal(first, again) {
		t.Errorf("a second delivery gives another document:\n%s\n%s", first, again)
	}
	fields, err := flatten(first)
	if err != nil {
		t.Fatalf("%v: %s", err, first)
	}
	return fields
}

func own(text string) ([]pipeline.Source, Config) {
	cfg := utcConfig()
	cfg.Rules = []Rule{{Programs: []string{"app"}, Pipeline: "own"}}
	return []pipeline.Source{{Name: "own", Text: []byte(text)}}, cfg
}

func wantFields(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %s, want %s", name, got[name], value)
		}
	}
}

func TestHeaderFields(t *testing.T) {
	bare := utcConfig()
	bare.Rules = nil
	got := documentOf(t, bare, nil, "<38>Dec 10 06:55:48 web1 sshd[24200]: hello \xff world", func(b *event.Batch) {
		b.Lines[0].Flags = event.Truncated
		b.Origins[0].Name, b.Origins[0].Realm, b.Origins[0].Transport = "web1", "EXAMPLE.ORG", event.GSS
	})
	wantFields(t, got, map[string]string{
		"@timestamp": `"2026-12-10T06:55:48.000Z"`, "message": `"hello ` + "\ufffd" + ` world"`, "host.hostname": `"web1"`,
		"process.name": `"sshd"`, "process.pid": "24200", "log.syslog.facility.code": "4", "log.syslog.facility.name": `"auth"`,
		"log.syslog.severity.code": "6", "log.syslog.severity.name": `"info"`,
		"event.original": `"<38>Dec 10 06:55:48 web1 sshd[24200]: hello ` + "\ufffd" + ` world"`, "event.created": `"2026-12-11T00:00:00.000Z"`,
		"log.source.ip": `"192.0.2.1"`, "millrace.transport": `"gss"`, "millrace.listener": `"tcp"`, "millrace.name": `"web1"`, "millrace.realm": `"EXAMPLE.ORG"`,
		"millrace.flags": `["truncated"]`, "millrace.original_base64": `"PDM4PkRlYyAxMCAwNjo1NTo0OCB3ZWIxIHNzaGRbMjQyMDBdOiBoZWxsbyD/IHdvcmxk"`,
	})
	got = documentOf(t, bare, nil, `<165>1 2026-10-11T22:14:15.003+02:00 h evt 8710 ID47 [a@1 x="1\"]" y=""][b] text`, nil)
	wantFields(t, got, map[string]string{
		"@timestamp": `"2026-10-11T20:14:15.003Z"`, "message": `"text"`, "process.name": `"evt"`, "process.pid": "8710", "log.syslog.version": `"1"`,
		"log.syslog.msgid": `"ID47"`, "log.syslog.structured_data.a@1.x": `"1\"]"`, "log.syslog.structured_data.a@1.y": `""`,
	})
	got = documentOf(t, bare, nil, "neither time nor host", nil)
	wantFields(t, got, map[string]string{
		"@timestamp": `"2026-12-11T00:00:00.000Z"`, "message": `"neither time nor host"`, "tags": `["_header_unparsed"]`, "log.source.ip": `"192.0.2.1"`,
	})
}

// Any data: events of a honeypot and reports of mailboxes, whose names would collide with those of the schema.
func TestMessagesThatAreJSON(t *testing.T) {
	cfg := utcConfig()
	cfg.Rules = nil
	for line, want := range map[string]map[string]string{
		`<14>Dec 10 06:55:48 hp1 honeypot: {"source":"198.51.100.37","target proto":"TCP","service":"scan","target port":"8080","n":1.5}`: {
			"json.source": `"198.51.100.37"`, "json.target proto": `"TCP"`, "json.target port": `"8080"`, "json.n": "1.5", "process.name": `"honeypot"`},
		`<14>Dec 10 06:55:48 mail1 reports[7]: {"files":29,"domain":"example.org","human":"786.25KB","deep":{"a":[1,null]}}`: {
			"json.files": "29", "json.human": `"786.25KB"`, "json.deep.a": "[1,null]"},
		`<14>{"source":"198.51.100.37","host":"me"}`:         {"json.source": `"198.51.100.37"`, "json.host": `"me"`, "source": ""},
		`<14>Dec 10 06:55:48 hp1 honeypot: {"broken":`:       {"message": `"{\"broken\":"`, "json": ""},
		`<14>Dec 10 06:55:48 hp1 honeypot: {"a":1} and more`: {"json": "", "json.a": ""},
	} {
		wantFields(t, documentOf(t, cfg, nil, line, nil), want)
	}
}

func counted(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

// Names that the index could not hold would cost the document.
func TestJSONBeyondTheLimitsStaysText(t *testing.T) {
	cfg := utcConfig()
	cfg.Rules = nil
	long, half := strings.Repeat("k", maxNames), strings.Repeat("k", maxNames/2)
	for message, refused := range map[string]bool{
		`{"` + long + `":1}`:                             true,
		`{"` + half + `":{"` + half + `":1}}`:            true,
		`{"` + half + `":1,"b` + half[2:] + `":{"c":1}}`: false,
		`{"a":` + strings.Repeat("[", 200) + `}`:         true,
		`{"a":[` + strings.Repeat("1,", 20_000) + `1]}`:  true,
		`{ but no JSON at all`:                           false,
	} {
		reg := prometheus.NewRegistry()
		w, err := New("auth", cfg, Deps{Pipelines: shippedSet(t), Metrics: NewMetrics(reg)}, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		p := w.newLineParser()
		b := batchOf([][]byte{[]byte("<14>" + message)})
		doc, _, err := p.parse(b, 0)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := flatten(doc)
		if err != nil {
			t.Fatal(err)
		}
		want, count := `["_header_unparsed"]`, 0.0
		if refused {
			want, count = `["_header_unparsed","_json_refused"]`, 1
		}
		if n := counted(t, reg, "millrace_parser_json_refused_total"); fields["tags"] != want || n != count {
			t.Errorf("%.20s: tags are %s, want %s; %v refused", message, fields["tags"], want, n)
		}
		if refused && fields["message"] == "" {
			t.Errorf("%.20s: there is no message", message)
		}
	}
	long = "<14>1 - - - - - [x@1 " + long + `="1"] text`
	wantFields(t, documentOf(t, cfg, nil, long, nil), map[string]string{"message": `"` + strings.ReplaceAll(long[len("<14>1 - - - - - "):], `"`, `\"`) + `"`})
}

func TestLineFeedAtTheEndIsNotInTheMessage(t *testing.T) {
	_, raw := own("processors: [{set: {field: seen, copy_from: message}}]")
	raw.Rules[0].Input = InputRaw
	plain := utcConfig()
	plain.Rules = nil
	sources, _ := own("processors: [{set: {field: seen, copy_from: message}}]")
	for end, escaped := range map[string]string{"": "", "\n": `\n`, "\r\n": `\r\n`, "\x00": `\u0000`} {
		for line, message := range map[string]string{
			"<38>Dec 10 06:55:48 web1 app[12]: x y": "x y", "<14>1 - - app - - - x y": "x y", "<14>1 - - app - -": "", "<14>": "", "<14>app: {\"a\":1}": `{\"a\":1}`,
		} {
			got := documentOf(t, plain, nil, line+end, nil)
			wantFields(t, got, map[string]string{"message": `"` + message + `"`, "event.original": `"` + strings.ReplaceAll(line, `"`, `\"`) + escaped + `"`})
		}
		got := documentOf(t, raw, sources, "<38>Dec 10 06:55:48 web1 app[12]: x y"+end, nil)
		wantFields(t, got, map[string]string{"seen": `"Dec 10 06:55:48 web1 app[12]: x y"`})
	}
}

func TestTrustedFieldsWin(t *testing.T) {
	sources, cfg := own(`
processors:
- set: {field: log, value: forged}
- set: {field: millrace, value: {listener: forged, name: forged}}
- set: {field: event, value: forged}
- set: {field: host.hostname, value: renamed}
- set: {field: _id, value: forged}
- set: {field: _index, value: forged}
- set: {field: "@timestamp", value: never}`)
	got := documentOf(t, cfg, sources, "<38>Dec 10 06:55:48 web1 app: x", nil)
	wantFields(t, got, map[string]string{
		"log.source.ip": `"192.0.2.1"`, "millrace.listener": `"tcp"`, "millrace.name": "", "_id": "", "_index": "", "event.created": `"2026-12-11T00:00:00.000Z"`,
		"event.original": `"<38>Dec 10 06:55:48 web1 app: x"`, "host.hostname": `"renamed"`, "@timestamp": `"2026-12-11T00:00:00.000Z"`,
	})
}

// One that sends all priorities that there are must not fill the memory with them.
func TestPrioritiesOfASenderAreBounded(t *testing.T) {
	sources, cfg := own("processors: [{set: {field: a, value: 1}}]")
	set, err := pipeline.Compile(sources, pipeline.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	for n := range 2 * 192 {
		lines = append(lines, fmt.Appendf(nil, "<%d>Dec 10 06:55:48 hp1 app: text", n%192))
	}
	p, b := newTestLiner(t, cfg, set), batchOf(lines)
	for n := range lines {
		doc, _, err := p.parse(b, n)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := flatten(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fields["log.syslog.facility.code"], strconv.Itoa(n%192/8); got != want {
			t.Errorf("<%d>: facility %s, want %s", n%192, got, want)
		}
		if got, want := fields["log.syslog.severity.code"], strconv.Itoa(n%8); got != want {
			t.Errorf("<%d>: severity %s, want %s", n%192, got, want)
		}
	}
	if logs := p.senders.of(0).logs; len(logs) == 0 || len(logs) > maxLogs {
		t.Errorf("%d priorities of a sender are remembered, want 1 to %d", len(logs), maxLogs)
	}
}

func TestPipelineThatFails(t *testing.T) {
	sources, cfg := own("processors: [{set: {field: half, value: done}}, {rename: {field: nothing, target_field: x}}]")
	got := documentOf(t, cfg, sources, "<38>Dec 10 06:55:48 web1 app: x", nil)
	wantFields(t, got, map[string]string{
		"message": `"x"`, "half": "", "tags": `["_pipeline_failure"]`, "error.message": `"pipeline own: field [nothing] doesn't exist"`, "host.hostname": `"web1"`,
	})
	sources, cfg = own("processors: [{drop: {}}]")
	if got := documentOf(t, cfg, sources, "<38>Dec 10 06:55:48 web1 app: x", nil); got != nil {
		t.Errorf("a dropped line has the document %v", got)
	}
}

func TestLegacyNamesMove(t *testing.T) {
	sources, cfg := own("processors: [{grok: {field: message, patterns: ['%{SYSLOGBASE} %{GREEDYDATA:text}']}}]")
	cfg.Rules[0].Input = InputRaw
	got := documentOf(t, cfg, sources, "<38>Dec 10 06:55:48 web1 app[12]: x y", nil)
	wantFields(t, got, map[string]string{
		"host.hostname": `"web1"`, "process.name": `"app"`, "text": `"x y"`, "logsource": "", "program": "", "pid": "",
		"message": `"Dec 10 06:55:48 web1 app[12]: x y"`,
	})
	if pid := strings.Trim(got["process.pid"], `"`); pid != "12" {
		t.Errorf("process.pid is %s", pid)
	}
}

func TestZonesOfSenders(t *testing.T) {
	cfg := utcConfig()
	cfg.Rules = nil
	cfg.Zones = []Zone{
		{Hosts: []string{"tokyo*"}, Timezone: "Asia/Tokyo"},
		{Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, Timezone: "America/New_York"},
	}
	if _, err := time.LoadLocation("Asia/Tokyo"); err != nil {
		t.Skip("this machine has no time zone database")
	}
	for line, want := range map[string]string{
		"<38>Dec 10 06:55:48 tokyo7 x: y": `"2026-12-09T21:55:48.000Z"`, "<38>Dec 10 06:55:48 web1 x: y": `"2026-12-10T11:55:48.000Z"`,
		"<38>2026-12-10T06:55:48Z tokyo7 x: y": `"2026-12-10T06:55:48.000Z"`,
	} {
		wantFields(t, documentOf(t, cfg, nil, line, nil), map[string]string{"@timestamp": want})
	}
}

// FuzzLine: whatever comes in, a document comes out, with the sender's fields as they are known.
func FuzzLine(f *testing.F) {
	set := shippedSet(f)
	for _, name := range []string{"sshd", "access", "kernel", "pam"} {
		for _, line := range exampleLines(f, name) {
			f.Add(line)
		}
	}
	f.Add([]byte(`<14>Dec 10 06:55:48 h x: {"a":{"b":[1,2,{"c":"\ud800"}]},"":0}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		p := newTestLiner(t, utcConfig(), set)
		doc, dropped, err := p.parse(batchOf([][]byte{line}), 0)
		if err != nil || dropped {
			t.Fatalf("%v, dropped %t", err, dropped)
		}
		var m struct {
			Log   struct{ Source struct{ IP string } }
			Event struct{ Original string }
		}
		if err := json.Unmarshal(doc, &m); err != nil {
			t.Fatalf("%v: %s", err, doc)
		}
		if bytes.IndexByte(doc, '\n') >= 0 {
			t.Errorf("a line feed is in %s", doc)
		}
		if m.Log.Source.IP != "192.0.2.1" || m.Event.Original != strings.ToValidUTF8(string(line), "\ufffd") && !strings.Contains(m.Event.Original, "\ufffd") {
			t.Errorf("%s", doc)
		}
	})
}

// TestLegacyNamesAreReserved: documents that have no reserved name are not searched for these.
func TestLegacyNamesAreReserved(t *testing.T) {
	for _, l := range legacy {
		ev := event.New()
		ev.Put(ev.Doc(), l.name, ev.Text("x"))
		if !ev.MayHaveReserved(ev.Doc()) {
			t.Errorf("%s is not reserved", l.name)
		}
	}
}
