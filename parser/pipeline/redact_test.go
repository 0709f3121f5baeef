package pipeline

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestRedact has what Elasticsearch's documentation and source say of redact, which the testbed has no licence for.
func TestRedact(t *testing.T) {
	const card = `, pattern_definitions: {CARD: '\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}', DIGITS: '\d+', WHOLE: '\d{4}-\d+'}`
	for _, c := range []struct{ config, text, want string }{
		{`patterns: ['%{IP:client}']`, "55.3.244.1 GET /index.html 15824 0.043", "<client> GET /index.html 15824 0.043"},
		{`patterns: ['%{IP:REDACTED}', '%{EMAILADDRESS:REDACTED}'], prefix: '*', suffix: '*'`, "55.3.244.1 GET / test@elastic.co", "*REDACTED* GET / *REDACTED*"},
		{`patterns: ['%{IP:ip}'], suffix: '++'`, "0.0.0.1 x", "<ip++ x"},
		{`patterns: ['%{IP:ip}'], prefix: '', suffix: ''`, "a 0.0.0.1 b ::1", "a ip b ip"},
		{`patterns: ['%{IP:ip}'], skip_if_unlicensed: true`, "0.0.0.1", "<ip>"},
		{`patterns: ['%{CARD:CARD}']` + card, "1001-1002-1003-1004 2001-1002-1003-1004 and 3001-1002-1003-1004", "<CARD> <CARD> and <CARD>"},
		{`patterns: ['%{EMAILADDRESS:E}']`, "nothing here", "nothing here"},
		{`patterns: ['%{DIGITS:short}', '%{WHOLE:long}']` + card, "x 1234-567 y", "x <long> y"}, // one within the other
		{`patterns: ['(?<a>bb)', '(?<b>aabb|bbccc)']`, "aabbccc", "<b>ccc"},                     // after a match, from its end
		{`patterns: ['(?<a>aabb)', '(?<b>bbccc)']`, "xaabbcccx", "x<b>x"},                       // the longer name stands for both
		{`patterns: ['(?<a>aa)', '(?<b>bbb)']`, "aabbb", "<b>"},                                 // they touch
		{`patterns: ['(?<a>a)']`, "aaa", "<a>"},                                                 // so do these
		{`patterns: ['(?<=user=)(?<name>\w+)']`, "user=joe user=ann, guser joe", "user=<name> user=<name>, guser joe"},
		{`patterns: ['(?<!\d)(?<n>\d\d)']`, "12345 67", "<n>345 <n>"}, // the text before is looked behind at
		{`patterns: ['\b(?<n>\w\w)']`, "abcd efgh", "<n>cd <n>gh"},
		{`patterns: ['^(?<n>\w)']`, "ab\ncd", "<n>b\n<n>d"}, // ^ is the beginning of a line
		{`patterns: ['\A(?<n>a)']`, "aab", "<n>ab"},
		{`patterns: ['(?<n>é|😀)-']`, "xé-😀-é", "x<n>é"},
		{`patterns: ['key=(?<value>\w+)(?<more>!?)']`, "key=1! x", "<value> x"}, // all that matches, as the first group is named
		{`patterns: ['(?<n>x*)']`, "abc", "<n>a<n>b<n>c"},
		{`patterns: ['(?<n>.*)']`, "", "<n>"},
	} {
		set := compileOne(t, `processors: [{redact: {field: m, `+c.config+`}}]`)
		ev := event.New()
		load(t, ev, `{}`)
		ev.Put(ev.Doc(), event.Intern("m"), ev.Text(c.text))
		if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
			t.Errorf("%s: %v", c.config, err)
			continue
		}
		if got := string(ev.Bytes(ev.Get(event.MustPath("m")))); got != c.want {
			t.Errorf("%s: %q: %q, want %q", c.config, c.text, got, c.want)
		}
	}
}

func TestRedactTellsWhatItDid(t *testing.T) {
	for _, c := range []struct{ config, doc, want, trace string }{
		{`trace_redact: true`, `{"m":"a 1.2.3.4"}`, `{"m":"a <ip>"}`, `{"_redact":{"_is_redacted":true}}`},
		{`trace_redact: true`, `{"m":"a"}`, `{"m":"a"}`, `{}`},
		{`trace_redact: false`, `{"m":"1.2.3.4"}`, `{"m":"<ip>"}`, `{}`},
		{`tag: x`, `{"n":1}`, `{"n":1}`, `{}`},
		{`tag: x`, `{"m":null}`, `{"m":null}`, `{}`},
		{`ignore_missing: false`, `{}`, "field [m] is null or missing", ""},
		{`ignore_missing: false`, `{"m":null}`, "field [m] is null or missing", ""},
		{`tag: x`, `{"m":1}`, "field [m] of type [java.lang.Integer] cannot be cast to [java.lang.String]", ""},
	} {
		set := compileOne(t, `processors: [{redact: {field: m, patterns: ['%{IP:ip}'], `+c.config+`}}]`)
		ev := event.New()
		load(t, ev, c.doc)
		if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
			if err.Error() != c.want {
				t.Errorf("%s of %s: %v, want %s", c.config, c.doc, err, c.want)
			}
			continue
		}
		doc, _ := ev.AppendJSON(nil)
		trace, _ := ev.AppendValue(nil, ev.Ingest())
		if !sameJSON(t, string(doc), c.want) || !sameJSON(t, string(trace), c.trace) {
			t.Errorf("%s of %s: %s %s, want %s %s", c.config, c.doc, doc, trace, c.want, c.trace)
		}
	}
	for config, want := range map[string]string{
		"patterns: []": "List of patterns must not be empty", "patterns: ['%{NONE:x}']": "Invalid regex pattern found in: [%{NONE:x}]",
		"patterns: ['foo']": "names nothing: write %{PATTERN:name}",
	} {
		_, err := Compile([]Source{{Name: "test", Text: []byte(`processors: [{redact: {field: m, ` + config + `}}]`)}}, Deps{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", config, err, want)
		}
	}
}
