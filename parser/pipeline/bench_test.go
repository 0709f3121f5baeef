package pipeline

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/cputime"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/geoip"
)

// benchmarks has one processor each, and a document that is its daily bread.
var benchmarks = []struct{ name, processor, doc string }{
	{"append", `append: {field: event.type, value: user}`, `{"event":{"type":["creation"]}}`},
	{"append/unique", `append: {field: related.ip, value: "{{{source.ip}}}", allow_duplicates: false}`, `{"source":{"ip":"192.0.2.1"},"related":{"ip":["192.0.2.7"]}}`},
	{"bytes", `bytes: {field: size}`, `{"size":"512mb"}`},
	{"community_id", `community_id: {source_ip: source.ip, source_port: source.port, destination_ip: destination.ip, destination_port: destination.port, transport: network.transport}`,
		`{"source":{"ip":"192.0.2.1","port":12345},"destination":{"ip":"198.51.100.2","port":80},"network":{"transport":"tcp"}}`},
	{"convert/long", `convert: {field: a, type: long}`, `{"a":"203023"}`},
	{"convert/ip", `convert: {field: source.address, target_field: source.ip, type: ip}`, `{"source":{"address":"192.0.2.1"}}`},
	{"csv", `csv: {field: message, target_fields: [a, b, c, d]}`, `{"message":"one,two,\"three, four\",5"}`},
	{"date/http", `date: {field: time, formats: ['dd/MMM/yyyy:H:m:s Z']}`, `{"time":"17/May/2015:10:05:03 +0000"}`},
	{"date/syslog", `date: {field: time, formats: ['MMM  d HH:mm:ss', 'MMM dd HH:mm:ss', ISO8601]}`, `{"time":"Dec 10 06:55:48"}`},
	{"date/iso8601", `date: {field: time, formats: [ISO8601]}`, `{"time":"2026-12-10T06:55:48.123Z"}`},
	{"date/unix_ms", `date: {field: time, formats: [UNIX_MS]}`, `{"time":"1431857103123"}`},
	{"date/timezone", `date: {field: time, formats: ['MMM dd HH:mm:ss'], timezone: '{{{event.timezone}}}'}`, `{"time":"Dec 10 06:55:48","event":{"timezone":"+02:00"}}`},
	{"date_index_name", `date_index_name: {field: time, index_name_prefix: logs-, date_rounding: d}`, `{"time":"2026-12-10T06:55:48.123Z"}`},
	{"dissect", `dissect: {field: message, pattern: '%{source.ip} %{} %{user.name} [%{time}] "%{http.request.method} %{url.original} HTTP/%{http.version}" %{status}'}`,
		`{"message":"203.0.113.9 - ada [17/May/2015:10:05:03 +0000] \"GET /presentations/talk.png HTTP/1.1\" 200"}`},
	{"dot_expander", `dot_expander: {field: a.b}`, `{"a.b":"x"}`},
	{"drop", `drop: {}`, `{}`},
	{"fail", `fail: {message: 'no {{{a}}}', ignore_failure: true}`, `{"a":"x"}`},
	{"fingerprint", `fingerprint: {fields: [a, b]}`, `{"a":"x","b":"y"}`},
	{"foreach", `foreach: {field: a, processor: {uppercase: {field: _ingest._value}}}`, `{"a":["x","y","z"]}`},
	{"geoip/city", `geoip: {field: source.ip, target_field: source.geo}`, `{"source":{"ip":"81.2.69.142"}}`},
	{"geoip/asn", `geoip: {field: source.ip, target_field: source.as, database_file: GeoLite2-ASN.mmdb, properties: [asn, organization_name]}`, `{"source":{"ip":"89.160.20.112"}}`},
	{"grok/one", `grok: {field: message, ecs_compatibility: v1, patterns: ['^%{WORD:a} password for %{DATA:user.name} from %{IP:source.ip} port %{INT:source.port:int}']}`, sshd},
	{"grok/set", `grok: {field: message, ecs_compatibility: v1, patterns: ['^Invalid user %{DATA:user.name} from %{IP:source.ip}', '^Received disconnect from %{IP:source.ip}',
		'^Connection closed by %{IP:source.ip}', '^%{WORD:a} password for %{DATA:user.name} from %{IP:source.ip} port %{INT:source.port:int}']}`, sshd},
	{"grok/access", `grok: {field: message, ecs_compatibility: v1, patterns: ['%{COMBINEDAPACHELOG}']}`,
		`{"message":"203.0.113.9 - - [17/May/2015:10:05:03 +0000] \"GET /presentations/talk.png?x=1 HTTP/1.1\" 200 203023 \"http://example.org/list\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\""}`},
	{"gsub", `gsub: {field: a, pattern: '\s+', replacement: ' '}`, `{"a":"one  two \t three"}`},
	{"html_strip", `html_strip: {field: a}`, `{"a":"<p>one <b>two</b></p>"}`},
	{"join", `join: {field: a, separator: '-'}`, `{"a":["x","y","z"]}`},
	{"json", `json: {field: message, target_field: json}`, `{"message":"{\"a\":1,\"b\":{\"c\":\"text\",\"d\":[1,2,3]},\"e\":true}"}`},
	{"kv", `kv: {field: message, field_split: ' ', value_split: '=', target_field: kv}`, `{"message":"uid=0 euid=0 tty=ssh ruser=x rhost=192.0.2.1 user=root"}`},
	{"lowercase", `lowercase: {field: a}`, `{"a":"Some Text"}`},
	{"network_direction", `network_direction: {source_ip: source.ip, destination_ip: destination.ip, internal_networks: [private]}`, `{"source":{"ip":"10.1.2.3"},"destination":{"ip":"198.51.100.2"}}`},
	{"pipeline", `pipeline: {name: other}`, `{}`},
	{"redact", `redact: {field: message, patterns: ['%{IP:client}']}`, `{"message":"Connection closed by 192.0.2.1 port 22"}`},
	{"registered_domain", `registered_domain: {field: a, target_field: url}`, `{"a":"www.example.co.uk"}`},
	{"remove", `remove: {field: [a, b.c], ignore_missing: true}`, `{"a":"x","b":{"c":1}}`},
	{"rename", `rename: {field: a.b, target_field: c.d}`, `{"a":{"b":"x"}}`},
	{"rename/missing", `rename: {field: a.b, target_field: c.d, ignore_missing: true}`, `{"a":{}}`},
	{"reroute", `reroute: {dataset: nginx.access, namespace: default}`, `{}`},
	{"script", `script: {source: "if (ctx.event.code == '4625') { ctx.event.outcome = 'failure'; } else { ctx.event.outcome = 'success'; }"}`, `{"event":{"code":"4625"}}`},
	{"set/text", `set: {field: event.kind, value: event}`, `{"event":{}}`},
	{"set/list", `set: {field: event.category, value: [authentication, session]}`, `{"event":{}}`},
	{"set/template", `set: {field: url.domain, value: '{{{destination.domain}}}'}`, `{"destination":{"domain":"example.org"}}`},
	{"set/copy_from", `set: {field: event.created, copy_from: time}`, `{"time":"2026-12-10T06:55:48.123Z"}`},
	{"sort", `sort: {field: a}`, `{"a":["z","y","x"]}`},
	{"split", `split: {field: a, separator: ', '}`, `{"a":"192.0.2.1, 192.0.2.2, 192.0.2.3"}`},
	{"terminate", `terminate: {}`, `{}`},
	{"trim", `trim: {field: a}`, `{"a":"  text "}`},
	{"uppercase", `uppercase: {field: a}`, `{"a":"some text"}`},
	{"uri_parts", `uri_parts: {field: a}`, `{"a":"http://example.org:8080/path/file.png?x=1#top"}`},
	{"urldecode", `urldecode: {field: a}`, `{"a":"a%20text%21"}`},
	{"user_agent", `user_agent: {field: user_agent.original}`, `{"user_agent":{"original":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}}`},
	{"if/skipped", `set: {field: event.outcome, value: failure, if: "ctx.event?.code == '4625' && ctx.user?.name != null"}`, `{"event":{"code":"4624"}}`},
	{"if/list", `set: {field: event.outcome, value: failure, if: "ctx.process?.name != null && ['groupadd', 'groupdel', 'useradd', 'userdel'].contains(ctx.process.name)"}`, `{"process":{"name":"sshd"}}`},
}

const sshd = `{"message":"Failed password for ada from 192.0.2.7 port 38926 ssh2"}`

// BenchmarkProcessor prints what each processor alone costs: own-cpu-ns/op is without the making of its document.
func BenchmarkProcessor(b *testing.B) {
	for _, c := range benchmarks {
		b.Run(c.name, func(b *testing.B) {
			var deps Deps
			if strings.HasPrefix(c.name, "geoip") {
				var err error
				if deps.GeoIP, err = geoip.Open(testbed.Corpus(b, "geoip")); err != nil {
					b.Fatal(err)
				}
			}
			set, err := Compile([]Source{{Name: "test", Text: []byte("processors: [{" + c.processor + "}]")}, {Name: "other", Text: []byte("processors: []")}}, deps)
			if err != nil {
				b.Fatal(err)
			}
			benchProcessor(b, set, c.doc)
		})
	}
}

func benchProcessor(b *testing.B, set *Set, text string) {
	n, err := parseNode([]byte(text))
	if err != nil {
		b.Fatal(err)
	}
	doc := (&options{}).parseValue("", n, plain) // its names are symbols, as those are that headers and processors make
	r, p, ev := set.NewRunner(), set.Pipeline("test"), event.New()
	r.ev = ev
	load := func() {
		ev.Reset()
		made, _ := doc.of(r)
		ev.SetDoc(made)
	}
	for range 8 {
		load()
		_ = r.Run(p, ev, received)
	}
	b.ReportAllocs()
	start := cputime.Used()
	for range b.N {
		load()
	}
	making := cputime.Used() - start
	start = cputime.Used()
	b.ResetTimer()
	for range b.N {
		load()
		_ = r.Run(p, ev, received)
	}
	b.ReportMetric(float64(cputime.Used()-start-making)/float64(b.N), "own-cpu-ns/op")
}
