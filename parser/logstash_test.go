package parser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/geoip"
	"github.com/millrace/millrace/parser/pipeline"
)

// The filters that Logstash ran, as ingest pipelines: the same grok expressions, dates and database.
const (
	logstashSyslog = `
processors:
- grok: {field: message, patterns: ['%{SYSLOGBASE} %{GREEDYDATA:sshd_msg}'], ignore_failure: true}
- grok:
    if: ctx.program == 'sshd'
    field: sshd_msg
    patterns:
    - '^%{WORD:auth_result} %{WORD:auth_method} for (?:invalid user )?%{DATA:user} from %{IP:src_ip} port %{INT:src_port:int} %{WORD:ssh_proto}'
    - '^Received disconnect from %{IP:src_ip}: %{INT:disc_code:int}: %{GREEDYDATA:disc_reason}'
    - '^Connection closed by %{IP:src_ip}'
    - '^[Ii]nvalid user %{DATA:user} from %{IP:src_ip}'
    - '^pam_unix\(sshd:auth\): authentication failure;.* rhost=%{IPORHOST:src_host}(?:\s+user=%{USERNAME:user})?'
    on_failure: [{append: {field: tags, value: _sshd_nomatch}}]
- date: {field: timestamp, formats: ['MMM  d HH:mm:ss', 'MMM dd HH:mm:ss'], if: ctx.timestamp != null}`
	logstashAccess = `
processors:
- grok: {field: message, patterns: ['%{COMBINEDAPACHELOG}'], ignore_failure: true}
- date: {field: timestamp, formats: ['dd/MMM/yyyy:HH:mm:ss Z'], if: ctx.timestamp != null}
- geoip:
    field: clientip
    ignore_missing: true
    ignore_failure: true
    properties: [ip, country_iso_code, country_name, continent_code, region_iso_code, region_name, city_name, timezone, location]`
)

// TestLikeLogstash compares the captures, dates and places with what Logstash made of the same lines.
func TestLikeLogstash(t *testing.T) {
	databases, err := geoip.Open(testbed.Corpus(t, "geoip"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"openssh-2k.l1": logstashSyslog, "linux-2k.l1": logstashSyslog, "auth-ec2-10k.l1": logstashSyslog,
		"apache-combined-10k.l2": logstashAccess, "apache-geohits.l2": logstashAccess,
	} {
		set, err := pipeline.Compile([]pipeline.Source{{Name: "filter", Text: []byte(text)}}, pipeline.Deps{GeoIP: databases})
		if err != nil {
			t.Fatal(err)
		}
		input := readCorpus(t, "logstash-golden/"+name[:len(name)-3]+".input")
		golden := readCorpus(t, "logstash-golden/"+name+".disabled.ndjson")
		if len(input) != len(golden) {
			t.Fatalf("%s: %d lines, %d events", name, len(input), len(golden))
		}
		ev, r := event.New(), set.NewRunner()
		places := 0
		for i, line := range input {
			var want map[string]any
			if err := json.Unmarshal(golden[i], &want); err != nil {
				t.Fatal(err)
			}
			ev.Reset()
			_ = ev.Set(event.MustPath("message"), ev.String(line))
			if err := r.Run(set.Pipeline("filter"), ev, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano()); err != nil {
				t.Errorf("%s: %q: %v", name, line, err)
				continue
			}
			doc, err := ev.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(doc, &got); err != nil {
				t.Fatal(err)
			}
			places += comparePlaces(t, got, want)
			compareFields(t, got, want)
		}
		t.Logf("%s: %d events, %d of them with a place", name, len(input), places)
	}
}

func readCorpus(t *testing.T, name string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(testbed.Corpus(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
}

// compareFields compares all but what Logstash adds by itself. Its legacy numbers are strings.
func compareFields(t *testing.T, got, want map[string]any) {
	t.Helper()
	for _, name := range []string{"host", "@version", "geoip", "ua", "tags"} {
		delete(want, name)
		delete(got, name)
	}
	if got["@timestamp"] == nil { // Logstash puts the clock there
		delete(want, "@timestamp")
	}
	for name, value := range want {
		if fmt.Sprint(got[name]) != fmt.Sprint(value) {
			t.Errorf("%q: %s is %v, Logstash has %v", want["message"], name, got[name], value)
		}
		delete(got, name)
	}
	for name, value := range got {
		t.Errorf("%q: %s is %v, Logstash has none", want["message"], name, value)
	}
}

// comparePlaces compares GeoIP's fields, which Logstash names in its own way. It counts events that have some.
func comparePlaces(t *testing.T, got, want map[string]any) int {
	t.Helper()
	a, _ := got["geoip"].(map[string]any)
	b, _ := want["geoip"].(map[string]any)
	if text, ok := b["ip"].(string); ok { // Java writes 2001:218:0:0:0:0:0:1
		addr, err := netip.ParseAddr(text)
		if err != nil {
			t.Fatal(err)
		}
		b["ip"] = addr.String()
	}
	for theirs, ours := range map[string]string{
		"ip": "ip", "country_code2": "country_iso_code", "country_name": "country_name", "continent_code": "continent_code",
		"region_name": "region_name", "city_name": "city_name", "timezone": "timezone", "location": "location",
	} {
		if fmt.Sprint(a[ours]) != fmt.Sprint(b[theirs]) {
			t.Errorf("%v: %s is %v, Logstash has %v", want["message"], ours, a[ours], b[theirs])
		}
	}
	if len(a) > 0 {
		return 1
	}
	return 0
}
