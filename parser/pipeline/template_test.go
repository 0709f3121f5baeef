package pipeline

import (
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestTemplate: what Elasticsearch 8.19 answers.
func TestTemplate(t *testing.T) {
	ev := event.New()
	root, _, err := ev.ParseJSON([]byte(`{"a":{"b":1,"c":{"d":5}},"a.b":2,"x.y":8,"t":"T","l":["p","q"],"o":[{"y":1},{"y":2}],"m.n":"MN","a b":"sp",
		"e":[],"z":0,"f":false,"s":"","q":"a\"b é/\n","n":null,
		"nulls":[null,""],"big":{"b":"\"","😀":null,"0":[1e39]},"c":"\u001f"}`), event.DefaultJSONLimits(), true)
	if err != nil {
		t.Fatal(err)
	}
	ev.SetDoc(root)
	for text, want := range map[string]string{
		"{{t}}-{{{t}}}-{{& t}}-{{ t }}": "T-T-T-T", "{{nothing}}{{n}}": "", "{{t}}}": "T}", "{{{t}}}}": "T}", "{ {t}} t}}": "{ {t}} t}}",
		"{{a.b}}": "2", "{{a.c}}": "{d=5}", "{{a.c.d}}": "5", "{{x.y}}": "8", "{{a b}}": "sp",
		"{{l}}": "{0=p, 1=q}", "{{l.1}}": "q", "{{l.size}}": "2", "{{q}}": `a\"b é/\n`, "{{{q}}}": "a\"b é/\n",
		"{{#a}}{{b}}{{c.d}}{{x.y}}{{/a}}": "158", "{{#l}}{{.}},{{/l}}": "p,q,", "{{#o}}{{y}}{{t}}{{/o}}": "1T2T",
		"{{#l}}{{#t}}{{.}}{{/t}}{{/l}}": "TT", "{{#m.n}}{{.}}{{/m.n}}": "MN",
		"{{#e}}a{{/e}}{{#f}}a{{/f}}{{#s}}a{{/s}}{{#n}}a{{/n}}{{#none}}a{{/none}}": "", "{{#z}}a{{/z}}": "a",
		"{{^e}}a{{/e}}{{^f}}b{{/f}}{{^s}}c{{/s}}{{^n}}d{{/n}}{{^z}}e{{/z}}": "abcd",
		"{{{#t}}}b{{{/t}}}":     "b",
		"{{ #t}}":               "",
		"a{{! no }}b":           "ab",
		"a\n{{! no }}\nb":       "a\n\nb",
		"{{=<% %>=}}<%t%>{{t}}": "T{{t}}",
		"a{{#t}}\nb{{/t}}":      "ab", "{{#t}}b{{/t}}\nc": "b\nc", "{{#t}}\nline\n{{/t}}\n": "line\n",
		"{{^none}}{{#l}}{{.}}{{/l}}{{/none}}": "pq", "{{#m}}{{#a}}{{b}}{{/a}}{{/m}}": "", "{{#a}}{{c.none}}{{a.b}}{{/a}}": "2",
		"{{#nulls}}{{t}}{{^.}}no{{/.}}{{/nulls}}": "TTno", "{{#a}}{{#c}}{{t}}{{d}}{{/c}}{{/a}}": "T5", "{{l.x}}{{l.0.x}}": "", "{{nulls.0}}": "",
		"{{#toJson}}o{{/toJson}}{{#toJson}}t{{/toJson}}{{#toJson}}none{{/toJson}}": `[{"y":1},{"y":2}]T`, "{{#join}}l{{/join}}{{#join}}t{{/join}}": "p,qt",
		"{{#join delimiter='; '}}l{{/join delimiter='; '}}": "p; q", "{{#url}}é {{t}}*~{{/url}}": "%C3%A9+T*%7E", "{{c}}": `\u001F`,
		"a\rb\r\r\nc\r\n\n": "ab\r\nc\r\n\r\n", "{{^e}}{{t}}\n{{t}}\n{{/e}}{{^e}}{{! c }}\n{{/e}}": "TT\n", "{{#toJson}}big{{/toJson}}": `{"0":[1.0E39],"b":"\"","😀":null}`,
		"  {{#t}}\n  b\n  {{/t}}\nc": "  b\nc", "{{#t}}\r\nb\r\n{{/t}}\r\nc": "b\r\nc",
	} {
		parsed, err := parseTemplate(text, asJSON)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got, err := parsed.append(nil, ev); err != nil || string(got) != want {
			t.Errorf("%q: %q %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"{{x": "{{ that is not closed", "{{x}": "{{ that is not closed", "{{{x}}": "{{{ that is not closed by }}}", "{{#x}}a": "section [x] is not closed",
		"{{#x}}a{{/y}}": "section [x] is closed as [y]", "{{/x}}": "section [] is closed as [x]", "{{}}": "without a name", "{{> y}}": "not supported", "{{#toJson}}{{x}}{{/toJson}}": "one and only one identifier",
		strings.Repeat("{{#x}}", 1000): "too many sections",
	} {
		if _, err := parseTemplate(text, asJSON); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	form, _ := parseTemplate("{{q}}", asForm)
	if got, _ := form.append(nil, ev); string(got) != "a%22b+%C3%A9%2F%0A" {
		t.Errorf("as a form: %q", got)
	}
	for text, want := range map[string]causedError{
		"{{l.2}}": {"Failed to get value for l.2 @[query-template:1]", "2"}, "\n{{#l.2}}a{{/l.2}}": {"2 @[query-template:2]", "2"},
		"{{#o.3.y}}{{/o.3.y}}": {"3 @[query-template:1]", "3"}, "{{#l}}{{#o}}{{l.-1}}{{/o}}{{/l}}": {"Failed to get value for l.-1 @[query-template:1]", "position >= 0"},
	} {
		parsed, err := parseTemplate(text, plain)
		if err != nil {
			t.Fatal(err)
		}
		var got *causedError
		if _, err = parsed.append(nil, ev); !errors.As(err, &got) || *got != want {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

// TestTemplateIsBounded: sections in one another multiply what they stand for.
func TestTemplateIsBounded(t *testing.T) {
	ev := event.New()
	root, _, err := ev.ParseJSON([]byte(`{"l":[`+strings.Repeat("1,", 999)+`1]}`), event.DefaultJSONLimits(), true)
	if err != nil {
		t.Fatal(err)
	}
	ev.SetDoc(root)
	for _, text := range []string{"{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}", "{{#l}}{{#l}}two{{/l}}{{/l}}"} {
		parsed, err := parseTemplate(text, plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parsed.append(nil, ev); err != errRendered || len(got) > 2*maxRendered {
			t.Errorf("%s: %d bytes, %v", text, len(got), err)
		}
	}
}
