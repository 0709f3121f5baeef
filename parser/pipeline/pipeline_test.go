package pipeline

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/millrace/millrace/event"
)

// received is the time of receipt in tests.
var received = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano()

func compileOne(t testing.TB, text string, more ...Source) *Set {
	t.Helper()
	set, err := Compile(append([]Source{{Name: "test", Text: []byte(text)}}, more...), Deps{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func load(t testing.TB, ev *event.Event, doc string) {
	t.Helper()
	ev.Reset()
	v, _, err := ev.ParseJSON([]byte(doc), event.DefaultJSONLimits(), true)
	if err != nil {
		t.Fatal(err)
	}
	ev.SetDoc(v)
}

func sameJSON(t testing.TB, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return reflect.DeepEqual(x, y)
}

// cases has processors, a document, and what becomes of it: a document, or the text of an error. Elasticsearch's
// own _simulate gives the same answers: see TestCasesInElasticsearch.
var cases = []struct{ processors, doc, want string }{
	{`[{set: {field: a.b, value: 1}}]`, `{}`, `{"a":{"b":1}}`},
	{`[{set: {field: a, value: 1.5, override: false}}, {set: {field: b, value: [x, {y: true}]}}]`, `{"a":null}`, `{"a":1.5,"b":["x",{"y":true}]}`},
	{`[{set: {field: a, value: 1, override: false}}]`, `{"a":2}`, `{"a":2}`},
	{`[{set: {field: a, copy_from: b}}, {set: {field: a.x, value: 2}}]`, `{"b":{"x":1}}`, `{"b":{"x":1},"a":{"x":2}}`},
	{`[{set: {field: a, copy_from: b}}]`, `{}`, `field [b] not present as part of path [b]`},
	{`[{set: {field: a, copy_from: b, ignore_empty_value: true}}]`, `{"b":""}`, `{"b":""}`},
	{`[{set: {field: a.b, value: 1}}]`, `{"a":"text"}`, `cannot set [b] with parent object of type [java.lang.String] as part of path [a.b]`},
	{`[{append: {field: tags, value: [b, c]}}]`, `{"tags":"a"}`, `{"tags":["a","b","c"]}`},
	{`[{append: {field: tags, value: [b, a], allow_duplicates: false}}]`, `{"tags":["a"]}`, `{"tags":["a","b"]}`},
	{`[{remove: {field: [a, b.c]}}]`, `{"a":1,"b":{"c":2,"d":3}}`, `{"b":{"d":3}}`},
	{`[{remove: {field: x}}]`, `{}`, `field [x] not present as part of path [x]`},
	{`[{remove: {field: x, ignore_missing: true}}]`, `{"a":1}`, `{"a":1}`},
	{`[{remove: {keep: [b.c]}}]`, `{"a":1,"b":{"c":2,"d":3}}`, `{"b":{"c":2}}`},
	{`[{rename: {field: a.b, target_field: c.d}}]`, `{"a":{"b":1}}`, `{"a":{},"c":{"d":1}}`},
	{`[{rename: {field: _source.a, target_field: a.b}}]`, `{"a":{"x":1}}`, `{"a":{"b":{"x":1}}}`},
	{`[{rename: {field: a, target_field: c}}]`, `{}`, `field [a] doesn't exist`},
	{`[{rename: {field: a, target_field: c}}]`, `{"a":1,"c":2}`, `field [c] already exists`},
	{`[{rename: {field: a, target_field: c, ignore_missing: true}}]`, `{"c":2}`, `{"c":2}`},
	{`[{lowercase: {field: a}}, {uppercase: {field: b, target_field: c}}]`, `{"a":"ÄbC","b":["x","Y"]}`, `{"a":"äbc","b":["x","Y"],"c":["X","Y"]}`},
	{`[{lowercase: {field: a}}]`, `{"a":1}`, `field [a] of type [java.lang.Integer] cannot be cast to [java.lang.String]`},
	{`[{lowercase: {field: a}}]`, `{"a":null}`, `field [a] is null, cannot process it.`},
	{`[{lowercase: {field: a, ignore_missing: true}}]`, `{"b":"X"}`, `{"b":"X"}`},
	{`[{trim: {field: a}}]`, `{"a":" \tx y\n"}`, `{"a":"x y"}`},
	{`[{gsub: {field: a, pattern: '(\d+)-(\w)', replacement: '$2:\$$1'}}]`, `{"a":"1-x 23-y"}`, `{"a":"x:$1 y:$23"}`},
	{`[{gsub: {field: a, pattern: '\.', replacement: '-'}}]`, `{"a":"1.2.3"}`, `{"a":"1-2-3"}`},
	{`[{split: {field: a, separator: ',\s*'}}]`, `{"a":"1, 2,,3,,"}`, `{"a":["1","2","","3"]}`},
	{`[{split: {field: a, separator: ',', preserve_trailing: true, target_field: b}}]`, `{"a":"1,,"}`, `{"a":"1,,","b":["1","",""]}`},
	{`[{join: {field: a, separator: '-'}}]`, `{"a":[1,"x",true]}`, `{"a":"1-x-true"}`},
	{`[{join: {field: a, separator: '-'}}]`, `{"a":"x"}`, `field [a] of type [java.lang.String] cannot be cast to [java.util.List]`},
	{`[{urldecode: {field: a}}]`, `{"a":"a%20b+c%C3%A4"}`, `{"a":"a b cä"}`},
	{`[{bytes: {field: a}}]`, `{"a":"1.5kb"}`, `{"a":1536}`},
	{`[{convert: {field: a, type: integer}}, {convert: {field: b, type: auto}}, {convert: {field: c, type: string}}]`,
		`{"a":["1","0x1F"],"b":"4294967296","c":1.5}`, `{"a":[1,31],"b":4294967296,"c":"1.5"}`},
	{`[{convert: {field: a, type: integer}}]`, `{"a":"x"}`, `unable to convert [x] to integer`},
	{`[{convert: {field: a, type: boolean}}]`, `{"a":"yes"}`, `[yes] is not a boolean value, cannot convert to boolean`},
	{`[{convert: {field: a, type: double, target_field: b}}, {convert: {field: c, type: boolean}}]`, `{"a":"2.50","c":"TRUE"}`, `{"a":"2.50","b":2.5,"c":true}`},
	{`[{convert: {field: a, type: ip}}]`, `{"a":"host"}`, `'host' is not an IP string literal.`},
	{`[{convert: {field: a, type: long}}]`, `{"a":null}`, `Field [a] is null, cannot be converted to type [long]`},
	{`[{grok: {field: m, patterns: ['%{IP:source.ip} %{INT:n:int} %{WORD:w}', '%{WORD:x}']}}]`, `{"m":"1.2.3.4 55 ok"}`, `{"m":"1.2.3.4 55 ok","source":{"ip":"1.2.3.4"},"n":55,"w":"ok"}`},
	{`[{grok: {field: m, patterns: ['^%{WORD:a} (?m)%{GREEDYDATA:b}', '(?i)^x%{FOO:f}%{INT:n:int}'], pattern_definitions: {FOO: 'foo'}}}]`, `{"m":"a b\nc"}`, `{"m":"a b\nc","a":"a","b":"b\nc"}`},
	{`[{grok: {field: m, patterns: ['(?i)^x%{FOO:f}%{INT:n:int}'], pattern_definitions: {FOO: 'foo'}}}]`, `{"m":"XFoO12"}`, `{"m":"XFoO12","f":"FoO","n":12}`},
	{`[{kv: {field: m, field_split: ';', value_split: '=', trim_value: "'"}}]`, `{"m":"a='1'\n;b='2'"}`, `{"m":"a='1'\n;b='2'","a":"1\n","b":"2"}`},
	{`[{grok: {field: m, patterns: ['^%{TIMESTAMP_ISO8601:t} %{UNIXPATH:p}$']}}]`, `{"m":"2018-10-31 1504 /a\\ b"}`, `{"m":"2018-10-31 1504 /a\\ b","t":"2018-10-31 1504","p":"/a\\ b"}`},
	{`[{grok: {field: m, patterns: ['%{TIMESTAMP_ISO8601:t}']}}]`, `{"m":"2018-10-31 154"}`, `Provided Grok expressions do not match field value: [2018-10-31 154]`},
	{`[{grok: {field: m, patterns: ['%{WORD:x:keyword}']}}]`, `{"m":"abc"}`, `{"m":"abc","x":"abc"}`},
	{`[{grok: {field: m, patterns: ['^%{WORD_tmp.outcome}$', '^%{[a-f0-9]{2}:x}$', '\[%{WORD:t}\s+%{GREEDYDATA:e\]', '%{WORD:x=abc}']}}]`, `{"m":"[a %{GREEDYDATA:e]"}`, `{"m":"[a %{GREEDYDATA:e]","t":"a"}`},
	{`[{grok: {field: m, patterns: ['%{WORD:t}(?:\\[%{POSINT:pid}\\])?: %{GREEDYDATA:r}']}}]`, `{"m":"sshd: hello"}`, `{"m":"sshd: hello","t":"sshd","r":"hello"}`},
	{`[{grok: {field: m, patterns: ['(?i)%{Q:q}%{B:t}%{E:e}'], pattern_definitions: {Q: '(?<z>[''"])', B: '(?~\k<z>)', E: '(?:\k<z>)'}}}]`, `{"m":"\"bob\""}`, `{"m":"\"bob\"","q":"\"","z":"\"","t":"bob","e":"\""}`},
	{`[{grok: {field: m, patterns: ['^%{FOO:a}$'], pattern_definitions: {FOO: 'f+'}}}]`, `{"m":"fff"}`, `{"m":"fff","a":"fff"}`},
	{`[{grok: {field: m, patterns: ['^%{INT:n}$']}}]`, `{"m":"x"}`, `Provided Grok expressions do not match field value: [x]`},
	{`[{grok: {field: m, patterns: ['%{INT:n}'], ignore_missing: true}}]`, `{"a":1}`, `{"a":1}`},
	{`[{dissect: {field: m, pattern: '%{a} [%{b->}] %{?c} %{+d/2} %{+d/1}', append_separator: '-'}}]`, `{"m":"1 [2] 3 4 5"}`, `{"m":"1 [2] 3 4 5","a":"1","b":"2","d":"5-4"}`},
	{`[{dissect: {field: m, pattern: '%{a},%{b},%{c}'}}]`, `{"m":"1,,3"}`, `{"m":"1,,3","a":"1","b":"","c":"3"}`},
	{`[{dissect: {field: m, pattern: '%{a->} %{b}'}}]`, `{"m":"1    2"}`, `{"m":"1    2","a":"1","b":"2"}`},
	{`[{dissect: {field: m, pattern: '%{*k}=%{&k} x'}}]`, `{"m":"a=1 x"}`, `{"m":"a=1 x","a":"1"}`},
	{`[{dissect: {field: m, pattern: '%{a}:%{b}'}}]`, `{"m":"x"}`, `Unable to find match for dissect pattern: %{a}:%{b} against source: x`},
	{`[{date: {field: t, formats: ['yyyy/MM/dd HH:mm:ss', ISO8601], timezone: 'Europe/Berlin'}}]`, `{"t":"2020/07/01 12:00:00"}`, `{"t":"2020/07/01 12:00:00","@timestamp":"2020-07-01T12:00:00.000+02:00"}`},
	{`[{date: {field: t, formats: [UNIX_MS], target_field: d, output_format: 'yyyy-MM-dd'}}]`, `{"t":1577934245678}`, `{"t":1577934245678,"d":"2020-01-02"}`},
	{`[{date: {field: t, formats: [UNIX]}}]`, `{"t":"1577934245.678"}`, `{"t":"1577934245.678","@timestamp":"2020-01-02T03:04:05.678Z"}`},
	{`[{date: {field: t, formats: [ISO8601]}}]`, `{"t":"2020-01-02T03:04:05.123456+01:00"}`, `{"t":"2020-01-02T03:04:05.123456+01:00","@timestamp":"2020-01-02T02:04:05.123Z"}`},
	{`[{date: {field: t, formats: ['yyyy']}}]`, `{"t":"x"}`, `unable to parse date [x]`},
	{`[{kv: {field: m, field_split: ' ', value_split: '='}}]`, `{"m":"a=1 b=x=y a=2 "}`, `{"m":"a=1 b=x=y a=2 ","a":["1","2"],"b":"x=y"}`},
	{`[{kv: {field: m, field_split: '&', value_split: '=', target_field: q, include_keys: [a, b], exclude_keys: [b], prefix: x_, strip_brackets: true}}]`,
		`{"m":"a=(1)&b=2&c=3"}`, `{"m":"a=(1)&b=2&c=3","q":{"x_a":"1"}}`},
	{`[{kv: {field: m, field_split: ' ', value_split: '='}}]`, `{"m":"ab"}`, `field [m] does not contain value_split [=]`},
	{`[{json: {field: m, target_field: j}}]`, `{"m":"{\"a\":[1,2.5,null]}"}`, `{"m":"{\"a\":[1,2.5,null]}","j":{"a":[1,2.5,null]}}`},
	{`[{json: {field: m, add_to_root: true}}, {remove: {field: m}}]`, `{"m":"{\"a\":1}"}`, `{"a":1}`},
	{`[{csv: {field: m, target_fields: [a, b, c, d]}}]`, `{"m":"1,\"x,\"\"y\",,4"}`, `{"m":"1,\"x,\"\"y\",,4","a":"1","b":"x,\"y","d":"4"}`},
	{`[{csv: {field: m, target_fields: [a, b, c], separator: ';', trim: true, empty_value: none}}]`, `{"m":" 1 ; ; x "}`, `{"m":" 1 ; ; x ","a":"1","b":"none","c":"x "}`},
	{`[{csv: {field: m, target_fields: [a, b, c], empty_value: none}}]`, `{"m":"1,,"}`, `{"m":"1,,","a":"1","b":"none"}`},
	{`[{csv: {field: m, target_fields: [a, b]}}]`, `{"m":"a\"b,2"}`, `Illegal character inside unquoted field at 1`},
	{`[{grok: {field: m, patterns: ['%{WORD:a} %{WORD:a}']}}]`, `{"m":"x y"}`, `{"m":"x y","a":["x","y"]}`},
	{`[{grok: {field: m, patterns: ['%{WORD:a}']}}]`, `{}`, `field [m] not present as part of path [m]`},
	{`[{grok: {field: m, patterns: ['%{WORD:a}']}}]`, `{"m":5}`, `field [m] of type [java.lang.Integer] cannot be cast to [java.lang.String]`},
	{`[{dissect: {field: m, pattern: '%{a}[%{b}]'}}]`, `{"m":"x[]"}`, `{"m":"x[]","a":"x","b":""}`},
	{`[{dissect: {field: m, pattern: '%{a},%{b};'}}]`, `{"m":"1,2"}`, `Unable to find match for dissect pattern: %{a},%{b}; against source: 1,2`},
	{`[{date: {field: t, formats: ['yyyy-MM-dd HH:mm:ss Z'], timezone: 'Europe/Berlin'}}]`, `{"t":"2020-01-02 10:00:00 +0500"}`, `{"t":"2020-01-02 10:00:00 +0500","@timestamp":"2020-01-02T06:00:00.000+01:00"}`},
	{`[{date: {field: t, formats: [ISO8601]}}]`, `{"t":null}`, `unable to parse date [null]`},
	{`[{date: {field: t, formats: ['yyyy-MM-dd']}}]`, `{"t":"2021-02-29"}`, `unable to parse date [2021-02-29]`},
	{`[{date: {field: t, formats: [TAI64N]}}]`, `{"t":"4000000050d506482dbdf024"}`, `{"t":"4000000050d506482dbdf024","@timestamp":"2012-12-22T01:00:46.767Z"}`},
	{`[{split: {field: m, separator: ','}}]`, `{"m":","}`, `{"m":[]}`},
	{`[{split: {field: m, separator: ','}}]`, `{"m":""}`, `{"m":[""]}`},
	{`[{append: {field: a, value: x}}]`, `{"a":null}`, `{"a":[null,"x"]}`},
	{`[{append: {field: a, value: x, allow_duplicates: false}}]`, `{"a":"x"}`, `{"a":"x"}`},
	{`[{set: {field: a, value: '', ignore_empty_value: true}}]`, `{}`, `{"a":""}`},
	{`[{json: {field: m}}]`, `{"m":"{} x"}`, `The input {} x is not valid JSON and the strict_json_parsing parameter is true`},
	{`[{json: {field: m, add_to_root: true, add_to_root_conflict_strategy: merge}}]`, `{"m":"{\"a\":{\"c\":2}}","a":{"b":1}}`, `{"m":"{\"a\":{\"c\":2}}","a":{"b":1,"c":2}}`},
	{`[{bytes: {field: a}}]`, `{"a":"-1"}`, `{"a":-1}`},
	{`[{uri_parts: {field: u}}]`, `{"u":"mailto:joe@example.com"}`, `{"u":"mailto:joe@example.com","url":{"original":"mailto:joe@example.com","scheme":"mailto","domain":null}}`},
	{`[{uri_parts: {field: u}}]`, `{"u":"not a uri"}`, `unable to parse URI [not a uri]`},
	{`[{uri_parts: {field: u}}]`, `{"u":"http://[::1]:80/x%20y?q=%20"}`, `{"u":"http://[::1]:80/x%20y?q=%20","url":{"original":"http://[::1]:80/x%20y?q=%20","scheme":"http","domain":"[::1]","port":80,"path":"/x y","query":"q= "}}`},
	{`[{uri_parts: {field: u}}]`, `{"u":"http://joe:pw@example.com:8080/a/b.gif?q=1#f"}`,
		`{"u":"http://joe:pw@example.com:8080/a/b.gif?q=1#f","url":{"original":"http://joe:pw@example.com:8080/a/b.gif?q=1#f","scheme":"http","domain":"example.com","port":8080,"path":"/a/b.gif","extension":"gif","query":"q=1","fragment":"f","user_info":"joe:pw","username":"joe","password":"pw"}}`},
	{`[{drop: {if: ctx.a == 2}}, {set: {field: b, value: 1, if: 'ctx.x?.y == null && ctx.a == 1'}}]`, `{"a":1}`, `{"a":1,"b":1}`},
	{`[{fail: {message: no luck}}]`, `{}`, `no luck`},
	{`[{fail: {message: x, ignore_failure: true}}, {set: {field: a, value: 1}}]`, `{}`, `{"a":1}`},
	{`[{script: {source: 'ctx.b = ctx.a * params.n; ctx.tags.add("x")', params: {n: 3}}}]`, `{"a":2,"tags":[]}`, `{"a":2,"b":6,"tags":["x"]}`},
	{`[{script: {source: "ctx.b = Processors.bytes(ctx.a)"}}]`, `{"a":"1kb"}`, `{"a":"1kb","b":1024}`},
	{`[{fingerprint: {fields: [b, a]}}]`, `{"a":"x","b":{"z":1,"y":[true,null,2.5]}}`, `{"a":"x","b":{"z":1,"y":[true,null,2.5]},"fingerprint":"E4G9rU/TRzngyH+/o2NSp0n9HBA="}`},
	{`[{fingerprint: {fields: [a], method: MurmurHash3, salt: s}}]`, `{"a":"some longer text of 31 characters"}`, `{"a":"some longer text of 31 characters","fingerprint":"YSbYK+eFPpRYjhC+aI3bZQ=="}`},
	{`[{fingerprint: {fields: [a, c], method: SHA-256, ignore_missing: true, target_field: f.g}}]`, `{"a":5000000000}`, `{"a":5000000000,"f":{"g":"rEqbHTaBrnd/SrPsfxegH0njBsu9Vo6ScKtRilf1bhE="}}`},
	{`[{fingerprint: {fields: [c]}}]`, `{}`, `missing field [c] when calculating fingerprint`},
	{`[{community_id: {}}]`, `{"source":{"ip":"128.232.110.120","port":34855},"destination":{"ip":"66.35.250.204","port":80},"network":{"transport":"TCP"}}`,
		`{"source":{"ip":"128.232.110.120","port":34855},"destination":{"ip":"66.35.250.204","port":80},"network":{"transport":"TCP","community_id":"1:LQU9qZlK+B5F3KDmev6m5PMibrg="}}`},
	{`[{community_id: {seed: 123}}]`, `{"source":{"ip":"2001:db8::1"},"destination":{"ip":"2001:db8::2"},"network":{"iana_number":"58"},"icmp":{"type":128}}`, `{"source":{"ip":"2001:db8::1"},"destination":{"ip":"2001:db8::2"},"network":{"iana_number":"58","community_id":"1:R0nOJdzbXAc5fr3Re/D9goXwz4I="},"icmp":{"type":128}}`},
	{`[{community_id: {}}]`, `{"source":{"ip":"1.2.3.4"},"destination":{"ip":"1.2.3.5"},"network":{"transport":"icmp"},"icmp":{"type":3,"code":1}}`, `{"source":{"ip":"1.2.3.4"},"destination":{"ip":"1.2.3.5"},"network":{"transport":"icmp","community_id":"1:K7apZVY/VNseRoC7/6GKAgJY4Q4="},"icmp":{"type":3,"code":1}}`},
	{`[{community_id: {}}]`, `{"a":1}`, `{"a":1}`},
	{`[{community_id: {ignore_missing: false}}]`, `{"a":1}`, `field [source] not present as part of path [source.ip]`},
	{`[{community_id: {}}]`, `{"source":{"ip":"1.2.3.4","port":99999},"destination":{"ip":"1.2.3.5"},"network":{"transport":"udp"}}`, `invalid source port [99999]`},
	{`[{community_id: {}}]`, `{"source":{"ip":"1.2.3.4"},"destination":{"ip":"1.2.3.5"},"network":{"transport":"x"}}`, `could not convert string [x] to transport protocol`},
	{`[{network_direction: {internal_networks: [private]}}]`, `{"source":{"ip":"10.1.2.3"},"destination":{"ip":"8.8.8.8"}}`, `{"source":{"ip":"10.1.2.3"},"destination":{"ip":"8.8.8.8"},"network":{"direction":"outbound"}}`},
	{`[{network_direction: {internal_networks_field: n, target_field: d}}]`, `{"n":["192.0.2.0/24","loopback"],"source":{"ip":"8.8.8.8"},"destination":{"ip":"::1"}}`, `{"n":["192.0.2.0/24","loopback"],"source":{"ip":"8.8.8.8"},"destination":{"ip":"::1"},"d":"inbound"}`},
	{`[{network_direction: {internal_networks: [public], ignore_missing: false}}]`, `{"source":{"ip":null},"destination":{"ip":"::1"}}`, `unable to calculate network direction from document`},
	{`[{registered_domain: {field: f, target_field: url}}]`, `{"f":"www.Example.co.uk"}`, `{"f":"www.Example.co.uk","url":{"domain":"www.Example.co.uk","registered_domain":"example.co.uk","top_level_domain":"co.uk"}}`},
	{`[{registered_domain: {field: f}}]`, `{"f":"a.b.example.com"}`, `{"f":"a.b.example.com","domain":"a.b.example.com","registered_domain":"example.com","top_level_domain":"com","subdomain":"a.b"}`},
	{`[{registered_domain: {field: f}}]`, `{"f":"a.dualstack.us-east-1.amazonaws.com"}`, `{"f":"a.dualstack.us-east-1.amazonaws.com","domain":"a.dualstack.us-east-1.amazonaws.com","registered_domain":"us-east-1.amazonaws.com","top_level_domain":"amazonaws.com","subdomain":"a.dualstack"}`},
	{`[{registered_domain: {field: f}}]`, `{"f":"com"}`, `{"f":"com","domain":"com","top_level_domain":"com"}`},
	{`[{registered_domain: {field: f, ignore_missing: false}}]`, `{"f":"host.invalidtld"}`, `unable to set domain information for document`},
	{`[{dot_expander: {field: a.b}}]`, `{"a.b":1,"a":{"c":2}}`, `{"a":{"b":1,"c":2}}`},
	{`[{dot_expander: {field: a.b}}]`, `{"a.b":1,"a":{"b":2}}`, `{"a":{"b":[2,1]}}`},
	{`[{dot_expander: {field: '*', override: true}}]`, `{"a.b":1,"a":{"b":2},"c.d.e":3}`, `{"a":{"b":1},"c":{"d":{"e":3}}}`},
	{`[{dot_expander: {field: b.c, path: a}}]`, `{"a":{"b.c":1}}`, `{"a":{"b":{"c":1}}}`},
	{`[{dot_expander: {field: a.b}}]`, `{"a.b":1,"a":2}`, `cannot expand [a.b], because [a] is not an object field, but a value field`},
	{`[{sort: {field: a, order: desc}}, {sort: {field: b, target_field: c}}]`, `{"a":[2,10,1],"b":["b","B","a"]}`, `{"a":[10,2,1],"b":["b","B","a"],"c":["B","a","b"]}`},
	{`[{sort: {field: a}}]`, `{"a":1}`, `field [a] of type [java.lang.Integer] cannot be cast to [java.util.List]`},
	{`[{sort: {field: a}}]`, `{"a":null}`, `field [a] is null, cannot sort.`},
	{`[{html_strip: {field: a}}]`, `{"a":"<p>x &amp; <b class=\"u\">y</b></p><!-- c -->z<br/>1 < 2<script>var a;</script>"}`, `{"a":"\nx & y\nz\n1 < 2\n"}`},
	{`[{html_strip: {field: a}}]`, `{"a":"x &amp; y"}`, `{"a":"x &amp; y"}`},
	{`[{gsub: {field: a, pattern: '(?<=x)(\w)(?!z)', replacement: '[$1]'}}]`, `{"a":"xä xy xaz"}`, `{"a":"xä x[y] xaz"}`},
	{`[{split: {field: a, separator: '(?=[A-Z])'}}]`, `{"a":"oneTwoThree"}`, `{"a":["one","Two","Three"]}`},
	{`[{terminate: {}}, {set: {field: a, value: 1}}]`, `{}`, `{}`},
	{`[{set: {field: a, value: 1, if: ctx.x?.y == 1, ignore_failure: true}}]`, `{}`, `{}`},
	{`[{rename: {field: x, target_field: y, on_failure: [{set: {field: failed, value: true}}]}}]`, `{}`, `{"failed":true}`},
	{`[{foreach: {field: a, processor: {uppercase: {field: _ingest._value}}}}]`, `{"a":["x","y"]}`, `{"a":["X","Y"]}`},
	{`[{foreach: {field: a, processor: {set: {field: _ingest._value.z, value: 1}}}}]`, `{"a":[{"b":1},{}]}`, `{"a":[{"b":1,"z":1},{"z":1}]}`},
}

func TestCases(t *testing.T) {
	ev := event.New()
	for _, c := range slices.Concat(cases, differCases) {
		set, err := Compile([]Source{{Name: "test", Text: []byte("processors: " + c.processors)}}, Deps{})
		if err != nil {
			t.Errorf("%s: %v", c.processors, err)
			continue
		}
		load(t, ev, c.doc)
		if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
			if err.Error() != c.want {
				t.Errorf("%s of %s: error %q\nwant %s", c.processors, c.doc, err, c.want)
			}
			continue
		}
		out, err := ev.AppendJSON(nil)
		if err != nil || c.want[0] != '{' || !sameJSON(t, string(out), c.want) {
			t.Errorf("%s of %s: %s %v\nwant %s", c.processors, c.doc, out, err, c.want)
		}
	}
}

func TestTemplates(t *testing.T) {
	set := compileOne(t, `
processors:
- set: {field: "{{name}}", value: "{{{a.b}}} and {{a.b}}, {{a.list}} {{missing}}{{! comment }}"}
- rename: {field: nothing, target_field: x, tag: tagged, on_failure: [
    {set: {field: error.message, value: "{{{_ingest.on_failure_processor_type}}} {{{_ingest.on_failure_processor_tag}}}: {{{_ingest.on_failure_message}}}"}}]}`)
	ev := event.New()
	load(t, ev, `{"name":"x.y","a":{"b":"say \"hi\"","list":[1,"z"]}}`)
	if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"x.y":           `say "hi" and say \"hi\", {0=1, 1=z} `,
		"error.message": "rename tagged: field [nothing] doesn't exist",
	} {
		if got := string(ev.Bytes(ev.Get(event.MustPath(path)))); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestPipelinesCallEachOther(t *testing.T) {
	set := compileOne(t, `
processors:
- pipeline: {name: '{< IngestPipeline "inner" >}'}
- pipeline: {name: nowhere, ignore_missing_pipeline: true}
- pipeline: {name: '{{which}}'}
on_failure:
- set: {field: failed, value: '{{{_ingest.on_failure_pipeline}}}: {{{_ingest.on_failure_message}}}'}`,
		Source{Name: "inner", Text: []byte(`{"processors": [{"set": {"field": "inner", "value": true}}, {"terminate": {}}, {"fail": {"message": "x"}}]}`)},
		Source{Name: "loop", Text: []byte("processors: [{pipeline: {name: loop}}]")},
		Source{Name: "gone", Text: []byte("processors: [{drop: {}}]")})
	for which, want := range map[string]string{
		"inner": `{"which":"inner","inner":true}`,
		"loop":  `{"which":"loop","inner":true,"failed":"loop: Cycle detected for pipeline: loop"}`,
		"none":  `{"which":"none","inner":true,"failed":"test: Pipeline processor configured for non-existent pipeline [none]"}`,
	} {
		ev := event.New()
		load(t, ev, `{"which":"`+which+`"}`)
		if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
			t.Fatal(err)
		}
		if out, _ := ev.AppendJSON(nil); !sameJSON(t, string(out), want) {
			t.Errorf("%s: %s\nwant %s", which, out, want)
		}
	}
	ev := event.New()
	load(t, ev, `{"which":"gone"}`)
	if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); !errors.Is(err, ErrDropped) {
		t.Errorf("dropped: %v", err)
	}
}

func TestReadDir(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, name := range []string{"a.yml", "logs-app.access-1.3.0.json", "b.yaml", "a.examples.yml", "notes.txt", "folder/c.yml"} {
		fsys[name] = &fstest.MapFile{Data: []byte("processors: []")}
	}
	sources, err := ReadDir(fsys, ".")
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	if want := []string{"a", "b", "logs-app.access-1.3.0"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%q %v, want %q", names, err, want)
	}
}

// A pipeline that is not there fails the events that get to its call, and is told of when the call is loaded.
func TestCallsOfMissingPipelines(t *testing.T) {
	sources := []Source{{Name: "p", File: "p.yml", Text: []byte(`processors:
- pipeline: {name: nowhere, if: ctx.a == 1, on_failure: [{set: {field: e, copy_from: _ingest.on_failure_message}}]}
- pipeline: {name: elsewhere, ignore_missing_pipeline: true}
- foreach: {field: list, processor: {pipeline: {name: 'no {{item}}'}}, ignore_missing: true}
- set: {field: b, value: 2}
`)}}
	set, err := Compile(sources, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "p.yml:2: processors[0] (pipeline): Pipeline processor configured for non-existent pipeline [nowhere]"
	if missing := set.Missing(); len(missing) != 1 || missing[0].Error() != want {
		t.Errorf("missing: %v\nwant %s", missing, want)
	}
	for doc, want := range map[string]string{
		`{"a":0}`: `{"a":0,"b":2}`,
		`{"a":1}`: `{"a":1,"e":"Pipeline processor configured for non-existent pipeline [nowhere]","b":2}`,
	} {
		ev := event.New()
		load(t, ev, doc)
		if err := set.NewRunner().Run(set.Pipeline("p"), ev, received); err != nil {
			t.Fatal(err)
		}
		if out, _ := ev.AppendJSON(nil); !sameJSON(t, string(out), want) {
			t.Errorf("%s: %s\nwant %s", doc, out, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"processors:\n- set:\n    field: a\n", "p.yml:3: processors[0] (set): [value] required property is missing"},
		{"processors:\n- frobnicate: {}\n", "p.yml:2: processors[0] (frobnicate): No processor type exists with name [frobnicate]"},
		{"processors:\n- sett: {field: a, value: 1}\n", "No processor type exists with name [sett], did you mean [set]?"},
		{"processors:\n- set: {feld: a, value: 1}\n", "p.yml:2: processors[0] (set): [field] required property is missing, but there is [feld]"},
		{"processors:\n- set: {field: a, value: 1, overide: true}\n", "[overide], did you mean [override]?"},
		{"processors:\n- drop: {}\n- set:\n    field: a\n    value: 1\n    colour: red\n", "p.yml:6: processors[1] (set): processor [set] doesn't support one or more provided configuration parameters [colour]"},
		{"processors:\n- drop:\n    if: ctx.a ==\n", "p.yml:3: processors[0] (drop): [if]: painless: line 1, column 9: unexpected end of script"},
		{"processors:\n- grok:\n    field: m\n    patterns:\n    - '%{NOSUCH:x}'\n", "NOSUCH"},
		{"processors:\n- grok:\n    field: m\n    patterns: []\n", "List of patterns must not be empty"},
		{"processors:\n- set: {field: a, value: '{{x'}\n", "is not closed"},
		{"processors:\n- date: {field: a, formats: [ISO8601], timezone: Mars/Base}\n", "Unknown time-zone ID: Mars/Base"},
		{"processors:\n- convert: {field: a, type: colour}\n", "type [colour] not supported"},
		{"processors:\n- geoip: {field: a, properties: [colour]}\n", "illegal property value [colour]"},
		{"processors:\n- gsub: {field: a, pattern: 'x\\p{Nonsense}y', replacement: ''}\n", "Nonsense"},
		{"colour: red\nprocessors: []\n", "doesn't support one or more provided configuration parameters [colour]"},
		{"description: x\n", "[processors] required property is missing"},
		{"processors:\n- set: {field: a..b, value: 1}\n", "a..b"},
		{"{\"processors\": [\n{\"set\": {\"field\": 1}}]}", "p.yml:2:"},
		{"processors: [", "p.yml"},
		{"", "the file is empty"},
	} {
		_, err := Compile([]Source{{Name: "p", File: "p.yml", Text: []byte(c.text)}}, Deps{})
		var where *Error
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &where) {
			t.Errorf("%q: %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestYearOfDatesWithoutOne(t *testing.T) {
	set := compileOne(t, `processors: [{date: {field: t, formats: ['MMM d HH:mm:ss', 'MMM  d HH:mm:ss']}}]`)
	for _, c := range []struct{ received, text, want string }{
		{"2026-01-01T00:00:10Z", "Dec 31 23:59:59", "2025-12-31T23:59:59.000Z"},
		{"2026-12-31T23:59:59Z", "Jan  1 00:00:10", "2027-01-01T00:00:10.000Z"},
		{"2024-02-29T12:00:00Z", "Feb 29 11:00:00", "2024-02-29T11:00:00.000Z"},
		{"2026-06-01T12:00:00Z", "May 31 11:00:00", "2026-05-31T11:00:00.000Z"},
	} {
		at, _ := time.Parse(time.RFC3339, c.received)
		ev := event.New()
		load(t, ev, `{"t":"`+c.text+`"}`)
		err := set.NewRunner().Run(set.Pipeline("test"), ev, at.UnixNano())
		if got := string(ev.Bytes(ev.Get(event.MustPath("@timestamp")))); err != nil || got != c.want {
			t.Errorf("%s received %s: %s %v, want %s", c.text, c.received, got, err, c.want)
		}
	}
}

func TestBounds(t *testing.T) {
	ev := event.New()
	set := compileOne(t, "processors: [{set: {field: a, value: 1}}]")
	set.pipelines["test"].steps[0].proc = tooLarge{}
	if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); !errors.Is(err, event.ErrTooLarge) {
		t.Errorf("an event that outgrows its bounds: %v", err)
	}
	set = compileOne(t, "processors: [{json: {field: a}}]")
	load(t, ev, `{"a":"`+strings.Repeat("[", 10_000)+`"}`)
	if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); !errors.Is(err, event.ErrJSONTooDeep) {
		t.Errorf("deep JSON: %v", err)
	}
}

type tooLarge struct{}

func (tooLarge) run(*Runner) error { panic(event.ErrTooLarge) }

func TestForeachOverAListThatGrows(t *testing.T) {
	set := compileOne(t, `processors: [{foreach: {field: a, processor: {append: {field: a, value: x}}}}]`)
	ev := event.New()
	load(t, ev, `{"a":["b","c"]}`)
	if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
		t.Fatal(err)
	}
	if out, _ := ev.AppendJSON(nil); !sameJSON(t, string(out), `{"a":["b","c"]}`) {
		t.Errorf("%s", out)
	}
}
